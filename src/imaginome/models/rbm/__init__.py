"""Restricted Boltzmann machine, conditional on population, trained near equilibrium."""

from imaginome.models.rbm.model import Rbm

ITEM = Rbm

__all__ = ["ITEM", "Rbm"]
