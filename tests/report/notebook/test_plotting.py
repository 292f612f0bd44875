"""What a notebook shows: complete, escaped, inert; figures as plotly objects."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import plotly.graph_objects as go
import pytest

import imaginome
from imaginome.display import card, table
from imaginome.panel import Panel, strings
from imaginome.report.notebook.plotting import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, sketch
from imaginome.results import Audit, Estimate, Evaluation, Figure, Result, Series, Table
from imaginome.runs.choose.choose import choose
from imaginome.runs.fitting import create, fit
from imaginome.runs.pipeline import RunResult
from tests.support import examples

INERT = {"div", "span", "b", "code", "table", "tr", "th", "td", "details", "summary"}
STILL = {"svg", "title", "g", "text", "tspan", "polyline", "circle"}


class Page(HTMLParser):
    """Collects tags, attributes and text; checks that every tag is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def shown(thing: object) -> str:
    """Return the text that a notebook shows, after checking that it can do nothing."""
    page = Page(thing._repr_html_())  # type: ignore[attr-defined]
    assert page.tags <= INERT
    assert page.attributes <= {"style"}
    return " ".join(page.text.split())


def hostile(result: Result) -> Result:
    """Return a result in which every sentence is an attempt to run."""
    data = json.loads(result.model_dump_json())

    def poisoned(part, key=""):
        if isinstance(part, dict):
            return {name: poisoned(value, name) for name, value in part.items()}
        if isinstance(part, list):
            return [poisoned(value, key) for value in part]
        texts = ("name", "description", "title", "reading", "note", "reason", "reasons", "skipped")
        return examples.HOSTILE if key in texts and part else part

    return type(result).model_validate(poisoned(data))


def test_an_evaluation_shows_verdict_ceilings_and_what_is_missing():
    evaluation = examples.evaluation()
    said = shown(evaluation)
    assert "How real" in said
    for metric in evaluation.metrics:
        assert all(m.name in said for m in metric.measures if m.key)
    assert "ceiling" in said
    assert f"{evaluation.sizes.sites:,} sites" in said
    for metric in evaluation.metrics:
        assert metric.name in shown(metric)


def test_an_audit_shows_its_verdict_and_what_it_did_not_test():
    audit = examples.audit()
    said = shown(audit)
    assert "How safe" in said
    assert all(reason in said for reason in audit.reasons)
    assert all(text in said for text in audit.not_tested)
    for attack in audit.attacks:
        assert all(finding.name in shown(attack) for finding in attack.findings)


@pytest.mark.parametrize("result", [examples.evaluation(), examples.audit()])
def test_nothing_hostile_runs(result):
    result = hostile(result)
    assert examples.HOSTILE in shown(result)
    parts = result.metrics if isinstance(result, Evaluation) else result.attacks
    for part in parts:
        shown(part)
        for drawn in part.figures:
            bundle = drawn._repr_mimebundle_()
            assert Page(bundle["text/html"]).tags <= INERT | STILL
            assert "<img" not in json.dumps(bundle["application/vnd.plotly.v1+json"])


def test_a_table_is_cut_and_says_so():
    rows = [[f"row {i}", 0.5 * i] for i in range(50)]
    said = shown(Table(id="t", title="Rows", columns=["name", "value"], rows=rows))
    assert "row 19" in said
    assert "row 20" not in said
    assert "and 30 more rows" in said


def test_small_results_stay_plain_text():
    assert Estimate(value=1.0)._repr_html_() is None


def test_a_panel_shows_no_small_group_and_nobody(panel: Panel):
    people = panel.n_individuals
    labels = ["FEW"] * 3 + ["<script>"] * 10 + ["MANY"] * (people - 13)
    named = panel.with_samples(replace(panel.samples, population=strings(labels)))
    said = shown(named)
    assert f"{people} individuals" in said
    assert "FEW <5" in said
    assert "<script> 10" in said
    assert panel.samples.id[0] not in said
    assert panel.samples.id[0] not in repr(panel)
    nobody = panel.take_individuals(panel.samples.id.astype(str).argsort()[:0])
    assert "0 individuals" in shown(nobody)


