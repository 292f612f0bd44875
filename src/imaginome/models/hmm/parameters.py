"""Parameters of the cluster chain: emissions, and memoryless or full transitions.

Classes are the populations of the panel, or one class where there are no labels. A chain starts
anew at every contig: all rows of the transition at its first site are alike.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float32s, Int32s, UInt8s
from imaginome.kernels.compile import one_blas_thread

Tensors = dict[str, npt.NDArray[Any]]


class Columns(NamedTuple):
    """What is seen of some haplotypes at the sites of a block, as kernels take it.

    Attributes
    ----------
    alleles, contexts
        ``uint8`` of shape ``(n_sites, n)``.
    classes
        Class of each haplotype, whole numbers of shape ``(n,)``.
    """

    alleles: UInt8s
    contexts: UInt8s
    classes: npt.NDArray[Any]


class Kept(NamedTuple):
    """The arrays of a block that `hmm.passes` describes, ``float32``."""

    prior: Float32s
    gamma: Float32s
    message: Float32s


class MemorylessBlock(NamedTuple):
    """Parameters of some sites of a `Memoryless` chain, as kernels take them."""

    emission: Float32s
    switch: Float32s
    jump: Float32s


class FullBlock(NamedTuple):
    """Parameters of some sites of a `Full` chain, as kernels take them."""

    emission: Float32s
    transition: Float32s
    tilt: Float32s
    inverse: Float32s


@dataclass
class Memoryless:
    """A haplotype stays in its cluster or jumps, forgetting where it was.

    Attributes
    ----------
    emission
        P(ALT | context, cluster), ``float32`` of shape ``(n_sites, n_contexts, K)``.
    switch
        P(jump) before each site, ``float32`` of shape ``(n_sites,)``; 1 where a contig starts.
    jump
        P(cluster | jump, class), ``float32`` of shape ``(n_sites, n_classes, K)``.
    """

    emission: Float32s
    switch: Float32s
    jump: Float32s
    tags: Int32s

    def tensors(self) -> Tensors:
        """Return the weights by name."""
        return {
            "emission": self.emission,
            "switch": self.switch,
            "jump": self.jump,
            "tags": self.tags,
        }

    def block(self, sites: slice) -> MemorylessBlock:
        """Return views of the parameters of some sites."""
        return MemorylessBlock(self.emission[sites], self.switch[sites], self.jump[sites])

    def copy(self) -> Memoryless:
        """Return an independent copy."""
        return deepcopy(self)


@dataclass
class Full:
    """Every site has its own transition matrix, tilted by class.

    The transition of class ``c`` before site ``l`` is ``transition[l, j, k] * tilt[l, c, k] *
    inverse[l, c, j]``: one matrix shared by all classes, the clusters re-weighted by class.

    Attributes
    ----------
    emission
        P(ALT | context, cluster), ``float32`` of shape ``(n_sites, n_contexts, K)``.
    transition
        ``float32`` of shape ``(n_sites, K, K)``, rows sum to about 1.
    tilt
        Weight of a cluster in a class, ``float32`` of shape ``(n_sites, n_classes, K)``.
    inverse
        One over the normalising sum of each row and class, shape ``(n_sites, n_classes, K)``.
    """

    emission: Float32s
    transition: Float32s
    tilt: Float32s
    inverse: Float32s
    tags: Int32s

    @classmethod
    def of(cls, emission: Float32s, transition: Float32s, tilt: Float32s, tags: Int32s) -> Full:
        """Complete the parameters by the normalising sums."""
        return cls(emission, transition, tilt, normalisers(transition, tilt), tags)

    def tensors(self) -> Tensors:
        """Return the weights by name."""
        return {
            "emission": self.emission,
            "transition": self.transition,
            "tilt": self.tilt,
            "tags": self.tags,
        }

    def block(self, sites: slice) -> FullBlock:
        """Return views of the parameters of some sites."""
        parts = (self.emission, self.transition, self.tilt, self.inverse)
        return FullBlock(*(part[sites] for part in parts))

    def copy(self) -> Full:
        """Return an independent copy."""
        return deepcopy(self)

    def rounded(self) -> Full:
        """Return the same with transitions in half precision: half the file, same samples."""
        transition = self.transition.astype(np.float16).astype(np.float32)
        return replace(self, transition=transition, inverse=normalisers(transition, self.tilt))


Parameters = Memoryless | Full


def normalisers(transition: Float32s, tilt: Float32s) -> Float32s:
    """Return one over the sum of each row of each class, shape ``(n_sites, n_classes, K)``."""
    with one_blas_thread():
        sums = np.matmul(tilt, transition.transpose(0, 2, 1))
    return np.asarray(1.0 / np.maximum(sums, np.float32(1e-30)), dtype=np.float32)


def from_tensors(tensors: Tensors) -> Parameters:
    """Rebuild parameters from `tensors`; the names tell which kind they are."""
    arrays: dict[str, Any] = {
        name: np.array(value, dtype=np.int32 if name == "tags" else np.float32)
        for name, value in tensors.items()
    }
    if "switch" in arrays:
        return Memoryless(arrays["emission"], arrays["switch"], arrays["jump"], arrays["tags"])
    emission, transition, tilt = arrays["emission"], arrays["transition"], arrays["tilt"]
    if "inverse" in arrays:
        return Full(emission, transition, tilt, arrays["inverse"], arrays["tags"])
    return Full.of(emission, transition, tilt, arrays["tags"])


def full_from(memoryless: Memoryless) -> Full:
    """Return full transitions near memoryless ones; the same where there is one class.

    Tilts of classes are their jumps relative to the mean, to the power of the chance to jump:
    exact where every haplotype jumps, no tilt where none does.
    """
    jump = memoryless.jump.mean(axis=1)
    clusters = jump.shape[1]
    switch = memoryless.switch[:, None, None]
    transition = np.repeat(switch * jump[:, None, :], clusters, axis=1)
    diagonal = np.arange(clusters)
    transition[:, diagonal, diagonal] += 1.0 - memoryless.switch[:, None]
    relative = memoryless.jump / np.maximum(jump[:, None, :], np.float32(1e-30))
    tilt = np.clip(relative, 1e-3, 1e3) ** switch
    tilt = np.asarray(tilt, dtype=np.float32)
    return Full.of(memoryless.emission, transition, tilt, memoryless.tags)
