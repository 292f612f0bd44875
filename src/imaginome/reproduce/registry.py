"""Programmes by id."""

from __future__ import annotations

from imaginome.registry import Registry
from imaginome.reproduce.base import Programme

programmes: Registry[Programme] = Registry("imaginome.reproduce.programmes", "programme")
