"""Training with a guarantee: clipping, noise, who is drawn, what is spent; nothing beside it."""

from __future__ import annotations

from dataclasses import replace

import dp_accounting
import numpy as np
import pytest
import torch
from scipy.stats import kstest

from imaginome.dp.accounting import Budget
from imaginome.dp.guarantee import Guarantee
from imaginome.dp.noise import SYSTEM, seeded
from imaginome.errors import ModelError
from imaginome.models.registry import load_model
from imaginome.models.vae.accounting import epsilon_of, noise_for
from imaginome.models.vae.network import Decoder
from imaginome.models.vae.private import (
    Clipped,
    PrivateRecipe,
    PrivateTrainee,
    Units,
    chosen,
    normal,
)
from imaginome.panel import strings
from imaginome.panel.frame import PanelFrame, haplotype_classes
from imaginome.runs.fitting import create, fit
from imaginome.training.control import FitControl
from tests.support.simulated import simulated_panel

SITES, FEATURES, LATENT = 12, 3, 2
RECIPE = PrivateRecipe(
    steps=3, rate=1.0, bound=0.7, learning_rate=0.01, latent=2, hidden=4, dreams=1, share=0.5
)
SETTINGS = ["steps=3", "rate=1"]


def decoder(seed=1):
    torch.manual_seed(seed)
    found = Decoder(SITES, FEATURES, LATENT, 5, 2).double()
    found.labels.requires_grad_(False)
    return found


def people(n, members, seed=2):
    """Codes, labels and alleles of units, and who of them is there."""
    rng = np.random.default_rng(seed)
    shape = (n, members)
    code = torch.from_numpy(rng.standard_normal((*shape, LATENT)))
    known = torch.from_numpy(rng.integers(0, 2, (*shape, FEATURES)).astype(float))
    alleles = torch.from_numpy(rng.integers(0, 2, (*shape, SITES)).astype(float))
    present = torch.from_numpy((np.arange(members) < rng.integers(2, members + 1, (n, 1))) * 1.0)
    return code, known, alleles, present


def naive_gradients(network, code, known, alleles, present):
    """The gradient of each unit by itself, flat: one backward pass a unit."""
    wanted = [p for p in network.parameters() if p.requires_grad]
    found = []
    for i in range(len(code)):
        loss = (network(code[i], known[i], alleles[i]) * present[i]).sum()
        found.append(torch.cat([g.ravel() for g in torch.autograd.grad(loss, wanted)]))
    return torch.stack(found)


def flat(gradients):
    return torch.cat([gradient.ravel() for gradient in gradients])


def trainee(panel, *, epsilon=8.0, source=SYSTEM, spins=None, recipe=RECIPE):
    budget = Budget(Guarantee(epsilon, 1e-6), "individual", source)
    frame = PanelFrame.of(panel)
    budget.people = float(panel.n_individuals)
    if spins is None:
        spins = np.zeros((len(frame.classes), panel.n_sites))
    control = FitControl(seed=1, budget=budget)
    return PrivateTrainee(recipe, Units.of(panel, frame), frame, spins, budget, control)


# -- clipping ---------------------------------------------------------------------------------


@pytest.mark.parametrize("members", [2, 5])
def test_clipped_sum_equals_that_of_naive_gradients(members):
    network, given = decoder(), people(9, members)
    each = naive_gradients(network, *given)
    lengths = each.norm(dim=1)
    bound = float(lengths.median())
    total, measured = Clipped(network, bound).sum(*given[:3], present=given[3])
    torch.testing.assert_close(measured, lengths, rtol=1e-9, atol=1e-9)
    expected = (each * (bound / lengths).clamp(max=1.0)[:, None]).sum(0)
    torch.testing.assert_close(flat(total), expected, rtol=1e-6, atol=1e-9)


def test_nobody_adds_more_than_the_bound_however_odd():
    bound = 0.3
    code, known, alleles, present = people(4, 2)
    alleles[1] *= 1e6
    code[2] *= 1e3
    for i in range(4):
        one = slice(i, i + 1)
        alone = Clipped(decoder(), bound).sum(
            code[one], known[one], alleles[one], present=present[one]
        )[0]
        assert flat(alone).norm() <= bound * (1 + 1e-7)


