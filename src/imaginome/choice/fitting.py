"""Fit what was asked for: a named generator, or the one that a choice names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imaginome.choice.budget import AUTO, DEFAULT_BUDGET, refuse_mixture
from imaginome.choice.choose import choose
from imaginome.fitting import create, fit, require_phenotype
from imaginome.models.base import Generator
from imaginome.outputs import write_text
from imaginome.panel import Panel
from imaginome.results import CHOICE, Choice
from imaginome.training.control import FitControl
from imaginome.workspace import FitFiles


@dataclass(frozen=True)
class Asked:
    """What shall be fitted.

    Attributes
    ----------
    generator
        Unfitted; None to choose one.
    budget
        Seconds of the choice and the fit.
    phenotype
        Whether it has to learn phenotypes.
    """

    generator: Generator[Any] | None
    budget: float
    phenotype: bool


@dataclass(frozen=True)
class Fitted:
    """A fitted generator, and why it was chosen where nobody named it."""

    generator: Generator[Any]
    choice: Choice | None

    def save(self, folder: Path, *, force: bool = False) -> None:
        """Write the model folder; see `Generator.save`."""
        self.generator.save(folder, force=force)
        if self.choice is not None:
            text = self.choice.timeless().model_dump_json(indent=1) + "\n"
            write_text(folder / CHOICE, text, force=True)


def asked(
    model: str, settings: Sequence[str], budget: float | None, *, phenotype: bool = False
) -> Asked:
    """Return what shall be fitted; refuse at once what cannot be.

    Raises
    ------
    UnknownIdError, SettingsError, CapabilityError
        For a generator or setting that does not exist, settings for a choice, a budget for a
        named generator, and a generator that cannot learn the phenotype.
    """
    refuse_mixture(model, settings, budget)
    generator = None if model == AUTO else create(model, settings)
    if phenotype and generator is not None:
        require_phenotype(generator)
    return Asked(generator, DEFAULT_BUDGET if budget is None else budget, phenotype)


def fit_asked(
    wanted: Asked,
    train: Panel,
    control: FitControl,
    files: FitFiles,
    checkpoint_seconds: float,
) -> Fitted:
    """Choose, where nothing was named, and fit; see `choose` and `fitting.fit`."""
    generator, choice = wanted.generator, None
    circumstances: dict[str, Any] = {
        "seed": control.seed,
        "threads": control.threads,
        "device": control.device,
        "progress": control.progress,
    }
    if generator is None:
        choice = choose(
            train,
            budget=wanted.budget,
            phenotype=wanted.phenotype,
            ledger=files.trials,
            **circumstances,
        )
        words = [f"--model {choice.model}", *(f"--set {s}" for s in choice.settings)]
        control.progress.note(f"the same without comparing: {' '.join(words)}")
        generator = create(choice.model, choice.settings)
    fit(
        generator,
        train,
        checkpoint=files.checkpoint,
        checkpoint_seconds=checkpoint_seconds,
        **circumstances,
    )
    return Fitted(generator, choice)
