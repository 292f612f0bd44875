"""The generator `hmm` as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imaginome.errors import SettingsError
from imaginome.formats import read_panel
from imaginome.models.hmm.em import Observed, log_likelihoods
from imaginome.models.hmm.model import Hmm
from imaginome.panel import Panel, Sites, strings
from imaginome.panel.frame import class_shares
from imaginome.panel.split import split
from imaginome.runs.fitting import create, fit
from imaginome.training.control import FitControl
from tests.support.simulated import simulated_panel
from tests.support.smallest import each_of_the_smallest, smallest

SMALL = ["clusters=8", "rounds=4", "full_rounds=4"]


def fitted(panel: Panel, *settings: str) -> Hmm:
    model = fit(create("hmm", [*SMALL, *settings]), panel, seed=1)
    assert isinstance(model, Hmm)
    return model


def r2(haplotypes: np.ndarray, lag: int) -> np.ndarray:
    """Return squared correlations of sites `lag` apart; 0 where a site is constant."""
    x = haplotypes - haplotypes.mean(axis=0)
    sd = x.std(axis=0)
    sd[sd == 0] = np.inf
    z = x / sd
    return np.asarray((z[:, :-lag] * z[:, lag:]).mean(axis=0) ** 2)


def test_full_transitions_beat_memoryless_on_held_out_people() -> None:
    panel = simulated_panel(n_individuals=300, n_sites=150)
    full, memoryless = fitted(panel), fitted(panel, "transitions=memoryless")
    held_out = simulated_panel(n_individuals=340, n_sites=150).haplotypes[600:]
    assert full.log_likelihood(held_out).mean() > memoryless.log_likelihood(held_out).mean()
    assert full.history is not None
    assert full.history.best_value == max(r["log_likelihood"] for r in full.history.records)


def test_linkage_survives(panel: Panel) -> None:
    drawn = fitted(panel, "clusters=12").sample(500, seed=1)
    for lag in (1, 4):
        real, artificial = r2(panel.haplotypes, lag), r2(drawn.haplotypes, lag)
        assert np.corrcoef(real, artificial)[0, 1] > 0.7


def test_log_likelihood_mixes_populations(panel: Panel) -> None:
    model, rows = fitted(panel), panel.haplotypes[:6]
    by_class = [
        log_likelihoods(model._parameters, Observed.of(rows, np.full(6, c), model._groups()), 1)
        for c in range(3)
    ]
    shares = class_shares(model.frame)
    expected = np.log(sum(s * np.exp(logs) for s, logs in zip(shares, by_class, strict=True)))
    np.testing.assert_allclose(model.log_likelihood(rows), expected, rtol=1e-9)


def test_contigs_are_independent_given_the_population(panel: Panel) -> None:
    """Two copies of a site on different contigs are linked in the panel, not in the model."""
    half = panel.n_sites // 2
    twice = np.concatenate([panel.haplotypes[:, :half]] * 2, axis=1)
    old = panel.sites
    sites = Sites(
        strings(["1"] * half + ["2"] * half),
        np.tile(old.position[:half], 2),
        old.id, old.ref, old.alt,
    )  # fmt: skip
    model = fitted(Panel(twice, sites, panel.samples), "by_population=false")
    drawn = model.sample(1000, seed=1).haplotypes
    common = np.flatnonzero(np.abs(drawn.mean(axis=0)[:half] - 0.5) < 0.3)
    across = [np.corrcoef(drawn[:, j], drawn[:, j + half])[0, 1] ** 2 for j in common]
    assert np.mean(across) < 0.01


def test_an_allele_seen_once_keeps_about_its_frequency() -> None:
    panel = simulated_panel(n_individuals=100, n_sites=80, seed=3)
    haplotypes = panel.haplotypes.copy()
    rare = np.arange(0, 80, 4)
    haplotypes[:, rare] = 0
    haplotypes[np.random.default_rng(1).integers(0, 200, len(rare)), rare] = 1
    drawn = fitted(Panel(haplotypes, panel.sites, panel.samples)).sample(4000, seed=1)
    found = drawn.frequencies()[rare].mean() * 200
    assert 0.8 < found < 1.25


def test_alleles_of_validation_people_are_kept() -> None:
    """A variant carried by validation people only is there after the final round."""
    panel = simulated_panel(n_individuals=100, n_sites=40, seed=3)
    haplotypes = panel.haplotypes.copy()
    haplotypes[:, ::2] = 0
    haplotypes[np.arange(20) * 9 % 200, np.arange(0, 40, 2)] = 1
    once = Panel(haplotypes, panel.sites, panel.samples)
    kept = fitted(once).sample(3000, seed=1).frequencies()[::2] > 0.001
    lost = fitted(once, "final_round=false").sample(3000, seed=1).frequencies()[::2] <= 0.001
    assert kept.all()
    assert lost.any()


def test_a_small_panel_gets_fewer_clusters(panel: Panel) -> None:
    model = fit(create("hmm", ["clusters=500", "rounds=1", "full_rounds=1"]), panel)
    learnt = panel.n_haplotypes * 9 // 10
    assert model._tensors()["emission"].shape[-1] == learnt // 4


def test_settings_out_of_range() -> None:
    for bad in ("clusters=1", "transitions=none", "emission_prior=0", "rounds=0"):
        with pytest.raises(SettingsError, match=bad.split("=")[0]):
            create("hmm", [bad])


def test_constant_sites_stay_nearly_constant() -> None:
    panel = simulated_panel(n_individuals=60, n_sites=30)
    haplotypes = panel.haplotypes.copy()
    haplotypes[:, 5], haplotypes[:, 6] = 0, 1
    model = fitted(Panel(haplotypes, panel.sites, panel.samples))
    frequency = model.sample(1000, seed=1).frequencies()
    assert frequency[5] < 0.005
    assert frequency[6] > 0.995
    assert np.isfinite(model.log_likelihood(1 - haplotypes[:4])).all()


@pytest.mark.filterwarnings("error")
@each_of_the_smallest
def test_the_smallest_panels_are_learned(
    people: int, n_sites: int, alone: bool, labels: int
) -> None:
    """Two clusters, sites that do not vary, contigs of one site, no or one population."""
    train, validation = smallest(people, n_sites, alone, labels)
    model = Hmm().fit_parts(train, validation, FitControl(device="cpu"))
    for n in (1, 2, 7):
        assert model.sample(n, 1).haplotypes.max() <= 1
    everything = ((np.arange(2**n_sites)[:, None] >> np.arange(n_sites)) & 1).astype(np.uint8)
    assert np.exp(model.log_likelihood(everything)).sum() == pytest.approx(1.0, abs=1e-5)
    completed = model.complete(everything, np.arange(n_sites) % 2 == 1, draws=1)
    assert np.isfinite(completed.dosages).all()


@pytest.mark.panels
@pytest.mark.long
def test_a_dense_panel_reaches_its_held_out_likelihood(panels_dir: Path) -> None:
    """64 clusters on half of kgp-chr15-10k, without labels of populations."""
    panel = read_panel(panels_dir / "kgp-chr15-10k" / "real.vcf.gz")
    train, holdout = split(panel, 0.5, 1)
    model = fit("hmm", train, seed=1, threads=2)
    assert model.log_likelihood(holdout.haplotypes[::5], threads=2).mean() > -235
