"""Independent sites: an allele frequency at every site, by population where labels exist."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from imaginome.arrays import Float32s, Float64s, Int64s, UInt8s
from imaginome.citations import cite
from imaginome.dp.accounting import Budget
from imaginome.dp.fit import Levels, private_spins
from imaginome.dp.moments import People
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.base import Capability, Generator
from imaginome.models.shared.completion import Completion, posterior_shares
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import class_shares, haplotype_classes, mixed
from imaginome.randomness import child_sequence
from imaginome.settings import Settings
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl

ROWS = 256


class IndependentSettings(Settings):
    """Settings of `independent`."""

    by_population: bool = Field(
        True, description="one frequency per population and site where labels exist (yes or no)"
    )
    pooling: float = Field(
        10.0,
        ge=0,
        description="pseudo-haplotypes of the overall frequency added to each population; the "
        "larger, the closer populations lie together (haplotypes)",
    )


class Independent(Generator[IndependentSettings]):
    """Sites drawn independently: what no linkage at all looks like."""

    id = "independent"
    description = "an allele frequency at each site and population; no linkage (baseline)"
    assumptions = "Given the population, sites are independent."
    limitations = "No linkage disequilibrium within a population and no haplotypes: a floor."
    citations = cite(
        yelmen2021="uses independent sites as the baseline of artificial genomes",
        balding1995="population frequencies scatter around the overall one as a beta distribution",
        bun2016="adds up what a private fit spends",
        canonne2020="gives the noise of a private fit",
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {"log_likelihood", "population", "phenotype", "complete", "private"}
    )
    Settings = IndependentSettings

    _frequencies: Float32s

    def _fit(self, train: Panel, validation: Panel, control: FitControl) -> None:
        """Count alleles; there is nothing to stop, so validation people are counted as well."""
        if control.budget is not None:
            self._fit_within(train, control.budget)
            return
        haplotypes = np.concatenate([train.haplotypes, validation.haplotypes])
        classes = np.concatenate(
            [haplotype_classes(part, self.frame) for part in (train, validation)]
        )
        n_classes = len(class_shares(self.frame))
        overall = haplotypes.mean(axis=0, dtype=np.float64)
        pooling = self.settings.pooling if self.settings.by_population else np.inf
        self._frequencies = np.empty((n_classes, len(overall)), dtype=np.float32)
        for c in range(n_classes):
            own = haplotypes[classes == c]
            weight = 0.0 if np.isinf(pooling) or n_classes == 1 else 1.0
            share = weight * len(own) / max(len(own) + min(pooling, 1e9), 1e-9)
            mean = own.mean(axis=0, dtype=np.float64) if len(own) else overall
            self._frequencies[c] = share * mean + (1 - share) * overall

    def _fit_within(self, train: Panel, budget: Budget) -> None:
        """Learn frequencies from noisy sums; populations are pooled by their noise."""
        levels = Levels.of(self.frame, budget.people, apart=self.settings.by_population)
        spins = private_spins(People.of(train, self.frame), levels, budget)
        self._frequencies = np.clip((1 + spins) / 2, 0, 1).astype(np.float32)

    def _draw(self, n: int, seed: int, classes: Int64s | None, threads: int) -> Haplotypes:
        rows = np.zeros(n, dtype=np.int64) if classes is None else classes
        drawn = np.empty((n, self._frequencies.shape[1]), dtype=np.uint8)

        def work(piece: slice) -> None:
            stream = child_sequence(seed, "independent", "draw", piece.start)
            rng = np.random.Generator(np.random.SFC64(stream))
            chance = self._frequencies[rows[piece]]
            drawn[piece] = rng.random(chance.shape, dtype=np.float32) < chance

        map_pieces(work, pieces(n, ROWS), threads)
        return drawn

    def log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return ln P of each row: a mixture over populations in train proportions.

        A frequency of 0 or 1 counts as half a haplotype short of it, so that an allele never
        seen in training makes a row unlikely, not impossible.
        """
        return mixed(self._logs(haplotypes).T, class_shares(self.frame))

    def _logs(self, alleles: UInt8s) -> Float64s:
        """Return ln P(what is known of a row | class), shape ``(n_rows, n_classes)``."""
        edge = 0.25 / sum(self.frame.classes.values() or [1])
        chance = np.clip(self._frequencies.astype(np.float64), edge, 1 - edge)
        ones, zeros = ((alleles == allele).astype(np.float64) for allele in (1, 0))
        return np.asarray(ones @ np.log(chance).T + zeros @ np.log1p(-chance).T)

    def _complete(
        self,
        alleles: UInt8s,
        shares: Float64s,
        draws: int,
        seed: int,
        threads: int,
    ) -> Completion:
        """Weight classes by what is observed; sites say nothing more about each other."""
        posterior = posterior_shares(shares, self._logs(alleles))
        drawn = np.empty((draws, *alleles.shape), dtype=np.uint8)

        def work(task: tuple[int, slice]) -> None:
            draw, piece = task
            stream = child_sequence(seed, "independent", "complete", draw, piece.start)
            rng = np.random.Generator(np.random.SFC64(stream))
            u = rng.random((piece.stop - piece.start, 1))
            below = (np.cumsum(posterior[piece], axis=1) <= u).sum(axis=1)
            chance = self._frequencies[np.minimum(below, posterior.shape[1] - 1)]
            drawn[draw, piece] = rng.random(chance.shape, dtype=np.float32) < chance

        parts = pieces(len(alleles), ROWS)
        map_pieces(work, [(draw, part) for draw in range(draws) for part in parts], threads)
        return Completion((posterior @ self._frequencies).astype(np.float32), drawn)

    def _tensors(self) -> Tensors:
        return {"frequencies": self._frequencies}

    def _load_tensors(self, tensors: Tensors) -> None:
        self._frequencies = tensors["frequencies"]


ITEM = Independent
