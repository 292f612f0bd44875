"""How a restricted Boltzmann machine is trained, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from imaginome.models._rbm_units import Kind


@dataclass(frozen=True)
class Recipe:
    """How to train; every number is set (see the model's settings for their meaning)."""

    units: Kind
    local: int
    shared: int
    hidden: int
    updates: int
    gibbs: int
    chains: int
    batch: int
    step_size: float
    site_step: float
    last_step: float
    hold: float
    weight_decay: float
    trust: float
    components: int
    damping: float
