"""What the curves say, in words and in two tables: what noise costs at which size."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.epsilon.result import Curve, Curves, told
from benchmarks.shared.page import table

FREQUENCY, LINKAGE = "frequency.mae", "linkage.mae"
CHEAP, KEPT = 1.25, 0.8
"""A guarantee is cheap up to this multiple of the error, and from this share of linkage kept."""


def multiple(curve: Curve, epsilon: float) -> float:
    """Return the least frequency error at an epsilon over the least without noise."""
    free = curve.least(math.inf, FREQUENCY)
    return curve.least(epsilon, FREQUENCY) / free if free > 0 else math.nan


def kept_linkage(curve: Curve, epsilon: float) -> float:
    """Return the share of linkage learnt without noise that is left; 0 where it is none."""
    nothing = curve.unlinked.measures.get(LINKAGE, math.nan)
    learnt = nothing - curve.least(math.inf, LINKAGE)
    left = nothing - curve.least(epsilon, LINKAGE)
    return max(0.0, left / learnt) if learnt > 0 else math.nan


@dataclass(frozen=True)
class Scale:
    """One way to tell what noise costs."""

    title: str
    measure: str
    of: Callable[[Curve, float], float]
    cheap: Callable[[float], bool]
    form: Callable[[float], str]
    rule: str


SCALES = (
    Scale(
        "frequency error, times what it is without noise",
        FREQUENCY,
        multiple,
        lambda x: x <= CHEAP,
        lambda x: f"{x:.1f}" if x >= CHEAP else f"{x:.2f}",
        f"frequencies err by at most {CHEAP:g} times what they do without noise",
    ),
    Scale(
        "linkage kept",
        LINKAGE,
        kept_linkage,
        lambda x: x >= KEPT,
        lambda x: f"{x:.0%}",
        f"at least {KEPT:.0%} of the linkage that is learnt without noise is kept",
    ),
)


def words(curves: Curves) -> str:
    """Return the reading: what it costs on the real panel, and from which size it is cheap."""
    lines = [_cost(curves.real)]
    if curves.grown:
        lines += [_cheap(curves, scale) for scale in SCALES]
    return "\n".join(f"- {line}" for line in lines)


def tables(curves: Curves) -> str:
    """Return a table a scale: a row a panel, a column an epsilon; bold is cheap."""
    epsilons = finite(curves.real)
    parts = []
    for scale in SCALES:
        head = [scale.title, *(f"epsilon {told(e)}" for e in epsilons)]
        rows = [
            [_people(one, curves), *(_cell(scale, one, e) for e in epsilons)]
            for one in (curves.real, *curves.grown)
        ]
        parts.append("\n".join(table(head, rows)).rstrip())
    return "\n\n".join(parts)


def finite(curve: Curve) -> list[float]:
    """Return the epsilons with noise."""
    return [e for e in curve.epsilons() if e is not None and math.isfinite(e)]


def _cost(curve: Curve) -> str:
    each = [
        f"at epsilon {told(e)} frequencies err by {curve.least(e, FREQUENCY):.2g} "
        f"(`{curve.best(e, FREQUENCY)}`) and {kept_linkage(curve, e):.0%} of the linkage is kept"
        for e in finite(curve)
    ]
    return (
        f"**{curve.people:,} real people**: {'; '.join(each)}. Without noise frequencies err by "
        f"{curve.least(math.inf, FREQUENCY):.2g}, other real people by "
        f"{curve.ceiling(FREQUENCY):.2g}."
    )


def _cheap(curves: Curves, scale: Scale) -> str:
    each = [f"epsilon {told(e)} {_since(curves, e, scale)}" for e in finite(curves.grown[0])]
    return f"**Cheap** where {scale.rule}: {'; '.join(each)} (simulated)."


def _since(curves: Curves, epsilon: float, scale: Scale) -> str:
    """Tell from which panel on noise is cheap: there and on every larger one."""
    since = None
    for one in reversed(curves.grown):
        if not scale.cheap(scale.of(one, epsilon)):
            break
        since = one.people
    return f"from {since:,} people on" if since else f"not at {curves.grown[-1].people:,} people"


def _people(one: Curve, curves: Curves) -> str:
    return f"{one.people:,} {'real' if one is curves.real else 'simulated'} people"


def _cell(scale: Scale, curve: Curve, epsilon: float) -> str:
    value = scale.of(curve, epsilon)
    if math.isnan(value):
        return "none"
    text = f"{scale.form(value)} (`{curve.best(epsilon, scale.measure)}`)"
    return f"**{text}**" if scale.cheap(value) else text
