"""Segment copying: runs shared with train against runs shared with the holdout (METRICS 13)."""

from __future__ import annotations

import numpy as np

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Sites
from imaginome.privacy._citations import DURBIN_2014, SHAO_WU_1989
from imaginome.privacy._copying import (
    SharedRuns,
    contig_borders,
    longest_share,
    shared_runs,
    sitewise_share,
)
from imaginome.privacy.base import Attack
from imaginome.privacy.pbwt import Duel
from imaginome.privacy.policy import Policy, judge
from imaginome.results import AttackResult, Figure, Finding, Series, Table

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

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Compare shared runs, longest and site by site; map the excess along the genome."""
        runs = shared_runs(comparison)
        findings = [_sitewise(runs, policy)]
        findings += [_longest(runs, kind, policy) for kind in runs.kinds]
        return AttackResult(
            attack=self.id,
            name=self.name,
            description=self.description,
            findings=findings,
            figures=[_map(runs, comparison.holdout.sites), _lengths(runs)],
            tables=[_means(runs)],
            citations=[citation.text() for citation in self.citations],
            notes=[
                self.blind_spot,
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


def _longest(runs: SharedRuns, kind: str, policy: Policy) -> Finding:
    strength, _ = longest_share(runs, kind, runs.against_holdout)
    control, _ = longest_share(runs, kind, runs.control)
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


def _sitewise(runs: SharedRuns, policy: Policy) -> Finding:
    strength = sitewise_share(runs.against_holdout)
    status, reason = judge(strength, policy.sitewise_caution, policy.sitewise_fail, BASELINE)
    return Finding(
        id="segments.sitewise",
        name="Segment copying: longest run site by site",
        unit="share of sites",
        strength=strength,
        baseline=BASELINE,
        control=sitewise_share(runs.control),
        status=status,
        reason=reason,
        key=True,
    )


def _means(runs: SharedRuns) -> Table:
    """Show mean longest runs and their ratio."""
    rows: list[list[str | int | float | None]] = []
    for kind in runs.kinds:
        _, (train, holdout) = longest_share(runs, kind, runs.against_holdout)
        ratio = None if holdout == 0 else round(float(train / holdout), 4)
        rows.append([KIND_NAMES[kind], round(float(train), 3), round(float(holdout), 3), ratio])
    return Table(
        id="segments.means",
        title="Mean longest run of an artificial haplotype",
        columns=["measured as", "shared with train", "shared with holdout", "ratio"],
        rows=rows,
    )


def _map(runs: SharedRuns, sites: Sites) -> Figure:
    """Draw the excess of runs shared with train along the genome."""
    series = []
    for duel, name, role in (
        (runs.against_holdout, "train over holdout", "artificial"),
        (runs.control, "half of the holdout over the other", "holdout"),
    ):
        x, y = _binned(duel, sites)
        series.append(Series.model_validate({"name": name, "role": role, "x": x, "y": y}))
    zero: list[float | str | None] = [0.0] * len(series[0].x)
    series.append(Series(name="no copying", role="baseline", x=series[0].x, y=zero))
    one = len(contig_borders(sites)) == 1
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


def _binned(duel: Duel, sites: Sites) -> tuple[list[float], list[float]]:
    """Return centres of equal bins of sites and the mean excess of wins in each."""
    n_sites = len(duel.site_wins)
    excess = duel.site_wins / (2.0 * len(duel.wins)) - BASELINE
    bins = np.array_split(np.arange(n_sites), min(MAP_BINS, n_sites))
    one = len(contig_borders(sites)) == 1
    places = sites.position / 1e6 if one else np.arange(1.0, n_sites + 1)
    return (
        [round(float(places[members].mean()), 6) for members in bins],
        [round(float(excess[members].mean()), 6) for members in bins],
    )


def _lengths(runs: SharedRuns) -> Figure:
    """Draw the distribution of longest runs, in sites."""
    lengths = runs.longest[runs.kinds.index("sites")]
    duel = runs.against_holdout
    sides = [lengths[:, slice(*side)].max(axis=1) for side in (duel.first, duel.second)]
    top = max(float(side.max()) for side in sides)
    edges = np.linspace(0.5, top + 0.5, min(LENGTH_BINS, max(int(top), 1)) + 1)
    x = [round(float(centre), 3) for centre in 0.5 * (edges[1:] + edges[:-1])]
    series = []
    for side, name, role in zip(
        sides, ("shared with train", "shared with holdout"), ("train", "holdout"), strict=True
    ):
        y = [round(float(v), 6) for v in np.histogram(side, edges)[0] / len(side)]
        series.append(Series.model_validate({"name": name, "role": role, "x": x, "y": y}))
    return Figure(
        id="segments.lengths",
        title="Longest run of each artificial haplotype",
        reading="Both curves should agree; a tail of long runs that only train has is copying.",
        kind="lines",
        x_label="consecutive identical sites",
        y_label="share of artificial haplotypes",
        series=series,
    )


ITEM = Segments
