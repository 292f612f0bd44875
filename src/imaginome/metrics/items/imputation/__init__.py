"""Imputation: artificial people as the reference panel, or as company for a few real ones."""

from imaginome.metrics.items.imputation.metric import Imputation

ITEM = Imputation

__all__ = ["ITEM", "Imputation"]
