"""Means of groups from noisy sums, and frequencies with the noise taken out.

Neither looks at anybody again, and neither costs budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from imaginome.arrays import Float64s, Int64s
from imaginome.dp.moments import Told

# -- Means of groups from noisy sums ---------------------------------------------------------------
# How far groups lie apart is read off the noisy sums themselves, by a linear mixed model with known
# noise (Henderson 1975).


SPREAD = 0.3
"""Variance of a feature between people, roughly: at most a half."""
LEAST_VARIANCE = 1e-6
CLIPPING = 2.5e-5
"""Variance of a mean, for what clipping takes: sums told twice may differ by it."""


@dataclass(frozen=True)
class Means:
    """Mean features of each class.

    Attributes
    ----------
    values
        ``float64`` of shape ``(n_classes, n_features)``.
    error, prior
        Variance of each class's error, and of its value before anything was told, ``(n_classes,)``.
    centre
        The value before anything was told, ``(n_classes, n_features)``.
    """

    values: Float64s
    error: Float64s
    prior: Float64s
    centre: Float64s


def group_means(
    told: Sequence[Told], levels: Sequence[Int64s], sizes: Float64s, centre: Float64s
) -> Means:
    """Return the mean features of each class, as far as noisy sums tell.

    Parameters
    ----------
    told
        Noisy sums of one or more releases.
    levels
        Groups of classes that differ from each other, from everyone to each class: group of each
        class, ``int64`` of shape ``(n_classes,)``.
    sizes
        People of each class, as far as known.
    centre
        Where means lie as long as nothing is told, ``(n_classes, n_features)``.
    """
    mixing, noise, seen = _observations(told, sizes, centre)
    # How much groups differ cannot be seen where none of their level was asked.
    finest = max(int(one.groups.max()) for one in told)
    seen_levels = [level for level in levels if level.max() <= finest]
    alike = [(level[:, None] == level[None, :]).astype(float) for level in seen_levels]
    drawn = np.diag(SPREAD / sizes)
    scatter = seen @ seen.T / seen.shape[1]
    variances = _variances(mixing, noise, alike, drawn, scatter)
    prior = sum(v * same for v, same in zip(variances, alike, strict=True))
    whole = mixing @ (prior + drawn) @ mixing.T + np.diag(noise)
    gain = np.linalg.solve(whole, mixing @ prior).T
    error = np.diag(prior - gain @ mixing @ prior)
    return Means(centre + gain @ seen, np.maximum(error, 0), np.diag(prior), centre)


def _observations(
    told: Sequence[Told], sizes: Float64s, centre: Float64s
) -> tuple[Float64s, Float64s, Float64s]:
    """Return how classes mix in each observation, its noise variance, and its value."""
    mixing, noise, seen = [], [], []
    for one in told:
        for group in range(len(one.total)):
            weights = sizes * (one.groups == group)
            people = weights.sum()
            mixing.append(weights / people)
            noise.append(one.variance / people**2 + CLIPPING)
            known = weights / people @ (one.reference - centre)
            seen.append(one.total[group] / people + known)
    return np.array(mixing), np.array(noise), np.array(seen)


def _variances(
    mixing: Float64s, noise: Float64s, alike: Sequence[Float64s], drawn: Float64s, scatter: Float64s
) -> Float64s:
    """Return how much groups of each level differ: most likely given the scatter of the sums."""
    parts = [mixing @ same @ mixing.T for same in alike]
    fixed = mixing @ drawn @ mixing.T + np.diag(noise)

    def misfit(logs: Float64s) -> tuple[float, Float64s]:
        """Return twice the negative log-likelihood of a feature, and its slopes."""
        scaled = [np.exp(x) * part for x, part in zip(logs, parts, strict=True)]
        cover = fixed + sum(scaled)
        inverse = np.linalg.inv(cover)
        rest = inverse - inverse @ scatter @ inverse
        value = np.linalg.slogdet(cover)[1] + np.vdot(inverse, scatter)
        return float(value), np.array([np.vdot(rest, part) for part in scaled])

    start = np.log(np.full(len(alike), 0.05))
    bounds = [(np.log(LEAST_VARIANCE), 0.0)] * len(alike)
    optimum = minimize(misfit, start, jac=True, bounds=bounds, method="L-BFGS-B")
    return np.asarray(np.exp(optimum.x))


# -- Frequencies from noisy ones -------------------------------------------------------------------
# Most sites of a panel are rare, and noise makes them look common. The distribution of true
# frequencies is found from all noisy ones at once by maximum likelihood (Kiefer and Wolfowitz
# 1956); each frequency is then its mean given its noisy value.


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
        denoised = deconvolved((alone - shift[c]) / scale[c], variance / scale[c] ** 2)
        clear = error <= (FINE * scale[c]) ** 2
        values[c] = np.where(clear, values[c], shift[c] + scale[c] * denoised)
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
