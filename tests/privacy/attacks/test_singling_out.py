"""Stretches of one record alone: their search against plain loops, and whom they single out."""

import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.attacks import singling_out
from imaginome.privacy.attacks.singling_out import Carriers, SinglingOut, Stretches
from imaginome.privacy.policy import Policy
from tests.support.leaks import diverse, mosaic, nameless, parts, random_comparison, tiny
from tests.support.naive_residual import carriers


@pytest.fixture(autouse=True)
def fewer(monkeypatch):
    monkeypatch.setattr(singling_out, "MOST_PREDICATES", 1500)


def found(comparison: Comparison):
    (finding,) = SinglingOut().run(comparison, Policy()).findings
    return finding


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return random_comparison((9, 8, 10), 40, contigs=2)


def test_a_stretch_ends_where_it_is_one_records_alone(comparison):
    stretches, ends = Stretches.of(comparison), comparison.artificial.sites.contig_borders()[1]
    rows = comparison.artificial.haplotypes
    assert 100 < len(stretches) < 1500
    for row, start, stop in zip(stretches.row, stretches.start, stretches.stop, strict=True):
        assert stop <= ends[start]
        made = stretches.rows[row, start:stop]
        alike = (rows[:, start:stop] == made).all(axis=1)
        assert alike.sum() == 1
        shorter = (rows[:, start : stop - 1] == made[:-1]).all(axis=1)
        assert shorter.sum() > 1


def test_a_longer_stretch_stays_on_its_contig(comparison):
    stretches, ends = Stretches.of(comparison), comparison.artificial.sites.contig_borders()[1]
    longer = stretches.longer(1.5, ends)
    wished = np.ceil(1.5 * (stretches.stop - stretches.start))
    np.testing.assert_array_equal(
        longer.stop, np.minimum(stretches.start + wished, ends[stretches.start])
    )


def test_carriers_agree_with_plain_loops(comparison):
    stretches = Stretches.of(comparison)
    got = Carriers.of(stretches, comparison.train, threads=2)
    rows = comparison.train.haplotypes
    for p in range(len(stretches)):
        stretch = stretches.rows[stretches.row[p], stretches.start[p] : stretches.stop[p]]
        who = carriers(rows, stretch, stretches.start[p])
        assert got.count[p] == len(who)
        first = [*who, -1, -1][:2]
        assert [got.first[p], got.second[p]] == first
    assert got.singled() == pytest.approx(np.mean(got.count == 1))


def test_influence_is_what_leaving_out_changes(comparison):
    stretches, train = Stretches.of(comparison), comparison.train
    everyone = Carriers.of(stretches, train, 1)
    influence = everyone.influence(train.n_individuals)
    for i in range(train.n_individuals):
        rest = train.take_individuals(np.delete(np.arange(train.n_individuals), i))
        without = Carriers.of(stretches, rest, 1).singled()
        assert influence[i] == pytest.approx(everyone.singled() - without)


def test_repeated_records_are_one():
    rows = np.random.default_rng(0).random((20, 60)) < 0.5
    once, twice = tiny(rows, "S"), tiny(np.concatenate([rows, rows]), "S")
    other = random_comparison((6, 6, 5), 60)
    first, second = (
        Stretches.of(Comparison.of(other.train, other.holdout, made)) for made in (once, twice)
    )
    np.testing.assert_array_equal(first.stop, second.stop)


def test_one_record_only_is_unknown():
    other = random_comparison((6, 6, 5), 60)
    same = tiny(np.repeat(other.artificial.haplotypes[:1] * 0, 10, axis=0), "S")
    rows = same.haplotypes.copy()
    rows[0, -1] = 1
    made = Panel(rows[:, :60], other.train.sites, nameless(5))
    assert found(Comparison.of(other.train, other.holdout, made)).status == "unknown"


def test_copies_and_mosaics_fail():
    train, holdout = parts(diverse(400), 2)
    copy = found(Comparison.of(train, holdout, train))
    assert copy.status == "fail"
    assert copy.strength.value == pytest.approx(1.0, abs=0.02)
    assert found(Comparison.of(train, holdout, mosaic(train, 100))).status == "fail"


def test_small_holdout_sees_everyone_in_train():
    people = diverse(500)
    train, holdout = (people.take_individuals(np.arange(*cut)) for cut in ((0, 400), (400, 500)))
    assert found(Comparison.of(train, holdout, train)).status == "fail"
    notes = SinglingOut().run(Comparison.of(train, holdout, train), Policy()).notes
    assert any("400 of 400 people in train and 100 of 100" in note for note in notes)


@pytest.mark.parametrize("seed", range(5))
def test_people_whom_nobody_saw_are_no_risk(demo, seed):
    finding = found(Comparison.of(*parts(demo, 3, seed)))
    assert finding.status in ("pass", "unknown")
    assert finding.control is not None
