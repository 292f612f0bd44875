"""Imaginary genomes from real ones, with evidence of how real they are and whom they betray."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

__version__ = "0.1.0"


def _cache_compiled_code() -> None:
    """Give numba a folder of its own where it could write its cache nowhere.

    Numba refuses to import cached functions when neither the package nor the user's cache can be
    written, as in read-only containers. The folder is private and goes with the process.
    """
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("HOME") or "/nonexistent"
    writable = os.access(Path(__file__).parent, os.W_OK) or os.access(home, os.W_OK)
    if writable or "NUMBA_CACHE_DIR" in os.environ:
        return
    import atexit
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="imaginome-")
    os.environ["NUMBA_CACHE_DIR"] = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


_cache_compiled_code()

_PUBLIC = {
    "Panel": "imaginome.panel",
    "ReadOptions": "imaginome.formats",
    "demo_panel": "imaginome.data",
    "read_panel": "imaginome.formats",
    "write_panel": "imaginome.formats",
    "write_completed": "imaginome.formats",
    "split": "imaginome.panel.split",
    "Generator": "imaginome.models.base",
    "Independent": "imaginome.models.independent",
    "Markov": "imaginome.models.markov",
    "Mosaic": "imaginome.models.mosaic",
    "Hmm": "imaginome.models.hmm",
    "Rbm": "imaginome.models.rbm",
    "Tree": "imaginome.models.tree",
    "Vae": "imaginome.models.vae",
    "Gan": "imaginome.models.gan",
    "create": "imaginome.runs.fitting",
    "fit": "imaginome.runs.fitting",
    "Guarantee": "imaginome.dp.guarantee",
    "choose": "imaginome.runs.choose.choose",
    "load_model": "imaginome.models.registry",
    "complete_panel": "imaginome.runs.completion",
    "Comparison": "imaginome.metrics.comparison",
    "evaluate": "imaginome.metrics.evaluate",
    "audit": "imaginome.privacy.audit",
    "figure": "imaginome.report.notebook.plotting",
    "figures": "imaginome.report.notebook.plotting",
    "write_report": "imaginome.report.page.page",
    "show_progress": "imaginome.cli.console",
    "RunRequest": "imaginome.runs.request",
    "run": "imaginome.runs.pipeline",
}
_REGISTRIES = {
    "all_models": ("imaginome.models.registry", "models"),
    "all_metrics": ("imaginome.metrics.registry", "metrics"),
    "all_attacks": ("imaginome.privacy.registry", "attacks"),
    "all_leaks": ("imaginome.privacy.leaks.registry", "leaks"),
    "all_formats": ("imaginome.formats.registry", "formats"),
}
"""Public names of the registries: `imaginome.models` is the package, so theirs are others."""

__all__ = [*_PUBLIC, *_REGISTRIES, "__version__"]  # noqa: PLE0604


def __dir__() -> list[str]:
    """Name what may be used, imported or not."""
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import imaginome` stays quick."""
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    if name in _REGISTRIES:
        module, registry = _REGISTRIES[name]
        return getattr(import_module(module), registry)
    raise AttributeError(f"module 'imaginome' has no attribute '{name}'")
