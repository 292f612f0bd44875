"""Figures about two-sample classifiers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imaginome.arrays import Float64s, Indices, UInt8s
from imaginome.metrics._results import axis, shorts
from imaginome.metrics._separation import mean_known, true_rates
from imaginome.metrics._statistics import ratio
from imaginome.panel import Sites
from imaginome.results import Figure, Series

POINTS = 101
BINS = 100
FEWEST_SITES = 5
"""Importance is added up over at least this many neighbouring sites."""

Scored = tuple[UInt8s, Indices, Float64s]


def curves(scored: Mapping[tuple[str, str], Scored]) -> Figure:
    """Return the mean curve over folds of each classifier and task.

    Parameters
    ----------
    scored
        By kind of classifier and name of panel: label, fold and score of each haplotype.
    """
    x = np.linspace(0, 1, POINTS)
    series = []
    for (kind, name), (label, fold, scores) in scored.items():
        rates = [
            true_rates(scores[there & (label == 1)], scores[there & (label == 0)], x)
            for there in (fold == k for k in range(int(fold.max()) + 1))
        ]
        y = shorts(mean_known(np.array(rates)))
        role: Any = name
        series.append(Series(name=f"{kind}: {name}", role=role, x=axis(x), y=list(y)))
    return Figure(
        id="classifier.curves",
        title="Artificial haplotypes recognised",
        reading="On the diagonal the classifier guesses; train against holdout shows what that "
        "looks like. The further above, the better artificial haplotypes are recognised.",
        kind="lines",
        x_label="share of real haplotypes taken for artificial",
        y_label="share of artificial haplotypes recognised",
        series=series,
        diagonal=True,
    )


def importance(sites: Sites, telling: Mapping[str, tuple[Indices, Float64s]]) -> Figure:
    """Return where the trees find what gives artificial haplotypes away.

    Parameters
    ----------
    telling
        By name of panel: sites that the trees saw, and the importance of each.
    """
    m = len(sites)
    number = max(1, min(BINS, m // FEWEST_SITES))
    cells = np.arange(m) * number // max(m, 1)
    one = len(set(sites.contig)) == 1
    where = sites.position / 1e6 if one else np.arange(m, dtype=np.float64)
    middle = np.bincount(cells, where, number) / np.maximum(np.bincount(cells, None, number), 1)
    series = []
    for name, (seen, values) in telling.items():
        total = np.bincount(cells[seen], values, number)
        role: Any = name
        y = shorts(ratio(total, total.sum()))
        series.append(Series(name=name, role=role, x=axis(middle), y=list(y)))
    return Figure(
        id="classifier.importance",
        title="Where along the genome the trees tell them apart",
        reading="A peak above the line of train against holdout is a stretch whose alleles give "
        "artificial haplotypes away.",
        kind="lines",
        x_label="position (Mb)" if one else "site",
        y_label="share of the trees' decisions",
        series=series,
    )
