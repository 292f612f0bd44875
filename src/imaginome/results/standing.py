"""The two verdicts of a report: how real, and how safe.

How real
--------
Each measure is set against its ceiling, the value that real people take against real people.
The *gap* of a value is its distance from the best value (zero where a measure names none and
lower is better). A measure stands

=========  ===================================================================================
at         its gap is no larger than the ceiling's gap, or the two 95% intervals overlap, or
           the gap is at most 1.25 times that of the ceiling
near       at most 2 times
off        at most 4 times
far        more than 4 times
=========  ===================================================================================

The gap of the ceiling counts as at least half the width of its interval: a ceiling that hits
the best value by luck must not turn noise into a large ratio. The verdict is the worst standing
among the key measures, since a panel that is right in all respects but one is wrong; without key
measures all count. At and near pass, off asks for caution, far fails. Measures that could not be
computed are named and do not count; when none counts, nothing is judged.

How safe
--------
The audit's own verdict and reasons, unchanged: the report judges nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass

from imaginome.results import Audit, Estimate, Evaluation, Measure, Status
from imaginome.results.gap import aim, gap_of
from imaginome.results.order import key_ones
from imaginome.results.status import LEVELS, Level, distance
from imaginome.results.wording import known, number, times

AT, NEAR, OFF = 1.25, 2.0, 4.0
SAFE: dict[Status, str] = {
    "pass": "No leak found by the attacks that were tried",
    "caution": "Signs of leakage: caution",
    "fail": "It leaks: not safe to release",
    "unknown": "Not judged",
}


@dataclass(frozen=True)
class Standing:
    """Where a measure stands against its ceiling.

    Attributes
    ----------
    level
        See the module's text.
    ratio
        Gap in units of the ceiling's gap; None where it has no meaning.
    text
        The same in words.
    """

    level: Level
    ratio: float | None
    text: str

    @property
    def status(self) -> Status:
        """Return the status that the level stands for."""
        return LEVELS[self.level].status


@dataclass(frozen=True)
class Verdict:
    """A judgement with its reasons, in words."""

    question: str
    status: Status
    headline: str
    reasons: tuple[str, ...]


def standing(measure: Measure) -> Standing:
    """Set a measure against its ceiling."""
    if not known(measure.artificial.value):
        return Standing("unknown", None, measure.note or "the value could not be computed")
    if not known(measure.ceiling.value):
        return Standing("unknown", None, measure.note or "the ceiling could not be computed")
    gap = gap_of(measure)
    if gap is None or aim(measure) is None:
        return _without_best(measure)
    ratio = gap.ratio
    if gap.distance <= gap.ceiling or _overlap(measure.artificial, measure.ceiling):
        return Standing("at", ratio, "indistinguishable from the ceiling")
    if ratio is None:
        return Standing("off", None, "the ceiling is perfect, this is not")
    level: Level = (
        "at" if ratio <= AT else "near" if ratio <= NEAR else "off" if ratio <= OFF else "far"
    )
    return Standing(level, ratio, f"{times(ratio)} the ceiling's gap")


def how_real(evaluation: Evaluation | None) -> Verdict:
    """Judge how real an artificial panel is, from its key measures."""
    question, nothing = "How real?", LEVELS["unknown"].headline
    if evaluation is None:
        return Verdict(question, "unknown", nothing, ("No metric was computed.",))
    measures = key_ones([m for result in evaluation.metrics for m in result.measures])
    standings = [(m, standing(m)) for m in measures]
    missing = tuple(
        f"{m.name} was not judged: {s.text.rstrip('.')}."
        for m, s in standings
        if s.level == "unknown"
    )
    judged = [(m, s) for m, s in standings if s.level != "unknown"]
    if not judged:
        return Verdict(question, "unknown", nothing, missing or ("No measure was computed.",))
    judged.sort(key=lambda pair: -distance(pair[1].level))
    worst = judged[0][1].level
    reasons = [_reason(m, s) for m, s in judged if s.level == worst and worst != "at"]
    count = sum(s.level == "at" for _, s in judged)
    reasons.append(f"{count} of {len(judged)} key measures stand at their ceiling.")
    return Verdict(question, LEVELS[worst].status, LEVELS[worst].headline, (*reasons, *missing))


def how_safe(audit: Audit | None) -> Verdict:
    """Return the audit's verdict and reasons."""
    question = "How safe?"
    if audit is None:
        return Verdict(question, "unknown", SAFE["unknown"], ("No attack was tried.",))
    reasons = tuple(audit.reasons) or ("The audit gives no reason.",)
    return Verdict(question, audit.verdict, SAFE[audit.verdict], reasons)


def _reason(measure: Measure, where: Standing) -> str:
    values = f"{number(measure.artificial.value)}, ceiling {number(measure.ceiling.value)}"
    return f"{measure.name}: {values} ({where.text})."


def _without_best(measure: Measure) -> Standing:
    """Stand without a best value: only the intervals can tell."""
    value, ceiling = measure.artificial.value, measure.ceiling.value
    beyond = measure.toward == "higher" and value is not None and value >= (ceiling or 0.0)
    if beyond or value == ceiling or _overlap(measure.artificial, measure.ceiling):
        return Standing("at", None, "indistinguishable from the ceiling")
    return Standing("off", None, "outside the ceiling's interval")


def _overlap(one: Estimate, other: Estimate) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.low <= other.high and other.low <= one.high
