"""From words on the command line to panels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import BadParameter

from imaginome.cli import options as o
from imaginome.cli.shared import request_of, takes
from imaginome.errors import errors_of_files
from imaginome.reading import ReadOptions
from imaginome.runs.request import thread_count

if TYPE_CHECKING:
    from imaginome.panel import Panel
    from imaginome.privacy.policy import Policy

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
    needs_holdout: bool = True,
) -> Any:
    """Return the `imaginome.metrics.comparison.Comparison` that the words ask for.

    Real panels come as ``--train`` and ``--holdout``, or as one ``--panel`` with a ``--split``.
    The artificial panel is read by the same rules, but its constant sites are always kept: a
    site that only the artificial panel lost counts.
    """
    from imaginome.formats import read_panel
    from imaginome.metrics.comparison import Comparison

    options = replace(reading(), phenotype=phenotype)
    known, unseen = real_panels(options, train, holdout, panel, split, needs_holdout=needs_holdout)
    legend = artificial_legend or legend_of(artificial, options.legend, panel or train)
    found = read_panel(artificial, options_of_artificial(options, legend, artificial_samples))
    how: dict[str, Any] = {
        "seed": seed,
        "threads": thread_count(threads),
        "replicates": replicates,
    }
    if unseen is None:
        return Comparison.without_holdout(known, found, **how)
    return Comparison.of(known, unseen, found, **how)


def real_panels(
    options: ReadOptions,
    train: str | None,
    holdout: str | None,
    panel: str | None,
    split: Path | None,
    *,
    needs_holdout: bool = True,
) -> tuple[Panel, Panel | None]:
    """Read train and holdout; None for a holdout that is neither needed nor named."""
    from imaginome.formats import read_panel
    from imaginome.panel.split import take_part

    if panel is not None and split is not None:
        whole, restricted = read_panel(panel, options), bool(options.samples)
        known = take_part(whole, split, "train", restricted=restricted)
        return known, take_part(whole, split, "holdout", restricted=restricted)
    alone = train is not None and not (needs_holdout or holdout or panel or split)
    if train is None or (holdout is None and not alone):
        raise BadParameter("give --train and --holdout, or --panel and --split")
    if options.samples:
        raise BadParameter("samples are chosen (-s, -S) from one --panel with a --split")
    if holdout is None:
        return read_panel(train, options), None
    known, unseen = read_panel(train, options), read_panel(holdout, options)
    if split is not None:
        known, unseen = take_part(known, split, "train"), take_part(unseen, split, "holdout")
    return known, unseen


def options_of_artificial(
    real: ReadOptions, legend: Path | None, samples_table: Path | None
) -> ReadOptions:
    """Return how an artificial panel is read: by the rules of the real one, with its own labels."""
    return replace(
        real,
        monomorphic="keep",
        samples=(),
        legend=legend,
        samples_table=samples_table,
        phenotype="phenotype" if real.phenotype and samples_table else None,
    )


def policy_of(path: Path | None) -> Policy:
    """Return the thresholds of a file, or the defaults."""
    from imaginome.privacy.policy import Policy, load_policy

    with errors_of_files():
        return load_policy(path) if path else Policy()


def legend_of(artificial: str, given: Any, real: str | None) -> Path | None:
    """Return the legend to read an artificial panel with; None for that of its own stem."""
    from imaginome.formats.legend import legend_path

    if legend_path(Path(artificial)).is_file():
        return None
    if given or real is None:
        return Path(given) if given else None
    beside = legend_path(Path(real))
    return beside if beside.is_file() else None


def refuse_outputs(*paths: Path | None, force: bool) -> None:
    """Refuse early outputs that could not be written at the end."""
    from imaginome.outputs import refuse_existing

    for path in paths:
        if path is not None:
            refuse_existing(path, force)
