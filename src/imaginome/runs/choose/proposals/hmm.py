"""`hmm`: how many clusters."""

from __future__ import annotations

from imaginome.runs.choose.base import Proposal, Proposer, Size

CLUSTERS = (12, 24, 48, 96)
PER_CLUSTER, PER_PAIR = 3.6e-8, 3.9e-10
"""Seconds of a fit an allele and cluster, and an allele and pair of clusters."""
LIKELIHOOD = 2e-10
"""Seconds of a likelihood an allele, pair of clusters and class."""
JUDGED = 100
"""Haplotypes whose likelihood a trial computes."""
FILLED_BY = 4
"""Haplotypes that fill a cluster: the model has no more clusters, whatever its setting."""
ANONYMOUS_AMONG = 50
"""Haplotypes to one cluster at the most clusters proposed: clusters of fewer follow people."""


class HmmProposer(Proposer):
    """Expectation-maximisation: cost linear in alleles, between K and its square in clusters."""

    id = "hmm"

    def proposals(self, size: Size) -> tuple[Proposal, ...]:
        """See `Proposer.proposals`."""
        return tuple(self._proposal(size, clusters) for clusters in CLUSTERS)

    def _proposal(self, size: Size, clusters: int) -> Proposal:
        settings = (f"clusters={clusters}",)
        filled = min(clusters, size.haplotypes // FILLED_BY)
        seconds = 1.0 + size.cells * filled * (PER_CLUSTER + PER_PAIR * filled)
        judging = JUDGED * size.sites * size.classes * filled**2 * LIKELIHOOD
        return Proposal(settings, seconds, settings, seconds + judging, _refused(size, clusters))


def _refused(size: Size, clusters: int) -> str:
    """Say why so many clusters would follow people: the smallest size always makes sense."""
    if clusters == CLUSTERS[0] or clusters * ANONYMOUS_AMONG <= size.haplotypes:
        return ""
    return (
        f"fewer than {ANONYMOUS_AMONG} of {size.haplotypes} haplotypes to a cluster: "
        "clusters would follow people"
    )


ITEM = HmmProposer
