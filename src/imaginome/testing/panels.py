"""A small simulated panel with linkage and structure, on which checks are run."""

from __future__ import annotations

import numpy as np

from imaginome.panel import Panel, Samples, Sites, strings


def simulated_panel(
    n_individuals: int = 60, n_sites: int = 120, seed: int = 5, populations: int = 3
) -> Panel:
    """Make a panel with linkage and structure: noisy mosaics of founders of each population."""
    rng = np.random.default_rng(seed)
    base = rng.beta(0.4, 1.0, n_sites)
    rows = []
    labels = []
    for i in range(n_individuals):
        group = i % populations
        group_rng = np.random.default_rng([seed, group])
        frequency = np.clip(base + group_rng.normal(0, 0.15, n_sites), 0.01, 0.99)
        founders = (group_rng.random((8, n_sites)) < frequency).astype(np.uint8)
        labels.append(f"POP{group}")
        for _ in range(2):
            switches = rng.random(n_sites) < 0.03
            switches[0] = True
            donors = rng.integers(0, len(founders), int(switches.sum()))
            row = founders[donors[np.cumsum(switches) - 1], np.arange(n_sites)]
            rows.append(row ^ (rng.random(n_sites) < 0.01))
    samples = Samples(
        strings([f"S{i:03d}" for i in range(n_individuals)]),
        population=strings(labels),
        superpopulation=strings(["A" if label == "POP0" else "B" for label in labels]),
    )
    sites = Sites(
        contig=strings(["1"] * n_sites),
        position=np.arange(1, n_sites + 1, dtype=np.int64) * 500,
        id=strings([f"rs{j}" for j in range(n_sites)]),
        ref=strings(["A"] * n_sites),
        alt=strings(["G"] * n_sites),
    )
    return Panel(np.array(rows, dtype=np.uint8), sites, samples)
