"""Gibbs sampling of the restricted Boltzmann machine against exact enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
import torch

from imaginome.models.rbm.gibbs import (
    UNITS,
    Machine,
    Parameters,
    _balanced,
    _balanced_torch,
    advance,
    draw_balanced,
    random_orders,
    stratified_uniforms,
)
from imaginome.randomness import child_generator

SITES, HIDDEN = 4, 3


def small_machine(seed: int = 3) -> Parameters:
    """Four sites, three hidden units, couplings strong enough to matter."""
    rng = np.random.default_rng(seed)
    shapes = (SITES, HIDDEN), SITES, HIDDEN
    return Parameters(
        *(torch.from_numpy(rng.normal(0, 1.0, shape).astype(np.float32)) for shape in shapes)
    )


def alone(model: Parameters) -> Machine:
    """Return the machine of a single class."""
    return Machine(model.weights, model.visible[None], model.hidden[None], model.kind)


def states(n: int) -> npt.NDArray[np.float32]:
    """Return all binary vectors of length n."""
    return np.array(list(product((0, 1), repeat=n)), dtype=np.float32)


def exact_distribution(model: Parameters) -> npt.NDArray[np.float64]:
    """Sum exp(-E) over hidden states, for each visible state."""
    visible, hidden = states(SITES).astype(float), states(HIDDEN).astype(float)
    weights, a, b = (t.numpy().astype(float) for t in (model.weights, model.visible, model.hidden))
    energy = -(visible @ a)[:, None] - (hidden @ b)[None] - visible @ weights @ hidden.T
    joint = np.exp(-energy)
    return np.asarray(joint.sum(1) / joint.sum())


def test_free_energy_sums_out_the_hidden_units() -> None:
    model = small_machine()
    visible = torch.from_numpy(states(SITES))
    energy = model.free_energy(visible, model.hidden_input(visible)).numpy()
    weight = np.exp(-energy)
    np.testing.assert_allclose(weight / weight.sum(), exact_distribution(model), rtol=1e-5)


def test_chains_visit_states_as_often_as_the_machine_says() -> None:
    model = small_machine()
    n = 40 * 1024
    chains = torch.zeros((n, SITES))
    classes = np.zeros(n, dtype=np.int64)
    advance(alone(model), chains, classes, 30, lambda piece: child_generator(1, "test", piece), 1)
    codes = chains.numpy() @ (2 ** np.arange(SITES)[::-1])
    seen = np.bincount(codes.astype(int), minlength=2**SITES) / n
    exact = exact_distribution(model)
    deviation = (seen - exact) / np.sqrt(exact * (1 - exact) / n)
    assert np.abs(deviation).max() < 4.0


def test_balanced_draws_have_their_chances_and_steady_sums() -> None:
    rng = np.random.default_rng(0)
    chance = rng.random((32, 5), dtype=np.float32)
    chance[3] = (0.0, 1.0, 0.5, 0.0, 1.0)
    total = np.zeros_like(chance)
    repeats = 4000
    for _ in range(repeats):
        drawn = torch.from_numpy(chance.copy())
        draw_balanced(drawn, rng)
        assert set(np.unique(drawn.numpy())) <= {0.0, 1.0}
        assert np.abs(drawn.numpy().sum(0) - chance.sum(0)).max() < 1.0 + 1e-3
        total += drawn.numpy()
    error = np.abs(total / repeats - chance)
    assert error.max() < 4.5 * 0.5 / np.sqrt(repeats)
    assert error[3, [0, 1, 3, 4]].max() == 0


def test_balanced_draws_are_steady_within_groups() -> None:
    rng = np.random.default_rng(2)
    groups = np.repeat([0, 1, 2], [10, 25, 65])
    chance = torch.from_numpy(rng.random((100, 130), dtype=np.float32))
    drawn = chance.clone()
    draw_balanced(drawn, rng, groups)
    for group in range(3):
        rows = torch.from_numpy(groups == group)
        assert (drawn[rows].sum(0) - chance[rows].sum(0)).abs().max() < 2.0


def test_columns_with_equal_chances_do_not_move_together() -> None:
    rng = np.random.default_rng(3)
    total, repeats = np.zeros((2, 2)), 300
    for _ in range(repeats):
        drawn = torch.full((64, 128), 0.5)
        draw_balanced(drawn, rng)
        near, far = (drawn[:, [0, column]].numpy() for column in (1, 127))
        total += [[np.corrcoef(x.T)[0, 1] for x in (near, far)]] * np.ones((2, 1))
    assert np.abs(total[0] / repeats).max() < 0.15


def test_both_forms_of_the_balanced_draw_agree() -> None:
    rng = np.random.default_rng(1)
    chance, phase = rng.random((64, 140), dtype=np.float32), rng.random(140, dtype=np.float32)
    orders = random_orders(64, 140, rng, np.repeat([0, 1], 32))
    kernel, tensors = chance.copy(), torch.from_numpy(chance.copy())
    _balanced(kernel, phase.copy(), orders)
    _balanced_torch(tensors, torch.from_numpy(phase), torch.from_numpy(orders))
    assert (kernel != tensors.numpy()).mean() < 0.01


def test_stratified_numbers_are_uniform_and_spread_over_rows() -> None:
    rng = np.random.default_rng(4)
    numbers = stratified_uniforms(50, 70, rng, None)
    assert numbers.shape == (50, 70)
    assert ((numbers >= 0) & (numbers < 1)).all()
    assert (numbers.mean(0) - 0.5).abs().max() < 0.05
    many = torch.stack([stratified_uniforms(4, 2, rng, None)[0] for _ in range(3000)])
    assert (many.mean(0) - 0.5).abs().max() < 4.5 / np.sqrt(12 * 3000)


def test_truncated_gaussians_match_quadrature() -> None:
    units = UNITS["relu"]
    inputs = np.array([-6.0, -1.5, 0.0, 0.7, 4.0])
    states = np.linspace(0, 14, 400_001)
    density = np.exp(np.outer(inputs, states) - states**2 / 2)
    sums = np.trapezoid(density, states, axis=1)
    means = np.trapezoid(density * states, states, axis=1) / sums
    given = torch.from_numpy(inputs)
    np.testing.assert_allclose(units.cumulant(given), np.log(sums), atol=1e-5)
    np.testing.assert_allclose(units.mean(given), means, rtol=1e-4)
    drawn = units.draw(
        given.expand(40_000, 5).clone(), np.random.default_rng(0), None, draw_balanced
    )
    np.testing.assert_allclose(drawn.mean(0), means, atol=0.02)
    spread = np.trapezoid(density * states**2, states, axis=1) / sums - means**2
    np.testing.assert_allclose(drawn.var(0), spread, atol=0.03)


def test_chains_keep_to_their_class() -> None:
    model = small_machine()
    biases = torch.stack([model.visible, torch.full((SITES,), -30.0)])
    machine = Machine(model.weights, biases, model.hidden.expand(2, -1))
    chains, classes = torch.ones((300, SITES)), np.arange(300) % 2
    advance(machine, chains, classes, 5, lambda piece: child_generator(1, piece), 1)
    assert chains[1::2].sum() == 0
    assert chains[::2].sum() > 100


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_do_not_change_chains(threads: int) -> None:
    machine, classes = alone(small_machine()), np.zeros(700, dtype=np.int64)
    first, second = torch.zeros((700, SITES)), torch.zeros((700, SITES))
    advance(machine, first, classes, 5, lambda piece: child_generator(1, piece), 1)
    advance(machine, second, classes, 5, lambda piece: child_generator(1, piece), threads)
    assert torch.equal(first, second)
