"""What a model keeps of its panel: sites and label counts, no person; labels as classes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float32s, Float64s, Int64s
from imaginome.panel.panel import Panel
from imaginome.panel.samples import Samples
from imaginome.panel.sites import Sites, strings

# -- Sites and label counts ------------------------------------------------------------------------


FEWEST = 5
OTHER = "other"
Class = tuple[str, str]
"""Population and phenotype of a class of people; ``""`` where there is no such label."""


@dataclass(frozen=True, eq=False)
class PanelFrame:
    """The frame of a panel without its haplotypes.

    A label that fewer than five people carry would point at persons. Populations are pooled:
    under their superpopulation, else under ``other``, and where even those are few, with the
    most frequent population. A phenotype that fewer than five people of a population show
    counts as the most frequent one there.

    Attributes
    ----------
    sites
        The sites.
    classes
        Population and phenotype of each class to its number of individuals, sorted; empty
        without labels.
    superpopulations
        Population to superpopulation; empty without labels.
    pooled
        Population of few people to the one that they are pooled with.
    """

    sites: Sites
    classes: dict[Class, int]
    superpopulations: dict[str, str]
    pooled: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, *panels: Panel) -> PanelFrame:
        """Return the frame of the people of all `panels`, which have the same sites."""
        labels, above, phenotypes = (
            _labels(panels, column) for column in ("population", "superpopulation", "phenotype")
        )
        if labels is None and phenotypes is None:
            return cls(panels[0].sites, {}, {})
        n = sum(panel.n_individuals for panel in panels)
        populations, group, pooled = [""] * n, dict[str, str](), dict[str, str]()
        if labels is not None:
            group = dict(zip(labels, above, strict=True)) if above is not None else {}
            pooled = _pool(labels, group)
            populations = [pooled.get(label, label) for label in labels]
        people = Counter(zip(populations, phenotypes or [""] * n, strict=True))
        classes = _merge_few(people)
        names = sorted({population for population, _ in classes})
        return cls(
            panels[0].sites,
            {name: classes[name] for name in sorted(classes)},
            {name: group.get(name, name) for name in names} if group else {},
            pooled,
        )

    @classmethod
    def of_counts(
        cls, sites: Sites, populations: dict[str, int], superpopulations: dict[str, str]
    ) -> PanelFrame:
        """Return the frame of so many people of each population: what a private fit knows.

        Parameters
        ----------
        sites
            The sites.
        populations
            Population to number of people, at least 1 each; empty without labels.
        superpopulations
            Population to superpopulation; empty without such labels.
        """
        if not populations:
            return cls(sites, {}, {})
        labels = [name for name in sorted(populations) for _ in range(populations[name])]
        pooled = _pool(labels, superpopulations)
        people = Counter((pooled.get(label, label), "") for label in labels)
        above = {name: superpopulations.get(name, name) for name, _ in people}
        classes = {name: people[name] for name in sorted(people)}
        return cls(sites, classes, above if superpopulations else {}, pooled)

    # -- labels ---------------------------------------------------------------------------

    @property
    def populations(self) -> dict[str, int]:
        """Population to number of individuals, sorted by name; empty without labels."""
        return self._totals(0)

    @property
    def phenotypes(self) -> dict[str, int]:
        """Phenotype to number of individuals, sorted by name; empty without labels."""
        return self._totals(1)

    def _totals(self, part: int) -> dict[str, int]:
        totals: Counter[str] = Counter()
        for name, count in self.classes.items():
            totals[name[part]] += count
        return {} if set(totals) <= {""} else {name: totals[name] for name in sorted(totals)}

    def codes(self, samples: Samples) -> Int64s:
        """Return the class of each individual as an index into `classes`.

        A phenotype that is too rare in a population to be a class, or unknown there, counts
        as the most frequent one of the population.
        """
        names = list(self.classes)
        index = {name: i for i, name in enumerate(names)}
        commonest: dict[str, int] = {}
        for name in sorted(names, key=lambda name: -self.classes[name]):
            commonest.setdefault(name[0], index[name])
        populations = self._column(samples.population, bool(self.populations))
        phenotypes = self._column(samples.phenotype, bool(self.phenotypes))
        homes = [self.pooled.get(label, label) for label in populations or [""] * len(samples)]
        pairs = zip(homes, phenotypes or [""] * len(samples), strict=True)
        return np.array([index.get(one, commonest[one[0]]) for one in pairs], dtype=np.int64)

    @staticmethod
    def _column(labels: npt.NDArray[np.object_] | None, known: bool) -> list[str] | None:
        return list(labels) if known and labels is not None else None

    def design(self) -> Float32s:
        """Return what is known of each class, ``float32`` of shape ``(n_classes, n_features)``.

        One column for each superpopulation, population and phenotype, 1 where the class has
        it: effects of a superpopulation are shared by its populations. A kind of label with
        a single value has no column. Without labels the shape is ``(1, 0)``.
        """
        names = list(self.classes) or [("", "")]
        above = self.superpopulations
        kinds = (
            [above.get(population, "") for population, _ in names],
            [population for population, _ in names],
            [phenotype for _, phenotype in names],
        )
        columns = np.hstack([label_columns(kind) for kind in kinds]).T.tolist()
        columns = [column for i, column in enumerate(columns) if column not in columns[:i]]
        return np.array(columns, dtype=np.float32).T.reshape(len(names), len(columns))

    def proportional(self, n: int, chosen: Sequence[int] | None = None) -> Int64s:
        """Return `n` classes in the proportions of the panel, largest remainders first.

        Parameters
        ----------
        n
            Number of individuals.
        chosen
            Indices of the classes to use; all when None.
        """
        among = np.arange(len(self.classes)) if chosen is None else np.array(chosen)
        exact = np.array(list(self.classes.values()), dtype=float)[among]
        exact *= n / exact.sum()
        return np.repeat(among, largest_remainders(exact, n)).astype(np.int64)

    # -- files ----------------------------------------------------------------------------

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
            "classes": [[*name, count] for name, count in self.classes.items()],
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
        classes = {(population, kind): count for population, kind, count in content["classes"]}
        return cls(sites, classes, content["superpopulations"], content["pooled"])


def label_columns(labels: list[str]) -> Float32s:
    """Return one column for each value, 1 where a label has it; none for a single value."""
    values = sorted(set(labels))
    if len(values) == 1:
        return np.zeros((len(labels), 0), dtype=np.float32)
    return np.array([[label == value for value in values] for label in labels], dtype=np.float32)


def largest_remainders(exact: Float64s, n: int) -> Int64s:
    """Round expected counts, which sum to `n`, to whole ones that do: largest remainders first."""
    counts = np.floor(exact).astype(np.int64)
    rest = np.argsort(counts - exact, kind="stable")[: n - counts.sum()]
    counts[rest] += 1
    return counts


def _labels(panels: Sequence[Panel], column: str) -> list[str] | None:
    columns = [getattr(panel.samples, column) for panel in panels]
    if any(labels is None for labels in columns):
        return None
    return [label for labels in columns for label in labels]


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


def _merge_few(people: Counter[Class]) -> Counter[Class]:
    """Count classes of too few people with the commonest phenotype of their population."""
    merged: Counter[Class] = Counter()
    for name, count in people.items():
        own = {other: n for other, n in people.items() if other[0] == name[0]}
        most = max(sorted(own), key=lambda other: own[other])
        merged[name if count >= FEWEST else most] += count
    return merged


# -- Labels as classes of haplotypes ---------------------------------------------------------------


def haplotype_classes(panel: Panel, frame: PanelFrame) -> Int64s:
    """Return the class of each haplotype, ``int64`` of shape ``(n_haplotypes,)``.

    An index into ``frame.classes``; all zero where the frame or the panel has no labels.
    """
    samples = panel.samples
    needed = (
        ([samples.population] if frame.populations else []),
        ([samples.phenotype] if frame.phenotypes else []),
    )
    if not frame.classes or any(column is None for kind in needed for column in kind):
        return np.zeros(panel.n_haplotypes, dtype=np.int64)
    return np.repeat(frame.codes(samples), 2)


def class_shares(frame: PanelFrame) -> Float64s:
    """Return the share of each class in the train panel; ``[1.0]`` without labels."""
    counts = np.array(list(frame.classes.values()) or [1], dtype=np.float64)
    return np.asarray(counts / counts.sum())


def mixed(logs: Float64s, shares: Float64s) -> Float64s:
    """Return ln sum_c share_c P(x | c) from ``logs`` of shape ``(n_classes, n_rows)``."""
    return np.asarray(np.logaddexp.reduce(logs + np.log(shares)[:, None], axis=0))


def class_groups(frame: PanelFrame) -> Int64s:
    """Return the superpopulation of each class as an index; each its own without labels."""
    if not frame.classes:
        return np.zeros(1, dtype=np.int64)
    above = [
        frame.superpopulations.get(population, "") or f"={population}"
        for population, _ in frame.classes
    ]
    return np.unique(above, return_inverse=True)[1].astype(np.int64)
