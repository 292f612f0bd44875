"""The costs as a page of the docs: growth exponents first, then every point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scaling.plan import AXES, Plan, Size
from benchmarks.scaling.point import SCORED, Cost
from benchmarks.shared.page import table


@dataclass(frozen=True)
class Long:
    """The one long draw: how many haplotypes of how many sites, and what it took."""

    haplotypes: int
    size: Size
    cost: Cost


@dataclass(frozen=True)
class Scaling:
    """Everything that was measured, and how.

    Attributes
    ----------
    units
        What the generator calls its own size, a setting; "" where none is varied.
    haplotypes
        How many are drawn at every point.
    """

    model: str
    settings: tuple[str, ...]
    units: str
    panel: str
    command: str
    machine: str
    seed: int
    threads: int
    haplotypes: int
    plan: Plan
    costs: dict[Size, Cost]
    long: Long


QUANTITIES: dict[str, Callable[[Cost], float | None]] = {
    "fit s": lambda cost: cost.fit,
    "fit CPU s": lambda cost: cost.fit_cpu,
    "draw s": lambda cost: cost.draw,
    "log-likelihood s": lambda cost: cost.score,
    "memory MiB": lambda cost: cost.added,
}
PEAK = "peak MiB"

METHOD = """\
Every point is fitted, drawn from and scored in a fresh process. A tiny fit goes before, so that
compiling does not count. The number of rounds is fixed, so that work is comparable: a real fit
takes longer by its rounds. *Draw* is of {haplotypes:,} haplotypes, *log-likelihood* of {scored},
the quickest of three each. CPU seconds are those of all threads together: they count where other
work shared the machine. *Memory* is the peak on top of the interpreter, the libraries and the
panel; *peak* is the whole process. Train people are spread evenly over all populations; a tenth of
them is the validation part."""

SLOPES = """\
Slope of the least-squares line through log cost against log size: 1 is linear, 2 quadratic. In
brackets the slope of the last step alone; where it is the larger of the two, costs that do not grow
weigh on the small points."""


def exponent(sizes: Sequence[float], costs: Sequence[float | None]) -> float | None:
    """Return the least-squares slope of log cost against log size.

    None where there are fewer than two sizes, or a cost is unknown or not positive.
    """
    known = [cost for cost in costs if cost is not None and cost > 0]
    if len(known) < len(costs) or len(set(sizes)) < 2:
        return None
    x, y = np.log(np.array(sizes, dtype=float)), np.log(np.array(known))
    x -= x.mean()
    return float(x @ y / (x @ x))


def page(scaling: Scaling) -> str:
    """Return the page as Markdown."""
    lines = [f"# What `{scaling.model}` costs as panels grow", "", _facts(scaling), ""]
    lines += [METHOD.format(haplotypes=scaling.haplotypes, scored=SCORED), "", _load(scaling), ""]
    lines += ["## Growth exponents", "", *_exponents(scaling), SLOPES, ""]
    for axis in AXES:
        sizes = scaling.plan.along(axis)
        if len(sizes) > 1:
            lines += [f"## Against {_name(scaling, axis)}", "", *_points(scaling, sizes)]
    lines += ["## A large draw", "", _long(scaling.long, scaling.units), ""]
    return "\n".join(lines).rstrip() + "\n"


def _facts(scaling: Scaling) -> str:
    chosen = ", ".join(f"`{words}`" for words in scaling.settings)
    settings = f" with {chosen}" if chosen else ""
    return (
        f"`{scaling.command}`; seed {scaling.seed}; {scaling.machine}, {scaling.threads} threads. "
        f"`{scaling.model}`{settings}, fitted to people of the train half of {scaling.panel}. One "
        f"thing varies at a time; the others stay at {_words(scaling, scaling.plan.base)}."
    )


def _load(scaling: Scaling) -> str:
    costs = scaling.costs.values()
    share = sum(cost.fit_cpu for cost in costs) / sum(cost.fit for cost in costs)
    return (
        f"The fits got {share:.2f} CPU seconds a second of the clock, of {scaling.threads} that "
        "as many threads can use: the less, the busier was the machine, and the longer the clock "
        "times."
    )


def _words(scaling: Scaling, size: Size) -> str:
    words = f"{size.sites:,} sites, {2 * size.people:,} train haplotypes"
    return words if size.units is None else f"{words}, {size.units} {scaling.units}"


def _name(scaling: Scaling, axis: str) -> str:
    return {"sites": "sites", "people": "train haplotypes", "units": scaling.units}[axis]


def _exponents(scaling: Scaling) -> list[str]:
    rows = []
    for axis in AXES:
        sizes = scaling.plan.along(axis)
        if len(sizes) > 1:
            along = [getattr(size, axis) for size in sizes]
            costs = [scaling.costs[size] for size in sizes]
            cells = [_slope(along, [of(cost) for cost in costs]) for of in QUANTITIES.values()]
            rows.append([f"{_name(scaling, axis)} ({_range(scaling, axis)})", *cells])
    return table(["against", *(name.rsplit(" ", 1)[0] for name in QUANTITIES)], rows)


def _range(scaling: Scaling, axis: str) -> str:
    sizes = [
        getattr(size, axis) * (2 if axis == "people" else 1) for size in scaling.plan.along(axis)
    ]
    return f"{sizes[0]:,} to {sizes[-1]:,}"


def _slope(sizes: Sequence[float], costs: Sequence[float | None]) -> str:
    whole, last = exponent(sizes, costs), exponent(sizes[-2:], costs[-2:])
    if whole is None or last is None:
        return "-"
    # Adding 0 makes 0 of -0.
    return f"{round(whole, 2) + 0.0:.2f} ({round(last, 2) + 0.0:.2f})"


def _points(scaling: Scaling, sizes: Sequence[Size]) -> list[str]:
    units = [scaling.units] if sizes[0].units is not None else []
    rows = []
    for size in sizes:
        cost = scaling.costs[size]
        row = [f"{size.sites:,}", f"{2 * size.people:,}"]
        row += [str(size.units)] if units else []
        row += [_number(of(cost)) for of in QUANTITIES.values()]
        rows.append([*row, _number(cost.peak)])
    return table(["sites", "train haplotypes", *units, *QUANTITIES, PEAK], rows)


def _long(long: Long, units: str) -> str:
    return (
        f"{long.haplotypes:,} haplotypes of {long.size.sites:,} sites are drawn in "
        f"**{_number(long.cost.draw)} s**"
        + (f" from {long.size.units} {units}" if long.size.units else "")
        + f" (peak {_number(long.cost.peak)} MiB with the fit). The model was fitted to "
        f"{2 * long.size.people:,} haplotypes in few rounds: drawing takes no longer from a better "
        "fit."
    )


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3g}"
