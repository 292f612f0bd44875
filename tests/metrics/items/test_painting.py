"""Painting against all paths of a small example, and mosaics of known grain."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from imaginome.kernels.copying import distances, fitted, likeliest, paint
from imaginome.kernels.shared_runs import BINS
from imaginome.metrics.base import NotApplicable
from imaginome.metrics.items.painting import painted
from imaginome.metrics.items.painting.metric import ITEM, figures
from imaginome.metrics.items.painting.painted import (
    EVERYONE,
    halves,
    painting,
    target_groups,
    tract_lengths,
)
from imaginome.metrics.labels import FEWEST
from imaginome.panel import strings
from tests.support.comparisons import compared, part
from tests.support.simulated import simulated_panel

RATE, ERROR = 0.7, 0.05
APART = np.array([np.inf, 0.4, 0.1, np.inf, 0.9, 0.2])


def example():
    rng = np.random.default_rng(4)
    return (rng.random((3, 6)) < 0.5).astype(np.uint8), (rng.random((4, 6)) < 0.5).astype(np.uint8)


def all_paths(target, donors, allowed):
    """Return all paths with their probabilities jointly with the target, by definition."""
    jump = 1 - np.exp(-RATE * APART)
    paths, chances = [], []
    for path in itertools.product(allowed, repeat=len(target)):
        chance = 1.0
        for j, k in enumerate(path):
            step = jump[j] / len(allowed)
            if j > 0:
                step += (1 - jump[j]) * (k == path[j - 1])
            else:
                step = 1 / len(allowed)
            chance *= step * (1 - ERROR if donors[k, j] == target[j] else ERROR)
        paths.append(path)
        chances.append(chance)
    return np.array(paths), np.array(chances)


def naive(target, donors, allowed):
    paths, chances = all_paths(target, donors, allowed)
    posterior = chances / chances.sum()
    jump = 1 - np.exp(-RATE * APART)
    switches = jumps = 0.0
    for j in (1, 2, 4, 5):
        same = paths[:, j] == paths[:, j - 1]
        switches += posterior[~same].sum()
        at_home = jump[j] / len(allowed)
        jumped = np.where(same, at_home / (1 - jump[j] + at_home), 1.0)
        jumps += (posterior * jumped).sum() * RATE * APART[j] / jump[j]
    wrong = donors[paths, np.arange(len(target))] != target
    share = [(posterior * (paths == k).mean(axis=1)).sum() for k in range(len(donors))]
    return switches, (posterior * wrong.sum(axis=1)).sum(), jumps, share


def test_expectations_against_all_paths():
    targets, donors = example()
    found = paint(targets, donors, APART, RATE, ERROR)
    for t, target in enumerate(targets):
        switches, errors, jumps, share = naive(target, donors, range(4))
        assert found.switches[t] == pytest.approx(switches, rel=1e-4)
        assert found.errors[t] == pytest.approx(errors, rel=1e-4)
        assert found.jumps[t] == pytest.approx(jumps, rel=1e-4)
        np.testing.assert_allclose(found.share[t], share, rtol=1e-4)


def test_nobody_copies_from_himself():
    _, donors = example()
    found = paint(donors[2:3], donors, APART, RATE, ERROR, np.array([1]))
    switches, errors, jumps, share = naive(donors[2], donors, (0, 1))
    values = (found.switches[0], found.errors[0], found.jumps[0])
    assert values == pytest.approx((switches, errors, jumps), rel=1e-4)
    np.testing.assert_allclose(found.share[0], share, atol=1e-6)


def test_the_likeliest_path_is():
    targets, donors = example()
    for target, path in zip(targets, likeliest(targets, donors, APART, RATE, ERROR), strict=True):
        paths, chances = all_paths(target, donors, range(4))
        found = chances[(paths == path).all(axis=1)][0]
        assert found == pytest.approx(chances.max(), rel=1e-6)


def test_rate_and_error_of_planted_mosaics_are_found():
    """Pairs of near-copies: each donor is its partner's source, with known wrong copies."""
    rng = np.random.default_rng(1)
    founders = (rng.random((8, 4000)) < 0.5).astype(np.uint8)
    switched = rng.random((40, 4000)) < 0.01
    source = np.zeros((40, 4000), dtype=int)
    for i in range(40):
        pieces = rng.integers(0, 8, switched[i].sum() + 1)
        source[i] = pieces[np.cumsum(switched[i])]
    mosaics = np.take_along_axis(founders, source, axis=0)
    donors = mosaics ^ (rng.random(mosaics.shape) < 0.01)
    apart = np.full(4000, 0.5)
    apart[0] = np.inf
    rate, error = fitted(donors.astype(np.uint8), np.arange(20), apart)
    # One of a hundred alleles of the target is wrong; some of the errors of donors come on top.
    assert 0.009 < error < 0.016
    assert 0.01 / 0.5 * 0.8 < rate < 0.02 / 0.5 * 1.5


