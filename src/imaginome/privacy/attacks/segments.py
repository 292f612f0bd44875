"""Segment copying: runs shared with train against runs shared with the holdout (METRICS 13)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float32s, Float64s, Int64s
from imaginome.citations import cite
from imaginome.kernels.pbwt import Duel, scan_contig
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes, Panel, Sites
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy, judge
from imaginome.privacy.scores.densities import densities
from imaginome.privacy.scores.parts import averaged, highest, paired_parts, people_seen
from imaginome.privacy.scores.person_runs import surprise
from imaginome.results import AttackResult, Estimate, Figure, Finding, Series, Table

# -- Shared runs of one comparison -----------------------------------------------------------------


BLOCKS = 20
PIECE_BYTES = 128 << 20
LARGEST_PIECE = 1280
STUDENT_95 = 2.093
"""Two-sided 95% quantile of Student's t with 19 degrees of freedom, one less than blocks."""


@dataclass(frozen=True, eq=False)
class SharedRuns:
    """What one scan of all panels found.

    Attributes
    ----------
    kinds
        How runs are measured: ``sites``, ``cm`` where the map is known, ``rare``.
    longest
        ``float32``, shape ``(n_kinds, n_artificial, 2 * n_blocks)``: longest run shared with any
        haplotype of each block; train blocks first.
    against_holdout
        Train blocks against holdout blocks, site by site.
    control
        One half of the holdout blocks against the other.
    """

    kinds: tuple[str, ...]
    longest: Float32s
    against_holdout: Duel
    control: Duel


