"""Haplotypes: the right combinations of alleles, as many and as long as among real people."""

from imaginome.metrics.items.haplotypes.metric import HaplotypeWindows

ITEM = HaplotypeWindows

__all__ = ["ITEM", "HaplotypeWindows"]
