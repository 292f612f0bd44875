"""Completion by a Markov chain of order k against enumeration of all haplotypes."""

from __future__ import annotations

import numpy as np
import pytest

from imaginome.models import markov
from imaginome.models.markov import complete_row, log_chance
from imaginome.models.shared.completion import UNKNOWN

SITES, ORDER = 7, 3
STARTS = np.isin(np.arange(SITES), [0, 4])
EVERY = ((np.arange(2**SITES)[:, None] >> np.arange(SITES)) & 1).astype(np.uint8)


@pytest.fixture
def chance() -> np.ndarray:
    return np.random.default_rng(2).uniform(0.05, 0.95, (SITES, 1 << ORDER)).astype(np.float32)


@pytest.mark.parametrize("block", [1, 3, 64])
@pytest.mark.parametrize("text", ["2222222", "0212221", "1222222", "2222220", "0110101"])
def test_dosages_and_draws_are_those_of_all_haplotypes(
    text: str, block: int, chance: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markov, "BLOCK", block)
    row = np.array([int(letter) for letter in text], dtype=np.uint8)
    whole = EVERY[((row == EVERY) | (row == UNKNOWN)).all(axis=1)]
    logs = np.empty(len(whole))
    log_chance(whole, STARTS, ORDER, chance, logs)
    weights = np.exp(logs) / np.exp(logs).sum()
    draws = 4000
    dosages = np.empty(SITES, dtype=np.float32)
    drawn = np.empty((draws, SITES), dtype=np.uint8)
    uniforms = np.random.default_rng(1).random((draws, SITES))
    complete_row(row, STARTS, chance, uniforms, dosages, drawn)
    np.testing.assert_allclose(dosages, weights @ whole, atol=1e-5)
    counts = np.array([(drawn == one).all(axis=1).sum() for one in whole])
    assert counts.sum() == draws
    assert np.abs(drawn.mean(axis=0) - weights @ whole).max() < 0.04
    assert np.abs(counts / draws - weights).max() < 0.04
