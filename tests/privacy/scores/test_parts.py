"""Train is scanned whole, in parts as large as the holdout."""

import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.attacks.segments import Segments
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores import parts as parts_module
from imaginome.privacy.scores.parts import averaged, highest, paired_parts, people_seen
from imaginome.results import Estimate
from tests.support.leaks import diverse, mosaic, nameless, random_comparison


@pytest.mark.parametrize("sizes", [(20, 6, 4), (18, 6, 4), (7, 6, 4)])
def test_parts_hold_everyone(sizes):
    comparison = random_comparison(sizes)
    found = paired_parts(comparison)
    assert {part.train.n_individuals for part in found} == {6}
    assert {part.holdout.n_individuals for part in found} == {6}
    seen = {sample for part in found for sample in part.train.samples.id}
    assert seen == set(comparison.train.samples.id)
    assert people_seen(comparison) == len(seen)


def test_smaller_train_is_one_part():
    comparison = random_comparison((5, 9, 4))
    (part,) = paired_parts(comparison)
    assert part.train is comparison.train
    assert part.holdout.n_individuals == 5
    assert people_seen(comparison) == 5


def test_too_much_work_is_said(monkeypatch):
    comparison = random_comparison((20, 6, 4), 25)
    monkeypatch.setattr(parts_module, "MOST_WORK", 2 * 2 * 16 * 25)
    assert len(paired_parts(comparison)) == 2
    assert people_seen(comparison) == 12
    notes = Segments().run(comparison, Policy()).notes
    assert any("12 of 20 people in train, in 2 parts of 6" in note for note in notes)


def test_mean_and_highest():
    one = Estimate(value=0.5, low=0.4, high=0.6)
    two = Estimate(value=0.6, low=0.56, high=0.64)
    mean, best = averaged([one, two]), highest([one, two])
    assert (mean.value, mean.low, mean.high) == pytest.approx((0.55, 0.48, 0.62))
    assert best.value == 0.6
    assert best.low < two.low < two.high < best.high
    assert highest([Estimate(value=None)]) == Estimate(value=None)


@pytest.fixture(scope="module")
def people() -> tuple[Panel, Panel, Panel]:
    """500 people in train, 100 in the holdout, 100 whom nobody saw."""
    everyone = diverse(700)
    train, holdout, others = (
        everyone.take_individuals(np.arange(*cut)) for cut in ((0, 500), (500, 600), (600, 700))
    )
    return train, holdout, others


def test_donors_outside_the_first_part_are_found(people):
    """Pieces of a fifth of train only, none of whom is in the first part."""
    train, holdout, others = people
    nobody = Panel(others.haplotypes, others.sites, nameless(100))
    first = paired_parts(Comparison.of(train, holdout, nobody))[0].train.samples.id
    outside = np.flatnonzero(~np.isin(train.samples.id, first))
    leaky = Comparison.of(train, holdout, mosaic(train.take_individuals(outside[:100]), 60))
    found = {f.id: f for f in Segments().run(leaky, Policy()).findings}
    assert found["segments.worst"].status in ("caution", "fail")


def test_pieces_of_strangers_pass(people):
    train, holdout, others = people
    safe = Comparison.of(train, holdout, mosaic(others, 60))
    assert {f.status for f in Segments().run(safe, Policy()).findings} <= {"pass", "unknown"}
