from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from imaginome.kernels import distances as distances_module
from imaginome.kernels.distances import distance_histograms, hamming, wasserstein
from imaginome.metrics.items.distances import ITEM, _pooled, _reach
from tests.support.comparisons import compared, part


def naive_distances(first, second, within):
    """Return the distance of every pair, the two haplotypes of a person left out."""
    return [
        int((first[i] != second[j]).sum())
        for i in range(len(first))
        for j in range(len(second))
        if not within or i // 2 < j // 2
    ]


def test_hamming_follows_the_definition(panel):
    a, b = panel.haplotypes[:9], panel.haplotypes[20:31]
    expected = (a[:, None, :] != b[None, :, :]).sum(axis=2)
    np.testing.assert_array_equal(hamming(a, b), expected)


@pytest.mark.parametrize("within", [True, False])
def test_histograms_against_loops(panel, within, monkeypatch):
    monkeypatch.setattr(distances_module, "PIECE", 6)
    monkeypatch.setattr(distances_module, "BINS", 50)
    a = panel.haplotypes[:20]
    b = a if within else panel.haplotypes[20:36]
    rng = np.random.default_rng(1)
    weights = [rng.integers(0, 3, (4, len(x) // 2)).astype(np.float32) for x in (a, b)]
    if within:
        weights[1] = weights[0]
    found = distance_histograms(a, b, *weights, within=within)
    distances = naive_distances(a, b, within)
    np.testing.assert_array_equal(found.counts, np.bincount(distances, minlength=121))
    expected = np.zeros_like(found.weighted)
    pairs = [(i, j) for i in range(len(a)) for j in range(len(b)) if not within or i // 2 < j // 2]
    for (i, j), distance in zip(pairs, distances, strict=True):
        cell = int(distance // found.step)
        expected[:, cell] += weights[0][:, i // 2] * weights[1][:, j // 2]
    np.testing.assert_array_equal(found.weighted, expected)


def test_wasserstein_of_histograms_agrees_with_scipy():
    rng = np.random.default_rng(1)
    p, q = rng.integers(0, 9, (2, 15)).astype(float)
    expected = 3 * wasserstein_distance(np.arange(15), np.arange(15), p, q)
    assert wasserstein(p, q, 3.0) == pytest.approx(expected)


def test_measures_against_loops(thirds):
    s, h = thirds.artificial.haplotypes, thirds.holdout.haplotypes
    real = naive_distances(h, h, True)
    found = {m.id: m.artificial.value for m in ITEM().compute(thirds).measures}
    within = wasserstein_distance(naive_distances(s, s, True), real) / np.mean(real)
    between = wasserstein_distance(naive_distances(s, h, False), real) / np.mean(real)
    assert found["distances.within"] == pytest.approx(within)
    assert found["distances.between"] == pytest.approx(between)


def test_a_copy_of_the_holdout_has_its_distances(panel):
    one, two = part(panel, 0), part(panel, 1)
    found = ITEM().compute(compared(one, two, two, replicates=3)).measures[0]
    assert found.artificial.value == 0


def test_a_collapsed_panel_is_seen(thirds):
    same = np.repeat(thirds.artificial.haplotypes[:2], thirds.artificial.n_individuals, axis=0)
    collapsed = replace(thirds, artificial=replace(thirds.artificial, haplotypes=same))
    found = {m.id: m for m in ITEM().compute(collapsed).measures}
    assert found["distances.within"].artificial.low > found["distances.within"].ceiling.high


def test_threads_change_nothing(thirds, monkeypatch):
    monkeypatch.setattr(distances_module, "PIECE", 8)
    one = ITEM().compute(thirds).model_dump_json()
    assert ITEM().compute(replace(thirds, threads=2)).model_dump_json() == one


def test_bins_of_few_pairs_are_empty_and_end_no_axis():
    counts = np.zeros(40)
    counts[[3, 10, 12, 20, 30]] = 2, 50, 50, 4, 1
    assert _reach(counts) == 20
    shares = _pooled(counts[:21], 1)
    np.testing.assert_array_equal(np.flatnonzero(shares), [10, 12])
    assert shares[10] == pytest.approx(50 / 106)
