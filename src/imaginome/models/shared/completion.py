"""What completing haplotypes takes and gives: alleles with gaps, expected and drawn alleles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Bools, Float32s, Float64s, UInt8s
from imaginome.errors import ModelError
from imaginome.panel import Haplotypes
from imaginome.panel.frame import PanelFrame, class_shares

UNKNOWN = 2
"""Code of an allele that was not observed."""


@dataclass(frozen=True, eq=False)
class Completion:
    """Partly observed haplotypes, completed by a generator.

    Attributes
    ----------
    dosages
        Expected ALT count of each allele given what is observed, ``float32`` in 0 to 1, shape
        ``(n, n_sites)``; the observed alleles where they are observed.
    drawn
        Whole haplotypes drawn given what is observed, ``uint8``, shape
        ``(draws, n, n_sites)``.
    """

    dosages: Float32s
    drawn: UInt8s

    def keeping(self, haplotypes: Haplotypes, known: Bools) -> Completion:
        """Return the same with the observed alleles exactly as given."""
        dosages = np.clip(self.dosages, np.float32(0), np.float32(1))
        return Completion(
            np.where(known, haplotypes.astype(np.float32), dosages),
            np.where(known, haplotypes, self.drawn),
        )


def observed_mask(haplotypes: Haplotypes, observed: npt.ArrayLike, n_sites: int) -> Bools:
    """Return which alleles are observed, ``bool`` of the shape of `haplotypes`.

    Parameters
    ----------
    haplotypes
        ``uint8``, shape ``(n, n_sites)``; what stands where nothing is observed is not looked at.
    observed
        ``bool``, shape ``(n_sites,)`` for all rows, or ``(n, n_sites)``.
    n_sites
        Number of sites of the model.

    Raises
    ------
    ModelError
        When shapes do not fit, or an observed allele is neither 0 nor 1.
    """
    known = np.asarray(observed)
    if haplotypes.ndim != 2 or haplotypes.shape[1] != n_sites:
        raise ModelError(
            f"haplotypes have the shape {haplotypes.shape}, the model has {n_sites} sites",
            "give a column for each site of the model, observed or not",
        )
    if known.dtype != np.bool_ or known.shape not in (haplotypes.shape[1:], haplotypes.shape):
        raise ModelError(
            f"`observed` is {known.dtype} of shape {known.shape}",
            f"give bool of shape {haplotypes.shape[1:]} or {haplotypes.shape}",
        )
    known = np.broadcast_to(known, haplotypes.shape)
    if ((haplotypes > 1) & known).any():
        raise ModelError(
            "an observed allele is neither 0 nor 1", "mark missing alleles as not observed"
        )
    return known


def prior_shares(frame: PanelFrame, population: str | Sequence[str] | None, n: int) -> Float64s:
    """Return P(class) of each row before anything is observed, shape ``(n, n_classes)``.

    Parameters
    ----------
    frame
        Classes of the model and how frequent they are in train.
    population
        Population of everyone, or one for each row, ``""`` where it is unknown; None where all
        are. A label that was pooled in training counts as what it was pooled with.

    Raises
    ------
    ModelError
        When a label is unknown to the model, or there is not one for each row.
    """
    shares = np.tile(class_shares(frame), (n, 1))
    if population is None:
        return shares
    labels = [population] * n if isinstance(population, str) else list(population)
    if len(labels) != n:
        raise ModelError(f"{len(labels)} populations for {n} haplotypes", "give one for each row")
    homes = np.array([home for home, _ in frame.classes], dtype=object)
    rows = np.array([frame.pooled.get(label, label) for label in labels], dtype=object)
    for label in sorted(set(rows) - {""}):
        if label not in frame.populations:
            names = ", ".join(name for name in frame.populations if name) or "none"
            raise ModelError(
                f"the model knows no population '{label}'", f"it was trained on: {names}"
            )
        shares[rows == label] *= homes == label
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def posterior_shares(shares: Float64s, logs: Float64s) -> Float64s:
    """Return P(class | observed) of each row; both arguments of shape ``(n, n_classes)``."""
    with np.errstate(divide="ignore"):
        joint = np.log(shares) + logs
    weights = np.exp(joint - joint.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
