"""A phenotype with a known cause is learned with the genome: its association survives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imaginome.errors import ModelError
from imaginome.kernels.intervals import individual_weights
from imaginome.metrics.items.phenotype import allele_tables, log_odds
from imaginome.panel import Panel, strings
from imaginome.panel.split import split_panel
from imaginome.runs.fitting import create, fit
from tests.support.simulated import simulated_panel

STRONG, WEAK, NULL = 20, 60, 100
EXACT = ("independent", "mosaic", "tree")
"""Models that count alleles by class: they learn in no time."""


@pytest.fixture(scope="module")
def parts() -> tuple[Panel, Panel]:
    """Train and holdout of a panel in which two sites decide the colour of eyes."""
    panel = simulated_panel(n_individuals=900, n_sites=120, seed=11)
    rng = np.random.default_rng(12)
    haplotypes = panel.haplotypes.copy()
    for site in (STRONG, WEAK, NULL):
        haplotypes[:, site] = rng.random(len(haplotypes)) < 0.4
    carried = haplotypes[0::2].astype(float) + haplotypes[1::2]
    score = 1.6 * (carried[:, STRONG] - 0.8) + 0.8 * (carried[:, WEAK] - 0.8)
    blue = rng.random(len(carried)) < 1 / (1 + np.exp(-score))
    eyes = strings(["blue" if one else "brown" for one in blue])
    samples = replace(panel.samples, phenotype=eyes)
    return split_panel(replace(panel, haplotypes=haplotypes, samples=samples), 0.5, rng)


def association(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Return log odds ratios within populations at the three sites, and replicates."""
    n = panel.n_individuals
    weights = individual_weights(n, 200, np.random.default_rng(1))
    weights = np.vstack([np.ones((1, n), dtype=np.float32), weights])
    samples = panel.samples
    rows = panel.haplotypes[:, [STRONG, WEAK, NULL]]
    names, counts, sizes = allele_tables(rows, samples.phenotype, samples.population, weights)
    found = log_odds(counts, sizes, names.index("blue"))
    return found[0], found[1:]


@pytest.mark.parametrize("model", EXACT)
def test_associations_survive(parts, model):
    train, holdout = parts
    made = fit(create(model), train, seed=1).sample(450, 1)
    value, spread = association(made)
    real, real_spread = association(holdout)
    error = np.sqrt(spread.var(axis=0) + real_spread.var(axis=0))
    assert (np.abs(value - real) < 3 * error).all()
    strong, weak, null = np.abs(value) / spread.std(axis=0)
    assert strong > 6
    assert weak > 2
    assert null < 3


@pytest.mark.parametrize("model", EXACT)
def test_whoever_is_asked_for_has_the_alleles(parts, model):
    fitted = fit(create(model), parts[0], seed=1)
    share = {
        eyes: fitted.sample(300, 2, phenotype=eyes).frequencies()[[STRONG, NULL]]
        for eyes in ("blue", "brown")
    }
    apart = share["blue"] - share["brown"]
    assert apart[0] > 0.15
    assert abs(apart[1]) < 0.1


def test_without_the_phenotype_there_is_no_association(parts):
    """The check itself: labels given at random to artificial people show nothing."""
    train = parts[0]
    plain = train.with_samples(replace(train.samples, phenotype=None))
    made = fit("independent", plain, seed=1).sample(450, 1)
    eyes = np.random.default_rng(3).permutation(train.samples.phenotype[:450])
    value, spread = association(made.with_samples(replace(made.samples, phenotype=eyes)))
    assert (np.abs(value) < 3.5 * spread.std(axis=0)).all()


def test_unknown_phenotypes_are_a_class_of_their_own(parts):
    """Nobody is thrown away and nothing is guessed; they are as frequent as in train."""
    train = parts[0]
    eyes = train.samples.phenotype.copy()
    eyes[np.random.default_rng(4).random(len(eyes)) < 0.3] = ""
    fitted = fit("independent", train.with_samples(replace(train.samples, phenotype=eyes)), seed=1)
    made = fitted.sample(450, 1).samples.phenotype
    assert (made == "").sum() == (eyes == "").sum()
    assert set(made) == {"", "blue", "brown"}
    with pytest.raises(ModelError, match=r"trained on: blue, brown$"):
        fitted.sample(3, 1, phenotype="green")
