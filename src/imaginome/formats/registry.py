"""Formats by id."""

from __future__ import annotations

from imaginome.formats.base import Format
from imaginome.registry import Registry

formats: Registry[Format] = Registry(
    "imaginome.formats.items", "format", Format, group="imaginome.formats"
)
