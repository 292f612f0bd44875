"""The contract of an attack: it tries to learn about a member of the train panel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

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
    sees
        Whom it attacks: ``everyone``; ``parts``, train in parts as large as the holdout; or
        ``balanced``, all three panels reduced to equal numbers. The audit's notes say so.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    description: ClassVar[str]
    blind_spot: ClassVar[str]
    citations: ClassVar[tuple[Citation, ...]]
    sees: ClassVar[Literal["everyone", "parts", "balanced"]]

    @abstractmethod
    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack; report strength with interval, baseline, control, and status under `policy`.

        Parameters
        ----------
        comparison
            Everyone: panels may differ in size. An attack that needs equal numbers reduces
            them itself, (`Distances`, `paired_parts`), and says so in `sees`.
        policy
            Thresholds.
        """