def test_members_whose_gradients_cancel_are_measured_exactly():
    """In single precision the length of what is left of a difference would be noise."""
    network = decoder()
    code, known, alleles, present = people(1, 2)
    alleles[0, 1], known[0, 1] = 1e3 - alleles[0, 0], known[0, 0]
    code[0, 1] = code[0, 0] + 1e-6
    each = naive_gradients(network, code, known, alleles, present)
    measured = Clipped(network, 1.0).sum(code, known, alleles, present=present)[1]
    torch.testing.assert_close(measured, each.norm(dim=1), rtol=1e-6, atol=1e-6)


def test_frozen_labels_are_no_part_of_the_gradient():
    network = decoder()
    wanted = Clipped(network, 1.0).parameters
    assert all(parameter is not network.labels.weight for parameter in wanted)
    assert len(wanted) == sum(1 for _ in network.parameters()) - 1


def test_one_person_more_moves_the_sum_by_the_bound_at_most(panel, monkeypatch):
    """The code noise is left out: with it, the same is true for each value of the noise."""
    zero = lambda values, source: torch.zeros_like(values)  # noqa: E731
    monkeypatch.setattr("imaginome.models.vae.private.normal_like", zero)
    less = panel.take_individuals(np.arange(panel.n_individuals - 1))
    sums = [flat(trainee(part)._noisy_sum()) for part in (panel, less)]
    change = float((sums[0] - sums[1]).norm())
    assert 0.5 * RECIPE.bound < change <= RECIPE.bound * (1 + 1e-7)


# -- units ------------------------------------------------------------------------------------


def test_a_unit_is_an_individual_or_a_family(panel):
    frame = PanelFrame.of(panel)
    alone = Units.of(panel, frame)
    assert alone.members.tolist() == [[2 * i, 2 * i + 1] for i in range(panel.n_individuals)]
    names = ["F1", "", "F1", "", "F2", "F1", "F2"] + [""] * (panel.n_individuals - 7)
    kin = panel.with_samples(replace(panel.samples, family=strings(names)))
    found = Units.of(kin, frame)
    assert len(found) == panel.n_individuals - 3
    assert found.members[0].tolist() == [0, 1, 4, 5, 10, 11]
    assert found.members[1].tolist() == [2, 3, 2, 2, 2, 2]
    assert found.present[1].tolist() == [1, 1, 0, 0, 0, 0]
    assert found.present.sum() == panel.n_haplotypes
    np.testing.assert_array_equal(found.classes, haplotype_classes(panel, frame))


# -- chance -----------------------------------------------------------------------------------


def test_noise_is_standard_normal():
    drawn = normal(200_000, seeded(3))
    assert kstest(drawn, "norm").pvalue > 0.001
    assert drawn.std() == pytest.approx(1.0, abs=0.01)
    assert np.abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.01
    assert not np.array_equal(normal(5, SYSTEM), normal(5, SYSTEM))


def test_each_unit_is_drawn_alone_at_the_rate():
    source, rate, n, rounds = seeded(4), 0.3, 200, 400
    drawn = np.zeros((rounds, n))
    for i in range(rounds):
        drawn[i, chosen(n, rate, source)] = 1
    assert drawn.mean() == pytest.approx(rate, abs=0.006)
    # Batches of a fixed size would not vary at all.
    assert drawn.sum(1).var() == pytest.approx(n * rate * (1 - rate), rel=0.25)
    assert np.abs(drawn.mean(0) - rate).max() < 0.1
    assert chosen(n, 1.0, source).tolist() == list(range(n))


def test_a_step_has_the_noise_that_was_counted(panel, monkeypatch):
    learning = trainee(panel, source=seeded(5))
    monkeypatch.setattr(
        learning,
        "_gradients",
        lambda units: [torch.zeros_like(p) for p in learning._clipped.parameters],
    )
    drawn = torch.cat([flat(learning._noisy_sum()) for _ in range(40)]).numpy()
    release = learning.budget.releases[-1]
    assert drawn.std() == pytest.approx(release.noise, rel=0.02)
    assert release.noise == pytest.approx(learning.noise * RECIPE.bound)
    assert kstest(drawn / release.noise, "norm").pvalue > 0.001


# -- accounting -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("releases", "noise", "rate", "steps"),
    [([], 2.0, 0.1, 200), ([20.0, 15.0], 7.0, 0.5, 100), ([9.0], 30.0, 1.0, 60)],
)
def test_epsilon_agrees_with_another_accountant(releases, noise, rate, steps):
    delta = 1e-6
    found = epsilon_of(releases, noise, rate, steps, delta)
    rdp = dp_accounting.rdp.RdpAccountant()
    tight = dp_accounting.pld.PLDAccountant(value_discretization_interval=1e-3)
    for accountant in (rdp, tight):
        for release in releases:
            accountant.compose(dp_accounting.GaussianDpEvent(release))
        step = dp_accounting.PoissonSampledDpEvent(rate, dp_accounting.GaussianDpEvent(noise))
        accountant.compose(step, steps)
    assert found == pytest.approx(rdp.get_epsilon(delta), rel=0.03)
    assert found >= tight.get_epsilon(delta)


