"""What a model keeps of a panel: no label that would point at persons."""

from dataclasses import replace

import numpy as np

from imaginome.panel import Panel, strings
from imaginome.panel.frame import FEWEST, OTHER, PanelFrame


def labelled(panel: Panel, populations: list[str], above: list[str] | None) -> Panel:
    samples = replace(
        panel.samples,
        population=strings(populations),
        superpopulation=None if above is None else strings(above),
    )
    return panel.with_samples(samples)


def test_labels_of_few_people_join_their_superpopulation(panel):
    people = panel.n_individuals
    names = ["rare"] * 3 + ["also"] * 2 + ["large"] * (people - 5)
    above = ["X"] * 5 + ["Y"] * (people - 5)
    frame = PanelFrame.of(labelled(panel, names, above))
    assert frame.populations == {"X": 5, "large": people - 5}
    assert frame.superpopulations == {"X": "X", "large": "Y"}
    assert frame.codes(["rare", "also", "large"]).tolist() == [0, 0, 1]


def test_without_superpopulations_they_are_other(panel):
    names = [f"tiny{i // 2}" for i in range(8)] + ["large"] * (panel.n_individuals - 8)
    frame = PanelFrame.of(labelled(panel, names, None))
    assert frame.populations == {"large": panel.n_individuals - 8, OTHER: 8}


def test_no_population_is_ever_small(panel):
    names = ["one"] + ["large"] * (panel.n_individuals - 1)
    frame = PanelFrame.of(labelled(panel, names, None))
    assert frame.populations == {"large": panel.n_individuals}
    assert frame.codes(["one"]).tolist() == [0]
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
