"""Population labels as classes of haplotypes: codes, counts and mixture over classes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from imaginome.panel import Panel
from imaginome.panel.frame import PanelFrame


def haplotype_classes(panel: Panel, frame: PanelFrame) -> npt.NDArray[np.int64]:
    """Return the population index of each haplotype, ``int64`` of shape ``(n_haplotypes,)``.

    All zero where the frame knows no populations.
    """
    labels = panel.samples.population
    if not frame.populations or labels is None:
        return np.zeros(panel.n_haplotypes, dtype=np.int64)
    return np.repeat(frame.codes(list(labels)), 2)


def class_shares(frame: PanelFrame) -> npt.NDArray[np.float64]:
    """Return the share of each population in the train panel; ``[1.0]`` without labels."""
    counts = np.array(list(frame.populations.values()) or [1], dtype=np.float64)
    return np.asarray(counts / counts.sum())


def mixed(
    logs: npt.NDArray[np.float64], shares: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return ln sum_c share_c P(x | c) from ``logs`` of shape ``(n_classes, n_rows)``."""
    return np.asarray(np.logaddexp.reduce(logs + np.log(shares)[:, None], axis=0))


def class_groups(frame: PanelFrame) -> npt.NDArray[np.int64]:
    """Return the superpopulation of each population as an index; each its own without labels."""
    names = list(frame.populations)
    if not names:
        return np.zeros(1, dtype=np.int64)
    above = [frame.superpopulations.get(name, "") or f"={name}" for name in names]
    return np.unique(above, return_inverse=True)[1].astype(np.int64)
