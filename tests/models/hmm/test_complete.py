"""Completion by the cluster chain against enumeration of all paths."""

from __future__ import annotations

import numpy as np
import pytest

from imaginome.models.hmm import complete as complete_module
from imaginome.models.hmm import passes
from imaginome.models.hmm.complete import complete
from imaginome.models.hmm.parameters import Parameters
from imaginome.models.hmm.passes import Pairs, bridged_logs, filtered_logs
from imaginome.models.shared.completion import UNKNOWN
from imaginome.panel import Panel
from imaginome.runs.fitting import create, fit
from tests.support import naive_chain as naive

SITES, CLUSTERS, CLASSES = 4, 3, 2
MAKERS = {"full": naive.random_full, "memoryless": naive.random_memoryless}
SHARES = np.array([[0.3, 0.7], [1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [0.9, 0.1]])
ROWS = np.array(
    [[0, 2, 1, 2], [2, 1, 2, 2], [1, 2, 2, 0], [2, 2, 2, 2], [0, 1, 1, 0]], dtype=np.uint8
)


def made(kind: str) -> Parameters:
    return MAKERS[kind](np.random.default_rng(3), SITES, CLUSTERS, CLASSES)


def fills(row: np.ndarray) -> np.ndarray:
    """Return every whole haplotype that agrees with what is known of a row."""
    codes = np.arange(2**SITES)
    every = ((codes[:, None] >> np.arange(SITES)) & 1).astype(np.uint8)
    return every[((every == row) | (row == UNKNOWN)).all(axis=1)]


def chances(p: Parameters, row: np.ndarray, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the whole haplotypes and P(haplotype | what is known), by sums over all paths."""
    whole = fills(row)
    joint = [
        sum(share * naive.paths(p, one, c)[1].sum() for c, share in enumerate(shares))
        for one in whole
    ]
    return whole, np.array(joint) / sum(joint)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("block", [1, 3, 64])
@pytest.mark.parametrize("piece", [1, 128])
def test_dosages_are_the_sum_over_paths(
    kind: str, block: int, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complete_module, "BLOCK", block)
    monkeypatch.setattr(passes, "PIECE", piece)
    parameters = made(kind)
    found = complete(parameters, ROWS, SHARES, 0, 1, 1).dosages
    for i, row in enumerate(ROWS):
        whole, weights = chances(parameters, row, SHARES[i])
        expected = weights @ whole
        hidden = row == UNKNOWN
        np.testing.assert_allclose(found[i, hidden], expected[hidden], atol=2e-4)


@pytest.mark.parametrize("kind", MAKERS)
def test_draws_are_as_frequent_as_the_sum_over_paths_says(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complete_module, "BLOCK", 3)
    parameters, n = made(kind), 20_000
    for i, row in enumerate(ROWS[:4]):
        rows, shares = np.tile(row, (n, 1)), np.tile(SHARES[i], (n, 1))
        drawn = complete(parameters, rows, shares, 1, 5, 1).drawn[0]
        drawn = np.where(row == UNKNOWN, drawn, row)
        whole, weights = chances(parameters, row, SHARES[i])
        counts = np.array([(drawn == one).all(axis=1).sum() for one in whole])
        assert counts.sum() == n
        # Pearson's statistic stays below its 1e-6 quantile for up to 15 degrees of freedom.
        assert ((counts - n * weights) ** 2 / (n * weights)).sum() < 56


@pytest.mark.parametrize("kind", MAKERS)
def test_bridges_over_gaps_are_the_sum_over_paths(kind: str) -> None:
    parameters = made(kind)
    rows = np.array([[2, 0, 2, 1], [2, 1, 2, 1], [2, 0, 2, 0]], dtype=np.uint8)
    shares = np.array([[0.3, 0.7], [1.0, 0.0], [0.5, 0.5]])
    found = [logs(parameters, rows, shares, 1) for logs in (bridged_logs, filtered_logs)]
    for i, c in zip(*np.nonzero(shares), strict=True):
        total = sum(naive.paths(parameters, one, c)[1].sum() for one in fills(rows[i]))
        for logs in found:
            assert logs[i, c] == pytest.approx(np.log(total), abs=1e-5)
    assert found[0][1, 1] == found[1][1, 1] == 0


@pytest.mark.parametrize("kind", MAKERS)
def test_an_allele_that_rounding_hides_is_passed_over(kind: str) -> None:
    """P(ALT) is 1 in every cluster, as far as single precision goes, and some carry REF."""
    parameters = made(kind)
    parameters.emission[1] = 1.0
    rows = np.array([[0, 0, 2, 1], [1, 1, 2, 1], [0, 1, 2, 0], [1, 0, 2, 0]], dtype=np.uint8)
    unseen = rows.copy()
    unseen[rows[:, 1] == 0, 1] = UNKNOWN
    shares = np.full((4, CLASSES), 0.5)
    bridged, filtered = (
        logs(parameters, rows, shares, 1) for logs in (bridged_logs, filtered_logs)
    )
    np.testing.assert_allclose(bridged, filtered, rtol=1e-5)
    found = complete(parameters, rows, shares, 2, 1, 1)
    for i, row in enumerate(unseen):
        whole, weights = chances(parameters, row, shares[i])
        assert found.dosages[i, 2] == pytest.approx((weights @ whole)[2], abs=2e-4)
    assert found.drawn.max() <= 1


def test_unlikely_classes_are_left_out_but_the_rest_sums_to_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parameters = made("full")
    exact = complete(parameters, ROWS, SHARES, 0, 1, 1).dosages
    shares = np.array([[0.3, 0.7]] * 5) * [1.0, 1e-7]
    near = complete(parameters, ROWS, shares / shares.sum(axis=1, keepdims=True), 0, 1, 1)
    only = complete(parameters, ROWS, np.array([[1.0, 0.0]] * 5), 0, 1, 1)
    np.testing.assert_allclose(near.dosages, only.dosages, atol=1e-6)
    monkeypatch.setattr(passes, "LEAST", 0.0)
    np.testing.assert_allclose(
        complete(parameters, ROWS, SHARES, 0, 1, 1).dosages, exact, atol=1e-4
    )


def test_pieces_are_whole_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "PIECE", 4)
    pairs = Pairs.of(np.array([[1, 1, 1], [1, 0, 0], [0, 1, 1], [1, 1, 1], [1, 0, 1]]) / 3)
    cuts = pairs.pieces()
    assert [(c.start, c.stop) for c in cuts] == [(0, 4), (4, 6), (6, 9), (9, 11)]
    assert Pairs.of(np.empty((0, 3))).pieces() == []
    monkeypatch.setattr(passes, "PIECE", 1)
    assert [c.stop - c.start for c in pairs.pieces()] == [3, 1, 2, 3, 2]


def test_without_populations_in_the_chain_labels_say_nothing(panel: Panel) -> None:
    settings = ["clusters=4", "rounds=1", "full_rounds=1", "by_population=false"]
    model = fit(create("hmm", settings), panel, seed=1, device="cpu")
    known = np.arange(panel.n_sites) % 6 == 0
    rows = panel.haplotypes[:5]
    given = model.complete(rows, known, population="POP1")
    assert np.array_equal(given.dosages, model.complete(rows, known).dosages)
