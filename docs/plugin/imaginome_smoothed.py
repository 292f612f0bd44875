"""A generator of another distribution: allele frequencies, drawn a little toward one half."""

import numpy as np
from pydantic import Field

from imaginome.models.base import Generator
from imaginome.randomness import child_generator
from imaginome.settings import Settings


class SmoothedSettings(Settings):
    """Settings of `smoothed`."""

    pseudo: float = Field(0.5, ge=0, description="pseudo-haplotypes of each allele (haplotypes)")


class Smoothed(Generator[SmoothedSettings]):
    """Independent sites whose rare alleles are never lost."""

    id = "smoothed"
    description = "an allele frequency at each site, smoothed (example of a plugin)"
    assumptions = "Sites are independent, and populations are one."
    limitations = "No linkage, no populations: it shows how a generator is written, no more."
    citations = ()
    Settings = SmoothedSettings

    def _fit(self, train, validation, control):
        alleles = np.concatenate([train.haplotypes, validation.haplotypes])
        more = self.settings.pseudo
        self._frequency = (alleles.sum(axis=0) + more) / (len(alleles) + 2 * more)

    def _draw(self, n, seed, classes, threads):
        chances = child_generator(seed, "smoothed").random((n, len(self._frequency)))
        return (chances < self._frequency).astype(np.uint8)

    def _tensors(self):
        return {"frequency": self._frequency}

    def _load_tensors(self, tensors):
        self._frequency = tensors["frequency"]
