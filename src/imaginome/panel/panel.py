"""A panel: phased haplotypes with their sites and samples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from imaginome.arrays import Float64s, Indices
from imaginome.display import card, facts
from imaginome.errors import PanelError
from imaginome.panel.samples import Samples
from imaginome.panel.sites import Index, Sites

# -- The panel -------------------------------------------------------------------------------------


Haplotypes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Panel:
    """Phased haplotypes of individuals at biallelic sites.

    Attributes
    ----------
    haplotypes
        ``uint8``, shape ``(n_haplotypes, n_sites)``, 0 = REF and 1 = ALT. Rows ``2i`` and
        ``2i + 1`` belong to individual ``i``.
    sites
        One entry a column.
    samples
        One entry an individual: two rows.

    Raises
    ------
    PanelError
        When the shapes do not fit together or the dtype is not ``uint8``.
    """

    haplotypes: Haplotypes
    sites: Sites
    samples: Samples

    def __post_init__(self) -> None:
        """Check that rows and columns fit samples and sites."""
        expected = (2 * len(self.samples), len(self.sites))
        if self.haplotypes.shape != expected or self.haplotypes.dtype != np.uint8:
            raise PanelError(
                f"haplotypes are {self.haplotypes.dtype} of shape {self.haplotypes.shape}, "
                f"samples and sites need uint8 of shape {expected}"
            )

    @property
    def n_haplotypes(self) -> int:
        """Number of rows."""
        return int(self.haplotypes.shape[0])

    @property
    def n_individuals(self) -> int:
        """Number of people."""
        return len(self.samples)

    @property
    def n_sites(self) -> int:
        """Number of columns."""
        return int(self.haplotypes.shape[1])

    def frequencies(self) -> Float64s:
        """Return the ALT allele frequency of each site, ``float64`` of shape ``(n_sites,)``."""
        return np.asarray(self.haplotypes.mean(axis=0, dtype=np.float64))

    def take_sites(self, index: Index) -> Panel:
        """Return the panel at some sites: a window, a selection or a reordering."""
        haplotypes = np.ascontiguousarray(self.haplotypes[:, index])
        return replace(self, haplotypes=haplotypes, sites=self.sites.take(index))

    def take_individuals(self, index: Indices) -> Panel:
        """Return some individuals, both haplotypes of each, in the order of `index`."""
        return replace(
            self,
            haplotypes=self.haplotypes[haplotype_rows(index)],
            samples=self.samples.take(index),
        )

    def with_samples(self, samples: Samples) -> Panel:
        """Return the same haplotypes with other sample labels."""
        return replace(self, samples=samples)

    def __repr__(self) -> str:
        """Tell the sizes: alleles and names of people do not belong in a log."""
        return f"Panel({self.n_individuals} individuals, {self.n_sites} sites)"

    def _repr_html_(self) -> str:
        """Show sizes, sites and labels in a notebook."""
        return panel_card(self)


def haplotype_rows(individuals: Indices) -> Indices:
    """Return the rows ``2i, 2i + 1`` of each individual ``i``, in order."""
    rows = np.empty(2 * len(individuals), dtype=np.intp)
    rows[0::2] = 2 * np.asarray(individuals)
    rows[1::2] = rows[0::2] + 1
    return rows


# -- A panel in a notebook -------------------------------------------------------------------------
# Sizes, sites, labels; nobody's alleles and nobody's name.


FEWEST = 5
SHOWN = 8
RARE, COMMON = 0.01, 0.05


def panel_card(panel: Panel) -> str:
    """Return the HTML that a notebook shows; groups of fewer than five people have no count."""
    sizes = (
        f"{panel.n_individuals:,} individuals · {panel.n_haplotypes:,} haplotypes · "
        f"{panel.n_sites:,} sites"
    )
    rows = [*_stretches(panel), *_spectrum(panel), *_labels(panel)]
    return str(card("Panel", sizes, facts(rows) if rows else Markup("")))


def _stretches(panel: Panel) -> list[tuple[str, str]]:
    rows = []
    for contig in panel.sites.contigs()[:SHOWN]:
        here = panel.sites.position[panel.sites.contig == contig]
        rows.append((f"{contig}", f"{here[0]:,}–{here[-1]:,}, {len(here):,} sites"))
    more = len(panel.sites.contigs()) - SHOWN
    return [*rows, ("", f"and {more} more contigs")] if more > 0 else rows


def _spectrum(panel: Panel) -> list[tuple[str, str]]:
    """Tell how many sites are rare; nothing of a panel of nobody."""
    if not panel.n_individuals or not panel.n_sites:
        return []
    alt = panel.frequencies()
    rarer = [min(value, 1 - value) for value in alt]
    counts = [
        (sum(f < RARE for f in rarer), "below 1%"),
        (sum(RARE <= f < COMMON for f in rarer), "1–5%"),
        (sum(f >= COMMON for f in rarer), "5% and more"),
    ]
    return [("rarer allele", " · ".join(f"{what}: {n:,} sites" for n, what in counts))]


def _labels(panel: Panel) -> list[tuple[str, str]]:
    samples = panel.samples
    columns = ("population", "superpopulation", "phenotype")
    named = {name: getattr(samples, name) for name in columns}
    return [(name, _counts(column)) for name, column in named.items() if column is not None]


def _counts(labels: object) -> str:
    counts = Counter(str(label) or "unknown" for label in labels)  # type: ignore[attr-defined]
    shown = [
        f"{name} {n:,}" if n >= FEWEST else f"{name} <{FEWEST}"
        for name, n in counts.most_common(SHOWN)
    ]
    more = len(counts) - SHOWN
    return " · ".join([*shown, f"and {more} more"] if more > 0 else shown)
