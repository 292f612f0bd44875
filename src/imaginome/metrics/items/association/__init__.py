"""Association: what a genome-wide scan of a trait finds among artificial people."""

from imaginome.metrics.items.association.metric import Association

ITEM = Association

__all__ = ["ITEM", "Association"]
