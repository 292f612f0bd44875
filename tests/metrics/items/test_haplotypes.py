from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import entropy, pearsonr, wasserstein_distance

from imaginome.kernels import shared_runs as shared_runs_module
from imaginome.kernels.shared_runs import Runs, random_pairs, run_lengths, shared_runs
from imaginome.metrics.items.haplotypes import statistics
from imaginome.metrics.items.haplotypes.metric import ITEM, runs_figure
from imaginome.panel import strings
from tests.support.comparisons import compared, part


def measures(comparison):
    return {m.id: m for m in ITEM().compute(comparison).measures}


def kinds(panel, start, k):
    """Count each haplotype of a window."""
    return Counter(map(tuple, panel.haplotypes[:, start : start + k].tolist()))


def naive_runs(first, second, ends):
    """Return the length of the run in which each identical site lies."""
    lengths = []
    start = 0
    for end in ends:
        same = "".join("=" if a == b else " " for a, b in zip(first, second, strict=True))
        for run in same[start:end].split():
            lengths += [len(run)] * len(run)
        start = end
    return lengths


@pytest.mark.parametrize("k", [8, 32])
def test_measures_against_counters(thirds, k):
    found = measures(thirds)
    s, h = thirds.artificial, thirds.holdout
    starts = range(0, 120 - (k + 1) // 2 + 1, k)
    pairs = [(kinds(s, start, k), kinds(h, start, k)) for start in starts]
    variation = np.mean([sum(abs(a[x] - b[x]) for x in a | b) / 80 for a, b in pairs])
    distinct = sum(len(a) for a, _ in pairs) / sum(len(b) for _, b in pairs)
    bits = [[entropy(list(c.values()), base=2) for c in pair] for pair in pairs]
    error = np.mean([abs(a - b) for a, b in bits])
    assert found[f"haplotypes.tv_{k}"].artificial.value == pytest.approx(variation)
    assert found[f"haplotypes.distinct_{k}"].artificial.value == pytest.approx(distinct)
    assert found[f"haplotypes.entropy_mae_{k}"].artificial.value == pytest.approx(error)


def test_the_table_holds_the_correlation_of_frequencies(thirds):
    table = ITEM().compute(thirds).tables[0]
    a, b = [], []
    for start in range(0, 120, 8):
        s, h = kinds(thirds.artificial, start, 8), kinds(thirds.holdout, start, 8)
        for kind in s | h:
            a.append(s[kind])
            b.append(h[kind])
    assert table.rows[0][:2] == [8, 15]
    assert table.rows[0][2] == pytest.approx(pearsonr(a, b)[0], rel=1e-4)


def test_runs_against_loops(panel):
    x = panel.haplotypes
    first, second = random_pairs(10, np.random.default_rng(1))
    ends = np.array([50, 51, 120])
    cells = np.minimum(np.arange(121), 7)
    total, each = run_lengths(x, first, second, ends, cells, 8)
    naive = [naive_runs(x[i], x[j], ends) for i, j in zip(first, second, strict=True)]
    np.testing.assert_array_equal(total, np.bincount(np.concatenate(naive), minlength=121))
    binned = [np.bincount(np.minimum(lengths, 7), minlength=8) for lengths in naive]
    np.testing.assert_array_equal(each, binned)


def test_pairs_are_of_different_people_and_use_all_equally():
    first, second = random_pairs(7, np.random.default_rng(2))
    assert not (first // 2 == second // 2).any()
    assert set(np.bincount(np.concatenate([first, second]), minlength=14)) == {
        2 * shared_runs_module.ROUNDS
    }


def test_runs_measure_against_scipy(thirds):
    x = {"artificial": thirds.artificial, "holdout": thirds.holdout}
    lengths = {}
    for name, panel in x.items():
        first, second = random_pairs(20, thirds.rng("haplotypes", "pairs", name))
        rows = zip(panel.haplotypes[first], panel.haplotypes[second], strict=True)
        lengths[name] = np.concatenate([naive_runs(a, b, [120]) for a, b in rows])
    expected = wasserstein_distance(lengths["artificial"], lengths["holdout"])
    found = measures(thirds)["haplotypes.ibs"].artificial.value
    assert found == pytest.approx(expected / lengths["holdout"].mean())


def test_replicates_of_runs_weight_pairs_by_people(panel):
    weights = np.zeros((1, 60), dtype=np.float32)
    weights[0, :30] = 2
    runs = shared_runs(panel.haplotypes, np.array([120]), weights, np.random.default_rng(3))
    first, second = random_pairs(60, np.random.default_rng(3))
    kept = (first < 60) & (second < 60)
    same = (panel.haplotypes[first[kept]] == panel.haplotypes[second[kept]]).sum()
    assert runs.weighted.sum() == 4 * same


def test_a_copy_of_the_holdout_is_perfect(panel):
    one, two = part(panel, 0), part(panel, 1)
    found = measures(compared(one, two, two, replicates=3))
    for k in (8, 32, 128):
        assert found[f"haplotypes.tv_{k}"].artificial.value == 0
        assert found[f"haplotypes.distinct_{k}"].artificial.value == 1
        assert found[f"haplotypes.entropy_mae_{k}"].artificial.value == 0


def test_broken_linkage_makes_more_haplotypes(thirds):
    """Sites shuffled among haplotypes keep their frequencies and nothing else."""
    rng = np.random.default_rng(5)
    shuffled = rng.permuted(thirds.artificial.haplotypes, axis=0)
    broken = replace(thirds, artificial=replace(thirds.artificial, haplotypes=shuffled))
    found = measures(broken)
    for name in ("tv_8", "entropy_mae_8"):
        measure = found[f"haplotypes.{name}"]
        assert measure.artificial.low > measure.ceiling.value, name
        assert measure.artificial.value > measure.ceiling.high, name
    assert found["haplotypes.distinct_8"].artificial.low > 1.1


def test_a_collapsed_panel_has_long_runs_and_few_haplotypes(thirds):
    same = np.repeat(thirds.artificial.haplotypes[:2], thirds.artificial.n_individuals, axis=0)
    collapsed = replace(thirds, artificial=replace(thirds.artificial, haplotypes=same))
    found = measures(collapsed)
    assert found["haplotypes.ibs"].artificial.low > found["haplotypes.ibs"].ceiling.high
    distinct = found["haplotypes.distinct_128"]
    assert distinct.artificial.value == 2 / 40
    assert distinct.artificial.high < distinct.ceiling.low


def test_contigs_without_windows_give_nulls_and_say_so(thirds):
    sites = replace(thirds.holdout.sites, contig=strings([str(j // 15) for j in range(120)]))
    parts = {
        n: replace(getattr(thirds, n), sites=sites) for n in ("train", "holdout", "artificial")
    }
    found = measures(replace(thirds, **parts))
    assert found["haplotypes.tv_8"].artificial.value is not None
    assert found["haplotypes.tv_32"].artificial.value is None
    assert "no contig" in found["haplotypes.tv_32"].note.lower()
    assert found["haplotypes.ibs"].artificial.value is not None


def test_large_panels_are_read_at_windows_spread_evenly(thirds, monkeypatch):
    monkeypatch.setattr(statistics, "MOST_WINDOWS", 4)
    table = ITEM().compute(thirds).tables[0]
    assert table.rows[0][:2] == [8, 4]


def test_threads_change_nothing(thirds, monkeypatch):
    monkeypatch.setattr(statistics, "PIECE", 2)
    monkeypatch.setattr(shared_runs_module, "PIECE", 8)
    one = ITEM().compute(thirds).model_dump_json()
    assert ITEM().compute(replace(thirds, threads=2)).model_dump_json() == one


def test_no_point_of_the_runs_stands_for_one_pair():
    sites = np.zeros(101)
    sites[10] = 10 * 40
    sites[90] = 90
    runs = dict.fromkeys(("holdout", "train", "artificial"), Runs(sites, np.zeros((0, 0))))
    (figure,) = runs_figure(runs)
    for series in figure.series:
        shown = dict(zip(series.x, series.y, strict=True))
        assert all(y is None for x, y in shown.items() if x > 10)
        assert all(y is not None for x, y in shown.items() if x <= 10)
