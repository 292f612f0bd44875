"""The generator `mosaic`: it copies, in pieces of the right length, from the right donors."""

from __future__ import annotations

import numpy as np
import pytest

from imaginome.panel import Panel, Sites, strings
from imaginome.runs.fitting import create, fit
from tests.support.simulated import simulated_panel


def distinct_donors(n_sites: int = 4000) -> Panel:
    """Make a panel in which every donor can be told from every other within a few sites."""
    panel = simulated_panel(n_individuals=12, n_sites=n_sites, populations=2)
    rng = np.random.default_rng(1)
    rows = (rng.random(panel.haplotypes.shape) < 0.5).astype(np.uint8)
    return Panel(rows, panel.sites, panel.samples)


def longest_match(row: np.ndarray, donors: np.ndarray) -> int:
    """Return the longest run of sites that `row` shares with any one donor."""
    run, best = np.zeros(len(donors), dtype=int), 0
    for site in range(len(row)):
        run = np.where(donors[:, site] == row[site], run + 1, 0)
        best = max(best, int(run.max()))
    return best


def pieces_of(row: np.ndarray, donors: np.ndarray) -> int:
    """Return the least number of donor pieces that spell `row` (greedy, which is optimal)."""
    pieces, alive = 1, np.ones(len(donors), dtype=bool)
    for site in range(len(row)):
        following = alive & (donors[:, site] == row[site])
        if not following.any():
            pieces += 1
            following = donors[:, site] == row[site]
        alive = following
    return pieces


def test_pieces_have_the_mean_length_asked_for() -> None:
    panel = distinct_donors()
    drawn = fit(create("mosaic", ["length=100"]), panel).sample(30, seed=1)
    found = np.mean([pieces_of(row, panel.haplotypes) for row in drawn.haplotypes])
    # Of 40 pieces a row, one in twelve follows a piece of the same donor and is not seen.
    assert found == pytest.approx(40 * 11 / 12, rel=0.12)


def test_pieces_come_from_the_own_population() -> None:
    panel = distinct_donors(400)
    drawn = fit(create("mosaic", ["length=50"]), panel).sample(5, 1, population="POP1")
    own = panel.haplotypes[np.repeat(panel.samples.population == "POP1", 2)]
    other = panel.haplotypes[np.repeat(panel.samples.population == "POP0", 2)]
    for row in drawn.haplotypes:
        assert longest_match(row, own) > 40 > longest_match(row, other)


def test_a_very_long_piece_is_a_whole_person() -> None:
    panel = distinct_donors(200)
    drawn = fit(create("mosaic", ["length=1e12"]), panel).sample(5, seed=1)
    known = {row.tobytes() for row in panel.haplotypes}
    assert all(row.tobytes() in known for row in drawn.haplotypes)


def test_donors_change_at_contigs() -> None:
    panel = distinct_donors(200)
    old = panel.sites
    contig, position = strings(["1"] * 100 + ["2"] * 100), np.tile(old.position[:100], 2)
    sites = Sites(contig, position, old.id, old.ref, old.alt)
    model = fit(create("mosaic", ["length=1e12"]), Panel(panel.haplotypes, sites, panel.samples))
    known = {row.tobytes() for row in panel.haplotypes}
    drawn = model.sample(100, seed=1).haplotypes
    assert np.mean([row.tobytes() in known for row in drawn]) < 0.25


def test_errors_flip_alleles() -> None:
    panel = distinct_donors(2000)
    drawn = fit(create("mosaic", ["length=1e12", "error=0.05"]), panel).sample(20, seed=1)
    distances = (drawn.haplotypes[:, None] != panel.haplotypes[None]).mean(axis=2).min(axis=1)
    assert distances.mean() == pytest.approx(0.05, rel=0.1)


def test_it_is_named_as_leaky() -> None:
    from imaginome.models.mosaic import Mosaic

    assert "LEAKY" in Mosaic.description
    assert "Not private" in Mosaic.limitations
