from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import spearmanr

from imaginome.metrics.base import NotApplicable
from imaginome.metrics.fst import hudson_fst
from imaginome.metrics.items.selection import ehh, scans
from imaginome.metrics.items.selection import metric as selection
from imaginome.metrics.items.selection.ehh import CUT, Carriers, gaps, integrated
from imaginome.metrics.items.selection.metric import ITEM, by_rank
from imaginome.metrics.items.selection.scans import (
    agreement,
    chosen,
    ihs,
    pbs,
    shared,
    standardised,
    strongest,
    windows,
    xpehh,
)
from imaginome.metrics.resample import PANELS
from imaginome.panel import Samples, strings
from tests.support.comparisons import compared, part
from tests.support.simulated import simulated_panel

MEASURES = [
    f"selection.{key}{top}" for key in ("ihs", "ihs_within", "xpehh", "pbs") for top in ("", "_top")
]


@pytest.fixture(scope="module")
def crowd():
    """Three parts of 60 people and 400 sites whose linkage ends within the region."""
    return simulated_panel(n_individuals=180, n_sites=400, seed=9)


@pytest.fixture(scope="module")
def trio(crowd):
    """Three labelled groups with the names of the paper, twenty people a panel."""
    names = {"POP0": "CEU", "POP1": "YRI", "POP2": "CHB"}
    population = strings([names[label] for label in crowd.samples.population])
    named = crowd.with_samples(Samples(crowd.samples.id, population))
    return compared(*(part(named, k) for k in range(3)), replicates=20)


def measures(comparison):
    return {m.id: m for m in ITEM().compute(comparison).measures}


def notes(comparison):
    return " ".join(ITEM().compute(comparison).notes)


def naive_area(rows, core, between, step):
    """Integrate the share of identical pairs, comparing slices of all pairs at each step."""
    pairs = list(combinations(rows, 2))
    if not pairs:
        return np.nan

    def share(j):
        low, high = min(core, j), max(core, j) + 1
        return np.mean([(a[low:high] == b[low:high]).all() for a, b in pairs])

    area, height, j = 0.0, share(core), core
    while height > CUT:
        if not 0 <= j + step <= len(between) or between[min(j, j + step)] < 0:
            return np.nan
        now = share(j + step)
        area += between[min(j, j + step)] * (height + now) / 2
        j, height = j + step, now
    return area


def test_integrals_against_all_pairs(crowd):
    x = crowd.haplotypes[:40]
    between = gaps(crowd.sites)
    between[[70, 300]] = -1
    cores = np.array([3, 60, 72, 150, 200, 201, 320, 399])
    sides = (np.arange(40) % 3 == 0).astype(np.int8)
    found = integrated(Carriers.of(x), between, cores, sides, 1)
    for c, core in enumerate(cores):
        for s in range(2):
            both = [naive_area(x[sides == s], core, between, step) for step in (-1, 1)]
            assert found[c, s] == pytest.approx(sum(both), nan_ok=True), (core, s)
    assert np.isfinite(found).any()
    assert np.isnan(found).any()


def test_ihs_against_all_pairs(crowd):
    x = crowd.haplotypes[:60]
    frequency = x.mean(axis=0)
    cores = np.flatnonzero((frequency > 0.2) & (frequency < 0.8))[::12]
    between = gaps(crowd.sites)
    expected = []
    for core in cores:
        alt, ref = (
            sum(naive_area(x[x[:, core] == a], core, between, step) for step in (-1, 1))
            for a in (1, 0)
        )
        expected.append(np.log(alt / ref))
    found = ihs(x, crowd.sites, cores)
    np.testing.assert_allclose(found, expected)
    assert np.isfinite(found).sum() > 5


def test_a_set_without_pairs_has_no_score(crowd):
    x = crowd.haplotypes[:40].copy()
    x[:, 200] = 0
    assert np.isnan(ihs(x, crowd.sites, np.array([200]))).all()
    x[0, 200] = 1
    assert np.isnan(ihs(x, crowd.sites, np.array([200]))).all()


def test_gaps_shrink_in_proportion_and_end_at_contigs(crowd):
    sites = crowd.sites.take(np.arange(5))
    position = np.array([100, 600, 40_600, 500_000, 500_100])
    contig = strings(["1", "1", "1", "1", "2"])
    apart = replace(sites, position=position, contig=contig)
    np.testing.assert_array_equal(gaps(apart), [500, 20_000, -1, -1])
    cm = replace(apart, cm=np.array([0.0, 0.1, 0.5, 0.9, 1.0]))
    np.testing.assert_allclose(gaps(cm), [0.1, 0.2, -1, -1])


