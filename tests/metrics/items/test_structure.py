import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from imaginome.kernels.pca import fit_components
from imaginome.kernels.transport import (
    directions,
    sliced_wasserstein,
    transport_distance,
    wasserstein_1d,
)
from imaginome.metrics.cloud import ScoreDistances, density
from imaginome.metrics.fst import hudson_fst
from imaginome.metrics.items.structure import ITEM
from tests.support.comparisons import compared, part


@pytest.mark.parametrize("shape", [(40, 120), (120, 30)])
def test_components_are_those_of_a_singular_value_decomposition(panel, shape):
    h = panel.haplotypes[: shape[0], : shape[1]]
    found = fit_components(h, 4)
    centred = h - h.mean(axis=0)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(found.variance, values[:4] ** 2, rtol=1e-9)
    np.testing.assert_allclose(np.abs(found.axes.T @ axes[:4].T), np.eye(4), atol=1e-3)
    np.testing.assert_allclose(found.project(h), centred @ found.axes, atol=1e-4)


def structured(seed, n=60, m=200):
    """Draw haplotypes of three populations, all of them the same ones for every seed."""
    frequency = np.clip(0.4 + np.random.default_rng(2).normal(0, 0.15, (3, m)), 0.05, 0.95)
    rng = np.random.default_rng([3, seed])
    return (rng.random((n, m)) < frequency[np.arange(n) % 3]).astype(np.uint8)


def test_own_scores_are_nearly_those_of_leaving_the_haplotype_out():
    h = structured(1)
    whole = fit_components(h, 2)
    truth = np.empty((len(h), 2))
    for i in range(len(h)):
        rest = fit_components(np.delete(h, i, axis=0), 2)
        # The two axes may turn within their plane: bring them back before comparing.
        left, _, right = np.linalg.svd(rest.axes.T @ whole.axes)
        truth[i] = rest.project(h[i : i + 1])[0] @ (left @ right)
    inflated = np.abs(whole.project(h) - truth).mean()
    assert np.abs(whole.own_scores(h) - truth).mean() < 0.5 * inflated


def test_strangers_and_the_holdout_have_nearly_the_same_spread():
    known, strange = structured(1, 400), structured(2, 400)
    axes = fit_components(known, 6)
    spreads = [x.std(axis=0) for x in (axes.project(known), axes.own_scores(known))]
    inflated, fair = (x / axes.project(strange).std(axis=0) for x in spreads)
    assert fair[:2] == pytest.approx(1.0, abs=0.1)
    assert (np.abs(np.log(fair)) < 0.7 * np.abs(np.log(inflated)))[2:].all()


