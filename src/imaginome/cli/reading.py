"""From words on the command line to panels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from typer import BadParameter

from imaginome.cli import options as o
from imaginome.cli.shared import takes
from imaginome.errors import ImaginomeError, SettingsError, UnknownIdError

if TYPE_CHECKING:
    from imaginome.dp.guarantee import Guarantee
    from imaginome.formats import ReadOptions
    from imaginome.panel import Panel
    from imaginome.registry import Registry


def read_options(
    *,
    samples: o.Samples = None,
    regions: o.Regions = "",
    regions_file: o.RegionsFile = None,
    sample_list: o.SampleList = "",
    sample_file: o.SampleFile = None,
    legend: o.Legend = None,
    multiallelic: o.MultiallelicOption = "drop",
    indels: o.Indels = "keep",
    monomorphic: o.Monomorphic = "keep",
    duplicates: o.Duplicates = "first",
    missing: o.MissingOption = "error",
    unphased: o.UnphasedOption = "error",
) -> Any:
    """Return the `imaginome.formats.ReadOptions` that the words ask for."""
    from imaginome.formats import ReadOptions
    from imaginome.formats.regions import (
        parse_regions,
        parse_samples,
        read_regions,
        read_samples,
    )

    with file_errors():
        listed_regions = read_regions(regions_file) if regions_file else ()
        listed_samples = read_samples(sample_file) if sample_file else ()
    return ReadOptions(
        regions=(parse_regions(regions) if regions else ()) + listed_regions,
        samples=(parse_samples(sample_list) if sample_list else ()) + listed_samples,
        multiallelic=multiallelic,
        indels=indels,
        monomorphic=monomorphic,
        duplicates=duplicates,
        missing=missing,
        unphased=unphased,
        legend=legend,
        samples_table=samples,
    )


@contextmanager
def file_errors() -> Iterator[None]:
    """Make of a setting that a file got wrong an error of input, not of usage."""
    try:
        yield
    except (SettingsError, UnknownIdError) as error:
        error.exit_code = ImaginomeError.exit_code
        raise


@contextmanager
def resumable(*left: Path) -> Iterator[None]:
    """Let an interrupt say how to go on, where it leaves something to go on from."""
    try:
        yield
    except KeyboardInterrupt:
        if not any(path.exists() for path in left):
            raise
        raise KeyboardInterrupt("repeat the command with --resume to go on") from None


def budget_seconds(budget: str | None) -> float | None:
    """Return a budget in seconds; None where none is given."""
    from imaginome.runs.choose.budget import parse_budget

    return None if budget is None else parse_budget(budget)


def guarantee(epsilon: float | None, delta: float | None) -> Guarantee | None:
    """Return what a fit shall promise; None where nothing is asked for.

    Raises
    ------
    SettingsError
        When one is out of range, or a delta is given without an epsilon.
    """
    from imaginome.dp.guarantee import DELTA, Guarantee

    if epsilon is None:
        if delta is not None:
            raise SettingsError("--delta is part of a guarantee", "give --epsilon too")
        return None
    return Guarantee(epsilon, DELTA if delta is None else delta)


def thread_count(threads: int) -> int:
    """Return the number of threads to use: all that this process may use for 0."""
    import os

    if threads:
        return threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@takes("reading", read_options)
def comparison(
    *,
    reading: Callable[[], Any],
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


def known_ids(kind: Literal["metrics", "attacks"], chosen: list[str]) -> tuple[str, ...]:
    """Return the ids of metrics or attacks to compute; refuse those that do not exist."""
    from imaginome.metrics.registry import metrics
    from imaginome.privacy.registry import attacks

    registry: Registry[Any] = metrics if kind == "metrics" else attacks
    for item in chosen:
        registry.get(item)
    return tuple(chosen)
