"""Hand-made results of a whole run: areas, planted leaks, risky records, rows, populations."""

from __future__ import annotations

from imaginome.citations import REFERENCES
from imaginome.results import (
    AreaVerdict,
    AttackResult,
    Audit,
    Detection,
    Evaluation,
    Figure,
    Leak,
    MetricResult,
    Power,
    RecordRisk,
    Role,
    Series,
    Topic,
)
from tests.support import examples
from tests.support.examples import HOSTILE, SIZES, estimate

LEAKS = ("copy", "mosaic-50")


def detection(attack: str, leak: str, found: bool, value: float) -> Detection:
    return Detection(
        attack=attack,
        leak=leak,
        finding="AUC",
        strength=estimate(value, 0.02),
        status="fail" if found else "pass",
        found=found,
    )


def power() -> Power:
    """Membership finds plain copies alone, segments nothing."""
    return Power(
        sizes=SIZES,
        leaks=[
            Leak(id="mosaic-50", name="Mosaic", description="Pieces of 50 sites", planted=9),
            Leak(id="copy", name=f"Copy {HOSTILE}", description="A plain copy", planted=9),
        ],
        detections=[
            detection("membership", "copy", True, 0.93),
            detection("membership", "mosaic-50", False, 0.51),
            detection("segments", "copy", False, 0.52),
        ],
        safe=[detection("membership", "", False, 0.5), detection("segments", "", True, 0.7)],
    )


def record(sample: str, q: float, flagged: bool = True) -> RecordRisk:
    return RecordRisk(
        sample=sample,
        haplotype=1,
        contig="15",
        start=1_000,
        end=2_000,
        score=3.2,
        unit="cM",
        p=q / 10,
        q=q,
        flagged=flagged,
    )


def audit() -> Audit:
    """An audit with areas, the model file, power and named records."""
    base = examples.audit()
    membership, segments = base.attacks
    records = [record("IMG000002", 0.04), record("IMG000001", 0.001), record("IMG3", 0.9, False)]
    segments = segments.model_copy(update={"area": "singling out", "records": records})
    critic = AttackResult(
        attack="model-critic",
        name="Critic",
        description="Asks the critic.",
        access="model",
        findings=[],
    )
    return base.model_copy(
        update={
            "attacks": [critic, segments, membership],
            "areas": [
                AreaVerdict(area="membership", verdict="pass", reasons=["Nothing found."]),
                AreaVerdict(
                    area="singling out", verdict="fail", reasons=["One.", "Two.", "Three."]
                ),
            ],
            "model": AreaVerdict(area="the model file", verdict="unknown", reasons=["No power."]),
            "power": power(),
        }
    )


def rows_figure() -> Figure:
    """Three pictures of alleles, one below the other."""
    x = [float(i) for i in range(1, 41)]
    roles: tuple[Role, ...] = ("holdout", "artificial", "artificial")
    series = [
        Series(
            name=f"rows {i}",
            role=role,
            x=list(x),
            y=[1.0, 2.0, 3.0],
            z=[[((j + k + i) % 5) / 4 for k in range(40)] for j in range(3)],
        )
        for i, role in enumerate(roles)
    ]
    return Figure(
        id="haplotypes.rows",
        title="Haplotypes as rows",
        reading="Stripes are alike.",
        kind="rows",
        x_label="site",
        y_label="",
        series=series,
    )


def grouped_figure() -> Figure:
    """Maps of everyone and of a population with a hostile name."""
    base = examples.heatmap_figure()
    series = [
        s.model_copy(update={"group": group})
        for group in ("everyone", HOSTILE)
        for s in base.series
    ]
    return base.model_copy(update={"id": "structure.density", "series": series})


YELMEN_2021 = REFERENCES["yelmen2021"]


def metric(metric_id: str, topic: Topic, *figures: Figure) -> MetricResult:
    return MetricResult(
        metric=metric_id,
        name=metric_id.capitalize(),
        description="A metric.",
        topic=topic,
        measures=[],
        figures=list(figures),
        citations=[YELMEN_2021.text()],
        bibtex=[YELMEN_2021.bibtex()],
    )


def evaluation() -> Evaluation:
    """Metrics in the order of their ids, as a run leaves them."""
    return Evaluation(
        version="0",
        seed=1,
        sizes=SIZES,
        metrics=[
            metric("ancestry", "structure"),
            metric("frequency", "frequency", examples.bars_figure(), examples.lines_figure()),
            metric("haplotypes", "haplotypes", rows_figure()),
            metric("novel", "other"),
            metric("structure", "structure", grouped_figure()),
        ],
    )
