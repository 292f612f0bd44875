"""The split into train and holdout, made before any model sees data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from imaginome.arrays import Indices
from imaginome.errors import SplitError
from imaginome.panel.panel import Panel
from imaginome.panel.samples import Samples


def split_individuals(
    samples: Samples, fractions: Mapping[str, float], rng: np.random.Generator
) -> dict[str, Indices]:
    """Divide individuals into parts, families together, populations in proportion.

    Sizes are exact where families allow: each part gets the nearest whole number to its share
    of all individuals, and within each population the parts differ from their shares by less
    than one family.

    Parameters
    ----------
    samples
        `population` stratifies, `family` keeps kin together; both are optional.
    fractions
        Part name to share; shares sum to 1.
    rng
        Where the draw comes from.

    Returns
    -------
    dict
        Part name to sorted indices of individuals; every individual is in exactly one part.

    Raises
    ------
    SplitError
        When shares do not sum to 1 or a part would be empty.
    """
    if abs(sum(fractions.values()) - 1.0) > 1e-9 or min(fractions.values()) <= 0:
        raise SplitError(f"shares {dict(fractions)} are not positive or do not sum to 1")
    names = list(fractions)
    shares = np.array([fractions[name] for name in names])
    members: dict[str, list[int]] = {name: [] for name in names}
    placed = np.zeros(len(names))
    due = np.zeros(len(names))
    strata = _strata(samples)
    for stratum in strata:
        rng.shuffle(stratum)
        # Large families first: what follows can still even the parts out.
        for unit in sorted(stratum, key=len, reverse=True):
            due += shares * len(unit)
            part = int(np.argmax(due - placed))
            members[names[part]].extend(unit)
            placed[part] += len(unit)
    for name, rows in members.items():
        if not rows:
            raise _empty(name, len(samples), sum(map(len, strata)))
    return {name: np.array(sorted(rows), dtype=np.intp) for name, rows in members.items()}


def _empty(part: str, individuals: int, families: int) -> SplitError:
    found, hint = f"{individuals} individuals", "use a larger panel or another --holdout"
    if families < individuals:
        found += f" in {families} {'families' if families > 1 else 'family'}"
        hint += ", and check the column 'family': who shares one stays together"
    return SplitError(f"part '{part}' of the split would be empty: {found}", hint)


def _strata(samples: Samples) -> list[list[list[int]]]:
    """Return, for each population, its families as lists of individuals."""
    families: dict[str, list[int]] = defaultdict(list)
    for i in range(len(samples)):
        family = "" if samples.family is None else samples.family[i]
        families[f"f{family}" if family else f"i{i}"].append(i)
    strata: dict[str, list[list[int]]] = defaultdict(list)
    for unit in families.values():
        population = "" if samples.population is None else samples.population[unit[0]]
        strata[population].append(unit)
    return [strata[population] for population in sorted(strata)]


def split_panel(panel: Panel, holdout: float, rng: np.random.Generator) -> tuple[Panel, Panel]:
    """Return the train and the holdout panel; see `split_individuals`.

    Raises
    ------
    SplitError
        When `holdout` is not between 0 and 1 or a part would be empty.
    """
    if not 0 < holdout < 1:
        raise SplitError(f"holdout {holdout} is not between 0 and 1")
    parts = split_individuals(panel.samples, {"train": 1 - holdout, "holdout": holdout}, rng)
    return panel.take_individuals(parts["train"]), panel.take_individuals(parts["holdout"])
