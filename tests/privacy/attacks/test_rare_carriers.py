"""Rare alleles and whose surroundings they keep."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Samples, strings
from imaginome.panel.units import haplotype_units
from imaginome.privacy.attacks.rare_carriers.attack import (
    RareCarriers,
    clustered_share,
    effective,
    wilson_share,
)
from imaginome.privacy.attacks.rare_carriers.surroundings import MOST_CARRIERS, Duels, RareAlleles
from imaginome.privacy.policy import Policy
from tests.support.leaks import mosaic, nameless, parts, random_comparison, tiny


def statuses(comparison: Comparison) -> dict[str, str]:
    result = RareCarriers().run(comparison, Policy())
    return {f.id.split(".")[1]: f.status for f in result.findings}


def private_alleles(n_individuals: int, n_sites: int = 1500, seed: int = 3) -> Panel:
    """People of one population with few mutations of their own: many alleles are rare."""
    rng = np.random.default_rng(seed)
    founders = rng.random((40, n_sites)) < rng.beta(0.5, 1.0, n_sites)
    switch = rng.random((2 * n_individuals, n_sites)) < 0.01
    latest = np.maximum.accumulate(np.where(switch, np.arange(n_sites), 0), axis=1)
    donors = np.take_along_axis(rng.integers(0, 40, switch.shape), latest, axis=1)
    rows = founders[donors, np.arange(n_sites)] & (np.arange(n_sites) % 3 > 0)
    panel = tiny(rows ^ (rng.random(rows.shape) < 0.003), "D")
    population = strings(["A"] * n_individuals)
    return panel.with_samples(Samples(panel.samples.id, population=population))


def duels_of(comparison: Comparison) -> Duels:
    return RareAlleles.of(comparison).fair(np.random.default_rng(1))


def naive_duels(comparison: Comparison) -> Counter:
    """Site, artificial person and both runs where both sides have equally many, by loops."""
    train, holdout, made = comparison.train, comparison.holdout, comparison.artificial
    units = haplotype_units(train.samples, holdout.samples)
    real = np.concatenate([train.haplotypes, holdout.haplotypes])
    contig = train.sites.contig
    found: Counter = Counter()
    for j in range(train.n_sites):
        minor = int(2 * real[:, j].sum() <= len(real))
        carriers = np.flatnonzero(real[:, j] == minor)
        sides = [
            {units[r]: 0 for r in carriers if (r < train.n_haplotypes) == one}
            for one in (True, False)
        ]
        n = len(sides[0])
        if not 0 < n <= MOST_CARRIERS or n != len(sides[1]) or set(sides[0]) & set(sides[1]):
            continue
        for s in np.flatnonzero(made.haplotypes[:, j] == minor):
            best = [0, 0]
            for r in carriers:
                side = int(r >= train.n_haplotypes)
                best[side] = max(best[side], run_around(made.haplotypes[s], real[r], j, contig))
            found[(j, s // 2, *best)] += 1
    return found


def run_around(one, other, site, contig) -> int:
    total = 1
    for step in (-1, 1):
        k = site + step
        while 0 <= k < len(one) and contig[k] == contig[site] and one[k] == other[k]:
            total, k = total + 1, k + step
    return total


@pytest.mark.parametrize(("seed", "contigs"), [(0, 1), (1, 3), (2, 1)])
def test_duels_agree_with_loops(seed, contigs):
    comparison = random_comparison((8, 7, 6), 60, seed, contigs)
    duels = duels_of(comparison)
    found = Counter(zip(duels.site, duels.person, *duels.runs, strict=True))
    expected = naive_duels(comparison)
    assert expected.total() > 20
    equal = np.isin(duels.site, [site for site, *_ in expected])
    assert not expected - found
    assert expected.total() == int(equal.sum()) < len(duels)


def test_contestants_are_drawn_so_that_sides_are_equal():
    """One train carrier against one of three in the holdout, each of them drawn equally often."""
    rows = np.zeros((3, 8, 9), dtype=np.uint8)
    rows[2, :, 4] = rows[0, 0, 4] = rows[1, [0, 2, 4], 4] = 1
    rows[1, 0, 5] = rows[1, 2, 6] = rows[1, 4, 7] = 1  # runs of 5, 6 and 7 sites
    alleles = RareAlleles.of(Comparison.of(*map(tiny, rows, "THS")))
    drawn = [alleles.fair(np.random.default_rng(seed)) for seed in range(300)]
    assert {int(duels.runs[0, 0]) for duels in drawn} == {9}
    lengths = Counter(int(duels.runs[1, 0]) for duels in drawn)
    assert set(lengths) == {5, 6, 7}
    assert min(lengths.values()) > 70


def test_a_rare_reference_allele_counts():
    comparison = random_comparison((8, 7, 6), 60, 7)  # no site has 15 copies of either allele
    panels = (comparison.train, comparison.holdout, comparison.artificial)
    train, holdout, made = (replace(panel, haplotypes=1 - panel.haplotypes) for panel in panels)
    assert naive_duels(comparison).total() > 10
    assert naive_duels(Comparison.of(train, holdout, made)) == naive_duels(comparison)
    flipped = duels_of(Comparison.of(train, holdout, made))
    assert np.array_equal(flipped.runs, duels_of(comparison).runs)


def test_a_family_is_one_carrier_and_never_on_both_sides():
    rows = np.zeros((3, 8, 6), dtype=np.uint8)
    rows[0, [0, 2], 2] = 1  # two sisters in train
    rows[1, 0, 2] = 1
    rows[0, 0, 4] = rows[1, 2, 4] = 1  # kin in train and in the holdout
    rows[2, :, :] = [0, 0, 1, 0, 1, 0]
    train, holdout, made = map(tiny, rows, "THS")
    assert len(duels_of(Comparison.of(train, holdout, made))) == 16
    families = (["a", "a", "", ""], ["", "a", "", ""])
    kin = [
        panel.with_samples(Samples(panel.samples.id, family=strings(family)))
        for panel, family in zip((train, holdout), families, strict=True)
    ]
    duels = duels_of(Comparison.of(*kin, made))
    assert set(duels.site) == {2}
    assert np.array_equal(np.unique(duels.carriers), [1])


@pytest.fixture(scope="module")
def third() -> list[Panel]:
    return parts(private_alleles(600), 3)


def test_copies_and_pieces_fail_and_strangers_do_not(third):
    train, holdout, others = third
    assert statuses(Comparison.of(train, holdout, train))["surroundings"] == "fail"
    assert statuses(Comparison.of(train, holdout, mosaic(train, 60)))["surroundings"] == "fail"
    safe = statuses(Comparison.of(train, holdout, mosaic(others, 60)))
    assert set(safe.values()) <= {"pass", "unknown"}


def test_a_tenth_of_copies_is_found_among_the_longest_runs(third):
    train, holdout, others = third
    rows = others.haplotypes.copy()
    rows[:40] = train.haplotypes[:40]
    leaky = Panel(rows, others.sites, nameless(others.n_individuals))
    assert statuses(Comparison.of(train, holdout, leaky))["longest"] in ("caution", "fail")


@pytest.mark.parametrize("seed", range(20))
def test_nobody_seen_is_not_flagged(demo, seed):
    found = statuses(Comparison.of(*parts(demo, 3, seed)))
    assert set(found.values()) <= {"pass", "unknown"}


def test_no_rare_alleles_is_no_pass():
    rows = np.tile(np.eye(4, dtype=np.uint8)[[0, 0, 1, 1]], (20, 10))
    panels = [tiny(rows, prefix) for prefix in "THS"]
    found = RareCarriers().run(Comparison.of(*panels), Policy())
    assert {f.status for f in found.findings} == {"unknown"}
    assert "no artificial person" in found.findings[0].reason


def test_share_is_as_sure_as_its_clusters():
    rng = np.random.default_rng(2)
    won = rng.integers(0, 2, 400).astype(float)
    alone = np.arange(400)
    single = clustered_share(won, [alone, alone, alone])
    assert single.high - single.value == pytest.approx(1.966 * won.std() / 20, rel=0.01)
    twice = clustered_share(np.repeat(won, 2), [np.repeat(alone, 2)] * 3)
    assert twice.high - twice.low == pytest.approx(single.high - single.low, rel=0.01)
    assert clustered_share(won, [alone, alone, 0 * alone]).low is None


def test_interval_holds_where_contestants_recur():
    """Carriers meet many artificial people: the interval holds one half about as often as said."""
    rng = np.random.default_rng(7)
    held = []
    for _ in range(400):
        keys = [rng.integers(0, n, 500) for n in (40, 40, 150)]
        pull = rng.normal(size=40), -rng.normal(size=40), rng.normal(size=150)
        latent = sum(one[key] for one, key in zip(pull, keys, strict=True))
        found = clustered_share((latent + rng.normal(size=500) > 0).astype(float), keys)
        held.append(found.low <= 0.5 <= found.high)
    assert np.mean(held) > 0.92


def test_wilson_counts_winners_once():
    alone, crowd = np.arange(16), np.repeat(np.arange(4), 4)
    assert effective(crowd) == 4.0
    sure, unsure = (wilson_share(np.ones(16), keys, 1) for keys in (alone, crowd))
    assert sure.low == pytest.approx(16 / (16 + 1.959964**2))
    assert unsure.low < sure.low < sure.high == 1.0
    assert wilson_share(np.ones(16), alone, 8).low < sure.low
