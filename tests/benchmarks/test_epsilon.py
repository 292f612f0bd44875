"""The benchmark of guarantees: a small run on the bundled panel, its page and its picture."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks import _epsilon_points, epsilon
from benchmarks._epsilon_page import page
from benchmarks._epsilon_points import Case, Score, cases
from benchmarks._epsilon_result import Curve, Curves, told
from imaginome.data import DEMO_PANEL, DEMO_SAMPLES
from imaginome.errors import CapabilityError, FormatError
from imaginome.models.registry import models

WORDS = [str(DEMO_PANEL), "--samples", str(DEMO_SAMPLES), "-q"]


def made_up(people: int) -> Curve:
    """Errors that fall with epsilon and people; the second seed is twice the first."""
    scores = {
        case: Score(
            {name: case.seed / (people * min(case.epsilon or 100, 100)) for name in NAMES},
            dict.fromkeys(NAMES, 1e-5),
            float(case.seed),
        )
        for case in cases(["independent", "tree:reach=1"], [1.0, math.inf], 2)
    }
    return Curve("somewhere", people, 10, scores)


NAMES = tuple(_epsilon_points.MEASURES)


def test_curves_average_over_seeds() -> None:
    curve = made_up(10)
    assert curve.mean("independent", 1.0, NAMES[0]) == pytest.approx(0.15)
    assert curve.epsilons() == [1.0, math.inf, None]
    assert [told(e) for e in curve.epsilons()] == ["1", "inf", "no guarantee"]
    assert curve.ceiling(NAMES[0]) == pytest.approx(1e-5)


def test_the_page_has_a_row_for_each_case() -> None:
    curves = Curves(made_up(10), (made_up(20), made_up(40)), "the command", "a machine", 2)
    text = page(curves, "picture.png")
    assert text.count("| `tree:reach=1` | 1 |") == 3
    assert "0.15 (0.1 to 0.2)" in text
    assert "picture.png" in text


def test_a_small_run_leaves_page_and_picture_and_repeats_nothing(tmp_path, monkeypatch) -> None:
    more = ["--model", "independent", "--epsilon", "2", "--seeds", "1", "--people", "60"]
    words = [*WORDS, *more, "--sites", "40", "--holdout", "50", "-o", str(tmp_path)]
    monkeypatch.setattr(_epsilon_points, "METRICS", ("frequency",))
    first = epsilon.run(words)
    assert {"epsilon.md", "epsilon.png", "epsilon.svg"} <= {p.name for p in tmp_path.iterdir()}
    assert first.grown[0].people == 60

    def again(*_: object) -> None:
        raise AssertionError("a finished point was measured again")

    monkeypatch.setattr(_epsilon_points, "measured", again)
    assert epsilon.run(words).real == first.real


def test_simulated_people_are_many_and_have_labels() -> None:
    panel = epsilon.simulated(90, 30)
    assert panel.haplotypes.shape == (180, 30)
    assert len(np.unique(panel.samples.population)) == 3
    assert not any(name.startswith("IMG") for name in panel.samples.id)


def test_what_cannot_be_measured_is_refused(tmp_path) -> None:
    with pytest.raises(CapabilityError, match="cannot be fitted privately"):
        epsilon.run([*WORDS, "--model", "hmm"])
    with pytest.raises(FormatError):
        epsilon.run([str(tmp_path / "nowhere.vcf")])
    able = {kind.id for kind in models if "private" in kind.capabilities}
    assert able == set(_epsilon_points.private_models())


def test_names_of_cases_are_names_of_files() -> None:
    assert Case("tree:reach=1", math.inf, 2).name() == "tree-reach-1-inf-2"
    assert Case("tree", None, 1).name() == "tree-plain-1"
