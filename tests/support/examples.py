"""Hand-made results: every kind of figure, nulls, and strings that try to run."""

from __future__ import annotations

import math

from imaginome.results import (
    AttackResult,
    Audit,
    Estimate,
    Evaluation,
    Figure,
    Finding,
    Measure,
    MetricResult,
    PanelSizes,
    Series,
    Table,
)

HOSTILE = "</script><img src=x onerror=alert(1)>"
HOSTILE_LINK = '<a href="https://example.invalid/">x</a>'
SIZES = PanelSizes(train=1252, holdout=1252, artificial=1252, sites=10_000)


def estimate(value: float | None, half: float = 0.0) -> Estimate:
    """Return an estimate with a symmetric interval."""
    if value is None or half == 0.0:
        return Estimate(value=value)
    return Estimate(value=value, low=value - half, high=value + half)


def lines_figure() -> Figure:
    """Decay curves of two populations, with bands, real and artificial."""
    x = [float(i) for i in range(1, 41)]
    series = []
    for group, scale in (("AFR", 9.0), ("EUR", 16.0)):
        for role, shift in (("real", 0.0), ("artificial", 0.03)):
            y = [0.7 * math.exp(-v / scale) + 0.02 + shift for v in x]
            series.append(
                Series(
                    name=f"{group}, {role}",
                    role="holdout" if role == "real" else "artificial",
                    x=list(x),
                    y=list(y),
                    low=[v - 0.02 for v in y],
                    high=[v + 0.02 for v in y],
                )
            )
    return Figure(
        id="linkage.decay",
        title="Decay of linkage",
        reading="Curves should lie on each other; a lower one has lost linkage.",
        kind="lines",
        x_label="distance, kb",
        y_label="mean r²",
        series=series,
    )


def roc_figure() -> Figure:
    """A curve on logarithmic axes that begins at zero."""
    x = [0.0, *(10 ** (-3 + i / 10) for i in range(31))]
    return Figure(
        id="membership.roc",
        title="Members found, by false alarms",
        reading="On the diagonal the attacker guesses; above it, members are found.",
        kind="lines",
        x_label="false-positive rate",
        y_label="true-positive rate",
        series=[Series(name="attack", role="artificial", x=list(x), y=[v**0.8 for v in x])],
        x_log=True,
        y_log=True,
        diagonal=True,
    )


def points_figure() -> Figure:
    """Points with intervals, a gap, and an infinite value."""
    return Figure(
        id="structure.components",
        title="Distance by component",
        reading="Lower is nearer to real people.",
        kind="points",
        x_label="component",
        y_label="Wasserstein distance, s.d.",
        series=[
            Series(
                name="artificial",
                role="artificial",
                x=[1.0, 2.0, 3.0, 4.0],
                y=[0.2, None, 0.12, math.inf],
                low=[0.15, None, 0.1, None],
                high=[0.26, None, 0.14, None],
            ),
            Series(name="ceiling", role="train", x=[1.0, 2.0, 3.0, 4.0], y=[0.03, 0.05, 0.04, 0.0]),
        ],
    )


def bars_figure() -> Figure:
    """Grouped bars whose categories are hostile names."""
    bins = ["0-1%", "1-5%", HOSTILE, HOSTILE_LINK]
    return Figure(
        id="frequency.lost",
        title=f"Lost sites {HOSTILE}",
        reading=f"Shorter is better {HOSTILE}.",
        kind="bars",
        x_label=f"frequency {HOSTILE}",
        y_label="share lost",
        series=[
            Series(
                name=f"artificial {HOSTILE}",
                role="artificial",
                x=list(bins),
                y=[0.4, 0.1, 0.02, 0.0],
                low=[0.36, 0.08, 0.01, 0.0],
                high=[0.45, 0.13, 0.04, 0.01],
            ),
            Series(name="ceiling", role="train", x=list(bins), y=[0.2, 0.05, 0.01, None]),
        ],
    )


def heatmap_figure(diverging: bool = False) -> Figure:
    """Two panels: skewed counts, or values around zero."""
    axis = [i / 20 for i in range(21)]

    def value(i: int, j: int, shift: float) -> float:
        away = abs(i - j) + shift
        return math.cos(away / 4) if diverging else float(round(9000 * math.exp(-away)))

    series = [
        Series(
            name=name,
            role=role,
            x=list(axis),
            y=list(axis),
            z=[[value(i, j, shift) for i in range(21)] for j in range(21)],
        )
        for name, role, shift in (
            ("Real people", "holdout", 0.0),
            ("Artificial", "artificial", 0.8),
        )
    ]
    return Figure(
        id="frequency.scatter" if not diverging else "linkage.triangle",
        title="Frequencies, real against artificial" if not diverging else "Linkage of a region",
        reading="Mass on the diagonal means that frequencies agree.",
        kind="heatmaps",
        x_label="real",
        y_label="artificial",
        series=series,
        diagonal=not diverging,
    )


