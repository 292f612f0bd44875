"""Somebody's haplotype in the output is found wherever it stands, and chance is not blamed."""

import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Samples, strings
from imaginome.privacy.attacks.copies import Copies, matched_haplotypes, matched_people
from imaginome.privacy.audit import audit
from imaginome.privacy.policy import Policy
from tests.support.leaks import diverse, nameless, parts, random_comparison, tiny


def planted(artificial: Panel, places: list[int], rows: np.ndarray) -> Panel:
    """Write haplotypes into an artificial panel."""
    made = artificial.haplotypes.copy()
    made[places] = rows
    return Panel(made, artificial.sites, nameless(artificial.n_individuals))


def every_status(comparison: Comparison) -> dict[str, str]:
    return {f.id: f.status for f in Copies().run(comparison, Policy()).findings}


def statuses(comparison: Comparison) -> dict[str, str]:
    """Return what is said of train, where nobody of the holdout was copied."""
    found = every_status(comparison)
    assert found.pop("copies.holdout", "pass") == "pass"
    return found


def of_holdout(comparison: Comparison) -> str:
    return every_status(comparison)["copies.holdout"]


@pytest.fixture(scope="module")
def uneven() -> tuple[Panel, Panel, Panel]:
    """300 people in train, 40 in the holdout, 260 artificial; all haplotypes are different."""
    panel = diverse(600)
    cuts = [range(300), range(300, 340), range(340, 600)]
    train, holdout, artificial = (panel.take_individuals(np.array(cut)) for cut in cuts)
    return train, holdout, artificial


@pytest.mark.parametrize("person", range(0, 300, 37))
@pytest.mark.parametrize("place", [0, 259])
def test_one_copied_person_fails_whoever_it_is(uneven, person, place):
    train, holdout, artificial = uneven
    both = train.haplotypes[2 * person : 2 * person + 2]
    leaky = planted(artificial, [2 * place, 2 * place + 1], both)
    found = statuses(Comparison.of(train, holdout, leaky))
    assert found == {"copies.excess": "fail", "copies.people": "fail"}


def test_one_copied_haplotype_fails_the_audit(uneven):
    train, holdout, artificial = uneven
    leaky = planted(artificial, [333], train.haplotypes[[517]])
    made = audit(Comparison.of(train, holdout, leaky), only=["copies"])
    assert made.verdict == "fail"
    assert any("1 of 600 train haplotypes" in reason for reason in made.reasons)
    assert statuses(Comparison.of(train, holdout, artificial))["copies.excess"] == "pass"


def test_one_in_ten_thousand_fails():
    people = diverse(2100, n_sites=400)
    train, holdout = (people.take_individuals(np.arange(a, a + 50)) for a in (0, 50))
    many = people.take_individuals(np.arange(100, 2100))
    rows = np.concatenate([many.haplotypes] * 3)[:10_000]
    rows[7_777] = train.haplotypes[63]
    leaky = Panel(rows, people.sites, nameless(5_000))
    assert statuses(Comparison.of(train, holdout, leaky))["copies.excess"] == "fail"


def test_copy_of_what_strangers_nearly_carry_asks_for_caution(uneven):
    train, holdout, artificial = uneven
    rows = holdout.haplotypes.copy()
    rows[3] = train.haplotypes[99]
    rows[3, :9] ^= 1
    common = Panel(rows, holdout.sites, holdout.samples)
    leaky = planted(artificial, [7], train.haplotypes[[99]])
    assert statuses(Comparison.of(train, common, leaky))["copies.excess"] == "caution"
    rows[3, 9] ^= 1
    assert statuses(Comparison.of(train, common, leaky))["copies.excess"] == "fail"


def test_chance_in_the_holdout_does_not_excuse_an_isolated_copy(uneven):
    """A holdout haplotype that train nearly carries is met too: that is chance, this is not."""
    train, holdout, artificial = uneven
    rows = holdout.haplotypes.copy()
    rows[3] = train.haplotypes[99]
    rows[3, :9] ^= 1
    common = Panel(rows, holdout.sites, holdout.samples)
    both = np.stack([train.haplotypes[200], rows[3]])
    assert (
        statuses(Comparison.of(train, common, planted(artificial, [7, 20], both)))["copies.excess"]
        == "fail"
    )
    alone = planted(artificial, [20], rows[[3]])
    assert statuses(Comparison.of(train, common, alone))["copies.excess"] == "pass"


def test_two_haplotypes_that_strangers_carry_meet_by_chance(uneven):
    """The person is far from everybody else, but neither haplotype is."""
    train, holdout, artificial = uneven
    rows = holdout.haplotypes.copy()
    rows[[3, 8]] = train.haplotypes[[98, 99]]
    common = Panel(rows, holdout.sites, holdout.samples)
    leaky = planted(artificial, [6, 7], train.haplotypes[[98, 99]])
    assert statuses(Comparison.of(train, common, leaky))["copies.people"] == "caution"
    rows[8, :10] ^= 1
    assert statuses(Comparison.of(train, common, leaky))["copies.people"] == "fail"


