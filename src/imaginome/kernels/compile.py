"""Compiled kernels: numba with the options that all models share, and types that mypy sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a kernel that releases the GIL and may reassociate sums; cached on disk.

    Reassociation is fixed at compile time, so the same row gives the same bytes on any thread.
    """
    fast = {"reassoc", "contract", "arcp", "nsz"}
    return cast(F, numba.njit(cache=True, nogil=True, fastmath=fast, error_model="numpy")(function))


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Run every matrix product on one thread, so that its rounding is fixed."""
    import scipy.linalg.cython_blas  # noqa: F401  (numba calls this library's products)
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1, user_api="blas"):
        yield
