"""Nearest-neighbour adversarial accuracy (METRICS 10)."""

from __future__ import annotations

from imaginome.arrays import Bools
from imaginome.citations import cite
from imaginome.kernels.intervals import estimate
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy, judge
from imaginome.privacy.scores.densities import densities
from imaginome.privacy.scores.distances import Distances, Name, half_samples
from imaginome.results import GRAVE, AttackResult, Estimate, Figure, Finding, Series, Status

Halves = list[dict[Name, Bools]]

BASELINE = 0.5
BINS = 60
NOT_JUDGED: tuple[Status, str] = (
    "unknown",
    "not judged: about realism, against people whom no model saw",
)


class Aats(Attack):
    """Tell whether people are nearer to artificial haplotypes than to other people."""

    id = "aats"
    name = "Nearest-neighbour adversarial accuracy"
    description = (
        "Asks whether train members lie nearer to artificial haplotypes than to other train "
        "members (AA_truth), and artificial haplotypes nearer to train members than to each "
        "other (AA_syn); 0.5 and 0.5 is perfect."
    )
    blind_spot = (
        "Whole-haplotype distances: verbatim pieces that are short beside the panel's length, "
        "and copies of a few people, do not move the average."
    )
    citations = cite(
        yale2020="the definition",
        yelmen2021="its use on haplotypes, and both parts reported apart",
        shao1989="intervals from half samples",
    )
    area = "membership"
    sees = "balanced"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Compute AA_truth and AA_syn against train and against the holdout."""
        distances = comparison.shared(Distances.of)
        halves = half_samples(comparison, distances)

        def value(queries: Name, others: Name) -> Estimate:
            return accuracy_estimate(distances, halves, queries, others)

        truth, truth_holdout = value("train", "artificial"), value("holdout", "artificial")
        syn, syn_holdout = value("artificial", "train"), value("artificial", "holdout")
        ceiling = value("train", "holdout")
        nearer = _excess(distances, halves, "train", "artificial", ("holdout", "artificial"))
        collapsed = _excess(distances, halves, "artificial", "train", ("artificial", "holdout"))
        real = judge_truth(truth, truth_holdout, nearer, policy)
        made = judge_syn(collapsed, policy)
        findings = [
            _finding("truth", "AA_truth, train", truth, truth_holdout, real, key=True),
            _finding("syn", "AA_syn, train", syn, syn_holdout, made, key=True),
            _finding("truth_holdout", "AA_truth, holdout", truth_holdout, ceiling),
            _finding("syn_holdout", "AA_syn, holdout", syn_holdout, value("holdout", "train")),
        ]
        return self.result(
            findings=findings,
            figures=[_bars(findings), _densities(distances)],
            notes=[
                "Equal numbers of people in all three panels. A person's other haplotype and "
                "kin (same family label) are left out as neighbours. The control of the "
                "train figures is the same against the holdout; that of the holdout figures is "
                "real against real (train against holdout). Judged is by how much train lies "
                "below the control, on the same half samples.",
                "Never read the mean of AA_truth and AA_syn alone: 0.2 and 1.0 average to an "
                "innocent 0.6.",
            ],
        )


def accuracy_estimate(
    distances: Distances, halves: Halves, queries: Name, others: Name
) -> Estimate:
    """Return an adversarial accuracy with its interval from half samples."""
    replicates = [distances.accuracy(queries, others, alive) for alive in halves]
    value = distances.accuracy(queries, others)
    return estimate(value, replicates, lowest=0.0, highest=1.0)


def _excess(
    distances: Distances, halves: Halves, queries: Name, others: Name, control: tuple[Name, Name]
) -> Estimate:
    """Return how far an accuracy lies below its control, drawn on the same half samples."""

    def below(alive: dict[Name, Bools] | None = None) -> float:
        return distances.accuracy(*control, alive) - distances.accuracy(queries, others, alive)

    return estimate(below(), [below(alive) for alive in halves], lowest=-1.0, highest=1.0)


def judge_truth(
    truth: Estimate, control: Estimate, excess: Estimate, policy: Policy
) -> tuple[Status, str]:
    """Judge how far AA_truth against train is below AA_truth against the holdout.

    Output that is nearer to anybody real than real people are to each other (averaged, or poor
    in rare alleles) has a low AA_truth without having seen anybody: only what train adds is a
    leak, the rest asks for caution.
    """
    status, reason = judge(excess, policy.closeness_caution, policy.closeness_fail, baseline=0.0)
    found: tuple[Status, str] = (status, f"below its value against the holdout: {reason}")
    if status in GRAVE:
        return found
    near = [
        judge(_shortfall(value), policy.closeness_caution, policy.closeness_fail, 0.0)[0]
        for value in (truth, control)
    ]
    if near == ["fail", "fail"]:
        return "caution", (
            f"{found[1]}; but artificial haplotypes are nearer to real people in general "
            f"({truth.value:.3g} for train, {control.value:.3g} for the holdout) than these are "
            "to each other: that is about realism and no sign of memory"
        )
    return found


def judge_syn(excess: Estimate, policy: Policy) -> tuple[Status, str]:
    """Judge how far AA_syn against train is below AA_syn against the holdout.

    AA_syn is low by itself for diverse or noisy output; only what train adds is a leak.
    """
    status, reason = judge(excess, policy.closeness_caution, policy.closeness_fail, baseline=0.0)
    return status, f"below its value against the holdout: {reason}"


def _shortfall(accuracy: Estimate) -> Estimate:
    """Return one half less `accuracy`, ends of the interval exchanged."""
    if accuracy.value is None:
        return accuracy
    return Estimate(
        value=BASELINE - accuracy.value,
        low=None if accuracy.high is None else BASELINE - accuracy.high,
        high=None if accuracy.low is None else BASELINE - accuracy.low,
    )


def _finding(
    what: str,
    name: str,
    strength: Estimate,
    control: Estimate,
    judgement: tuple[Status, str] = NOT_JUDGED,
    *,
    key: bool = False,
) -> Finding:
    return Finding(
        id=f"aats.{what}",
        name=name,
        unit="share of haplotypes",
        strength=strength,
        baseline=BASELINE,
        control=control,
        status=judgement[0],
        reason=judgement[1],
        key=key,
    )


def _bars(findings: list[Finding]) -> Figure:
    """Draw each accuracy beside its control."""
    names: list[float | str] = [finding.name for finding in findings]

    def series(name: str, role: str, estimates: list[Estimate | None]) -> Series:
        found = [e or Estimate(value=None) for e in estimates]
        return Series.model_validate(
            {
                "name": name,
                "role": role,
                "x": names,
                "y": [e.value for e in found],
                "low": [e.low for e in found],
                "high": [e.high for e in found],
            }
        )

    return Figure(
        id="aats.accuracy",
        title="Nearest-neighbour adversarial accuracy",
        reading="0.5 is perfect. AA_truth far below it: people are nearer to artificial "
        "haplotypes than to each other. AA_syn near 1: artificial haplotypes crowd together.",
        kind="bars",
        x_label="",
        y_label="share",
        series=[
            series("artificial", "artificial", [f.strength for f in findings]),
            series("control", "holdout", [f.control for f in findings]),
        ],
    )


def _densities(distances: Distances) -> Figure:
    """Draw the distribution of distances to the nearest neighbour."""
    pairs: list[tuple[Name, Name, str, str]] = [
        ("train", "artificial", "train to artificial", "artificial"),
        ("holdout", "artificial", "holdout to artificial", "holdout"),
        ("train", "train", "train to train", "train"),
        ("artificial", "artificial", "artificial to artificial", "neutral"),
    ]
    found = [distances.nearest(a, b).first() for a, b, _, _ in pairs]
    centres, shares = densities(found, BINS)
    series = [
        Series.model_validate({"name": name, "role": role, "x": centres, "y": y})
        for (_, _, name, role), y in zip(pairs, shares, strict=True)
    ]
    return Figure(
        id="aats.distances",
        title="Distance to the nearest haplotype",
        reading="Train and holdout should lie equally far from the artificial panel; mass near "
        "zero that only train has is copies. The last bin holds everyone beyond it; no bin holds "
        "1 to 4 haplotypes.",
        kind="lines",
        x_label="sites that differ",
        y_label="share of haplotypes per site",
        series=series,
    )


ITEM = Aats
