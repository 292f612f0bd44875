"""Why this model: the section of the report, and its absence."""

from __future__ import annotations

from imaginome.report.page.page import compared_table, render_report
from imaginome.results import Choice, Compared

ROWS = [
    Compared(
        model="hmm",
        settings=["clusters=64"],
        tried_as=["clusters=64"],
        rounds=2,
        ratios={"linkage": 1.25, "structure": 1.5},
        score=1.369,
        log_likelihood=-57.5,
        fit_seconds=65.0,
        seconds=41.5,
        chosen=True,
    ),
    Compared(model="rbm", settings=[], tried_as=[], struck="<b>too slow</b>", fit_seconds=900.0),
]
CHOICE = Choice(
    version="0",
    seed=1,
    budget=600.0,
    model="hmm",
    settings=["clusters=64"],
    reason="nearest to held-out people.",
    compared=ROWS,
    rounds=2,
    individuals=1252,
    sites=700,
    all_sites=10_000,
    predicted_seconds=280.0,
    seconds=270.0,
    notes=["two of three rounds"],
)


def test_a_row_for_each_with_its_fate():
    table = compared_table(CHOICE)
    assert all(len(row) == len(table.columns) for row in table.rows)
    first, second = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    assert (first["Model"], first["Outcome"]) == ("hmm clusters=64", "chosen")
    assert first["linkage, multiple of ceiling"] == 1.25
    assert second["Outcome"] == "<b>too slow</b>"
    assert second["Score"] is None


def test_the_page_says_why_and_escapes_it():
    page = render_report(None, None, choice=CHOICE)
    assert 'href="#choice"' in page
    assert "nearest to held-out people." in page
    assert "two of three rounds" in page
    assert "&lt;b&gt;too slow&lt;/b&gt;" in page
    assert "<b>too slow</b>" not in page


def test_without_a_choice_there_is_no_section():
    assert 'id="choice"' not in render_report(None, None)


def test_without_times_the_choice_is_the_same_bytes():
    later = CHOICE.model_copy(update={"seconds": 999.0}).timeless()
    assert later.model_dump_json() == CHOICE.timeless().model_dump_json()
    assert "270" not in CHOICE.timeless().model_dump_json()
    assert 'id="choice"' in render_report(None, None, choice=later)
