"""Proposers by the id of their generator."""

from __future__ import annotations

from imaginome.registry import Registry
from imaginome.runs.choose.base import Proposer

proposers: Registry[Proposer] = Registry("imaginome.runs.choose.proposals", "proposer")
