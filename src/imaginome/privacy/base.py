"""The contract of an attack: it tries to learn about a member of the train panel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from imaginome.citations import Citation
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.policy import Policy
from imaginome.results import AttackResult


class Attack(ABC):
    """An attack on an artificial panel by someone who has only that panel.

    Attributes
    ----------
    id, name, description
        The id equals the module's name; `description` says in one sentence what the attacker
        tries.
    blind_spot
        What this attack cannot see.
    citations
        Where the attack comes from.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    description: ClassVar[str]
    blind_spot: ClassVar[str]
    citations: ClassVar[tuple[Citation, ...]]

    @abstractmethod
    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack; report strength with interval, baseline, control, and status under `policy`.

        Parameters
        ----------
        comparison
            A paired comparison: train and holdout have the same number of individuals; the
            artificial panel is whole.
        policy
            Thresholds.
        """
