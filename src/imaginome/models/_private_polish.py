"""Frequencies from noisy ones: what their own distribution says about each, and no further look.

Most sites of a panel are rare, and noise makes them look common. The distribution of true
frequencies is found from all noisy ones at once by maximum likelihood (Kiefer and Wolfowitz 1956);
each frequency is then its mean given its noisy value.
"""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.citations import Citation
from imaginome.models._private_groups import Means

KIEFER_1956 = Citation(
    "kiefer1956",
    "Kiefer, Jack and Wolfowitz, Jacob",
    "Consistency of the maximum likelihood estimator in the presence of infinitely many "
    "incidental parameters",
    "Annals of Mathematical Statistics",
    1956,
    "10.1214/aoms/1177728066",
    "the distribution of true values from noisy ones, without assuming its shape",
)
GRID = np.sign(np.linspace(-1, 1, 81)) * np.linspace(-1, 1, 81) ** 2
ROUNDS = 60
FINE = 0.03
"""Noise of means, as a standard deviation, below which values are taken as they are."""
LEAST = 1e-6


def polished(
    means: Means, around: Float64s | float = 0.0, unit: Float64s | float = 1.0
) -> Float64s:
    """Return means in [-1, 1] with the noise taken out, ``float64`` ``(n_classes, n_features)``.

    Parameters
    ----------
    means
        Noisy ones, of all sites or of all links.
    around, unit
        What to take off, and what to divide by, before asking how the true ones are distributed.
    """
    values = np.array(means.values)
    shift, scale = (np.broadcast_to(one, values.shape) for one in (around, unit))
    for c, (error, prior) in enumerate(zip(means.error, means.prior, strict=True)):
        if error < LEAST or prior - error < LEAST:
            continue
        # Take the normal prior out again: what is left is the noisy value alone.
        variance = 1 / (1 / error - 1 / prior)
        alone = variance * (means.values[c] / error - means.centre[c] / prior)
        found = deconvolved((alone - shift[c]) / scale[c], variance / scale[c] ** 2)
        clear = error <= (FINE * scale[c]) ** 2
        values[c] = np.where(clear, values[c], shift[c] + scale[c] * found)
    return np.clip(values, -1, 1)


def deconvolved(noisy: Float64s, variance: Float64s) -> Float64s:
    """Return E[true | noisy] of values in [-1, 1] with normal noise of known variance.

    Parameters
    ----------
    noisy
        ``float64`` of shape ``(n,)``; all true ones from one distribution, which is not known.
    variance
        Of the noise of each.
    """
    logs = -((noisy[:, None] - GRID[None, :]) ** 2) / (2 * variance[:, None])
    chance = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares = np.full(len(GRID), 1 / len(GRID))
    for _ in range(ROUNDS):
        belongs = chance * shares
        belongs /= belongs.sum(axis=1, keepdims=True)
        shares = belongs.mean(axis=0)
    belongs = chance * shares
    return np.asarray((belongs @ GRID) / belongs.sum(axis=1))
