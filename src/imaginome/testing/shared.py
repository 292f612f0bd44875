"""What checks share: errors that have to come, ids and citations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from imaginome.citations import Citation
from imaginome.errors import ImaginomeError
from imaginome.results import Figure

LONGEST = 300_000
"""Characters of a figure as JSON."""
MAPS = ("heatmaps", "rows")


@contextmanager
def refusing(kind: type[ImaginomeError], words: str, what: str) -> Iterator[None]:
    """Raise unless the block raises an error of this kind whose line holds these words."""
    try:
        yield
    except kind as error:
        assert words in str(error), f"{what}: the error says '{error}', not '{words}'"
        return
    raise AssertionError(f"{what}: there is no {kind.__name__}")


def check_citations(citations: Iterable[Citation]) -> None:
    """Raise for citations that nobody could follow, or of which nobody knows what for."""
    keys = [citation.key for citation in citations]
    assert len(set(keys)) == len(keys), "a publication is cited twice"
    for citation in citations:
        assert citation.reason, f"{citation.key}: what is it cited for?"
        doi, year = citation.publication.doi, citation.publication.year
        assert doi.startswith("10.") or not doi, f"{citation.key}: no DOI"
        assert 1900 < year < 2100, f"{citation.key}: year {year}"


def check_sentence(text: str, what: str) -> None:
    """Raise for what is no sentence."""
    assert text.endswith("."), f"{what} has to end with a full stop: '{text}'"


def check_figure(figure: Figure) -> None:
    """Raise for a figure that cannot be drawn, is too large or does not say how to read it."""
    check_sentence(figure.reading, f"the reading of {figure.id}")
    assert figure.series, f"{figure.id} shows nothing"
    assert len(figure.model_dump_json()) < LONGEST, f"{figure.id} is too large for a page"
    for series in figure.series:
        if figure.kind in MAPS:
            rows = series.z or []
            assert len(rows) == len(series.y), f"{figure.id}: rows of {series.name}"
            assert all(len(row) == len(series.x) for row in rows), f"{figure.id}: {series.name}"
        else:
            assert len(series.y) == len(series.x), f"{figure.id}: x and y of {series.name}"
        for bound in (series.low, series.high):
            assert bound is None or len(bound) == len(series.y), f"{figure.id}: {series.name}"
        values: list[Any] = [*series.x, *series.y, *(series.low or []), *(series.high or [])]
        numbers = [value for value in values if isinstance(value, float)]
        assert all(map(math.isfinite, numbers)), f"{figure.id}: {series.name} is not finite"


def check_nobody_named(text: str, people: Iterable[str]) -> None:
    """Raise for a result, as JSON, that holds the name of a real person."""
    named = [person for person in people if f'"{person}"' in text]
    assert not named, f"the result names {named[:3]}"
