"""What a model keeps of the panel it was fitted to: sites and population counts, no person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from imaginome.panel.panel import Panel
from imaginome.panel.sites import Sites, strings


@dataclass(frozen=True, eq=False)
class PanelFrame:
    """The frame of a panel without its haplotypes.

    Attributes
    ----------
    sites
        The sites.
    populations
        Population name to number of train individuals, sorted by name; empty without labels.
    superpopulations
        Population to superpopulation; empty without labels.
    """

    sites: Sites
    populations: dict[str, int]
    superpopulations: dict[str, str]

    @classmethod
    def of(cls, panel: Panel) -> PanelFrame:
        """Return the frame of `panel`."""
        samples = panel.samples
        if samples.population is None:
            return cls(panel.sites, {}, {})
        names, counts = np.unique(samples.population.astype(str), return_counts=True)
        above: dict[str, str] = {}
        if samples.superpopulation is not None:
            above = dict(zip(samples.population, samples.superpopulation, strict=True))
        populations = {str(n): int(c) for n, c in zip(names, counts, strict=True)}
        return cls(panel.sites, populations, above)

    def codes(self, labels: list[str]) -> npt.NDArray[np.int64]:
        """Return the index of each label in the order of `populations`."""
        index = {name: i for i, name in enumerate(self.populations)}
        return np.array([index[label] for label in labels], dtype=np.int64)

    def proportional(self, n: int) -> list[str]:
        """Return `n` labels in the proportions of the panel, largest remainders first."""
        names = list(self.populations)
        exact = np.array(list(self.populations.values()), dtype=float)
        exact *= n / exact.sum()
        counts = np.floor(exact).astype(int)
        rest = np.argsort(counts - exact, kind="stable")[: n - counts.sum()]
        counts[rest] += 1
        return [name for name, count in zip(names, counts, strict=True) for _ in range(count)]

    def write(self, path: Path) -> None:
        """Write the frame as JSON."""
        sites = self.sites
        content = {
            "contig": list(sites.contig),
            "position": sites.position.tolist(),
            "id": list(sites.id),
            "ref": list(sites.ref),
            "alt": list(sites.alt),
            "cm": None if sites.cm is None else sites.cm.tolist(),
            "populations": self.populations,
            "superpopulations": self.superpopulations,
        }
        path.write_text(json.dumps(content) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> PanelFrame:
        """Read what `write` wrote."""
        content = json.loads(path.read_text(encoding="utf-8"))
        sites = Sites(
            strings(content["contig"]),
            np.array(content["position"], dtype=np.int64),
            strings(content["id"]),
            strings(content["ref"]),
            strings(content["alt"]),
            None if content["cm"] is None else np.array(content["cm"], dtype=np.float64),
        )
        return cls(sites, content["populations"], content["superpopulations"])
