"""Attacks by id."""

from __future__ import annotations

from imaginome.privacy.base import Attack
from imaginome.registry import Registry

attacks: Registry[Attack] = Registry(
    "imaginome.privacy.attacks", "attack", Attack, group="imaginome.attacks"
)
