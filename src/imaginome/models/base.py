"""The contract of a generator: a model of haplotypes that can `fit` and `sample`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

import numpy as np

from imaginome.arrays import Bools, Float64s, Int64s, UInt8s
from imaginome.citations import Citation
from imaginome.display import in_notebook
from imaginome.dp.accounting import Budget
from imaginome.dp.frame import private_frame
from imaginome.dp.guarantee import Guarantee, Spending
from imaginome.dp.noise import SYSTEM, NoiseSource
from imaginome.errors import CapabilityError, ModelError, SettingsError
from imaginome.models.shared.abilities import Abilities, Capability
from imaginome.models.shared.artificial import artificial_samples
from imaginome.models.shared.completion import UNKNOWN, Completion, observed_mask, prior_shares
from imaginome.models.shared.fitting import fitting_parts, panel_digest, refuse_unlearnable
from imaginome.models.shared.folder import Saved, told_of
from imaginome.panel import Haplotypes, Panel, Sites
from imaginome.panel.frame import PanelFrame
from imaginome.panel.units import unit_of
from imaginome.progress import SILENT, Progress
from imaginome.results.emergence import Emergence
from imaginome.settings import Settings, typed_settings
from imaginome.tensors import Tensors
from imaginome.training.checkpoints import CheckpointStore
from imaginome.training.control import FitControl
from imaginome.training.emergence import with_real_groups
from imaginome.training.loop import History

S = TypeVar("S", bound=Settings)

__all__ = ["Capability", "Completion", "Generator"]


class Generator(Abilities, ABC, Generic[S]):
    """A model of the haplotypes of a panel: ``Hmm(clusters=48).fit(panel).sample(500, seed=1)``.

    A subclass sets the class attributes, implements `_fit`, `_draw`, `_tensors` and
    `_load_tensors`, and, for each capability that it declares, the method of that name (for
    ``complete``: `_complete`).

    Attributes
    ----------
    id, description
        The id equals the module's name; one line on what it is.
    assumptions, limitations
        What the model takes for granted, and what it cannot do.
    capabilities
        What it really has; see `Abilities`.
    history
        Held-out figures along the training; `_fit` sets it where there is a training loop.
    emergence
        Frames along the training beside groups of ten of the train panel, where the loop took any.
    spending
        What a private fit promises and spent; None where nothing is promised. Such a fit leaves
        no history and no frames: both would tell of people outside the budget.
    """

    id: ClassVar[str]
    description: ClassVar[str]
    assumptions: ClassVar[str]
    limitations: ClassVar[str]
    citations: ClassVar[tuple[Citation, ...]]
    Settings: ClassVar[type[Settings]]

    def __init__(self, settings: S | None = None, /, **named: Any) -> None:
        """Make an unfitted generator.

        Parameters
        ----------
        settings
            All settings at once; or else
        **named
            settings by name, each of the type of its field; the others have their defaults.

        Raises
        ------
        SettingsError
            For a setting that does not exist, is of another type or out of range.
        """
        self.settings = cast(S, _settings_of(self.Settings, settings, named))
        self._frame: PanelFrame | None = None
        self.history: History | None = None
        self.emergence: Emergence | None = None
        self.spending: Spending | None = None

    # -- what users call ------------------------------------------------------------------

    def fit(
        self,
        panel: Panel,
        *,
        seed: int = 1,
        threads: int = 1,
        device: str = "auto",
        progress: Progress = SILENT,
        checkpoint: str | Path | None = None,
        checkpoint_seconds: float = 10.0,
        guarantee: Guarantee | None = None,
        noise: NoiseSource = SYSTEM,
    ) -> Self:
        """Learn from the people of a panel.

        A tenth of them (families together, seeded) is kept aside as validation part, on which
        training stops; a holdout is none of this panel. Under a guarantee everyone is learned
        from, with noise, and nobody is kept aside.

        Parameters
        ----------
        panel
            The train panel. A generator without the capability ``phenotype`` does not look at
            phenotypes.
        seed, threads, device, progress
            See `FitControl`; on one kind of device the seed alone decides the result.
        checkpoint
            File in which an interrupted fit is kept and from which it goes on.
        checkpoint_seconds
            Least time between two saves.
        guarantee
            What the fit shall promise; needs the capability ``private``. The seed does not
            decide such a fit: its noise comes from the operating system.
        noise
            Another source of that noise. Who can draw it again undoes the guarantee.

        Returns
        -------
        Generator
            Itself.

        Raises
        ------
        ModelError
            When the panel has fewer than ten individuals, no site, or no site that varies (under
            a guarantee nobody looks whether sites vary), or is too small for this generator.
        CapabilityError
            When a guarantee is asked for and the generator cannot be fitted privately.
        SettingsError
            When delta is not below one over the number of individuals.
        CheckpointError
            When `checkpoint` is damaged or belongs to another fit.
        """
        refuse_unlearnable(panel, guarantee)
        learn, validation = fitting_parts(panel, seed, guarantee)
        store = None
        if checkpoint is not None:
            marked = self.fingerprint(panel, seed, guarantee)
            store = CheckpointStore(Path(checkpoint), marked, checkpoint_seconds)
        control = FitControl(seed, threads, device, progress, store, guarantee, noise)
        return self.fit_parts(learn, validation, control)

    def fit_parts(self, train: Panel, validation: Panel, control: FitControl) -> Self:
        """Learn from `train` and stop on `validation`, which the weights never see.

        `fit` calls it with the parts of a panel; nothing is checked here that it checks.

        Parameters
        ----------
        train, validation
            Panels of different individuals at the same sites.
            Under a guarantee nobody is kept aside: there is no stopping on held-out people,
            and `validation` is a panel of nobody.
        control
            Seed, threads, device, progress and checkpoints of this fit, and its guarantee.

        Raises
        ------
        ModelError
            When the panel is too small for the generator, with what to do.
        CapabilityError
            When a guarantee is asked for and the generator does not declare ``private``.
        """
        if control.guarantee is not None:
            self.require_private()
            return self._fit_privately(train, validation, control)
        if "phenotype" not in self.abilities:
            train, validation = _without_phenotype(train), _without_phenotype(validation)
        self._frame = PanelFrame.of(train, validation)
        self._fit(train, validation, control)
        if self.history is not None and self.history.emergence is not None:
            self.emergence = with_real_groups(self.history.emergence, train, control)
        return self

    def fingerprint(self, panel: Panel, seed: int, guarantee: Guarantee | None = None) -> str:
        """Return a digest of everything that decides the result of a fit."""
        settings = self.settings.model_dump(mode="json")
        card: dict[str, Any] = {"model": self.id, "settings": settings, "seed": seed}
        if guarantee is not None:
            card["guarantee"] = [str(guarantee.epsilon), guarantee.delta]
        return panel_digest(panel, card)

    def sample(
        self,
        n: int,
        seed: int,
        *,
        population: str | None = None,
        phenotype: str | None = None,
        threads: int = 1,
    ) -> Panel:
        """Draw `n` artificial individuals.

        Parameters
        ----------
        n
            Number of individuals (two haplotypes each).
        seed
            Same seed, same bytes, whatever `threads` is.
        population, phenotype
            Draw everyone with this label; needs the capability of that name. Labels that are
            not given appear in the proportions of the train panel where the generator knows
            them.

        Raises
        ------
        CapabilityError
            When a label is given to a generator that does not know such labels.
        ModelError
            When `n` < 1, the model is not fitted or nobody in train had these labels.
        """
        frame = self.frame
        if n < 1:
            raise ModelError(f"cannot draw {n} individuals", "ask for at least one")
        classes = self._classes_of(n, population, phenotype)
        rows = None if classes is None else np.repeat(classes, 2)
        haplotypes = self._draw(2 * n, seed, rows, threads)
        return Panel(haplotypes, frame.sites, artificial_samples(n, frame, classes))

    @property
    def is_fitted(self) -> bool:
        """Whether it has learnt from a panel, or was loaded."""
        return self._frame is not None

    def weights(self) -> Tensors:
        """Return what the model learnt, arrays by name: what `save` writes beside the settings."""
        return self._tensors()

    @property
    def frame(self) -> PanelFrame:
        """Sites and populations of the panel that the model was fitted to."""
        if self._frame is None:
            raise ModelError(f"this {self.id} model is not fitted", "call fit or load first")
        return self._frame

    @property
    def sites(self) -> Sites:
        """Sites of the panel that the model was fitted to."""
        return self.frame.sites

    @property
    def draws_labels(self) -> bool:
        """Whether the people it draws have labels: it knows them, and its train panel had them."""
        return "population" in self.abilities and bool(self.frame.classes)

    def complete(
        self,
        haplotypes: Haplotypes,
        observed: Bools,
        *,
        draws: int = 0,
        seed: int = 1,
        population: str | Sequence[str] | None = None,
        threads: int = 1,
    ) -> Completion:
        """Complete partly observed haplotypes of people, row by row, given what is observed.

        What comes back holds the alleles of real people and is no artificial panel.

        Parameters
        ----------
        haplotypes
            Phased alleles, ``uint8``, shape ``(n, n_sites)``; what stands at sites that are not
            observed is not looked at.
        observed
            Which alleles are observed, ``bool``, shape ``(n_sites,)`` for all rows or
            ``(n, n_sites)``. A missing allele is one that is not observed.
        draws
            How often to draw each haplotype; 0 for the expected alleles only.
        seed
            Of the draws: same seed, same bytes, whatever `threads` is.
        population
            Population of everyone or of each row, ``""`` where unknown; needs the capability
            of that name. Where it is unknown, populations are weighted by how well they explain
            what is observed.

        Returns
        -------
        Completion
            Expected and drawn alleles; observed ones are returned as they are.

        Raises
        ------
        CapabilityError
            When the generator does not declare ``complete``, or not ``population`` and one is
            given.
        ModelError
            When shapes do not fit, an observed allele is not 0 or 1, or a population is unknown.
        """
        if "complete" not in self.abilities:
            raise CapabilityError(
                f"{self.id} cannot complete haplotypes",
                "`imaginome models` shows which generators can",
            )
        if population is not None and "population" not in self.abilities:
            raise CapabilityError(f"{self.id} does not know populations", "leave them out")
        known = observed_mask(haplotypes, observed, len(self.sites))
        shares = prior_shares(self.frame, population, len(haplotypes))
        alleles = np.where(known, haplotypes, np.uint8(UNKNOWN))
        completion = self._complete(alleles, shares, draws, seed, threads)
        return completion.keeping(haplotypes, known)

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write settings (JSON) and weights (safetensors) into a new folder, atomically.

        Raises
        ------
        OutputError
            When the folder exists and `force` is off, or cannot be written.
        """
        settings = self.settings.model_dump(mode="json")
        kept = (self.history, self.emergence, self.spending)
        saved = Saved(self.id, settings, self.frame, self._tensors(), *kept)
        saved.write(Path(path), force=force)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Load a fitted generator of this class from the folder that `save` wrote.

        Raises
        ------
        ModelError
            When the folder holds no model, a damaged one, or one of another generator.
        """
        with told_of(Path(path)):
            saved = Saved.read(Path(path))
            if saved.model != cls.id:
                raise ModelError(
                    f"{path} holds a model of {saved.model}, not of {cls.id}",
                    "load it by imaginome.load_model",
                )
            model = cls(cast(S, cls.Settings.model_validate(saved.settings)))
            model._frame = saved.frame
            model._load_tensors(saved.tensors)
        model.history, model.emergence = saved.history, saved.emergence
        model.spending = saved.spending
        return model

    def __repr__(self) -> str:
        """Tell which generator this is, and whether it is fitted."""
        state = f"fitted at {len(self.sites)} sites" if self.is_fitted else "not fitted"
        return f"{type(self).__name__}({self.id}, {state})"

    def _repr_html_(self) -> str | None:
        """Show the generator in a notebook."""
        return in_notebook("html", self)

    # -- what a generator implements ------------------------------------------------------

    @abstractmethod
    def _fit(self, train: Panel, validation: Panel, control: FitControl) -> None:
        """Learn; `self.frame` is set already.

        Where `control.budget` is set, the fit is private: everything that depends on anyone in
        `train` is released through it, what one unit contributes is bounded, and `validation`
        has nobody in it.
        """

    @abstractmethod
    def _draw(self, n: int, seed: int, classes: Int64s | None, threads: int) -> Haplotypes:
        """Draw `n` haplotypes, ``uint8`` of shape ``(n, n_sites)``.

        `classes` holds an index into ``self.frame.classes`` for each row, or is None for a
        generator that knows no labels or a panel without them.
        """

    @abstractmethod
    def _tensors(self) -> Tensors:
        """Return the weights."""

    @abstractmethod
    def _load_tensors(self, tensors: Tensors) -> None:
        """Take over weights that `_tensors` returned."""

    def _fit_privately(self, train: Panel, validation: Panel, control: FitControl) -> Self:
        """Fit within a budget: label counts first, then what `_fit` spends of the rest."""
        if validation.n_individuals or control.guarantee is None:
            raise ModelError(
                "a private fit keeps nobody aside", "give everyone as train, nobody as validation"
            )
        train = _without_phenotype(train)
        budget = Budget(control.guarantee, unit_of(train.samples), control.noise)
        self._frame = private_frame(train, budget)
        self._fit(train, _without_phenotype(validation), replace(control, budget=budget))
        self.history = None
        self.spending = budget.spending()
        return self

    def _complete(
        self,
        alleles: UInt8s,
        shares: Float64s,
        draws: int,
        seed: int,
        threads: int,
    ) -> Completion:
        """Complete rows of 0, 1 and `UNKNOWN`; implemented where ``complete`` is declared.

        `shares` holds P(class) of each row, shape ``(n, n_classes)``, 0 for what it is not.
        """
        raise NotImplementedError

    def _classes_of(self, n: int, population: str | None, phenotype: str | None) -> Int64s | None:
        """Return the class of each of `n` individuals; None where there are no labels."""
        frame = self.frame
        self.require_label("population", population, frame.populations)
        self.require_label("phenotype", phenotype, frame.phenotypes)
        if not self.draws_labels:
            return None
        chosen = [
            i
            for i, (home, kind) in enumerate(frame.classes)
            if population in (None, home) and phenotype in (None, kind)
        ]
        if not chosen:
            raise ModelError(
                f"hardly anyone of population '{population}' has phenotype '{phenotype}'",
                "ask for one of the two only",
            )
        return frame.proportional(n, chosen)


def _without_phenotype(panel: Panel) -> Panel:
    return panel.with_samples(replace(panel.samples, phenotype=None))


def _settings_of(kind: type[Settings], whole: Settings | None, named: dict[str, Any]) -> Settings:
    """Return the settings that a constructor was given, in one of two ways."""
    if whole is None:
        return typed_settings(kind, named)
    if named or not isinstance(whole, kind):
        raise SettingsError(
            f"settings are {whole!r:.60}", f"give one {kind.__name__}, or settings by name"
        )
    return whole
