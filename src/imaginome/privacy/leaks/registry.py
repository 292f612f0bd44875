"""Known leaks by id."""

from __future__ import annotations

from imaginome.privacy.leaks.base import KnownLeak
from imaginome.registry import Registry

leaks: Registry[KnownLeak] = Registry(
    "imaginome.privacy.leaks", "leak", KnownLeak, group="imaginome.leaks"
)
