"""The command ``python -m benchmarks.scaling``."""

from __future__ import annotations

from benchmarks.scaling.main import run
from benchmarks.shared.command_line import main

if __name__ == "__main__":
    main("scaling", run, "interrupted")
