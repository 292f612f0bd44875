"""Within populations: against naive references, and whether it sees what it is there for."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from imaginome.formats import ReadOptions, read_panel
from imaginome.metrics.base import NotApplicable
from imaginome.metrics.evaluate import evaluate
from imaginome.metrics.fst import hudson_fst
from imaginome.metrics.items.populations import errors
from imaginome.metrics.items.populations.errors import (
    LEAST,
    NEAR,
    Places,
    compare,
    near_pairs,
    population_groups,
)
from imaginome.metrics.items.populations.metric import ITEM
from imaginome.panel import Panel, Samples, haplotype_rows, strings
from imaginome.panel.split import split
from imaginome.results import MetricResult
from tests.support.comparisons import compared, part
from tests.support.simulated import simulated_panel


@pytest.fixture(scope="module")
def people() -> Panel:
    return simulated_panel(n_individuals=225, n_sites=300)


@pytest.fixture(scope="module")
def fair(people):
    """Three parts of real people: 25 of each population in each."""
    return compared(*(part(people, k) for k in range(3)), replicates=40)


@pytest.fixture(scope="module")
def result(fair) -> MetricResult:
    return ITEM().compute(fair)


def measures(comparison):
    return {m.id.split(".")[1]: m for m in ITEM().compute(comparison).measures}


def worse(measure) -> bool:
    return measure.artificial.low > measure.ceiling.high


def rows_of(comparison):
    table = ITEM().compute(comparison).tables[0]
    return {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}


def fixed(haplotypes, *sites):
    return any(len(np.unique(haplotypes[:, j])) < 2 for j in sites)


def naive_r2(haplotypes, j, k):
    if fixed(haplotypes, j, k):
        return 0.0
    return np.corrcoef(haplotypes[:, j], haplotypes[:, k])[0, 1] ** 2


def apart_naively(a, h, j, k):
    least = 1 / len(h) if fixed(a, j, k) != fixed(h, j, k) else 0.0
    return max(abs(naive_r2(a, j, k) - naive_r2(h, j, k)), least)


def test_errors_are_what_they_say(fair):
    group = next(g for g in population_groups(fair) if g.label == "POP1")
    places = Places.of(fair)
    found = compare(fair, group, places).values["artificial"]
    a, h = (group.panels[name].haplotypes.astype(float) for name in ("artificial", "holdout"))
    p, q = a.mean(axis=0), h.mean(axis=0)
    assert found["frequency"] == pytest.approx(np.abs(p - q).mean())
    varies, fixed = (q > 0) & (q < 1), (p == 0) | (p == 1)
    assert found["lost"] == pytest.approx((varies & fixed).sum() / varies.sum())
    n = np.array([len(a), len(h)])
    assert found["fst"] == pytest.approx(hudson_fst(np.array([p, q]), n)[0, 1])
    pairs = [(j, k) for j in range(300) for k in range(j + 1, min(j + NEAR, 299) + 1)]
    assert list(zip(places.first, places.second, strict=True)) == pairs
    apart = [apart_naively(a, h, j, k) for j, k in pairs]
    assert found["linkage"] == pytest.approx(np.mean(apart))
    inside = [np.mean([abs(x - y).mean() for x, y in combinations(panel, 2)]) for panel in (a, h)]
    assert found["diversity"] == pytest.approx(inside[0] / inside[1])


def test_every_group_has_as_many_people_in_each_panel(people):
    fewer = part(people, 2).take_individuals(np.arange(66))
    groups = population_groups(compared(part(people, 0), part(people, 1), fewer))
    assert [(g.column, g.label) for g in groups] == [
        *(("population", f"POP{k}") for k in range(3)),
        ("superpopulation", "A"),
        ("superpopulation", "B"),
    ]
    for group in groups:
        assert {panel.n_individuals for panel in group.panels.values()} == {group.people}
        for panel in group.panels.values():
            assert set(getattr(panel.samples, group.column)) == {group.label}
    assert [g.people for g in groups] == [22, 22, 22, 22, 44]


def test_pairs_stay_on_their_contig(people):
    contig = strings(["1"] * 30 + ["2"] * 270)
    first, second = near_pairs(replace(people.sites, contig=contig))
    assert ((first < 30) == (second < 30)).all()
    assert len(first) == 30 * 29 // 2 + 50 * 220 + 50 * 49 // 2


def test_real_people_stand_at_their_ceiling(result):
    found = {m.id.split(".")[1]: m for m in result.measures}
    assert not [key for key, m in found.items() if worse(m)]
    assert found["frequency_mean"].artificial.value == pytest.approx(1.0, abs=0.1)
    assert found["frequency_mean"].ceiling.value == pytest.approx(1.0, abs=0.05)
    assert found["frequency_worst"].ceiling.value >= found["frequency_mean"].ceiling.value


def with_rows(comparison, label, change):
    """Replace the haplotypes of the artificial people of one population."""
    made = comparison.artificial
    rows = haplotype_rows(np.flatnonzero(made.samples.population == label))
    haplotypes = made.haplotypes.copy()
    haplotypes[rows] = change(haplotypes[rows])
    return replace(comparison, artificial=replace(made, haplotypes=haplotypes))


def test_fixed_sites_come_no_nearer_to_real_linkage_where_there_is_none():
    """Chance makes r2 of unlinked sites differ among real people; 0 would be nearer to either."""
    rng = np.random.default_rng(6)
    plain = simulated_panel(n_individuals=150, n_sites=150, populations=1)
    unlinked = rng.random(plain.haplotypes.shape) < rng.uniform(0.05, 0.5, 150)
    whole = replace(plain, haplotypes=unlinked.astype(np.uint8))
    fair = compared(*(part(whole, k) for k in range(3)), replicates=20)
    real = measures(fair)["linkage_mean"].artificial
    assert real.low < 1 < real.high
    constant = with_rows(fair, "POP0", lambda rows: rows * 0)
    assert measures(constant)["linkage_mean"].artificial.low > 1


def test_the_worst_ceiling_is_what_other_real_people_give(monkeypatch):
    """The ceiling is neither lax nor strict, however few pairs intervals come from."""
    monkeypatch.setattr(errors, "INTERVAL_PAIRS", 100)
    worst = {key: [] for key in ("frequency_worst", "linkage_worst")}
    for seed in range(8):
        whole = simulated_panel(n_individuals=180, n_sites=150, seed=seed)
        found = measures(compared(*(part(whole, k) for k in range(3)), replicates=15))
        for key, pairs in worst.items():
            pairs.append((found[key].artificial.value, found[key].ceiling.value))
    for key, pairs in worst.items():
        third, ceiling = np.mean(pairs, axis=0)
        assert ceiling == pytest.approx(third, abs=0.08), key


def test_a_population_drawn_like_another_is_found(people, fair):
    """As many people of each label, and the whole as real as before: only labels are wrong."""
    third = fair.artificial
    turned = strings([{"POP1": "POP2", "POP2": "POP1"}.get(p, p) for p in third.samples.population])
    wrong = third.with_samples(replace(third.samples, population=turned))
    found = measures(replace(fair, artificial=wrong))
    for key in ("frequency_mean", "frequency_worst", "fst"):
        assert worse(found[key]), key
    rows = rows_of(replace(fair, artificial=wrong))
    assert rows["POP1"]["frequency error, ratio"] > 1.5
    assert rows["POP0"]["frequency error, ratio"] < 1.3


def test_lost_linkage_is_found_in_linkage_only(fair):
    """Each site is shuffled among the people of each population."""
    rng = np.random.default_rng(1)
    wrong = fair
    for k in range(3):
        wrong = with_rows(wrong, f"POP{k}", lambda x: rng.permuted(x, axis=0))
    found = measures(wrong)
    assert worse(found["linkage_mean"])
    for key in ("frequency_mean", "frequency_worst", "lost", "fst", "diversity"):
        assert not worse(found[key]), key


def test_lost_diversity_is_found(fair):
    """Everyone of a population has one of two haplotypes."""
    found = measures(with_rows(fair, "POP0", lambda x: np.resize(x[:2], x.shape)))
    for key in ("lost", "diversity", "linkage_worst", "frequency_worst"):
        assert worse(found[key]), key


def test_small_populations_are_left_out_and_said_to_be(people):
    labels = people.samples.population.copy()
    # In each part: 16 people of "few", 3 of "three", 25 and less of the others.
    for k in range(3):
        labels[75 * k : 75 * k + 16] = "few"
        labels[75 * k + 16 : 75 * k + 19] = "three"
    named = people.with_samples(replace(people.samples, population=labels))
    result = ITEM().compute(compared(*(part(named, k) for k in range(3)), replicates=10))
    assert {row[0] for row in result.tables[0].rows} == {"A", "B"}
    note = next(note for note in result.notes if note.startswith("Left out"))
    assert "few" in note
    assert "1 of fewer than 5 people" in note
    assert "three" not in result.model_dump_json()


def test_it_says_why_it_does_not_apply(fair):
    def without(name):
        panel = getattr(fair, name)
        return replace(fair, **{name: panel.with_samples(Samples(panel.samples.id))})

    with pytest.raises(NotApplicable, match=r"artificial panel have no labels.*--artificial-s"):
        ITEM().compute(without("artificial"))
    with pytest.raises(NotApplicable, match=r"holdout panel have no labels.*--samples"):
        ITEM().compute(without("holdout"))
    few = replace(
        fair, **{n: getattr(fair, n).take_individuals(np.arange(15)) for n in ("train", "holdout")}
    )
    with pytest.raises(NotApplicable, match=f"no population has {LEAST} people"):
        ITEM().compute(few)
    skipped = evaluate(without("artificial"), only=["populations"]).metrics[0]
    assert skipped.skipped
    assert not skipped.measures


def test_figures_have_a_point_for_each_group(result):
    for m in result.measures:
        for estimate in (m.artificial, m.ceiling):
            assert estimate.low < estimate.value < estimate.high or estimate.value == 0.0
    for figure in result.figures:
        for series in figure.series:
            assert len(series.x) == len(series.y) == len(series.low) == len(series.high) == 5


def test_threads_change_nothing(fair, result):
    assert ITEM().compute(replace(fair, threads=3)) == result


@pytest.mark.panels
def test_small_real_populations_stand_at_their_ceiling(panels_dir):
    """Three random thirds of real people, populations of 20 to 38 in each; the ceiling holds."""
    options = ReadOptions(samples_table=panels_dir / "samples.tsv")
    whole = read_panel(panels_dir / "kgp-805" / "real.hapt.gz", options)
    continents = np.isin(whole.samples.superpopulation, ("AFR", "EUR"))
    whole = whole.take_individuals(np.flatnonzero(continents))
    rest, third = split(whole, 1 / 3, 7)
    found = measures(compared(*split(rest, 0.5, 7), third, replicates=25))
    assert not [key for key, m in found.items() if worse(m)]
    assert found["frequency_mean"].artificial.value == pytest.approx(1.0, abs=0.04)
    assert found["linkage_mean"].artificial.value == pytest.approx(1.0, abs=0.04)
    # What is worst among 12 is above 1 by chance alone, and the ceiling says by how much.
    worst = found["frequency_worst"]
    assert worst.artificial.value > 1.04
    assert worst.artificial.value == pytest.approx(worst.ceiling.value, abs=0.12)
