"""Painting: haplotypes as mosaics of real donors, with pieces as many, as long and from where."""

from imaginome.metrics.items.painting.metric import ChromosomePainting

ITEM = ChromosomePainting

__all__ = ["ITEM", "ChromosomePainting"]
