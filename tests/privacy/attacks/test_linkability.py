"""Links between parts of genomes: against plain loops, and who can be linked."""

import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.privacy.attacks import linkability as linkability_module
from imaginome.privacy.attacks.linkability import (
    NEIGHBOURS,
    Linkability,
    Records,
    targets,
    whole_cut,
    window_cuts,
)
from imaginome.privacy.policy import Policy
from tests.support.leaks import diverse, mosaic, parts, random_comparison
from tests.support.naive_residual import nearest_few


def statuses(comparison: Comparison) -> dict[str, str]:
    return {f.id: f.status for f in Linkability().run(comparison, Policy()).findings}


@pytest.mark.parametrize("contigs", [1, 3])
def test_parts_are_of_different_sites(contigs):
    sites = random_comparison(n_sites=61, contigs=contigs).train.sites
    one, other = whole_cut(sites)
    np.testing.assert_array_equal(np.sort(np.concatenate([one, other])), np.arange(61))
    if contigs > 1:
        assert not set(sites.contig[one]) & set(sites.contig[other])
    for left, right in window_cuts(sites):
        assert left[-1] + 1 == right[0]
        assert len(set(sites.contig[np.concatenate([left, right])])) == 1


def test_links_agree_with_plain_loops():
    comparison = random_comparison((9, 6, 12), 30)
    records, cut = Records.of(comparison), whole_cut(comparison.train.sites)
    found = records.linked(comparison.train, cut, threads=2)
    n = records.forward.n_haplotypes
    for k in NEIGHBOURS:
        expected = np.zeros(9)
        for i, person in enumerate(comparison.train.haplotypes):
            one = nearest_few(person[cut[0]], records.forward.haplotypes[:, cut[0]], k)
            other = nearest_few(person[cut[1]], records.backward.haplotypes[:, cut[1]], k)
            expected[i // 2] += bool(set(one) & {n - 1 - j for j in other})
        np.testing.assert_array_equal(found[k], expected)


def test_records_are_the_same_haplotypes_in_opposite_orders():
    comparison = random_comparison((4, 4, 8), 20)
    records = Records.of(comparison)
    np.testing.assert_array_equal(records.forward.haplotypes, records.backward.haplotypes[::-1])
    made = comparison.artificial.haplotypes
    assert sorted(map(bytes, records.forward.haplotypes)) == sorted(map(bytes, made))


def test_guessing_draws_lists_at_random():
    records = Records.of(random_comparison((4, 4, 10), 20))
    rng = np.random.default_rng(0)
    drawn = [
        bool(set(rng.choice(20, 5, replace=False)) & set(rng.choice(20, 5, replace=False)))
        for _ in range(4000)
    ]
    assert records.guess(1) == pytest.approx(1 / 20)
    assert records.guess(5) == pytest.approx(np.mean(drawn), abs=0.03)


def test_copies_with_and_without_errors_are_linked():
    train, holdout = parts(diverse(400), 2)
    assert set(statuses(Comparison.of(train, holdout, train)).values()) == {"fail"}


def test_mosaic_is_linked_within_windows():
    train, holdout = parts(diverse(400, 6000), 2)
    found = statuses(Comparison.of(train, holdout, mosaic(train, 1500)))
    assert found["linkability.windows"] == "fail"


@pytest.mark.parametrize("seed", range(5))
def test_people_whom_nobody_saw_are_not_linked(demo, seed):
    found = statuses(Comparison.of(*parts(demo, 3, seed)))
    assert set(found.values()) <= {"pass", "unknown"}


def test_a_budget_draws_people_and_says_so(monkeypatch):
    comparison = random_comparison((30, 20, 10), 64)
    monkeypatch.setattr(linkability_module, "MOST_WORK", 1.0)
    assert [people.n_individuals for people in targets(comparison)] == [1, 1]
