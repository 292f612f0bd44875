"""Rare-variant carry-over: whose surroundings rare alleles keep (METRICS 14)."""

from imaginome.privacy.attacks.rare_carriers.attack import RareCarriers

ITEM = RareCarriers

__all__ = ["ITEM", "RareCarriers"]
