"""`rbm`: how long to train."""

from __future__ import annotations

from imaginome.models.rbm.model import RbmSettings, recipe_for
from imaginome.runs.choose.base import Proposal, Proposer, Size

SHORT = 300
STEP = 4.5e-11
"""Seconds of an update a multiply-add."""
MEASURED = 0.045
"""Seconds of all held-out measurements a site."""
DRAW = 5e-9
"""Seconds of drawing an allele."""


class RbmProposer(Proposer):
    """Persistent chains: cost does not depend on the number of people."""

    id = "rbm"

    def proposals(self, size: Size) -> tuple[Proposal, ...]:
        """See `Proposer.proposals`."""
        short = (f"updates={SHORT}",)
        trial = (*short, "annealing=50")
        cost = self._seconds(size, SHORT)
        draw = 1.0 + DRAW * size.cells
        whole = recipe_for(RbmSettings(), size.sites).updates
        return (
            Proposal(short, cost, trial, cost + draw),
            Proposal((), self._seconds(size, whole), trial, cost + draw),
        )

    def _seconds(self, size: Size, updates: int) -> float:
        s = RbmSettings()
        units = s.local + s.shared
        work = (2 * s.gibbs * s.chains + 3 * s.batch) * size.sites * units
        return 1.0 + MEASURED * size.sites + STEP * work * updates


ITEM = RbmProposer
