"""The command ``python -m benchmarks.frontier``."""

from __future__ import annotations

from benchmarks.frontier.main import run
from benchmarks.shared.command_line import main

if __name__ == "__main__":
    main("frontier", run, "interrupted; repeat the command to go on")
