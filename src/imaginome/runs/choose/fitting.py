"""Fit what was asked for: a named generator, or the one that a choice names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imaginome.dp.guarantee import Guarantee
from imaginome.errors import CapabilityError, SettingsError
from imaginome.models.base import Generator
from imaginome.models.registry import models
from imaginome.outputs import write_text
from imaginome.panel import Panel
from imaginome.results import CHOICE, Choice
from imaginome.runs.choose.budget import AUTO, DEFAULT_BUDGET, refuse_mixture
from imaginome.runs.choose.choose import choose
from imaginome.runs.fitting import create, fit, require_phenotype
from imaginome.runs.workspace import FitFiles
from imaginome.settings import Given
from imaginome.training.control import FitControl


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
    model: str,
    settings: Given,
    budget: float | None,
    *,
    phenotype: bool = False,
    guarantee: Guarantee | None = None,
) -> Asked:
    """Return what shall be fitted; refuse at once what cannot be.

    Raises
    ------
    UnknownIdError, SettingsError, CapabilityError
        For a generator or setting that does not exist, settings for a choice, a budget for a
        named generator, and a generator that cannot learn the phenotype or keep the guarantee.
    """
    refuse_mixture(model, settings, budget)
    generator = None if model == AUTO else create(model, settings)
    if guarantee is not None:
        _refuse_unpromised(generator, phenotype)
    if phenotype and generator is not None:
        require_phenotype(generator)
    return Asked(generator, DEFAULT_BUDGET if budget is None else budget, phenotype)


def _refuse_unpromised(generator: Generator[Any] | None, phenotype: bool) -> None:
    """Raise for what no guarantee covers: choosing a generator by the data, and phenotypes."""
    if generator is None:
        raise SettingsError(
            "--model auto looks at the people of the panel to choose, outside any --epsilon",
            f"name the generator with --model: {', '.join(_private())}",
        )
    if "private" not in generator.capabilities:
        raise CapabilityError(
            f"{generator.id} cannot be fitted privately",
            f"leave out --epsilon, or choose one of these with --model: {', '.join(_private())}",
        )
    if phenotype:
        raise CapabilityError(
            "phenotypes cannot be learned privately", "leave out --phenotype or --epsilon"
        )


def _private() -> list[str]:
    return [kind.id for kind in models if "private" in kind.capabilities]


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
        guarantee=control.guarantee,
        noise=control.noise,
        checkpoint=files.checkpoint,
        checkpoint_seconds=checkpoint_seconds,
        **circumstances,
    )
    return Fitted(generator, choice)
