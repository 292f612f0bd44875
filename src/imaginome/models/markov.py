"""Markov chain of order k: the next allele given the k alleles before it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from imaginome.arrays import Bools, Float32s, Float64s, Int64s, UInt8s
from imaginome.citations import YELMEN_2021, Citation
from imaginome.models._completion import Completion
from imaginome.models._markov_complete import complete_row
from imaginome.models._markov_counts import add_counts, back_off, log_chance, walk
from imaginome.models.base import Capability, Generator, Tensors
from imaginome.panel import Haplotypes, Panel
from imaginome.parallel import map_pieces, pieces
from imaginome.randomness import child_sequence
from imaginome.settings import Settings
from imaginome.training.control import FitControl

MACKAY_PETO_1995 = Citation(
    "mackay1995",
    "MacKay, David J. C. and Bauman Peto, Linda C.",
    "A hierarchical Dirichlet language model",
    "Natural Language Engineering",
    1995,
    "10.1017/S1351324900000218",
    "counts of a context lean to the shorter context by Dirichlet pseudo-counts",
)
SITES = 256
ROWS = 256
LEAST = np.float32(1e-6)


class MarkovSettings(Settings):
    """Settings of `markov`."""

    order: int = Field(
        10, ge=1, le=14, description="alleles that the next one depends on (sites); memory 2^order"
    )
    prior: float = Field(
        1.0,
        gt=0,
        description="pseudo-haplotypes that each context takes from the one a site shorter "
        "(haplotypes)",
    )


class Markov(Generator[MarkovSettings]):
    """Window of the last k alleles, with back-off to shorter windows where counts are thin."""

    id = "markov"
    description = "the next allele given the last k, with back-off to shorter windows"
    assumptions = "An allele depends on the k alleles before it on the contig, and nothing else."
    limitations = (
        "What lies more than k sites back is forgotten: no long haplotypes, no population "
        "structure."
    )
    citations = (
        YELMEN_2021.because("uses Markov chains over windows of SNPs as a baseline"),
        MACKAY_PETO_1995,
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset({"log_likelihood", "complete"})
    Settings = MarkovSettings

    _chance: Float32s

    def _fit(self, train: Panel, validation: Panel, control: FitControl) -> None:
        """Count; there is nothing to stop, so validation people are counted as well."""
        alleles = np.concatenate([train.haplotypes, validation.haplotypes])
        starts = self.sites.contig_starts()
        order = self.settings.order
        self._chance = np.empty((len(starts), 1 << order), dtype=np.float32)

        def work(piece: slice) -> None:
            self._chance[piece] = self._piece(alleles, starts, piece)

        with control.progress.task("markov", 1) as task:
            map_pieces(work, pieces(len(starts), SITES), control.threads)
            task.advance()

    def _piece(self, alleles: Haplotypes, starts: Bools, piece: slice) -> Float32s:
        """Return P(ALT | context) of the longest contexts, from order 0 upward."""
        n = piece.stop - piece.start
        edge = np.float32(0.5 / (len(alleles) + 1))
        mean = alleles[:, piece].mean(axis=0, dtype=np.float64)
        chance = np.clip(mean, edge, 1 - edge).astype(np.float32)[:, None]
        for order in range(1, self.settings.order + 1):
            counts = np.zeros((n, 1 << order, 2), dtype=np.float32)
            add_counts(alleles, starts, order, piece.start, counts)
            longer = np.empty((n, 1 << order), dtype=np.float32)
            back_off(counts, chance, self.settings.prior, longer)
            chance = longer
        # Back-off multiplies small chances; no allele may become impossible by rounding.
        return np.asarray(np.clip(chance, LEAST, 1 - LEAST), dtype=np.float32)

    def _draw(self, n: int, seed: int, classes: Int64s | None, threads: int) -> Haplotypes:
        drawn = np.empty((n, len(self._chance)), dtype=np.uint8)
        starts = self.sites.contig_starts()

        def work(piece: slice) -> None:
            stream = child_sequence(seed, "markov", "draw", piece.start)
            rng = np.random.Generator(np.random.SFC64(stream))
            uniform = rng.random(drawn[piece].shape, dtype=np.float32)
            walk(uniform, starts, self.settings.order, self._chance, drawn[piece])

        map_pieces(work, pieces(n, ROWS), threads)
        return drawn

    def log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return ln P of each row, exact."""
        logs = np.empty(len(haplotypes), dtype=np.float64)
        starts = self.sites.contig_starts()

        def work(piece: slice) -> None:
            log_chance(haplotypes[piece], starts, self.settings.order, self._chance, logs[piece])

        map_pieces(work, pieces(len(haplotypes), ROWS), threads)
        return logs

    def _complete(
        self,
        alleles: UInt8s,
        shares: Float64s,
        draws: int,
        seed: int,
        threads: int,
    ) -> Completion:
        dosages = np.empty(alleles.shape, dtype=np.float32)
        drawn = np.empty((draws, *alleles.shape), dtype=np.uint8)
        starts = self.sites.contig_starts()

        def work(row: int) -> None:
            stream = child_sequence(seed, "markov", "complete", row)
            rng = np.random.Generator(np.random.SFC64(stream))
            uniforms = rng.random((draws, len(starts)))
            found = (dosages[row], drawn[:, row])
            complete_row(alleles[row], starts, self._chance, uniforms, *found)

        map_pieces(work, range(len(alleles)), threads)
        return Completion(dosages, drawn)

    def _tensors(self) -> Tensors:
        return {"chance": self._chance}

    def _load_tensors(self, tensors: Tensors) -> None:
        self._chance = tensors["chance"]


ITEM = Markov
