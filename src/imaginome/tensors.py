"""Named arrays in safetensors files: no pickle, nothing that runs when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Tensors = dict[str, npt.NDArray[Any]]


def write_tensors(
    path: Path, tensors: Mapping[str, npt.NDArray[Any]], notes: dict[str, str] | None = None
) -> None:
    """Write arrays and text notes.

    Raises
    ------
    OSError
        When the disk does not take it: safetensors' own writer would raise an error of its own,
        which says nothing of the file.
    """
    from safetensors.numpy import save

    whole = {name: np.ascontiguousarray(values) for name, values in tensors.items()}
    path.write_bytes(save(whole, notes))


def read_tensors(path: Path) -> tuple[Tensors, dict[str, str]]:
    """Return arrays and notes.

    Raises
    ------
    ValueError
        When the file is damaged.
    OSError
        When it cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return tensors, file.metadata() or {}
    except SafetensorError as error:
        raise ValueError(str(error)) from None
