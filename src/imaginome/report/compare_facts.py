"""Verdicts, settings and costs of several sets, as tables with one column a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imaginome.report.compare_read import Entry
from imaginome.report.verdict import Verdict, how_real, how_safe
from imaginome.report.wording import STATUS_WORDS, seconds
from imaginome.results import Audit, Status, Table

STAGES = ("choose", "fit", "generate", "evaluate", "audit")
UNKNOWN = "not recorded"


@dataclass(frozen=True)
class Judged:
    """The verdicts on one set."""

    name: str
    real: Verdict
    safe: Verdict
    areas: list[tuple[str, Status, str]]


def judged(entry: Entry) -> Judged:
    """Return the verdicts on a set, those of areas and of the model file among them."""
    return Judged(
        entry.name, how_real(entry.evaluation), how_safe(entry.audit), _areas(entry.audit)
    )


def settings_tables(entries: Sequence[Entry]) -> list[Table]:
    """Return the facts of the runs: those that differ, then those that are the same."""
    labels = list(dict.fromkeys(label for entry in entries for label in entry.facts))
    same = [one for one in labels if len({entry.facts.get(one) for entry in entries}) == 1]
    differing = [label for label in labels if label not in same]
    tables = [
        Table(
            id="compare.differing",
            title="What differs",
            columns=["What", *(entry.name for entry in entries)],
            rows=[[one, *(e.facts.get(one, UNKNOWN) for e in entries)] for one in differing],
        ),
        Table(
            id="compare.same",
            title="The same in all",
            columns=["What", "Value"],
            rows=[[label, entries[0].facts[label]] for label in same],
        ),
    ]
    return [table for table in tables if table.rows]


def costs_table(entries: Sequence[Entry]) -> Table:
    """Return times of stages and peak memory."""
    written = [
        *([stage.capitalize(), *(_time(entry, stage) for entry in entries)] for stage in STAGES),
        ["Peak memory", *(_memory(entry) for entry in entries)],
    ]
    return Table(
        id="compare.costs",
        title="Time and memory",
        columns=["Stage", *(entry.name for entry in entries)],
        rows=[[*row] for row in written if any(value != UNKNOWN for value in row[1:])],
    )


def _areas(audit: Audit | None) -> list[tuple[str, Status, str]]:
    if audit is None:
        return []
    found = [(one.area, one.verdict, STATUS_WORDS[one.verdict]) for one in audit.areas]
    if audit.model is not None:
        found.append(("model file", audit.model.verdict, STATUS_WORDS[audit.model.verdict]))
    return found


def _time(entry: Entry, stage: str) -> str:
    taken: Mapping[str, float] = {
        **({"evaluate": entry.evaluation.seconds} if entry.evaluation else {}),
        **({"audit": entry.audit.seconds} if entry.audit else {}),
        **entry.seconds,
    }
    return seconds(taken[stage]) if stage in taken else UNKNOWN


def _memory(entry: Entry) -> str:
    results = [one for one in (entry.evaluation, entry.audit) if one is not None]
    found = entry.memory or max((one.peak_memory_mb for one in results), default=0.0)
    return f"{found:,.0f} MB" if found else UNKNOWN
