"""The page in the hands of a reader: keyboard, files, choices, phone, print."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from imaginome.report.page.page import write_report
from tests.support import examples, whole
from tests.support.driver import DOWN, ENTER, TAB, Browser, browser, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"not on the path: {', '.join(missing())}")
ALL_DRAWN = """
var d = document.documentElement.dataset;
return d.ready && d.figures.split("/")[0] === d.figures.split("/")[1] && d.figures;
"""
PLACE = "document.querySelector('[data-group]').closest('figure').querySelector('.plot')"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("downloads")) as session:
        yield session


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    evaluation = whole.evaluation()
    more = examples.evaluation().metrics
    write_report(
        evaluation.model_copy(update={"metrics": [*evaluation.metrics, *more]}),
        whole.audit(),
        path,
        facts=examples.FACTS,
        history=examples.HISTORY,
    )
    return path.as_uri()


@pytest.mark.parametrize("width", [1400, 390])
def test_every_section_renders_and_nothing_fails(reader: Browser, url: str, width: int) -> None:
    reader.open(f"{url}#all", width, 900)
    assert reader.until(ALL_DRAWN) == "12/12"
    assert reader.run("return document.documentElement.dataset.errors") == "0"
    assert reader.console() == []
    assert reader.run("return performance.getEntriesByType('resource').length") == 0
    assert reader.run("return document.documentElement.scrollWidth - innerWidth") <= 0
    flat = "return [...document.querySelectorAll('main section')].filter(s => s.offsetHeight < 20)"
    assert reader.run(flat) == []
    blank = "return [...document.querySelectorAll('.plot')].filter(p => !p.querySelector('svg'))"
    assert reader.run(blank) == []


def test_figures_speak_and_have_tables(reader: Browser, url: str) -> None:
    reader.open(url)
    dumb = """
    return [...document.querySelectorAll("[role=img], canvas, table, button, select, a, nav")]
      .filter(e => !(e.ariaLabel || e.textContent.trim() || e.labels && e.labels.length));
    """
    assert reader.run(dumb) == []
    untold = "return [...document.querySelectorAll('.plot')].filter(p => p.ariaLabel.length < 30)"
    assert reader.run(untold) == []
    assert reader.run(
        "return document.querySelectorAll('.plot').length"
        " === document.querySelectorAll('.numbers').length"
    )


def test_files_hold_the_figure(reader: Browser, url: str) -> None:
    reader.open(f"{url}#all")
    reader.until(ALL_DRAWN)
    press = "document.querySelector('.figure [data-save=' + arguments[0] + ']').click()"
    for kind in ("png", "svg", "csv"):
        reader.run(press, kind)
    assert reader.file("imaginome-frequency-lost.png").startswith(b"\x89PNG")
    svg = reader.file("imaginome-frequency-lost.svg")
    assert svg.startswith(b"<svg") and b"<img" not in svg and b"<script" not in svg
    text = reader.file("imaginome-frequency-lost.csv").decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == [
        "series",
        f"frequency {examples.HOSTILE}",
        "share lost",
        "95% low",
        "95% high",
    ]
    assert rows[1][1:] == ["0-1%", "0.4", "0.36", "0.45"]
    assert [row[1] for row in rows[3:5]] == [examples.HOSTILE, examples.HOSTILE_LINK]


def test_bibtex_is_saved(reader: Browser, url: str) -> None:
    reader.open(url)
    reader.run("document.querySelector('[data-bibtex=save]').click()")
    assert reader.file("imaginome.bib").startswith(b"@article{yelmen2021,")


def test_the_reader_chooses_a_population(reader: Browser, url: str) -> None:
    reader.open(f"{url}#all")
    reader.until(ALL_DRAWN)
    shown = f"return {PLACE}.data.map(t => t.meta && t.meta.group || '')"
    assert set(reader.run(shown)) == {"everyone", ""}
    reader.run("document.querySelector('[data-group]').focus()")
    reader.press(DOWN)
    reader.until(f"return {PLACE}.dataset.group === '1'")
    reader.until(f"return {PLACE}.data.every(t => !t.meta || t.meta.group !== 'everyone')")
    assert reader.run("return document.documentElement.dataset.errors") == "0"
    option = "return document.querySelectorAll('[data-group] option')[1].textContent"
    assert reader.run(option) == examples.HOSTILE


def test_the_keyboard_reaches_everything(reader: Browser, url: str) -> None:
    reader.open(url)
    reader.press(TAB)
    assert reader.focus().startswith("Skip to the content")
    reader.press(ENTER)
    assert reader.run("return location.hash") == "#main"
    reader.open(url)
    reader.press(TAB, TAB, TAB)
    assert "Colours: as the system" in reader.focus()
    reader.press(ENTER, ENTER)
    assert reader.run("return document.documentElement.dataset.theme") == "dark"
    reader.run("document.querySelector('nav summary').focus()")
    reader.press(ENTER, TAB)
    first = "document.querySelector('nav details a')"
    assert reader.run(f"return document.activeElement === {first}")
    reader.press(ENTER)
    assert reader.run(f"return location.hash === {first}.getAttribute('href')")


def test_numbers_open_by_keyboard(reader: Browser, url: str) -> None:
    reader.open(url)
    reader.run("document.querySelector('.numbers summary').focus()")
    reader.press(ENTER)
    rows = reader.until("return document.querySelectorAll('.numbers tbody tr').length")
    assert rows == 8


def test_print_is_light_and_whole(reader: Browser, url: str) -> None:
    reader.open(url)
    reader.run("document.documentElement.dataset.theme = 'dark'")
    reader.run("window.dispatchEvent(new Event('beforeprint'))")
    assert reader.until(ALL_DRAWN) == "12/12"
    dark = "return document.querySelectorAll('.plot:not([data-drawn^=light])').length"
    assert reader.run(dark) == 0
    reader.develop("Emulation.setEmulatedMedia", media="print")
    assert reader.run("return getComputedStyle(document.querySelector('nav')).display") == "none"
    paper = "return getComputedStyle(document.documentElement).getPropertyValue('--card').trim()"
    assert reader.run(paper) == "#fff"
    reader.develop("Emulation.setEmulatedMedia", media="")
