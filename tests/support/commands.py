"""Call the command line in this process, and what its runs leave."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from typer.testing import CliRunner

from imaginome.cli.app import app

RUN_LEAVES = {
    "artificial.vcf.gz",
    "artificial.vcf.gz.tbi",
    "split.tsv",
    "model",
    "metrics.json",
    "audit.json",
    "report.html",
    "datasheet.md",
    "run.json",
    "run.log",
}
LABELS = "artificial.samples.tsv"
"""Left too by models that know labels."""
PICTURES = "emergence"
"""A folder left too by models that learn in steps and show them."""
DONE = (0, 3)


def call(*words: object, code: int | tuple[int, ...] = 0):
    """Run a verb and check its exit code."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    expected = code if isinstance(code, tuple) else (code,)
    assert result.exit_code in expected, f"{result.output}\n{result.exception!r}"
    return result


def said(result) -> str:
    """Return the one line of error, and check that it is one."""
    lines = [line for line in result.stderr.splitlines() if line.startswith("imaginome: error")]
    assert len(lines) == 1, result.output
    assert "Traceback" not in result.output
    return lines[0]


QUICK = ("--metric", "frequency", "--attack", "aats", "--no-power")
"""For a run whose measures nobody looks at."""


def run_words(files: Path, out: Path, *more: object) -> list[object]:
    """Return the words of a small run."""
    words = ["run", files / "panel.vcf.gz", "--samples", files / "samples.tsv", "--replicates", 20]
    return [*words, "--model", "markov", "-o", out, *more]


def findings(path: Path):
    """Return a result without what it cost."""

    def timeless(part):
        if isinstance(part, dict):
            cost = ("seconds", "peak_memory_mb")
            return {key: timeless(value) for key, value in part.items() if key not in cost}
        return [timeless(item) for item in part] if isinstance(part, list) else part

    return timeless(json.loads(path.read_text()))


def stop(start: list[str], when: Path, how: signal.Signals) -> tuple[int, str]:
    """Start a process, send it `how` as soon as `when` exists; return exit code and stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "imaginome.cli", *start], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not when.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(how)
    stderr = process.communicate(timeout=60)[1]
    assert when.exists(), f"it ended before {when.name} was there\n{stderr}"
    return process.returncode, stderr


def example(verb: str) -> list[str]:
    """Return the words of the example that `verb` shows."""
    from imaginome.cli import catalogue, completion, generate, judge, make, show

    modules = (show, make, generate, completion, judge, catalogue)
    verbs = [v for module in modules for v in module.VERBS]
    (doc,) = [v.__doc__ for v in verbs if v.__name__ == verb]
    (command,) = re.findall(r"Example: `imaginome (.*?)`", doc)
    assert f"Example: imaginome {command}" in " ".join(call(verb, "--help").stdout.split())
    return shlex.split(command)
