"""What metrics and attacks return: numbers with intervals, and figures and tables as data.

Results know nothing of how they are drawn, and the report nothing of how they were computed.
Everything here survives a round trip through JSON. No result holds a real individual: figures
carry aggregates (bins, curves), never one point a person.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from imaginome.notebook import in_notebook

Role = Literal["artificial", "real", "train", "holdout", "baseline", "neutral"]
Cell = str | int | float | None
CHOICE = "choice.json"
"""Where a model folder says why the model was chosen."""


class Result(BaseModel):
    """The base of all results: closed, and NaN or infinity written as null."""

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="null")

    def _repr_html_(self) -> str | None:
        """Show the result in a notebook."""
        return in_notebook("html", self)


class Estimate(Result):
    """A value with its 95% interval; null where it could not be computed."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Series(Result):
    """One line, set of bars or heat map of a figure.

    Series of one `group` are shown together and the reader chooses which group; those without
    one are always shown.

    `x` and `y` have equal length, `low` and `high` (optional) are an interval around `y`. For a
    heat map `z` has ``len(y)`` rows of ``len(x)`` values.
    """

    name: str
    role: Role = "neutral"
    group: str = ""
    x: list[float | str]
    y: list[float | str | None]
    low: list[float | None] | None = None
    high: list[float | None] | None = None
    z: list[list[float | None]] | None = None


class Figure(Result):
    """A figure as data.

    Attributes
    ----------
    kind
        ``lines`` and ``points`` share axes; ``bars`` are grouped by `x`; ``heatmaps`` are laid
        side by side on common axes; ``rows`` are heat maps of allele frequencies, one below
        the other.
    reading
        One sentence on how to read it.
    """

    id: str
    title: str
    reading: str
    kind: Literal["lines", "points", "bars", "heatmaps", "rows"]
    x_label: str
    y_label: str
    series: list[Series]
    x_log: bool = False
    y_log: bool = False
    diagonal: bool = False

    def __repr__(self) -> str:
        """Tell what it is, not all its numbers."""
        return f"Figure({self.id})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Draw the figure in a notebook."""
        return in_notebook("bundle", self) or {}


class Table(Result):
    """A table: `rows` of cells in the order of `columns`."""

    id: str
    title: str
    columns: list[str]
    rows: list[list[Cell]]

    def __repr__(self) -> str:
        """Tell what it is, not all its cells."""
        return f"Table({self.id}, {len(self.rows)} rows)"


class Measure(Result):
    """One number of a metric: artificial against holdout beside train against holdout.

    Attributes
    ----------
    id
        ``metric.measure``, for example ``frequency.mae``; stable, used by scripts.
    best
        The value of a perfect panel, or None where only nearness to the ceiling counts.
    toward
        Which direction is better: lower, higher, or nearer to `best`.
    key
        Whether it belongs into a summary of a few figures.
    """

    id: str
    name: str
    unit: str = ""
    best: float | None = None
    toward: Literal["lower", "higher", "best"] = "lower"
    artificial: Estimate
    ceiling: Estimate
    key: bool = False
    note: str = ""


Topic = Literal[
    "frequency",
    "linkage",
    "structure",
    "haplotypes",
    "classifier",
    "usefulness",
    "populations",
    "other",
]
"""What a metric is about, in the order of a report; the metric of the same id leads."""


class MetricResult(Result):
    """Everything that one metric found.

    Attributes
    ----------
    topic
        Where it stands in a report.
    bibtex
        Entries of `citations`, in their order; empty where they are not known.
    skipped
        Why nothing was computed and what to do; empty where something was.
    """

    metric: str
    name: str
    description: str
    topic: Topic = "other"
    measures: list[Measure]
    figures: list[Figure] = []
    tables: list[Table] = []
    citations: list[str] = []
    bibtex: list[str] = []
    notes: list[str] = []
    skipped: str = ""
    seconds: float = 0.0

    def __repr__(self) -> str:
        """Tell what it is, not all that it found."""
        return f"MetricResult({self.metric}, {len(self.measures)} measures)"


Status = Literal["pass", "caution", "fail", "unknown"]
GRAVE: tuple[Status, ...] = ("fail", "caution")
"""What speaks against a release, worst first."""


class Finding(Result):
    """One number of an attack, beside knowing nothing and beside the holdout.

    Attributes
    ----------
    strength
        How well the attack does against train members.
    baseline
        What it does without any information.
    control
        The same attack aimed at the holdout (nobody there was seen), where it makes sense.
    status, reason
        The judgement under the policy in force, and why, in words.
    """

    id: str
    name: str
    unit: str = ""
    strength: Estimate
    baseline: float | None = None
    control: Estimate | None = None
    status: Status = "unknown"
    reason: str = ""
    key: bool = False


Area = Literal["membership", "singling out", "linkability", "attribute inference"]
Access = Literal["panel", "model"]


class RecordRisk(Result):
    """How much one artificial haplotype, or one stretch of it, tells of a train member.

    Attributes
    ----------
    sample, haplotype
        Artificial individual, and 0 or 1.
    contig, start, end
        The stretch, 1-based and inclusive; the whole haplotype is its first to last site.
    score, unit
        What was measured, for example the length of the longest shared run.
    p, q
        Probability of a score as high if nobody in train had been seen, and the
        false-discovery rate at which the record is named.
    flagged
        Whether it is named as risky at the rate of the policy.
    """

    sample: str
    haplotype: int
    contig: str
    start: int
    end: int
    score: float
    unit: str = ""
    p: float
    q: float
    flagged: bool


