import numpy as np
import pytest

from imaginome.kernels.bits import pack
from imaginome.kernels.neighbours import nearest_between, nearest_within
from imaginome.panel import Panel, Samples, strings
from imaginome.panel.units import haplotype_units
from tests.support import naive_privacy as naive
from tests.support.leaks import random_comparison, tiny


@pytest.mark.parametrize("n_sites", [1, 7, 63, 64, 65, 130])
def test_packing_keeps_distances(n_sites):
    rng = np.random.default_rng(n_sites)
    rows = rng.integers(0, 2, (6, n_sites), dtype=np.uint8)
    packed = pack(rows)
    for i in range(6):
        for j in range(6):
            apart = sum(int(w).bit_count() for w in packed[i] ^ packed[j])
            assert apart == int((rows[i] != rows[j]).sum())


@pytest.mark.parametrize("k", [1, 5, 40])
def test_between_agrees_with_loops(k):
    comparison = random_comparison((10, 4, 13), 150)
    found = nearest_between(comparison.train, comparison.artificial, k)
    apart = naive.distances(comparison.train.haplotypes, comparison.artificial.haplotypes)
    kept = min(k, 26)
    assert np.array_equal(found.distance, np.sort(apart, axis=1)[:, :kept])
    assert np.array_equal(np.take_along_axis(apart, found.index, axis=1), found.distance)


def test_equal_distances_keep_the_order_of_rows():
    rows = np.zeros((8, 5))
    found = nearest_between(tiny(rows, "a"), tiny(rows, "b"), 3)
    assert np.array_equal(found.index, np.tile([0, 1, 2], (8, 1)))


def test_within_leaves_out_own_and_family():
    panel = random_comparison((8, 2, 2), 40).train
    family = strings(["x", "", "x", "y", "", "y", "y", ""])
    kin = Panel(panel.haplotypes, panel.sites, Samples(panel.samples.id, family=family))
    for tested in (panel, kin):
        expected = naive.nearest_within(tested.haplotypes, haplotype_units(tested.samples))
        assert np.array_equal(nearest_within(tested).first(), expected)
    assert len(np.unique(haplotype_units(kin.samples))) == 5


def test_no_neighbour_is_missing():
    panel = tiny(np.zeros((4, 3)), "a")
    kin = Panel(panel.haplotypes, panel.sites, Samples(panel.samples.id, family=strings("xx")))
    assert np.isnan(nearest_within(kin).first()).all()


def test_first_among_agrees_with_a_search_among_them():
    comparison = random_comparison((20, 2, 20), 60)
    alive = np.repeat(np.arange(20) % 2 == 0, 2)
    found = nearest_between(comparison.train, comparison.artificial, 32).first_among(alive)
    rows = comparison.artificial.haplotypes[alive]
    expected = naive.distances(comparison.train.haplotypes, rows).min(axis=1)
    assert np.array_equal(found, expected)


def test_threads_do_not_matter():
    comparison = random_comparison((200, 2, 150), 90)
    one = nearest_between(comparison.train, comparison.artificial, 8, threads=1)
    two = nearest_between(comparison.train, comparison.artificial, 8, threads=2)
    assert np.array_equal(one.distance, two.distance)
    assert np.array_equal(one.index, two.index)
