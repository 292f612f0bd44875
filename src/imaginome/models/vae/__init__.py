"""A variational auto-encoder: haplotypes from codes of a few numbers."""

from imaginome.models.vae.model import Vae

ITEM = Vae

__all__ = ["ITEM", "Vae"]
