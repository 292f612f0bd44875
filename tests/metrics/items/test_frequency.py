import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from imaginome.metrics.items.frequency import (
    ITEM,
    folded_spectrum,
    jensen_shannon,
    lost_share,
    mean_absolute_error,
    spectrum_edges,
)
from tests.support.comparisons import compared, part


def by_id(result):
    return {m.id.split(".")[1]: m for m in result.measures}


def test_measures_against_loops(thirds):
    s, h = thirds.artificial.haplotypes, thirds.holdout.haplotypes
    errors, lost, polymorphic = [], 0, 0
    for j in range(h.shape[1]):
        p, q = sum(map(int, s[:, j])) / len(s), sum(map(int, h[:, j])) / len(h)
        errors.append(abs(p - q))
        polymorphic += 0 < q < 1
        lost += 0 < q < 1 and p in (0, 1)
    found = by_id(ITEM().compute(thirds))
    assert found["mae"].artificial.value == pytest.approx(np.mean(errors))
    assert found["lost"].artificial.value == pytest.approx(lost / polymorphic)
    expected = np.corrcoef(s.mean(axis=0), h.mean(axis=0))[0, 1]
    assert found["pearson"].artificial.value == pytest.approx(expected)


def test_folded_spectrum_against_a_loop():
    n = 30
    counts = np.array([0, 1, 1, 29, 2, 15, 16, 30, 7], dtype=float)
    edges = spectrum_edges(n)
    expected = np.zeros(len(edges) - 1)
    for count in counts:
        minor = min(count, n - count)
        if minor > 0:
            expected[max(k for k, e in enumerate(edges) if e <= minor)] += 1
    np.testing.assert_allclose(folded_spectrum(counts, n), expected / 7)


@pytest.mark.parametrize("n", [2, 3, 4, 10, 101, 5008])
def test_spectrum_classes_cover_every_minor_count_once(n):
    edges = spectrum_edges(n)
    assert edges[0] == 1
    assert edges[-1] == n // 2 + 1
    assert (np.diff(edges) > 0).all()


def test_jensen_shannon_agrees_with_scipy():
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.ones(12), 2)
    p[3] = 0
    p /= p.sum()
    assert jensen_shannon(p, q) == pytest.approx(jensenshannon(p, q, base=2) ** 2)
    assert jensen_shannon(p, p) == pytest.approx(0)


def test_lost_share_counts_sites_fixed_either_way():
    real = np.array([1.0, 5, 9, 10, 0])
    other = np.array([0.0, 8, 5, 0, 4])
    assert lost_share(other, real, 8, 10) == pytest.approx(2 / 3)


def test_a_copy_of_the_holdout_is_perfect(panel):
    one, two = part(panel, 0), part(panel, 1)
    found = by_id(ITEM().compute(compared(one, two, two, replicates=5)))
    values = {name: m.artificial.value for name, m in found.items()}
    assert values == {"pearson": 1.0, "mae": 0.0, "lost": 0.0, "sfs_divergence": 0.0}


def test_a_panel_without_rare_alleles_loses_them(panel):
    one, two = part(panel, 0), part(panel, 1)
    few = two.take_individuals(np.zeros(two.n_individuals, dtype=np.intp)[:1])
    repeated = few.haplotypes[np.arange(two.n_haplotypes) % 2]
    from dataclasses import replace

    found = by_id(ITEM().compute(compared(one, two, replace(two, haplotypes=repeated))))
    assert found["lost"].artificial.low > found["lost"].ceiling.high


def test_mean_absolute_error_of_plain_arrays():
    assert mean_absolute_error([0.1, 0.5], [0.2, 0.2]) == pytest.approx(0.2)


def test_table_by_bin_against_a_loop(thirds):
    table = ITEM().compute(thirds).tables[0]
    s, h = (x.haplotypes.mean(axis=0) for x in (thirds.artificial, thirds.holdout))
    minor = np.minimum(h, 1 - h)
    rows = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    for name, low, high in (("5-20%", 0.05, 0.2), ("20-50%", 0.2, 0.5)):
        sites = (minor > low) & (minor <= high)
        row = rows[name]
        assert row["sites"] == sites.sum() > 2
        assert row["correlation"] == pytest.approx(np.corrcoef(s[sites], h[sites])[0, 1], rel=1e-4)
        assert row["error"] == pytest.approx(np.abs(s - h)[sites].mean(), rel=1e-4)
        lost = sites & ((s == 0) | (s == 1))
        assert row["lost"] == pytest.approx(lost.sum() / sites.sum(), rel=1e-4)
        assert -1 <= row["correlation (ceiling)"] <= 1
    # Forty haplotypes have no minor allele below 0.5%: nothing to correlate.
    assert rows["0-0.5%"]["correlation"] is None
