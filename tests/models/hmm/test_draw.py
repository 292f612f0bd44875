"""Stratified draws: each haplotype a draw of the chain, all together close to expectation."""

from __future__ import annotations

import numpy as np
import pytest

from imaginome.models.hmm.draw import draw_stratified, other, rake, shuffle
from imaginome.models.hmm.parameters import Full
from tests.support import naive_chain as naive

SITES, CLUSTERS = 12, 3


def chain(sites: int = SITES, classes: int = 1) -> Full:
    parameters = naive.random_full(np.random.default_rng(5), sites, CLUSTERS, classes)
    assert isinstance(parameters, Full)
    return parameters


def frequencies(parameters: Full) -> np.ndarray:
    """Return P(ALT) of each site, by plain matrix products."""
    state, found = np.eye(CLUSTERS)[0], []
    for site in range(len(parameters.emission)):
        state = state @ naive.transition(parameters, site, 0)
        found.append(state @ parameters.emission[site, 0])
    return np.array(found)


def test_counts_are_nearer_to_expectation_than_chance_allows() -> None:
    parameters, n = chain(), 500
    classes, expected = np.zeros(n, dtype=np.int64), n * frequencies(chain())
    drawn = np.array([draw_stratified(parameters, classes, s).sum(0) for s in range(40)])
    variance = ((drawn - expected) ** 2).mean(axis=0)
    by_chance = expected * (1 - expected / n)
    assert (variance < 0.5 * by_chance).mean() > 0.9
    assert np.abs(drawn.mean(axis=0) - expected).max() < 3


def test_a_rare_allele_is_hardly_ever_lost() -> None:
    parameters, n = chain(), 400
    parameters.emission[:] = 1.0 / n
    drawn = draw_stratified(parameters, np.zeros(n, dtype=np.int64), 1)
    assert drawn.sum(axis=0).tolist() == [1] * SITES


def test_every_row_alone_has_the_distribution_of_the_chain() -> None:
    parameters, few, seeds = chain(3), 5, 4000
    classes = np.zeros(few, dtype=np.int64)
    codes = np.array(
        [draw_stratified(parameters, classes, s) @ (1 << np.arange(3)) for s in range(seeds)]
    )
    rows = ((np.arange(8)[:, None] >> np.arange(3)) & 1).astype(np.uint8)
    expected = seeds * np.exp([naive.log_likelihood(parameters, row, 0) for row in rows])
    for place in range(few):
        counts = np.bincount(codes[:, place], minlength=8)
        # Chi-square with 7 degrees of freedom exceeds 31 with a chance of 0.00006.
        assert ((counts - expected) ** 2 / expected).sum() < 31


@pytest.mark.parametrize("few", [1, 2, 5])
def test_few_rows_have_the_distribution_of_the_chain_tags_included(few: int) -> None:
    """Keeping counts would tear common alleles from their tags, and a single row altogether."""
    parameters, seeds = naive.random_tagged(np.random.default_rng(5), 4, CLUSTERS, 2), 2000
    parameters.emission[:, -1] = parameters.emission[:, :-1].mean(axis=1)
    rows = ((np.arange(16)[:, None] >> np.arange(4)) & 1).astype(np.uint8)
    expected = seeds * np.exp([naive.log_likelihood(parameters, row, 1) for row in rows])
    classes, places = np.ones(few, dtype=np.int64), 1 << np.arange(4)
    codes = np.array([draw_stratified(parameters, classes, s) @ places for s in range(seeds)])
    for place in range(few):
        counts = np.bincount(codes[:, place], minlength=16)
        # Chi-square with 15 degrees of freedom exceeds 56 with a chance of 0.000001.
        assert ((counts - expected) ** 2 / expected).sum() < 56


def test_alleles_follow_their_tags_and_clusters_keep_their_counts() -> None:
    """Site 5 repeats site 2 in every cluster: the same haplotypes carry both."""
    parameters, n = chain(), 3000
    parameters.tags = np.full((SITES, 1), -1, dtype=np.int32)
    parameters.tags[5, 0] = 2
    parameters.emission = np.repeat(parameters.emission, 3, axis=1)
    parameters.emission[5, 0], parameters.emission[5, 1] = 0.001, 0.999
    parameters.emission[5, 2] = 0.5
    drawn = draw_stratified(parameters, np.zeros(n, dtype=np.int64), 2)
    assert (drawn[:, 5] == drawn[:, 2]).mean() > 0.99
    parameters.emission[5, 0], parameters.emission[5, 1] = 0.0005, 0.9
    parameters.emission[5, 2] = 12 / n
    drawn = draw_stratified(parameters, np.zeros(n, dtype=np.int64), 2)
    assert abs(drawn[:, 5].sum() - 12) <= 2
    assert drawn[drawn[:, 5] == 1, 2].mean() > 0.9


def test_raking_keeps_the_count_and_the_order_of_chances() -> None:
    rng = np.random.default_rng(3)
    state, plain = rng.integers(0, 4, 500), np.array([0.0, 0.002, 0.01, 0.04])
    chance = rng.beta(0.1, 2.0, 500)
    raked = chance.copy()
    rake(raked, plain, state)
    assert raked.sum() == pytest.approx(plain[state].sum(), rel=1e-2)
    assert (np.diff(raked[np.argsort(chance, kind="stable")]) >= 0).all()
    common = raked.copy()
    rake(common, plain * 10, state)
    np.testing.assert_array_equal(common, raked)


def test_raking_leaves_what_is_certain_and_few_haplotypes() -> None:
    state = np.zeros(100, dtype=np.int32)
    chance = np.repeat([0.0, 1e-12, 0.3, 1.0], 25)
    for wanted in (0.0, 0.001, 0.26, 0.999, 1.0):
        raked = chance.copy()
        rake(raked, np.array([wanted]), state)
        assert (raked[:25] == 0).all() and (raked[75:] == 1).all()
        assert ((raked[25:75] > 0) & (raked[25:75] < 1)).all()
    few = chance[10:50].copy()
    rake(few, np.array([0.9]), state[:40])
    np.testing.assert_array_equal(few, chance[10:50])


def test_pairs_of_sites_stay_as_linked_as_the_chain_makes_them() -> None:
    """Picks of neighbouring sites would be correlated, were haplotypes not shuffled."""
    parameters, n = chain(), 3000
    parameters.emission[:] = 0.5
    drawn = draw_stratified(parameters, np.zeros(n, dtype=np.int64), 3)
    correlation = np.corrcoef(drawn.T)[np.triu_indices(SITES, 1)]
    assert np.abs(correlation).max() < 4.5 / np.sqrt(n)


def test_shuffle_is_a_permutation_and_every_place_is_as_likely() -> None:
    places, counter, key = np.zeros((4, 4)), 0, np.uint64(9)
    for _ in range(4000):
        order = np.arange(4, dtype=np.int32)
        counter = shuffle(order, key, counter)
        assert sorted(order) == [0, 1, 2, 3]
        places[np.arange(4), order] += 1
    assert np.abs(places / 4000 - 0.25).max() < 0.035


def test_a_leaver_goes_elsewhere_in_proportion() -> None:
    quantiles = (np.arange(1000) + 0.5) / 1000
    found = [other(np.array([1.0, 5.0, 3.0]), 1, u) for u in quantiles]
    assert np.bincount(found, minlength=3).tolist() == [250, 0, 750]
