"""Tags: which earlier sites are chosen, what contexts are, and that linked alleles stay linked."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from imaginome.models.hmm.fit import ChainTrainee
from imaginome.models.hmm.model import Hmm
from imaginome.models.hmm.tags import NONE, choose_tags, contexts, no_tags, plain_score, tag_score
from imaginome.models.hmm.update import CAUTION, update_emission
from imaginome.models.registry import load_model
from imaginome.panel import Panel, Samples, Sites
from imaginome.panel.frame import class_shares
from imaginome.panel.sites import strings
from imaginome.runs.fitting import create, fit
from tests.support import naive_chain as naive

N, SITES = 400, 60
WEIGHTS = 0.1, 0.3


@pytest.fixture
def alleles() -> np.ndarray:
    """Independent sites, but 30 repeats 10 with errors, and 40 the two of 12 and 31."""
    rng = np.random.default_rng(4)
    found = (rng.random((SITES, N)) < 0.3).astype(np.uint8)
    found[30] = found[10] ^ (rng.random(N) < 0.03)
    found[40] = found[12] & found[31]
    return found


def starts(*at: int) -> np.ndarray:
    return np.isin(np.arange(SITES), [0, *at])


def clusters() -> np.ndarray:
    return np.random.default_rng(9).integers(0, 4, (SITES, N)).astype(np.uint16)


def test_tags_are_the_sites_that_tell_of_a_site(alleles: np.ndarray) -> None:
    tags = choose_tags(alleles, clusters(), starts(), 2, 50, WEIGHTS, 2)
    assert tags[30].tolist() == [10, NONE]
    assert sorted(tags[40].tolist()) == [12, 31]
    chance = np.delete(np.arange(SITES), [30, 40])
    assert (tags[chance] == NONE).mean() > 0.95


def test_tags_lie_within_the_window_and_the_contig(alleles: np.ndarray) -> None:
    near = choose_tags(alleles, clusters(), starts(), 2, 19, WEIGHTS, 1)
    assert near[30].tolist() == [NONE, NONE] and near[40].tolist() == [31, NONE]
    broken = choose_tags(alleles, clusters(), starts(25), 2, 50, WEIGHTS, 1)
    assert broken[30].tolist() == [NONE, NONE] and broken[40].tolist() == [31, NONE]


def test_what_clusters_know_already_needs_no_tag(alleles: np.ndarray) -> None:
    known = alleles.astype(np.uint16)
    assert (choose_tags(alleles, known, starts(), 1, 50, WEIGHTS, 1) == NONE).all()


def test_one_carrier_alone_makes_no_tag() -> None:
    alleles = np.zeros((SITES, N), dtype=np.uint8)
    alleles[[5, 20], 7] = 1
    assert (choose_tags(alleles, clusters(), starts(), 1, 50, WEIGHTS, 1) == NONE).all()
    alleles[[5, 20], 8] = 1
    alleles[[5, 20], 9] = 1
    assert choose_tags(alleles, clusters(), starts(), 1, 50, WEIGHTS, 1)[20] == 5


def test_threads_change_no_tag(alleles: np.ndarray) -> None:
    found = [
        choose_tags(alleles, clusters(), starts(), 2, 50, WEIGHTS, threads) for threads in (1, 3)
    ]
    np.testing.assert_array_equal(*found)


def leave_one_out(
    own: np.ndarray, cell: np.ndarray, tag: np.ndarray | None, weight: float
) -> float:
    """Return what `tag_score` or `plain_score` does, haplotype by haplotype."""
    f, total = own.mean(), 0.0

    def odds(p: float) -> float:
        p = min(max(p, 1e-6), 1 - 1e-6)
        return p / (1 - p)

    def share(of: np.ndarray, weight: float) -> float:
        return float((own[of].sum() + weight * f) / (of.sum() + weight))

    for h in range(len(own)):
        others = np.arange(len(own)) != h
        mine, mean = others & (cell == cell[h]), f
        if tag is not None:
            pooled = others & (tag == tag[h])
            both = odds(share(mine, CAUTION)) * odds(share(pooled, 1.0)) / odds(f)
            mean, mine = both / (1 + both), mine & pooled
        p = (own[mine].sum() + weight * mean) / (mine.sum() + weight)
        total += np.log(p if own[h] else 1 - p)
    return float(total)


def test_scores_are_leave_one_out_log_likelihoods(alleles: np.ndarray) -> None:
    own, tag, cell = alleles[30, :60], alleles[10, :60], clusters()[0, :60]
    joint = np.zeros((4, 2, 2), dtype=np.int64)
    np.add.at(joint, (cell, tag, own), 1)
    counts = joint.sum(axis=1)
    found = plain_score(counts, own.mean(), 0.2)
    assert found == pytest.approx(leave_one_out(own, cell, None, 0.2), rel=1e-5)
    found = tag_score(joint, counts, own.mean(), 0.3)
    assert found == pytest.approx(leave_one_out(own, cell, tag, 0.3), rel=1e-5)


def test_a_site_without_tags_keeps_the_emissions_of_its_clusters() -> None:
    rng = np.random.default_rng(1)
    gamma = rng.dirichlet(np.ones(3), 20).astype(np.float32)
    own, none = (rng.random(20) < 0.4).astype(np.uint8), np.zeros(20, dtype=np.uint8)
    plain, tagged = np.empty((1, 3), np.float32), np.empty((3, 3), np.float32)
    for emission in (plain, tagged):
        update_emission(own, none, gamma, 0.4, 0.1, 0.3, emission)
    np.testing.assert_array_equal(tagged, np.repeat(plain, 3, axis=0))


def test_contexts_are_the_alleles_at_tags() -> None:
    alleles = np.array([[0, 1, 2, 1], [1, 1, 0, 2], [0, 0, 0, 0]], dtype=np.uint8)
    tags = np.array([[NONE, NONE], [0, NONE], [1, 0]], dtype=np.int32)
    expected = [[0, 0, 0, 0], [0, 1, 4, 1], [1, 3, 4, 4]]
    assert contexts(alleles, tags).tolist() == expected
    assert contexts(alleles, no_tags(3)).tolist() == np.zeros((3, 4)).tolist()


def two_contigs() -> Panel:
    """Three sites on each of two contigs: the third follows both others, and contigs are copies."""
    rng = np.random.default_rng(8)
    half = (rng.random((240, 3)) < [0.3, 0.5, 0.5]).astype(np.uint8)
    half[:120, 1] |= half[:120, 0]
    half[:, 2] = half[:, 0] ^ half[:, 1] ^ (rng.random(240) < 0.02)
    one, two = strings(["1"] * 3 + ["2"] * 3), strings(["A"] * 6)
    sites = Sites(one, np.tile(np.arange(1, 4, dtype=np.int64), 2), two, two, strings(["C"] * 6))
    samples = Samples(
        strings([f"P{i}" for i in range(120)]), population=strings(["X"] * 60 + ["Y"] * 60)
    )
    return Panel(np.hstack([half, half]), sites, samples)


@pytest.fixture(scope="module")
def tagged_model() -> Hmm:
    words = ["clusters=2", "rounds=2", "full_rounds=3", "tags=2", "patience=0"]
    model = fit(create("hmm", words), two_contigs(), seed=1, device="cpu")
    assert isinstance(model, Hmm)
    return model


def test_likelihood_of_a_tagged_model_is_the_sum_over_paths(tagged_model: Hmm) -> None:
    parameters = tagged_model._parameters
    assert parameters.tags[[2, 5]].tolist() == [[0, 1], [3, 4]]
    rows = ((np.arange(64)[:, None] >> np.arange(6)) & 1).astype(np.uint8)
    found = tagged_model.log_likelihood(rows)
    assert np.exp(found).sum() == pytest.approx(1.0, abs=1e-5)
    shares = class_shares(tagged_model.frame)
    by_class = np.exp([[naive.log_likelihood(parameters, row, c) for row in rows] for c in (0, 1)])
    assert np.abs(by_class[0] / by_class[1] - 1).max() > 0.05
    np.testing.assert_allclose(found, np.log(shares @ by_class), rtol=1e-5)


def test_no_tag_and_no_memory_reaches_over_a_border_of_contigs(tagged_model: Hmm) -> None:
    """The contigs are copies of each other, and the model must not see it."""
    tags = tagged_model._parameters.tags
    assert (tags[:3] < 3).all() and ((tags[3:] == NONE) | (tags[3:] >= 3)).all()
    drawn = tagged_model.sample(1500, 1, population="X").haplotypes
    across = np.corrcoef(drawn.T)[:3, 3:]
    assert np.abs(across).max() < 5 / np.sqrt(len(drawn))
    assert (drawn[:, 2] == drawn[:, 0] ^ drawn[:, 1]).mean() > 0.95


def test_a_tagged_model_is_the_same_after_loading(tagged_model: Hmm, tmp_path: Path) -> None:
    tagged_model.save(tmp_path / "model")
    again, rows = load_model(tmp_path / "model"), two_contigs().haplotypes
    assert tagged_model.log_likelihood(rows).tobytes() == again.log_likelihood(rows).tobytes()
    drawn = [one.sample(50, 3, threads=t).haplotypes for one, t in ((tagged_model, 1), (again, 2))]
    np.testing.assert_array_equal(*drawn)


def test_completion_is_exact_where_no_tag_is_hidden(tagged_model: Hmm) -> None:
    """Sites 2 and 5 are nobody's tags."""
    observed = np.isin(np.arange(6), [0, 1, 3, 4])
    whole = ((np.arange(64)[:, None] >> np.arange(6)) & 1).astype(np.uint8)
    chance = np.exp(tagged_model.log_likelihood(whole))
    found = tagged_model.complete(whole, observed).dosages
    for row, dosages in zip(whole, found, strict=True):
        fits = (whole[:, observed] == row[observed]).all(axis=1)
        expected = chance[fits] @ whole[fits] / chance[fits].sum()
        np.testing.assert_allclose(dosages, expected, atol=1e-4)


