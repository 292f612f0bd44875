"""Where along the genome the output copies, and from how many people, as data."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Bools, Float64s, Indices
from imaginome.panel import Sites
from imaginome.privacy._densities import FEWEST
from imaginome.privacy._risks import Risks
from imaginome.results import Figure, Series, Table

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
