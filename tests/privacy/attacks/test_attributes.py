"""Hidden alleles: the search against plain loops, and who is found out."""

from dataclasses import replace

import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.attacks import attributes as attributes_module
from imaginome.privacy.attacks.attributes import Attacker, Attributes, Blocks, targets
from imaginome.privacy.policy import Policy
from tests.support.leaks import diverse, mosaic, nameless, parts, random_comparison
from tests.support.naive_residual import nearest_record


def statuses(comparison: Comparison) -> dict[str, str]:
    return {f.id: f.status for f in Attributes().run(comparison, Policy()).findings}


@pytest.mark.parametrize("contigs", [1, 3])
def test_blocks_hold_every_site_once_and_no_border(contigs):
    sites = random_comparison(n_sites=100, contigs=contigs).train.sites
    blocks = Blocks.of(sites)
    held = np.concatenate([np.arange(a, b) for a, b in zip(blocks.start, blocks.stop, strict=True)])
    np.testing.assert_array_equal(held, np.arange(100))
    assert (blocks.stop - blocks.start).max() <= 64
    for start, stop, first, last in zip(
        blocks.start, blocks.stop, blocks.first, blocks.last, strict=True
    ):
        assert len(set(sites.contig[start:stop])) == 1
        same = sites.contig[blocks.start] == sites.contig[start]
        np.testing.assert_array_equal(np.flatnonzero(same), np.arange(first, last))


@pytest.mark.parametrize("contigs", [1, 3])
def test_rates_agree_with_plain_loops(contigs):
    comparison = random_comparison((7, 5, 9), 90, contigs=contigs)
    attacker = Attacker.of(comparison.artificial)
    found = attacker.attack(comparison.train, threads=2)
    blocks, (left, right) = attacker.blocks, attacker.window()
    rows = comparison.artificial.haplotypes ^ attacker.major
    people = comparison.train.haplotypes ^ attacker.major
    uncommon = attacker.uncommon()
    hits = {way: np.zeros(7) for way in found.hits}
    tries = {way: np.zeros(7) for way in found.hits}
    for i, person in enumerate(people):
        for h, b in enumerate(attacker.hidden):
            span = slice(blocks.start[b], blocks.stop[b])
            reach = blocks.start[left[h]], blocks.stop[right[h] - 1]
            near, whole = (nearest_record(person, rows, span, r) for r in (reach, None))
            for way, best in (("alleles", near), ("whole", whole)):
                said, truth = rows[best][span], person[span]
                hits[way][i // 2] += (said & truth & uncommon[span]).sum()
                tries[way][i // 2] += ((said | truth) & uncommon[span]).sum()
            minor = person[span].any()
            hits["blocks"][i // 2] += minor and np.array_equal(rows[near][span], person[span])
            tries["blocks"][i // 2] += minor
    for way, expected in hits.items():
        np.testing.assert_array_equal(found.hits[way], expected)
        np.testing.assert_array_equal(found.tries[way], tries[way])


@pytest.fixture(scope="module")
def people() -> list[Panel]:
    return parts(diverse(600), 3)


def test_copy_and_copy_with_errors_fail(people):
    train, holdout, _ = people
    assert set(statuses(Comparison.of(train, holdout, train)).values()) == {"fail"}
    rng = np.random.default_rng(0)
    noise = (rng.random(train.haplotypes.shape) < 0.01).astype(np.uint8)
    noisy = replace(train, haplotypes=train.haplotypes ^ noise)
    assert statuses(Comparison.of(train, holdout, noisy))["attributes.whole"] == "fail"


def test_mosaic_of_pieces_fails(people):
    train, holdout, _ = people
    found = statuses(Comparison.of(train, holdout, mosaic(train, 400)))
    assert found["attributes.alleles"] == found["attributes.blocks"] == "fail"


@pytest.mark.parametrize("seed", range(5))
def test_people_whom_nobody_saw_are_no_risk(demo, seed):
    found = Attributes().run(Comparison.of(*parts(demo, 3, seed)), Policy())
    for finding in found.findings:
        assert finding.status in ("pass", "unknown")
        assert finding.baseline == 0.0
        assert finding.control is not None


def test_records_that_know_nothing_pass_nobody(people):
    """Rows of fair coins: the nearest of them is no better than allele frequencies."""
    train, holdout, third = people
    rows = np.random.default_rng(1).random(third.haplotypes.shape) < 0.5
    coins = Panel(rows.astype(np.uint8), third.sites, nameless(third.n_individuals))
    found = statuses(Comparison.of(train, holdout, coins))
    assert found["attributes.blocks"] == "unknown"


def test_a_budget_draws_people_and_says_so(people, monkeypatch):
    train, holdout, third = people
    comparison = Comparison.of(train, holdout, third)
    work = 4 * third.n_individuals * len(Blocks.of(train.sites))
    monkeypatch.setattr(attributes_module, "MOST_WORK", 2 * 50 * work)
    assert [panel.n_individuals for panel in targets(comparison)] == [50, 50]
    notes = Attributes().run(comparison, Policy()).notes
    assert any("50 of 200 people in train and 50 of 200" in note for note in notes)
