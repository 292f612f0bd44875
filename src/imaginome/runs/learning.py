"""From a request to a fitted model: refuse what cannot be, choose where nobody is named, fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imaginome.dp.guarantee import Guarantee
from imaginome.errors import CapabilityError, SettingsError
from imaginome.formats import learnable, read_panel
from imaginome.models.base import Generator
from imaginome.models.registry import models
from imaginome.outputs import refuse_existing, write_text
from imaginome.panel import Panel
from imaginome.panel.split import take_part
from imaginome.progress import SILENT, Progress
from imaginome.reading import ReadOptions
from imaginome.results import CHOICE, Choice
from imaginome.runs.choose.budget import AUTO, refuse_mixture
from imaginome.runs.choose.choose import choose
from imaginome.runs.fitting import create, fit, require_phenotype
from imaginome.runs.request import RunRequest
from imaginome.runs.workspace import fit_files


class Learning:
    """What a request asks to learn; it refuses at once what cannot be learnt.

    Parameters
    ----------
    request
        What is asked for; of its output and of what comes after the fit nothing is read.

    Attributes
    ----------
    request
        The same, with the chosen generator and its settings in it once one is chosen.
    generator
        Unfitted; None as long as none is chosen.
    choice
        Why it was chosen; None where it was named.

    Raises
    ------
    UnknownIdError, SettingsError, CapabilityError
        For a generator or setting that does not exist, settings for a choice, a budget for a
        named generator, and what cannot learn the phenotype or keep the guarantee.
    """

    def __init__(self, request: RunRequest) -> None:
        refuse_mixture(request.model, request.settings, request.budget)
        self.request = request
        self.choice: Choice | None = None
        self.generator: Generator[Any] | None = None
        if request.model != AUTO:
            self.generator = create(request.model, request.settings)
        if request.guarantee is not None:
            _refuse_unpromised(self.generator, request.learns_phenotype)
        if request.learns_phenotype and self.generator is not None:
            require_phenotype(self.generator)
        refuse_chosen_sites(request.options, request.guarantee)

    def choose(self, train: Panel, trials: Path, progress: Progress) -> Generator[Any]:
        """Return the generator: the named one, or one chosen by people held out of `train`.

        Finished trials are kept in a file, from which an interrupted choice goes on.
        """
        request = self.request
        if self.generator is None:
            self.choice = choose(
                train,
                budget=request.budget_seconds,
                seed=request.seed,
                threads=request.threads,
                device=request.device,
                phenotype=request.learns_phenotype,
                progress=progress,
                ledger=trials,
            )
            self.request = request.naming(self.choice.model, tuple(self.choice.settings))
            self.generator = create(self.choice.model, self.choice.settings)
        return self.generator

    def fit(self, train: Panel, checkpoint: Path, progress: Progress) -> Generator[Any]:
        """Return the generator, chosen before, fitted to `train`."""
        assert self.generator is not None
        request = self.request
        return fit(
            self.generator,
            train,
            seed=request.seed,
            threads=request.threads,
            device=request.device,
            progress=progress,
            checkpoint=checkpoint,
            checkpoint_seconds=request.checkpoint_seconds,
            guarantee=request.guarantee,
        )

    def save_choice(self, model: Path) -> None:
        """Write into a model's folder why it was chosen, where nobody named it."""
        if self.choice is not None:
            text = self.choice.timeless().as_file()
            write_text(model / CHOICE, text, force=True)


def learn(
    request: RunRequest,
    *,
    split: Path | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Progress = SILENT,
) -> Generator[Any]:
    """Read a panel, fit a generator to it, and save the model at ``request.output``.

    Parameters
    ----------
    request
        What to do; only what concerns the fit is read.
    split
        Table that says who is in train; None learns from everyone.
    resume, force
        Go on with an interrupted fit; replace an existing model.
    progress
        Who is told how far it is.

    Raises
    ------
    ImaginomeError
        For any input, setting or output that does not work.
    """
    refuse_existing(request.output, force, folder_with="model.json")
    learning, options = Learning(request), request.options
    train = learnable(read_panel(request.panel, options), options)
    if split is not None:
        train = take_part(train, split, "train", restricted=bool(options.samples))
    with fit_files(request.output, resume=resume, force=force) as files:
        learning.choose(train, files.trials, progress)
        if learning.choice is not None:
            chosen = learning.choice
            words = [f"--model {chosen.model}", *(f"--set {s}" for s in chosen.settings)]
            progress.note(f"the same without comparing: {' '.join(words)}")
        model = learning.fit(train, files.checkpoint, progress)
        model.save(request.output, force=force)
        learning.save_choice(request.output)
    people = f"{train.n_individuals:,} individuals"
    progress.note(f"{model.id} fitted to {people} at {train.n_sites:,} sites")
    if model.spending is not None:
        progress.note(model.spending.facts()["Guarantee"])
    return model


def refuse_chosen_sites(options: ReadOptions, guarantee: Guarantee | None) -> None:
    """Raise under a guarantee for reading rules that choose sites by the genomes of people.

    Raises
    ------
    SettingsError
        Says which; the site list of a private fit is public.
    """
    choosing = {
        "monomorphic": options.monomorphic != "keep",
        "missing": options.missing == "drop",
        "unphased": options.unphased == "drop",
    }
    given = [f"--{rule} {getattr(options, rule)}" for rule, chooses in choosing.items() if chooses]
    if guarantee is not None and given:
        raise SettingsError(
            f"{given[0]} chooses sites by looking at everyone, outside any --epsilon",
            "leave it out, and choose sites by what is public: -r, -R",
        )


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
