"""Gibbs sampling of the restricted Boltzmann machine against exact enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
import torch

from imaginome.models._rbm_gibbs import (
    Parameters,
    _balanced,
    _balanced_torch,
    advance,
    draw_balanced,
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
    advance(model, chains, 30, lambda piece: child_generator(1, "test", piece), 1)
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


def test_both_forms_of_the_balanced_draw_agree() -> None:
    rng = np.random.default_rng(1)
    chance = rng.random((64, 40), dtype=np.float32)
    phase, order = rng.random(40, dtype=np.float32), rng.permutation(64)
    kernel, tensors = chance.copy(), torch.from_numpy(chance.copy())
    _balanced(kernel, phase.copy(), order)
    _balanced_torch(tensors, torch.from_numpy(phase), torch.from_numpy(order))
    assert (kernel != tensors.numpy()).mean() < 0.01


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_do_not_change_chains(threads: int) -> None:
    model = small_machine()
    first, second = torch.zeros((700, SITES)), torch.zeros((700, SITES))
    advance(model, first, 5, lambda piece: child_generator(1, piece), 1)
    advance(model, second, 5, lambda piece: child_generator(1, piece), threads)
    assert torch.equal(first, second)
