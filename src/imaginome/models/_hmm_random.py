"""Random numbers inside compiled kernels, by key and counter, and picks by weight.

Each uniform number is a hash of a key and a counter (SplitMix64, Steele et al. 2014,
doi 10.1145/2660193.2660195), so no draw depends on any other stream or thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.models._compile import compiled

Array = Any


@compiled
def uniform(key: int, counter: int) -> float:
    """Return number `counter` of the stream `key`, in [0, 1)."""
    z = key + np.uint64(counter + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def pick(weights: Array, u: float) -> int:
    """Return an index with a chance proportional to its weight."""
    total = np.float32(0.0)
    for k in range(len(weights)):
        total += weights[k]
    rest = np.float32(u) * total
    for k in range(len(weights)):
        rest -= weights[k]
        if rest < 0:
            return k
    return int(np.argmax(weights))
