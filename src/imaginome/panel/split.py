"""The split into train and holdout, made before any model sees data, and its table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from imaginome.arrays import Indices
from imaginome.errors import SplitError
from imaginome.panel.panel import Panel
from imaginome.panel.samples import Samples
from imaginome.panel.units import by_unit, units
from imaginome.randomness import child_generator

# -- The split into train and holdout --------------------------------------------------------------


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
    size, hint = f"{individuals} individuals", "use a larger panel or another --holdout"
    if families < individuals:
        size += f" in {families} {'families' if families > 1 else 'family'}"
        hint += ", and check the column 'family': who shares one stays together"
    return SplitError(f"part '{part}' of the split would be empty: {size}", hint)


def _strata(samples: Samples) -> list[list[list[int]]]:
    """Return, for each population, its families as lists of individuals."""
    strata: dict[str, list[list[int]]] = defaultdict(list)
    for unit in by_unit(units(samples)):
        population = "" if samples.population is None else samples.population[unit[0]]
        strata[population].append(unit.tolist())
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


# -- The table of who is in which part -------------------------------------------------------------


PARTS = ("train", "holdout")


def split_table(train: Panel, holdout: Panel) -> str:
    """Return the split as tab-separated text, sorted by sample."""
    rows = [(sample, "train") for sample in train.samples.id]
    rows += [(sample, "holdout") for sample in holdout.samples.id]
    return "sample\tpart\n" + "".join(f"{sample}\t{part}\n" for sample, part in sorted(rows))


def read_split(path: Path) -> dict[str, list[str]]:
    """Return the samples of each part.

    Raises
    ------
    SplitError
        When the file is no split table or names someone twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SplitError(f"{path} cannot be read ({error})", "give a split.tsv") from None
    if not lines or lines[0].split("\t") != ["sample", "part"]:
        raise SplitError(f"{path} does not begin with 'sample<tab>part'", "give a split.tsv")
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    seen = set()
    for number, line in enumerate(lines[1:], 2):
        sample, _, part = line.partition("\t")
        if part not in parts:
            raise SplitError(f"{path} line {number}: part '{part}' is not train or holdout")
        if sample in seen:
            raise SplitError(f"{path} line {number}: sample '{sample}' is there twice")
        seen.add(sample)
        parts[part].append(sample)
    return parts


def take_part(panel: Panel, path: Path, part: str, *, restricted: bool = False) -> Panel:
    """Return the individuals of `panel` that the split table puts into `part`.

    Parameters
    ----------
    panel
        Everyone in it must be in the table, in whichever part.
    path
        The split table.
    part
        ``train`` or ``holdout``.
    restricted
        Whether the panel holds only chosen samples: then others of this part may be missing.

    Raises
    ------
    SplitError
        When the table does not belong to the panel, or nobody of the panel is in that part.
    """
    parts = read_split(path)
    inside, known = set(panel.samples.id), set().union(*parts.values())
    _nobody(
        [sample for sample in panel.samples.id if sample not in known],
        f"in the panel but not in {path}",
        "give the split.tsv that was made for this panel",
    )
    if not restricted:
        _nobody(
            [sample for sample in parts[part] if sample not in inside],
            f"in the {part} part of {path} but not in the panel",
            "give the panel for which it was made",
        )
    wanted = set(parts[part])
    index = np.flatnonzero([sample in wanted for sample in panel.samples.id])
    if len(index) == 0:
        raise SplitError(f"nobody of the panel is in the {part} part of {path}")
    return panel.take_individuals(index)


def _nobody(samples: list[str], where: str, hint: str) -> None:
    if samples:
        raise SplitError(f"sample '{samples[0]}' ({len(samples)} in all) is {where}", hint)


def split(panel: Panel, holdout: float = 0.5, seed: int = 1) -> tuple[Panel, Panel]:
    """Divide a panel into train and holdout by individual, as the command line does.

    Parameters
    ----------
    panel
        Families stay together, populations appear in proportion, where labels say so.
    holdout
        Share of individuals that no model sees.
    seed
        Root seed of the run.

    Returns
    -------
    tuple
        Train and holdout panel.

    Raises
    ------
    SplitError
        When `holdout` is not between 0 and 1 or a part would be empty.
    """
    return split_panel(panel, holdout, child_generator(seed, "split"))
