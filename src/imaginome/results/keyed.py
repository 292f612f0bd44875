"""Results by their ids, and as a table of pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from imaginome.errors import MissingPackageError, UnknownKeyError

if TYPE_CHECKING:
    import pandas as pd

    from imaginome.results.figures import Estimate

T = TypeVar("T")
WORD, NUMBER = "object", "float64"
"""Types of the columns of a frame."""


def by_key(things: Mapping[str, T], key: object, kind: str, absent: Mapping[str, str]) -> T:
    """Return the thing of this id.

    Parameters
    ----------
    things
        What there is.
    key
        An id.
    kind
        What holds the things, for messages.
    absent
        Ids of what was not computed, each with the reason.

    Raises
    ------
    UnknownKeyError
        When there is none: names the nearest ids, or says why it was not computed.
    """
    if isinstance(key, str) and key in things:
        return things[key]
    whole = str(key).partition(".")[0].replace("_", "-")
    if whole in absent:
        raise UnknownKeyError(f"{whole} was not computed", absent[whole])
    near = get_close_matches(str(key), things, 3) or list(things)[:3]
    raise UnknownKeyError(
        f"this {kind} holds no '{key}'", f"nearest: {', '.join(near)}" if near else "it is empty"
    )


def estimated(name: str, estimate: Estimate | None, ends: str = "") -> dict[str, float | None]:
    """Return three cells of a row: the value, and ``low`` and ``high`` after `ends`."""
    if estimate is None:
        return dict.fromkeys((name, f"{ends}low", f"{ends}high"))
    return {name: estimate.value, f"{ends}low": estimate.low, f"{ends}high": estimate.high}


def frame_of(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Return rows as a data frame.

    Parameters
    ----------
    rows
        Cells by column.
    columns
        Type of each column, in their order; None is NaN in one of ``float64``.

    Raises
    ------
    MissingPackageError
        When pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError:
        raise MissingPackageError(
            "a data frame needs pandas, which is not installed", "pip install 'imaginome[frames]'"
        ) from None
    frame = pd.DataFrame([dict(row) for row in rows], columns=list(columns))
    return frame.astype(dict(columns))
