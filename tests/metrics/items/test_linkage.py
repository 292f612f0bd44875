from dataclasses import replace

import numpy as np
import pytest

from imaginome.kernels.linkage import PackedSites, distant_pairs, r2_band
from imaginome.metrics.items import linkage
from imaginome.metrics.items import linkage as linkage_module
from imaginome.metrics.items.linkage import ITEM
from imaginome.panel import Sites, strings
from tests.support.comparisons import compared, part


def naive_r2(x, y):
    """Follow the definition; None where a site is fixed."""
    p, q = x.mean(), y.mean()
    if p in (0, 1) or q in (0, 1):
        return None
    return ((x * y).mean() - p * q) ** 2 / (p * (1 - p) * q * (1 - q))


def test_r2_band_follows_the_definition(panel):
    h = panel.haplotypes[:30, :25].copy()
    h[:, 3] = 0
    found = r2_band(h, 6)
    for j in range(25):
        for d in range(6):
            k = j + 1 + d
            expected = naive_r2(h[:, j].astype(float), h[:, k].astype(float)) if k < 25 else None
            if expected is None:
                assert np.isnan(found[j, d])
            else:
                assert found[j, d] == pytest.approx(expected, abs=1e-12)


def test_measures_against_loops(thirds, monkeypatch):
    monkeypatch.setattr(linkage, "WIDTH", 10)
    monkeypatch.setattr(linkage, "PIECE", 7)
    s, h = (p.haplotypes.astype(float) for p in (thirds.artificial, thirds.holdout))
    pairs, lost, known = [], 0, 0
    m = h.shape[1]
    for j in range(m):
        for k in range(j + 1, min(j + 11, m)):
            a, b = naive_r2(s[:, j], s[:, k]), naive_r2(h[:, j], h[:, k])
            pairs.append((a or 0.0, b or 0.0))
            known += b is not None
            lost += b is not None and a is None
    a, b = np.array(pairs).T
    found = {x.id: x.artificial.value for x in ITEM().compute(thirds).measures}
    assert found["linkage.pearson"] == pytest.approx(np.corrcoef(a, b)[0, 1])
    assert found["linkage.mae"] == pytest.approx(np.abs(a - b).mean())
    assert found["linkage.bias"] == pytest.approx((a - b).mean())
    assert found["linkage.lost_pairs"] == pytest.approx(lost / known)


def test_threads_change_nothing(thirds):
    one = ITEM().compute(thirds).model_dump_json()
    assert ITEM().compute(replace(thirds, threads=3)).model_dump_json() == one


def test_a_copy_of_the_holdout_is_perfect(panel):
    one, two = part(panel, 0), part(panel, 1)
    result = ITEM().compute(compared(one, two, two, replicates=3))
    found = {x.id: x.artificial.value for x in result.measures}
    assert found["linkage.pearson"] == pytest.approx(1.0)
    assert found["linkage.mae"] == found["linkage.bias"] == found["linkage.lost_pairs"] == 0


def test_independent_sites_have_too_little_linkage(panel):
    shuffled = np.random.default_rng(1).permuted(panel.haplotypes, axis=0)
    apart = compared(panel, panel, replace(panel, haplotypes=shuffled), replicates=40)
    found = {x.id: x for x in ITEM().compute(apart).measures}
    assert found["linkage.bias"].artificial.high < 0
    assert found["linkage.mae"].artificial.low > found["linkage.mae"].ceiling.value
    assert found["linkage.pearson"].artificial.high < 0.5


def test_distant_pairs_stay_on_their_contig_and_reach_far(panel):
    sites = panel.sites
    half = len(sites) // 2
    contig = strings(["1"] * half + ["2"] * (len(sites) - half))
    two = Sites(contig, sites.position, sites.id, sites.ref, sites.alt)
    first, second, distance, unit = distant_pairs(two, 5000, np.random.default_rng(1))
    assert unit == "kb"
    assert (first < second).all()
    assert (contig[first] == contig[second]).all()
    np.testing.assert_allclose(distance, (sites.position[second] - sites.position[first]) / 1000)
    assert (second - first).max() > 0.8 * half
    assert (second - first == 1).any()


def test_distances_are_genetic_where_known(panel):
    sites = panel.sites
    cm = np.linspace(0, 3, len(sites))
    mapped = Sites(sites.contig, sites.position, sites.id, sites.ref, sites.alt, cm)
    first, second, distance, unit = distant_pairs(mapped, 100, np.random.default_rng(1))
    assert unit == "cM"
    np.testing.assert_allclose(distance, cm[second] - cm[first])


def test_decay_is_drawn_for_groups_that_panels_share(thirds):
    ids = [f.id for f in ITEM().compute(thirds).figures]
    assert ids == ["linkage.decay", "linkage.decay_by_population", "linkage.region"]
    bare = replace(thirds.artificial.samples, population=None, superpopulation=None)
    alone = replace(thirds, artificial=thirds.artificial.with_samples(bare))
    assert [f.id for f in ITEM().compute(alone).figures] == ["linkage.decay", "linkage.region"]


def test_r2_of_a_site_with_itself_is_one(panel):
    packed = PackedSites(panel.haplotypes)
    index = np.flatnonzero(packed.polymorphic())
    np.testing.assert_allclose(packed.r2(index, index), 1.0)


def test_decay_by_population_has_its_ceiling(thirds):
    figure = next(f for f in ITEM().compute(thirds).figures if f.id.endswith("by_population"))
    groups = ["A", "B"]
    roles = ("holdout", "train", "artificial")
    assert [(s.name, s.role) for s in figure.series] == [
        (f"{role} {group}", role) for group in groups for role in roles
    ]


def test_real_people_are_above_the_diagonal_as_it_is_drawn(thirds, monkeypatch):
    """Rows of a map run upwards: the cell of a later row is drawn higher."""
    monkeypatch.setattr(linkage_module, "REGION_BINS", thirds.holdout.n_sites)
    region = ITEM().compute(thirds).figures[-1]
    for series in region.series:
        name = "artificial" if "artificial" in series.name else "train"
        pairs = {n: PackedSites(getattr(thirds, n).haplotypes) for n in ("holdout", name)}
        low, high = np.array([10]), np.array([11])
        z = np.array(series.z, dtype=float)
        assert z[11, 10] == pytest.approx(np.nan_to_num(pairs["holdout"].r2(low, high))[0])
        assert z[10, 11] == pytest.approx(np.nan_to_num(pairs[name].r2(low, high))[0])
