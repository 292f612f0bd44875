"""Who the canaries are: people unlike anybody, or people of the panel, beside everyone else."""

from __future__ import annotations

from typing import Literal

import numpy as np

from imaginome.arrays import Indices, Int64s
from imaginome.errors import SettingsError
from imaginome.panel import Panel, Samples, strings
from imaginome.randomness import child_generator

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
    alone = _without_kin(panel.samples)
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


def _without_kin(samples: Samples) -> Indices:
    """Return the individuals who are alone in their family."""
    if samples.family is None:
        return np.arange(len(samples))
    names, counts = np.unique(samples.family.astype(str), return_counts=True)
    many = {name for name, count in zip(names, counts, strict=True) if name and count > 1}
    return np.flatnonzero([str(name) not in many for name in samples.family])
