"""What a model keeps of a panel: no label that would point at persons."""

from dataclasses import replace

import numpy as np
import pytest

from imaginome.panel import Panel, Samples, strings
from imaginome.panel.frame import FEWEST, OTHER, PanelFrame


def labelled(panel: Panel, populations: list[str], above: list[str] | None) -> Panel:
    samples = replace(
        panel.samples,
        population=strings(populations),
        superpopulation=None if above is None else strings(above),
    )
    return panel.with_samples(samples)


def people_of(populations: list[str], phenotypes: list[str] | None = None) -> Samples:
    ids = strings([f"P{i}" for i in range(len(populations))])
    shown = None if phenotypes is None else strings(phenotypes)
    return Samples(ids, population=strings(populations), phenotype=shown)


def with_phenotype(panel: Panel, shown: list[str]) -> Panel:
    return panel.with_samples(replace(panel.samples, phenotype=strings(shown)))


def test_labels_of_few_people_join_their_superpopulation(panel):
    people = panel.n_individuals
    names = ["rare"] * 3 + ["also"] * 2 + ["large"] * (people - 5)
    above = ["X"] * 5 + ["Y"] * (people - 5)
    frame = PanelFrame.of(labelled(panel, names, above))
    assert frame.populations == {"X": 5, "large": people - 5}
    assert frame.superpopulations == {"X": "X", "large": "Y"}
    assert frame.codes(people_of(["rare", "also", "large"])).tolist() == [0, 0, 1]


def test_without_superpopulations_they_are_other(panel):
    names = [f"tiny{i // 2}" for i in range(8)] + ["large"] * (panel.n_individuals - 8)
    frame = PanelFrame.of(labelled(panel, names, None))
    assert frame.populations == {"large": panel.n_individuals - 8, OTHER: 8}


def test_no_population_is_ever_small(panel):
    names = ["one"] + ["large"] * (panel.n_individuals - 1)
    frame = PanelFrame.of(labelled(panel, names, None))
    assert frame.populations == {"large": panel.n_individuals}
    assert frame.codes(people_of(["one"])).tolist() == [0]
    assert min(frame.populations.values()) >= FEWEST


def test_people_of_all_panels_count(panel):
    first, second = (panel.take_individuals(np.arange(i, 60, 2)) for i in (0, 1))
    assert PanelFrame.of(first, second).populations == PanelFrame.of(panel).populations


def test_round_trip(panel, tmp_path):
    names = ["rare"] * 2 + ["large"] * (panel.n_individuals - 2)
    frame = PanelFrame.of(labelled(panel, names, None))
    frame.write(tmp_path / "frame.json")
    back = PanelFrame.read(tmp_path / "frame.json")
    assert back.pooled == frame.pooled
    assert back.populations == frame.populations
    assert back.sites.keys() == frame.sites.keys()


def test_classes_are_populations_and_phenotypes(panel):
    shown = ["blue" if i % 2 else "brown" for i in range(panel.n_individuals)]
    names = ["north"] * (panel.n_individuals // 2) + ["south"] * (-(-panel.n_individuals // 2))
    frame = PanelFrame.of(with_phenotype(labelled(panel, names, None), shown))
    assert list(frame.classes) == [
        ("north", "blue"),
        ("north", "brown"),
        ("south", "blue"),
        ("south", "brown"),
    ]
    assert sum(frame.phenotypes.values()) == sum(frame.populations.values()) == 60
    codes = frame.codes(people_of(["south", "north", "north"], ["blue", "brown", "unheard"]))
    assert codes.tolist()[:2] == [2, 1]
    assert codes[2] in (0, 1)


def test_no_class_is_small(panel):
    shown = ["blue" if i < 3 else "brown" for i in range(panel.n_individuals)]
    names = ["north"] * 20 + ["south"] * (panel.n_individuals - 20)
    frame = PanelFrame.of(with_phenotype(labelled(panel, names, None), shown))
    assert frame.classes == {("north", "brown"): 20, ("south", "brown"): 40}


def test_design_shares_superpopulations(panel):
    names = [f"P{i % 4}" for i in range(panel.n_individuals)]
    frame = PanelFrame.of(labelled(panel, names, ["AB"[i % 2] for i in range(60)]))
    design = frame.design()
    assert design.shape == (4, 6)
    assert np.array_equal(design[:, :2], [[1, 0], [0, 1], [1, 0], [0, 1]])
    assert np.array_equal(design[:, 2:], np.eye(4))
    assert np.array_equal(
        PanelFrame.of(panel.with_samples(Samples(panel.samples.id))).design(), np.empty((1, 0))
    )


@pytest.mark.parametrize("n", [1, 7, 60, 1000])
def test_proportional_draws_hold_the_shares(panel, n):
    names = ["a"] * 10 + ["b"] * 20 + ["c"] * 30
    frame = PanelFrame.of(labelled(panel, names, None))
    drawn = np.bincount(frame.proportional(n), minlength=3)
    assert drawn.sum() == n
    assert np.abs(drawn - n * np.array([1, 2, 3]) / 6).max() < 1
    assert set(frame.proportional(n, [2])) == {2}
