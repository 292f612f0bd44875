"""Chain of haplotype clusters: expectation-maximisation, memoryless or full transitions."""

from imaginome.models.hmm.model import Hmm

ITEM = Hmm

__all__ = ["ITEM", "Hmm"]