@pytest.mark.parametrize("sizes", [(30, 30), (30, 60)])
def test_wasserstein_agrees_with_scipy(sizes):
    rng = np.random.default_rng(1)
    a, b = (rng.normal(size=(3, n)) for n in sizes)
    expected = [wasserstein_distance(x, y) for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(wasserstein_1d(a, b), expected)


def test_sliced_distance_of_a_shift_in_one_dimension_is_the_shift():
    points = np.random.default_rng(1).normal(size=(50, 1))
    along = directions(1, 8, np.random.default_rng(2))
    assert sliced_wasserstein(points + 0.3, points, along) == pytest.approx(0.3)
    assert sliced_wasserstein(points, points, along) == 0


def test_directions_have_unit_length():
    np.testing.assert_allclose(
        np.linalg.norm(directions(6, 20, np.random.default_rng(1)), axis=0), 1.0
    )


def test_transport_is_the_best_of_all_assignments():
    a, b = np.random.default_rng(1).normal(size=(2, 5, 2))
    costs = [
        np.mean([((a[i] - b[j]) ** 2).sum() for i, j in enumerate(order)])
        for order in itertools.permutations(range(5))
    ]
    assert transport_distance(a, b) == pytest.approx(np.sqrt(min(costs)))


def test_fst_agrees_with_scikit_allel():
    allel = pytest.importorskip("allel")
    rng = np.random.default_rng(1)
    sizes = np.array([20, 34, 12])
    counts = [rng.integers(0, n + 1, 80) for n in sizes]
    found = hudson_fst(np.array([c / n for c, n in zip(counts, sizes, strict=True)]), sizes)
    for i, j in itertools.combinations(range(3), 2):
        ac = [np.stack([sizes[k] - counts[k], counts[k]], axis=1) for k in (i, j)]
        above, below = allel.hudson_fst(*ac)
        assert found[i, j] == pytest.approx(above.sum() / below.sum())


def test_fst_needs_labels(thirds):
    labelled = {m.id: m for m in ITEM().compute(thirds).measures}
    assert labelled["structure.fst_mae"].artificial.value is not None
    bare = replace(thirds.artificial.samples, population=None, superpopulation=None)
    alone = replace(thirds, artificial=thirds.artificial.with_samples(bare))
    found = {m.id: m for m in ITEM().compute(alone).measures}
    assert found["structure.fst_mae"].artificial.value is None
    assert found["structure.fst_mae"].note


def test_lost_structure_is_seen(thirds):
    rng = np.random.default_rng(1)
    shuffled = rng.permuted(thirds.artificial.haplotypes, axis=0)
    apart = replace(thirds, artificial=replace(thirds.artificial, haplotypes=shuffled))
    for found in ITEM().compute(apart).measures:
        assert found.artificial.low > found.ceiling.high, found.id


def test_threads_change_nothing(panel):
    comparison = compared(part(panel, 0), part(panel, 1), part(panel, 2), replicates=5)
    one = ITEM().compute(comparison).model_dump_json()
    assert ITEM().compute(replace(comparison, threads=2)).model_dump_json() == one


def test_density_maps_hide_cells_of_few_people(thirds):
    figure = next(f for f in ITEM().compute(thirds).figures if f.id == "structure.density")
    for series in figure.series:
        cells = 10 ** np.array(series.z) - 1
        assert (cells[cells > 0.5] > 4.5).all()


def test_no_single_person_sets_an_axis():
    rng = np.random.default_rng(5)
    scores = {name: rng.normal(size=(400, 2)) for name in ("artificial", "train", "holdout")}
    before = density(scores)[0].series[0]
    far = {name: x.copy() for name, x in scores.items()}
    # Two people, far from everyone: four haplotypes.
    for moved in far.values():
        moved[:4] = 30.0
    after = density(far)[0].series[0]
    assert np.abs(np.array(after.x) - before.x).max() <= 0.5
    assert after.x[-1] < 5


def test_axes_end_at_round_numbers():
    rng = np.random.default_rng(6)
    scores = {name: rng.normal(size=(300, 2)) for name in ("artificial", "train", "holdout")}
    x = density(scores)[0].series[0].x
    half = (x[1] - x[0]) / 2
    for end in (x[0] - half, x[-1] + half):
        assert end * 4 == pytest.approx(round(end * 4), abs=1e-3)


def test_everyone_is_in_a_cell():
    """What lies beyond the axes is counted in the outermost cells."""
    points = np.repeat([[0.0, 0.0], [50.0, 50.0]], [300, 6], axis=0)
    scores = dict.fromkeys(("artificial", "train", "holdout"), points)
    cells = 10 ** np.array(density(scores)[0].series[0].z) - 1
    assert cells.sum() == pytest.approx(306, abs=0.5)
    assert cells[-1, -1] >= 5.5


def test_transport_replicates_draw_people(thirds):
    """Both haplotypes of everyone drawn are there, equally often."""
    n = thirds.holdout.n_haplotypes
    scores = {
        name: np.stack([np.arange(n), np.arange(n)], axis=1).astype(float)
        for name in ("artificial", "train", "holdout")
    }
    drawn = ScoreDistances(scores, thirds)._people("holdout", 7, 0)[:, 0].astype(int)
    assert len(drawn) == 14
    np.testing.assert_array_equal(drawn[1::2], drawn[0::2] + 1)
    assert (drawn[0::2] % 2 == 0).all()