@dataclass(frozen=True, eq=False)
class _Donors:
    """Train and holdout people, and how runs shared with them are measured.

    Attributes
    ----------
    haplotypes
        Train, then holdout.
    block
        ``int64``: block of each haplotype; train ``0 .. n_blocks - 1``, holdout the next.
    n_blocks
        Blocks of each side.
    kinds, common
        Names of all measures; cumulative lengths in front of each site of all but the last.
    surprise
        ``float32``, shape ``(2, n_sites)``: minus the logarithm of the frequency of REF and ALT.
    """

    haplotypes: Haplotypes
    block: Int64s
    n_blocks: int
    kinds: tuple[str, ...]
    common: Float64s
    surprise: Float32s

    @classmethod
    def of(cls, comparison: Comparison) -> _Donors:
        train, holdout = comparison.train, comparison.holdout
        n_blocks = 2 * max(min(BLOCKS, train.n_individuals) // 2, 1)
        rng = comparison.rng("segments", "blocks")
        first, second = _blocks(train, n_blocks, rng), _blocks(holdout, n_blocks, rng)
        haplotypes = np.concatenate([train.haplotypes, holdout.haplotypes])
        return cls(
            haplotypes,
            np.concatenate([first, n_blocks + second]),
            n_blocks,
            *_common_lengths(train.sites),
            surprise(haplotypes),
        )


def shared_runs(comparison: Comparison) -> SharedRuns:
    """Scan train, holdout and artificial haplotypes; time grows linearly with each of them.

    Artificial haplotypes are independent of each other here and are scanned in pieces of fixed
    size, which bounds memory and gives threads something to share.
    """
    donors = _Donors.of(comparison)
    sites, artificial = comparison.train.sites, comparison.artificial.haplotypes
    size = max(2, min(LARGEST_PIECE, PIECE_BYTES // (4 * (len(sites) + 1))))

    def scan(rows: slice) -> SharedRuns:
        return _scan(donors, artificial[rows], sites)

    found = map_pieces(scan, pieces(len(artificial), size), comparison.threads)
    return SharedRuns(
        donors.kinds,
        np.concatenate([part.longest for part in found], axis=1),
        _join([part.against_holdout for part in found]),
        _join([part.control for part in found]),
    )


def longest_share(runs: SharedRuns, kind: str, duel: Duel) -> tuple[Estimate, Float64s]:
    """Return P(longest run with the first side > with the second), ties one half.

    Returns
    -------
    tuple
        The share with its interval, and the mean longest run with each side.
    """
    lengths = runs.longest[runs.kinds.index(kind)]
    first, second = lengths[:, slice(*duel.first)], lengths[:, slice(*duel.second)]
    won = _won(first.max(axis=1), second.max(axis=1))
    without = [
        [_won(_max_without(first, b), second.max(axis=1)).mean() for b in range(first.shape[1])],
        [_won(first.max(axis=1), _max_without(second, b)).mean() for b in range(second.shape[1])],
    ]
    means = np.array([first.max(axis=1).mean(), second.max(axis=1).mean()], dtype=np.float64)
    return _with_interval(won, without), means


def sitewise_share(duel: Duel) -> Estimate:
    """Return the share of sites at which the longest run is with the first side, ties half."""
    n_artificial, n_sites = len(duel.wins), len(duel.site_wins)
    won = duel.wins / (2.0 * n_sites)
    scale = 2.0 * n_sites * n_artificial
    left = won.mean() + duel.without / scale
    return _with_interval(won, [list(left[slice(*side)]) for side in (duel.first, duel.second)])


def _with_interval(won: Float64s, without: list[list[float]]) -> Estimate:
    """Return the mean of `won` with an interval.

    Variances add up: over artificial individuals (both haplotypes together), and for each side
    over its donors by the delete-a-group jackknife: ``(g - 1) / g * sum (t_b - mean t)^2``.
    """
    value = float(won.mean())
    people = won.reshape(-1, 2).mean(axis=1)
    variance = float(people.var(ddof=1)) / len(people)
    for left in without:
        g = len(left)
        variance += (g - 1) * float(np.var(left))
    margin = STUDENT_95 * math.sqrt(variance)
    return Estimate(value=value, low=max(0.0, value - margin), high=min(1.0, value + margin))


def _won(first: Float32s, second: Float32s) -> Float64s:
    return np.asarray((first > second) + 0.5 * (first == second), dtype=np.float64)


def _max_without(lengths: Float32s, b: int) -> Float32s:
    if lengths.shape[1] == 1:
        return np.zeros(len(lengths), dtype=np.float32)
    return np.asarray(np.delete(lengths, b, axis=1).max(axis=1))


def _blocks(panel: Panel, n_blocks: int, rng: np.random.Generator) -> Int64s:
    """Divide individuals at random into blocks of equal size; one number a haplotype.

    Blocks are filled in an order that keeps the first half of them as large as the second.
    """
    n = panel.n_individuals
    order = np.arange(n_blocks).reshape(2, -1).T.ravel()
    of_person = np.empty(n, dtype=np.int64)
    of_person[rng.permutation(n)] = order[np.arange(n) % n_blocks]
    return np.repeat(of_person, 2)


def _common_lengths(sites: Sites) -> tuple[tuple[str, ...], Float64s]:
    """Return how runs are measured and cumulative lengths in front of each site."""
    weights = {"sites": np.ones(len(sites))}
    if sites.cm is not None:
        gaps = np.zeros(len(sites))
        gaps[:-1] = np.maximum(np.diff(sites.cm), 0.0)
        for _, stop in sites.contig_spans():
            gaps[stop - 1] = 0.0
        weights["cm"] = gaps
    cumulative = np.zeros((len(weights), len(sites) + 1))
    cumulative[:, 1:] = np.cumsum(list(weights.values()), axis=1)
    return (*weights, "rare"), cumulative


def _scan(donors: _Donors, artificial: Haplotypes, sites: Sites) -> SharedRuns:
    """Scan one piece of the artificial panel against all donors, contig by contig."""
    n, m, blocks = len(artificial), len(sites), donors.n_blocks
    own = np.zeros((n, m + 1), dtype=np.float32)
    surprise = np.where(artificial == 1, donors.surprise[1], donors.surprise[0])
    np.cumsum(surprise, axis=1, out=own[:, 1:])
    alleles = np.ascontiguousarray(np.concatenate([donors.haplotypes, artificial]).T)
    longest = np.zeros((len(donors.kinds), n, 2 * blocks), dtype=np.float32)
    shape, middle = (n, m, 2 * blocks), blocks + blocks // 2
    against_holdout = Duel.empty((0, blocks), (blocks, 2 * blocks), shape)
    control = Duel.empty((blocks, middle), (middle, 2 * blocks), shape)
    for borders in sites.contig_spans():
        lengths, duels = (donors.common, own), (against_holdout, control)
        scan_contig(alleles, donors.block, borders, lengths, longest, duels)
    return SharedRuns(donors.kinds, longest, against_holdout, control)


def _join(parts: list[Duel]) -> Duel:
    return Duel(
        parts[0].first,
        parts[0].second,
        np.concatenate([part.wins for part in parts]),
        np.sum([part.site_wins for part in parts], axis=0),
        np.sum([part.without for part in parts], axis=0),
    )


# -- Segment copying -------------------------------------------------------------------------------


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
    citations = cite(
        durbin2014="the positional Burrows-Wheeler transform, linear in the panel",
        shao1989="delete-a-group jackknife over blocks of donors",
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
