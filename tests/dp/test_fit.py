"""Private fits: what one unit adds is bounded, in the release and in the code that clips."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imaginome.dp.accounting import Budget
from imaginome.dp.fit import histogram
from imaginome.dp.frame import LABELS
from imaginome.dp.groups import deconvolved
from imaginome.dp.guarantee import Guarantee
from imaginome.dp.moments import (
    People,
    Products,
    Question,
    Spins,
    clipped,
    sums,
)
from imaginome.dp.noise import seeded
from imaginome.errors import CapabilityError, ModelError, SettingsError
from imaginome.models.registry import load_model, models
from imaginome.panel import Panel, strings
from imaginome.panel.units import one_a_unit, units
from imaginome.runs.fitting import create, fit
from imaginome.training.control import FitControl
from tests.support.simulated import simulated_panel

OURS = ("independent", "tree")
"""Private generators that learn from released counts alone."""
LINKS = np.array([[0, 1], [1, 2], [3, 7]])
LARGE = simulated_panel(n_individuals=400)


def question(people: People, kind: str, bound: int) -> Question:
    """Ask about references that differ between classes."""
    rng = np.random.default_rng(2)
    if kind == "sites":
        return Spins(rng.integers(-32, 33, (3, people.n_sites)), bound, 32)
    return Products(rng.integers(-8, 9, (3, people.n_sites)), bound, LINKS, 8)


def naive_answer(panel: Panel, person: int, reference: np.ndarray, kind: str) -> np.ndarray:
    rows = panel.haplotypes[2 * person : 2 * person + 2].astype(int) * 2 - 1
    if kind == "sites":
        return rows.mean(axis=0) - reference / 32
    near = rows - reference / 8
    return np.array([(near[:, a] * near[:, b]).mean() for a, b in LINKS])


@pytest.mark.parametrize("kind", ["sites", "pairs"])
def test_answers_are_mean_spins_and_products(panel: Panel, kind: str) -> None:
    people = people_of(panel)
    asked = question(people, kind, 1)
    classes, found = (np.concatenate(part) for part in zip(*people.answers(asked), strict=True))
    for person in (0, 17, 59):
        known = asked.reference[classes[person]]
        expected = naive_answer(panel, person, known, kind)
        np.testing.assert_allclose(found[person] / asked.scale, expected)


def test_clipping_keeps_short_answers_and_shortens_long_ones() -> None:
    rng = np.random.default_rng(1)
    answers = rng.integers(-60, 61, (300, 40))
    lengths = (answers**2).sum(axis=1)
    for bound in (1, 900, int(np.median(lengths)), 10**9):
        found = clipped(answers, bound)
        assert ((found**2).sum(axis=1) <= bound).all()
        assert np.array_equal(found[lengths <= bound], answers[lengths <= bound])
        assert (found * answers >= 0).all()
    along = (clipped(answers, 20_000) * answers).sum(axis=1)
    straight = np.sqrt(np.minimum(lengths, 20_000) * lengths)
    assert (along > 0.97 * straight).all()


def hostile(panel: Panel) -> Panel:
    """Return the panel with a first person at odds with everyone at every site."""
    haplotypes = panel.haplotypes.copy()
    haplotypes[:2] = panel.frequencies() < 0.5
    return replace(panel, haplotypes=haplotypes)


@pytest.mark.parametrize("kind", ["sites", "pairs"])
def test_nobody_changes_the_sums_by_more_than_the_bound(panel: Panel, kind: str) -> None:
    """Adding and removing anyone, over all groups together: Euclidean sensitivity, exactly."""
    whole = people_of(hostile(panel))
    asked = question(whole, kind, 30_000 if kind == "sites" else 6000)
    groups = np.array([0, 1, 1])
    everyone = sums(whole, asked, groups)
    changes = []
    for person in range(60):
        rest = np.arange(60) != person
        without = People(whole.haplotypes[np.repeat(rest, 2)], whole.classes[rest], 3)
        changes.append(((everyone - sums(without, asked, groups)) ** 2).sum())
    assert max(changes) <= asked.bound_squared
    assert max(changes) > 0.9 * asked.bound_squared


def people_of(panel: Panel) -> People:
    codes = np.array([int(name[-1]) for name in panel.samples.population])
    return People(panel.haplotypes, codes, 3)


def test_one_person_is_in_one_bin_of_the_histogram(panel: Panel) -> None:
    people = people_of(panel)
    plain = Spins(np.zeros((3, 120), dtype=np.int64), 40)
    counts = histogram(people, plain, np.array([20, 40, 60, 80]))
    assert counts.sum() == 60
    lengths = ((panel.haplotypes[::2].astype(int) + panel.haplotypes[1::2] - 1) ** 2).sum(axis=1)
    assert counts[1] == ((lengths > 20) & (lengths <= 40)).sum()


def recorded(panel: Panel, model_id: str, monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Fit, and return the exact counts that were about to get noise."""
    seen: list[np.ndarray] = []
    honest = Budget.count

    def listening(self: Budget, what: str, counts: np.ndarray, **words: float) -> object:
        seen.append(counts.copy())
        return honest(self, what, counts, **words)

    monkeypatch.setattr(Budget, "count", listening)
    guarantee = Guarantee(1.0, 1e-6)
    model = fit(create(model_id), panel, guarantee=guarantee, noise=seeded(5))
    assert model.spending is not None
    bounds = [release.sensitivity for release in model.spending.releases]
    monkeypatch.setattr(Budget, "count", honest)
    return [*seen, np.array(bounds)]


