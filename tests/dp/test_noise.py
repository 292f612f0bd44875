"""Discrete normal noise: its distribution, against sums over the whole numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from imaginome.dp.noise import SYSTEM, NoiseSource, discrete_normal, seeded


def chances(variance: float, reach: int) -> np.ndarray:
    weights = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * variance))
    return weights / weights.sum()


@pytest.mark.parametrize("variance", [0.2, 1.0, 7.3, 400.0])
@pytest.mark.parametrize("source", [SYSTEM, seeded(3)])
def test_values_have_the_chances_that_they_should(variance: float, source: NoiseSource) -> None:
    n, reach = 100_000, int(4 * variance**0.5) + 1
    drawn = discrete_normal(variance, n, source)
    expected = n * chances(variance, 20 * reach)[19 * reach : 21 * reach + 1]
    counts = np.bincount(np.clip(drawn, -reach, reach) + reach, minlength=2 * reach + 1)
    inner = slice(1, -1)
    misfit = ((counts - expected)[inner] ** 2 / np.maximum(expected[inner], 1e-9)).sum()
    assert misfit < stats.chi2.isf(1e-7, 2 * reach - 1)


def test_far_values_are_as_rare_as_they_should() -> None:
    drawn = np.abs(discrete_normal(25.0, 400_000, SYSTEM))
    for sd in (2, 3, 4):
        share = chances(25.0, 400)[: 400 - 5 * sd].sum() * 2
        assert (drawn > 5 * sd).mean() == pytest.approx(share, abs=5 * (share / 400_000) ** 0.5)


def test_neighbouring_draws_have_nothing_in_common() -> None:
    drawn = discrete_normal(100.0, 100_000, SYSTEM)
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.02


def test_a_seed_repeats_and_the_system_does_not() -> None:
    one, same = (discrete_normal(50.0, 100, seeded(4)) for _ in range(2))
    assert np.array_equal(one, same)
    assert not np.array_equal(*(discrete_normal(50.0, 100, SYSTEM) for _ in range(2)))


def test_without_variance_there_is_no_noise() -> None:
    assert not discrete_normal(0.0, 10, SYSTEM).any()


def test_words_that_tie_are_told_apart_by_all_their_bits() -> None:
    """The first 64 bits of a word fall on a bound: the second word decides, and only it."""
    from imaginome.dp.noise import _bounds

    bound = _bounds(1.0)[10]
    high, low = bound >> 64, bound & (2**64 - 1)

    def drawn(second: int) -> int:
        words = iter((high, second))
        return int(
            discrete_normal(
                1.0, 1, NoiseSource(lambda _: np.array([next(words)], dtype=np.uint64), False)
            )[0]
        )

    assert drawn(low) == drawn(low - 1) + 1
