"""Provenance: what went into a result, and what it cost."""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import sys
from importlib import metadata
from pathlib import Path

LIBRARIES = ("numpy", "scipy", "torch", "numba", "scikit-learn", "cyvcf2", "pysam", "pydantic")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def peak_memory_mb() -> float:
    """Return the largest resident memory of this process so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


def versions() -> dict[str, str]:
    """Return the versions of Python, of the libraries that results depend on, and of plugins."""
    installed = {"python": platform.python_version(), "platform": platform.platform()}
    for library in LIBRARIES:
        try:
            installed[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return installed | {
        one.name: one.version for one in metadata.distributions() if _is_plugin(one)
    }


def _is_plugin(distribution: metadata.Distribution) -> bool:
    return any(entry.group.startswith("imaginome.") for entry in distribution.entry_points)


def machine() -> str:
    """Return one line: processor and number of cores."""
    return f"{_processor()}, {os.cpu_count()} cores"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
