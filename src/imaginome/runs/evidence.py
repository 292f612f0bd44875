"""Ask a fitted model about the people of a comparison; this is what it has to say of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float64s, Indices, UInt8s
from imaginome.errors import CapabilityError, ComparisonError
from imaginome.metrics.comparison import PARTS, Comparison
from imaginome.metrics.evidence import Codes, Flags, Logs, ModelEvidence
from imaginome.models.base import Generator
from imaginome.panel import Panel, haplotype_rows
from imaginome.privacy.registry import attacks

WORK = 25_000_000
"""Individuals times sites times classes of each panel whose likelihood is computed, at most."""
FEWEST_PEOPLE = 50
METRICS = frozenset({"likelihood", "latent"})
"""Metrics that read the evidence."""


def needed(metrics: Collection[str], chosen: Collection[str]) -> bool:
    """Tell whether any of these metrics and attacks reads the evidence; none stands for all."""
    reading = [kind.id for kind in attacks if kind.access == "model"]
    return (
        not metrics
        or not METRICS.isdisjoint(metrics)
        or not chosen
        or not set(reading).isdisjoint(chosen)
    )


def with_evidence(comparison: Comparison, model: Generator[Any]) -> Comparison:
    """Return the comparison with what a fitted model says of everyone in it.

    Log-likelihoods, latent codes and scores of the critic, each where the model has them, and
    which haplotypes stand in its weights. Large panels are read in part: likelihoods of at most
    `WORK` individuals times sites times classes, drawn at random, the same whoever asks; the
    others are NaN.

    Raises
    ------
    ComparisonError
        When the panels are not at the sites of the model.
    """
    if model.sites.keys() != comparison.holdout.sites.keys():
        raise ComparisonError(
            f"the {model.id} model knows {len(model.sites)} sites, and the panels share "
            f"{comparison.holdout.n_sites} that are not the same",
            "compare panels at the sites that the model was fitted to, in the same order",
        )
    likelihood, exact = _likelihood(model)
    logs = _logs(comparison, model, likelihood, exact)
    codes = _codes(comparison, model) if "latent" in model.abilities else None
    critic = _critic(comparison, model) if "critic" in model.abilities else None
    evidence = ModelEvidence(model.id, logs, exact, codes, critic, _stored(comparison, model))
    return replace(comparison, evidence=evidence)


def _likelihood(model: Generator[Any]) -> tuple[Callable[..., Float64s], bool]:
    """Return the method that gives log-likelihoods, and whether they are exact."""
    if "log_likelihood" in model.abilities:
        return model.log_likelihood, True
    return model.estimated_log_likelihood, False


def _logs(
    comparison: Comparison,
    model: Generator[Any],
    likelihood: Callable[..., Float64s],
    exact: bool,
) -> Logs | None:
    logs = {}
    for name in PARTS:
        panel: Panel = getattr(comparison, name)
        people = _some_people(comparison, model, name)
        rows = haplotype_rows(people)
        logs[name] = np.full(panel.n_haplotypes, np.nan)
        try:
            logs[name][rows] = likelihood(panel.haplotypes[rows], threads=comparison.threads)
        except CapabilityError:
            if exact:
                raise
            return None
    return logs


def _some_people(comparison: Comparison, model: Generator[Any], name: str) -> Indices:
    """Return the individuals whose likelihood is computed, in order."""
    panel: Panel = getattr(comparison, name)
    # A generator that knows populations has a pass over the sites for each.
    classes = max(1, len(model.frame.classes)) if "population" in model.abilities else 1
    most = max(FEWEST_PEOPLE, WORK // max(1, panel.n_sites * classes))
    if panel.n_individuals <= most:
        return np.arange(panel.n_individuals)
    drawn = comparison.rng("evidence", name).choice(panel.n_individuals, most, replace=False)
    return np.sort(drawn)


def _codes(comparison: Comparison, model: Generator[Any]) -> Codes:
    return {name: model.latent(getattr(comparison, name).haplotypes) for name in PARTS}


def _critic(comparison: Comparison, model: Generator[Any]) -> Logs:
    return {name: model.critic(getattr(comparison, name).haplotypes) for name in PARTS}


def _stored(comparison: Comparison, model: Generator[Any]) -> Flags:
    """Return which haplotypes stand verbatim in the weights, as alleles or rounded chances."""
    n_sites = comparison.holdout.n_sites
    held = {row.tobytes() for t in model.weights().values() for row in _rows(t, n_sites)}
    return {
        name: np.array(
            [
                row.tobytes() in held
                for row in np.packbits(getattr(comparison, name).haplotypes, axis=1)
            ],
            dtype=np.bool_,
        )
        for name in PARTS
    }


def _rows(tensor: npt.NDArray[Any], n_sites: int) -> UInt8s:
    """Return what might be haplotypes in a tensor, bits packed along each row."""
    wide = tensor.ndim == 2 and tensor.shape[1] == n_sites
    if wide and tensor.min() >= 0 and tensor.max() <= 1:
        return np.packbits(tensor > 0.5, axis=1)
    if tensor.ndim == 2 and tensor.shape[1] == -(-n_sites // 8) and tensor.dtype == np.uint8:
        return tensor
    return np.empty((0, 0), dtype=np.uint8)
