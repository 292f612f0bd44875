"""Which sets are compared, and their verdicts, settings and costs, one column a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imaginome.errors import FormatError, SettingsError
from imaginome.report.folder import read_facts, read_json, read_results
from imaginome.results import (
    AttackResult,
    Audit,
    Evaluation,
    Finding,
    Measure,
    MetricResult,
    Status,
    Table,
)
from imaginome.results.standing import Verdict, how_real, how_safe
from imaginome.results.status import STATUS_WORDS
from imaginome.results.wording import seconds

# -- The sets --------------------------------------------------------------------------------------


MOST = 12
"""More sets than this cannot be told apart in a figure."""
LONGEST_NAME = 40


@dataclass(frozen=True)
class Entry:
    """One of the sets that are compared.

    Attributes
    ----------
    name
        What it is called on the page.
    facts
        What was made from what: labels and texts of its run; empty for a set that was only judged.
    seconds
        What each stage of its run took.
    memory
        Peak memory of its run, in MiB; None where it is not known.
    panel
        SHA-256 of the real panel; empty where it is not known.
    """

    name: str
    evaluation: Evaluation | None
    audit: Audit | None
    facts: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    memory: float | None = None
    panel: str = ""

    @property
    def metrics(self) -> dict[str, MetricResult]:
        """Return results of metrics by id."""
        return {one.metric: one for one in self.evaluation.metrics} if self.evaluation else {}

    @property
    def attacks(self) -> dict[str, AttackResult]:
        """Return results of attacks by id."""
        return {one.attack: one for one in self.audit.attacks} if self.audit else {}

    @property
    def measures(self) -> dict[str, Measure]:
        """Return measures by id."""
        return {m.id: m for one in self.metrics.values() for m in one.measures}

    @property
    def findings(self) -> dict[str, Finding]:
        """Return findings by id."""
        return {f.id: f for one in self.attacks.values() for f in one.findings}


def read_entries(words: Sequence[str]) -> list[Entry]:
    """Read the sets that ``DIR`` and ``NAME=DIR`` name.

    Parameters
    ----------
    words
        At least two; a folder without a name is called as it is.

    Raises
    ------
    SettingsError
        When there are too few or too many, a name or a folder is there twice, or a name is none.
    FormatError
        When a folder holds no result, or a damaged one.
    """
    named = [named_folder(one) for one in words]
    _require_distinct(named)
    return [read_entry(name, folder) for name, folder in named]


def named_folder(word: str) -> tuple[str, Path]:
    """Return name and folder of ``DIR`` or ``NAME=DIR``; a folder that exists is taken as it is.

    Raises
    ------
    SettingsError
        When name or folder are empty.
    """
    name, equals, rest = word.partition("=")
    if not equals or Path(word).is_dir():
        folder = Path(word)
        name = folder.resolve().name
    else:
        folder, name = Path(rest), name.strip()
        if not name or not rest:
            raise SettingsError(f"'{word}' names no folder", "write DIR or NAME=DIR")
    return name, folder


def read_entry(name: str, folder: Path) -> Entry:
    """Read one set: results, and of its run what ``run.json`` tells.

    Raises
    ------
    FormatError
        When the folder is not there, holds no result, or a damaged one.
    """
    if not folder.is_dir():
        raise FormatError(f"there is no folder {folder}", "give folders of runs")
    evaluation, audit = read_results(folder)
    run = read_json(folder / "run.json")
    facts = read_facts(folder / "run.json")
    memory = run.get("peak_memory_mb")
    return Entry(
        name,
        evaluation,
        audit,
        facts,
        _seconds(run.get("seconds")),
        float(memory) if isinstance(memory, int | float) else None,
        _digest(run.get("request"), facts.get("Panel", "")),
    )


def _require_distinct(named: list[tuple[str, Path]]) -> None:
    if len(named) < 2:
        raise SettingsError("one run cannot be compared", "give two folders or more")
    if len(named) > MOST:
        raise SettingsError(
            f"{len(named)} runs do not fit on one page", f"compare at most {MOST} at a time"
        )
    seen: dict[Path, str] = {}
    names: set[str] = set()
    for name, folder in named:
        _require_printable(name)
        if name in names:
            raise SettingsError(
                f"two runs are called '{name}'", "write NAME=DIR to tell them apart"
            )
        if (place := folder.resolve()) in seen:
            raise SettingsError(f"{folder} is there twice", "give every run once")
        names.add(name)
        seen[place] = name


def _require_printable(name: str) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise SettingsError(
            f"{name[:LONGEST_NAME]!r} cannot name a run",
            f"write NAME=DIR with a name of at most {LONGEST_NAME} printable characters",
        )


def _seconds(recorded: object) -> dict[str, float]:
    if not isinstance(recorded, dict):
        return {}
    return {str(k): float(v) for k, v in recorded.items() if isinstance(v, int | float)}


def _digest(request: object, panel: str) -> str:
    """Return the SHA-256 of the panel among the inputs that a run recorded."""
    inputs = request.get("inputs") if isinstance(request, dict) else None
    if not isinstance(inputs, dict) or not panel:
        return ""
    digests = [str(d) for path, d in inputs.items() if Path(str(path)).name == panel]
    return digests[0] if len(digests) == 1 else ""


# -- Tables with one column a set ------------------------------------------------------------------


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
    areas = [(one.area, one.verdict, STATUS_WORDS[one.verdict]) for one in audit.areas]
    if audit.model is not None:
        areas.append(("model file", audit.model.verdict, STATUS_WORDS[audit.model.verdict]))
    return areas


def _time(entry: Entry, stage: str) -> str:
    taken: Mapping[str, float] = {
        **({"evaluate": entry.evaluation.seconds} if entry.evaluation else {}),
        **({"audit": entry.audit.seconds} if entry.audit else {}),
        **entry.seconds,
    }
    return seconds(taken[stage]) if stage in taken else UNKNOWN


def _memory(entry: Entry) -> str:
    results = [one for one in (entry.evaluation, entry.audit) if one is not None]
    memory = entry.memory or max((one.peak_memory_mb for one in results), default=0.0)
    return f"{memory:,.0f} MB" if memory else UNKNOWN
