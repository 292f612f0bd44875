"""Canaries: who they are, and what gives away that one was in the training panel."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float64s, Int64s
from imaginome.errors import CapabilityError, SettingsError
from imaginome.kernels.pca import fit_point_components
from imaginome.models.base import Generator
from imaginome.panel import Panel, Samples, strings
from imaginome.panel.units import without_kin
from imaginome.privacy.attacks.membership import person_scores
from imaginome.privacy.scores.person_runs import longest_runs, surprise
from imaginome.privacy.scores.with_model import Frequencies
from imaginome.randomness import child_generator

# -- What gives canaries away ----------------------------------------------------------------------


SPREAD = 0.05
"""Added to the variance of an allele: a site that hardly varies is not all there is to see."""
MOST_DIRECTIONS = 1000
RIDGE = 0.1
"""Weight on the diagonal when canaries are told from each other, as a share of its mean."""


def canary_scores(
    model: Generator[Any],
    drawn: Panel,
    base: Panel,
    canaries: Panel,
    threads: int,
    *,
    unlike: bool = False,
) -> dict[str, Float64s]:
    """Return how much each canary looks as if it had been in; nothing here knows the coins.

    Parameters
    ----------
    model
        Fitted to `base` and to some of the canaries.
    drawn
        What the model draws.
    base
        Who was in for certain.
    canaries
        Everyone who may have been in.
    threads
        The result does not depend on it.
    unlike
        Whether canaries are unlike anybody: then whatever varies among real people is taken out.

    Returns
    -------
    dict
        By what was looked at, ``float64`` of shape ``(n_canaries,)``: the higher, the likelier in.
    """
    rarity = surprise(*(panel.haplotypes for panel in (base, canaries, drawn)))
    scores = {
        "nearest of what it draws": person_scores(canaries, drawn, threads),
        "runs shared with what it draws": longest_runs(canaries, drawn, rarity, threads),
    }
    # One thread: with several, the last digits would depend on their number.
    with threadpool_limits(1):
        known = _known(base, canaries, unlike=unlike)
        scores["frequencies of what it draws"] = by_frequency(
            drawn.frequencies(), known, base, canaries
        )
        weights = _in_weights(model, base.n_sites)
        if weights is not None:
            scores["weights"] = by_frequency(weights, known, base, canaries)
        logs = _logs(model, canaries, threads)
        if logs is not None:
            left = _beyond_alleles(logs, base, canaries)
            scores["likelihood"] = left
            scores["likelihood, canaries told apart"] = _apart(left, base, canaries)
    return scores


def _directions(base: Panel, canaries: Panel) -> tuple[Float64s, Float64s]:
    """Return which way each canary pulls the frequencies, and the scale of each site."""
    usual = base.frequencies()
    rows = canaries.haplotypes.reshape(-1, 2, canaries.n_sites).mean(axis=1)
    scale = np.sqrt(usual * (1 - usual) + SPREAD)
    return (rows - rows.mean(axis=0)) / scale, scale


def by_frequency(frequencies: Float64s, known: Float64s, base: Panel, canaries: Panel) -> Float64s:
    """Decode who was in from frequencies of sites: a ridge regression on canaries.

    What is known is taken out first, whatever the scale, and a least difference from it counts.
    """
    pull, scale = _directions(base, canaries)
    line, *_ = np.linalg.lstsq(known / scale[:, None], frequencies / scale)
    return _solved(pull, pull @ ((frequencies - known @ line) / scale))


def _known(base: Panel, canaries: Panel, *, unlike: bool) -> Float64s:
    """Return what may move frequencies without the coins, ``float64`` of ``(n_sites, k)``.

    A constant, frequencies of those who were in for certain and of their superpopulations, the
    common pull of all canaries, and, where canaries are `unlike` anybody, the directions in which
    real people vary most: clipping weighs people, and moves frequencies there.
    """
    labels = base.samples.superpopulation
    groups = [] if labels is None else [labels == name for name in np.unique(labels.astype(str))]
    people = base.haplotypes.reshape(-1, 2, base.n_sites).mean(axis=1)
    columns = [np.ones(base.n_sites), canaries.frequencies(), people.mean(axis=0)]
    columns += [people[group].mean(axis=0) for group in groups]
    most = min(base.n_sites // 2, MOST_DIRECTIONS) if unlike else 0
    if most:
        columns += list(fit_point_components(people, most).axes.T)
    return np.stack(columns, axis=1)


def _in_weights(model: Generator[Any], n_sites: int) -> Float64s | None:
    """Return what the weights hold for each site, summed over rows; None where nothing fits."""
    rows = [
        tensor.reshape(-1, n_sites).astype(np.float64).mean(axis=0)
        for tensor in model.weights().values()
        if tensor.ndim in (1, 2) and tensor.shape[-1] == n_sites and tensor.dtype.kind == "f"
    ]
    return np.sum(rows, axis=0) if rows else None


def _apart(scores: Float64s, base: Panel, canaries: Panel) -> Float64s:
    """Take from the score of each canary what it owes to others whom it resembles."""
    pull, _ = _directions(base, canaries)
    return _solved(pull, scores)


def _solved(pull: Float64s, scores: Float64s) -> Float64s:
    alike = pull @ pull.T
    ridge = RIDGE * max(float(np.trace(alike)) / len(alike), 1e-9)
    return np.asarray(np.linalg.solve(alike + ridge * np.eye(len(alike)), scores))


def _logs(model: Generator[Any], canaries: Panel, threads: int) -> Float64s | None:
    """Return the log-likelihood of each canary; None where the model gives none."""
    exact = "log_likelihood" in model.abilities
    likelihood = model.log_likelihood if exact else model.estimated_log_likelihood
    try:
        logs = likelihood(canaries.haplotypes, threads=threads)
    except CapabilityError:
        return None
    people = logs.reshape(-1, 2).sum(axis=1)
    known = np.isfinite(people)
    # Impossible under the model: surely not in.
    return np.asarray(np.where(known, people, people[known].min(initial=0.0) - 1.0))


def _beyond_alleles(logs: Float64s, base: Panel, canaries: Panel) -> Float64s:
    """Return what of the log-likelihoods a regression on those under plain densities leaves.

    Plain densities are independent sites of the others, and of the others and all canaries.
    """
    rows, n = canaries.haplotypes, base.n_haplotypes
    everyone = np.arange(base.n_individuals)
    together = n * base.frequencies() + rows.sum(axis=0)
    chance = (together + 0.5) / (n + len(rows) + 1.0)
    weights = np.log(chance) - np.log1p(-chance)
    plain = [
        Frequencies.of(base, everyone, apart=False).logs(rows),
        Frequencies.of(base, everyone).logs(rows),
        (rows @ weights).reshape(-1, 2).sum(axis=1),
        np.ones(len(logs)),
    ]
    columns = np.stack(plain, axis=1)
    line, *_ = np.linalg.lstsq(columns, logs)
    return np.asarray(logs - columns @ line)


# -- Who the canaries are --------------------------------------------------------------------------
# People unlike anybody, or people of the panel, beside everyone else.


Kind = Literal["random", "people"]

FEWEST = 20


def with_canaries(panel: Panel, wanted: int, kind: Kind, seed: int) -> tuple[Panel, Panel]:
    """Return who is always in the training panel, and `wanted` canaries.

    Raises
    ------
    SettingsError
        When there are too few people for so many canaries.
    """
    rng = child_generator(seed, "canaries", kind)
    if kind == "random":
        like = rng.integers(panel.n_individuals, size=wanted)
        rows = rng.integers(0, 2, (wanted, panel.n_sites), dtype=np.uint8)
        return panel, Panel(np.repeat(rows, 2, axis=0), panel.sites, _named(panel.samples, like))
    alone = without_kin(panel.samples)
    if len(alone) < wanted or panel.n_individuals - wanted < FEWEST:
        raise SettingsError(
            f"{wanted} of {panel.n_individuals} people cannot be canaries",
            "give fewer --canaries, or --kind random; kin cannot be canaries",
        )
    chosen = np.sort(rng.choice(alone, wanted, replace=False))
    others = np.setdiff1d(np.arange(panel.n_individuals), chosen)
    return panel.take_individuals(others), panel.take_individuals(chosen)


def joined(one: Panel, other: Panel) -> Panel:
    """Return the people of both panels, which have the same sites and kinds of labels."""
    columns = {
        name: None
        if getattr(one.samples, name) is None
        else np.concatenate([getattr(one.samples, name), getattr(other.samples, name)])
        for name in Samples.LABELS
    }
    names = np.concatenate([one.samples.id, other.samples.id])
    rows = np.concatenate([one.haplotypes, other.haplotypes])
    return Panel(rows, one.sites, Samples(names, **columns))


def _named(samples: Samples, like: Int64s) -> Samples:
    """Return samples of their own names and families, labelled like some others."""
    columns = {
        name: None if getattr(samples, name) is None else getattr(samples, name)[like]
        for name in Samples.LABELS
    }
    if columns["family"] is not None:
        columns["family"] = strings([""] * len(like))
    return Samples(strings([f"CANARY{i:06d}" for i in range(1, len(like) + 1)]), **columns)
