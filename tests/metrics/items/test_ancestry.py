from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from imaginome.metrics.items.ancestry import FEWEST, ITEM, References, dosages, proportions
from imaginome.panel import Samples, haplotype_rows
from tests.support.comparisons import compared, part


def measures(comparison):
    return {m.id.split(".")[1]: m for m in ITEM().compute(comparison).measures}


def drawn(rng, shares, frequencies):
    """Draw dosages of people with given ancestry proportions."""
    expected = shares @ frequencies
    return rng.binomial(2, expected).astype(np.float32)


def references(rng, m, k=3, size=4000):
    frequencies = rng.uniform(0.05, 0.95, (k, m))
    return References(rng.binomial(size, frequencies).astype(float), np.full(k, float(size)))


def log_likelihood(q, people, frequencies):
    expected = q @ frequencies
    return (people * np.log(expected) + (2 - people) * np.log1p(-expected)).sum()


def test_proportions_are_recovered():
    rng = np.random.default_rng(1)
    known = references(rng, m=6000)
    truth = np.vstack([rng.dirichlet(np.ones(3), 40), np.eye(3)])
    found = proportions(drawn(rng, truth, known.frequencies()), known)
    assert np.abs(found - truth).mean() < 0.02
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)


def test_nothing_is_likelier():
    """A general optimiser over the simplex does no better."""
    rng = np.random.default_rng(2)
    known = references(rng, m=80)
    people = drawn(rng, rng.dirichlet(np.ones(3) / 2, 12), known.frequencies())
    found = proportions(people, known)
    for row, q in zip(people, found, strict=True):

        def loss(free, row=row):
            return -log_likelihood(np.append(free, 1 - free.sum()), row, known.frequencies())

        ends = {"type": "ineq", "fun": lambda free: 1 - free.sum()}
        best = minimize(loss, [0.3, 0.3], bounds=[(0, 1)] * 2, constraints=ends, method="SLSQP")
        assert log_likelihood(q, row, known.frequencies()) > -best.fun - 0.02


def test_leaving_a_person_out_is_what_it_says(panel):
    people = dosages(panel.haplotypes, np.arange(panel.n_sites))
    groups = [np.arange(0, 30), np.arange(30, 55)]
    own = np.full(len(people), -1)
    for k, rows in enumerate(groups):
        own[rows] = k
    found = proportions(people, References.of(people, groups), own)
    for person in (0, 17, 33, 58):
        without = References.of(people, [rows[rows != person] for rows in groups])
        expected = proportions(people[person : person + 1], without)[0]
        np.testing.assert_allclose(found[person], expected, atol=2e-3)


def test_people_of_the_references_are_read_like_strangers():
    """Without leaving them out, they would belong more surely to their own population."""
    rng = np.random.default_rng(3)
    frequencies = np.clip(rng.uniform(0.2, 0.8, 400) + rng.normal(0, 0.05, (2, 400)), 0.02, 0.98)
    own = np.repeat([0, 1], 20)
    known, strange = (rng.binomial(2, frequencies[own]).astype(np.float32) for _ in range(2))
    built = References.of(known, [np.flatnonzero(own == k) for k in (0, 1)])
    share = {
        "fair": proportions(known, built, own)[np.arange(40), own].mean(),
        "naive": proportions(known, built)[np.arange(40), own].mean(),
        "strange": proportions(strange, built)[np.arange(40), own].mean(),
    }
    assert share["naive"] > share["strange"] + 0.1
    assert share["fair"] == pytest.approx(share["strange"], abs=0.08)


def mixed(panel, rng):
    """Pair haplotypes of different people at random: everyone becomes a mixture."""
    order = rng.permutation(panel.n_haplotypes)
    return replace(panel, haplotypes=panel.haplotypes[order])


def test_one_ancestry_missing_is_seen(panel):
    """The artificial panel repeats its people of one population."""
    third = part(panel, 2)
    rows = haplotype_rows(np.resize(np.flatnonzero(third.samples.superpopulation == "A"), 20))
    only = replace(third, haplotypes=third.haplotypes[rows])
    found = measures(compared(part(panel, 0), part(panel, 1), only, replicates=30))
    for key in ("distribution", "mean"):
        assert found[key].artificial.low > found[key].ceiling.high


def test_random_pairs_of_haplotypes_are_seen_in_the_distribution_only():
    from tests.support.simulated import simulated_panel

    panel = simulated_panel(n_individuals=180)
    rng = np.random.default_rng(4)
    false = mixed(part(panel, 2), rng)
    found = measures(compared(part(panel, 0), part(panel, 1), false, replicates=30))
    assert found["distribution"].artificial.low > found["distribution"].ceiling.high
    assert found["mean"].artificial.low < found["mean"].ceiling.high


def test_wrong_labels_are_seen_within_populations(panel):
    third = part(panel, 2)
    turned = np.roll(third.samples.superpopulation, 1)
    samples = Samples(third.samples.id, superpopulation=turned)
    wrong = compared(part(panel, 0), part(panel, 1), third.with_samples(samples), replicates=30)
    found = measures(wrong)
    assert found["by_population"].artificial.low > found["by_population"].ceiling.high
    assert found["distribution"].artificial.low < found["distribution"].ceiling.high


def test_labels_are_needed(thirds):
    bare = {
        name: getattr(thirds, name).with_samples(Samples(getattr(thirds, name).samples.id))
        for name in ("holdout", "artificial")
    }
    alone = measures(replace(thirds, artificial=bare["artificial"]))
    assert alone["distribution"].artificial.value is not None
    assert alone["by_population"].artificial.value is None
    assert alone["by_population"].note
    nothing = ITEM().compute(replace(thirds, holdout=bare["holdout"]))
    assert [m.artificial.value for m in nothing.measures] == [None] * 3
    assert all("labels" in m.note for m in nothing.measures)


def test_threads_change_nothing(panel):
    comparison = compared(*(part(panel, k) for k in range(3)), replicates=5)
    one = ITEM().compute(comparison).model_dump_json()
    assert ITEM().compute(replace(comparison, threads=3)).model_dump_json() == one


def test_bins_of_few_people_are_empty(thirds):
    figure = next(f for f in ITEM().compute(thirds).figures if f.id == "ancestry.distribution")
    for series in figure.series:
        cells = 10 ** np.array(series.z) - 1
        assert (cells[cells > 0.5] > FEWEST - 0.5).all()
