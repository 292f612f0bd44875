"""The data folder of a programme: what is there, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imaginome.errors import FormatError
from imaginome.formats import ReadOptions, learnable, read_panel
from imaginome.formats.regions import parse_regions
from imaginome.outputs import write_text
from imaginome.panel import Panel
from imaginome.randomness import child_generator
from imaginome.reproduce.base import PlannedPanel, Programme, PublishedSet, SimulatedTrait
from imaginome.splits import split

HOLDOUT = 0.5
TAB = "\t"


@dataclass(frozen=True)
class DataFolder:
    """Real panels, their labels and released sets, as ``docs/reproduce.md`` lays them out.

    Attributes
    ----------
    folder
        Where they are.
    programme
        What is wanted of them.
    work
        Where tables of simulated phenotypes stand while they are needed.
    """

    folder: Path
    programme: type[Programme]
    work: Path

    def check(self) -> None:
        """Raise unless every real panel is there; released sets may be missing.

        Raises
        ------
        FormatError
            Names everything that is missing.
        """
        panels = self.programme.panels
        needed = [self.programme.samples]
        needed += [name for panel in panels for name in (panel.file, panel.legend) if name]
        missing = [name for name in dict.fromkeys(needed) if not (self.folder / name).is_file()]
        if missing:
            raise FormatError(
                f"{self.folder} lacks {', '.join(missing)}",
                "docs/reproduce.md says what the folder must hold and where it comes from",
            )

    def has(self, made: PublishedSet) -> bool:
        """Say whether a released set is there."""
        return (self.folder / made.file).is_file()

    def options(self, panel: PlannedPanel, seed: int) -> ReadOptions:
        """Return how a real panel is read; within `labelled` where it has a trait."""
        regions = parse_regions(panel.region) if panel.region else ()
        if panel.trait is None:
            return ReadOptions(regions=regions, samples_table=self.folder / self.programme.samples)
        table = self._table(panel, seed)
        return ReadOptions(regions=regions, samples_table=table, phenotype=panel.trait.column)

    @contextmanager
    def labelled(self, panel: PlannedPanel, seed: int) -> Iterator[None]:
        """Let a table of labels stand while it is needed, where a panel has a trait.

        It tells of every real person what genes they have at one site: it must not stay.
        """
        if panel.trait is None:
            yield
            return
        table = self._table(panel, seed)
        text = self._simulated(panel, panel.trait, seed)
        write_text(table, text, force=True)
        try:
            yield
        finally:
            table.unlink(missing_ok=True)

    def halves(self, panel: PlannedPanel, seed: int) -> tuple[Panel, Panel]:
        """Return train and holdout, divided as a run with this seed divides them."""
        options = self.options(panel, seed)
        whole = learnable(read_panel(str(self.folder / panel.file), options), options)
        return split(whole, HOLDOUT, seed)

    def published(self, panel: PlannedPanel, made: PublishedSet) -> Panel:
        """Read a released set; it has the legend of the real panel where it has none."""
        legend = self.folder / panel.legend if panel.legend else None
        return read_panel(str(self.folder / made.file), ReadOptions(legend=legend))

    def _table(self, panel: PlannedPanel, seed: int) -> Path:
        return self.work / f".{panel.id}-seed{seed}.samples.tsv"

    def _simulated(self, panel: PlannedPanel, trait: SimulatedTrait, seed: int) -> str:
        """Return the table of labels with one more column: the phenotype."""
        where = ReadOptions(regions=((trait.contig, trait.position, trait.position),))
        site = read_panel(str(self.folder / panel.file), where)
        has = child_generator(seed, "trait").random(site.n_individuals)
        copies = site.haplotypes[0::2, 0] + site.haplotypes[1::2, 0]
        first = has < np.array(trait.chances)[copies]
        values = dict(zip(site.samples.id, np.where(first, *trait.values), strict=True))
        head, *rows = (self.folder / self.programme.samples).read_text().splitlines()
        column = head.split("\t").index("sample")
        lines = [f"{row}\t{values.get(row.split(TAB)[column], '')}" for row in rows if row]
        return "\n".join([f"{head}\t{trait.column}", *lines]) + "\n"
