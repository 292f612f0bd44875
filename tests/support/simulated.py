"""A small panel with linkage and structure, for tests that want one of their own."""

from imaginome.testing import simulated_panel

__all__ = ["simulated_panel"]
