"""Compare our scans for selection with scikit-allel's: ``pytest validation``."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest

from imaginome.formats import ReadOptions, read_panel
from imaginome.metrics.items.selection.scans import (
    frequency_bins,
    ihs,
    pbs,
    standardised,
    windows,
    xpehh,
)
from imaginome.panel import Panel

with warnings.catch_warnings():
    # scikit-allel asks numpy for names that it no longer likes.
    warnings.simplefilter("ignore")
    allel = pytest.importorskip("allel", reason="scikit-allel is not installed")

PEOPLE = 50


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Chromosome 15, 10,000 sites, every thirtieth person or so; see tests/conftest.py."""
    default = Path(__file__).parents[2] / "shared" / "data"
    path = Path(os.environ.get("IMAGINOME_PANELS", default)) / "kgp-chr15-10k" / "real.vcf.gz"
    if not path.is_file():
        pytest.skip(f"no panel at {path}; set IMAGINOME_PANELS")
    whole = read_panel(path, ReadOptions(monomorphic="keep", duplicates="first"))
    return whole.take_individuals(np.linspace(0, whole.n_individuals - 1, 3 * PEOPLE).astype(int))


def by_site(rows: np.ndarray) -> np.ndarray:
    """Return haplotypes as scikit-allel wants them: sites in rows."""
    return np.ascontiguousarray(rows.T).view(np.int8)


def cores(panel: Panel) -> np.ndarray:
    """Return the sites that both score: frequency of at least 5%."""
    frequency = panel.haplotypes.mean(axis=0)
    return np.flatnonzero(np.minimum(frequency, 1 - frequency) >= 0.05)


@pytest.mark.parametrize("centimorgans", [False, True])
def test_ihs(panel: Panel, centimorgans: bool) -> None:
    """The same score at every site, and none at the same sites."""
    sites, position = panel.sites, panel.sites.position
    steps = np.random.default_rng(4).gamma(0.2, 1e-6, len(position)) * np.diff(position, prepend=0)
    cm = np.cumsum(steps) if centimorgans else None
    if centimorgans:
        sites = type(sites)(sites.contig, position, sites.id, sites.ref, sites.alt, cm)
    theirs = allel.ihs(by_site(panel.haplotypes), position, map_pos=cm, min_maf=0)
    chosen = cores(panel)
    ours = ihs(panel.haplotypes, sites, chosen, threads=2)
    np.testing.assert_allclose(ours, theirs[chosen], rtol=1e-9, atol=1e-9)
    assert np.isfinite(ours).mean() > 0.5


def test_standardised_ihs(panel: Panel) -> None:
    """The same standard scores, where bins are the same and well filled."""
    chosen = cores(panel)
    frequency = panel.haplotypes[:, chosen].mean(axis=0)
    scores = ihs(panel.haplotypes, panel.sites, chosen, threads=2)
    bins = frequency_bins(frequency)
    counts = np.rint(frequency * len(panel.haplotypes)).astype(int)
    edges = np.arange(21) / 20 * len(panel.haplotypes)
    theirs, _ = allel.standardize_by_allele_count(scores, counts, bins=edges, diagnostics=False)
    filled = np.bincount(bins, np.isfinite(scores), 20)[bins] >= 10
    # The last bin of numpy's histograms is closed; no common site is in it.
    np.testing.assert_allclose(
        standardised(scores, bins)[filled], theirs[filled], rtol=1e-9, atol=1e-9
    )


def test_xpehh(panel: Panel) -> None:
    """The same score at every site, and none at the same sites."""
    one, two = panel.haplotypes[: 2 * PEOPLE], panel.haplotypes[2 * PEOPLE : 4 * PEOPLE]
    chosen = cores(panel)
    theirs = allel.xpehh(by_site(one), by_site(two), panel.sites.position)[chosen]
    ours = xpehh(one, two, panel.sites, chosen, threads=2)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)
    assert np.isfinite(ours).mean() > 0.5


def test_pbs(panel: Panel) -> None:
    """The same branch of the first group in every window."""
    groups = [panel.haplotypes[k * 2 * PEOPLE : (k + 1) * 2 * PEOPLE] for k in range(3)]
    counts = [allel.HaplotypeArray(by_site(h)).count_alleles(max_allele=1) for h in groups]
    theirs = allel.pbs(*counts, window_size=20, window_step=10, normed=False)
    start, end = windows(panel.sites, 20, 10)
    frequency = np.array([h.mean(axis=0) for h in groups])
    ours = pbs(frequency, np.array([len(h) for h in groups]), start, end)[0]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)
