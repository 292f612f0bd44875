"""Pooled frequencies: populations differ as much as they do without the noise of counting."""

from __future__ import annotations

import numpy as np

from imaginome.models._rbm_classes import Classes
from imaginome.models._rbm_pooling import Counts, _without_noise, pooled_logits

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
