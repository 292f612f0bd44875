"""Association: scans against ordinary least squares, and what they must find or miss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imaginome.metrics.base import NotApplicable
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.items.association.metric import ITEM, Findings, around, correlation, overlap
from imaginome.metrics.items.association.traits import (
    CAUSAL,
    TRAITS,
    Architecture,
    Scan,
    dosages,
    orthonormal,
    scan,
)
from tests.support.comparisons import compared, part
from tests.support.simulated import simulated_panel


@pytest.fixture(scope="module")
def large() -> Comparison:
    """Three panels of 300 people with linkage and structure."""
    panel = simulated_panel(900, 150)
    return compared(*(part(panel, k) for k in range(3)), replicates=20)


def naive(x, covariates, y):
    """Regress y on x and covariates with an intercept; return effect and z of x."""
    design = np.column_stack([x, np.ones(len(x)), covariates])
    beta, _, _, _ = np.linalg.lstsq(design, y, rcond=None)
    rest = y - design @ beta
    variance = rest @ rest / (len(y) - design.shape[1]) * np.linalg.inv(design.T @ design)
    return beta[0], beta[0] / np.sqrt(variance[0, 0])


@pytest.mark.parametrize("counted", [False, True])
def test_a_scan_is_least_squares_site_by_site(counted):
    rng = np.random.default_rng(1)
    x = rng.integers(0, 3, (80, 7)).astype(float)
    covariates = rng.normal(size=(80, 2)) + x[:, :1]
    traits = rng.normal(size=(80, 3)) + 0.5 * x[:, 2:3]
    weights = rng.multinomial(80, np.full(80, 1 / 80)).astype(float) if counted else np.ones(80)
    found = scan(x, orthonormal(covariates), traits, weights)
    rows = np.repeat(np.arange(80), weights.astype(int))
    for j in range(7):
        for t in range(3):
            effect, z = naive(x[rows, j], covariates[rows], traits[rows, t])
            assert found.effects[j, t] == pytest.approx(effect, abs=1e-9)
            assert found.z[j, t] == pytest.approx(z, abs=1e-7)


def test_a_lost_site_is_no_association_nor_is_one_that_the_covariates_hold():
    rng = np.random.default_rng(2)
    x = np.column_stack([np.full(50, 2.0), np.zeros(50), rng.integers(0, 3, 50)])
    found = scan(x, orthonormal(x[:, 2:]), rng.normal(size=(50, 2)), np.ones(50))
    assert (found.effects == 0).all()
    assert (found.z == 0).all()


def test_traits_have_the_variances_that_they_say(large):
    made = Architecture.of(large)
    h = large.holdout.haplotypes
    assert made.genetic(h).var(axis=0) == pytest.approx(np.full(TRAITS, 0.3))
    many = np.tile(h, (50, 1))
    environment = made.environment(many, np.random.default_rng(0))
    assert environment.var(axis=0) == pytest.approx(np.full(TRAITS, 0.7), rel=0.08)
    between = np.array([environment[i::300].mean(axis=0) for i in range(300)]).var(axis=0)
    assert between.mean() == pytest.approx(0.2, abs=0.03)


def test_train_and_artificial_have_the_same_say_in_the_traits(large):
    """None: else the ceiling would not be what another panel of real people gets."""
    turned = replace(large, train=large.artificial, artificial=large.train)
    first, other = Architecture.of(large), Architecture.of(turned)
    assert (first.causal == other.causal).all()
    assert (first.effects == other.effects).all()
    assert (first.axis.axes == other.axis.axes).all()
    assert (first.centre, first.scale) == (other.centre, other.scale)
    notes = [ITEM().compute(c).notes for c in (large, turned)]
    assert notes[0] == notes[1]
    frequency = large.holdout.frequencies()[first.causal]
    assert (np.minimum(frequency, 1 - frequency) >= 0.05).all()
    assert all(len(set(row)) == CAUSAL for row in first.causal)


def test_people_who_are_all_alike_tell_no_effects(large):
    made = large.artificial
    alike = replace(made, haplotypes=np.zeros_like(made.haplotypes))
    found = measures(replace(large, artificial=alike))
    for key in ("z_r", "effects_r", "found"):
        assert found[f"association.{key}"].artificial.value == 0


def findings(z) -> Findings:
    z = np.repeat(np.asarray(z, dtype=float)[:, None], TRAITS, axis=1)
    flat = np.zeros((TRAITS, CAUSAL))
    return Findings(z, z, flat, flat, flat)


def test_overlap_and_correlation_by_hand():
    z = np.arange(1, 101.0)
    assert overlap(findings(z), findings(-z)) == 1
    assert correlation(findings(z), findings(-z)) == pytest.approx(-1)
    assert overlap(findings(z), findings(z[::-1])) == 0
    # The strongest five of both: 96 to 100 against 98 to 102.
    moved = z.copy()
    moved[[95, 96]] = 0
    moved[[0, 1]] = 500
    assert overlap(findings(z), findings(moved)) == pytest.approx(3 / 5)


def test_causal_sites_are_read_from_their_rows(large):
    made = Architecture.of(large)
    tested = np.union1d(made.causal.ravel(), [0, 149])
    z = np.arange(len(tested) * 2 * TRAITS, dtype=float).reshape(len(tested), 2 * TRAITS)
    found = Findings.of(Scan(z, z), tested, made)
    for t in (0, 7):
        for k in (0, CAUSAL - 1):
            row = list(tested).index(made.causal[t, k])
            assert found.causal[t, k] == z[row, t]


def test_signal_is_highest_at_causal_sites(large):
    made = Architecture.of(large)
    tested = np.arange(150)
    z = np.zeros((150, TRAITS))
    for t, sites in enumerate(made.causal):
        z[sites, t] = 3
    figure = around(
        large.train.sites, tested, made.causal, dict.fromkeys(("holdout", "train", "artificial"), z)
    )
    assert figure.series[0].y[0] == 9
    assert set(figure.series[0].y[1:]) == {0}


def measures(comparison: Comparison):
    return {m.id: m for m in ITEM().compute(comparison).measures}


def test_real_people_stand_at_the_ceiling_and_independent_sites_do_not(large):
    found = measures(large)
    agreement = found["association.z_r"]
    assert agreement.ceiling.value > 0.4
    assert agreement.artificial.value == pytest.approx(agreement.ceiling.value, abs=0.12)
    assert found["association.effects_r"].artificial.value > 0.7
    assert 0.6 < found["association.inflation"].artificial.value < 1.6
    rng = np.random.default_rng(4)
    h = large.artificial.haplotypes
    shuffled = np.stack([rng.permutation(column) for column in h.T], axis=1)
    false = measures(replace(large, artificial=replace(large.artificial, haplotypes=shuffled)))
    assert false["association.z_r"].artificial.high < agreement.ceiling.low
    assert false["association.z_r"].ceiling == agreement.ceiling


def test_swapped_alleles_turn_scores_round(large):
    """REF and ALT swapped at every second site: neighbours of causal sites point elsewhere."""
    h = large.artificial.haplotypes.copy()
    h[:, ::2] = 1 - h[:, ::2]
    swapped = replace(large, artificial=replace(large.artificial, haplotypes=h))
    found = measures(swapped)["association.z_r"]
    assert found.artificial.high < found.ceiling.low


def test_too_few_common_sites(thirds):
    few = [p.take_sites(np.arange(12)) for p in (thirds.train, thirds.holdout, thirds.artificial)]
    with pytest.raises(NotApplicable, match="Fewer than 20 sites"):
        ITEM().compute(compared(*few))


def test_too_few_people(panel):
    few = [panel.take_individuals(np.arange(9 * k, 9 * k + 9)) for k in range(3)]
    with pytest.raises(NotApplicable, match="10 people"):
        ITEM().compute(compared(*few))


def test_a_trait_that_does_not_vary_warns_of_nothing():
    x = np.random.default_rng(5).integers(0, 3, (30, 4)).astype(float)
    with np.errstate(all="raise"):
        found = scan(x, orthonormal(x[:, :0]), np.zeros((30, 2)), np.ones(30))
    assert (found.z == 0).all()


def test_threads_change_nothing(thirds):
    one = ITEM().compute(thirds).model_dump_json()
    assert ITEM().compute(replace(thirds, threads=3)).model_dump_json() == one


def test_dosages_count_both_haplotypes():
    h = np.array([[0, 1, 1], [1, 1, 0]], dtype=np.uint8)
    assert dosages(h, np.array([0, 1])).tolist() == [[1, 2]]
