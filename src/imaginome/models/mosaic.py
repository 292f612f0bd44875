"""Mosaic of donors: pieces of real haplotypes one after the other. Leaky on purpose."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from imaginome.arrays import Bools, Indices, Int64s
from imaginome.citations import cite
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.base import Capability, Generator
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import haplotype_classes
from imaginome.randomness import child_sequence
from imaginome.settings import Settings
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl

ROWS = 64


class MosaicSettings(Settings):
    """Settings of `mosaic`."""

    length: float = Field(
        200.0, ge=1, description="mean length of a copied piece, geometric (sites)"
    )
    error: float = Field(
        0.0, ge=0, le=0.5, description="chance that a copied allele is flipped (per allele)"
    )


class Mosaic(Generator[MosaicSettings]):
    """Copies pieces of train haplotypes of one population: a leak for audits to find."""

    id = "mosaic"
    description = "LEAKY baseline: copied pieces of real haplotypes; calibrates audits"
    assumptions = "A haplotype is a sequence of pieces of donors of its own population."
    limitations = (
        "Not private: its weights ARE the training haplotypes, and everything that it draws is "
        "copied from them. For calibrating audits and as a yardstick only; release neither the "
        "model nor what it draws. No linkage across the ends of pieces."
    )
    citations = cite(
        li2003="a haplotype is an imperfect mosaic of others",
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset({"population", "phenotype"})
    Settings = MosaicSettings

    _donors: Haplotypes
    _classes: Int64s

    def _fit(self, train: Panel, validation: Panel, control: FitControl) -> None:
        """Store the donors, validation people as well: there is nothing to stop."""
        parts = (train, validation)
        self._donors = np.concatenate([part.haplotypes for part in parts])
        self._classes = np.concatenate([haplotype_classes(part, self.frame) for part in parts])

    def _draw(self, n: int, seed: int, classes: Int64s | None, threads: int) -> Haplotypes:
        rows = np.zeros(n, dtype=np.int64) if classes is None else classes
        drawn = np.empty((n, self._donors.shape[1]), dtype=np.uint8)
        starts = self.sites.contig_starts()

        def work(piece: slice) -> None:
            stream = child_sequence(seed, "mosaic", "draw", piece.start)
            rng = np.random.Generator(np.random.PCG64DXSM(stream))
            for row in range(piece.start, piece.stop):
                drawn[row] = self._row(np.flatnonzero(self._classes == rows[row]), starts, rng)

        map_pieces(work, pieces(n, ROWS), threads)
        return drawn

    def _row(
        self,
        donors: Indices,
        starts: Bools,
        rng: np.random.Generator,
    ) -> Haplotypes:
        """Draw one haplotype from the donors of its population."""
        ends = starts | (rng.random(len(starts)) < 1.0 / self.settings.length)
        chosen = donors[rng.integers(0, len(donors), int(ends.sum()))]
        row = self._donors[chosen[np.cumsum(ends) - 1], np.arange(len(starts))]
        if self.settings.error:
            row = row ^ (rng.random(len(row)) < self.settings.error)
        return np.asarray(row, dtype=np.uint8)

    def _tensors(self) -> Tensors:
        return {
            "donors": np.packbits(self._donors, axis=1),
            "classes": self._classes,
        }

    def _load_tensors(self, tensors: Tensors) -> None:
        self._donors = np.unpackbits(tensors["donors"], axis=1, count=len(self.sites))
        self._classes = tensors["classes"]


ITEM = Mosaic
