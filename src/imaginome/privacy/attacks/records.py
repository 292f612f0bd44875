"""Which artificial haplotypes betray somebody: the needle in the haystack (METRICS 19)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Bools, Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.intervals import wilson
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Sites
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.densities import FEWEST
from imaginome.privacy.scores.parts import people_seen
from imaginome.privacy.scores.risks import WHOLE, Risks, enough
from imaginome.results import (
    AttackResult,
    Estimate,
    Figure,
    Finding,
    RecordRisk,
    Series,
    Status,
    Table,
)

# -- Places on the genome that the output copies ---------------------------------------------------


BINS = 100
KIND_NAMES = (
    "strongest run, weighted by rarity",
    "share of sites whose longest run is with train",
    "distance to the nearest haplotype",
    "distance to the nearest person",
)


def copied_map(risks: Risks, named: Bools, sites: Sites) -> Figure:
    """Draw how many named haplotypes copy each place."""
    x, bins = _bins(sites)
    covers = _covers(risks, named, bins)
    return Figure(
        id="records.map",
        title="Where named haplotypes copy",
        reading="At each place, the number of named artificial haplotypes whose strongest run "
        "with train covers it.",
        kind="lines",
        x_label=_axis(sites),
        y_label="named artificial haplotypes",
        series=[_series("named", "artificial", x, covers.sum(axis=0).astype(float))],
    )


def donor_map(risks: Risks, named: Bools, sites: Sites) -> Figure:
    """Draw from how many train people they copy; nothing where it is one to four."""
    x, bins = _bins(sites)
    covers, donor = _covers(risks, named, bins), risks.donor[named]
    counts = np.array([len(np.unique(donor[column & (donor >= 0)])) for column in covers.T], float)
    counts[(counts > 0) & (counts < FEWEST)] = np.nan
    return Figure(
        id="records.donors",
        title="From how many people named haplotypes copy",
        reading="At each place, the number of train people from whom named haplotypes copy; "
        "1 to 4 people are not shown.",
        kind="lines",
        x_label=_axis(sites),
        y_label="train people copied",
        series=[_series("donors", "train", x, counts)],
    )


def evidence_table(risks: Risks, named: Bools) -> Table:
    """Count named haplotypes by what tells most of them."""
    counts = np.bincount(risks.kind[named], minlength=len(KIND_NAMES))
    return Table(
        id="records.evidence",
        title="What names a haplotype",
        columns=["most telling", "named haplotypes"],
        rows=[[name, int(count)] for name, count in zip(KIND_NAMES, counts, strict=True)],
    )


def _bins(sites: Sites) -> tuple[list[float], list[Indices]]:
    """Divide sites into bins of equal numbers; return their centres and members."""
    bins = np.array_split(np.arange(len(sites)), min(BINS, len(sites)))
    one = len(sites.contig_spans()) == 1
    places = sites.position / 1e6 if one else np.arange(1.0, len(sites) + 1)
    return [round(float(places[members].mean()), 6) for members in bins], bins


def _axis(sites: Sites) -> str:
    one = len(sites.contig_spans()) == 1
    return f"position on contig {sites.contig[0]}, Mb" if one else "site, in panel order"


def _covers(risks: Risks, named: Bools, bins: list[Indices]) -> Bools:
    """Return which named haplotypes' runs reach into which bin, ``(n_named, n_bins)``."""
    first, stop = risks.stretch[named].T
    starts = np.array([members[0] for members in bins])
    ends = np.array([members[-1] for members in bins])
    return np.asarray((first[:, None] <= ends) & (stop[:, None] > starts))


def _series(name: str, role: str, x: list[float], y: Float64s) -> Series:
    values = [None if np.isnan(v) else float(v) for v in y]
    return Series.model_validate({"name": name, "role": role, "x": x, "y": values})


# -- Artificial haplotypes that betray somebody ----------------------------------------------------


MOST_LISTED = 50
FEW_KIN = 2
"""People named who prove nothing, however small the panel."""


