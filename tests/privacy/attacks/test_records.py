"""The needle is named, and hardly anybody is when there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control, genpareto

from imaginome.kernels.bits import pack
from imaginome.kernels.neighbours import nearest_people
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.panel.units import haplotype_units
from imaginome.privacy.attacks.records import Named, Records, judge_records
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.risks import (
    Risks,
    tail_probabilities,
)
from imaginome.privacy.scores.strongest_runs import strongest_runs
from tests.support.leaks import diverse, mosaic, nameless, parts, random_comparison


def planted(artificial: Panel, rows: np.ndarray) -> Panel:
    made = artificial.haplotypes.copy()
    made[: len(rows)] = rows
    return Panel(made, artificial.sites, nameless(artificial.n_individuals))


def found(train: Panel, holdout: Panel, made: Panel, **options):
    result = Records().run(Comparison.of(train, holdout, made, **options), Policy())
    return result, {record.sample for record in result.records}


# -- the pieces, against plain loops ---------------------------------------------------------


def longest_ending(query, donors, site):
    """Where the longest run up to `site` begins, over some donors; behind it without one."""
    best = site + 1
    for donor in donors:
        start = site + 1
        while start > 0 and query[start - 1] == donor[start - 1]:
            start -= 1
        best = min(best, start)
    return best


def naive(query, sides, surprise):
    """Strongest run with each side, and sites won by each."""
    m = len(query)
    strength, won = np.zeros(2), np.zeros(2)
    for site in range(m):
        starts = [longest_ending(query, side, site) for side in sides]
        for k, start in enumerate(starts):
            run = np.arange(start, site + 1)
            strength[k] = max(strength[k], surprise[query[run], run].sum())
        if starts[0] == starts[1]:
            won += 0.5
        else:
            won[int(starts[1] < starts[0])] += 1
    return strength, won


@pytest.mark.parametrize("contigs", [1, 3])
def test_strongest_runs_against_plain_loops(contigs):
    comparison = random_comparison((7, 5, 4), 30, seed=2, contigs=contigs)
    train, holdout, made = comparison.train, comparison.holdout, comparison.artificial
    groups = haplotype_units(train.samples, holdout.samples)
    sides = (train.haplotypes, holdout.haplotypes)
    real, asked = strongest_runs(sides, groups, made.haplotypes, train.sites, 1)
    donors = np.concatenate(sides)
    alt = (donors.sum(axis=0) + 1) / (len(donors) + 2)
    surprise = -np.log(np.stack([1 - alt, alt]))
    everyone, who = np.concatenate([donors, made.haplotypes]), np.append(groups, [-1] * 8)
    strength, won = np.concatenate([real.strength, asked.strength]), [*real.sites, *asked.sites]
    for i, row in enumerate(everyone):
        keep = groups != who[i]
        both = [donors[:14][keep[:14]], donors[14:][keep[14:]]]
        pieces = [
            naive(row[a:b], [side[:, a:b] for side in both], surprise[:, a:b])
            for a, b in train.sites.contig_spans()
        ]
        assert strength[i] == pytest.approx(np.max([p[0] for p in pieces], axis=0), rel=1e-4)
        assert won[i] == pytest.approx(np.sum([p[1] for p in pieces], axis=0))
    for row, (first, stop), donor in zip(made.haplotypes, asked.stretch, asked.donor, strict=True):
        assert np.array_equal(row[first:stop], train.haplotypes[donor, first:stop])


def test_nearest_people_against_plain_loops():
    comparison = random_comparison((6, 7, 5), 40, seed=4)
    train, holdout = comparison.train.haplotypes, comparison.holdout.haplotypes
    groups = haplotype_units(comparison.train.samples, comparison.holdout.samples)
    groups[12:14] = groups[0]
    near = nearest_people(pack(train), groups[:12], pack(holdout), groups[12:], 2)
    for i in range(6):
        allowed = [j for j in range(7) if (i, j) != (0, 0)]
        mine = train[2 * i : 2 * i + 2, None]
        apart = [(mine != holdout[2 * j : 2 * j + 2]).sum(axis=2) for j in allowed]
        assert near.person[i] == min(min(d[0, 0] + d[1, 1], d[0, 1] + d[1, 0]) for d in apart)
        assert list(near.haplotype[2 * i : 2 * i + 2]) == list(np.min(apart, axis=(0, 2)))


def test_tail_of_a_known_distribution():
    rng = np.random.default_rng(1)
    for shape in (0.0, 0.2):
        null = genpareto.rvs(shape, size=20_000, random_state=rng)
        scores = genpareto.isf([0.5, 1e-2, 1e-4, 1e-5], shape)
        p = tail_probabilities(scores, null)
        assert np.all(np.abs(np.log10(p / [0.5, 1e-2, 1e-4, 1e-5])) < [0.02, 0.1, 0.6, 1.0])


def test_probabilities_are_honest_for_the_null_itself():
    rng = np.random.default_rng(2)
    p = tail_probabilities(rng.normal(size=50_000), rng.normal(size=4_000))
    for level in (0.1, 0.01, 0.001):
        assert np.mean(p <= level) < 1.4 * level
    few = tail_probabilities(np.array([99.0]), rng.normal(size=30))
    assert few[0] == pytest.approx(1 / 31)
    assert tail_probabilities(np.array([1.0]), np.zeros(1000))[0] == pytest.approx(1 / 1001)


def test_discovery_rates_against_the_definition():
    p = np.random.default_rng(3).random(40) ** 3
    for rate in (0.01, 0.05, 0.3):
        ordered = np.sort(p)
        passing = np.flatnonzero(ordered <= rate * np.arange(1, 41) / 40)
        cut = ordered[passing[-1]] if len(passing) else -1.0
        assert np.array_equal(false_discovery_control(p) <= rate, p <= cut)


# -- the attack ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def thirds() -> list[Panel]:
    return parts(diverse(900), 3)


def test_two_copied_people_are_named_and_fail(thirds):
    train, holdout, third = thirds
    result, named = found(train, holdout, planted(third, train.haplotypes[40:44]))
    assert named >= {"IMG000000", "IMG000001"}
    assert len(named) <= 3
    assert result.findings[0].status == "fail"
    top = result.records[0]
    assert (top.start, top.end) == (100, 100 * train.n_sites)
    assert top.q < 1e-3


def test_copies_with_changed_alleles_are_named(thirds):
    train, holdout, third = thirds
    rng = np.random.default_rng(7)
    rows = train.haplotypes[20:40]
    rows = rows ^ (rng.random(rows.shape) < 0.01).astype(np.uint8)
    result, named = found(train, holdout, planted(third, rows))
    assert named >= {f"IMG{i:06d}" for i in range(10)}
    assert result.findings[0].status == "fail"


def test_mosaics_are_named_and_mapped(thirds):
    train, holdout, _ = thirds
    result, _ = found(train, holdout, mosaic(train, 200))
    assert result.findings[0].status == "fail"
    assert len(result.records) == 50
    copies, donors = result.figures
    assert min(copies.series[0].y) > 0
    assert all(y is None or y == 0 or y >= 5 for y in donors.series[0].y)
    assert any(y is not None and y >= 5 for y in donors.series[0].y)


def test_few_donors_are_not_told(thirds):
    train, holdout, third = thirds
    rows = np.concatenate([train.haplotypes[40:44]] * 5)
    result, named = found(train, holdout, planted(third, rows))
    assert len(named) >= 10
    assert all(y in (None, 0.0) for y in result.figures[1].series[0].y)


@pytest.mark.parametrize("seed", range(1, 21))
def test_people_whom_nobody_saw_pass(demo, seed):
    result, named = found(*parts(demo, 3, seed))
    assert result.findings[0].status == "pass"
    assert len(named) <= 2


def test_train_larger_than_the_holdout_is_searched_in_parts(thirds):
    train, holdout, third = thirds
    few = holdout.take_individuals(np.arange(75))
    rows = train.haplotypes[[8, 9, 590, 591]]
    result, named = found(train, few, planted(third, rows))
    assert named >= {"IMG000000", "IMG000001"}
    assert result.findings[0].status == "fail"
    risks = Risks.of(Comparison.of(train, few, planted(third, rows)))
    assert list(risks.donor[:4]) == [4, 4, 295, 295]


def test_too_few_people_are_unknown():
    people = diverse(60)
    train, holdout, third = (people.take_individuals(np.arange(a, a + 15)) for a in (0, 15, 30))
    result, _ = found(train, holdout, third)
    assert result.findings[0].status == "unknown"


@pytest.mark.parametrize(
    ("named", "control", "whole", "verbatim", "status"),
    [
        (0, 0, 0, 0, "pass"),
        (5, 0, 2, 0, "pass"),
        (6, 0, 0, 0, "caution"),
        (9, 4, 0, 0, "pass"),
        (21, 0, 0, 0, "fail"),
        (6, 0, 6, 0, "fail"),
        (1, 0, 1, 1, "fail"),
    ],
)
def test_judgement(named, control, whole, verbatim, status):
    counts = Named(1000, named, control, whole, verbatim)
    assert judge_records(counts, Policy())[0] == status
