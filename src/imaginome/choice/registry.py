"""Proposers by the id of their generator."""

from __future__ import annotations

from imaginome.choice.base import Proposer
from imaginome.registry import Registry

proposers: Registry[Proposer] = Registry("imaginome.choice.proposals", "proposer", frozenset())
