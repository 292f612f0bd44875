"""Pooled frequencies: populations differ as much as they do without the noise of counting."""

from __future__ import annotations

import numpy as np

from imaginome.models.rbm.frequencies import (
    Classes,
    Counts,
    _along_few_axes,
    _ridge,
    _without_noise,
    pooled_logits,
)

SITES, CLASSES, ROWS = 600, 12, 60


def test_singular_values_lose_what_noise_adds() -> None:
    rng = np.random.default_rng(0)
    left, right = (np.linalg.qr(rng.normal(size=(n, 3)))[0] for n in (CLASSES, SITES))
    true = np.array([80.0, 50.0, 30.0])
    found = []
    for _ in range(20):
        noisy = (left * true) @ right.T + rng.normal(size=(CLASSES, SITES))
        found.append(_without_noise(np.linalg.svd(noisy)[1], CLASSES, SITES))
    mean = np.mean(found, axis=0)
    np.testing.assert_allclose(mean[:3], true, rtol=0.03)
    assert np.linalg.svd(noisy)[1][3] > 20
    assert mean[3:].max() < 5


def test_populations_differ_as_much_as_they_really_do() -> None:
    rng = np.random.default_rng(1)
    axes = rng.normal(size=(2, SITES)) * 0.05
    truth = 0.5 + rng.normal(size=(CLASSES, 2)) @ axes
    codes = np.repeat(np.arange(CLASSES), ROWS)
    panels = [(rng.random((len(codes), SITES)) < truth[codes]).astype(np.uint8) for _ in range(2)]
    counts = [Counts.of(panel, codes, CLASSES) for panel in panels]
    none = np.zeros((CLASSES, 0), dtype=np.float32)
    shares = np.full(CLASSES, 1 / CLASSES)
    classes = Classes(shares, np.eye(CLASSES, dtype=np.float32), none, np.arange(CLASSES))
    ours = 1 / (1 + np.exp(-pooled_logits(*counts, classes)))
    raw = counts[0].ones / ROWS
    spread = [np.square(x - x.mean(0)).sum() for x in (truth, raw, ours)]
    assert spread[1] > 1.4 * spread[0]
    assert 0.9 < spread[2] / spread[0] < 1.1
    assert np.square(ours - truth).sum() < 0.5 * np.square(raw - truth).sum()


def test_an_admixed_population_keeps_its_share_of_another_body() -> None:
    rng = np.random.default_rng(2)
    bodies = np.repeat([0, 1], 6)
    ancestral = np.clip(0.5 + 0.08 * rng.normal(size=(2, SITES)), 0.05, 0.95)
    truth = ancestral[bodies]
    truth[0] = 0.85 * ancestral[0] + 0.15 * ancestral[1]
    codes = np.repeat(np.arange(CLASSES), ROWS)
    panel = (rng.random((len(codes), SITES)) < truth[codes]).astype(np.uint8)
    counts = Counts.of(panel, codes, CLASSES)
    broad = _ridge(counts, np.eye(2, dtype=np.float32)[bodies], 3.0)
    ours = 1 / (1 + np.exp(-_along_few_axes(counts, broad, np.arange(CLASSES))))
    axis = ancestral[1] - ancestral[0]
    share = (ours - ancestral[0]) @ axis / (axis @ axis)
    assert abs(share[0] - 0.15) < 0.05
    assert np.abs(share[1:6]).max() < 0.09
