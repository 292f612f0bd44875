"""The parts of the adversarial models against plain counting and other implementations."""

from __future__ import annotations

import numpy as np
import torch

from imaginome.kernels.clusters import cluster_rows
from imaginome.kernels.pca import principal_axes
from imaginome.models.gan.draw import draw_bernoulli
from imaginome.models.gan.evidence import HeldOut, adversarial_accuracy
from imaginome.models.gan.fit import linkage_distance, straight_through, structure_distance
from imaginome.models.gan.paper import PaperTrainee
from imaginome.models.gan.start import PSEUDO_ROWS, cluster_shares, effects, kinship, linked_start
from imaginome.models.shared.adam import Adam
from imaginome.models.shared.networks import BernoulliGenerator
from imaginome.models.shared.people import People
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


def products(ours: torch.Tensor, theirs: torch.Tensor, j: int, k: int) -> torch.Tensor:
    """Return the squared difference of one pair's moments, without the real ones' square."""
    a, b = ours.chunk(2)
    r, s = theirs.chunk(2)
    one, two, three, four = ((x[:, j] * x[:, k]).mean() for x in (a, b, r, s))
    return one * two - one * four - two * three


def test_linkage_distance_counts_means_and_pairs_on_one_contig() -> None:
    torch.manual_seed(0)
    ours, theirs = torch.randn(8, 6), torch.randn(10, 6)
    a, b = ours.chunk(2)
    expected = sum(a[:, j].mean() * b[:, j].mean() for j in range(6))
    for first, last in ((0, 4), (4, 6)):
        for j in range(first, last):
            for k in range(first, last):
                if j != k:
                    expected += 4 / 6 * products(ours, theirs, j, k)
    found = linkage_distance(ours, theirs, [(0, 4), (4, 6)])
    torch.testing.assert_close(found, torch.as_tensor(expected))


def test_structure_distance_counts_pairs_of_a_label_and_a_site() -> None:
    torch.manual_seed(1)
    ours, theirs = torch.randn(8, 7), torch.randn(10, 7)
    expected = sum(products(ours, theirs, j, k) for j in range(2) for k in range(2, 7))
    found = structure_distance(ours, theirs, 2)
    torch.testing.assert_close(found, 2 * 4 * 25 / 5 * torch.as_tensor(expected))


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


def test_clusters_do_with_few_distinct_rows_and_with_none() -> None:
    rng = np.random.default_rng(5)
    twice = torch.tensor([[0.0], [1.0]]).repeat(50, 1)
    assert sorted(set(cluster_rows(twice, 4, rng).tolist())) == [0, 1]
    assert cluster_rows(torch.zeros(100, 0), 4, rng).tolist() == [0] * 100


def test_effects_keep_large_differences_and_forget_chance() -> None:
    rng = np.random.default_rng(5)
    clusters, classes = rng.integers(0, 2, 2000), rng.integers(0, 2, 2000)
    chance = np.full((2000, 6), 0.4)
    chance[clusters == 1, 0] = 0.9
    chance[classes == 1, 1] = 0.8
    rows = (rng.random(chance.shape) < chance).astype(np.uint8)
    design = np.eye(2, dtype=np.float32)
    of_clusters, of_labels = effects(rows, clusters, classes, design)
    between_clusters, between_labels = of_clusters[1] - of_clusters[0], of_labels[1] - of_labels[0]
    assert abs(between_clusters[0] - np.log(9 / (2 / 3))) < 0.3
    assert abs(between_labels[1] - np.log(4 / (2 / 3))) < 0.3
    assert np.abs(between_clusters[1:]).max() < 0.15
    assert np.abs(np.delete(between_labels, 1)).max() < 0.15
    none = effects(rows, clusters, np.zeros_like(classes), np.zeros((1, 0), dtype=np.float32))[1]
    assert none.shape == (0, 6)


def test_populations_of_few_people_lean_on_their_superpopulation() -> None:
    clusters = np.array([0] * 60 + [1] * 40 + [0] * 4)
    classes = np.array([0] * 50 + [1] * 50 + [2] * 4)
    found = cluster_shares(clusters, classes, np.array([0, 0, 1]))
    everyone = np.array([64.0, 40.0]) / 104
    above = (np.array([60.0, 40.0]) + PSEUDO_ROWS * everyone) / (100 + PSEUDO_ROWS)
    expected = (np.array([10.0, 40.0]) + PSEUDO_ROWS * above) / (50 + PSEUDO_ROWS)
    np.testing.assert_allclose(found[1], expected, rtol=1e-5)
    np.testing.assert_allclose(found.sum(1), 1.0, rtol=1e-5)
    assert everyone[0] < found[2, 0] < 1.0


