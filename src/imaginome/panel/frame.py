"""What a model keeps of the panel it was fitted to: sites and population counts, no person."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from imaginome.panel.panel import Panel
from imaginome.panel.sites import Sites, strings

FEWEST = 5
OTHER = "other"


@dataclass(frozen=True, eq=False)
class PanelFrame:
    """The frame of a panel without its haplotypes.

    A label that fewer than five people carry would point at persons. They are pooled: under
    their superpopulation, else under ``other``, and where even those are few, with the most
    frequent population.

    Attributes
    ----------
    sites
        The sites.
    populations
        Population name to number of individuals, sorted by name; empty without labels.
    superpopulations
        Population to superpopulation; empty without labels.
    pooled
        Label of few people to the population that they are pooled with.
    """

    sites: Sites
    populations: dict[str, int]
    superpopulations: dict[str, str]
    pooled: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, *panels: Panel) -> PanelFrame:
        """Return the frame of the people of all `panels`, which have the same sites."""
        sites = panels[0].sites
        labels, above = _labels(panels, "population"), _labels(panels, "superpopulation")
        if labels is None:
            return cls(sites, {}, {})
        group = dict(zip(labels, above, strict=True)) if above is not None else {}
        pooled = _pool(labels, group)
        counts = Counter(pooled.get(label, label) for label in labels)
        populations = {name: counts[name] for name in sorted(counts)}
        names = {name: group.get(name, name) for name in populations} if group else {}
        return cls(sites, populations, names, pooled)

    def codes(self, labels: list[str]) -> npt.NDArray[np.int64]:
        """Return the index of each label, or of what it is pooled with, in `populations`."""
        index = {name: i for i, name in enumerate(self.populations)}
        return np.array([index[self.pooled.get(label, label)] for label in labels], dtype=np.int64)

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
            "pooled": self.pooled,
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
        return cls(
            sites, content["populations"], content["superpopulations"], content.get("pooled", {})
        )


def _labels(panels: Sequence[Panel], column: str) -> list[str] | None:
    columns = [getattr(panel.samples, column) for panel in panels]
    if any(found is None for found in columns):
        return None
    return [label for found in columns for label in found]


def _pool(labels: list[str], group: dict[str, str]) -> dict[str, str]:
    """Return, for each label of too few people, the label that takes them in."""
    pooled: dict[str, str] = {}
    for above in (group, dict[str, str]()):
        counts = Counter(pooled.get(label, label) for label in labels)
        for label in set(labels):
            if counts[pooled.get(label, label)] < FEWEST:
                pooled[label] = above.get(label) or OTHER
    counts = Counter(pooled.get(label, label) for label in labels)
    most = max(sorted(counts), key=lambda name: counts[name])
    return {
        label: (most if counts[into] < FEWEST else into)
        for label, into in pooled.items()
        if label != (most if counts[into] < FEWEST else into)
    }
