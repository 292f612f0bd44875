from collections import Counter

import numpy as np
import pytest
from scipy.stats import entropy as scipy_entropy

from imaginome.metrics.items.haplotypes.statistics import (
    entropy,
    entropy_table,
    site_codes,
    total_variation,
    weighted_counts,
    window_keys,
    windows,
)


def test_windows_end_with_their_contig():
    contig = np.repeat([0, 1, 2], [20, 11, 3])
    starts, stops = windows(contig, 8)
    found = list(zip(starts.tolist(), stops.tolist(), strict=True))
    assert found == [(0, 8), (8, 16), (16, 20), (20, 28)]


def test_half_a_window_counts_and_less_does_not():
    assert [len(windows(np.zeros(m, dtype=int), 8)[0]) for m in (0, 3, 4, 8, 11, 12)] == [
        0,
        0,
        1,
        1,
        1,
        2,
    ]


@pytest.mark.parametrize("k", [1, 8, 70, 120])
def test_keys_are_equal_where_haplotypes_are(panel, k):
    x = panel.haplotypes
    starts, stops = windows(np.zeros(x.shape[1], dtype=np.intp), k)
    keys = window_keys(x, site_codes(x.shape[1], np.random.default_rng(1)), starts, stops)
    for key, start, stop in zip(keys, starts, stops, strict=True):
        seen = {
            tuple(row): value for row, value in zip(x[:, start:stop].tolist(), key, strict=True)
        }
        assert len(set(seen.values())) == len(seen) == len(set(key))


def test_counts_total_variation_and_entropy_against_counters():
    rng = np.random.default_rng(1)
    kinds = rng.integers(0, 6, 40), rng.integers(1, 8, 40)
    weights = rng.multinomial(20, np.full(20, 0.05), size=3).T.astype(np.int32)
    counts = [weighted_counts(kind, weights, 8) for kind in kinds]
    people = np.arange(40) // 2
    for r in range(3):
        naive = [Counter() for _ in kinds]
        for counter, kind in zip(naive, kinds, strict=True):
            for i in range(40):
                counter[kind[i]] += int(weights[people[i], r])
        apart = sum(abs(naive[0][kind] - naive[1][kind]) for kind in range(8)) / 80
        assert total_variation(*counts, 40, 40)[r] == pytest.approx(apart)
        bits = scipy_entropy([naive[0][kind] for kind in range(8)], base=2)
        assert entropy(counts[0], 40, entropy_table(40))[r] == pytest.approx(bits)
