"""Two-sample classifiers: whether a machine can tell artificial haplotypes from real ones."""

from imaginome.metrics.items.classifier.metric import Classifier

ITEM = Classifier

__all__ = ["ITEM", "Classifier"]
