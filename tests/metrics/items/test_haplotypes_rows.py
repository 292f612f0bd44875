"""Haplotypes drawn as rows: nobody real alone, like near like, the same each time."""

from dataclasses import replace

import numpy as np
import pytest

from imaginome.metrics.cloud import LEAST, density
from imaginome.metrics.items.frequency import ITEM as FREQUENCY
from imaginome.metrics.items.haplotypes.metric import ROWS, SITES, rows_figure
from imaginome.metrics.items.structure import ITEM as STRUCTURE
from imaginome.panel import Panel
from tests.support.comparisons import compared


def drawn(comparison):
    (figure,) = rows_figure(comparison)
    return [np.array(series.z) for series in figure.series]


def with_private_allele(panel: Panel) -> Panel:
    """Give one person alone the alternative allele at a site, on both haplotypes."""
    haplotypes = panel.haplotypes.copy()
    haplotypes[:, 60] = 0
    haplotypes[:2, 60] = 1
    return replace(panel, haplotypes=haplotypes)


def test_rows_are_groups_of_ten_real_people_and_single_artificial_ones(thirds):
    real, made, single = drawn(thirds)
    m = min(SITES, thirds.holdout.n_sites)
    assert real.shape[1] == made.shape[1] == single.shape[1] == m
    assert 1 <= len(real) <= ROWS and len(single) == ROWS
    for rows in (real, made):
        assert np.isin(rows, [0, 0.25, 0.5, 0.75, 1]).all()
    assert np.isin(single, [0, 1]).all()


def test_an_allele_of_one_real_person_is_not_seen(thirds):
    one = replace(thirds, holdout=with_private_allele(thirds.holdout))
    first = max(0, (one.holdout.n_sites - SITES) // 2)
    assert (drawn(one)[0][:, 60 - first] == 0).all()


def test_single_rows_are_haplotypes_of_the_artificial_panel(thirds):
    single = drawn(thirds)[2].astype(np.uint8)
    m = thirds.artificial.n_sites
    first = max(0, (m - SITES) // 2)
    held = {row.tobytes() for row in thirds.artificial.haplotypes[:, first : first + SITES].copy()}
    assert all(row.tobytes() in held for row in single)


def test_like_stands_near_like(thirds):
    for rows in drawn(thirds):
        apart = np.abs(np.diff(rows, axis=0)).mean()
        shuffled = np.random.default_rng(1).permutation(rows)
        assert apart <= np.abs(np.diff(shuffled, axis=0)).mean()


def test_the_same_rows_each_time_and_none_where_people_are_few(thirds):
    assert rows_figure(thirds) == rows_figure(replace(thirds, threads=2))
    few = [
        panel.take_individuals(np.arange(6))
        for panel in (thirds.train, thirds.holdout, thirds.artificial)
    ]
    assert rows_figure(compared(*few)) == []


def test_components_can_be_looked_at_by_population(thirds):
    figure = next(f for f in STRUCTURE().compute(thirds).figures if f.id == "structure.density")
    groups = list(dict.fromkeys(series.group for series in figure.series))
    assert groups[0] == "everyone"
    assert len(groups) > 1
    assert len(figure.series) == 3 * len(groups)
    for series in figure.series[3:]:
        cells = 10 ** np.array(series.z) - 1
        assert (cells[cells > 0.5] > LEAST - 0.5).all()


def test_maps_of_populations_cover_the_ground_of_everyone():
    rng = np.random.default_rng(4)
    scores = {name: rng.normal(size=(400, 2)) for name in ("artificial", "train", "holdout")}
    rows = {
        "A": dict.fromkeys(scores, np.arange(200)),
        "B": dict.fromkeys(scores, np.arange(200, 400)),
    }
    (figure,) = density(scores, rows)
    everyone, alone = figure.series[0], figure.series[3]
    assert len(everyone.x) == 2 * len(alone.x)
    half = [(s.x[1] - s.x[0]) / 2 for s in (everyone, alone)]
    assert everyone.x[0] - half[0] == pytest.approx(alone.x[0] - half[1], abs=1e-3)
    assert density(scores)[0].series[0].group == ""


def test_frequencies_can_be_looked_at_by_population(thirds):
    figure = next(f for f in FREQUENCY().compute(thirds).figures if f.id == "frequency.against")
    groups = list(dict.fromkeys(series.group for series in figure.series))
    assert groups[0] == "everyone"
    assert len(groups) == 1 + len(np.unique(thirds.holdout.samples.superpopulation))
    for series in figure.series:
        cells = 10 ** np.array(series.z) - 1
        assert cells.sum() == pytest.approx(thirds.holdout.n_sites, rel=1e-3)
