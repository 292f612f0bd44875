"""Tilts that keep classes in place: shares, limits, and what they do to a drifting chain."""

from __future__ import annotations

import numpy as np
import pytest

from imaginome.models.hmm.em import Observed, class_occupancies
from imaginome.models.hmm.fit import LIMIT, calibrated, sharpened, shrunk_shares
from imaginome.models.hmm.parameters import Full
from imaginome.panel import Panel
from imaginome.runs.fitting import create, fit
from tests.support import naive_chain as naive

SITES, CLUSTERS, CLASSES = 30, 4, 3


def chain(sites: int = SITES) -> Full:
    parameters = naive.random_full(np.random.default_rng(3), sites, CLUSTERS, CLASSES)
    assert isinstance(parameters, Full)
    return parameters


def margins(parameters: Full, c: int) -> np.ndarray:
    """Return P(cluster) of class `c` at each site, by plain matrix products."""
    state, found = np.full(CLUSTERS, 1.0 / CLUSTERS), []
    state = np.eye(CLUSTERS)[0]
    for site in range(len(parameters.emission)):
        state = state @ naive.transition(parameters, site, c)
        found.append(state)
    return np.array(found)


def test_classes_get_the_shares_they_are_given() -> None:
    parameters = chain()
    shares = np.random.default_rng(1).dirichlet(np.full(CLUSTERS, 8.0), (SITES, CLASSES))
    found = calibrated(parameters, shares.astype(np.float32), 1)
    for c in range(CLASSES):
        before = np.abs(margins(parameters, c) - shares[:, c]).sum(axis=1).mean()
        after = np.abs(margins(found, c) - shares[:, c]).sum(axis=1).mean()
        assert after < 0.02
        assert before > 0.2
    assert found.transition is parameters.transition
    assert found.emission is parameters.emission


def test_its_own_margins_leave_a_chain_as_it_is() -> None:
    parameters = chain()
    own = np.stack([margins(parameters, c) for c in range(CLASSES)], axis=1)
    found = calibrated(parameters, own.astype(np.float32), 1)
    np.testing.assert_allclose(found.tilt, parameters.tilt, rtol=2e-3)


def test_no_tilt_moves_farther_than_the_limit() -> None:
    parameters = chain()
    shares = np.zeros((SITES, CLASSES, CLUSTERS), np.float32)
    shares[..., 2] = 1.0
    ratio = calibrated(parameters, shares, 1).tilt / parameters.tilt
    assert ratio.max() <= LIMIT * 1.001
    assert ratio.min() >= 0.999 / LIMIT
    assert ratio.max() > LIMIT * 0.9


def test_threads_change_no_byte() -> None:
    shares = np.random.default_rng(1).dirichlet(np.ones(CLUSTERS), (SITES, CLASSES))
    one, two = (calibrated(chain(), shares.astype(np.float32), t).tilt for t in (1, 2))
    assert one.tobytes() == two.tobytes()


def test_sharpening_raises_rows_to_a_power() -> None:
    parameters = chain()
    parameters.transition[4] = np.eye(CLUSTERS)
    parameters.transition[5, 1] = [0.0, 0.8, 0.2, 0.0]
    found = sharpened(parameters, 1.5)
    powers = parameters.transition.astype(float) ** 1.5
    expected = powers / powers.sum(axis=2, keepdims=True)
    np.testing.assert_allclose(found.transition, expected, rtol=1e-5)
    assert (found.transition[4] == np.eye(CLUSTERS)).all()
    # A chain start stays one, and normalising sums follow.
    assert np.ptp(found.transition[0], axis=0).max() == 0
    sums = np.einsum("ljk,lck->lcj", found.transition, found.tilt)
    np.testing.assert_allclose(found.inverse * sums, 1.0, rtol=1e-5)
    np.testing.assert_allclose(sharpened(parameters, 1.0).transition, parameters.transition, 1e-5)


def test_shares_lean_to_the_group_and_the_group_to_everyone() -> None:
    occupancy = np.array([[[6.0, 0.0], [2.0, 2.0], [0.0, 10.0]]], dtype=np.float32)
    groups = np.array([0, 0, 1])
    everyone = np.array([8.0, 12.0]) / 20
    shared = (np.array([8.0, 2.0]) + 5 * everyone) / 15
    alone = (np.array([0.0, 10.0]) + 5 * everyone) / 15
    found = shrunk_shares(occupancy, groups, 5.0, 4.0)[0]
    np.testing.assert_allclose(found[0], (np.array([6.0, 0.0]) + 4 * shared) / 10, rtol=1e-5)
    np.testing.assert_allclose(found[1], (np.array([2.0, 2.0]) + 4 * shared) / 8, rtol=1e-5)
    np.testing.assert_allclose(found[2], (np.array([0.0, 10.0]) + 4 * alone) / 14, rtol=1e-5)


@pytest.mark.parametrize("threads", [1, 2])
def test_occupancies_are_the_posteriors_summed_by_class(threads: int) -> None:
    parameters, rng = chain(5), np.random.default_rng(4)
    rows = (rng.random((7, 5)) < 0.4).astype(np.uint8)
    observed = Observed.of(rows, rng.integers(0, CLASSES, 7), np.zeros(CLASSES, dtype=np.int64))
    kept = {name: value.copy() for name, value in parameters.tensors().items()}
    found = class_occupancies(parameters, observed, threads)
    expected = np.zeros((5, CLASSES, CLUSTERS))
    for row, c in zip(observed.alleles.T, observed.classes, strict=True):
        paths, chances = naive.paths(parameters, row, int(c))
        for path, chance in zip(paths, chances / chances.sum(), strict=True):
            for site in range(5):
                expected[site, c, path[site + 1]] += chance
    np.testing.assert_allclose(found, expected, atol=1e-5)
    for name, value in parameters.tensors().items():
        assert value.tobytes() == kept[name].tobytes()


def test_populations_keep_their_frequencies(panel: Panel) -> None:
    """Heavy pseudo-transitions pull populations together; calibration holds them apart."""
    label = np.repeat(panel.samples.population, 2)
    errors = []
    for calibrate in ("false", "true"):
        words = ["clusters=8", "rounds=4", "full_rounds=3", f"calibrate={calibrate}"]
        words += ["transition_prior=300", "population_share_prior=1"]
        drawn = fit(create("hmm", words), panel, seed=1).sample(2000, seed=1)
        artificial = np.repeat(drawn.samples.population, 2)
        means = [
            np.abs(drawn.haplotypes[artificial == p].mean(0) - panel.haplotypes[label == p].mean(0))
            for p in np.unique(label)
        ]
        errors.append(np.mean(means))
    assert errors[1] < 0.8 * errors[0]
