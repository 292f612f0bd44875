"""Membership within groups and classes of frequency."""

import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Samples, strings
from imaginome.privacy.attacks.groups import (
    Groups,
    PersonScores,
    Stratum,
    by_class,
    everyone,
    groups,
)
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores import person_runs
from imaginome.privacy.scores.person_runs import longest_runs, surprise
from tests.support import naive_privacy as naive
from tests.support.leaks import diverse, mosaic, nameless, parts, random_comparison


def run(comparison: Comparison):
    result = Groups().run(comparison, Policy())
    return {f.id.split(".")[1]: f for f in result.findings}


@pytest.mark.parametrize(("seed", "contigs"), [(0, 1), (1, 3)])
def test_longest_runs_agree_with_loops(seed, contigs, monkeypatch):
    monkeypatch.setattr(person_runs, "LARGEST_PIECE", 6)
    comparison = random_comparison((8, 7, 5), 40, seed, contigs)
    train, made = comparison.train, comparison.artificial
    weights = surprise(train.haplotypes, comparison.holdout.haplotypes)
    found = longest_runs(train, made, weights, threads=2)
    spans = train.sites.contig_spans()
    expected = []
    for row in train.haplotypes:
        own = weights[row, np.arange(40)]
        cut = [slice(*span) for span in spans]
        expected.append(max(naive.longest_run(row[c], made.haplotypes[:, c], own[c]) for c in cut))
    assert found == pytest.approx(np.reshape(expected, (-1, 2)).max(axis=1), rel=1e-5)


def test_surprise_is_of_all_panels():
    comparison = random_comparison((8, 7, 5), 40)
    panels = (comparison.train, comparison.holdout)
    pool = np.concatenate([panel.haplotypes for panel in panels])
    alt = (pool.sum(axis=0) + 1) / (len(pool) + 2)
    assert surprise(*(panel.haplotypes for panel in panels)) == pytest.approx(
        -np.log([1 - alt, alt]), rel=1e-5
    )


def test_area_agrees_with_loops():
    rng = np.random.default_rng(1)
    scores = PersonScores(rng.integers(0, 9, 30) + 1.0, rng.integers(0, 9, 20) + 0.0, np.arange(50))
    one, two = (
        Stratum("one", np.arange(12), np.arange(5)),
        Stratum("two", np.arange(12, 30), np.arange(5, 20)),
    )
    areas = [naive.auc(scores.train[s.train], scores.holdout[s.holdout]) for s in (one, two)]
    assert scores.area([one]).value == pytest.approx(areas[0])
    weights = [12 * 5 / 18, 18 * 15 / 34]
    assert scores.area([one, two]).value == pytest.approx(np.average(areas, weights=weights))
    assert scores.area([one], comparisons=9).low < scores.area([one]).low


def test_interval_is_that_of_people_and_of_families():
    rng = np.random.default_rng(3)
    inside, estimates = [], []
    whole = [Stratum("all", np.arange(30), np.arange(30))]
    for _ in range(400):
        kin = rng.normal(size=20).repeat(3)
        alone = PersonScores(*rng.normal(size=(2, 30)), np.arange(60)).area(whole)
        family = PersonScores(kin[:30], kin[30:], np.arange(20).repeat(3)).area(whole)
        inside.append([e.low <= 0.5 <= e.high for e in (alone, family)])
        estimates.append(alone.high - alone.low)
    held = np.mean(inside, axis=0)
    assert 0.92 < held[0] < 0.99
    assert held[1] > 0.88
    apart = PersonScores(np.ones(30), np.zeros(30), np.arange(60)).area(whole)
    assert apart.value == apart.high == 1.0
    assert apart.low < 0.9


def labelled(panel: Panel, small: int) -> Panel:
    """Call the first people of a panel a population of their own."""
    names = ["small" if i < small else "large" for i in range(panel.n_individuals)]
    return panel.with_samples(Samples(panel.samples.id, population=strings(names)))


def test_a_leak_of_one_small_population_is_found():
    """Of 400 people in train only the 30 of the small population are copied."""
    train, holdout, others = (labelled(panel, 30) for panel in parts(diverse(1200), 3))
    rows = others.haplotypes.copy()
    rows[:60] = train.haplotypes[:60]
    leaky = Panel(rows, others.sites, nameless(others.n_individuals))
    found = run(Comparison.of(train, holdout, leaky))
    assert found["population"].status == "fail"
    assert "(small, by" in found["population"].reason
    assert found["within"].strength.value < 0.58


def test_pieces_are_found_by_runs():
    train, holdout, others = parts(diverse(900), 3)
    assert run(Comparison.of(train, holdout, mosaic(train, 60)))["within"].status == "fail"
    safe = run(Comparison.of(train, holdout, mosaic(others, 60)))
    assert {f.status for f in safe.values()} <= {"pass", "unknown"}


@pytest.mark.parametrize("seed", range(20))
def test_nobody_seen_is_not_flagged(demo, seed):
    found = run(Comparison.of(*parts(demo, 3, seed)))
    assert {f.status for f in found.values()} <= {"pass", "unknown"}


def test_shares_of_populations_do_not_matter(demo):
    """Train is mostly of one population, the holdout of another; nobody was seen."""
    train, holdout, others = parts(demo, 3)
    names = train.samples.population.astype(str)
    kept = np.flatnonzero((names != names[0]) | (np.arange(len(names)) % 4 == 0))
    safe = run(Comparison.of(train.take_individuals(kept), holdout, others))
    assert {f.status for f in safe.values()} <= {"pass", "unknown"}


def test_without_labels_populations_are_not_judged(demo):
    nobody = [panel.with_samples(Samples(panel.samples.id)) for panel in parts(demo, 3)]
    comparison = Comparison.of(*nobody)
    assert groups(comparison) == []
    assert [stratum.name for stratum in everyone(comparison)] == ["everyone"]
    found = run(comparison)
    assert found["population"].status == "unknown"
    assert found["within"].strength.value is not None
    result = Groups().run(comparison, Policy())
    assert result.figures == []
    assert any("groups are not looked at" in note for note in result.notes)


def test_every_varying_site_is_in_one_class(demo):
    comparison = Comparison.of(*parts(demo, 3))
    copies = sum(p.haplotypes.sum(axis=0) for p in (comparison.train, comparison.holdout))
    total = 2 * (comparison.train.n_individuals + comparison.holdout.n_individuals)
    found = by_class(comparison)
    assert list(found) == ["below 1%", "1% to 5%", "above 5%"]
    assert sum(n for n, _ in found.values()) == int(((copies > 0) & (copies < total)).sum())
