"""Panels of phased haplotypes: they import arrays, errors, display and randomness of ours only."""

from imaginome.panel.panel import Haplotypes, Panel, haplotype_rows
from imaginome.panel.samples import Samples
from imaginome.panel.sites import Index, Sites, Strings, strings

__all__ = [
    "Haplotypes",
    "Index",
    "Panel",
    "Samples",
    "Sites",
    "Strings",
    "haplotype_rows",
    "strings",
]
