"""Classes of haplotypes: labels where there are any, clusters where there are none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Bools, Float32s, Float64s, Int64s
from imaginome.models._classes import class_shares
from imaginome.panel.frame import PanelFrame, label_columns, largest_remainders


@dataclass(frozen=True)
class Classes:
    """What is known of the classes.

    Attributes
    ----------
    shares
        Share of each class in train, ``float64`` of shape ``(n_classes,)``.
    design
        Features of each class, ``float32`` of shape ``(n_classes, n_features)``.
    broad
        Those features that many people share: superpopulation and phenotype.
    group
        Population of each class as an index, ``int64``.
    """

    shares: Float64s
    design: Float32s
    broad: Float32s
    group: Int64s

    def bodies(self) -> Float32s:
        """Return which class belongs to which body of people with hidden biases of its own.

        ``float32`` of shape ``(n_bodies, n_classes)``, one 1 a column: superpopulations (and
        phenotypes) where there are any, else everybody.
        """
        if not self.broad.shape[1]:
            return np.ones((1, len(self.shares)), dtype=np.float32)
        body = np.unique(self.broad, axis=0, return_inverse=True)[1].reshape(-1)
        return np.equal.outer(np.arange(int(body.max()) + 1), body).astype(np.float32)

    def scopes(self) -> Bools:
        """Return the sets of classes in which linkage is looked for, all of them first."""
        everybody = np.ones((1, len(self.shares)), dtype=np.bool_)
        bodies = self.bodies() > 0
        return np.vstack([everybody, bodies]) if len(bodies) > 1 else everybody

    @classmethod
    def of_frame(cls, frame: PanelFrame) -> Classes:
        """Return the classes of a labelled panel; a single one without labels."""
        names = list(frame.classes) or [("", "")]
        populations = [population for population, _ in names]
        above = [frame.superpopulations.get(name, "") for name in populations]
        broad = [label_columns(above), label_columns([phenotype for _, phenotype in names])]
        group = np.unique(populations, return_inverse=True)[1].astype(np.int64)
        return cls(class_shares(frame), frame.design(), np.hstack(broad), group)

    @classmethod
    def of_clusters(cls, codes: Int64s) -> Classes:
        """Return classes that nothing is known of but who belongs to them."""
        counts = np.bincount(codes)
        n = len(counts)
        none = np.zeros((n, 0), dtype=np.float32)
        design = np.eye(n, dtype=np.float32) if n > 1 else none
        return cls(counts / counts.sum(), design, none, np.arange(n))

    def proportional(self, n: int, least: int = 0) -> Int64s:
        """Return the classes of about `n` rows, sorted, in the proportions of train.

        More rows than `n` come back where a class would have fewer than `least`.
        """
        counts = largest_remainders(self.shares * n, n)
        return np.repeat(np.arange(len(counts)), np.maximum(counts, least))


def proportional(shares: Float64s, n: int) -> Int64s:
    """Return `n` sorted class numbers in these shares, largest remainders first."""
    return np.repeat(np.arange(len(shares)), largest_remainders(shares * n, n))
