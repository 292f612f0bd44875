"""How kernels are compiled: numba, kept on disk, without the interpreter's lock, typed for mypy.

Kernels that may reassociate sums are inlined wherever another kernel calls them. Called, they
would be the code of whichever library was loaded first: compiled alone in a run that compiles, and
within their caller in one that finds both on disk, with other rounding: the first run on a machine
would differ from the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast

import numba
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a kernel whose arithmetic is done as it is written."""
    return _compile(function)


def inlined(function: F) -> F:
    """Compile a kernel that is written out wherever another one calls it."""
    return _compile(function, inline="always")


def fast(function: F) -> F:
    """Compile a kernel that may reassociate sums, and divide by zero without an exception.

    Reassociation is fixed at compile time, so the same row gives the same bytes on any thread.
    """
    flags = {"reassoc", "contract", "arcp", "nsz"}
    return _compile(function, fastmath=flags, error_model="numpy", forceinline=True)


def vectorised(function: F) -> F:
    """Compile a loop whose sums may be taken in any order: several terms at a time."""
    return _compile(function, fastmath={"reassoc", "contract", "nsz"}, forceinline=True)


def _compile(function: F, **options: Any) -> F:
    return cast(F, numba.njit(cache=True, nogil=True, **options)(function))


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Run every matrix product on one thread, so that its rounding is fixed."""
    import scipy.linalg.cython_blas  # noqa: F401  (numba calls this library's products)

    with threadpool_limits(1, user_api="blas"):
        yield
