"""Work in fixed pieces on several threads: the pieces, not the threads, fix the result.

A matrix product may round differently with another number of threads. Work is therefore cut
into pieces of a size that does not depend on the thread count; each piece runs on one thread
and results come back in the order of pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

P = TypeVar("P")
R = TypeVar("R")


def pieces(n: int, size: int) -> list[slice]:
    """Cut ``range(n)`` into slices of at most `size`."""
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def map_pieces(work: Callable[[P], R], items: Sequence[P], threads: int) -> list[R]:
    """Apply `work` to every item on up to `threads` threads; results keep the order of items.

    `work` must itself use one thread (see `single_threaded_torch`) and release the GIL to gain.
    """
    if threads <= 1 or len(items) <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))


def single_threaded_torch() -> None:
    """Make every torch operation use one thread, so that its rounding is fixed."""
    import torch

    torch.set_num_threads(1)
