"""The rule on made-up trials whose right answer is known."""

from __future__ import annotations

import math

import pytest

from imaginome.runs.choose.plan import Contender
from imaginome.runs.choose.rule import Trial, decide, standings, still_running


def contender(model: str, size: str = "", seconds: float = 1.0) -> Contender:
    settings = (size,) if size else ()
    return Contender(model, settings, seconds, settings, 0)


def trial(
    of: Contender, number: int, *ratios: float, logs: tuple[float, ...] = (), **more
) -> Trial:
    named = {f"m{i}": ratio for i, ratio in enumerate(ratios)}
    return Trial(
        model=of.model,
        settings=list(of.trial),
        number=number,
        ratios=named,
        likelihoods=list(logs),
        **more,
    )


def test_the_score_is_the_geometric_mean_over_rounds_and_measures():
    one = contender("one")
    (found,) = standings([one], [trial(one, 0, 2.0, 8.0), trial(one, 1, 1.0, 4.0)])
    assert math.exp(found.score) == pytest.approx((2 * 8 * 1 * 4) ** 0.25)


def test_the_nearer_generator_wins_whatever_its_cost():
    near, far = contender("near", seconds=100), contender("far")
    found = standings([far, near], [trial(far, 0, 1.4, 1.4), trial(near, 0, 1.1, 1.1)])
    assert decide(found).contender is near


def test_equal_generators_the_quicker_wins():
    slow, quick = contender("slow", seconds=100), contender("quick")
    found = standings([slow, quick], [trial(slow, 0, 1.10), trial(quick, 0, 1.12)])
    assert decide(found).contender is quick


def test_equal_generators_with_likelihoods_the_likelier_wins():
    slow, quick = contender("slow", seconds=100), contender("quick")
    rows = [trial(slow, 0, 1.10, logs=(-5.0, -6.0)), trial(quick, 0, 1.08, logs=(-9.0, -9.9))]
    assert decide(standings([slow, quick], rows)).contender is slow
    far = contender("far", seconds=0.1)
    rows.append(trial(far, 0, 1.2, logs=(-1.0, -1.0)))
    assert decide(standings([slow, quick, far], rows)).contender is slow


def test_an_order_does_not_depend_on_the_ceiling():
    """Each measure of a round has one ceiling for all: dividing by another changes no order."""
    a, b = contender("a"), contender("b")
    for ceiling in (1.0, 7.0):
        found = standings(
            [a, b], [trial(a, 0, 2.0 / ceiling, 3.0), trial(b, 0, 5.0 / ceiling, 1.5)]
        )
        assert decide(found).contender is a


def test_sizes_are_chosen_by_likelihood_within_an_error():
    sizes = [contender("chain", f"k={k}", seconds=k) for k in (1, 2, 4)]
    logs = [(-30.0, -40.0, -50.0), (-20.0, -30.5, -40.0), (-19.5, -31.0, -39.9)]
    # The score alone would take the smallest size.
    rows = [trial(sizes[i], 0, 1.0 + i / 50, logs=logs[i]) for i in range(3)]
    assert decide(standings(sizes, rows)).contender is sizes[1]


def test_a_likelier_size_whose_people_are_farther_is_not_taken():
    """More clusters may learn more and draw worse, and they copy more."""
    sizes = [contender("chain", f"k={k}", seconds=k) for k in (1, 2, 4)]
    logs = [(-30.0, -31.0), (-20.0, -21.0), (-10.0, -11.0)]
    rows = [trial(sizes[i], 0, (1.4, 1.2, 1.3)[i], logs=logs[i]) for i in range(3)]
    assert decide(standings(sizes, rows)).contender is sizes[1]


def test_sizes_without_likelihood_are_chosen_by_the_score():
    sizes = [contender("net", f"k={k}", seconds=k) for k in (1, 2, 4)]
    rows = [trial(c, 0, ratio) for c, ratio in zip(sizes, (1.5, 1.02, 1.0), strict=True)]
    assert decide(standings(sizes, rows)).contender is sizes[1]


def test_generators_far_behind_leave_with_all_their_sizes():
    good, bad = contender("good"), contender("bad")
    larger = contender("good", "k=9")
    rows = [trial(good, 0, 1.0), trial(larger, 0, 2.0), trial(bad, 0, 1.6)]
    assert still_running(standings([good, bad, larger], rows)) == [good, larger]


def test_those_who_left_cannot_be_chosen_by_their_lucky_round():
    kept, left = contender("kept"), contender("left")
    rows = [trial(kept, 0, 1.0), trial(kept, 1, 3.0), trial(left, 0, 1.6)]
    assert decide(standings([kept, left], rows)).contender is kept


def test_failures_are_passed_over_and_only_common_measures_count():
    a, b, broken = contender("a"), contender("b"), contender("broken")
    failed = Trial(model="broken", settings=[], number=0, failed="too few people")
    rows = [trial(a, 0, 1.0, 9.0), trial(b, 0, 1.3), failed]
    assert decide(standings([a, b, broken], rows)).contender is a
    assert still_running(standings([a, b, broken], rows)) == [a, b]
    assert decide(standings([broken], [failed])) is None
