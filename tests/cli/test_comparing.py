"""``report`` on several folders: one page, names, and one line for what cannot be compared."""

from __future__ import annotations

from tests.support.commands import call, said
from tests.support.compared import left_behind


def test_several_folders_make_one_page(tmp_path):
    a, b = left_behind(tmp_path / "a"), left_behind(tmp_path / "b", 2.0)
    call("report", a, f"second={b}", "-o", tmp_path / "compare.html")
    page = (tmp_path / "compare.html").read_text("utf-8")
    assert '<h1 id="title">a and second</h1>' in page
    call("report", a, b, "-o", tmp_path / "compare.html", code=1)
    call("report", a, b, "-o", tmp_path / "compare.html", "--force")


def test_the_same_name_twice_is_wrong_usage(tmp_path):
    a, b = left_behind(tmp_path / "a"), left_behind(tmp_path / "b")
    result = call("report", f"x={a}", f"x={b}", "-o", tmp_path / "compare.html", code=2)
    assert "two runs are called 'x'" in said(result)
    assert not (tmp_path / "compare.html").exists()


def test_a_folder_without_results_is_named(tmp_path):
    a = left_behind(tmp_path / "a")
    (tmp_path / "empty").mkdir()
    result = call("report", a, tmp_path / "empty", "-o", tmp_path / "compare.html", code=1)
    assert "holds neither metrics.json nor audit.json" in said(result)
