"""The page of the curves, in Markdown."""

from __future__ import annotations

import math
from collections.abc import Mapping

from benchmarks.epsilon.points import MEASURES, Case
from benchmarks.epsilon.reading import tables, words
from benchmarks.epsilon.result import Curve, Curves, told
from benchmarks.shared.page import table
from imaginome.dp.guarantee import DELTA
from imaginome.results import Audit

AUDITED = (
    "A guarantee is a promise beforehand; an audit looks afterwards. All attacks, on the first "
    "panel, with known leaks planted to show what they would find, and with the model file. The "
    "promise bounds what an attack can win; it does not say that none wins anything:"
)


def page(curves: Curves, picture: str | None) -> str:
    """Return the page; `picture` is the path of its picture, or None."""
    parts = [
        "# What a guarantee costs",
        f"`{curves.command}`; {_seeds(curves.seeds)}; {curves.machine}.",
        f"Every generator that can be fitted with `--epsilon`, at delta {_short(DELTA)}, beside "
        "the same generator at infinite epsilon (the private method without noise) and without a "
        "guarantee. "
        "Errors are against people whom no model saw; *ceiling* is that of as many real people of "
        "train. The unit is one individual, both haplotypes. Times are the clock's, on a machine "
        "that may have had other work. How it works and what it covers: "
        "[private.md](../private.md).",
        *([f"![Errors against epsilon and panel size]({picture})"] if picture else []),
        "## What it says",
        words(curves),
        "The best generator at each epsilon, beside the best without noise; bold is cheap. "
        "*Linkage kept*: 100% is the LD error of the best without noise, 0% that of allele "
        "frequencies and nothing else.",
        tables(curves),
        f"## {curves.real.title}",
        errors(curves.real),
    ]
    if curves.audits:
        parts += ["## Audited", AUDITED, verdicts(curves.audits)]
    if curves.grown:
        parts += [
            "## Against panel size",
            "People drawn from an `hmm` that was fitted to the bundled simulated panel, so that "
            "any number of them can be had; others drawn from it are the holdout. The noise of a "
            "guarantee does not grow with the panel: its share of each mean falls as one over the "
            f"number of people.{_absent(curves)}",
            *(f"### {one.people:,} people\n\n{errors(one)}" for one in curves.grown),
        ]
    return "\n\n".join(parts) + "\n"


def _short(value: float) -> str:
    return f"{value:g}".replace("e-0", "e-")


def _absent(curves: Curves) -> str:
    """Name who was measured on the real panel alone."""
    seen = {model for one in curves.grown for model in one.models()}
    names = [f"`{model}`" for model in curves.real.models() if model not in seen]
    return f" Not measured here, for time: {', '.join(names)}." if names else ""


def _seeds(n: int) -> str:
    return "seed 1, one fit each: a few percent are chance" if n == 1 else f"seeds 1 to {n}"


def errors(curve: Curve) -> str:
    """Return the measures of each generator and epsilon; the range over seeds in brackets."""
    head = ["generator", "epsilon", *MEASURES.values(), "fit s"]
    rows = [
        [
            f"`{model}`",
            told(epsilon),
            *(_cell(curve.values(model, epsilon, measure)) for measure in MEASURES),
            f"{curve.seconds(model, epsilon):.1f}",
        ]
        for model in curve.models()
        for epsilon in curve.measured(model)
    ]
    rows.append(["ceiling", "", *(_number(curve.ceiling(m)) for m in MEASURES), ""])
    text = "\n".join(table(head, rows)).rstrip()
    return f"{curve.people:,} train individuals, {curve.sites:,} sites.\n\n{text}"


def _cell(values: list[float]) -> str:
    mean = _number(math.fsum(values) / len(values))
    if len(values) == 1:
        return mean
    return f"{mean} ({_number(min(values))} to {_number(max(values))})"


def _number(value: float) -> str:
    return "none" if math.isnan(value) else f"{value:.3g}"


def verdicts(audits: Mapping[Case, Audit]) -> str:
    """Return the table of verdicts by area, and why some are no pass."""
    areas = [one.area for one in next(iter(audits.values())).areas]
    head = ["generator", "epsilon", "verdict", *areas, "model file"]
    rows = [
        [f"`{case.model}`", told(case.epsilon), *_verdict(one, areas)]
        for case, one in audits.items()
    ]
    why = [f"- `{case.model}`: {text}" for case, one in audits.items() for text in _why(one)]
    return "\n".join([*table(head, rows), *why]).rstrip()


def _why(one: Audit) -> list[str]:
    """Return the reasons of what is no pass."""
    parts = [*one.areas, *([one.model] if one.model else [])]
    return [text for part in parts if part.verdict != "pass" for text in part.reasons]


def _verdict(one: Audit, areas: list[str]) -> list[str]:
    by_area = {area.area: area.verdict for area in one.areas}
    return [
        f"**{one.verdict}**",
        *(by_area.get(area, "-") for area in areas),
        one.model.verdict if one.model else "not attacked",
    ]