class Records(Attack):
    """Name the artificial haplotypes that are nearer to train than chance makes anybody."""

    id = "records"
    name = "Risk of each record"
    description = (
        "Looks at each artificial haplotype and person alone, and names those that are nearer "
        "to train than to the holdout by more than happens to people whom nobody saw."
    )
    blind_spot = (
        "It names whoever stands out: pieces that are no longer than what strangers share, and "
        "copies of haplotypes that strangers carry too, do not."
    )
    citations = cite(
        durbin2014="runs shared with strangers, linear in the panel",
        pickands1975="the tail beyond a high threshold is generalised Pareto",
        hosking1987="probability-weighted moments fit that tail",
        knijnenburg2009="small probabilities from few null values by such a tail",
        benjamini1995="the false-discovery rate",
    )
    area = "singling out"
    sees = "parts"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Score every artificial haplotype; list and map those that are named."""
        risks = Risks.of(comparison)
        named = risks.named(policy.risky_fdr)
        return self.result(
            findings=[_finding(risks, comparison, policy)],
            records=listed(risks, comparison, policy.risky_fdr),
            figures=[
                copied_map(risks, named, comparison.train.sites),
                donor_map(risks, named, comparison.train.sites),
            ],
            tables=[evidence_table(risks, named)],
            notes=[
                _whom(comparison),
                "Four contrasts of train with holdout are taken of each haplotype: the strongest "
                "shared run weighted by rarity, the share of sites at which the longest run is "
                "with train, the distance to the nearest haplotype, and to the nearest person "
                "with both haplotypes together. What chance does is what they are for real "
                "people among strangers, and for the artificial panel with train and holdout "
                "exchanged; the larger probability counts, times the number of contrasts. "
                "Families are left out where labels say so; relatives unknown look like copies.",
                f"{int(named.sum()):,} artificial haplotypes are named at a false-discovery rate "
                f"of {policy.risky_fdr:g}; the list holds the {MOST_LISTED} riskiest at most. It "
                "is for whoever decides about the release and does not belong beside it.",
            ],
        )


def _whom(comparison: Comparison) -> str:
    n, seen = comparison.train.n_individuals, people_seen(comparison)
    return f"Every artificial haplotype against {seen} of {n} people in train."


@dataclass(frozen=True)
class Named:
    """How many artificial people are named.

    Attributes
    ----------
    people
        Artificial people in all.
    named, control
        Those named, and those named with train and holdout exchanged.
    whole
        Those so near to one train person or haplotype as a whole that the stricter rate names
        them.
    verbatim
        Those of them who equal one train person at every site.
    """

    people: int
    named: int
    control: int
    whole: int
    verbatim: int

    @classmethod
    def of(cls, risks: Risks, policy: Policy) -> Named:
        """Count people at the rates of the policy."""
        whole = risks.people(policy.risky_sure, whole=True)
        control = (risks.mirrored <= policy.risky_fdr).reshape(-1, 2).any(axis=1)
        named = risks.people(policy.risky_fdr)
        counts = (named, control, whole, whole & risks.verbatim)
        return cls(len(whole), *(int(mask.sum()) for mask in counts))


def _finding(risks: Risks, comparison: Comparison, policy: Policy) -> Finding:
    counts = Named.of(risks, policy)
    status, reason = judge_records(counts, policy)
    if not enough(comparison):
        status, reason = "unknown", "too few people in train or holdout to know chance"
    return Finding(
        id="records.named",
        name="Artificial people with a haplotype named as risky",
        unit="share of artificial people",
        strength=wilson(counts.named / counts.people, counts.people),
        baseline=0.0,
        control=Estimate(value=counts.control / counts.people),
        status=status,
        reason=reason,
        key=True,
    )


def judge_records(counts: Named, policy: Policy) -> tuple[Status, str]:
    """Judge how many artificial people are named.

    One who equals a train person fails. Others may be relatives whom nobody knows of, who are
    as near to train by chance: so many as the policy grants, `FEW_KIN` in a small panel.
    """
    told = (
        f"{counts.named:,} of {counts.people:,} artificial people are named "
        f"({counts.control:,} by the holdout); {counts.whole:,} are near to somebody in train as "
        f"a whole, {counts.verbatim:,} equal at every site"
    )
    beyond = counts.named - counts.control
    kin = max(FEW_KIN, policy.risky_caution * counts.people)
    if counts.verbatim or counts.whole > kin:
        return "fail", told
    if beyond > max(kin, policy.risky_fail * counts.people):
        return "fail", told
    if beyond > kin:
        return "caution", told
    return "pass", f"{told}: unknown relatives may explain it" if counts.named else told


def listed(risks: Risks, comparison: Comparison, rate: float) -> list[RecordRisk]:
    """Return the riskiest haplotypes that are named, riskiest first, at most `MOST_LISTED`."""
    order = np.argsort(risks.p, kind="stable")
    named = risks.named(rate)
    chosen = [int(i) for i in order if named[i]][:MOST_LISTED]
    return [_record(risks, i, comparison, comparison.train.sites) for i in chosen]


def _record(risks: Risks, i: int, comparison: Comparison, sites: Sites) -> RecordRisk:
    """Say what tells most of one haplotype: its run, or how near the whole of it is."""
    first, stop = (int(site) for site in risks.stretch[i])
    whole = risks.kind[i] >= WHOLE
    if whole and len(sites.contig_spans()) == 1:
        first, stop = 0, len(sites)
    length = int(risks.stretch[i, 1] - risks.stretch[i, 0])
    return RecordRisk(
        sample=str(comparison.artificial.samples.id[i // 2]),
        haplotype=i % 2,
        contig=str(sites.contig[first]),
        start=int(sites.position[first]),
        end=int(sites.position[max(stop - 1, first)]),
        score=float(risks.apart[i] if whole else length),
        unit="sites unlike the nearest in train" if whole else "sites of a run shared with train",
        p=float(risks.p[i]),
        q=float(risks.q[i]),
        flagged=True,
    )


ITEM = Records
