"""The command ``python -m benchmarks.epsilon``."""

from __future__ import annotations

from benchmarks.epsilon.main import run
from benchmarks.shared.command_line import main

if __name__ == "__main__":
    main("epsilon", run, "interrupted: repeat the command to go on")
