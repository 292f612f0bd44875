"""The data folder of a programme: what is there, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imaginome.errors import FormatError
from imaginome.formats import ReadOptions, read_panel
from imaginome.panel import Panel
from imaginome.reproduce.base import PlannedPanel, Programme, PublishedSet
from imaginome.splits import split

HOLDOUT = 0.5


@dataclass(frozen=True)
class DataFolder:
    """Real panels, their labels and released sets, as ``docs/reproduce.md`` lays them out."""

    folder: Path
    programme: type[Programme]

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
        missing = [name for name in needed if not (self.folder / name).is_file()]
        if missing:
            raise FormatError(
                f"{self.folder} lacks {', '.join(missing)}",
                "docs/reproduce.md says what the folder must hold and where it comes from",
            )

    def has(self, made: PublishedSet) -> bool:
        """Say whether a released set is there."""
        return (self.folder / made.file).is_file()

    def options(self) -> ReadOptions:
        """Return how real panels are read."""
        return ReadOptions(samples_table=self.folder / self.programme.samples)

    def halves(self, panel: PlannedPanel, seed: int) -> tuple[Panel, Panel]:
        """Return train and holdout, divided as a run with this seed divides them."""
        whole = read_panel(str(self.folder / panel.file), self.options())
        return split(whole, HOLDOUT, seed)

    def published(self, panel: PlannedPanel, made: PublishedSet) -> Panel:
        """Read a released set; it has the legend of the real panel where it has none."""
        legend = self.folder / panel.legend if panel.legend else None
        return read_panel(str(self.folder / made.file), ReadOptions(legend=legend))