def test_tracts_by_loops():
    path = np.array([[1, 1, 2, 2, 2, 0], [0, 0, 0, 0, 0, 0]], dtype=np.int32)
    starts = np.array([True, False, False, False, True, False])
    total, binned, longest = tract_lengths(path, starts)
    lengths = [2, 2, 1, 1, 4, 2]
    assert longest.tolist() == [4]
    np.testing.assert_array_equal(total, np.bincount(lengths, weights=lengths, minlength=7))
    assert binned.shape == (1, BINS)
    assert binned.sum() == 12


def test_distances_are_genetic_where_known(panel):
    sites = panel.sites
    apart, unit = distances(sites)
    assert unit == "Mb"
    np.testing.assert_allclose(apart[1:], 0.0005)
    assert np.isinf(apart[0])
    cm = np.arange(len(sites)) * 2.0
    apart, unit = distances(replace(sites, cm=cm))
    assert unit == "cM"
    np.testing.assert_allclose(apart[1:], 2.0)


@pytest.fixture(scope="module")
def large():
    whole = simulated_panel(n_individuals=180, n_sites=200, seed=3)
    return compared(part(whole, 0), part(whole, 1), part(whole, 2), replicates=40)


def measures(comparison):
    return {m.id.split(".")[1]: m for m in ITEM().compute(comparison).measures}


def with_artificial(comparison, haplotypes):
    return replace(comparison, artificial=replace(comparison.artificial, haplotypes=haplotypes))


def test_donors_are_strangers_to_all_targets(large):
    found = painting(large)
    real = set(found.panels["holdout"].people.samples.id)
    assert len(real) == 30
    assert found.donors == 60
    order = large.rng("painting", "donors").permutation(60)
    assert not real & set(large.holdout.samples.id[order[:30]])


def test_families_are_not_divided_into_donors_and_targets(large):
    """A child of a donor copies whole chromosomes, and would be the measure of strangers."""
    family = [f"F{i // 3}" if i < 30 else "" for i in range(60)]
    samples = replace(large.holdout.samples, family=strings(family))
    order, half = halves(large.holdout.with_samples(samples), np.random.default_rng(3))
    assert sorted(order) == list(range(60))
    assert 30 <= half <= 32
    kin = [{family[i] for i in part if family[i]} for part in (order[:half], order[half:])]
    assert not kin[0] & kin[1]
    assert kin[0]
    assert kin[1]


def test_points_of_long_tracts_are_of_five_people(large):
    found = painting(large)
    figure = next(f for f in figures(found) if f.id == "painting.tracts")
    for series in figure.series:
        longest = np.sort(found.panels[series.name].longest)
        shown = [x for x, y in zip(series.x, series.y, strict=True) if y is not None]
        assert max(shown) <= longest[-FEWEST]


def test_real_people_are_at_the_ceiling(large):
    found = measures(large)
    assert found["switches"].artificial.low < 1 < found["switches"].artificial.high
    assert found["tracts"].artificial.value < 0.2
    assert found["donors"].artificial.value < 0.2


