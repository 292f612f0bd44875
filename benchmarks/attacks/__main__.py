"""The command ``python -m benchmarks.attacks``."""

from __future__ import annotations

from benchmarks.attacks.main import run
from benchmarks.shared.command_line import main

if __name__ == "__main__":
    main("attacks", run, "interrupted; repeat the command to go on")
