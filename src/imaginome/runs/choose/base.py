"""What can be chosen: a generator with settings, and what it is predicted to cost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from imaginome.panel import Panel
from imaginome.panel.frame import PanelFrame


@dataclass(frozen=True)
class Size:
    """What the cost of a fit depends on.

    Attributes
    ----------
    haplotypes, sites
        Rows and columns of the panel to fit to.
    classes
        Populations (times phenotypes) that a generator may tell apart; 1 without labels.
    """

    haplotypes: int
    sites: int
    classes: int

    @property
    def cells(self) -> float:
        """Number of alleles."""
        return float(self.haplotypes) * self.sites

    @classmethod
    def of(cls, panel: Panel) -> Size:
        """Return the size of a panel."""
        classes = max(1, len(PanelFrame.of(panel).classes))
        return cls(panel.n_haplotypes, panel.n_sites, classes)


@dataclass(frozen=True)
class Proposal:
    """One way to fit one generator.

    Attributes
    ----------
    settings
        As ``key=value``; the fit that would be made if this is chosen.
    seconds
        What that fit is predicted to take on the reference machine.
    trial
        Settings of the trials: the same, or a shorter training of the same model. Proposals
        with the same trial differ in nothing but the length of training, which stops on held-out
        evidence: the longest that the budget allows is the one that stands for them.
    trial_seconds
        What a trial is predicted to take, with drawing and likelihoods.
    refused
        Why it makes no sense for this panel; empty where it does.
    """

    settings: tuple[str, ...]
    seconds: float
    trial: tuple[str, ...]
    trial_seconds: float
    refused: str = ""


class Proposer(ABC):
    """Says how a generator might be fitted to a panel of a given size.

    A module ``proposals/some_id.py`` proposes for the generator ``some-id``. Seconds are those of
    the reference machine (two cores of a server CPU of 2024), and follow from the size alone: no
    clock has a part in a choice.
    """

    id: ClassVar[str]

    @abstractmethod
    def proposals(self, size: Size) -> tuple[Proposal, ...]:
        """Return the proposals, the same ones in the same order for every size."""