def test_the_real_targets_again_are_perfect(large):
    order = large.rng("painting", "donors").permutation(60)
    same = large.holdout.take_individuals(np.sort(order[30:]))
    found = measures(replace(large, artificial=same))
    assert found["switches"].artificial.value == 1
    assert found["errors"].artificial.value == 1
    assert found["tracts"].artificial.value == 0
    assert found["donors"].artificial.value == 0


def test_broken_linkage_is_a_finer_mosaic(large):
    x = large.artificial.haplotypes
    found = measures(with_artificial(large, np.random.default_rng(1).permuted(x, axis=0)))
    for name in ("switches", "errors", "tracts"):
        assert found[name].artificial.low > found[name].ceiling.high, name


def test_copies_of_donors_are_a_coarser_one(large):
    order = large.rng("painting", "donors").permutation(60)
    copies = large.holdout.take_individuals(order[:30]).haplotypes
    found = measures(with_artificial(large, np.concatenate([copies, copies])))
    assert found["switches"].artificial.high < 0.2
    assert found["switches"].ceiling.low > 0.5
    assert found["tracts"].artificial.low > found["tracts"].ceiling.high


def test_wrong_populations_show_in_the_donors(large):
    labels = np.roll(large.artificial.samples.population, 1)
    above = np.roll(large.artificial.samples.superpopulation, 1)
    samples = replace(large.artificial.samples, population=labels, superpopulation=above)
    turned = replace(large, artificial=large.artificial.with_samples(samples))
    found = measures(turned)["donors"]
    assert found.artificial.low > found.ceiling.high
    assert measures(turned)["switches"] == measures(large)["switches"]


def test_without_labels_everyone_is_one_group(large):
    bare = replace(large.artificial.samples, population=None, superpopulation=None)
    some = replace(large, artificial=large.artificial.with_samples(bare))
    assert list(target_groups(painting(some))) == [EVERYONE]
    nobody = {}
    for name in ("train", "holdout", "artificial"):
        people = getattr(large, name)
        samples = replace(people.samples, population=None, superpopulation=None)
        nobody[name] = people.with_samples(samples)
    assert "donors" not in measures(replace(large, **nobody))


def test_rare_donors_are_not_named(large):
    labels = large.holdout.samples.population.copy()
    labels[:4] = "rare"
    samples = replace(large.holdout.samples, population=labels, superpopulation=None)
    found = painting(replace(large, holdout=large.holdout.with_samples(samples)))
    assert "rare" not in found.labels
    assert found.panels["train"].shares.sum(axis=1) == pytest.approx(1.0, rel=1e-4)


def test_contigs_begin_anew(large):
    sites = replace(large.holdout.sites, contig=strings([str(j // 50) for j in range(200)]))
    parts = {n: replace(getattr(large, n), sites=sites) for n in ("train", "holdout", "artificial")}
    found = painting(replace(large, **parts))
    assert found.length == pytest.approx(4 * 49 * 500 / 1e6)
    assert found.panels["holdout"].tracts[51:].sum() == 0


def test_threads_change_nothing(large):
    one = ITEM().compute(large).model_dump_json()
    assert ITEM().compute(replace(large, threads=2)).model_dump_json() == one


def test_few_people_cannot_be_divided(thirds):
    few = {n: getattr(thirds, n).take_individuals(np.arange(9)) for n in ("train", "holdout")}
    with pytest.raises(NotApplicable, match="10 or more"):
        ITEM().compute(replace(thirds, **few))


def test_large_panels_are_painted_in_part(large, monkeypatch):
    monkeypatch.setattr(painted, "TARGETS", 9)
    monkeypatch.setattr(painted, "DONORS", 11)
    found = painting(large)
    assert found.donors == 22
    assert all(p.people.n_individuals == 9 for p in found.panels.values())
