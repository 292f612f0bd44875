"""No bin and no axis of a figure tells of a single person."""

import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.privacy.attacks.aats import Aats
from imaginome.privacy.attacks.segments import Segments
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.densities import FEWEST, densities
from tests.support.leaks import diverse, parts, random_comparison


def counts(x: list, y: list, n: int) -> np.ndarray:
    """Return how many each bin holds: widths follow from centres, as bins begin at -0.5."""
    edges = [-0.5]
    for centre in x:
        edges.append(2 * centre - edges[-1])
    return np.array(y) * np.diff(edges) * n


def tells_nobody(figure, n: int) -> bool:
    found = [counts(series.x, series.y, n) for series in figure.series]
    assert all(held.sum() == pytest.approx(n, rel=0.02) for held in found)
    return all(np.all((held < 0.5) | (held > FEWEST - 0.5)) for held in found)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("n", [5, 12, 60, 1000])
def test_bins_hold_nobody_or_several(seed, n):
    rng = np.random.default_rng(seed)
    values = [rng.poisson(rng.exponential(200), n) * 1.0 for _ in range(3)]
    x, ys = densities(values, 40)
    for y in ys:
        held = counts(x, y, n)
        assert held.sum() == pytest.approx(n, rel=1e-3)
        assert np.all((held < 0.5) | (held > FEWEST - 0.5))


@pytest.mark.parametrize("extreme", [500.0, 5_000.0, 90_001.0])
def test_nobody_sets_an_axis(extreme):
    usual = np.random.default_rng(1).poisson(100, 400) * 1.0
    common = densities([np.append(usual, 130.0)], 40)
    assert densities([np.append(usual, extreme)], 40) == common
    assert max(common[0]) < 130.0


def test_unknown_distances_are_left_out():
    some = np.concatenate([np.full(20, 3.0), [np.nan] * 4])
    x, (y, none) = densities([some, np.full(3, np.nan)], 10)
    assert counts(x, y, 20).sum() == pytest.approx(20)
    assert not any(none)
    assert densities([np.full(3, np.nan)], 10) == ([0.0], [[None]])


def test_figures_of_attacks_tell_nobody():
    comparison = Comparison.of(*parts(diverse(150), 3))
    figures = {f.id: f for a in (Aats, Segments) for f in a().run(comparison, Policy()).figures}
    assert tells_nobody(figures["aats.distances"], 100)
    assert tells_nobody(figures["segments.lengths"], 100)
    assert len(figures["aats.distances"].series[0].x) > 3


def test_figures_of_uneven_panels_tell_nobody():
    comparison = random_comparison((40, 12, 30), 300)
    figure = next(
        f for f in Segments().run(comparison, Policy()).figures if f.id == "segments.lengths"
    )
    assert tells_nobody(figure, 60 * 4)
