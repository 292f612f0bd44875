"""The three panels of every evaluation, at the same sites."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from imaginome.arrays import Indices
from imaginome.errors import ComparisonError
from imaginome.metrics.evidence import ModelEvidence
from imaginome.panel import Panel
from imaginome.panel.align import common_sites
from imaginome.randomness import child_generator
from imaginome.results import PanelSizes

PARTS = ("train", "holdout", "artificial")
SHOWN = ("holdout", "train", "artificial")
"""Panels of a figure, in the order of its legend."""
COMPARED = ("artificial", "train")
"""What stands beside the holdout: the panel that is judged, and real people as its ceiling."""
T = TypeVar("T")


@dataclass(frozen=True)
class Comparison:
    """Train, holdout and artificial panel at common sites; build it with `of`.

    Attributes
    ----------
    train, holdout, artificial
        Panels with the same sites in the same order. The holdout is empty only where an audit
        has to do without one.
    seed
        Root seed of everything random in metrics and attacks.
    threads
        Number of threads to use; no result depends on it.
    replicates
        Bootstrap replicates over individuals.
    evidence
        What the model says of each haplotype; None where no model was asked.
    """

    train: Panel
    holdout: Panel
    artificial: Panel
    seed: int = 1
    threads: int = 1
    replicates: int = 100
    evidence: ModelEvidence | None = None
    _made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check that the evidence is about these people."""
        people = {name: getattr(self, name).n_haplotypes for name in PARTS}
        if self.evidence is not None and not self.evidence.fits(people):
            raise ComparisonError("the evidence of the model is about other panels")

    @classmethod
    def of(
        cls,
        train: Panel,
        holdout: Panel,
        artificial: Panel,
        *,
        seed: int = 1,
        threads: int = 1,
        replicates: int = 100,
    ) -> Comparison:
        """Match sites and check that the panels can be compared.

        Raises
        ------
        ComparisonError
            When no site is shared, someone is in train and holdout, or a panel has fewer than
            two individuals.
        """
        panels = {"train": train, "holdout": holdout, "artificial": artificial}
        _need_two(panels)
        both = set(train.samples.id) & set(holdout.samples.id)
        if both:
            raise ComparisonError(
                f"sample '{sorted(both)[0]}' ({len(both)} in all) is in train and in holdout",
                "split by individual: nobody may be in both",
            )
        same = common_sites(panels)
        one, other, made = (same[name] for name in PARTS)
        return cls(one, other, made, seed=seed, threads=threads, replicates=replicates)

    @classmethod
    def without_holdout(
        cls,
        train: Panel,
        artificial: Panel,
        *,
        seed: int = 1,
        threads: int = 1,
        replicates: int = 100,
    ) -> Comparison:
        """Match sites where nobody is known whom no model saw: the holdout has no individuals.

        For an audit only, which then knows little and passes nothing.

        Raises
        ------
        ComparisonError
            When no site is shared or a panel has fewer than two individuals.
        """
        panels = {"train": train, "artificial": artificial}
        _need_two(panels)
        one, made = common_sites(panels).values()
        nobody = one.take_individuals(np.empty(0, dtype=np.intp))
        return cls(one, nobody, made, seed=seed, threads=threads, replicates=replicates)

    def rng(self, *purpose: str | int) -> np.random.Generator:
        """Return the random stream of one purpose."""
        return child_generator(self.seed, "comparison", *purpose)

    def shared(self, make: Callable[[Comparison], T]) -> T:
        """Return what `make` makes of this comparison: made once, for all who ask for it."""
        if make not in self._made:
            self._made[make] = make(self)
        value: T = self._made[make]
        return value

    def sizes(self) -> PanelSizes:
        """Return how many people and sites are compared."""
        return PanelSizes(
            train=self.train.n_individuals,
            holdout=self.holdout.n_individuals,
            artificial=self.artificial.n_individuals,
            sites=self.holdout.n_sites,
        )

    def balanced(self) -> Comparison:
        """Reduce all three panels to as many individuals as the smallest has, at random.

        A measure and its ceiling are only comparable at equal sample sizes.
        """
        n = min(p.n_individuals for p in (self.train, self.holdout, self.artificial))
        return self._reduced(n, PARTS)

    def paired(self) -> Comparison:
        """Reduce train and holdout to equal size at random; keep everyone artificial."""
        n = min(self.train.n_individuals, self.holdout.n_individuals)
        return self._reduced(n, ("train", "holdout"))

    def take(self, **people: Indices) -> Comparison:
        """Return some individuals of the panels that are named, with the evidence on them.

        Parameters
        ----------
        people
            By name of the panel (``train``, ``holdout``, ``artificial``): which individuals.
        """
        panels = {name: getattr(self, name).take_individuals(p) for name, p in people.items()}
        return replace(self, **panels, evidence=self.evidence and self.evidence.take(people))

    def _reduced(self, n: int, names: tuple[str, ...]) -> Comparison:
        people = {}
        for name in names:
            have = getattr(self, name).n_individuals
            if have > n:
                chosen = self.rng("reduce", name).choice(have, n, replace=False)
                people[name] = np.sort(chosen)
        return self.take(**people)


def _need_two(panels: dict[str, Panel]) -> None:
    for name, panel in panels.items():
        if panel.n_individuals < 2:
            raise ComparisonError(
                f"the {name} panel has {panel.n_individuals} individuals",
                "comparisons need at least two in each panel",
            )
