"""`independent`: one size; the floor that every other model must beat."""

from __future__ import annotations

from imaginome.runs.choose.base import Proposal, Proposer, Size

FIT = 2e-8
"""Seconds an allele."""


class IndependentProposer(Proposer):
    """Frequencies: counted at once."""

    id = "independent"

    def proposals(self, size: Size) -> tuple[Proposal, ...]:
        """See `Proposer.proposals`."""
        seconds = 0.1 + FIT * size.cells
        return (Proposal((), seconds, (), seconds),)


ITEM = IndependentProposer
