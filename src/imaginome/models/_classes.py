"""Labels as classes of haplotypes: codes, counts and mixture over classes."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s, Int64s
from imaginome.panel import Panel
from imaginome.panel.frame import PanelFrame


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
