"""The contract of a generator: a model of haplotypes that can `fit` and `sample`."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Generic, Literal, Self, TypeVar

import numpy as np

from imaginome.arrays import Bools, Float32s, Float64s, Int64s, UInt8s
from imaginome.citations import Citation
from imaginome.display import in_notebook
from imaginome.dp.accounting import Budget
from imaginome.dp.frame import private_frame
from imaginome.dp.guarantee import Spending
from imaginome.errors import CapabilityError, ModelError
from imaginome.models.shared.artificial import ARTIFICIAL_PREFIX, artificial_samples
from imaginome.models.shared.completion import UNKNOWN, Completion, observed_mask, prior_shares
from imaginome.outputs import atomic_directory
from imaginome.panel import Haplotypes, Panel, Sites
from imaginome.panel.frame import PanelFrame
from imaginome.panel.units import unit_of
from imaginome.results.emergence import FILE as EMERGENCE
from imaginome.results.emergence import Emergence
from imaginome.settings import Settings
from imaginome.tensors import Tensors, write_tensors
from imaginome.training.control import FitControl
from imaginome.training.emergence import beside_real
from imaginome.training.loop import History

Capability = Literal[
    "log_likelihood", "latent", "critic", "population", "phenotype", "complete", "private"
]
S = TypeVar("S", bound=Settings)

__all__ = ["ARTIFICIAL_PREFIX", "Capability", "Completion", "Generator", "Tensors"]


class Generator(ABC, Generic[S]):
    """A model of the haplotypes of a panel.

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
        What it really has: ``log_likelihood``, ``latent``, ``critic``, ``population``,
        ``phenotype``, ``complete``, ``private``.
    history
        Held-out figures along the training; `_fit` sets it where there is a training loop.
    emergence
        Frames along the training beside crowds of the train panel, where the loop took any.
    spending
        What a private fit promises and spent; None where nothing is promised. Such a fit leaves
        no history and no frames: both would tell of people outside the budget.
    """

    id: ClassVar[str]
    description: ClassVar[str]
    assumptions: ClassVar[str]
    limitations: ClassVar[str]
    citations: ClassVar[tuple[Citation, ...]]
    capabilities: ClassVar[frozenset[Capability]] = frozenset()
    Settings: ClassVar[type[Settings]]

    def __init__(self, settings: S) -> None:
        self.settings = settings
        self._frame: PanelFrame | None = None
        self.history: History | None = None
        self.emergence: Emergence | None = None
        self.spending: Spending | None = None

    # -- what users call ------------------------------------------------------------------

    def fit(self, train: Panel, validation: Panel, control: FitControl) -> Self:
        """Learn from `train`; stop on `validation`, which the weights never see.

        A generator without the capability ``phenotype`` does not look at phenotypes.

        Parameters
        ----------
        train, validation
            Panels of different individuals at the same sites.
            Under a guarantee nobody is kept aside: there is no stopping on held-out people,
            and `validation` is a panel of nobody.
        control
            Seed, threads, device, progress and checkpoints of this fit, and its guarantee.

        Returns
        -------
        Generator
            Itself.

        Raises
        ------
        ModelError
            When the panel is too small for the model, with what to do.
        CapabilityError
            When a guarantee is asked for and the generator does not declare ``private``.
        """
        if control.guarantee is not None:
            self.require_private()
            return self._fit_privately(train, validation, control)
        if "phenotype" not in self.capabilities:
            train, validation = _without_phenotype(train), _without_phenotype(validation)
        self._frame = PanelFrame.of(train, validation)
        self._fit(train, validation, control)
        if self.history is not None and self.history.emergence is not None:
            self.emergence = beside_real(self.history.emergence, train, control)
        return self

    @classmethod
    def require_private(cls) -> None:
        """Raise for a generator that cannot be fitted under a guarantee.

        Raises
        ------
        CapabilityError
            Says where to find those that can.
        """
        if "private" not in cls.capabilities:
            raise CapabilityError(
                f"{cls.id} cannot be fitted privately",
                "leave out --epsilon; `imaginome models` shows which generators can",
            )

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
        return "population" in self.capabilities and bool(self.frame.classes)

    def log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return the natural log-likelihood of each row, ``float64`` of shape ``(n_rows,)``.

        Raises
        ------
        CapabilityError
            When the generator does not declare ``log_likelihood``.
        """
        raise CapabilityError(f"{self.id} has no exact log-likelihood")

    def estimated_log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return log-likelihoods up to an error that is common to all rows; see `log_likelihood`.

        Raises
        ------
        CapabilityError
            When the generator has no estimate.
        """
        raise CapabilityError(f"{self.id} has no estimated log-likelihood")

    def latent(self, haplotypes: Haplotypes) -> Float32s:
        """Return the latent code of each row, ``float32`` of shape ``(n_rows, n_latent)``.

        Raises
        ------
        CapabilityError
            When the generator does not declare ``latent``.
        """
        raise CapabilityError(f"{self.id} has no latent encoding")

    def critic(self, haplotypes: Haplotypes) -> Float64s:
        """Return how real a critic takes each row to be, ``float64`` of shape ``(n_rows,)``.

        Scores are higher for what looks real and have no unit.

        Raises
        ------
        CapabilityError
            When the generator does not declare ``critic``: it has none, or keeps none.
        """
        raise CapabilityError(f"{self.id} keeps no critic")

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
        if "complete" not in self.capabilities:
            raise CapabilityError(
                f"{self.id} cannot complete haplotypes",
                "`imaginome models` shows which generators can",
            )
        if population is not None and "population" not in self.capabilities:
            raise CapabilityError(f"{self.id} does not know populations", "leave them out")
        known = observed_mask(haplotypes, observed, len(self.sites))
        shares = prior_shares(self.frame, population, len(haplotypes))
        alleles = np.where(known, haplotypes, np.uint8(UNKNOWN))
        found = self._complete(alleles, shares, draws, seed, threads)
        return found.keeping(haplotypes, known)

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write settings (JSON) and weights (safetensors) into a new folder, atomically.

        Raises
        ------
        OutputError
            When the folder exists and `force` is off, or cannot be written.
        """
        from imaginome import __version__

        card = {
            "model": self.id,
            "version": __version__,
            "settings": self.settings.model_dump(mode="json"),
            "n_sites": len(self.sites),
        }
        if self.spending is not None:
            card["guarantee"] = self.spending.model_dump(mode="json")
        with atomic_directory(Path(path), known_by="model.json", force=force) as folder:
            (folder / "model.json").write_text(json.dumps(card, indent=2) + "\n")
            self.frame.write(folder / "frame.json")
            if self.history is not None:
                (folder / "history.json").write_text(json.dumps(self.history.notes()) + "\n")
            if self.emergence is not None:
                self.emergence.write(folder / EMERGENCE)
            write_tensors(folder / "weights.safetensors", self._tensors())

    def __repr__(self) -> str:
        """Tell which generator this is, and whether it is fitted."""
        state = "not fitted" if self._frame is None else f"fitted at {len(self.sites)} sites"
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
        self._check_label("population", population, frame.populations)
        self._check_label("phenotype", phenotype, frame.phenotypes)
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

    def _check_label(
        self, kind: Literal["population", "phenotype"], value: str | None, known: dict[str, int]
    ) -> None:
        if value is None:
            return
        if kind not in self.capabilities:
            raise CapabilityError(
                f"{self.id} cannot be conditioned on a {kind}",
                "`imaginome models` shows which generators can",
            )
        if value not in known:
            names = ", ".join(name for name in known if name) or "none"
            raise ModelError(f"the model knows no {kind} '{value}'", f"it was trained on: {names}")


def _without_phenotype(panel: Panel) -> Panel:
    return panel.with_samples(replace(panel.samples, phenotype=None))
