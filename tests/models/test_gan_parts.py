"""The parts of the adversarial models against plain counting and other implementations."""

from __future__ import annotations

import numpy as np
import torch

from imaginome.models._gan_adam import Adam
from imaginome.models._gan_axes import principal_axes
from imaginome.models._gan_clusters import cluster_logits, cluster_rows, linked_start
from imaginome.models._gan_held_out import HeldOut, adversarial_accuracy
from imaginome.models._gan_losses import moment_distance, straight_through
from imaginome.models._gan_networks import BernoulliGenerator, Critic
from imaginome.models._gan_paper import PaperTrainee
from imaginome.models._gan_sampling import draw_bernoulli
from imaginome.training.control import FitControl


def test_adam_is_that_of_torch() -> None:
    torch.manual_seed(0)
    ours = [torch.randn(4, 3), torch.randn(5)]
    theirs = [p.clone().requires_grad_() for p in ours]
    reference = torch.optim.Adam(theirs, lr=0.01, betas=(0.9, 0.999), eps=1e-7)
    adam = Adam(ours, (0.9, 0.999), 1e-7)
    for _ in range(5):
        gradients = [torch.randn_like(p) for p in ours]
        for parameter, gradient in zip(theirs, gradients, strict=True):
            parameter.grad = gradient
        reference.step()
        adam.step(gradients, 0.01)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b.detach())


def test_axes_are_principal_components() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 5)) @ rng.normal(size=(5, 30)) + 0.1 * rng.normal(size=(200, 30))
    rows = (rows - rows.mean(0)).astype(np.float32)
    axes = principal_axes(torch.from_numpy(rows), 3, rng).numpy()
    _, _, right = np.linalg.svd(rows, full_matrices=False)
    np.testing.assert_allclose((rows @ axes).std(0), 1.0, rtol=1e-3)
    agreement = np.abs((axes / np.linalg.norm(axes, axis=0) * right[:3].T).sum(0))
    np.testing.assert_allclose(agreement, 1.0, atol=1e-3)


def test_straight_through_draws_bernoulli_with_a_gradient() -> None:
    generator = torch.Generator().manual_seed(1)
    logits = torch.tensor([-2.0, 0.0, 1.5]).expand(40_000, 3).clone().requires_grad_()
    drawn = straight_through(logits, torch.rand(40_000, 3, generator=generator))
    assert set(np.unique(drawn.detach().numpy().round(6))) == {0.0, 1.0}
    expected = torch.sigmoid(torch.tensor([-2.0, 0.0, 1.5]))
    torch.testing.assert_close(drawn.detach().mean(0), expected, atol=0.01, rtol=0)
    (gradient,) = torch.autograd.grad(drawn.sum(), logits)
    assert (gradient > 0).all()


def test_moment_distance_counts_means_and_pairs_of_sites() -> None:
    torch.manual_seed(0)
    centre, scale = torch.full((6,), 0.4), torch.full((6,), 0.5)
    critic = Critic(4, centre, scale, torch.eye(6)[:, :2])
    ours, real = torch.rand(8, 6), torch.rand(10, 6).round()
    a, b = ((ours - centre) / scale).chunk(2)
    r, s = ((real - centre) / scale).chunk(2)
    expected = sum(a[:, j].mean() * b[:, j].mean() for j in range(6))
    for j in range(6):
        for k in range(6):
            if j != k:
                products = [(x[:, j] * x[:, k]).mean() for x in (a, b, r, s)]
                one, two, three, four = products
                expected += 4 / 6 * (one * two - one * four - two * three)
    torch.testing.assert_close(moment_distance(ours, real, critic), expected)


