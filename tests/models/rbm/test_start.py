"""Shared units begin as strong as the admixture that was found."""

from __future__ import annotations

import numpy as np

from imaginome.models.rbm.frequencies import Classes
from imaginome.models.rbm.start import TrainingData, _strength, admixture

SITES, ROWS = 400, 600


def test_a_unit_spreads_scores_out_as_far_as_asked() -> None:
    rng = np.random.default_rng(0)
    axis = rng.normal(size=SITES)
    axis /= np.linalg.norm(axis)
    logits = rng.normal(size=SITES)
    chance = 1 / (1 + np.exp(-logits))
    own = axis**2 @ (chance * (1 - chance))
    weight = _strength(0.3, own)
    ends = [1 / (1 + np.exp(-(logits + side * weight * axis))) @ axis for side in (-0.5, 0.5)]
    assert abs(np.var(ends) / 0.3 - 1) < 0.1


def test_the_admixed_class_is_found_with_the_axis_along_which_it_varies() -> None:
    rng = np.random.default_rng(1)
    ancestral = np.clip(0.5 + 0.15 * rng.normal(size=(2, SITES)), 0.05, 0.95)
    codes = np.repeat([0, 1, 2], ROWS)
    share = np.where(codes == 2, rng.random(len(codes)), codes)[:, None]
    chance = (1 - share) * ancestral[0] + share * ancestral[1]
    rows = (rng.random(chance.shape) < chance).astype(np.uint8)
    frequency = np.stack([rows[codes == k].mean(0) for k in range(3)])
    none = np.zeros((3, 0), dtype=np.float32)
    classes = Classes(np.full(3, 1 / 3), np.eye(3, dtype=np.float32), none, np.arange(3))
    logits = np.log(frequency / (1 - frequency))
    data = TrainingData(rows, rows[:0], codes, codes[:0], classes, logits, np.arange(SITES) // 40)
    found = admixture(data, (rows - frequency[codes]).astype(np.float32), 4)
    assert found.homes[0] == 2
    line = (found.axes @ found.directions)[:, 0]
    apart = ancestral[1] - ancestral[0]
    assert abs(np.corrcoef(line, apart)[0, 1]) > 0.8
    linked = TrainingData(rows, rows[:0], codes, codes[:0], classes, logits, np.zeros(SITES, int))
    alone = admixture(linked, (rows - frequency[codes]).astype(np.float32), 4)
    strength = [float(np.linalg.norm(one.directions[:, 0])) for one in (found, alone)]
    assert strength[0] > 3
    # A single contig does not tell admixture from linkage: there, units begin weak.
    assert abs(strength[1] - 1) < 1e-5
