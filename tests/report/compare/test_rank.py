"""Gaps, ranks and means against naive references and known answers."""

from __future__ import annotations

import random

import pytest

from imaginome.report.compare.rank import (
    finding_row,
    geometric_mean,
    measure_row,
    multiple_of,
    overalls,
    ranks,
    shared_keys,
)
from imaginome.results import Estimate
from imaginome.results.gap import Gap, gap_of
from imaginome.results.standing import standing
from tests.support.compared import entry, measure, naive_mean


@pytest.mark.parametrize(
    ("changes", "value", "expected"),
    [
        ({}, 3.0, (3.0, 2.5, 3.5)),
        ({"best": None}, 3.0, (3.0, 2.5, 3.5)),
        ({"best": 5.0, "toward": "higher"}, 2.0, (4.0, 4.0, 4.0)),
        ({"best": None, "toward": "best"}, 3.0, (2.0, 1.5, 2.5)),
        ({"best": None, "toward": "higher"}, -3.0, (4.0, 3.5, 4.5)),
        ({"best": None, "toward": "higher"}, 9.0, (0.0, 0.0, 0.0)),
    ],
)
def test_gaps(changes, value, expected):
    found = gap_of(measure(value, 0.5, **changes))
    assert (found.value, found.low, found.high) == pytest.approx(expected)


def test_nothing_is_better_than_the_ceiling():
    found = gap_of(measure(0.2, 0.1))
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
    assert multiple_of(measure(0.2, 0.1)).value == 1.0
    assert gap_of(measure(0.0, 5.0)).low == 1.0


def test_the_multiple_is_that_of_the_report():
    for value in (1.5, 3.0, 40.0):
        one = measure(value, 0.1)
        assert multiple_of(one).value == pytest.approx(standing(one).ratio)


def test_a_lucky_ceiling_makes_no_large_multiple():
    one = measure(0.2, ceiling=Estimate(value=0.0, low=-0.1, high=0.1))
    assert multiple_of(one).value == pytest.approx(2.0)
    assert multiple_of(measure(0.2, ceiling=Estimate(value=0.0))).value is None
    assert gap_of(measure(1.0, artificial=Estimate(value=None))) is None


def naive_ranks(intervals):
    found = []
    for low, _ in intervals:
        found.append(1 + sum(1 for _, high in intervals if high < low))
    return [f"{r}=" if found.count(r) > 1 else str(r) for r in found]


def test_ranks_count_who_is_surely_better():
    assert ranks([Gap(2, 1, 3, 1), Gap(5, 4, 6, 1), Gap(1, 0, 2, 1)]) == ["1=", "3", "1="]
    # Overlapping is not transitive: the middle one is tied with both, who are not tied.
    assert ranks([Gap(1, 0, 2, 1), Gap(2, 1, 4, 1), Gap(4, 3, 5, 1)]) == ["1=", "1=", "2"]
    assert ranks([Gap(1, 1, 1, 1), None, Gap(2, 2, 2, 1)]) == ["1", "", "2"]
    assert ranks([Gap(1, 1, 1, 1), Gap(2, 2, 2, 1)], ranked=False) == ["", ""]
    assert ranks([None, Gap(2, 2, 2, 1)]) == ["", ""]


def test_ranks_agree_with_a_naive_count():
    rng = random.Random(1)
    for _ in range(200):
        ends = [sorted((rng.random(), rng.random())) for _ in range(rng.randint(2, 8))]
        gaps = [Gap(sum(e) / 2, *e, 1.0) for e in ends]
        assert ranks(gaps) == naive_ranks(ends)


def test_the_mean_is_geometric_and_over_shared_key_measures():
    entries = [entry("a"), entry("b", 3.0)]
    assert shared_keys(entries) == ["frequency.mae", "linkage.mae"]
    for one, overall in zip(entries, overalls(entries, ranked=True), strict=True):
        multiples = [multiple_of(one.measures[key]) for key in shared_keys(entries)]
        for end in ("value", "low", "high"):
            expected = naive_mean([getattr(m, end) for m in multiples])
            assert getattr(overall.multiple, end) == pytest.approx(expected)
    assert [o.rank for o in overalls(entries, ranked=True)] == ["1", "2"]
    assert [o.rank for o in overalls(entries, ranked=False)] == ["", ""]
    assert [o.first for o in overalls(entries, ranked=True)] == [2, 0]


def test_a_mean_with_a_hole_is_none():
    assert geometric_mean([Estimate(value=2.0), Estimate(value=None)]).value is None
    assert geometric_mean([]).value is None


def test_rows_say_what_is_there():
    entries = [entry("a"), entry("b", 3.0), entry("c", evaluation=None)]
    row = measure_row("frequency.mae", entries, ranked=True)
    assert [cell and cell.rank for cell in row.cells] == ["1", "2", None]
    assert (row.cells[0].value, row.cells[0].beside, row.reference) == ("0.0165", "1.7×", "0.00950")
    finding = finding_row("membership.auc", entries)
    assert (finding.cells[0].beside, finding.reference) == ("control 0.500", "0.500")
    assert finding.cells[0].rank == ""


def test_without_one_aim_there_is_no_rank():
    entries = [entry("a"), entry("b", 3.0)]
    for i, one in enumerate(entries):
        one.measures["linkage.mae"].best = None
        one.measures["linkage.mae"].toward = "best"
        one.measures["linkage.mae"].ceiling = Estimate(value=0.005 + i, low=0.004 + i, high=2.0)
    row = measure_row("linkage.mae", entries, ranked=True)
    assert [cell.rank for cell in row.cells] == ["", ""]
    assert row.reference == "0.00500 to 1.00"
