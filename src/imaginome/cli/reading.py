"""From words on the command line to panels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from imaginome.cli import options as o


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

    return ReadOptions(
        regions=(parse_regions(regions) if regions else ())
        + (read_regions(regions_file) if regions_file else ()),
        samples=(parse_samples(sample_list) if sample_list else ())
        + (read_samples(sample_file) if sample_file else ()),
        multiallelic=multiallelic,
        indels=indels,
        monomorphic=monomorphic,
        duplicates=duplicates,
        missing=missing,
        unphased=unphased,
        legend=legend,
        samples_table=samples,
    )


def thread_count(threads: int) -> int:
    """Return the number of threads to use: all that this process may use for 0."""
    import os

    return threads or len(os.sched_getaffinity(0))


def comparison(
    *,
    artificial: o.ArtificialPath,
    train: o.TrainPath = None,
    holdout: o.HoldoutPath = None,
    panel: o.RealPath = None,
    split: o.SplitPath = None,
    samples: o.Samples = None,
    legend: o.Legend = None,
    seed: o.Seed = 1,
    threads: o.Threads = 0,
    replicates: o.Replicates = 100,
) -> Any:
    """Return the `imaginome.metrics.comparison.Comparison` that the words ask for.

    Real panels come as ``--train`` and ``--holdout``, or as one ``--panel`` with a ``--split``.
    Constant sites are kept in all of them: a site that only the artificial panel lost counts.
    """
    from imaginome.formats import ReadOptions, read_panel
    from imaginome.metrics.comparison import Comparison
    from imaginome.splits import take_part

    real = ReadOptions(monomorphic="keep", samples_table=samples)
    if panel is not None and split is not None:
        whole = read_panel(panel, real)
        known, unseen = (take_part(whole, split, part) for part in ("train", "holdout"))
    elif train is not None and holdout is not None:
        known, unseen = read_panel(train, real), read_panel(holdout, real)
        if split is not None:
            known, unseen = take_part(known, split, "train"), take_part(unseen, split, "holdout")
    else:
        raise _incomplete()
    made = read_panel(artificial, replace(real, samples_table=None, legend=legend))
    return Comparison.of(
        known,
        unseen,
        made,
        seed=seed,
        threads=thread_count(threads),
        replicates=replicates,
    )


def _incomplete() -> Exception:
    from typer import BadParameter

    return BadParameter("give --train and --holdout, or --panel and --split")


def json_path(path: Path | None, force: bool) -> None:
    """Refuse early an output that could not be written at the end."""
    from imaginome.outputs import refuse_existing

    if path is not None:
        refuse_existing(path, force)