def test_new_phase_does_not_hide_a_person(uneven):
    train, holdout, artificial = uneven
    both = train.haplotypes[84:86].copy()
    both[:, ::2] = both[::-1, ::2]
    found = statuses(Comparison.of(train, holdout, planted(artificial, [10, 11], both)))
    assert found == {"copies.excess": "pass", "copies.people": "fail"}


def test_copies_of_the_holdout_are_no_leak_of_train(uneven):
    train, holdout, artificial = uneven
    leaky = planted(artificial, [4, 5], holdout.haplotypes[6:8])
    assert set(statuses(Comparison.of(train, holdout, leaky)).values()) == {"pass"}


@pytest.mark.parametrize("seed", range(12))
def test_chance_among_people_who_share_haplotypes_is_no_copy(demo, seed):
    found = statuses(Comparison.of(*parts(demo, 3, seed)))
    assert found["copies.excess"] == "pass"
    assert found["copies.people"] == "pass"


def test_copies_stand_out_among_people_who_share_haplotypes(demo):
    train, holdout, third = parts(demo, 3)
    leaky = planted(third, list(range(300)), train.haplotypes[:300])
    assert statuses(Comparison.of(train, holdout, leaky))["copies.excess"] == "fail"


def test_few_people_in_the_holdout_cannot_make_it_fail():
    found = statuses(random_comparison((4, 4, 4), 40))
    assert set(found.values()) == {"pass"}
    comparison = random_comparison((4, 4, 4), 40)
    leaky = planted(comparison.artificial, [0], comparison.train.haplotypes[[3]])
    found = statuses(Comparison.of(comparison.train, comparison.holdout, leaky))
    assert found["copies.excess"] == "caution"


def test_counts_agree_with_loops():
    rng = np.random.default_rng(5)
    rows = rng.integers(0, 2, (60, 4), dtype=np.uint8)
    family = strings(["f", "", "", "f", "", ""])
    train = tiny(rows[:24], "T")
    holdout = tiny(rows[24:36], "H")
    holdout = holdout.with_samples(Samples(holdout.samples.id, family=family))
    artificial = tiny(rows[36:], "S")
    found = matched_haplotypes(Comparison.of(train, holdout, artificial))
    keys = [row.tobytes() for row in rows[:36]]
    kin = [f"t{i // 2}" for i in range(24)] + [
        f"family {family[i // 2]}" if family[i // 2] else f"h{i // 2}" for i in range(12)
    ]
    carried = {key: {k for k, other in zip(kin, keys, strict=True) if other == key} for key in keys}
    private = {k for k in keys[:24] if len(carried[k]) == 1 and k not in keys[24:]}
    made = [row.tobytes() for row in rows[36:]]
    assert found.private == len(private)
    assert found.copied == len(private & set(made))
    assert found.copies == sum(key in private for key in made)
    assert found.shared_among_strangers == np.mean([len(carried[key]) == 2 for key in keys])


def test_people_are_matched_by_genotype():
    comparison = random_comparison((12, 12, 30), 3)
    found = matched_people(comparison)
    assert found.n_train == 12
    genotypes = [
        [row.tobytes() for row in panel.haplotypes[0::2] + panel.haplotypes[1::2]]
        for panel in (comparison.train, comparison.holdout, comparison.artificial)
    ]
    real = genotypes[0] + genotypes[1]
    private = {key for key in genotypes[0] if real.count(key) == 1}
    assert found.copied == len(private & set(genotypes[2]))


def test_the_real_panel_itself_fails_though_train_and_holdout_are_copied_alike():
    people = diverse(120)
    train, holdout = (people.take_individuals(np.arange(a, a + 60)) for a in (0, 60))
    itself = Panel(people.haplotypes, people.sites, nameless(120))
    assert of_holdout(Comparison.of(train, holdout, itself)) == "fail"
    assert (
        audit(Comparison.of(train, holdout, itself), only=["copies"], power=False).verdict == "fail"
    )


def test_ten_holdout_haplotypes_beyond_chance_fail(uneven):
    train, holdout, artificial = uneven
    nine = planted(artificial, list(range(9)), holdout.haplotypes[:9])
    ten = planted(artificial, list(range(10)), holdout.haplotypes[:10])
    assert of_holdout(Comparison.of(train, holdout, nine)) == "pass"
    assert of_holdout(Comparison.of(train, holdout, ten)) == "fail"


def test_strangers_who_share_haplotypes_with_the_holdout_by_chance_pass():
    rng = np.random.default_rng(5)
    pool = diverse(200, n_sites=60).haplotypes
    rows = pool[rng.integers(len(pool), size=1200)]
    everyone = Panel(rows, diverse(2, n_sites=60).sites, diverse(600, n_sites=2).samples)
    train, holdout, others = (
        everyone.take_individuals(np.arange(a, a + 200)) for a in (0, 200, 400)
    )
    comparison = Comparison.of(train, holdout, others)
    assert matched_haplotypes(comparison).copied_holdout > 10
    assert of_holdout(comparison) == "pass"