def test_scores_are_standardised_within_bins():
    rng = np.random.default_rng(3)
    bins = np.repeat([0, 1, 2], [50, 50, 3])
    scores = rng.normal(bins, 1 + bins)
    scores[4] = np.nan
    found = standardised(scores, bins)
    for b in (0, 1):
        inside = found[(bins == b) & np.isfinite(scores)]
        assert inside.mean() == pytest.approx(0, abs=1e-12)
        assert inside.std() == pytest.approx(1)
    everything = (scores - np.nanmean(scores)) / np.nanstd(scores)
    np.testing.assert_allclose(found[100:], everything[100:])
    assert np.isnan(found[4])


def test_pbs_against_fst_of_each_window(crowd):
    h = [crowd.haplotypes[k::3][:30] for k in range(3)]
    frequency, sizes = np.array([x.mean(axis=0) for x in h]), np.array([30, 30, 30])
    start, end = windows(crowd.sites, 20, 10)
    assert list(start[:2]) == [0, 10]
    assert end[-1] == 400
    found = pbs(frequency, sizes, start, end)
    for w in (0, 7, 38):
        fst = hudson_fst(frequency[:, start[w] : end[w]], sizes)
        t = -np.log(1 - np.clip(fst, 0, None))
        assert found[0, w] == pytest.approx((t[0, 1] + t[0, 2] - t[1, 2]) / 2)
        assert found[2, w] == pytest.approx((t[2, 0] + t[2, 1] - t[0, 1]) / 2)


def test_windows_do_not_cross_contigs(crowd):
    contig = strings(["1"] * 35 + ["2"] * 15 + ["3"] * 350)
    start, end = windows(replace(crowd.sites, contig=contig), 20, 10)
    assert list(start[:3]) == [0, 10, 50]
    assert end[1] == 30


def planted(crowd, core):
    """Return a copy in which a sweep has carried one haplotype along with ALT at `core`."""
    x = crowd.haplotypes.copy()
    swept = np.arange(0, 120)
    low, high = core - 40, core + 41
    x[swept, low:high] = x[0, low:high]
    x[:, core] = 0
    x[swept, core] = 1
    return x


def test_a_sweep_stands_out(crowd):
    x = planted(crowd, 200)
    frequency = x.mean(axis=0)
    cores = np.flatnonzero((frequency > 0.1) & (frequency < 0.9))
    scores = standardised(ihs(x, crowd.sites, cores))
    assert scores[cores == 200][0] > 2
    one, two = x[:120], x[120:240]
    both = standardised(xpehh(one, two, crowd.sites, cores))
    near = np.abs(cores - 200) < 20
    assert np.nanmean(both[near]) > np.nanmean(both[~near]) + 1
    np.testing.assert_allclose(
        standardised(xpehh(two, one, crowd.sites, cores)), -both, equal_nan=True
    )


def test_agreement_is_a_rank_correlation_and_counts_lost_scores():
    rng = np.random.default_rng(1)
    real = rng.normal(size=(1, 200))
    other = real + rng.normal(size=(1, 200))
    real[0, :10] = np.nan
    found, _ = agreement(other, real, 20, np.random.default_rng(2))
    assert found.value == pytest.approx(spearmanr(other[0, 10:], real[0, 10:])[0])
    assert len(found.replicates) == 20
    lost = other.copy()
    lost[0, 50:150] = np.nan
    found, _ = agreement(lost, real, 0, rng)
    assert found.value == pytest.approx(spearmanr(np.nan_to_num(lost)[0, 10:], real[0, 10:])[0])
    none, _ = agreement(np.full((1, 200), np.nan), real, 0, rng)
    assert none.value == 0


def test_shared_top_counts_the_strongest_of_either_sign():
    one, two = np.zeros((1, 300)), np.zeros((1, 300))
    one[0, [3, 50, 299]] = [5, -6, 4]
    two[0, [3, 50, 120]] = [-5, -6, 4]
    tops = strongest(one), strongest(two)
    assert [top.sum() for top in tops] == [3, 3]
    assert shared(*tops) == pytest.approx(2 / 3)


def test_all_scans_with_labels_and_real_people_reach_the_ceiling(trio):
    found = measures(trio)
    assert list(found) == MEASURES
    for key in ("ihs", "xpehh", "pbs"):
        m = found[f"selection.{key}"]
        assert m.artificial.low < m.artificial.value < m.artificial.high
        assert abs(m.artificial.value - m.ceiling.value) < 0.25, key
    assert found["selection.pbs"].ceiling.value > 0.5
    assert "CEU against YRI" in found["selection.xpehh"].note


