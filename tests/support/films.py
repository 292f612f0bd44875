"""A film of a training, made by hand."""

from __future__ import annotations

import numpy as np

from imaginome.results.emergence import SHADES, Emergence


def film(n_frames: int = 6, n_rows: int = 9, n_sites: int = 21, n_groups: int = 4) -> Emergence:
    """Rows of noise that settle on two patterns."""
    rng = np.random.default_rng(4)
    pattern = rng.integers(0, 2, (2, n_sites))
    final = pattern[np.arange(n_rows) % 2]
    settled = rng.random((n_rows, n_sites))
    frames = [np.where(settled < i / (n_frames - 1), final, settled < 0.5) for i in range(n_frames)]
    figures = [{"zeal": i / 10, "log_likelihood": -10.0 + i} for i in range(n_frames)]
    return Emergence(
        np.array([0, *(2**i for i in range(n_frames - 1))], dtype=np.int64),
        np.array(frames, dtype=np.uint8),
        tuple(figures),
        "log_likelihood",
        2 ** (n_frames - 2),
        rng.integers(0, SHADES + 1, (n_groups, n_sites)).astype(np.uint8),
        f"all {n_sites} sites, 1:5 to 1:99",
    )
