"""Effects of alleles on a phenotype: known ones are found, lost ones are missed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from imaginome.metrics.base import NotApplicable
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.items.phenotype import APART, ITEM, _people, phenotype_effects
from imaginome.panel import Panel, strings
from imaginome.results import MetricResult
from tests.support.comparisons import part
from tests.support.simulated import simulated_panel

CAUSAL = 50


def with_eyes(panel: Panel, eyes: np.ndarray) -> Panel:
    return panel.with_samples(replace(panel.samples, phenotype=strings(list(eyes))))


@pytest.fixture(scope="module")
def people() -> Panel:
    """People whose eyes depend on one site; sites lie 100 kb apart."""
    panel = simulated_panel(n_individuals=1500, n_sites=80)
    rng = np.random.default_rng(6)
    haplotypes = panel.haplotypes.copy()
    haplotypes[:, CAUSAL] = rng.random(len(haplotypes)) < 0.4
    carried = haplotypes[0::2, CAUSAL].astype(float) + haplotypes[1::2, CAUSAL] - 0.8
    blue = rng.random(len(carried)) < 1 / (1 + np.exp(1.0 - 1.5 * carried))
    sites = replace(panel.sites, position=np.arange(1, 81) * 100_000)
    eyes = np.where(blue, "blue", np.where(rng.random(len(blue)) < 0.02, "", "brown"))
    return with_eyes(replace(panel, haplotypes=haplotypes, sites=sites), eyes)


def compared(people: Panel, artificial: Panel | None = None, replicates: int = 30) -> Comparison:
    thirds = [part(people, 0), part(people, 1), artificial or part(people, 2)]
    for k, prefix in enumerate("THA"):
        ids = strings([f"{prefix}{i}" for i in range(thirds[k].n_individuals)])
        thirds[k] = thirds[k].with_samples(replace(thirds[k].samples, id=ids))
    return Comparison.of(*thirds, replicates=replicates)


def measures(comparison):
    return {m.id.split(".")[1]: m for m in ITEM().compute(comparison).measures}


def test_the_causal_site_comes_first(people):
    result = ITEM().compute(compared(people))
    first = dict(zip(result.tables[0].columns, result.tables[0].rows[0], strict=True))
    position = people.sites.position[CAUSAL]
    assert first["site"] == f"1:{position}"
    assert first["phenotype"] == "blue"
    for name in ("holdout", "train", "artificial"):
        assert first[f"{name}, low"] < first[name] < first[f"{name}, high"]
        assert first[name] == pytest.approx(1.4, abs=0.4)


def test_real_people_stand_at_their_ceiling(people):
    found = measures(compared(people))
    for measure in found.values():
        assert measure.artificial.low < measure.ceiling.high
        assert measure.ceiling.low < measure.artificial.high
    assert found["kept"].ceiling.value == pytest.approx(0.7, abs=0.35)


def test_a_lost_association_is_missed(people):
    """The same genomes and as many blue eyes, but of others."""
    third = part(people, 2)
    eyes = np.random.default_rng(1).permutation(third.samples.phenotype)
    found = measures(compared(people, with_eyes(third, eyes)))
    assert found["kept"].artificial.high < found["kept"].ceiling.low
    assert found["effect_pearson"].artificial.value < found["effect_pearson"].ceiling.low


def test_an_exaggerated_association_is_seen(people):
    third = part(people, 2)
    carried = third.haplotypes[0::2, CAUSAL] + third.haplotypes[1::2, CAUSAL]
    rng = np.random.default_rng(2)
    sure = rng.random(len(carried)) < np.array([0.01, 0.3, 0.99])[carried]
    result = ITEM().compute(compared(people, with_eyes(third, np.where(sure, "blue", "brown"))))
    first = dict(zip(result.tables[0].columns, result.tables[0].rows[0], strict=True))
    assert first["artificial, low"] > max(first["holdout, high"], first["train, high"])
    kept = next(m for m in result.measures if m.id == "phenotype.kept")
    assert kept.artificial.low > kept.ceiling.value


def test_an_association_without_exception_is_not_passed_over(people):
    """Infinite odds are the largest error, not a missing one."""
    third = part(people, 2)
    carried = third.haplotypes[0::2, CAUSAL] + third.haplotypes[1::2, CAUSAL]
    eyes = np.where(carried > 0, "blue", "brown")
    found = measures(compared(people, with_eyes(third, eyes)))["kept"]
    assert found.artificial.low > found.ceiling.high


def test_strongest_sites_that_were_lost_keep_nothing(people):
    comparison = compared(people)
    made = comparison.artificial
    haplotypes = made.haplotypes.copy()
    haplotypes[:, CAUSAL] = 0
    lost = replace(comparison, artificial=replace(made, haplotypes=haplotypes))
    before, after = measures(comparison)["kept"], measures(lost)["kept"]
    assert after.ceiling == before.ceiling
    assert after.artificial.value < 0.5 * before.artificial.value
    constant = replace(made, haplotypes=np.zeros_like(haplotypes))
    none = measures(replace(comparison, artificial=constant))
    assert none["kept"].artificial.value == none["effect_pearson"].artificial.value == 0
    assert none["effect_mae"].artificial.value is None


def test_panels_have_equally_many_of_each_value(people):
    """A generator that draws many of the rare value gains no precision by it."""
    third = part(people, 2)
    rows = np.flatnonzero(third.samples.phenotype == "brown")
    fewer = third.take_individuals(np.setdiff1d(np.arange(500), rows[::2]))
    panels = _people(compared(people, fewer))
    counts = [Counter(panel.samples.phenotype) for panel in panels.values()]
    assert counts[0] == counts[1] == counts[2]
    assert min(counts[0].values()) >= 20


def test_a_phenotype_that_is_the_population_tells_nothing_within(people):
    where = np.where(people.samples.population == "POP0", "blue", "brown")
    with pytest.raises(NotApplicable, match="same phenotype"):
        ITEM().compute(compared(with_eyes(people, where)))


def test_strongest_sites_are_apart(people):
    effects = phenotype_effects(compared(people, replicates=2))
    places = effects.sites[effects.drawn[[j for _, j in effects.strongest]]]
    distance = np.abs(np.subtract.outer(places, places)) * 100_000
    assert distance[np.triu_indices(len(places), 1)].min() >= APART


def test_three_values_are_each_compared_with_all_others(people):
    eyes = people.samples.phenotype.copy()
    eyes[np.flatnonzero(eyes == "brown")[::2]] = "green"
    # Two people of another colour: too few to be compared, and named nowhere.
    eyes[[10, 1200]] = "violet"
    result = ITEM().compute(compared(with_eyes(people, eyes)))
    assert {row[2] for row in result.tables[0].rows} <= {"blue", "brown", "green"}
    assert "violet" not in result.model_dump_json()
    assert "blue, brown, green against" in result.notes[0]


def test_it_says_why_it_does_not_apply(people):
    plain = part(people, 2)
    plain = plain.with_samples(replace(plain.samples, phenotype=None))
    with pytest.raises(NotApplicable, match=r"artificial panel have no phenotype.*--phenotype"):
        ITEM().compute(compared(people, plain))
    brown = with_eyes(part(people, 2), np.array(["brown"] * 500))
    with pytest.raises(NotApplicable, match="fewer than two values"):
        ITEM().compute(compared(people, brown))


def test_it_keeps_the_contract(people):
    """The contract's own panel has no phenotype."""
    comparison = compared(people)
    result = ITEM().compute(comparison)
    assert MetricResult.model_validate_json(result.model_dump_json()) == result
    assert "NaN" not in result.model_dump_json()
    for m in result.measures:
        for estimate in (m.artificial, m.ceiling):
            assert estimate.low < estimate.value < estimate.high
    for series in result.figures[0].series:
        assert len(series.x) == len(series.y) == len(series.low) == len(series.high) == 5
    assert ITEM().compute(replace(comparison, threads=3)) == result
