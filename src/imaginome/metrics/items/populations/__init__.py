"""Within populations: each as well drawn as the whole, the small ones too."""

from imaginome.metrics.items.populations.metric import Populations

ITEM = Populations

__all__ = ["ITEM", "Populations"]
