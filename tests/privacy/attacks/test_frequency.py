import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.attacks.frequency import Frequency, person_scores, ratios
from imaginome.privacy.policy import Policy
from tests.support.leaks import nameless, parts, random_comparison, tiny


def naive_score(person, released, reference):
    total, more = 0.0, 0.5 / len(released)
    for row in person:
        for j, allele in enumerate(row):
            p, q = (
                (np.mean(x[:, j] == allele) + more) / (1 + 2 * more) for x in (released, reference)
            )
            total += np.log(p / q)
    return total


def test_scores_agree_with_loops():
    comparison = random_comparison((6, 8, 5), 25)
    rows = [p.haplotypes for p in (comparison.train, comparison.holdout, comparison.artificial)]
    weights = ratios(rows[2], rows[1])
    people = np.array([0, 3, 5])
    found = person_scores(rows[0], people, weights)
    expected = [naive_score(rows[0][2 * i : 2 * i + 2], rows[2], rows[1]) for i in people]
    assert found == pytest.approx(expected)


def test_alleles_that_are_nowhere_tell_nothing():
    weights = ratios(np.zeros((10, 3), np.uint8), np.zeros((84, 3), np.uint8))
    assert np.allclose(weights, 0.0)


def independent(n: int, prefix: str, seed: int) -> Panel:
    """People of a panel without linkage: 600 sites of moderate frequency."""
    frequency = np.random.default_rng(0).uniform(0.1, 0.9, 600)
    rng = np.random.default_rng(seed)
    return tiny(rng.random((2 * n, 600)) < frequency, prefix)


def status(artificial: Panel, train: Panel, holdout: Panel) -> dict[str, str]:
    result = Frequency().run(Comparison.of(train, holdout, artificial), Policy())
    return {finding.id: finding.status for finding in result.findings}


def test_frequencies_of_train_give_members_away():
    train, holdout = independent(150, "T", 1), independent(150, "H", 2)
    rows = train.haplotypes.copy()
    # Every site shuffled on its own: nothing is left of anyone but the frequencies.
    np.random.default_rng(3).permuted(rows, axis=0, out=rows)
    leaky = Panel(rows, train.sites, nameless(150))
    assert status(leaky, train, holdout)["frequency.auc"] == "fail"


@pytest.mark.parametrize("seed", range(10))
def test_strangers_pass(demo, seed):
    train, holdout, third = parts(demo, 3, seed)
    found = status(third, train, holdout)
    assert not {"caution", "fail"} & set(found.values())


def test_exact_frequencies_are_told_beside(demo):
    train, holdout = parts(demo, 2)
    result = Frequency().run(Comparison.of(train, holdout, train), Policy())
    (table,) = result.tables
    assert table.rows[0][1:] == table.rows[1][1:]
    assert any("exact allele frequencies" in note for note in result.notes)
    assert "kin" not in Frequency().missing(Comparison.of(train, holdout, train))
