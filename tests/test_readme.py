"""What the README shows works as shown."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from imaginome.formats import write_panel
from imaginome.panel import Panel

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture
def folder(tmp_path, panel: Panel) -> Path:
    write_panel(panel, tmp_path / "panel.vcf.gz")
    rows = zip(panel.samples.id, panel.samples.population, strict=True)
    lines = ["sample\tpopulation", *("\t".join(row) for row in rows)]
    (tmp_path / "samples.tsv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_the_python_example(folder):
    (code,) = blocks("python")
    assert len(code.strip().splitlines()) <= 14
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("pass", "caution", "fail", "unknown")
    assert (folder / "report.html").exists()


def test_the_commands(folder):
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    commands = [line.split("#")[0] for line in lines if line.startswith("imaginome ")]
    assert len(commands) >= 8
    for command in commands:
        sooner = command.replace("--budget 20m", "--budget 20s")
        words = [sys.executable, "-m", "imaginome.cli", *shlex.split(sooner)[1:]]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        # The audit of so small a panel may fail: that is a result.
        assert done.returncode in (0, 3), f"{command}\n{done.stderr}"
    assert (folder / "out" / "report.html").exists()


def test_pictures_and_links_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (Path(__file__).parents[1] / target).exists(), target
