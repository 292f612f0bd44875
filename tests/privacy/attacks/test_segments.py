from dataclasses import replace

import numpy as np
import pytest

from imaginome.privacy.attacks import segments
from imaginome.privacy.attacks.segments import longest_share, shared_runs, sitewise_share
from tests.support import naive_privacy as naive
from tests.support.leaks import random_comparison


def points(first, second):
    return np.where(first < second, 2, np.where(first == second, 1, 0))


def all_starts(comparison, donors):
    """Naive run starts, contig by contig, shape (artificial, sites)."""
    rows = comparison.artificial.haplotypes
    starts = np.empty(rows.shape, dtype=int)
    for first, stop in comparison.train.sites.contig_spans():
        for s, row in enumerate(rows):
            within = naive.run_starts(row[first:stop], donors[:, first:stop])
            starts[s, first:stop] = first + within
    return starts


def blocks_of(comparison):
    donors = segments._Donors.of(comparison)
    return donors.haplotypes, donors.block, donors.n_blocks


@pytest.mark.parametrize(("seed", "contigs"), [(0, 1), (1, 1), (2, 3), (3, 25)])
def test_sitewise_counts_agree_with_brute_force(seed, contigs):
    comparison = random_comparison(seed=seed, contigs=contigs)
    duel = shared_runs(comparison).against_holdout
    train = all_starts(comparison, comparison.train.haplotypes)
    holdout = all_starts(comparison, comparison.holdout.haplotypes)
    assert np.array_equal(duel.wins, points(train, holdout).sum(axis=1))
    assert np.array_equal(duel.site_wins, points(train, holdout).sum(axis=0))


@pytest.mark.parametrize("seed", range(3))
def test_leaving_blocks_out_agrees_with_brute_force(seed):
    comparison = random_comparison(seed=seed)
    duel = shared_runs(comparison).against_holdout
    rows, block, n_blocks = blocks_of(comparison)

    def total(left_out):
        train = rows[(block < n_blocks) & (block != left_out)]
        holdout = rows[(block >= n_blocks) & (block != left_out)]
        return points(all_starts(comparison, train), all_starts(comparison, holdout)).sum()

    for b in range(2 * n_blocks):
        assert duel.without[b] == total(b) - total(-1)


@pytest.mark.parametrize("seed", range(3))
def test_longest_runs_agree_with_brute_force(seed):
    comparison = random_comparison(seed=seed, cm=True)
    runs = shared_runs(comparison)
    rows, block, n_blocks = blocks_of(comparison)
    assert runs.kinds == ("sites", "cm", "rare")
    gaps = np.append(np.diff(comparison.train.sites.cm), 0.0)
    alt = (rows.sum(axis=0) + 1) / (len(rows) + 2)
    for s, row in enumerate(comparison.artificial.haplotypes):
        rare = -np.log(np.where(row == 1, alt, 1 - alt))
        for b in range(2 * n_blocks):
            donors = rows[block == b]
            for kind, weights in enumerate((np.ones(len(row)), gaps, rare)):
                expected = naive.longest_run(row, donors, weights)
                assert runs.longest[kind, s, b] == pytest.approx(expected, abs=1e-4)


def test_blocks_are_even_and_keep_people_whole():
    _, block, n_blocks = blocks_of(random_comparison((50, 50, 4)))
    assert n_blocks == 20
    assert np.array_equal(block[0::2], block[1::2])
    sizes = np.bincount(block) // 2
    assert sizes.min() >= 2
    assert sizes.max() <= 3
    assert abs(int(sizes[20:30].sum()) - int(sizes[30:].sum())) <= 1


def test_pieces_and_threads_do_not_matter(monkeypatch):
    comparison = random_comparison((9, 9, 20), 40)
    whole = shared_runs(comparison)
    monkeypatch.setattr(segments, "LARGEST_PIECE", 6)
    cut = shared_runs(replace(comparison, threads=2))
    assert np.array_equal(whole.longest, cut.longest)
    assert np.array_equal(whole.control.without, cut.control.without)
    assert np.array_equal(whole.against_holdout.site_wins, cut.against_holdout.site_wins)


def test_people_of_one_population_score_one_half():
    """The interval must hold one half in about 19 of 20 draws, for both comparisons."""
    covered = {"site": 0, "longest": 0}
    for seed in range(40):
        runs = shared_runs(random_comparison((30, 30, 30), 80, seed))
        site = sitewise_share(runs.against_holdout)
        longest, _ = longest_share(runs, "sites", runs.against_holdout)
        covered["site"] += site.low <= 0.5 <= site.high
        covered["longest"] += longest.low <= 0.5 <= longest.high
    assert min(covered.values()) >= 34
