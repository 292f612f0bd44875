"""Segment copying: runs shared with train against runs shared with the holdout (METRICS 13)."""

from __future__ import annotations

import numpy as np

from imaginome.citations import DURBIN_2014
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Sites
from imaginome.privacy._citations import SHAO_WU_1989
from imaginome.privacy._copying import (
    SharedRuns,
    longest_share,
    shared_runs,
    sitewise_share,
)
from imaginome.privacy._densities import densities
from imaginome.privacy._parts import averaged, highest, paired_parts, people_seen
from imaginome.privacy.base import Attack
from imaginome.privacy.pbwt import Duel
from imaginome.privacy.policy import Policy, judge
from imaginome.results import AttackResult, Estimate, Figure, Finding, Series, Table

BASELINE = 0.5
MAP_BINS = 100
LENGTH_BINS = 40
KIND_NAMES = {
    "sites": "longest run, in sites",
    "cm": "longest run, in centimorgans",
    "rare": "longest run, weighted by rarity of its alleles",
}
KIND_IDS = {"sites": "longest", "cm": "longest_cm", "rare": "rare"}


class Segments(Attack):
    """Does the output copy verbatim pieces of train haplotypes."""

    id = "segments"
    name = "Segment copying"
    description = (
        "Looks for runs of consecutive identical sites that artificial haplotypes share with "
        "train members, and compares them with runs shared with the holdout."
    )
    blind_spot = (
        "Copies with errors sprinkled in, pieces shorter than what any two people share, and "
        "pieces of one donor among many artificial haplotypes that do not copy."
    )
    citations = (
        DURBIN_2014.because("the positional Burrows-Wheeler transform, linear in the panel"),
        SHAO_WU_1989.because("delete-a-group jackknife over blocks of donors"),
    )

    area = "singling out"
    sees = "parts"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Compare shared runs, longest and site by site; map the excess along the genome."""
        parts = [shared_runs(part) for part in paired_parts(comparison)]
        findings = [_sitewise(parts, policy)]
        findings += [_longest(parts, kind, policy) for kind in parts[0].kinds]
        if len(parts) > 1:
            findings.append(_worst(parts, policy))
        return self.result(
            findings=findings,
            figures=[_map(parts, comparison.holdout.sites), _lengths(parts)],
            tables=[_means(parts)],
            notes=[
                _whom(comparison, len(parts)),
                "The area is the probability that an artificial haplotype shares a longer run "
                "with train than with the holdout, ties one half. Site by site: the share of "
                "sites at which the longest run that ends there is shared with train. No run "
                "crosses from one contig to the next.",
                "Intervals add the variance over artificial individuals to jackknife variances "
                "over blocks of train and of holdout people (20 each, or as many as there are "
                "people). The control is one half of the holdout against the other, which no "
                "model saw.",
            ],
        )


def _whom(comparison: Comparison, n_parts: int) -> str:
    """Say who was compared with whom."""
    n, seen = comparison.train.n_individuals, people_seen(comparison)
    size = min(n, comparison.holdout.n_individuals)
    if n_parts == 1:
        return f"{seen} of {n} people in train against {size} in the holdout; everyone artificial."
    return (
        f"{seen} of {n} people in train, in {n_parts} parts of {size}, each against the whole "
        "holdout; everyone artificial. Values are means over parts."
    )


def _longest(parts: list[SharedRuns], kind: str, policy: Policy) -> Finding:
    strength = averaged([longest_share(runs, kind, runs.against_holdout)[0] for runs in parts])
    control, _ = longest_share(parts[0], kind, parts[0].control)
    status, reason = judge(strength, policy.copying_caution, policy.copying_fail, BASELINE)
    return Finding(
        id=f"segments.{KIND_IDS[kind]}",
        name=f"Segment copying: {KIND_NAMES[kind]}",
        unit="area",
        strength=strength,
        baseline=BASELINE,
        control=control,
        status=status,
        reason=reason,
        key=kind == "sites",
    )


def _sitewise(parts: list[SharedRuns], policy: Policy) -> Finding:
    strength = averaged([sitewise_share(runs.against_holdout) for runs in parts])
    return _site_finding("sitewise", "longest run site by site", strength, parts, policy, key=True)


def _worst(parts: list[SharedRuns], policy: Policy) -> Finding:
    """Judge the part of train with the most shared runs: few donors may be copied."""
    strength = highest([sitewise_share(runs.against_holdout) for runs in parts])
    name = f"worst of {len(parts)} parts of train, site by site"
    return _site_finding("worst", name, strength, parts, policy)


def _site_finding(
    what: str,
    name: str,
    strength: Estimate,
    parts: list[SharedRuns],
    policy: Policy,
    *,
    key: bool = False,
) -> Finding:
    status, reason = judge(strength, policy.sitewise_caution, policy.sitewise_fail, BASELINE)
    return Finding(
        id=f"segments.{what}",
        name=f"Segment copying: {name}",
        unit="share of sites",
        strength=strength,
        baseline=BASELINE,
        control=sitewise_share(parts[0].control),
        status=status,
        reason=reason,
        key=key,
    )


def _means(parts: list[SharedRuns]) -> Table:
    """Show mean longest runs and their ratio."""
    rows: list[list[str | int | float | None]] = []
    for kind in parts[0].kinds:
        means = [longest_share(runs, kind, runs.against_holdout)[1] for runs in parts]
        train, holdout = np.mean(means, axis=0)
        ratio = None if holdout == 0 else round(float(train / holdout), 4)
        rows.append([KIND_NAMES[kind], round(float(train), 3), round(float(holdout), 3), ratio])
    return Table(
        id="segments.means",
        title="Mean longest run of an artificial haplotype",
        columns=["measured as", "shared with train", "shared with holdout", "ratio"],
        rows=rows,
    )


def _map(parts: list[SharedRuns], sites: Sites) -> Figure:
    """Draw the excess of runs shared with train along the genome."""
    series = []
    for duels, name, role in (
        ([runs.against_holdout for runs in parts], "train over holdout", "artificial"),
        ([parts[0].control], "half of the holdout over the other", "holdout"),
    ):
        x, y = _binned(duels, sites)
        series.append(Series.model_validate({"name": name, "role": role, "x": x, "y": y}))
    zero: list[float | str | None] = [0.0] * len(series[0].x)
    series.append(Series(name="no copying", role="baseline", x=series[0].x, y=zero))
    one = len(sites.contig_spans()) == 1
    return Figure(
        id="segments.map",
        title="Where the output copies",
        reading="Above zero, more artificial haplotypes share their longest run up to this place "
        "with train than with the holdout; the control shows how far chance goes.",
        kind="lines",
        x_label=f"position on contig {sites.contig[0]}, Mb" if one else "site, in panel order",
        y_label="excess share of artificial haplotypes",
        series=series,
    )


def _binned(duels: list[Duel], sites: Sites) -> tuple[list[float], list[float]]:
    """Return centres of equal bins of sites and the mean excess of wins in each."""
    n_sites = len(sites)
    shares = [duel.site_wins / (2.0 * len(duel.wins)) for duel in duels]
    excess = np.mean(shares, axis=0) - BASELINE
    bins = np.array_split(np.arange(n_sites), min(MAP_BINS, n_sites))
    one = len(sites.contig_spans()) == 1
    places = sites.position / 1e6 if one else np.arange(1.0, n_sites + 1)
    return (
        [round(float(places[members].mean()), 6) for members in bins],
        [round(float(excess[members].mean()), 6) for members in bins],
    )


def _lengths(parts: list[SharedRuns]) -> Figure:
    """Draw the distribution of longest runs, in sites, over all parts."""
    lengths = np.concatenate([runs.longest[runs.kinds.index("sites")] for runs in parts])
    duel = parts[0].against_holdout
    sides = [lengths[:, slice(*side)].max(axis=1) for side in (duel.first, duel.second)]
    x, shares = densities([side.astype(np.float64) for side in sides], LENGTH_BINS)
    names = ("shared with train", "shared with holdout")
    series = [
        Series.model_validate({"name": name, "role": role, "x": x, "y": y})
        for name, role, y in zip(names, ("train", "holdout"), shares, strict=True)
    ]
    return Figure(
        id="segments.lengths",
        title="Longest run of each artificial haplotype",
        reading="Both curves should agree; a tail of long runs that only train has is copying. "
        "The last bin holds all longer runs; no bin holds 1 to 4 haplotypes.",
        kind="lines",
        x_label="consecutive identical sites",
        y_label="share of artificial haplotypes per site",
        series=series,
    )


ITEM = Segments
