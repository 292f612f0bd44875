"""What posteriors of clusters tell of train haplotypes: who is where."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float32s, Indices, UInt16s
from imaginome.models._compile import one_blas_thread
from imaginome.models._hmm_em import Expectation, Observed
from imaginome.models._hmm_parameters import Parameters
from imaginome.models._hmm_update import class_sums


def class_occupancies(parameters: Parameters, observed: Observed, threads: int) -> Float32s:
    """Return how many haplotypes of each class each cluster is expected to hold.

    Returns
    -------
    numpy.ndarray
        ``float32`` of shape ``(n_sites, n_classes, K)``.
    """
    with one_blas_thread():
        count = _Count(parameters, observed, threads)
        count.run()
    return count.occupancy


def likeliest_clusters(parameters: Parameters, observed: Observed, threads: int) -> UInt16s:
    """Return the likeliest cluster of each site and haplotype, ``uint16``, ``(n_sites, n)``."""
    with one_blas_thread():
        likeliest = _Likeliest(parameters, observed, threads)
        likeliest.run()
    return likeliest.clusters


class _Count(Expectation):
    """Counts where classes are."""

    def __init__(self, parameters: Parameters, observed: Observed, threads: int) -> None:
        super().__init__(parameters, observed, threads)
        shape = (observed.n_sites, len(observed.groups), parameters.emission.shape[-1])
        self.occupancy = np.empty(shape, dtype=np.float32)

    def _use(self, block: slice, share: Indices) -> None:
        """Sum the posteriors of some sites of the block by class."""
        for site in share:
            sums = self.occupancy[block.start + site]
            class_sums(self.gamma[site + 1], self.observed.borders, sums)


class _Likeliest(Expectation):
    """Decides for one cluster at every site."""

    def __init__(self, parameters: Parameters, observed: Observed, threads: int) -> None:
        super().__init__(parameters, observed, threads)
        self.clusters = np.empty((observed.n_sites, observed.n), dtype=np.uint16)

    def _use(self, block: slice, share: Indices) -> None:
        """Take the largest posterior at some sites of the block."""
        for site in share:
            self.clusters[block.start + site] = self.gamma[site + 1].argmax(axis=1)