def empty_figure() -> Figure:
    """A figure for which nothing could be computed."""
    return Figure(
        id="linkage.empty",
        title="Nothing here",
        reading="There is nothing to read.",
        kind="lines",
        x_label="x",
        y_label="y",
        series=[],
    )


def evaluation() -> Evaluation:
    """An evaluation with good, bad and missing measures."""
    frequency = MetricResult(
        metric="frequency",
        name="Allele frequencies",
        description="How often each allele occurs, and which sites lost theirs.",
        measures=[
            Measure(
                id="frequency.mae",
                name="Frequency error",
                artificial=estimate(0.0165, 0.0006),
                ceiling=estimate(0.0095, 0.0005),
                key=True,
            ),
            Measure(
                id="frequency.pearson",
                name="Correlation of frequencies",
                best=1.0,
                toward="higher",
                artificial=estimate(0.9938, 0.0007),
                ceiling=estimate(0.998, 0.0004),
            ),
        ],
        figures=[heatmap_figure(), bars_figure()],
        tables=[
            Table(
                id="frequency.bins",
                title="By frequency",
                columns=["bin", "sites", "artificial", "ceiling"],
                rows=[["0-1%", 12345, 0.0123456, None], [HOSTILE, 7, 1e-9, 0.5]],
            )
        ],
        citations=[
            "Yelmen et al. 2021, Artificial human genomes. doi:10.1371/journal.pgen.1009303"
        ],
        notes=[f"A note that tries to run {HOSTILE}"],
        seconds=1.2,
    )
    linkage = MetricResult(
        metric="linkage",
        name="Linkage disequilibrium",
        description="How alleles of neighbouring sites go together.",
        measures=[
            Measure(
                id="linkage.mae",
                name="Error of r²",
                artificial=estimate(0.0109, 0.0002),
                ceiling=estimate(0.0049, 0.0001),
                key=True,
            ),
            Measure(
                id="linkage.bias",
                name="Bias of r²",
                best=0.0,
                toward="best",
                artificial=estimate(None),
                ceiling=estimate(0.0001, 0.0002),
                key=True,
                note="every site of the artificial panel is constant",
            ),
        ],
        figures=[lines_figure(), heatmap_figure(diverging=True), points_figure(), empty_figure()],
    )
    return Evaluation(version="0.1.0", seed=1, sizes=SIZES, metrics=[frequency, linkage])


def audit() -> Audit:
    """An audit with a pass, a failure and something unknown."""
    return Audit(
        version="0.1.0",
        seed=1,
        sizes=SIZES,
        attacks=[
            AttackResult(
                attack="membership",
                name="Membership inference",
                description="Tells members by their distance to the nearest artificial genome.",
                findings=[
                    Finding(
                        id="membership.auc",
                        name="AUC",
                        strength=estimate(0.51, 0.02),
                        baseline=0.5,
                        control=estimate(0.5, 0.02),
                        status="pass",
                        reason="0.51 is below 0.53",
                        key=True,
                    ),
                    Finding(
                        id="membership.tpr",
                        name="Members found at 0.1% false alarms",
                        strength=estimate(None),
                        reason="too few people for a rate this small",
                    ),
                ],
                figures=[roc_figure()],
            ),
            AttackResult(
                attack="segments",
                name="Segment copying",
                description="Looks for verbatim pieces of training haplotypes.",
                findings=[
                    Finding(
                        id="segments.auc",
                        name="AUC of copied segments",
                        strength=estimate(0.74, 0.01),
                        baseline=0.5,
                        status="fail",
                        reason="0.74 is at or above 0.65",
                        key=True,
                    )
                ],
            ),
        ],
        verdict="fail",
        reasons=["Segment copying: 0.74 is at or above 0.65.", f"Panel {HOSTILE}"],
        not_tested=["Frequency attack (Homer 2008)", "Attacks with access to the model"],
        notes=["Similarity is no proof of privacy."],
    )


FACTS = {
    "Model": "Restricted Boltzmann machine (rbm)",
    "Made from": f"real {HOSTILE}.vcf.gz",
    "People": "1,252 artificial from 1,252 in train; 1,252 held out",
    "Sites": "10,000 on chr15",
    "Seed": "1",
}
HISTORY = [
    {"step": float(i), "log_likelihood": -250.0 + 30 * (1 - math.exp(-i / 6)), "error": 1 / i}
    for i in range(1, 31)
]
