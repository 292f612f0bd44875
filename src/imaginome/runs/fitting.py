"""Fit a generator to a train panel: validation part, checkpoint, fingerprint."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from imaginome import __version__
from imaginome.dp.guarantee import Guarantee
from imaginome.dp.noise import SYSTEM, NoiseSource
from imaginome.errors import CapabilityError, ModelError, SettingsError
from imaginome.models.base import Generator
from imaginome.models.registry import models
from imaginome.models.shared.artificial import refuse_artificial_names
from imaginome.panel import Panel
from imaginome.panel.split import split_panel
from imaginome.progress import SILENT, Progress
from imaginome.randomness import child_generator
from imaginome.settings import parse_settings
from imaginome.training.checkpoints import CheckpointStore
from imaginome.training.control import FitControl

VALIDATION = 0.1
FEWEST_INDIVIDUALS = 10


def create(model_id: str, assignments: Sequence[str] = (), **settings: Any) -> Generator[Any]:
    """Return an unfitted generator: ``create("hmm", clusters=8)``.

    Parameters
    ----------
    model_id
        Id of a registered generator.
    assignments
        Settings as ``key=value`` strings.
    **settings
        Settings by name.

    Raises
    ------
    UnknownIdError, SettingsError
        When there is no such generator or setting.
    """
    kind = models.get(model_id)
    named = [f"{name}={value}" for name, value in settings.items()]
    return kind(parse_settings(kind.Settings, [*assignments, *named]))


def require_phenotype(generator: Generator[Any]) -> None:
    """Raise for a generator that would not look at the phenotype that it shall learn.

    Raises
    ------
    CapabilityError
        Names the generators that can.
    """
    if "phenotype" not in generator.capabilities:
        able = [kind.id for kind in models if "phenotype" in kind.capabilities]
        raise CapabilityError(
            f"{generator.id} cannot learn a phenotype",
            f"leave out --phenotype, or choose one of these with --model: {', '.join(able)}",
        )


def fit(
    generator: Generator[Any] | str,
    train: Panel,
    *,
    seed: int = 1,
    threads: int = 1,
    device: str = "auto",
    progress: Progress = SILENT,
    checkpoint: Path | None = None,
    checkpoint_seconds: float = 10.0,
    guarantee: Guarantee | None = None,
    noise: NoiseSource = SYSTEM,
) -> Generator[Any]:
    """Fit a generator to the train panel.

    A tenth of the train individuals (families together, seeded) is kept aside as validation
    part, on which training stops. The holdout has no part in it. Under a guarantee everyone is
    learned from, with noise, and nobody is kept aside.

    Parameters
    ----------
    generator
        An unfitted generator, or the id of one for its default settings.
    train
        The train panel.
    seed, threads, device, progress
        See `FitControl`; on one kind of device the seed alone decides the result.
    checkpoint
        File in which an interrupted fit is kept and from which it goes on.
    checkpoint_seconds
        Least time between two saves.
    guarantee
        What the fit shall promise; needs a generator with the capability ``private``. The seed
        does not decide such a fit: its noise comes from the operating system.
    noise
        Another source of that noise. Who can draw it again undoes the guarantee.

    Returns
    -------
    Generator
        The fitted generator.

    Raises
    ------
    ModelError
        When the panel has fewer than ten individuals, no site, or no site that varies (under a
        guarantee nobody looks whether sites vary).
    CapabilityError
        When a guarantee is asked for and the generator cannot be fitted privately.
    SettingsError
        When delta is not below one over the number of individuals.
    CheckpointError
        When `checkpoint` is damaged or belongs to another fit.
    """
    model = create(generator) if isinstance(generator, str) else generator
    _refuse_unlearnable(train, guarantee)
    learn, validation = _parts(train, seed, guarantee)
    store = None
    if checkpoint is not None:
        marked = fingerprint(model, train, seed, guarantee)
        store = CheckpointStore(checkpoint, marked, checkpoint_seconds)
    control = FitControl(seed, threads, device, progress, store, guarantee, noise)
    model.fit(learn, validation, control)
    return model


def _parts(train: Panel, seed: int, guarantee: Guarantee | None) -> tuple[Panel, Panel]:
    """Return who is learned from and who is kept aside: under a guarantee nobody."""
    if guarantee is None:
        return split_panel(train, VALIDATION, child_generator(seed, "validation"))
    return train, train.take_individuals(np.array([], dtype=np.intp))


def _refuse_unlearnable(train: Panel, guarantee: Guarantee | None) -> None:
    """Raise for a panel that is too small, constant, or of people with artificial names.

    Whether it is constant depends on everyone's genome: under a guarantee nobody looks.
    """
    if train.n_individuals < FEWEST_INDIVIDUALS or train.n_sites == 0:
        raise ModelError(
            f"a train panel of {train.n_individuals} individuals and {train.n_sites} sites is "
            "too small to learn from",
            f"give at least {FEWEST_INDIVIDUALS} individuals and one site",
        )
    if guarantee is not None:
        _refuse_delta(guarantee, train.n_individuals)
    elif (train.haplotypes == train.haplotypes[0]).all():
        raise ModelError(
            f"all {train.n_haplotypes} haplotypes of the train panel are the same",
            "there is nothing to learn: give a region with sites that vary",
        )
    refuse_artificial_names(train.samples)


def _refuse_delta(guarantee: Guarantee, individuals: int) -> None:
    """Raise where the chance of no protection is that of picking out a person of the panel."""
    if math.isfinite(guarantee.epsilon) and guarantee.delta * individuals >= 1:
        raise SettingsError(
            f"delta {guarantee.delta:g} is not below one over the {individuals:,} individuals",
            f"give --delta {0.1 / individuals:.0e} or less",
        )


def fingerprint(
    model: Generator[Any], train: Panel, seed: int, guarantee: Guarantee | None = None
) -> str:
    """Return a digest of everything that decides the result of a fit."""
    settings = model.settings.model_dump(mode="json")
    card: dict[str, Any] = {"model": model.id, "settings": settings, "seed": seed}
    if guarantee is not None:
        card["guarantee"] = [str(guarantee.epsilon), guarantee.delta]
    return panel_digest(train, card)


def panel_digest(train: Panel, card: dict[str, Any]) -> str:
    """Return a digest of a panel with its labels, this version, and what else `card` says."""
    digest = hashlib.sha256(train.haplotypes.tobytes())
    digest.update(train.sites.position.tobytes())
    samples = train.samples
    labels = (samples.population, samples.superpopulation, samples.phenotype)
    whole = {
        "version": __version__,
        **card,
        "shape": train.haplotypes.shape,
        "labels": [None if column is None else list(column) for column in labels],
    }
    digest.update(json.dumps(whole, sort_keys=True).encode())
    return digest.hexdigest()
