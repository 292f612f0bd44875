"""`markov`: the default order."""

from __future__ import annotations

from imaginome.runs.choose.base import Proposal, Proposer, Size

FIT = 1e-7
"""Seconds an allele."""


class MarkovProposer(Proposer):
    """Counts of short words, with back-off."""

    id = "markov"

    def proposals(self, size: Size) -> tuple[Proposal, ...]:
        """See `Proposer.proposals`."""
        seconds = 0.5 + FIT * size.cells
        return (Proposal((), seconds, (), seconds),)


ITEM = MarkovProposer
