"""Ask a fitted model about the people of a comparison; this is what it has to say of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from imaginome.errors import CapabilityError, ComparisonError
from imaginome.metrics.comparison import PARTS, Comparison
from imaginome.metrics.evidence import Codes, Logs, ModelEvidence
from imaginome.models.base import Generator
from imaginome.panel import Panel, haplotype_rows

WORK = 25_000_000
"""Individuals times sites times classes of each panel whose likelihood is computed, at most."""
FEWEST_PEOPLE = 50
METRICS = frozenset({"likelihood", "latent"})
"""Metrics that read the evidence: without them nobody asks the model."""


def with_evidence(comparison: Comparison, model: Generator[Any]) -> Comparison:
    """Return the comparison with log-likelihoods and latent codes under a fitted model.

    Large panels are read in part: likelihoods of at most `WORK` individuals times sites times
    classes, drawn at random, the same whoever asks; the others are NaN.

    Raises
    ------
    ComparisonError
        When the panels are not at the sites of the model.
    """
    if not {"log_likelihood", "latent"} & model.capabilities:
        return comparison
    if model.sites.keys() != comparison.holdout.sites.keys():
        raise ComparisonError(
            f"the {model.id} model knows {len(model.sites)} sites, and the panels share "
            f"{comparison.holdout.n_sites} that are not the same",
            "compare panels at the sites that the model was fitted to, in the same order",
        )
    asked, exact = _likelihood(model)
    logs = _logs(comparison, model, asked, exact)
    codes = _codes(comparison, model) if "latent" in model.capabilities else None
    evidence = ModelEvidence(model.id, logs, exact, codes)
    return replace(comparison, evidence=evidence)


def _likelihood(model: Generator[Any]) -> tuple[Callable[..., npt.NDArray[np.float64]], bool]:
    """Return the method that gives log-likelihoods, and whether they are exact."""
    if "log_likelihood" in model.capabilities:
        return model.log_likelihood, True
    return model.estimated_log_likelihood, False


def _logs(
    comparison: Comparison,
    model: Generator[Any],
    asked: Callable[..., npt.NDArray[np.float64]],
    exact: bool,
) -> Logs | None:
    found = {}
    for name in PARTS:
        panel: Panel = getattr(comparison, name)
        people = _some_people(comparison, model, name)
        rows = haplotype_rows(people)
        found[name] = np.full(panel.n_haplotypes, np.nan)
        try:
            found[name][rows] = asked(panel.haplotypes[rows], threads=comparison.threads)
        except CapabilityError:
            if exact:
                raise
            return None
    return found


def _some_people(comparison: Comparison, model: Generator[Any], name: str) -> npt.NDArray[np.intp]:
    """Return the individuals whose likelihood is computed, in order."""
    panel: Panel = getattr(comparison, name)
    # A generator that knows populations has a pass over the sites for each.
    classes = max(1, len(model.frame.classes)) if "population" in model.capabilities else 1
    most = max(FEWEST_PEOPLE, WORK // max(1, panel.n_sites * classes))
    if panel.n_individuals <= most:
        return np.arange(panel.n_individuals)
    drawn = comparison.rng("evidence", name).choice(panel.n_individuals, most, replace=False)
    return np.sort(drawn)


def _codes(comparison: Comparison, model: Generator[Any]) -> Codes:
    return {name: model.latent(getattr(comparison, name).haplotypes) for name in PARTS}
