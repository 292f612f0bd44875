"""A generative adversarial network: a generator shapes noise until a critic is at a loss."""

from imaginome.models.gan.model import Gan

ITEM = Gan

__all__ = ["ITEM", "Gan"]
