"""Hand-made sets to compare: the results of `examples`, better and worse."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from imaginome.report.compare.read import Entry
from imaginome.results import Audit, Estimate, Evaluation, Finding, Measure
from tests.support import examples

HOSTILE = '"><img src=x onerror=1>'


def entry(name: str, worse: float = 1.0, **changes: Any) -> Entry:
    """Return a set whose measures and findings are `worse` times those of the examples."""
    evaluation, audit = scaled(examples.evaluation(), worse), attacked(examples.audit(), worse)
    given: dict[str, Any] = {"evaluation": evaluation, "audit": audit, "facts": examples.FACTS}
    return Entry(name, **(given | changes))


def scaled(evaluation: Evaluation, worse: float) -> Evaluation:
    """Multiply every value and its interval, and the artificial curves; ceilings stay."""
    found = evaluation.model_copy(deep=True)
    for metric in found.metrics:
        for measure in metric.measures:
            measure.artificial = times(measure.artificial, worse)
        for figure in metric.figures:
            for series in figure.series:
                if series.role == "artificial" and figure.kind != "heatmaps":
                    series.y = [v * worse if isinstance(v, float) else v for v in series.y]
    return found


def attacked(audit: Audit, worse: float) -> Audit:
    """Multiply the strength of every finding and the curves of attacks."""
    found = audit.model_copy(deep=True)
    for attack in found.attacks:
        for finding in attack.findings:
            finding.strength = times(finding.strength, worse)
        for figure in attack.figures:
            for series in figure.series:
                series.y = [v * worse if isinstance(v, float) else v for v in series.y]
    return found


def times(estimate: Estimate, factor: float) -> Estimate:
    """Multiply an estimate."""
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return Estimate(**{k: v if v is None else v * factor for k, v in values.items()})


def measure(value: float, half: float = 0.0, **changes: Any) -> Measure:
    """Return a measure with ceiling 1 +- 0.1, best at 0 unless it is changed."""
    given: dict[str, Any] = {
        "id": "a.b",
        "name": "A",
        "best": 0.0,
        "artificial": examples.estimate(value, half),
        "ceiling": examples.estimate(1.0, 0.1),
        "key": True,
    }
    return Measure(**(given | changes))


def naive_mean(values: list[float]) -> float:
    """Return the geometric mean as the root of a product."""
    return math.prod(values) ** (1 / len(values))


def left_behind(folder: Path, worse: float = 1.0) -> Path:
    """Write what a run leaves."""
    folder.mkdir()
    one = entry("x", worse)
    (folder / "metrics.json").write_text(one.evaluation.model_dump_json())
    (folder / "audit.json").write_text(one.audit.model_dump_json())
    run = {
        "facts": {**examples.FACTS, "Panel": "real.vcf.gz", "Model": folder.name},
        "seconds": {"fit": 12.0, "audit": 3.0},
        "peak_memory_mb": 512.0,
        "request": {"inputs": {"/somewhere/secret/real.vcf.gz": "ab" * 32}},
    }
    (folder / "run.json").write_text(json.dumps(run))
    return folder


def with_axes(name, worse, leak):
    one = entry(name, worse)
    auc = Measure(
        id="classifier.trees",
        name="Trees",
        best=0.5,
        toward="best",
        artificial=examples.estimate(0.5 + 0.1 * worse, 0.01),
        ceiling=examples.estimate(0.5, 0.02),
    )
    classifier = one.evaluation.metrics[0].model_copy(
        update={"metric": "classifier", "measures": [auc], "figures": []}
    )
    one.evaluation.metrics.append(classifier)
    longest = Finding(
        id="segments.longest", name="Longest", baseline=0.5, strength=examples.estimate(leak, 0.02)
    )
    one.audit.attacks[1].findings.append(longest)
    return one
