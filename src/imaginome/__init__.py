"""Imaginary genomes from real ones, with evidence of how real they are and whom they betray."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "Panel": "imaginome.panel",
    "read_panel": "imaginome.formats",
    "write_panel": "imaginome.formats",
    "split": "imaginome.splits",
    "models": "imaginome.models.registry",
    "metrics": "imaginome.metrics.registry",
    "attacks": "imaginome.privacy.registry",
    "fit": "imaginome.fitting",
    "load_model": "imaginome.models.registry",
    "Comparison": "imaginome.metrics.comparison",
    "evaluate": "imaginome.metrics.evaluate",
    "audit": "imaginome.privacy.audit",
    "write_report": "imaginome.report.page",
    "RunRequest": "imaginome.request",
    "run": "imaginome.pipeline",
}

__all__ = [*_PUBLIC, "__version__"]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import imaginome` stays quick."""
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'imaginome' has no attribute '{name}'")
