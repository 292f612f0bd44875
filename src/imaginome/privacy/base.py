"""The contract of an attack: it tries to learn about a member of the train panel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal

from imaginome.citations import Citation
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.policy import Policy
from imaginome.results import Access, Area, AttackResult, Figure, Finding, RecordRisk, Table


class Attack(ABC):
    """An attack by someone who has the artificial panel, or the model that it came from.

    Attributes
    ----------
    id, name, description
        The id equals the module's name; `description` says in one sentence what the attacker
        tries.
    blind_spot
        What this attack cannot see.
    citations
        Where the attack comes from.
    area
        What the attacker would gain.
    access
        ``panel``: has the artificial panel only; ``model``: may ask the fitted model too, through
        `Comparison.evidence`.
    sees
        Whom it attacks: ``everyone``; ``parts``, train in parts as large as the holdout; or
        ``balanced``, all three panels reduced to equal numbers. The audit's notes say so.
    needs_holdout
        Whether it says nothing without people whom no model saw.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    description: ClassVar[str]
    blind_spot: ClassVar[str]
    citations: ClassVar[tuple[Citation, ...]]
    area: ClassVar[Area]
    access: ClassVar[Access] = "panel"
    sees: ClassVar[Literal["everyone", "parts", "balanced"]]
    needs_holdout: ClassVar[bool] = True

    def missing(self, comparison: Comparison) -> str:
        """Return why this attack cannot be run on these panels; empty where it can.

        The audit lists what is missing as not tested.
        """
        if self.access == "model" and comparison.evidence is None:
            return "no model was given"
        return ""

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

    def result(
        self,
        *,
        findings: Sequence[Finding],
        notes: Sequence[str],
        figures: Sequence[Figure] = (),
        tables: Sequence[Table] = (),
        records: Sequence[RecordRisk] = (),
    ) -> AttackResult:
        """Return what was found, under the name of this attack, noting first its blind spot."""
        return AttackResult(
            attack=self.id,
            name=self.name,
            description=self.description,
            area=self.area,
            access=self.access,
            findings=list(findings),
            records=list(records),
            figures=list(figures),
            tables=list(tables),
            citations=[citation.text() for citation in self.citations],
            notes=[self.blind_spot, *notes],
        )
