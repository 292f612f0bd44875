"""The vocabulary of judgements: one order, one look, known to every view."""

from __future__ import annotations

import re
from importlib import resources
from itertools import product

from imaginome.results.status import (
    FARTHEST_FIRST,
    GRAVE,
    LEVELS,
    LOOKS,
    WORST_FIRST,
    distance,
    severity,
    worst_of,
)


def test_what_is_not_judged_is_worse_than_a_pass():
    assert severity("fail") > severity("caution") > severity("unknown") > severity("pass") == 0
    assert distance("far") > distance("off") > distance("unknown") > distance("near") > 0
    assert distance("at") == 0


def test_the_worst_of_several():
    for statuses in product(WORST_FIRST, repeat=3):
        expected = next(s for s in ("fail", "caution", "unknown", "pass") if s in statuses)
        assert worst_of(statuses) == expected
    assert worst_of([]) == "unknown"


def test_levels_are_in_the_order_of_their_statuses():
    assert [severity(LEVELS[level].status) for level in FARTHEST_FIRST] == [3, 2, 1, 0, 0]
    assert tuple(LEVELS) == FARTHEST_FIRST
    assert WORST_FIRST[: len(GRAVE)] == GRAVE


def test_every_status_can_be_told_from_the_others_everywhere():
    assert tuple(LOOKS) == WORST_FIRST
    for field in zip(*LOOKS.values(), strict=True):
        assert len(set(field)) == len(WORST_FIRST)
    css = resources.files("imaginome.report").joinpath("static", "report.css").read_text("utf-8")
    assert set(WORST_FIRST) <= set(re.findall(r"^\.(\w+) { --tone:", css, re.MULTILINE))
