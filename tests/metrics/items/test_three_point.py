from dataclasses import replace

import numpy as np
import pytest

from imaginome.metrics.items.three_point import ITEM, NEAR, at_gap, cumulants, draw_triplets
from tests.support.comparisons import compared, part


def naive(h, triplets):
    """Follow the definition, one triplet at a time."""
    found = []
    for triplet in triplets:
        product = 1.0
        for j in triplet:
            x = h[:, j].astype(float)
            product = product * (x - x.mean())
        found.append(product.mean())
    return np.array(found)


def test_cumulants_follow_the_definition(panel):
    triplets = np.random.default_rng(1).integers(0, panel.n_sites, (200, 3))
    expected = naive(panel.haplotypes, triplets)
    np.testing.assert_allclose(cumulants(panel.haplotypes, triplets), expected, atol=1e-12)


def test_correlation_against_loops(thirds):
    triplets = np.concatenate([at_gap(thirds.holdout.n_sites, gap) for gap in NEAR])
    a, b = (naive(p.haplotypes, triplets) for p in (thirds.artificial, thirds.holdout))
    found = {x.id: x.artificial.value for x in ITEM().compute(thirds).measures}
    assert found["three_point.pearson"] == pytest.approx(np.corrcoef(a, b)[0, 1])
    assert found["three_point.mae"] == pytest.approx(np.abs(a - b).mean())


def test_triplets_lie_in_the_panel_and_differ():
    near, far = draw_triplets(2000, np.random.default_rng(1))
    for kind in (near, far):
        assert kind.sites.min() >= 0
        assert kind.sites.max() < 2000
        assert (np.diff(kind.sites, axis=1) > 0).all()
    assert set(near.gap.tolist()) == set(NEAR)
    assert 0 in far.gap


def test_a_copy_of_the_holdout_is_perfect(panel):
    one, two = part(panel, 0), part(panel, 1)
    result = ITEM().compute(compared(one, two, two, replicates=3))
    assert result.measures[0].artificial.value == pytest.approx(1.0)


def test_independent_sites_have_no_three_point_correlation(panel):
    shuffled = np.random.default_rng(1).permuted(panel.haplotypes, axis=0)
    apart = compared(panel, panel, replace(panel, haplotypes=shuffled), replicates=40)
    found = ITEM().compute(apart).measures[0]
    assert found.artificial.high < 0.5
    assert found.ceiling.value == pytest.approx(1.0)