def test_a_generator_says_whether_it_is_fitted(panel: Panel):
    unfitted = create("hmm", ["clusters=4"])
    assert "not fitted" in shown(unfitted)
    assert "clusters=4" in shown(unfitted)
    assert "not fitted" in repr(unfitted)
    fitted = fit("markov", panel, seed=1)
    said = shown(fitted)
    assert f"fitted at {panel.n_sites:,} sites" in said
    assert "POP0" in said
    assert fitted.limitations in said


def test_a_choice_shows_what_was_compared(panel: Panel):
    choice = choose(panel, budget=5, seed=1)
    said = shown(choice)
    assert choice.reason in said
    assert all(row.model in said for row in choice.compared)


def test_a_run_shows_both_verdicts(tmp_path):
    run = RunResult(Path("out"), examples.evaluation(), examples.audit(), "hmm")
    said = shown(run)
    assert "How real" in said
    assert "How safe" in said
    assert "out/report.html" in said


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("result", [examples.evaluation(), examples.audit()])
def test_every_figure_is_a_plotly_object(result: Evaluation | Audit, theme):
    known = imaginome.figures(result)
    assert known
    for name, drawn in known.items():
        made = imaginome.figure(result, name, theme=theme)
        assert isinstance(made, go.Figure)
        drawable = any(series.x and series.y for series in drawn.series)
        assert (len(made.data) > 0) == drawable
        assert "@" not in "".join(_colours(json.loads(made.to_json())))
        assert made == imaginome.figure(drawn, theme=theme)


def test_a_figure_holds_the_numbers_of_its_series():
    drawn = Figure(
        id="f",
        title="T",
        reading="R",
        kind="lines",
        x_label="x",
        y_label="y",
        series=[Series(name="s", role="artificial", x=[1.0, 2.0], y=[3.0, 4.0])],
    )
    (trace,) = imaginome.figure(drawn).data
    assert (list(trace.x), list(trace.y), trace.name) == ([1.0, 2.0], [3.0, 4.0], "s")
    assert imaginome.figure(drawn).layout.title.text == "T"


def test_an_unknown_figure_names_those_that_are_there():
    with pytest.raises(KeyError, match=r"frequency\.lost"):
        imaginome.figure(examples.evaluation(), "frequency.lots")
    with pytest.raises(KeyError, match="none at all"):
        imaginome.figure(Estimate(value=1.0))


def test_pieces_escape_what_they_are_given():
    assert "&lt;b&gt;" in table(["<b>"], [["<i>"]])
    assert "<i>" not in card("<i>", "<i>")


def _colours(part, key: str = "") -> list[str]:
    if isinstance(part, dict):
        return [c for name, value in part.items() for c in _colours(value, name)]
    if isinstance(part, list):
        return [c for value in part for c in _colours(value, key)]
    return [part] if isinstance(part, str) and "color" in key else []


def test_large_results_do_not_flood_a_console():
    evaluation, audit = examples.evaluation(), examples.audit()
    parts = [*evaluation.metrics, *audit.attacks]
    inner = [item for part in parts for item in (*part.figures, *part.tables)]
    assert all(len(repr(part)) < 200 for part in (evaluation, audit, *parts, *inner))
    assert audit.verdict in repr(audit)


def test_a_still_picture_places_numbers_on_its_axes():
    drawn = Figure(
        id="f",
        title=examples.HOSTILE,
        reading="R",
        kind="lines",
        x_label="x",
        y_label="y",
        x_log=True,
        series=[
            Series(name="s", role="real", x=[0.0, 1.0, 10.0, 100.0], y=[9.0, 0.0, None, 2.0]),
            Series(name="t", role="artificial", x=[10.0], y=[1.0]),
        ],
    )
    still = sketch(drawn)
    page = Page(still)
    assert page.tags <= STILL
    assert page.attributes.isdisjoint({"href", "onload", "src"})
    first, second = re.findall(r'points="([^"]*)"', still)
    assert first == f"{LEFT:.1f},{HEIGHT - BOTTOM:.1f} {WIDTH - RIGHT:.1f},{TOP:.1f}"
    x, y = map(float, second.split(","))
    assert x == pytest.approx((LEFT + WIDTH - RIGHT) / 2, abs=0.1), "half way, in decades"
    assert y == pytest.approx((TOP + HEIGHT - BOTTOM) / 2, abs=0.1)


def test_what_cannot_be_sketched_is_left_out():
    kinds = {figure.kind: figure for figure in imaginome.figures(examples.evaluation()).values()}
    assert sketch(kinds["heatmaps"]) == ""
