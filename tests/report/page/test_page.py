"""The page as text: complete, closed to the outside, and the same each time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from imaginome.errors import OutputError
from imaginome.report.page.page import render_report, write_report
from tests.support import examples
from tests.support.page import Elements


@pytest.fixture(scope="module")
def page() -> str:
    return render_report(
        examples.evaluation(), examples.audit(), facts=examples.FACTS, history=examples.HISTORY
    )


def test_page_is_small_and_deterministic(page: str) -> None:
    again = render_report(
        examples.evaluation(), examples.audit(), facts=examples.FACTS, history=examples.HISTORY
    )
    assert page == again
    assert len(page.encode()) < 10_000_000


def test_no_element_reaches_outside(page: str) -> None:
    for tag, attributes in Elements(page).found:
        assert tag not in {"img", "iframe", "object", "embed", "base"}
        for name in ("src", "srcset", "action", "data", "poster"):
            assert name not in attributes, (tag, attributes)
        href = attributes.get("href")
        assert href is None or href.startswith("#") or href == "data:,"
        assert not [name for name in attributes if name.startswith("on")]
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert style and "url(" not in style[1] and "@import" not in style[1]


def test_hostile_names_stay_text(page: str) -> None:
    assert examples.HOSTILE not in page
    assert "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;" in page
    assert page.count("</script>") == 4
    assert "<img src=x" not in page and examples.HOSTILE_LINK not in page


def test_policy_allows_only_the_own_scripts(page: str) -> None:
    policy = next(a["content"] for t, a in Elements(page).found if a.get("http-equiv"))
    assert policy is not None
    assert "default-src 'none'" in policy
    scripts = next(part for part in policy.split(";") if "script-src" in part)
    assert "unsafe" not in scripts and scripts.count("sha256-") == 3


def test_every_figure_has_data_and_every_link_a_target(page: str) -> None:
    elements = Elements(page).found
    ids = [a["id"] for _, a in elements if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {a["href"] for t, a in elements if t == "a"}
    assert {target[1:] for target in targets if target} <= set(ids)
    text = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert text
    data = json.loads(text[1])
    places = {a["data-figure"] for _, a in elements if "data-figure" in a}
    assert len(places) == 8
    assert places <= set(data["figures"])


def test_what_is_missing_is_said(page: str) -> None:
    assert "every site of the artificial panel is constant" in page
    assert "too few people for a rate this small" in page
    assert "There is nothing to draw" in page
    assert "Frequency attack (Homer 2008)" in page
    empty = render_report(None, None)
    assert "No metric was computed" in empty
    assert "No attack was tried" in empty
    assert "No training curve was recorded" in empty


def test_only_one_half_is_drawn_too() -> None:
    assert "Segment copying" in render_report(None, examples.audit())
    assert "Linkage disequilibrium" in render_report(examples.evaluation(), None)


def test_an_existing_page_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(None, None, path)
    with pytest.raises(OutputError, match="exists already"):
        write_report(None, None, path)
    write_report(examples.evaluation(), None, path, force=True)
    assert "Linkage disequilibrium" in path.read_text("utf-8")
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_skipped_metric_says_why() -> None:
    evaluation = examples.evaluation()
    reason = f"Beagle was not found: apt install beagle {examples.HOSTILE}"
    first = evaluation.metrics[0].model_copy(
        update={"measures": [], "figures": [], "tables": [], "skipped": reason}
    )
    text = render_report(evaluation.model_copy(update={"metrics": [first]}), None)
    assert "Not computed: Beagle was not found: apt install beagle" in text
    assert examples.HOSTILE not in text
    assert "Nothing was computed here" not in text
