"""Lower bounds on epsilon: against naive sums, against mechanisms whose epsilon is known."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy.special import comb

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Samples, strings
from imaginome.privacy.attacks.one_run import OneRun, pairs
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.coin_guesses import (
    bound_pairs,
    epsilon_bound,
    epsilon_shown,
    guess_coins,
    p_value,
)
from tests.support.leaks import diverse, mosaic, parts


def naive_p(right: int, guesses: int, epsilon: float, delta: float, coins: int) -> float:
    """The theorem, term by term."""
    q = math.exp(epsilon) / (1 + math.exp(epsilon))
    chance = [
        comb(guesses, k, exact=True) * q**k * (1 - q) ** (guesses - k) for k in range(guesses + 1)
    ]
    tail = sum(chance[right:])
    more = [sum(chance[max(0, right - i) : right]) / i for i in range(1, coins + 1)]
    return min(1.0, tail + 2 * coins * delta * max(more))


@pytest.mark.parametrize("right", [0, 1, 7, 12, 20])
@pytest.mark.parametrize(("epsilon", "delta"), [(0.0, 0.0), (0.7, 1e-4), (3.0, 0.01)])
def test_theorem_agrees_with_naive_sums(right, epsilon, delta):
    found = p_value(right, 20, epsilon, delta, coins=45)
    assert found == pytest.approx(naive_p(right, 20, epsilon, delta, 45), rel=1e-9)


def test_bound_is_where_the_test_begins_to_reject():
    for right, guesses, delta in ((180, 200, 0.0), (95, 100, 1e-5), (100, 100, 1e-6)):
        bound = epsilon_bound(right, guesses, 0.05, delta, 500)
        assert bound > 0.5
        assert p_value(right, guesses, bound - 1e-6, delta, 500) <= 0.05
        assert p_value(right, guesses, bound + 1e-6, delta, 500) > 0.05
    assert epsilon_bound(55, 100) == 0.0
    assert epsilon_bound(0, 0) == 0.0
    # All right: 0.05 ** (1 / r) is the smallest chance that explains it.
    q = 0.05 ** (1 / 60)
    assert epsilon_bound(60, 60) == pytest.approx(math.log(q / (1 - q)), abs=1e-6)


def test_delta_only_weakens_a_bound():
    bounds = [epsilon_bound(190, 200, 0.05, delta, 1000) for delta in (0.0, 1e-6, 1e-4, 1e-2)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] > bounds[-1]


@pytest.mark.parametrize("epsilon", [0.0, 0.5, 1.0, 3.0])
def test_randomised_response_stays_under_its_epsilon(epsilon):
    """Each coin is told truly with chance e^epsilon / (1 + e^epsilon): exactly epsilon-private."""
    rng = np.random.default_rng(7)
    truth = 1 / (1 + math.exp(-epsilon))
    above, bounds = 0, []
    bound = cache(lambda right, guesses: epsilon_bound(right, guesses, 0.05))
    for _ in range(400):
        inside = rng.random(300) < 0.5
        told = np.where(rng.random(300) < truth, inside, ~inside)
        scores = told + 0.1 * rng.random(300)
        told = guess_coins(scores, inside, (0.5,))[0]
        bounds.append(bound(told.right, told.guesses))
        above += bounds[-1] > epsilon
    assert above / 400 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)
    if epsilon >= 1:
        assert np.median(bounds) > 0.6 * epsilon


def test_guesses_are_the_clearest():
    scores = np.array([5.0, -3.0, 0.1, 0.0, 4.0, -6.0])
    inside = np.array([True, False, False, True, False, False])
    few, all_ = guess_coins(scores, inside, (0.4, 1.0))
    assert (few.guesses, few.right) == (2, 2)
    assert (all_.guesses, all_.right) == (6, 3)
    assert bound_pairs(np.array([3.0, -2.0, 0.0, 0.5]), (1.0, 0.25)) == [(3, 2), (1, 1)]


def test_interval_of_what_guesses_show():
    value, low, high = epsilon_shown(90, 100)
    assert low < value < high
    assert value == pytest.approx(math.log(90.5 / 10.5))
    assert epsilon_shown(50, 100)[:2] == (0.0, 0.0)


def labelled(panel: Panel) -> Comparison:
    train, holdout, third = parts(panel, 3)
    return Comparison.of(train, holdout, third)


def test_pairs_are_of_one_population_and_size_and_use_everybody_once(demo):
    samples = demo.samples
    family = strings([f"F{i // 2}" if i % 5 < 2 else "" for i in range(len(samples))])
    panel = demo.with_samples(Samples(samples.id, samples.population, family=family))
    made = pairs(labelled(panel))
    train, holdout, _ = parts(panel, 3)
    for one, other in zip(made.members, made.others, strict=True):
        assert len(one) == len(other)
        assert train.samples.population[one[0]] == holdout.samples.population[other[0]]
        assert len(set(train.samples.family[one])) == 1
    used = np.concatenate(made.members)
    assert len(used) == len(np.unique(used))


def strength(comparison: Comparison):
    return OneRun().run(comparison, Policy()).findings[0]


def test_a_copy_of_train_is_proof_and_strangers_are_not():
    train, holdout, third = parts(diverse(300, 400), 3)
    assert strength(Comparison.of(train, holdout, third)).status == "pass"
    copied = third.with_samples(third.samples)
    copied = Panel(train.haplotypes, third.sites, third.samples)
    found = strength(Comparison.of(train, holdout, copied))
    assert found.status == "fail"
    assert found.strength.low > 1.0


def test_a_mosaic_of_long_pieces_is_proof(demo):
    train, holdout, _ = parts(demo, 3)
    found = strength(Comparison.of(train, holdout, mosaic(train, 400)))
    assert found.status in ("caution", "fail")
    assert found.strength.low > 0.2


@pytest.mark.parametrize("seed", range(8))
def test_real_people_whom_nobody_saw_pass(demo, seed):
    train, holdout, third = parts(demo, 3, seed)
    assert strength(Comparison.of(train, holdout, third, seed=seed)).status == "pass"


def test_too_few_pairs_are_refused(demo):
    train, holdout, third = parts(demo, 3)
    few = Comparison.of(train.take_individuals(np.arange(9)), holdout, third)
    assert "pairs" in OneRun().missing(few)
