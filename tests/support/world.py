"""The small world in which the commands and code of the pages are run."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import imaginome
from imaginome.panel import Panel, strings
from imaginome.panel.split import split_table
from tests.support.simulated import simulated_panel

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"(?:^<!-- not run: (.+?) -->\n)?^```(\w+)\n(.*?)^```", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page; `excuse` says why it is not run, empty where it is."""

    language: str
    text: str
    excuse: str

    def commands(self) -> list[str]:
        """Return its commands, continued lines joined, comments left out."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line.split(" #")[0].strip() for line in lines if line.startswith("imaginome ")]


def pages() -> list[Path]:
    """Return README and every page that somebody wrote, in order."""
    written = [p for p in (ROOT / "docs").rglob("*.md") if not _made(p)]
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(written)]


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page that are commands or code."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [Block(name, text, excuse) for excuse, name, text in found if name in ("sh", "python")]


def people() -> Panel:
    """Return a panel of people with populations, eyes and some linkage."""
    panel = simulated_panel()
    names = {"POP0": "MSL", "POP1": "GBR", "POP2": "JPT"}
    labels = [names[label] for label in panel.samples.population]
    eyes = ["blue" if i // 3 % 2 else "brown" for i in range(panel.n_individuals)]
    return panel.with_samples(
        replace(panel.samples, population=strings(labels), phenotype=strings(eyes))
    )


def build(folder: Path) -> None:
    """Write every file that the pages take for granted, under the names that they use."""
    panel = people()
    for name in ("panel.vcf.gz", "real.vcf.gz"):
        imaginome.write_panel(panel, folder / name)
    samples = panel.samples
    columns = [samples.id, samples.population, samples.superpopulation, samples.phenotype]
    rows = ["\t".join(row) for row in zip(*columns, strict=True)]
    head = "sample\tpopulation\tsuperpopulation\teyes"
    (folder / "samples.tsv").write_text("\n".join([head, *rows]) + "\n")
    train, holdout = imaginome.split(panel, holdout=0.5, seed=1)
    (folder / "split.tsv").write_text(split_table(train, holdout))
    array = holdout.take_sites(np.arange(0, panel.n_sites, 4)).take_individuals(np.arange(5))
    imaginome.write_panel(array, folder / "array.vcf.gz")
    for name in ("demo.vcf.gz", "demo.samples.tsv"):
        shutil.copy(ROOT / "src" / "imaginome" / "data" / name, folder)


def fitted(folder: Path) -> None:
    """Add a fitted model and what it draws."""
    panel = imaginome.read_panel(folder / "panel.vcf.gz")
    train, _ = imaginome.split(panel, holdout=0.5, seed=1)
    model = imaginome.fit("markov", train, seed=1)
    model.save(folder / "model")
    imaginome.write_panel(model.sample(30, seed=1), folder / "artificial.vcf.gz")


def _made(path: Path) -> bool:
    parts = path.relative_to(ROOT / "docs").parts
    return parts[0] in ("reference", "_build")
