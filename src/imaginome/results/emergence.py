"""Emergence as data: the same latent noise decoded at steps along a training.

Recorded by ``training/emergence.py``, kept in ``model/emergence.safetensors``, drawn by
``report/emergence/``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imaginome.arrays import Int64s, UInt8s
from imaginome.errors import ModelError
from imaginome.tensors import Tensors, read_tensors, write_tensors

FILE = "emergence.safetensors"
ROWS = 64
"""Most rows of a frame."""
SITES = 512
"""Most sites of a frame."""
SHADES = 4
"""Groups are kept in steps of 1 / SHADES of an allele frequency: 0 ... SHADES."""
GROUPS_KEY = "crowds"
"""What files call the groups of ten, since version 0.1.0."""


@dataclass(frozen=True, eq=False)
class Emergence:
    """The same rows, decoded by the weights of several steps.

    Attributes
    ----------
    steps
        Finished steps at each frame, ``int64`` of shape ``(n_frames,)``, rising.
    frames
        Alleles, ``uint8`` of shape ``(n_frames, n_rows, n_shown)``; a row is the same latent
        noise or the same chain in all frames.
    figures
        Held-out figures at each frame; those that are not finite are left out.
    objective
        Name of the figure by which the weights were chosen.
    kept
        The step whose weights were kept.
    groups
        Real people, ``uint8`` of shape ``(n_groups, n_shown)``: the allele frequency, in steps
        of ``1 / SHADES``, of each group of ten people; see `panel.groups_of_ten`.
    where
        Which sites are shown, in words.
    """

    steps: Int64s
    frames: UInt8s
    figures: tuple[Mapping[str, float], ...]
    objective: str
    kept: int
    groups: UInt8s
    where: str = ""

    def write(self, path: Path) -> None:
        """Write it with one bit an allele."""
        notes = {
            "n_shown": self.frames.shape[2],
            "figures": [_finite(figures) for figures in self.figures],
            "objective": self.objective,
            "kept": self.kept,
            "where": self.where,
        }
        tensors: Tensors = {
            "steps": self.steps,
            "frames": packed(self.frames),
            GROUPS_KEY: self.groups,
        }
        write_tensors(path, tensors, {"emergence": json.dumps(notes)})

    @classmethod
    def read(cls, path: Path) -> Emergence:
        """Read what `write` wrote.

        Raises
        ------
        ModelError
            When the file is damaged.
        """
        try:
            tensors, texts = read_tensors(path)
            return cls._of(tensors, json.loads(texts["emergence"]))
        except (ValueError, KeyError, TypeError, IndexError, OSError) as error:
            raise ModelError(f"{path} is damaged ({error})", "fit the model again") from None

    @classmethod
    def _of(cls, tensors: Tensors, notes: dict[str, object]) -> Emergence:
        n_shown = int(str(notes["n_shown"]))
        figures = notes["figures"]
        if not isinstance(figures, list):
            raise TypeError("figures are no list")
        emergence = cls(
            tensors["steps"],
            unpacked(tensors["frames"], n_shown),
            tuple(dict(one) for one in figures),
            str(notes["objective"]),
            int(str(notes["kept"])),
            tensors[GROUPS_KEY],
            str(notes["where"]),
        )
        if not len(emergence.steps) == len(emergence.frames) == len(emergence.figures) > 0:
            raise ValueError("steps, frames and figures differ in number")
        return emergence


def shown(n_sites: int) -> slice:
    """Return the sites that frames show: all, or a stretch in the middle of the genome."""
    first = max(0, (n_sites - SITES) // 2)
    return slice(first, min(n_sites, first + SITES))


def packed(bits: UInt8s) -> UInt8s:
    """Pack the last axis, eight alleles a byte."""
    return np.packbits(bits, axis=-1)


def unpacked(packed_bits: UInt8s, n_shown: int) -> UInt8s:
    """Undo `packed`."""
    return np.unpackbits(packed_bits, axis=-1, count=n_shown)


def _finite(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in figures.items() if math.isfinite(value)}
