"""Random streams keyed by what they are for, so that no result depends on the order of draws."""

from __future__ import annotations

import hashlib

import numpy as np


def _key(part: str | int) -> int:
    if isinstance(part, str):
        return int.from_bytes(hashlib.sha256(part.encode()).digest()[:4], "big")
    return part


def child_sequence(seed: int, *purpose: str | int) -> np.random.SeedSequence:
    """Derive the seed sequence of one purpose from the root seed.

    Parameters
    ----------
    seed
        The root seed of the run, a non-negative integer.
    purpose
        What the stream is for, for example ``"split"`` or ``("rbm", "chains", 12)``.
        Strings and non-negative integers of less than 32 bits.

    Returns
    -------
    numpy.random.SeedSequence
        The same for the same arguments, independent for different ones.
    """
    return np.random.SeedSequence(entropy=seed, spawn_key=tuple(_key(part) for part in purpose))


def child_generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """Return a NumPy generator for one purpose; see `child_sequence`."""
    return np.random.Generator(np.random.PCG64DXSM(child_sequence(seed, *purpose)))


def child_seed(seed: int, *purpose: str | int) -> int:
    """Return a 63-bit integer seed for one purpose, for libraries that want a number."""
    return int(child_sequence(seed, *purpose).generate_state(1, np.uint64)[0] >> np.uint64(1))
