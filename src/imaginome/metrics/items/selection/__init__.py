"""Selection: scans find the same regions among artificial people as among real ones."""

from imaginome.metrics.items.selection.metric import Selection

ITEM = Selection

__all__ = ["ITEM", "Selection"]
