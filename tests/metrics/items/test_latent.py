"""Latent space against plain linear algebra, and codes that know or do not know populations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imaginome.kernels.pca import fit_point_components
from imaginome.metrics.base import NotApplicable
from imaginome.metrics.evidence import ModelEvidence
from imaginome.metrics.items.latent import ITEM
from tests.support.comparisons import compared, part
from tests.support.simulated import simulated_panel

NAMES = ("train", "holdout", "artificial")


@pytest.fixture(scope="module")
def people():
    whole = simulated_panel(n_individuals=180, n_sites=120, seed=3)
    return compared(part(whole, 0), part(whole, 1), part(whole, 2), replicates=20)


def coded(comparison, make):
    codes = {n: make(getattr(comparison, n), n).astype(np.float32) for n in NAMES}
    return replace(comparison, evidence=ModelEvidence("any", latent=codes))


def projected(panel, _name):
    """Encode by a fixed random projection of the alleles."""
    return panel.haplotypes @ np.random.default_rng(1).normal(size=(panel.n_sites, 12))


def noise(panel, name):
    return np.random.default_rng(len(name)).normal(size=(panel.n_haplotypes, 12))


def measures(comparison):
    return {m.id.split(".")[1]: m for m in ITEM().compute(comparison).measures}


@pytest.mark.parametrize("shape", [(50, 8), (20, 40)])
def test_components_against_singular_values(shape):
    codes = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    axes = fit_point_components(codes, 4)
    around = codes - codes.mean(axis=0)
    _, values, vectors = np.linalg.svd(around.astype(np.float64), full_matrices=False)
    np.testing.assert_allclose(axes.variance, values[:4] ** 2, rtol=1e-4)
    np.testing.assert_allclose(np.abs((axes.axes * vectors[:4].T).sum(axis=0)), 1, rtol=1e-4)
    np.testing.assert_allclose((axes.project(codes) ** 2).sum(axis=0), axes.variance, rtol=1e-4)


def test_real_codes_are_at_the_ceiling_and_shifted_ones_are_not(people):
    same = measures(coded(people, projected))["sliced"]
    assert same.artificial.value < 2 * same.ceiling.value
    far = coded(people, lambda p, n: projected(p, n) * (0.2 if n == "artificial" else 1.0))
    measure = measures(far)["sliced"]
    assert measure.artificial.low > measure.ceiling.high


def test_codes_that_know_populations_tell_them(people):
    def known(panel, name):
        of = np.repeat([int(label[-1]) for label in panel.samples.population], 2)
        return 5 * np.eye(12)[of] + noise(panel, name)

    knowing = measures(coded(people, known))["population"]
    blind = measures(coded(people, noise))["population"]
    assert knowing.artificial.value > 0.95
    assert blind.artificial.value < 0.55
    assert knowing.ceiling == blind.ceiling
    assert blind.ceiling.value > blind.artificial.high


def test_a_person_is_not_told_by_himself(people):
    """Codes that give everyone an own direction say nothing of the labels of others."""

    def own(panel, _name):
        return np.eye(panel.n_haplotypes)

    assert measures(coded(people, own))["population"].artificial.value < 0.6


def test_without_codes_it_does_not_apply(people):
    with pytest.raises(NotApplicable, match="--model"):
        ITEM().compute(people)
    constant = coded(people, lambda p, _: np.ones((p.n_haplotypes, 3)))
    with pytest.raises(NotApplicable, match="same latent code"):
        ITEM().compute(constant)


def test_positions_of_populations_are_means_of_many(people):
    (table,) = ITEM().compute(coded(people, projected)).tables
    assert [row[0] for row in table.rows] == ["POP0", "POP1", "POP2"]
    assert len(table.rows[0]) == 7


def test_threads_change_nothing(people):
    one = ITEM().compute(coded(people, projected)).model_dump_json()
    again = replace(coded(people, projected), threads=2)
    assert ITEM().compute(again).model_dump_json() == one