def test_accuracy_is_that_of_loops() -> None:
    rng = np.random.default_rng(3)
    real, ours = (rng.integers(0, 2, (12, 40)).astype(np.uint8) for _ in range(2))

    def nearest(rows: np.ndarray, others: np.ndarray, same: bool) -> list[int]:
        return [
            min(
                int((row != other).sum())
                for j, other in enumerate(others)
                if not (same and i // 2 == j // 2)
            )
            for i, row in enumerate(rows)
        ]

    def share(a: list[int], b: list[int]) -> float:
        return float(np.mean([(x > y) + 0.5 * (x == y) for x, y in zip(a, b, strict=True)]))

    expected = (
        share(nearest(real, ours, False), nearest(real, real, True)),
        share(nearest(ours, real, False), nearest(ours, ours, True)),
    )
    np.testing.assert_allclose(adversarial_accuracy(real, ours), expected, rtol=1e-9)


def test_held_out_figures_know_copies_noise_and_collapse() -> None:
    rng = np.random.default_rng(4)
    groups = rng.random((2, 50))
    rows = (rng.random((400, 50)) < groups[np.arange(400) // 2 % 2]).astype(np.uint8)
    train, validation, fresh = rows[:160], rows[160:320], rows[320:]
    compare = HeldOut(train, validation, rng)
    good = compare(np.concatenate([fresh, fresh]))
    noise = compare(rng.integers(0, 2, (160, 50)).astype(np.uint8))
    collapsed = compare(np.repeat(train[:2], 80, axis=0))
    assert compare(train)["frequency"] == 1.0
    assert good["distance"] < noise["distance"]
    assert good["distance"] < collapsed["distance"]
    assert collapsed["aa_syn"] == 1.0


def test_clusters_find_separate_groups_and_their_frequencies() -> None:
    rng = np.random.default_rng(5)
    groups = rng.integers(0, 3, 300)
    centres = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    scores = torch.from_numpy((centres[groups] + rng.normal(size=(300, 2))).astype(np.float32))
    labels = cluster_rows(scores, 3, rng)
    pairs = {(int(a), int(b)) for a, b in zip(groups, labels, strict=True)}
    assert len(pairs) == 3
    rows = (rng.random((300, 4)) < 0.1 + 0.4 * (groups[:, None] == 1)).astype(np.uint8)
    shares, logits = cluster_logits(rows, labels)
    assert abs(float(shares.sum()) - 1.0) < 1e-6
    label = int(labels[groups == 1][0])
    found = torch.sigmoid(logits[label]).numpy()
    overall, size = rows.mean(0), (groups == 1).sum()
    expected = (rows[groups == 1].sum(0) + 4.0 * overall) / (size + 4.0)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_start_has_the_linkage_within_clusters() -> None:
    rng = np.random.default_rng(6)
    rows = rng.integers(0, 2, (2000, 10)).astype(np.uint8)
    copied = rng.random(2000) < 0.6
    rows[copied, 3] = rows[copied, 7]
    labels = torch.zeros(2000, dtype=torch.int64)
    _, logits = cluster_logits(rows, labels)
    stretched, loadings = linked_start(rows, labels, logits, 4)
    assert loadings.shape == (10, 1)
    noise = torch.from_numpy(rng.standard_normal((20_000, 1)).astype(np.float32))
    p = torch.sigmoid(stretched[0] + noise @ loadings.T).numpy()
    drawn = rng.random(p.shape) < p
    real = np.corrcoef(rows[:, 3], rows[:, 7])[0, 1]
    assert abs(np.corrcoef(drawn[:, 3], drawn[:, 7])[0, 1] - real) < 0.08
    assert abs(np.corrcoef(drawn[:, 3], drawn[:, 5])[0, 1]) < 0.03
    np.testing.assert_allclose(drawn.mean(0), rows.mean(0), atol=0.03)


def test_paper_network_has_the_published_sizes() -> None:
    rows = np.random.default_rng(7).integers(0, 2, (40, 805)).astype(np.uint8)
    trainee = PaperTrainee(FitControl(device="cpu"), rows, rows[:8], "cpu")
    widths = [tuple(layer.weight.shape) for layer in trainee.generator.layers]
    assert widths == [(670, 600), (731, 670), (805, 731)]
    widths = [tuple(layer.weight.shape) for layer in trainee.discriminator.layers]
    assert widths == [(402, 805), (268, 402), (1, 268)]
    before = trainee.weights()["layers.2.weight"].copy()
    trainee.step(0)
    assert not np.array_equal(before, trainee.weights()["layers.2.weight"])


def test_classes_are_drawn_in_their_shares_and_by_person() -> None:
    generator = BernoulliGenerator(2, 2, 4, 6)
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.zero_()
        generator.shares.copy_(torch.tensor([0.25, 0.75]))
        generator.classes.copy_(torch.tensor([[-40.0], [40.0]]).expand(2, 6))
    rows = draw_bernoulli(generator, 700, 5, 1)
    assert np.array_equal(rows[0::2], rows[1::2])
    assert abs(rows.mean() - 0.75) < 0.01
    assert np.array_equal(rows[:300], draw_bernoulli(generator, 300, 5, 2))
