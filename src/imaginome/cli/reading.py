"""From words on the command line to panels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import BadParameter

from imaginome.cli import options as o
from imaginome.cli.shared import request_of, takes
from imaginome.reading import ReadOptions
from imaginome.runs.request import thread_count

if TYPE_CHECKING:
    from imaginome.panel import Panel

read_options = request_of(ReadOptions, without=("phenotype",))
"""Makes the `imaginome.reading.ReadOptions` that the words ask for."""


@contextmanager
def resumable(*left: Path) -> Iterator[None]:
    """Let an interrupt say how to go on, where it leaves something to go on from."""
    try:
        yield
    except KeyboardInterrupt:
        if not any(path.exists() for path in left):
            raise
        raise KeyboardInterrupt("repeat the command with --resume to go on") from None


@takes("reading", read_options)
def comparison(
    *,
    artificial: o.ArtificialPath,
    train: o.TrainPath = None,
    holdout: o.HoldoutPath = None,
    panel: o.RealPath = None,
    split: o.SplitPath = None,
    phenotype: o.Phenotype = None,
    artificial_legend: o.ArtificialLegend = None,
    artificial_samples: o.ArtificialSamples = None,
    seed: o.Seed = 1,
    threads: o.Threads = 0,
    replicates: o.Replicates = 100,
    reading: Callable[[], ReadOptions],
) -> Any:
    """Return the `imaginome.metrics.comparison.Comparison` that the words ask for.

    Real panels come as ``--train`` and ``--holdout``, or as one ``--panel`` with a ``--split``.
    The artificial panel is read by the same rules, but its constant sites are always kept: a
    site that only the artificial panel lost counts.
    """
    from imaginome.formats import read_panel
    from imaginome.metrics.comparison import Comparison

    options = replace(reading(), phenotype=phenotype)
    known, unseen = real_panels(options, train, holdout, panel, split)
    legend = artificial_legend or legend_of(artificial, options.legend, panel or train)
    made = replace(
        options,
        monomorphic="keep",
        samples=(),
        legend=legend,
        samples_table=artificial_samples,
        phenotype="phenotype" if phenotype and artificial_samples else None,
    )
    found = read_panel(artificial, made)
    how: dict[str, Any] = {
        "seed": seed,
        "threads": thread_count(threads),
        "replicates": replicates,
    }
    if unseen is None:
        return Comparison.without_holdout(known, found, **how)
    return Comparison.of(known, unseen, found, **how)


class Absent(Enum):
    """What is not there although a verb asks for it, because it can do without."""

    HOLDOUT = "no holdout"


def with_or_without_holdout(compared: partial[Any]) -> Any:
    """Return the comparison; one without a holdout where only ``--train`` is given."""
    given = compared.keywords
    alone = given["train"] and not any(given[name] for name in ("holdout", "panel", "split"))
    return compared(holdout=Absent.HOLDOUT) if alone else compared()


def real_panels(
    options: ReadOptions,
    train: str | None,
    holdout: str | Absent | None,
    panel: str | None,
    split: Any,
) -> tuple[Panel, Panel | None]:
    """Read train and holdout; None for a holdout that is not there (`Absent`)."""
    from imaginome.formats import read_panel
    from imaginome.panel.split import take_part

    if panel is not None and split is not None:
        whole, restricted = read_panel(panel, options), bool(options.samples)
        known = take_part(whole, split, "train", restricted=restricted)
        return known, take_part(whole, split, "holdout", restricted=restricted)
    if train is None or holdout is None:
        raise BadParameter("give --train and --holdout, or --panel and --split")
    if options.samples:
        raise BadParameter("samples are chosen (-s, -S) from one --panel with a --split")
    if holdout is Absent.HOLDOUT:
        return read_panel(train, options), None
    known, unseen = read_panel(train, options), read_panel(holdout, options)
    if split is not None:
        known, unseen = take_part(known, split, "train"), take_part(unseen, split, "holdout")
    return known, unseen


def legend_of(artificial: str, given: Any, real: str | None) -> Path | None:
    """Return the legend to read an artificial panel with; None for that of its own stem."""
    from imaginome.formats.legend import legend_path

    if legend_path(Path(artificial)).is_file():
        return None
    if given or real is None:
        return Path(given) if given else None
    beside = legend_path(Path(real))
    return beside if beside.is_file() else None


def json_path(path: Path | None, force: bool) -> None:
    """Refuse early an output that could not be written at the end."""
    from imaginome.outputs import refuse_existing

    if path is not None:
        refuse_existing(path, force)