@pytest.mark.parametrize("epsilon", [0.5, 3.0, 8.0])
def test_all_of_the_budget_and_no_more_is_spent(epsilon):
    releases = [60.0 / epsilon, 50.0 / epsilon]
    noise = noise_for(epsilon, 1e-6, releases, 0.5, 100)
    assert 0.98 * epsilon < epsilon_of(releases, noise, 0.5, 100, 1e-6) <= epsilon
    assert noise_for(np.inf, 1e-6, releases, 0.5, 100) == 0.0


def test_a_budget_that_is_spent_is_refused():
    with pytest.raises(ModelError, match="nothing of epsilon 1 is left"):
        noise_for(1.0, 1e-6, [2.0], 0.5, 10)


def test_what_is_written_down_adds_up_to_the_promise(panel):
    model = fit(
        create("vae", SETTINGS), panel, seed=1, device="cpu", guarantee=Guarantee(4.0, 1e-6)
    )
    spending = model.spending
    *counts, gradients = spending.releases
    assert gradients.what == "gradients of the decoder"
    before = [release.noise / release.sensitivity for release in counts]
    assert len(before) >= 2
    spent = epsilon_of(
        before, gradients.noise / gradients.sensitivity, gradients.sampling, gradients.steps, 1e-6
    )
    assert 0.97 * 4.0 < spent <= 4.0
    assert "opacus" in spending.accountant
    assert spending.secret_noise
    assert model.history is None
    assert model.emergence is None


# -- nothing else looks at anyone -------------------------------------------------------------


def test_the_start_and_the_dreams_look_at_nobody():
    """Two panels of the same people count and labels, with nothing else in common."""
    panels = [simulated_panel(n_individuals=30, n_sites=20, seed=seed) for seed in (1, 2)]
    first, second = (trainee(panel, source=seeded(1)) for panel in panels)
    for one, other in zip(first.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(one, other)
    assert np.array_equal(first.centre, second.centre)
    for learning in (first, second):
        learning._noisy_sum = lambda: [torch.ones_like(p) for p in first._clipped.parameters]
        learning.step(0)
    for one, other in zip(first.average.parameters(), second.average.parameters(), strict=True):
        assert torch.equal(one, other)


def test_the_seed_does_not_tell_the_noise(panel):
    guarantee = Guarantee(8.0, 1e-6)
    fits = [
        fit(create("vae", SETTINGS), panel, seed=1, device="cpu", guarantee=guarantee)
        for _ in range(2)
    ]
    names = ("network.decoder.straight.weight", "centre")
    for name in names:
        one, other = (model._tensors()[name] for model in fits)
        assert not np.array_equal(one, other)


def test_noise_from_a_seed_repeats_and_is_said_to(panel, tmp_path):
    guarantee = Guarantee(8.0, 1e-6)
    fits = [
        fit(
            create("vae", SETTINGS),
            panel,
            seed=1,
            device="cpu",
            guarantee=guarantee,
            noise=seeded(7),
        )
        for _ in range(2)
    ]
    one, other = (model._tensors() for model in fits)
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert not fits[0].spending.secret_noise
    fits[0].save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert loaded.spending == fits[0].spending
    drawn = fits[0].sample(30, seed=4).haplotypes
    assert np.array_equal(drawn, loaded.sample(30, seed=4, threads=2).haplotypes)


def test_without_noise_it_learns_what_sites_share():
    panel = simulated_panel(n_individuals=100, n_sites=30, seed=8, populations=1)
    model = fit(
        create("vae", ["steps=90", "rate=1", "latent=4", "hidden=8", "learning_rate=0.1"]),
        panel,
        seed=1,
        device="cpu",
        guarantee=Guarantee(np.inf, 1e-6),
    )
    drawn = model.sample(500, seed=1).haplotypes
    varying = panel.haplotypes.std(0) > 0.2
    upper = np.triu_indices(varying.sum(), 1)
    real, made = (np.corrcoef(h[:, varying].T)[upper] for h in (panel.haplotypes, drawn))
    assert np.corrcoef(real, made)[0, 1] > 0.6
