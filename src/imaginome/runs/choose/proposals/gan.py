"""`gan`: how many steps."""

from __future__ import annotations

from imaginome.models.gan.model import DEFAULT_STEPS, STEPS_OF_MANY_SITES
from imaginome.models.gan.start import MOST_LINKED_SITES
from imaginome.runs.choose.base import Proposal, Proposer, Size

SHORT = 300
FIRST, SITE = 0.02, 2e-5
"""Seconds of a step: always, and a site."""
START = 2e-6
"""Seconds of the start an allele."""


class GanProposer(Proposer):
    """Steps of a fixed batch, after a start at clusters of all people."""

    id = "gan"

    def proposals(self, size: Size) -> tuple[Proposal, ...]:
        """See `Proposer.proposals`."""
        few = size.sites <= MOST_LINKED_SITES
        whole = DEFAULT_STEPS if few else STEPS_OF_MANY_SITES
        short = (f"steps={SHORT}",)
        cost = self._seconds(size, SHORT)
        return (
            Proposal(short, cost, short, cost + 1.0),
            Proposal((), self._seconds(size, whole), short, cost + 1.0),
        )

    def _seconds(self, size: Size, steps: int) -> float:
        return 3.0 + START * size.cells + steps * (FIRST + SITE * size.sites)


ITEM = GanProposer
