"""Parts of the page: sections by topic, what an audit would find, the records that it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from imaginome.report.page.sections import Places, Section, attack_section, metric_section
from imaginome.results import Audit, Detection, Evaluation, Leak, RecordRisk, Status, worst_of
from imaginome.results.order import MODEL, TOPICS, attacks_in_order, gain, metrics_in_order, title
from imaginome.results.wording import interval, number, slug

# -- Sections that belong together -----------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """Sections under one heading; `verdict` is what was judged of them together, if anything."""

    title: str
    sections: list[Section]
    verdict: Status | None = None

    @property
    def status(self) -> Status:
        """Return the verdict, or else the worst status of its sections that were not skipped."""
        tried = [section.status for section in self.sections if not section.skipped]
        return self.verdict or worst_of(tried)


def metric_parts(evaluation: Evaluation | None, places: Places) -> list[Part]:
    """Return the metrics by topic; those without one come last."""
    results = metrics_in_order(evaluation.metrics if evaluation else [])
    return _parts((TOPICS[r.topic], metric_section(r, places)) for r in results)


def attack_parts(audit: Audit | None, places: Places) -> list[Part]:
    """Return the attacks by area, with its verdict; those with access to the model last."""
    if audit is None:
        return []
    verdicts = {title(area.area): area.verdict for area in audit.areas}
    if audit.model is not None:
        verdicts[MODEL] = audit.model.verdict
    results = attacks_in_order(audit.attacks)
    parts = _parts((gain(r), attack_section(r, places)) for r in results)
    return [replace(part, verdict=verdicts.get(part.title)) for part in parts]


def _parts(titled: Iterable[tuple[str, Section]]) -> list[Part]:
    by_heading: dict[str, list[Section]] = {}
    for heading, section in titled:
        by_heading.setdefault(heading, []).append(section)
    return [Part(heading, sections) for heading, sections in by_heading.items()]


# -- What an audit would find ----------------------------------------------------------------------
# Attack by attack and leak by leak; and the records that an audit names.


MOST_RECORDS = 25
NOT_LOOKED = "not looked for"


@dataclass(frozen=True)
class Cell:
    """What one attack found of one leak; `words` tell it whole, for readers who hear the page."""

    found: bool | None
    text: str
    words: str


@dataclass(frozen=True)
class PowerRow:
    """One attack: a cell for each leak, the last for real people whom nobody saw."""

    attack: str
    anchor: str
    cells: list[Cell]
    powerless: bool


@dataclass(frozen=True)
class PowerView:
    """The matrix of attacks and planted leaks.

    Attributes
    ----------
    leaks
        Those that most attacks found come first.
    by_any
        Of each leak, how many attacks found it.
    alarms
        How many attacks raised an alarm about people whom nobody saw.
    """

    leaks: list[Leak]
    rows: list[PowerRow]
    by_any: list[int]
    alarms: int
    notes: list[str]

    @property
    def powerless(self) -> set[str]:
        """Return the anchors of attacks that found no leak here."""
        return {row.anchor for row in self.rows if row.powerless}


@dataclass(frozen=True)
class Risky:
    """The artificial records that attacks name, riskiest first."""

    flagged: int
    rows: list[tuple[str, RecordRisk]]


def power_view(audit: Audit | None) -> PowerView | None:
    """Return the matrix; None where no leak was planted."""
    power = audit.power if audit else None
    if audit is None or power is None or not power.detections:
        return None
    names = {result.attack: result.name for result in attacks_in_order(audit.attacks)}
    detections = {(d.attack, d.leak): d for d in power.detections}
    safe = {d.attack: d for d in power.safe}
    seen = [attack for attack in names if any(key[0] == attack for key in detections)]
    seen += list(dict.fromkeys(a for a, _ in detections if a not in names))
    number_found = Counter(d.leak for d in power.detections if d.found)
    leaks = sorted(power.leaks, key=lambda leak: -number_found[leak.id])
    return PowerView(
        leaks=leaks,
        rows=[_row(names.get(a, a), a, leaks, detections, safe.get(a)) for a in seen],
        by_any=[number_found[leak.id] for leak in leaks],
        alarms=sum(d.found for d in power.safe),
        notes=power.notes,
    )


def risky_records(audit: Audit | None) -> Risky:
    """Return the records that stand out, riskiest first; at most `MOST_RECORDS` rows."""
    results = audit.attacks if audit else []
    named = [(r.name, record) for r in results for record in r.records if record.flagged]
    named.sort(key=lambda pair: (pair[1].q, pair[1].p, -pair[1].score))
    kept = {(record.sample, record.haplotype) for _, record in named}
    return Risky(len(kept), named[:MOST_RECORDS])


def _row(
    name: str,
    attack: str,
    leaks: list[Leak],
    detections: Mapping[tuple[str, str], Detection],
    safe: Detection | None,
) -> PowerRow:
    cells = [_cell(detections.get((attack, leak.id)), leak.name) for leak in leaks]
    powerless = not any(cell.found for cell in cells)
    return PowerRow(
        name, f"attack-{slug(attack)}", [*cells, _cell(safe, "people whom nobody saw")], powerless
    )


def _cell(detection: Detection | None, leak: str) -> Cell:
    if detection is None:
        return Cell(None, "", f"{leak}: {NOT_LOOKED}")
    value = number(detection.strength.value, 2)
    words = (
        f"{leak}: {'found' if detection.found else 'not found'}; {detection.finding} "
        f"{value} {interval(detection.strength)}"
    )
    return Cell(detection.found, value, words.strip())
