"""Moments of chains against those of held-out haplotypes."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from imaginome.parallel import pieces

LD_BLOCK = 400
"""Sites among which all pairs are compared, so that work grows linearly with sites."""


@dataclass(frozen=True)
class Moments:
    """Frequencies and linkage of held-out haplotypes, and how far the train ones are off.

    Attributes
    ----------
    haplotypes
        Held-out haplotypes, ``float32``, shape ``(n, n_sites)``.
    frequency_ceiling, ld_ceiling
        Mean absolute errors of the train haplotypes.
    """

    haplotypes: torch.Tensor
    frequency_ceiling: float
    ld_ceiling: float

    @classmethod
    def of(cls, train: torch.Tensor, held_out: torch.Tensor) -> Moments:
        """Measure the ceilings."""
        return cls(
            held_out,
            max(_frequency_error(train, held_out), 1e-9),
            max(_ld_error(train, held_out), 1e-9),
        )

    def errors(self, chains: torch.Tensor) -> dict[str, float]:
        """Return both errors of `chains` and their mean as a multiple of the train's."""
        frequency = _frequency_error(chains, self.haplotypes)
        ld = _ld_error(chains, self.haplotypes)
        excess = 0.5 * (frequency / self.frequency_ceiling + ld / self.ld_ceiling)
        return {"moment_error": excess, "frequency_error": frequency, "ld_error": ld}


def _frequency_error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return float((ours.mean(0) - theirs.mean(0)).abs().mean())


def _ld_error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """Return the mean absolute difference of r2 over pairs of sites of a block."""
    total, count = 0.0, 0
    for block in pieces(ours.shape[1], LD_BLOCK):
        a, b = _squared_correlation(ours[:, block]), _squared_correlation(theirs[:, block])
        total += float((a - b).abs().triu(1).sum())
        count += len(a) * (len(a) - 1) // 2
    return total / max(count, 1)


def _squared_correlation(visible: torch.Tensor) -> torch.Tensor:
    mean = visible.mean(0)
    covariance = visible.T @ visible / len(visible) - torch.outer(mean, mean)
    spread = (mean * (1 - mean)).clamp_min(1e-6)
    return covariance**2 / torch.outer(spread, spread)