def linked_panel() -> Panel:
    """Pairs of sites, 20 apart, that everyone carries together; all else is chance."""
    rng = np.random.default_rng(3)
    haplotypes = (rng.random((400, 40)) < 0.2).astype(np.uint8)
    haplotypes[:, 20:] = haplotypes[:, :20]
    one, two = strings(["1"] * 40), strings(["A"] * 40)
    sites = Sites(one, np.arange(1, 41, dtype=np.int64), one, two, strings(["C"] * 40))
    return Panel(haplotypes, sites, Samples(strings([f"P{i}" for i in range(200)])))


@pytest.mark.parametrize(("tags", "least", "most"), [(0, 0.0, 0.6), (1, 0.85, 1.0)])
def test_alleles_that_travel_together_are_drawn_together(
    tags: int, least: float, most: float
) -> None:
    settings = ["clusters=4", "full_rounds=3", f"tags={tags}", "sharpness=1", "patience=0"]
    model = fit(create("hmm", settings), linked_panel(), seed=1, device="cpu")
    drawn = model.sample(200, 1).haplotypes
    r2 = [np.corrcoef(drawn[:, j], drawn[:, 20 + j])[0, 1] ** 2 for j in range(20)]
    assert least <= np.mean(r2) <= most


def test_a_fit_interrupted_after_its_tags_ends_in_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["clusters=4", "rounds=2", "full_rounds=4", "tags=2", "patience=0"]
    again = partial(fit, train=linked_panel(), device="cpu", checkpoint=tmp_path / "checkpoint")
    step = ChainTrainee.step

    def stop(self: ChainTrainee, index: int) -> None:
        if index == 4:
            raise KeyboardInterrupt
        step(self, index)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ChainTrainee, "step", stop)
        again(create("hmm", words), checkpoint_seconds=0.0)
    resumed = again(create("hmm", words))._tensors()
    whole = fit(create("hmm", words), linked_panel(), device="cpu")._tensors()
    assert (whole["tags"] >= 0).any()
    for name, values in whole.items():
        assert values.tobytes() == resumed[name].tobytes(), name


def test_an_observed_tag_tells_of_a_hidden_allele() -> None:
    settings = ["clusters=4", "full_rounds=3", "tags=1", "patience=0"]
    model = fit(create("hmm", settings), linked_panel(), seed=1, device="cpu")
    rows = linked_panel().haplotypes[:100]
    observed = np.ones(rows.shape, dtype=bool)
    observed[:, 20:] = False
    found = model.complete(rows, observed, draws=4, seed=1)
    assert np.corrcoef(found.dosages[:, 20:].ravel(), rows[:, 20:].ravel())[0, 1] > 0.95
    assert (found.drawn[:, :, 20:] == rows[:, 20:]).mean() > 0.95
