"""Proof by attack: leaks are proven, a private fit keeps its claim, a broken one is caught."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from imaginome.data import DEMO_PANEL, DEMO_SAMPLES
from imaginome.dp import accounting
from imaginome.dp.accounting import Budget, rho_of
from imaginome.dp.guarantee import Guarantee
from imaginome.dp.noise import seeded
from imaginome.errors import CapabilityError, SettingsError
from imaginome.formats import ReadOptions, read_panel
from imaginome.models.independent import Independent
from imaginome.models.registry import models
from imaginome.panel import Panel, Samples, strings
from imaginome.runs.canaries import CanaryAudit, CanaryPlan, audit_with_canaries, in_one_line
from imaginome.runs.fitting import fit

CLAIM = Guarantee(1.0, 1e-6)


@pytest.fixture(scope="module")
def people() -> Panel:
    """300 people at 791 sites."""
    panel = read_panel(DEMO_PANEL, ReadOptions(samples_table=DEMO_SAMPLES))
    panel = panel.take_sites(np.arange(0, panel.n_sites, 2))
    return panel.take_individuals(np.arange(0, panel.n_individuals, 2))


def proven(people: Panel, model: str, claim: Guarantee | None = None, **plan) -> CanaryAudit:
    chosen = CanaryPlan(**{"canaries": 200, "guarantee": claim, "noise": seeded(3)} | plan)
    return audit_with_canaries(people, model, (), chosen)


@pytest.mark.parametrize("model", ["independent", "markov", "mosaic"])
def test_generators_without_a_guarantee_are_shown_to_leak(people, model):
    found = proven(people, model)
    assert 1.5 < found.epsilon <= found.most
    assert found.claim is None
    assert not found.contradicted
    assert 70 < found.included < 130


def test_real_people_as_canaries_are_found_too(people):
    assert proven(people, "independent", kind="people", canaries=100).epsilon > 0.5


@pytest.mark.parametrize("model", ["independent", "tree"])
@pytest.mark.parametrize("epsilon", [1.0, 8.0])
def test_a_private_fit_stays_under_its_claim(people, model, epsilon):
    found = proven(people, model, Guarantee(epsilon, 1e-6))
    assert found.epsilon < epsilon
    assert not found.contradicted
    assert "does not contradict" in in_one_line(found)


def without_noise(variance: float, n: int, source: object) -> np.ndarray:
    return np.zeros(n, dtype=np.int64)


class Plain(Independent):
    """The simplest private generator: sums of alleles with noise, and nothing else."""

    def _fit_within(self, train: Panel, budget: Budget) -> None:
        sums = train.haplotypes.sum(axis=0, dtype=np.int64)
        longest = 4 * train.n_sites
        told = budget.count("alleles", sums, sensitivity_squared=longest, share=budget.left)
        chance = np.clip(told.values / train.n_haplotypes, 0, 1)
        self._frequencies = np.tile(chance, (max(1, len(self.frame.classes)), 1)).astype(np.float32)


class StartsFromPeople(Plain):
    """Broken on purpose: what is too noisy stays near its start, and that is exact."""

    def _fit_within(self, train: Panel, budget: Budget) -> None:
        super()._fit_within(train, budget)
        start = train.frequencies()
        self._frequencies = (0.003 * self._frequencies + 0.997 * start).astype(np.float32)


def test_a_plain_private_generator_keeps_its_claim(people, monkeypatch):
    monkeypatch.setattr(models, "get", lambda _: Plain)
    found = proven(people, "plain", CLAIM)
    assert found.epsilon < 0.5
    assert not found.contradicted


def test_noise_left_out_is_caught(people, monkeypatch):
    monkeypatch.setattr(models, "get", lambda _: Plain)
    monkeypatch.setattr(accounting, "discrete_normal", without_noise)
    found = proven(people, "plain", CLAIM)
    assert found.contradicted
    assert "CONTRADICTS" in in_one_line(found)


def test_an_initialisation_outside_the_budget_is_caught(people, monkeypatch):
    monkeypatch.setattr(models, "get", lambda _: StartsFromPeople)
    assert proven(people, "plain", CLAIM).contradicted


def test_same_seed_same_proof_whatever_the_threads(people):
    one = proven(people, "independent")
    again = proven(people, "independent", threads=2)
    assert one.model_copy(update={"seconds": 0.0}) == again.model_copy(update={"seconds": 0.0})
    other = proven(people, "independent", seed=2)
    assert one.tests != other.tests
    assert CanaryAudit.model_validate_json(one.model_dump_json()) == one


def test_fits_are_pooled(people):
    found = proven(people, "independent", CLAIM, fits=3, canaries=40)
    assert found.fits == 3
    assert {test.guesses for test in found.tests} == {3 * 32, 3 * 16, 3 * 4}
    assert 30 < found.included < 90


def test_nobody_is_told(people):
    text = proven(people, "independent", kind="people", canaries=60).model_dump_json()
    assert not [name for name in people.samples.id if name in text]


def test_what_cannot_be_done_is_refused(people):
    with pytest.raises(SettingsError, match="prove nothing"):
        CanaryPlan(canaries=5)
    with pytest.raises(SettingsError, match="cannot be canaries"):
        proven(people, "independent", kind="people", canaries=290)
    with pytest.raises(CapabilityError, match="privately"):
        proven(people, "markov", CLAIM)


def test_kin_are_no_canaries(people):
    samples = people.samples
    family = strings([f"F{i // 2}" if i < 250 else "" for i in range(len(samples))])
    kin = people.with_samples(Samples(samples.id, samples.population, family=family))
    with pytest.raises(SettingsError, match="cannot be canaries"):
        proven(kin, "independent", kind="people", canaries=60)
    assert proven(kin, "independent", kind="people", canaries=40).canaries == 40


# -- many fits with and without one person: what one run is too coarse for ----------------------

FITS = 300
WIDE = Guarantee(8.0, 1e-6)
ALLOWED = float(np.sqrt(2 * rho_of(WIDE.epsilon, WIDE.delta)))
"""Shift of anything normal that one person may cause, in standard deviations."""


@pytest.fixture
def fast_noise(monkeypatch):
    """Rounded normal noise: the exact one is tested elsewhere, and takes longer."""
    rng = np.random.default_rng(5)

    def drawn(variance: float, n: int, source: object) -> np.ndarray:
        return np.rint(rng.normal(0, np.sqrt(variance), n)).astype(np.int64)

    monkeypatch.setattr(accounting, "discrete_normal", drawn)


def shift(people: Panel, kind: type[Independent], fits: int = FITS) -> float:
    """Bound the shift that one person causes from below, with 99.9% confidence.

    Every other fit has the person in. Seen is how far frequencies lean towards the alleles.
    """
    few = people.take_sites(np.arange(0, people.n_sites, 20))
    few = few.take_individuals(np.arange(0, few.n_individuals, 3))
    plain = few.with_samples(Samples(few.samples.id))
    usual = plain.frequencies()
    row = np.ones(few.n_sites, dtype=np.uint8)
    names = Samples(np.concatenate([plain.samples.id, strings(["CANARY"])]))
    both = Panel(np.concatenate([plain.haplotypes, [row, row]]), few.sites, names)
    seen = []
    for k in range(fits):
        model = fit(kind(Independent.Settings()), plain if k % 2 else both, guarantee=WIDE)
        seen.append(float((model._frequencies[0] - usual) @ row))
    with_, without = np.array(seen[::2]), np.array(seen[1::2])
    spread = np.sqrt((with_.var(ddof=1) + without.var(ddof=1)) / 2)
    if spread < 1e-9:
        return np.inf
    found = (with_.mean() - without.mean()) / spread
    z = norm.ppf(0.999)
    return float(found - z * np.sqrt(4 / fits + found**2 / (2 * fits)))


@pytest.mark.usefixtures("fast_noise")
@pytest.mark.parametrize("kind", [Plain, Independent])
def test_one_person_shifts_what_is_learned_by_no_more_than_the_budget_allows(people, kind):
    found = shift(people, kind)
    assert found < ALLOWED
    if kind is Plain:  # The test has something to see: all that is allowed is nearly used.
        assert found > 0.4 * ALLOWED


@pytest.mark.usefixtures("fast_noise")
def test_sensitivity_for_one_haplotype_instead_of_two_is_caught(people, monkeypatch):
    count = Budget.count

    def half(self: Budget, *args: Any, sensitivity_squared: int, **kwargs: Any) -> Any:
        short = max(1, sensitivity_squared // 4)
        return count(self, *args, sensitivity_squared=short, **kwargs)

    monkeypatch.setattr(Budget, "count", half)
    assert shift(people, Plain) > ALLOWED


def test_noise_left_out_of_many_fits_is_caught(people, monkeypatch):
    monkeypatch.setattr(accounting, "discrete_normal", without_noise)
    assert shift(people, Independent, 10) == np.inf
