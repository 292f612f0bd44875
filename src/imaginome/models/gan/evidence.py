"""Held-out figures of a generator without a likelihood: how its rows compare to validation rows.

Each error is given as a multiple of that of as many train rows, so that the figures mean the same
on every panel: 1 is as good as real people. Nearest-neighbour adversarial accuracy (Yale et al.
2020, doi:10.1016/j.neucom.2019.12.136) catches what the averages miss: AA_syn near 1 is collapse,
AA_truth below one half is overfitting; both should be one half. The privacy loss, how much nearer
the artificial rows are to train people than to validation people, should be 0: longer training
brings the averages nearer and the train people too, and the best step is a compromise.
"""

from __future__ import annotations

import numpy as np
import torch

from imaginome.arrays import UInt8s
from imaginome.kernels.bits import pack
from imaginome.kernels.neighbours import MISSING, nearest_strangers
from imaginome.kernels.pca import principal_axes
from imaginome.kernels.statistics import share_greater

OBJECTIVE = "distance"
LAGS = (1, 2, 4, 8, 16, 32, 64, 128)
MOST_STARTS = 1000
MOST_ROWS = 2000
MOST_NEIGHBOURS = 1000
COMPONENTS = 6
DIRECTIONS = 64
QUANTILES = 256
LEAK_WEIGHT = 6.0
TINY = 1e-6


class HeldOut:
    """Compares artificial rows with validation rows, beside train rows.

    Parameters
    ----------
    train, validation
        Haplotypes, ``uint8`` of shape ``(n, n_sites)``; rows ``2i, 2i + 1`` are one person.
    rng
        Where the choice of rows and directions comes from.
    """

    def __init__(self, train: UInt8s, validation: UInt8s, rng: np.random.Generator) -> None:
        n_sites = train.shape[1]
        self.rows = min(MOST_ROWS, len(train))
        self._pairs = _site_pairs(n_sites)
        self._centre = torch.from_numpy(train.mean(axis=0, dtype=np.float64)).float()
        centred = torch.from_numpy(train).float() - self._centre
        self._axes = principal_axes(centred, COMPONENTS, rng)
        directions = torch.from_numpy(
            rng.standard_normal((self._axes.shape[1], DIRECTIONS)).astype(np.float32)
        )
        self._directions = directions / directions.norm(dim=0)
        self._near = _some_people(validation, MOST_NEIGHBOURS, rng)
        self._seen = _some_people(train, min(len(self._near), MOST_NEIGHBOURS), rng)
        self._real = self._summaries(validation)
        chosen = _some_people(train, self.rows, rng)
        self._ceiling = [max(e, TINY) for e in self._errors(chosen)]

    def __call__(self, artificial: UInt8s) -> dict[str, float]:
        """Return errors as multiples of the ceiling, both accuracies, the loss, and their sum.

        Parameters
        ----------
        artificial
            ``uint8`` of shape ``(rows, n_sites)``.
        """
        errors = self._errors(artificial)
        frequency, linkage, components = (
            error / ceiling for error, ceiling in zip(errors, self._ceiling, strict=True)
        )
        truth, synthetic = adversarial_accuracy(self._near, artificial[: len(self._near)])
        imbalance = abs(truth - 0.5) + abs(synthetic - 0.5)
        near_seen = adversarial_accuracy(self._seen, artificial[: len(self._seen)])
        leak = (truth + synthetic - sum(near_seen)) / 2.0
        return {
            OBJECTIVE: (frequency + linkage + components) / 3.0
            + 2.0 * imbalance
            + LEAK_WEIGHT * max(0.0, leak),
            "frequency": frequency,
            "linkage": linkage,
            "components": components,
            "aa_truth": truth,
            "aa_syn": synthetic,
            "privacy_loss": leak,
        }

    def _errors(self, rows: UInt8s) -> list[float]:
        theirs = self._summaries(rows)
        return [
            float((a - b).abs().mean()) if a.numel() else 0.0
            for a, b in zip(theirs, self._real, strict=True)
        ]

    def _summaries(self, rows: UInt8s) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return frequencies, squared correlations, and quantiles of projected scores."""
        values = torch.from_numpy(rows).float()
        scores = (values - self._centre) @ self._axes @ self._directions
        steps = (torch.arange(QUANTILES) + 0.5) / QUANTILES
        return values.mean(0), self._correlations(values), torch.quantile(scores, steps, dim=0)

    def _correlations(self, values: torch.Tensor) -> torch.Tensor:
        left, right = self._pairs
        p = values.mean(0)
        spread = p * (1 - p)
        both = (values[:, left] * values[:, right]).mean(0)
        covariance = both - p[left] * p[right]
        # A site without variation has no correlation; zero keeps lost sites as an error.
        return covariance.square() / (spread[left] * spread[right]).clamp(min=TINY)


def _site_pairs(n_sites: int) -> tuple[torch.Tensor, torch.Tensor]:
    left, right = [], []
    for lag in LAGS:
        if lag < n_sites:
            starts = np.arange(0, n_sites - lag, -(-(n_sites - lag) // MOST_STARTS))
            left.append(starts)
            right.append(starts + lag)
    if not left:
        empty = torch.zeros(0, dtype=torch.int64)
        return empty, empty
    return torch.from_numpy(np.concatenate(left)), torch.from_numpy(np.concatenate(right))


def _some_people(rows: UInt8s, most: int, rng: np.random.Generator) -> UInt8s:
    """Return both haplotypes of at most ``most // 2`` people drawn at random."""
    people = len(rows) // 2
    chosen = np.sort(rng.permutation(people)[: max(1, most // 2)])
    return rows[np.stack([2 * chosen, 2 * chosen + 1], axis=1).ravel()]


def adversarial_accuracy(real: UInt8s, artificial: UInt8s) -> tuple[float, float]:
    """Return AA_truth and AA_syn; see the module. One half each for fewer than two people.

    Parameters
    ----------
    real, artificial
        Haplotypes of equally many people.
    """
    if len(real) < 4 or len(artificial) < 4:
        return 0.5, 0.5
    one, other = pack(real), pack(artificial)
    mine, yours = np.arange(len(real)) // 2, np.arange(len(artificial)) // 2
    strangers = np.full(max(len(real), len(artificial)), MISSING)
    truth = nearest_strangers(one, strangers, other, yours)
    synthetic = nearest_strangers(other, strangers, one, mine)
    return (
        share_greater(truth, nearest_strangers(one, mine, one, mine)),
        share_greater(synthetic, nearest_strangers(other, yours, other, yours)),
    )
