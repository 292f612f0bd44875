"""The passes, rounds and draws of the cluster chain against enumeration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imaginome.models.hmm import em
from imaginome.models.hmm.draw import draw
from imaginome.models.hmm.em import (
    Observed,
    Priors,
    class_occupancies,
    expectation_maximisation,
    log_likelihoods,
)
from imaginome.models.hmm.parameters import Full, Memoryless, Parameters, full_from
from imaginome.models.hmm.passes import HIDDEN
from imaginome.models.hmm.update import CAUTION, raise_transition
from tests.support import naive_chain as naive

SITES, CLUSTERS, CLASSES = 5, 3, 2
MAKERS = {
    "full": naive.random_full,
    "memoryless": naive.random_memoryless,
    "tagged": naive.random_tagged,
}
UNTAGGED = ("full", "memoryless")


def made(kind: str, seed: int = 1, sites: int = SITES, classes: int = CLASSES) -> Parameters:
    return MAKERS[kind](np.random.default_rng(seed), sites, CLUSTERS, classes)


def some_rows(n: int, sites: int = SITES, classes: int = CLASSES) -> Observed:
    rng = np.random.default_rng(7)
    rows = (rng.random((n, sites)) < 0.4).astype(np.uint8)
    rows[:, 1] = rows[:, 0] ^ (rng.random(n) < 0.1)
    return Observed.of(rows, rng.integers(0, classes, n), np.arange(classes))


def rows_of(observed: Observed) -> list[tuple[np.ndarray, int]]:
    return list(zip(observed.alleles.T, observed.classes.tolist(), strict=True))


def flat(n_sites: int, **weights: float) -> Priors:
    names = ("emission", "tag", "jump", "row", "group", "member")
    pseudo = dict.fromkeys(names, 1e-6)
    base = np.full((n_sites, CLUSTERS + 1), 1.0 / CLUSTERS, dtype=np.float32)
    base[:, -1] = 1.0
    frequency = np.full(n_sites, 0.4, dtype=np.float32)
    return Priors(frequency, **(pseudo | weights), base=base)


def starts(n_sites: int = SITES, *at: int) -> np.ndarray:
    return np.isin(np.arange(n_sites), [0, *at])


@pytest.mark.parametrize("kind", MAKERS)
def test_log_likelihood_is_the_sum_over_paths(kind: str) -> None:
    parameters, observed = made(kind), some_rows(9)
    found = log_likelihoods(parameters, observed, 1)
    for i, (row, c) in enumerate(rows_of(observed)):
        expected = naive.log_likelihood(parameters, row, c)
        assert found[observed.order[i]] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind", MAKERS)
def test_probabilities_of_all_rows_sum_to_one(kind: str) -> None:
    codes = np.arange(2**SITES)
    rows = ((codes[:, None] >> np.arange(SITES)) & 1).astype(np.uint8)
    for c in range(CLASSES):
        observed = Observed.of(rows, np.full(len(rows), c), np.arange(CLASSES))
        total = np.exp(log_likelihoods(made(kind), observed, 1)).sum()
        assert total == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("block", [2, 64])
def test_an_allele_that_rounding_hides_is_unlikely_and_not_impossible(
    kind: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P(ALT) is 1 in every cluster, as far as single precision goes, and some carry REF."""
    monkeypatch.setattr(em, "BLOCK", block)
    parameters, observed = made(kind), some_rows(9)
    parameters.emission[2] = 1.0
    precise = replace(parameters, emission=parameters.emission.astype(float))
    precise.emission[2] = 1.0 - HIDDEN
    found = log_likelihoods(parameters, observed, 1)
    expected = [naive.log_likelihood(precise, row, c) for row, c in rows_of(observed)]
    np.testing.assert_allclose(found[observed.order], expected, rtol=1e-5)
    # Posteriors of the round before are those of the precise chain, too.
    occupancy = class_occupancies(parameters, observed, 1)
    pairs = expected_pairs(precise, observed).sum(axis=2)
    np.testing.assert_allclose(occupancy, pairs.swapaxes(0, 1), rtol=1e-3)
    expectation_maximisation(parameters, observed, starts(), flat(SITES), 1)
    assert all(np.isfinite(values).all() for values in parameters.tensors().values())


def replace_tilt(parameters: Full) -> Full:
    """Return the chain without tilts."""
    p = parameters
    return Full.of(p.emission, p.transition, np.ones_like(p.tilt), p.tags)


def expected_pairs(parameters: Parameters, observed: Observed) -> np.ndarray:
    """Return expected transitions by class, shape ``(n_classes, n_sites, K, K)``."""
    pairs = np.zeros((CLASSES, SITES, CLUSTERS, CLUSTERS))
    for row, c in rows_of(observed):
        pairs[c] += naive.pair_posterior(parameters, row, c)
    return pairs


