"""The compact table at the end of a run."""

from __future__ import annotations

from pathlib import Path

from imaginome.cli.console import stderr
from imaginome.results import Audit, Estimate, Evaluation

COLOURS = {"pass": "green", "caution": "yellow", "fail": "bold red", "unknown": "dim"}
WORDS = {"pass": "PASS", "caution": "CAUTION", "fail": "FAIL", "unknown": "UNKNOWN"}


def _text(estimate: Estimate | None) -> str:
    if estimate is None or estimate.value is None:
        return "not computed"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3g}"
    return f"{estimate.value:.3g} [{estimate.low:.3g}, {estimate.high:.3g}]"


def print_result(result: Evaluation | Audit) -> None:
    """Print the key figures of an evaluation or an audit."""
    if isinstance(result, Evaluation):
        _print_measures(result)
    else:
        _print_findings(result)


def _print_measures(evaluation: Evaluation) -> None:
    from rich.table import Table

    table = Table("how real", "artificial", "ceiling (real train)", title_justify="left", box=None)
    for metric in evaluation.metrics:
        for measure in metric.measures:
            if measure.key:
                table.add_row(measure.name, _text(measure.artificial), _text(measure.ceiling))
    stderr().print(table)
    for metric in evaluation.metrics:
        if metric.skipped:
            stderr().print(f"{metric.name} was not computed: {metric.skipped}", style="dim")


def _print_findings(audit: Audit) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("how safe", "strength", "no information", "", title_justify="left", box=None)
    for attack in audit.attacks:
        for finding in attack.findings:
            if finding.key:
                baseline = "" if finding.baseline is None else f"{finding.baseline:.3g}"
                word = Text(WORDS[finding.status], COLOURS[finding.status])
                table.add_row(finding.name, _text(finding.strength), baseline, word)
    console = stderr()
    console.print(table)
    console.print(f"audit: {WORDS[audit.verdict]}", style=COLOURS[audit.verdict])
    for reason in audit.reasons:
        console.print(f"  {reason}")


def print_summary(evaluation: Evaluation, audit: Audit, model: str, folder: Path) -> None:
    """Print key figures, verdict, where the report is, and what to cite."""
    from imaginome.models.registry import models

    _print_measures(evaluation)
    _print_findings(audit)
    console = stderr()
    console.print("cite: " + "; ".join(c.text() for c in models.get(model).citations))
    console.print(f"report: {folder / 'report.html'}", soft_wrap=True)
