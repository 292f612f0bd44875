"""The people a network learns from: haplotypes, their classes, and chromosomes that assort freely.

Which of a person's two chromosomes 1 stands in one row with which chromosome 2 is an accident of
phasing: no read and no neighbour links two contigs. Every batch therefore deals the contigs of a
person anew to the two rows, as a gamete would get them (Mendel 1866, independent assortment). The
distribution stays the same, while no critic or encoder meets a row often enough to know it by
heart.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float32s, Int64s
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import PanelFrame, class_groups, haplotype_classes


@dataclass(frozen=True, eq=False)
class People:
    """Train people as the GAN and the VAE see them.

    Attributes
    ----------
    rows
        Haplotypes, ``uint8`` of shape ``(n, n_sites)``; rows ``2i, 2i + 1`` are one person.
    classes
        Class of each row, ``int64`` of shape ``(n,)``.
    design
        What is known of each class, ``float32`` of shape ``(n_classes, n_features)``.
    groups
        Superpopulation of each class as a number, ``int64`` of shape ``(n_classes,)``.
    contigs
        Contig of each site as a number from 0, ``int64`` of shape ``(n_sites,)``.
    """

    rows: Haplotypes
    classes: Int64s
    design: Float32s
    groups: Int64s
    contigs: Int64s

    @classmethod
    def of(cls, panel: Panel, frame: PanelFrame, *, assort: bool) -> People:
        """Return the people of `panel`; all sites count as one contig unless `assort`."""
        starts = panel.sites.contig_starts() if assort else np.zeros(panel.n_sites, dtype=bool)
        contigs = np.cumsum(starts) - int(assort)
        classes = haplotype_classes(panel, frame)
        return cls(panel.haplotypes, classes, frame.design(), class_groups(frame), contigs)

    def spans(self) -> list[tuple[int, int]]:
        """Return the first site of each contig and the first site behind it."""
        borders = [0, *(np.flatnonzero(np.diff(self.contigs)) + 1).tolist(), len(self.contigs)]
        return list(itertools.pairwise(borders))

    def standard_design(self) -> Float32s:
        """Return the design with columns of mean 0 and variance 1 over the rows."""
        counts = np.bincount(self.classes, minlength=len(self.design))
        weights = counts / counts.sum()
        mean = weights @ self.design
        spread = np.sqrt(np.maximum(weights @ np.square(self.design - mean), 1e-6))
        return np.asarray((self.design - mean) / spread, dtype=np.float32)

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Haplotypes, Int64s]:
        """Draw `n` haplotypes with replacement, contigs dealt anew, and their classes."""
        chosen = rng.integers(0, len(self.rows), n)
        return self.dealt(chosen, rng), self.classes[chosen]

    def dealt(self, chosen: Int64s, rng: np.random.Generator) -> Haplotypes:
        """Return the rows `chosen`, each contig from either haplotype of the person."""
        n_contigs = int(self.contigs[-1]) + 1
        if n_contigs == 1:
            return self.rows[chosen]
        other = rng.random((len(chosen), n_contigs)) < 0.5
        return np.where(other[:, self.contigs], self.rows[chosen ^ 1], self.rows[chosen])
