"""The benchmark of guarantees: a small run on the bundled panel, its page and its picture."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.epsilon import main, points
from benchmarks.epsilon.page import errors, page
from benchmarks.epsilon.picture import Course, chart, ticks
from benchmarks.epsilon.points import MIDDLE, Case, Score, cases
from benchmarks.epsilon.reading import kept_linkage, multiple, words
from benchmarks.epsilon.result import Curve, Curves, told
from benchmarks.shared.drawing import Line
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
    nothing = Score(dict.fromkeys(NAMES, 1.0), dict.fromkeys(NAMES, 1e-5), 0.0)
    return Curve("somewhere", people, 10, scores, nothing)


NAMES = tuple(points.MEASURES)


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
    assert "| 40 simulated people | 100.0 (`independent`) |" in text
    assert "epsilon 1 not at 40 people" in text
    assert "0.15 (0.1 to 0.2)" in text
    assert "picture.png" in text


def test_what_noise_costs_is_told_against_no_noise_and_no_linkage() -> None:
    curve = made_up(10)
    assert multiple(curve, 1.0) == pytest.approx(100)
    left, learnt = 1 - 1.5 / 10, 1 - 1.5 / 1000
    assert kept_linkage(curve, 1.0) == pytest.approx(left / learnt)
    worse = replace(curve, unlinked=Score(dict.fromkeys(NAMES, 0.1), {}, 0.0))
    assert kept_linkage(worse, 1.0) == 0


def test_cheap_is_told_from_the_size_on_from_which_it_stays_so() -> None:
    small, large = made_up(10), made_up(1000)
    near = {case: Score(dict.fromkeys(NAMES, 1e-5), {}, 1.0) for case in large.scores}
    text = words(Curves(small, (small, replace(large, scores=near)), "", "", 2))
    assert "epsilon 1 from 1,000 people on" in text
    assert "epsilon 1 from 10 people on" in text


def test_a_slow_generator_has_one_row_and_is_no_rival() -> None:
    some = list(cases(["independent", "vae"], [1.0, math.inf], 2, ["vae"]))
    assert [case for case in some if case.model == "vae"] == [Case("vae", MIDDLE, 1)]
    scores = {c: Score(dict.fromkeys(NAMES, 0.1 * (c.model != "vae")), {}, 1.0) for c in some}
    curve = replace(made_up(10), scores=scores)
    assert curve.best(MIDDLE, NAMES[0]) == "independent"
    assert errors(curve).count("`vae`") == 1


def test_a_chart_has_more_than_one_tick_and_no_line_to_what_was_not_measured() -> None:
    assert ticks(0.001, 1) == [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]
    assert len(ticks(0.0128, 0.0138)) + len(ticks(0.01, 0.014)) > 2
    course = Course("one", (0.1, math.nan, 0.2, 0.3))
    marks = chart((0, 0), "", ["1", "2", "3", told(None)], [course], (0.1,) * 4)
    assert [len(m.points) for m in marks if isinstance(m, Line) and m.width == 2] == [2]


def test_a_small_run_leaves_page_and_picture_and_repeats_nothing(tmp_path, monkeypatch) -> None:
    more = ["--model", "independent", "--epsilon", "2", "--seeds", "1", "--people", "60"]
    words = [*WORDS, *more, "--sites", "40", "--holdout", "50", "-o", str(tmp_path)]
    monkeypatch.setattr(points, "METRICS", ("frequency",))
    first = main.run(words)
    assert {"epsilon.md", "epsilon.png", "epsilon.svg"} <= {p.name for p in tmp_path.iterdir()}
    assert first.grown[0].people == 60

    def again(*_: object) -> None:
        raise AssertionError("a finished point was measured again")

    monkeypatch.setattr(points, "measured", again)
    assert main.run(words).real == first.real


def test_simulated_people_are_many_and_have_labels() -> None:
    panel = main.simulated(90, 30)
    assert panel.haplotypes.shape == (180, 30)
    assert len(np.unique(panel.samples.population)) == 3
    assert not any(name.startswith("IMG") for name in panel.samples.id)


def test_what_cannot_be_measured_is_refused(tmp_path) -> None:
    with pytest.raises(CapabilityError, match="cannot be fitted privately"):
        main.run([*WORDS, "--model", "hmm"])
    with pytest.raises(FormatError):
        main.run([str(tmp_path / "nowhere.vcf")])
    able = {kind.id for kind in models if "private" in kind.capabilities}
    assert able == set(points.private_models())


def test_names_of_cases_are_names_of_files() -> None:
    assert Case("tree:reach=1", math.inf, 2).name() == "tree-reach-1-inf-2"
    assert Case("tree", None, 1).name() == "tree-plain-1"