class AttackResult(Result):
    """Everything that one attack found.

    Attributes
    ----------
    area
        What the attacker would gain.
    access
        ``panel``: the attacker has the artificial panel; ``model``: the fitted model too.
    records
        Artificial records that it names, riskiest first; never a real one.
    bibtex
        Entries of `citations`, in their order; empty where they are not known.
    """

    attack: str
    name: str
    description: str
    area: Area = "membership"
    access: Access = "panel"
    findings: list[Finding]
    records: list[RecordRisk] = []
    figures: list[Figure] = []
    tables: list[Table] = []
    citations: list[str] = []
    bibtex: list[str] = []
    notes: list[str] = []
    seconds: float = 0.0

    def __repr__(self) -> str:
        """Tell what it is, not all that it found."""
        return f"AttackResult({self.attack}, {len(self.findings)} findings)"


class PanelSizes(Result):
    """How many people and sites were compared, after matching sites."""

    train: int
    holdout: int
    artificial: int
    sites: int


class Evaluation(Result):
    """The content of ``metrics.json``."""

    version: str
    seed: int
    sizes: PanelSizes
    metrics: list[MetricResult]
    notes: list[str] = []
    seconds: float = 0.0
    peak_memory_mb: float = 0.0

    def __repr__(self) -> str:
        """Tell what it is, not all that was found."""
        return f"Evaluation({', '.join(metric.metric for metric in self.metrics)})"


class AreaVerdict(Result):
    """The judgement of what an attacker could gain in one area, or from the model file."""

    area: str
    verdict: Status
    reasons: list[str]


class Leak(Result):
    """A known leak that was planted into real people whom no model saw.

    `planted` counts the individuals that carry it; `weakest` marks one that nothing need find.
    """

    id: str
    name: str
    description: str
    planted: int
    weakest: bool = False


class Detection(Result):
    """What one attack found of one planted leak, by its most telling finding."""

    attack: str
    leak: str
    finding: str
    strength: Estimate
    baseline: float | None = None
    status: Status
    found: bool


class Power(Result):
    """Which planted leaks each attack finds on this very panel.

    Attributes
    ----------
    sizes
        People in the panels in which leaks were planted; fewer than in the audit.
    detections
        One for each attack and leak.
    safe
        The same attacks on real people whom nobody saw: none should be found.
    """

    sizes: PanelSizes
    leaks: list[Leak]
    detections: list[Detection]
    safe: list[Detection]
    notes: list[str] = []
    seconds: float = 0.0


class Audit(Result):
    """The content of ``audit.json``: all attacks and their verdict.

    Attributes
    ----------
    verdict, reasons
        Of the artificial panel; attacks with the model do not count here.
    areas
        The same by what an attacker could gain.
    model
        Whether the model file itself may leave; None where it was not attacked.
    power
        Which planted leaks the attacks find here; None where it was not asked.
    """

    version: str
    seed: int
    sizes: PanelSizes
    attacks: list[AttackResult]
    verdict: Status
    reasons: list[str]
    areas: list[AreaVerdict] = []
    model: AreaVerdict | None = None
    power: Power | None = None
    not_tested: list[str]
    notes: list[str] = []
    seconds: float = 0.0
    peak_memory_mb: float = 0.0

    def __repr__(self) -> str:
        """Tell the verdict, not all that was found."""
        return f"Audit({self.verdict}; {', '.join(attack.attack for attack in self.attacks)})"


class Compared(Result):
    """One generator with settings that a choice compared, or struck from its list.

    Attributes
    ----------
    model, settings
        The fit that would be made; `tried_as` are the settings of its trials.
    struck
        Why it was not tried, or failed; empty where it was tried.
    rounds
        Rounds in which it was tried.
    ratios
        Held-out measures as multiples of their ceilings, geometric means over rounds.
    score
        Geometric mean of the ratios; 1 is as near to held-out people as real people are.
    log_likelihood
        Mean over held-out haplotypes, in nats; None where it is not exact.
    fit_seconds, trial_seconds
        Predicted time of the fit; predicted time of its trials.
    seconds
        What its trials took; None where that is not told.
    """

    model: str
    settings: list[str]
    tried_as: list[str]
    struck: str = ""
    rounds: int = 0
    ratios: dict[str, float] = {}
    score: float | None = None
    log_likelihood: float | None = None
    fit_seconds: float
    trial_seconds: float = 0.0
    seconds: float | None = None
    chosen: bool = False


class Choice(Result):
    """Which generator was chosen for a panel, from what, and why: ``choice.json``."""

    version: str
    seed: int
    budget: float
    model: str
    settings: list[str]
    reason: str
    compared: list[Compared]
    rounds: int
    individuals: int
    sites: int
    all_sites: int
    predicted_seconds: float
    seconds: float | None = None
    notes: list[str] = []
    citations: list[str] = []

    def timeless(self) -> Choice:
        """Return the choice without what it took: the same bytes for the same panel and seed."""
        rows = [row.model_copy(update={"seconds": None}) for row in self.compared]
        return self.model_copy(update={"seconds": None, "compared": rows})