def test_kinship_is_that_of_persons() -> None:
    rng = np.random.default_rng(2)
    shares = np.full((4000, 2), 0.5, dtype=np.float32)
    person = rng.integers(0, 2, 2000)
    assert kinship(np.repeat(person, 2), shares) == 1.0
    assert kinship(rng.integers(0, 2, 4000), shares) < 0.05


def people_on(contigs: list[int], rows: np.ndarray) -> People:
    zeros = np.zeros(len(rows), dtype=np.int64)
    design = np.zeros((1, 0), dtype=np.float32)
    return People(rows, zeros, design, zeros[:1], np.array(contigs, dtype=np.int64))


def test_contigs_are_dealt_whole_from_either_haplotype_of_the_person() -> None:
    rows = np.array([[1, 1, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3], [4, 4, 4, 4]], dtype=np.uint8)
    people = people_on([0, 0, 1, 1], rows)
    assert people.spans() == [(0, 2), (2, 4)]
    dealt, _ = people.draw(400, np.random.default_rng(1))
    assert (dealt[:, 0] == dealt[:, 1]).all()
    assert (dealt[:, 2] == dealt[:, 3]).all()
    assert ((dealt[:, 0] + 1) // 2 == (dealt[:, 2] + 1) // 2).all()
    assert 0.4 < (dealt[:, 0] != dealt[:, 2]).mean() < 0.6
    whole, _ = people_on([0, 0, 0, 0], rows).draw(50, np.random.default_rng(1))
    assert (whole == whole[:, :1]).all()


def test_start_has_the_linkage_within_contigs() -> None:
    rng = np.random.default_rng(6)
    rows = rng.integers(0, 2, (2000, 10)).astype(np.uint8)
    copied = rng.random(2000) < 0.6
    rows[copied, 3] = rows[copied, 7]
    logits = torch.logit(torch.from_numpy(rows.mean(0))).float().expand(2000, 10)
    stretch, loadings = linked_start(rows, logits, np.zeros(10, dtype=np.int64), 4)
    assert loadings.shape == (10, 1)
    noise = torch.from_numpy(rng.standard_normal((20_000, 1)).astype(np.float32))
    p = torch.sigmoid(stretch * logits[0] + noise @ loadings.T).numpy()
    drawn = rng.random(p.shape) < p
    real = np.corrcoef(rows[:, 3], rows[:, 7])[0, 1]
    assert abs(np.corrcoef(drawn[:, 3], drawn[:, 7])[0, 1] - real) < 0.08
    assert abs(np.corrcoef(drawn[:, 3], drawn[:, 5])[0, 1]) < 0.03
    np.testing.assert_allclose(drawn.mean(0), rows.mean(0), atol=0.03)
    apart = np.array([0] * 5 + [1] * 5)
    assert linked_start(rows, logits, apart, 4)[1].shape == (10, 0)


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


def constant(shares: list[list[float]]) -> BernoulliGenerator:
    """Return a generator whose first cluster has allele 0 everywhere and its second allele 1."""
    design = torch.zeros(len(shares), 0)
    generator = BernoulliGenerator(2, torch.tensor(shares), design, 4, 6)
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.zero_()
        generator.clusters.copy_(torch.tensor([[-40.0], [40.0]]).expand(2, 6))
    return generator


def test_clusters_are_drawn_in_the_shares_of_the_class_and_by_person() -> None:
    generator = constant([[0.25, 0.75], [1.0, 0.0]])
    rows = draw_bernoulli(generator, 700, 5, 1)
    assert np.array_equal(rows[0::2], rows[1::2])
    assert abs(rows.mean() - 0.75) < 0.01
    assert np.array_equal(rows[:300], draw_bernoulli(generator, 300, 5, 2))
    classes = np.repeat([0, 1], 350)
    mixed = draw_bernoulli(generator, 700, 5, 1, classes)
    assert abs(mixed[classes == 0].mean() - 0.75) < 0.02
    assert mixed[classes == 1].max() == 0
    generator.kinship.zero_()
    apart = draw_bernoulli(generator, 2000, 5, 1)[:, 0]
    assert abs((apart[0::2] == apart[1::2]).mean() - (0.75**2 + 0.25**2)) < 0.05
