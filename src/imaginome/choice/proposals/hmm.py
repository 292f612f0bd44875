"""`hmm`: how many clusters."""

from __future__ import annotations

from imaginome.choice.base import Proposal, Proposer, Size

CLUSTERS = (16, 32, 64, 128)
PER_CLUSTER, PER_PAIR = 3.6e-8, 3.9e-10
"""Seconds of a fit an allele and cluster, and an allele and pair of clusters."""
LIKELIHOOD = 2e-10
"""Seconds of a likelihood an allele, pair of clusters and class."""
JUDGED = 100
"""Haplotypes whose likelihood a trial computes."""
TO_FILL_ONE = 4
"""Haplotypes to one cluster: a smaller panel gets fewer clusters."""


class HmmProposer(Proposer):
    """Expectation-maximisation: cost linear in alleles, between K and its square in clusters."""

    id = "hmm"

    def proposals(self, size: Size) -> tuple[Proposal, ...]:
        """See `Proposer.proposals`."""
        return tuple(self._proposal(size, clusters) for clusters in CLUSTERS)

    def _proposal(self, size: Size, clusters: int) -> Proposal:
        settings = (f"clusters={clusters}",)
        filled = min(clusters, size.haplotypes // TO_FILL_ONE)
        seconds = 1.0 + size.cells * filled * (PER_CLUSTER + PER_PAIR * filled)
        asked = JUDGED * size.sites * size.classes * filled**2 * LIKELIHOOD
        return Proposal(settings, seconds, settings, seconds + asked, _refused(size, clusters))


def _refused(size: Size, clusters: int) -> str:
    """Say why so many clusters are no more than fewer: the smallest size always makes sense."""
    smaller = [c for c in CLUSTERS if c < clusters and c >= size.haplotypes // TO_FILL_ONE]
    return (
        f"{size.haplotypes} haplotypes fill no more than {smaller[0]} clusters" if smaller else ""
    )


ITEM = HmmProposer
