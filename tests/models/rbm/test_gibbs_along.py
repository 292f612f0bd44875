"""Draws that are balanced along the genome: exact for every row, steady for haplotypes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from imaginome.models.rbm.gibbs import draw_along

PATTERNS = 2 ** np.arange(3)


def patterns(drawn: torch.Tensor) -> npt.NDArray[np.int64]:
    """Return the haplotype of three columns of each row as a number."""
    return (drawn.numpy() @ PATTERNS).astype(np.int64)


def test_every_row_is_drawn_with_its_chances_columns_independent() -> None:
    rng = np.random.default_rng(0)
    chance = rng.random((12, 3), dtype=np.float32)
    chance[2] = (0.0, 1.0, 0.5)
    groups = np.arange(12) % 2
    states = (np.arange(8)[:, None] // PATTERNS) % 2
    expected = np.where(states, chance[:, None], 1 - chance[:, None]).prod(2)
    seen, repeats = np.zeros((12, 8)), 20_000
    for _ in range(repeats):
        drawn = torch.from_numpy(chance.copy())
        draw_along(drawn, rng, groups)
        seen[np.arange(12), patterns(drawn)] += 1
    error = np.sqrt(expected * (1 - expected) / repeats) + 1e-9
    assert np.abs((seen / repeats - expected) / error).max() < 4.5


def test_haplotypes_are_as_frequent_as_expected_in_each_group() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat([0, 1, 2], [100, 300, 600])
    rng.shuffle(groups)
    chance = np.array([[0.5, 0.3, 0.6], [0.2, 0.5, 0.5], [0.4, 0.4, 0.1]], dtype=np.float32)
    states = (np.arange(8)[:, None] // PATTERNS) % 2
    frequency = np.where(states, chance[:, None], 1 - chance[:, None]).prod(2)
    for _ in range(20):
        drawn = torch.from_numpy(chance[groups])
        draw_along(drawn, rng, groups)
        for group in range(3):
            rows = groups == group
            found = np.bincount(patterns(drawn)[rows], minlength=8)
            # Independent draws would miss by ten and more.
            assert np.abs(found - rows.sum() * frequency[group]).max() < 5


def test_frequencies_hold_without_groups_too() -> None:
    rng = np.random.default_rng(2)
    chance = torch.from_numpy(rng.random((500, 40), dtype=np.float32))
    drawn = chance.clone()
    draw_along(drawn, rng)
    assert set(np.unique(drawn.numpy())) == {0.0, 1.0}
    assert (drawn.sum(0) - chance.sum(0)).abs().max() < 1.001