@pytest.mark.parametrize("kind", UNTAGGED)
@pytest.mark.parametrize("block", [2, 64])
def test_a_round_re_estimates_emissions(
    kind: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(em, "BLOCK", block)
    monkeypatch.setattr(em, "PIECE", 4)
    parameters, observed = made(kind), some_rows(11)
    ones = np.zeros((SITES, CLUSTERS))
    everyone = np.zeros((SITES, CLUSTERS))
    for row, c in rows_of(observed):
        gamma = naive.pair_posterior(parameters, row, c).sum(axis=1)
        everyone += gamma
        ones += row[:, None] * gamma
    priors = flat(SITES, emission=0.5)
    expectation_maximisation(parameters, observed, starts(), priors, 1)
    expected = (ones + 0.5 * 0.4) / (everyone + 0.5)
    np.testing.assert_allclose(parameters.emission[:, 0], expected, rtol=2e-4)


@pytest.mark.parametrize("block", [2, 64])
def test_a_round_re_estimates_emissions_by_context(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(em, "BLOCK", block)
    parameters, observed, weight, tag_weight = made("tagged"), some_rows(40), 0.5, 0.25
    ones = np.zeros((SITES, 4, CLUSTERS))
    everyone = np.zeros((SITES, 4, CLUSTERS))
    for row, c in rows_of(observed):
        gamma = naive.pair_posterior(parameters, row, c).sum(axis=1)
        for site in range(SITES):
            b = naive.context(parameters, row, site)
            everyone[site, b] += gamma[site]
            ones[site, b] += row[site] * gamma[site]
    priors = flat(SITES, emission=weight, tag=tag_weight)
    expectation_maximisation(parameters, observed, starts(), priors, 1)
    plain = (ones.sum(axis=1) + weight * 0.4) / (everyone.sum(axis=1) + weight)
    np.testing.assert_allclose(parameters.emission[:, 4], plain, rtol=2e-4)
    cautious = (ones.sum(axis=1) + CAUTION * 0.4) / (everyone.sum(axis=1) + CAUTION)
    pooled = (ones.sum(axis=2) + 0.4) / (everyone.sum(axis=2) + 1)
    odds = (cautious / (1 - cautious))[:, None] * (pooled / (1 - pooled) / (0.4 / 0.6))[:, :, None]
    expected = (ones + tag_weight * odds / (1 + odds)) / (everyone + tag_weight)
    # The first site has no tags: what its clusters say is all there is.
    expected[0] = plain[0]
    np.testing.assert_allclose(parameters.emission[:, :4], expected, rtol=5e-4)


def test_a_round_re_estimates_transitions_of_one_class() -> None:
    parameters = made("full", classes=1)
    assert isinstance(parameters, Full)
    parameters = replace_tilt(parameters)
    observed = some_rows(11, classes=1)
    pairs = sum(naive.pair_posterior(parameters, row, c) for row, c in rows_of(observed))
    pairs[0] = pairs[0].sum(axis=0) / CLUSTERS
    expectation_maximisation(parameters, observed, starts(), flat(SITES), 1)
    expected = pairs / pairs.sum(axis=2, keepdims=True)
    np.testing.assert_allclose(parameters.transition, expected, rtol=1e-3, atol=1e-5)


def test_a_round_re_estimates_jumps_by_class() -> None:
    parameters = made("memoryless")
    assert isinstance(parameters, Memoryless)
    observed = some_rows(11)
    pairs = expected_pairs(parameters, observed)
    jumps = np.empty((CLASSES, SITES, CLUSTERS))
    for c in range(CLASSES):
        for site in range(SITES):
            landed = parameters.switch[site] * parameters.jump[site, c]
            share = landed / np.maximum(naive.transition(parameters, site, c), 1e-30)
            jumps[c, site] = (pairs[c, site] * share).sum(axis=0)
    before = parameters.switch.copy()
    expectation_maximisation(parameters, observed, starts(), flat(SITES), 1)
    expected = jumps / jumps.sum(axis=2, keepdims=True)
    np.testing.assert_allclose(parameters.jump.swapaxes(0, 1), expected, rtol=1e-3, atol=1e-5)
    rate = (jumps.sum(axis=(0, 2)) + 0.01) / (observed.n + 1)
    np.testing.assert_allclose(parameters.switch[1:], rate[1:], rtol=1e-3)
    assert parameters.switch[0] == before[0] == 1.0


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("classes", [1, 2])
def test_rounds_never_lower_the_likelihood(kind: str, classes: int) -> None:
    """Without priors to speak of, the penalised objective is the likelihood."""
    n_sites = 30
    parameters = made(kind, sites=n_sites, classes=classes)
    observed = some_rows(60, sites=n_sites, classes=classes)
    values = [
        expectation_maximisation(parameters, observed, starts(n_sites, 11), flat(n_sites), 2).sum()
        for _ in range(15)
    ]
    assert np.diff(values).min() > -1e-3
    assert values[-1] > values[0] + 10


def test_rounds_never_lower_the_penalised_likelihood() -> None:
    """Emission and row priors at work: one class, so that all terms have a closed form."""
    n_sites, row, weight = 30, 3.0, 2.0
    parameters = made("full", sites=n_sites, classes=1)
    assert isinstance(parameters, Full)
    parameters = replace_tilt(parameters)
    observed = some_rows(60, sites=n_sites, classes=1)
    priors = flat(n_sites, emission=weight, row=row)

    def penalty() -> float:
        emission = parameters.emission.astype(float)
        leaning = weight * (0.4 * np.log(emission) + 0.6 * np.log1p(-emission)).sum()
        rows = np.log(parameters.transition.astype(float)).sum(axis=(1, 2)) * row / CLUSTERS
        return float(leaning + rows.sum())

    values = []
    for _ in range(12):
        before = penalty()
        logs = expectation_maximisation(parameters, observed, starts(n_sites), priors, 1)
        values.append(logs.sum() + before)
    assert np.diff(values).min() > -1e-3
    assert values[-1] > values[0] + 10


def test_tilted_update_raises_its_objective() -> None:
    rng = np.random.default_rng(3)
    chain = naive.random_full(rng, 1, 4, 2)
    transition, tilt, inverse = chain.transition[0], chain.tilt[0], chain.inverse[0]
    by_class = rng.gamma(1.0, 5.0, (2, 4, 4)).astype(np.float32)
    pairs, left = by_class.sum(axis=0), by_class.sum(axis=2)

    def objective() -> float:
        rows = transition[None] * tilt[:, None, :]
        return float((by_class * np.log(rows / rows.sum(axis=2, keepdims=True))).sum())

    values = [objective()]
    for _ in range(20):
        raise_transition(pairs, left, 0.0, transition, tilt, inverse)
        values.append(objective())
    assert np.diff(values).min() > -1e-4
    assert values[-1] > values[0] + 1


def test_full_from_memoryless_means_the_same() -> None:
    memoryless, observed = made("memoryless", classes=1), some_rows(9, classes=1)
    before = log_likelihoods(memoryless, observed, 1)
    after = log_likelihoods(full_from(memoryless), observed, 1)
    np.testing.assert_allclose(after, before, rtol=1e-5)


@pytest.mark.parametrize("kind", UNTAGGED)
def test_draws_follow_the_likelihood(kind: str) -> None:
    parameters, n = made(kind), 40_000
    codes = np.arange(2**SITES)
    rows = ((codes[:, None] >> np.arange(SITES)) & 1).astype(np.uint8)
    for c in range(CLASSES):
        drawn = draw(parameters, np.full(n, c), 5, 2)
        counts = np.bincount(drawn @ (1 << np.arange(SITES)), minlength=len(codes))
        observed = Observed.of(rows, np.full(len(rows), c), np.arange(CLASSES))
        expected = n * np.exp(log_likelihoods(parameters, observed, 1))
        statistic = ((counts - expected) ** 2 / expected).sum()
        # Chi-square with 31 degrees of freedom exceeds 66 with a chance of 0.0003.
        assert statistic < 66


@pytest.mark.parametrize("kind", MAKERS)
def test_threads_change_no_byte(kind: str) -> None:
    results = []
    for threads in (1, 3):
        parameters, observed = made(kind, sites=90), some_rows(300, sites=90)
        logs = expectation_maximisation(parameters, observed, starts(90), flat(90), threads)
        results.append((logs, *parameters.tensors().values()))
    for one, other in zip(*results, strict=True):
        assert one.tobytes() == other.tobytes()


def test_a_chain_start_forgets_the_contig_before() -> None:
    """After a round, the transition into a new contig is the same from every cluster."""
    parameters = made("full", sites=8)
    assert isinstance(parameters, Full)
    expectation_maximisation(parameters, some_rows(40, sites=8), starts(8, 4), flat(8), 1)
    assert np.ptp(parameters.transition[4], axis=0).max() < 1e-6
    assert np.ptp(parameters.transition[3], axis=0).max() > 1e-3


def test_members_lean_to_their_group() -> None:
    rng = np.random.default_rng(2)
    rows = (rng.random((200, 8)) < 0.4).astype(np.uint8)
    classes = np.arange(200) % 4
    observed = Observed.of(rows, classes, np.array([0, 0, 1, 1]))
    priors = replace(flat(8), member=1e6)
    parameters = made("memoryless", sites=8, classes=4)
    assert isinstance(parameters, Memoryless)
    expectation_maximisation(parameters, observed, starts(8), priors, 1)
    np.testing.assert_allclose(parameters.jump[:, 0], parameters.jump[:, 1], atol=1e-4)
    assert np.abs(parameters.jump[:, 1] - parameters.jump[:, 2]).max() > 0.01