def test_a_copy_of_the_holdout_is_perfect(trio):
    copied = replace(trio, artificial=replace(trio.holdout, samples=trio.artificial.samples))
    found = measures(copied)
    for key in MEASURES:
        assert found[key].artificial.value == pytest.approx(1.0), key


def test_broken_linkage_is_seen_by_homozygosity(trio):
    rng = np.random.default_rng(5)
    shuffled = rng.permuted(trio.artificial.haplotypes, axis=0)
    broken = replace(trio, artificial=replace(trio.artificial, haplotypes=shuffled))
    found = measures(broken)
    for key in ("xpehh", "pbs"):
        m = found[f"selection.{key}"]
        assert m.artificial.value < m.ceiling.value - 0.3, key


def test_no_score_rests_on_fewer_than_ten_carriers(trio):
    h = {name: getattr(trio, name).haplotypes for name in PANELS}
    scan = selection._ihs(h, "", trio.holdout.sites, np.arange(400), 1)
    for name, values in scan.values.items():
        carriers = h[name].sum(axis=0, dtype=int)
        few = np.minimum(carriers, len(h[name]) - carriers) < 10
        assert 10 < few.sum() < 390
        assert np.isnan(values[0, few]).all()
        scored = ihs(h[name], trio.holdout.sites, np.flatnonzero(few))
        assert np.isfinite(scored).any(), "there was nothing to leave out"
        assert np.isfinite(values[0, ~few]).any()


def test_groups_are_the_largest_superpopulations_or_populations(thirds, crowd):
    assert chosen(thirds) == ("", [])
    three = compared(*(part(crowd, k) for k in range(3)))
    assert chosen(three) == ("superpopulation", ["B", "A"])
    found = measures(three)
    assert found["selection.xpehh"].artificial.value is not None
    assert "selection.pbs" not in found
    assert "No PBS. It needs three" in notes(three)


def test_without_labels_only_ihs(trio):
    bare = trio.artificial.with_samples(Samples(trio.artificial.samples.id))
    unlabelled = replace(trio, artificial=bare)
    assert list(measures(unlabelled)) == MEASURES[:2]
    assert "No XP-EHH. It needs two or three populations" in notes(unlabelled)


def test_far_sites_leave_pbs_alone(trio):
    far = spread(trio)
    assert list(measures(far)) == MEASURES[-2:]
    assert "No iHS. Half the sites lie more than 50 kb" in notes(far)


def test_a_region_shorter_than_its_haplotypes_has_no_scores(trio):
    few = {n: getattr(trio, n).take_sites(np.arange(12)) for n in PANELS}
    with pytest.raises(NotApplicable, match="longer region"):
        ITEM().compute(replace(trio, **few))


def test_nothing_to_compute_says_why(thirds):
    with pytest.raises(NotApplicable, match=r"50 kb.*labels"):
        ITEM().compute(spread(thirds))


def spread(comparison):
    """Put a megabase between sites."""
    sites = comparison.holdout.sites
    far = replace(sites, position=np.arange(1, len(sites) + 1) * 1_000_000)
    parts = {n: replace(getattr(comparison, n), sites=far) for n in PANELS}
    return replace(comparison, **parts)


def test_threads_change_nothing(trio, monkeypatch):
    monkeypatch.setattr(ehh, "PIECE", 3)
    one = ITEM().compute(trio).model_dump_json()
    assert ITEM().compute(replace(trio, threads=2)).model_dump_json() == one


def test_figures_hold_averages(trio):
    figures = {f.id: f for f in ITEM().compute(trio).figures}
    assert set(figures) == {
        f"selection.{key}{end}"
        for key in ("ihs", "ihs_within", "xpehh", "pbs")
        for end in ("", "_agreement")
    }
    for figure in figures.values():
        for series in figure.series:
            assert len(series.x) == len(series.y) <= 120


def test_fewer_scores_than_ranks_make_fewer_points():
    scores = np.random.default_rng(2).normal(size=(3, 20))
    figure = by_rank("x", "X", dict(zip(("holdout", "train", "artificial"), scores, strict=True)))
    assert figure.series[0].x == pytest.approx(np.sort(scores[0]), rel=1e-4)
    assert np.isfinite(figure.series[1].y).all()


def test_frequency_bins_hold_the_ends():
    found = scans.frequency_bins(np.array([0.0, 0.049, 0.05, 1.0]))
    np.testing.assert_array_equal(found, [0, 0, 1, 19])