@pytest.mark.parametrize("model_id", OURS)
def test_the_first_release_that_a_person_changes_changes_by_its_sensitivity(
    model_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neighbouring panels through the whole fit: label counts and the first look."""
    panel = hostile(LARGE)
    rest = panel.take_individuals(np.arange(1, panel.n_individuals))
    *one, bounds = recorded(panel, model_id, monkeypatch)
    *other, _ = recorded(rest, model_id, monkeypatch)
    for i in (0, 1):
        change = math.sqrt(((one[i] - other[i]) ** 2).sum())
        assert 0 < change <= bounds[i] + 1e-9, i


@pytest.mark.parametrize("model_id", OURS)
def test_a_family_changes_no_more_than_one_person(
    model_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = hostile(LARGE)
    names = [f"F{i}" if i < 40 else "" for i in range(400)]
    names[100:140] = ["F0"] * 40
    family = replace(panel.samples, family=strings(names))
    panel = panel.with_samples(family)
    rest = panel.take_individuals(np.flatnonzero(family.family != "F0"))
    *one, bounds = recorded(panel, model_id, monkeypatch)
    *other, _ = recorded(rest, model_id, monkeypatch)
    for i in (0, 1):
        assert math.sqrt(((one[i] - other[i]) ** 2).sum()) <= bounds[i] + 1e-9


def test_units_are_families_and_those_without_one(panel: Panel) -> None:
    names = [""] * 60
    names[3] = names[9] = "A"
    names[10] = "i11"
    samples = replace(panel.samples, family=strings(names))
    found = units(samples)
    assert found[3] == found[9]
    assert len(set(found)) == 59
    counted = one_a_unit(panel.with_samples(samples))
    assert counted.n_individuals == 59
    assert panel.samples.id[9] not in set(counted.samples.id)
    assert one_a_unit(panel) is panel


@pytest.mark.parametrize("model_id", OURS)
def test_the_whole_guarantee_is_spent_and_no_more(model_id: str) -> None:
    model = fit(create(model_id), LARGE, guarantee=Guarantee(3.0, 1e-6))
    assert model.spending is not None
    rho = sum(release.rho or 0 for release in model.spending.releases)
    budget = Budget(Guarantee(3.0, 1e-6))
    assert 0.95 * budget.rho < rho <= budget.rho * (1 + 1e-9)
    assert model.spending.unit == "individual"
    assert model.history is None
    assert model.emergence is None


@pytest.mark.parametrize("model_id", OURS)
def test_noise_is_no_function_of_the_seed(model_id: str) -> None:
    def weights(**words: object) -> bytes:
        model = fit(create(model_id), LARGE, seed=1, guarantee=Guarantee(1.0, 1e-6), **words)
        return b"".join(np.asarray(value).tobytes() for value in model._tensors().values())

    assert weights() != weights()
    assert weights(noise=seeded(1)) == weights(noise=seeded(1))


@pytest.mark.parametrize("model_id", OURS)
def test_more_budget_is_more_truth_and_infinite_is_near_the_plain_fit(model_id: str) -> None:
    truth = LARGE.frequencies()

    def error(epsilon: float) -> float:
        guarantee = Guarantee(epsilon, 1e-6)
        found = [
            fit(create(model_id), LARGE, guarantee=guarantee, noise=seeded(s)).sample(2000, 1)
            for s in range(2)
        ]
        return float(np.mean([np.abs(one.frequencies() - truth).mean() for one in found]))

    errors = [error(epsilon) for epsilon in (0.5, 6.0, math.inf)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.015


def test_pairs_keep_their_linkage_under_a_guarantee() -> None:
    def linkage(panel: Panel) -> np.ndarray:
        spread = panel.haplotypes.std(axis=0)
        both = (spread[1:] > 0) & (spread[:-1] > 0)
        r = np.corrcoef(panel.haplotypes.T)[np.arange(119), np.arange(1, 120)]
        return np.where(both, r, 0)

    panel = simulated_panel(n_individuals=4000)
    guarantee = Guarantee(3.0, 1e-6)
    tree = create("tree", ["reach=1"])
    drawn = fit(tree, panel, guarantee=guarantee, noise=seeded(2)).sample(2000, 1)
    lost = fit("independent", panel, guarantee=guarantee, noise=seeded(2)).sample(2000, 1)
    real = linkage(panel)
    assert np.corrcoef(real, linkage(drawn))[0, 1] > 0.93
    assert np.abs(real - linkage(drawn)).mean() < 0.5 * np.abs(real - linkage(lost)).mean()


def test_noise_is_taken_out_by_what_all_values_say() -> None:
    rng = np.random.default_rng(3)
    true = np.where(rng.random(2000) < 0.8, -1.0, rng.uniform(-1, 1, 2000))
    noisy = true + rng.normal(0, 0.2, 2000)
    error = np.abs(deconvolved(noisy, np.full(2000, 0.04)) - true).mean()
    assert error < 0.7 * np.abs(np.clip(noisy, -1, 1) - true).mean()


def test_generators_that_cannot_refuse(panel: Panel) -> None:
    able = {kind.id for kind in models if "private" in kind.capabilities}
    assert set(OURS) <= able
    for model_id in set(models.ids()) - able:
        with pytest.raises(CapabilityError, match="privately"):
            fit(create(model_id), panel, guarantee=Guarantee(1.0, 1e-6))


def test_a_delta_that_could_name_a_person_is_refused(panel: Panel) -> None:
    with pytest.raises(SettingsError, match="not below one over"):
        fit("independent", panel, guarantee=Guarantee(1.0, 0.02))


def test_nobody_is_kept_aside(panel: Panel) -> None:
    control = FitControl(guarantee=Guarantee(1.0, 1e-6))
    with pytest.raises(ModelError, match="nobody aside"):
        create("independent").fit_parts(panel, panel, control)


def test_whether_the_panel_varies_is_not_looked_at(panel: Panel) -> None:
    constant = replace(panel, haplotypes=np.zeros_like(panel.haplotypes))
    with pytest.raises(ModelError, match="the same"):
        fit("independent", constant)
    fit("independent", constant, guarantee=Guarantee(1.0, 1e-6))


def test_the_card_of_a_model_says_what_was_promised(panel: Panel, tmp_path: Path) -> None:
    model = fit("tree", panel, guarantee=Guarantee(2.0, 1e-5))
    model.save(tmp_path / "model")
    card = json.loads((tmp_path / "model" / "model.json").read_text())
    assert card["guarantee"]["epsilon"] == 2.0
    assert {"epsilon", "delta", "unit", "public", "releases"} <= card["guarantee"].keys()
    assert load_model(tmp_path / "model").spending == model.spending
    assert LABELS in card["guarantee"]["public"]


def test_no_count_in_the_frame_is_exact(panel: Panel) -> None:
    """Twenty people of each population: twenty fits do not all say so."""
    told = [
        tuple(fit("independent", panel, guarantee=Guarantee(0.5, 1e-6)).frame.populations.values())
        for _ in range(5)
    ]
    assert len(set(told)) > 1
    infinite = fit("independent", panel, guarantee=Guarantee(math.inf, 1e-6))
    assert set(infinite.frame.populations.values()) == {20}


def test_a_missing_label_of_one_person_changes_no_name(panel: Panel) -> None:
    """Without noise: who belongs where is public, and not what the last person says."""
    above = panel.samples.superpopulation.copy()
    above[-1] = ""
    unlabelled = panel.with_samples(replace(panel.samples, superpopulation=above))
    without = panel.take_individuals(np.arange(59))
    frames = [
        fit("independent", part, guarantee=Guarantee(math.inf, 1e-6)).frame.superpopulations
        for part in (unlabelled, without, panel)
    ]
    assert frames[0] == frames[1] == frames[2]
    nobody = panel.samples.population.copy()
    nobody[[0, -1]] = ""
    nameless = panel.with_samples(replace(panel.samples, population=nobody))
    frame = fit("independent", nameless, guarantee=Guarantee(math.inf, 1e-6)).frame
    assert frame.superpopulations == frames[0]
    above[-1] = "elsewhere"
    with pytest.raises(ModelError, match="two superpopulations"):
        fit("independent", unlabelled, guarantee=Guarantee(1.0, 1e-6))


def test_another_guarantee_is_another_fit(panel: Panel) -> None:
    model = create("independent")
    marks = {
        model.fingerprint(panel, 1, guarantee)
        for guarantee in (None, Guarantee(1.0, 1e-6), Guarantee(2.0, 1e-6), Guarantee(1.0, 1e-7))
    }
    assert len(marks) == 4
