"""Haplotypes as coloured rows: crowds of real people, crowds of artificial ones, single ones."""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage

from imaginome.arrays import Float64s
from imaginome.metrics._results import axis, shorts
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Sites
from imaginome.panel.crowds import MEMBERS, crowds
from imaginome.results import Figure, Role, Series

ROWS = 32
"""Rows of each picture."""
SITES = 384
"""Neighbouring sites that are shown, from the middle of the panel."""
SHADES = 4
NAMES: dict[str, Role] = {
    f"holdout, groups of {MEMBERS}": "holdout",
    f"artificial, groups of {MEMBERS}": "artificial",
    "artificial, single haplotypes": "artificial",
}


def rows_figure(comparison: Comparison) -> list[Figure]:
    """Return rows sorted so that like stands near like; nothing where people are too few.

    No single real person is drawn: each real row is the mean of similar haplotypes of ten
    people, to the nearest quarter. Artificial ones are drawn in the same way, and single.
    """
    sites = comparison.holdout.sites
    first = max(0, (len(sites) - SITES) // 2)
    part = slice(first, min(len(sites), first + SITES))
    pictures = _pictures(comparison, part)
    if not all(len(rows) for rows in pictures):
        return []
    x = axis(np.arange(part.start, part.stop) + 1)
    return [
        Figure(
            id="haplotypes.rows",
            title="Haplotypes as rows",
            reading="Stripes are stretches that haplotypes share: as wide and as many among "
            "artificial people as among real ones. Each row of a group is the mean of similar "
            f"haplotypes of {MEMBERS} people, to the nearest quarter; no single real person is "
            f"drawn. Like stands near like. Draw a box to look closer. {_place(sites, part)}",
            kind="rows",
            x_label="site, in panel order",
            y_label="",
            series=[
                _series(name, role, x, rows)
                for (name, role), rows in zip(NAMES.items(), pictures, strict=True)
            ],
        )
    ]


def _pictures(comparison: Comparison, part: slice) -> list[Float64s]:
    real, made = (
        crowds(panel.haplotypes[:, part], comparison.rng("rows", name), most=ROWS, shades=SHADES)
        / SHADES
        for name, panel in (("holdout", comparison.holdout), ("artificial", comparison.artificial))
    )
    n = comparison.artificial.n_haplotypes
    drawn = comparison.rng("rows", "single").permutation(n)[:ROWS]
    single = comparison.artificial.haplotypes[np.sort(drawn), part].astype(np.float64)
    return _sorted([real, made, single])


def _sorted(pictures: list[Float64s]) -> list[Float64s]:
    """Sort all rows by one tree, so that like stands at the height of like."""
    together = np.vstack(pictures)
    if len(together) < 3 or not together.shape[1]:
        return pictures
    order = leaves_list(linkage(together, method="average", optimal_ordering=True))
    owner = np.repeat(np.arange(len(pictures)), [len(rows) for rows in pictures])
    return [together[order[owner[order] == i]] for i in range(len(pictures))]


def _series(name: str, role: Role, x: list[float | str], rows: Float64s) -> Series:
    y = axis(np.arange(len(rows)) + 1)
    return Series(name=name, role=role, x=x, y=list(y), z=[shorts(row) for row in rows])


def _place(sites: Sites, part: slice) -> str:
    ends = [f"{sites.contig[i]}:{sites.position[i]:,}" for i in (part.start, part.stop - 1)]
    return f"{part.stop - part.start:,} of {len(sites):,} sites, {ends[0]} to {ends[1]}."
