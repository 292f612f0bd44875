"""Published artificial genomes score as they were measured elsewhere.

The reference values were computed by other code, on 1,252 individuals a side where real people
are compared, but on *all* 5,000 published haplotypes; here panels have equal sizes. Each value
must lie in our interval, except where `EXCEPTIONS` says why it cannot.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from imaginome import read_panel, split
from imaginome.formats import ReadOptions
from imaginome.kernels.statistics import lost_share
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evaluate import evaluate
from imaginome.results import Measure

METRICS = ("frequency", "linkage", "structure")
FOLDERS = {"rbm": "kgp-805", "gan": "kgp-805", "genomator": "kgp-chr15-10k"}

ARTIFICIAL = {
    "rbm": {
        "frequency.pearson": 0.9938,
        "frequency.mae": 0.0165,
        "linkage.pearson": 0.965,
        "linkage.mae": 0.0075,
        "structure.sliced": 0.144,
        "structure.transport": 0.40,
    },
    "gan": {
        "frequency.pearson": 0.9810,
        "frequency.mae": 0.0327,
        "linkage.pearson": 0.920,
        "linkage.mae": 0.0109,
        "structure.sliced": 0.113,
        "structure.transport": 0.22,
    },
    "genomator": {
        "frequency.mae": 0.0099,
        "frequency.lost": 0.291,
        "linkage.pearson": 0.985,
        "linkage.mae": 0.0048,
        "structure.sliced": 0.035,
        "structure.transport": 0.15,
    },
}
CEILING = {
    "kgp-805": {
        "frequency.pearson": 0.9980,
        "frequency.mae": 0.0095,
        "linkage.pearson": 0.987,
        "linkage.mae": 0.0049,
        "structure.sliced": 0.042,
        "structure.transport": 0.12,
    },
    "kgp-chr15-10k": {
        "frequency.mae": 0.0041,
        "frequency.lost": 0.099,
        "linkage.pearson": 0.995,
        "linkage.mae": 0.0027,
        "structure.sliced": 0.027,
        "structure.transport": 0.10,
    },
}
EXCEPTIONS = {
    # Twice as many haplotypes miss fewer alleles: 29% of 5,000, about 33% of 2,504.
    ("genomator", "frequency.lost"): 0.045,
    # Axes come from the holdout, whose draw differs; the interval keeps the axes.
    ("gan", "structure.sliced"): 0.015,
}


@cache
def split_panel(folder: Path):
    name = "real.hapt.gz" if (folder / "real.legend").exists() else "real.vcf.gz"
    table = ReadOptions(samples_table=folder.parent / "samples.tsv")
    return split(read_panel(folder / name, table), 0.5, 1)


@cache
def compared_with(published: str, root: Path) -> Comparison:
    folder = root / FOLDERS[published]
    legend = folder / "real.legend"
    if legend.exists():
        options = ReadOptions(legend=legend)
        artificial = read_panel(folder / f"published-{published}.hapt.gz", options)
    else:
        artificial = read_panel(folder / f"published-{published}.vcf.gz")
    return Comparison.of(*split_panel(folder), artificial, threads=2)


@cache
def measured(published: str, root: Path) -> dict[str, Measure]:
    result = evaluate(compared_with(published, root), only=METRICS)
    return {m.id: m for metric in result.metrics for m in metric.measures}


def outside(estimate, reference):
    """Return how far a reference lies from an interval; references have few digits."""
    return max(estimate.low - reference, reference - estimate.high, 0.0)


@pytest.mark.panels
@pytest.mark.long
@pytest.mark.parametrize(
    ("published", "measure_id"), [(p, m) for p, found in ARTIFICIAL.items() for m in found]
)
def test_published_genomes_score_as_reported(panels_dir, published, measure_id):
    found = measured(published, panels_dir)[measure_id].artificial
    allowed = EXCEPTIONS.get((published, measure_id), 0.0)
    reference = ARTIFICIAL[published][measure_id]
    assert outside(found, reference) <= allowed, (reference, found)


@pytest.mark.panels
@pytest.mark.long
@pytest.mark.parametrize("published", ["rbm", "genomator"])
def test_ceilings_are_those_reported(panels_dir, published):
    measures = measured(published, panels_dir)
    for measure_id, reference in CEILING[FOLDERS[published]].items():
        found = measures[measure_id].ceiling
        assert outside(found, reference) == 0, (measure_id, reference, found)


@pytest.mark.panels
@pytest.mark.long
def test_all_published_haplotypes_lose_the_sites_reported(panels_dir):
    """The exception goes when sizes are those of the reference."""
    every = compared_with("genomator", panels_dir)
    panels = (every.artificial, every.holdout)
    counts = [panel.haplotypes.sum(axis=0, dtype=float) for panel in panels]
    lost = lost_share(*counts, *(panel.n_haplotypes for panel in panels))
    assert lost == pytest.approx(0.291, abs=0.01)
