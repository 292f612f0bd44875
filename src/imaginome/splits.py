"""The table that says who is in which part: ``sample`` and ``part``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from imaginome.errors import SplitError
from imaginome.panel import Panel
from imaginome.panel.split import split_panel
from imaginome.randomness import child_generator

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
