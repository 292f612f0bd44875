"""Generators by id: made, fitted, and refused where they cannot do what was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imaginome.dp.guarantee import Guarantee
from imaginome.dp.noise import SYSTEM, NoiseSource
from imaginome.errors import CapabilityError
from imaginome.models.base import Generator
from imaginome.models.registry import models
from imaginome.panel import Panel
from imaginome.progress import SILENT, Progress
from imaginome.settings import Given, read_settings


def create(model_id: str, given: Given = (), **settings: Any) -> Generator[Any]:
    """Return an unfitted generator: ``create("hmm", clusters=8)``.

    Parameters
    ----------
    model_id
        Id of a registered generator.
    given
        Settings as ``key=value`` strings, which are read as text, or values by name.
    **settings
        Settings by name, each of the type of its field; they go before those in `given`.

    Raises
    ------
    UnknownIdError, SettingsError
        When there is no such generator or setting.
    """
    kind = models.get(model_id)
    if not settings:
        return kind(read_settings(kind.Settings, given))
    first = read_settings(kind.Settings, given).model_dump(exclude_unset=True)
    return kind(**{**first, **settings})


def require_phenotype(generator: Generator[Any]) -> None:
    """Raise for a generator that would not look at the phenotype that it shall learn.

    Raises
    ------
    CapabilityError
        Names the generators that can.
    """
    if "phenotype" not in generator.abilities:
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
    """Fit a generator, or the one of an id with its default settings; see `Generator.fit`.

    Parameters
    ----------
    generator
        An unfitted generator, or the id of one.
    train
        The train panel.
    seed, threads, device, progress, checkpoint, checkpoint_seconds, guarantee, noise
        See `Generator.fit`.

    Returns
    -------
    Generator
        The fitted generator.

    Raises
    ------
    UnknownIdError
        When there is no such generator.
    ImaginomeError
        As `Generator.fit` does.
    """
    model = create(generator) if isinstance(generator, str) else generator
    return model.fit(
        train,
        seed=seed,
        threads=threads,
        device=device,
        progress=progress,
        checkpoint=checkpoint,
        checkpoint_seconds=checkpoint_seconds,
        guarantee=guarantee,
        noise=noise,
    )
