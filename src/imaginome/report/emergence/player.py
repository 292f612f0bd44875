"""Haplotypes that take shape along the training: what the page and the pictures show of it."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage

from imaginome.arrays import Float64s, Indices, UInt8s
from imaginome.errors import ModelError
from imaginome.results.emergence import SHADES, Emergence, packed
from imaginome.results.wording import number

COLOURS = "@allele"
"""The palette's scale for an allele frequency of 0, 1/4 ... 1, told apart without colours too."""


@dataclass(frozen=True)
class EmergenceView:
    """The section of the page: words for the template, numbers for the script."""

    where: str
    n_rows: int
    n_groups: int
    n_frames: int
    last: int
    kept: int
    shown: int
    lines: list[tuple[str, str]]
    data: dict[str, Any]


def emergence_view(emergence: Emergence | None) -> EmergenceView | None:
    """Return what the page shows; None where there are no frames."""
    if emergence is None:
        return None
    ordered = in_order(emergence)
    shown = kept_frame(ordered)
    return EmergenceView(
        ordered.where,
        ordered.frames.shape[1],
        len(ordered.groups),
        len(ordered.steps),
        int(ordered.steps[-1]),
        ordered.kept,
        shown,
        figure_lines(ordered, shown),
        _embedded(ordered, shown),
    )


def require_frames(emergence: Emergence | None, what: str) -> Emergence:
    """Return the frames, or say why there are none.

    Raises
    ------
    ModelError
        When there are none.
    """
    if emergence is None:
        raise ModelError(
            f"{what} holds no frames of its training",
            "fit a model that learns in steps and shows them: hmm, rbm or gan",
        )
    return emergence


def in_order(emergence: Emergence) -> Emergence:
    """Return it with rows and groups sorted once, alike: the same order in all frames.

    The order is that of the leaves of a tree of the rows of the kept step and the groups
    together, so that like stands at the height of like.
    """
    rows = emergence.frames[kept_frame(emergence)].astype(np.float64)
    both = np.vstack([rows, emergence.groups / SHADES])
    order = _leaves(both)
    n_rows = len(rows)
    return replace(
        emergence,
        frames=emergence.frames[:, order[order < n_rows]],
        groups=emergence.groups[order[order >= n_rows] - n_rows],
    )


def alike_sites(emergence: Emergence) -> Indices:
    """Return an order of the sites in which those that vary alike among groups are neighbours.

    On panels of sites far apart, whose neighbours are not linked, it shows the structure of
    populations. Only real people decide it; genome order where there are no groups.
    """
    if not len(emergence.groups):
        return np.arange(emergence.frames.shape[2])
    return _leaves(emergence.groups.T / SHADES)


def by_likeness(emergence: Emergence) -> Emergence:
    """Return it with its sites in the order of `alike_sites`, and words that say so."""
    order = alike_sites(emergence)
    return replace(
        emergence,
        frames=emergence.frames[:, :, order],
        groups=emergence.groups[:, order],
        where=f"{emergence.where}, ordered by likeness",
    )


def kept_frame(emergence: Emergence) -> int:
    """Return the number of the frame whose weights were kept."""
    return int(np.argmin(np.abs(emergence.steps - emergence.kept)))


def figure_lines(emergence: Emergence, frame: int) -> list[tuple[str, str]]:
    """Return names and values of the held-out figures at a frame, the deciding one first."""
    figures = emergence.figures[frame]
    names = sorted({name for found in emergence.figures for name in found})
    names.sort(key=lambda name: name != emergence.objective)
    return [(words(name), number(figures.get(name), 4)) for name in names]


def words(name: str) -> str:
    """Return a figure's name in words."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _leaves(rows: Float64s) -> Indices:
    if len(rows) < 3:
        return np.arange(len(rows))
    tree = linkage(rows, method="average", optimal_ordering=True)
    return np.asarray(leaves_list(tree), dtype=np.intp)


def _embedded(emergence: Emergence, shown: int) -> dict[str, Any]:
    n_frames, n_rows, n_shown = emergence.frames.shape
    return {
        "rows": n_rows,
        "sites": n_shown,
        "groups": len(emergence.groups),
        "shades": SHADES,
        "colours": COLOURS,
        "steps": emergence.steps.tolist(),
        "kept": shown,
        "alike": alike_sites(emergence).tolist(),
        "frames": _text(packed(emergence.frames.reshape(n_frames, n_rows * n_shown))),
        "real": _text(emergence.groups),
        "figures": [
            [value for _, value in figure_lines(emergence, frame)] for frame in range(n_frames)
        ],
    }


def _text(values: UInt8s) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
