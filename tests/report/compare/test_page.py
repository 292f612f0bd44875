"""Several sets on one page: who may be compared, what is laid over what, hostile names."""

from __future__ import annotations

import json
import re

import pytest

from imaginome.errors import FormatError, OutputError, SettingsError
from imaginome.report.compare.frontier import beaten_by, frontier_figures, frontier_table
from imaginome.report.compare.ground import ground
from imaginome.report.compare.overlay import overlay
from imaginome.report.compare.page import render_comparison, report_folders
from imaginome.report.compare.rank import overalls
from imaginome.report.compare.read import named_folder, read_entries
from imaginome.report.figures.draw import specification
from imaginome.report.figures.series import Drawn, SetSeries
from imaginome.results import Estimate, PanelSizes, Series
from tests.support import examples
from tests.support.compared import HOSTILE, entry, left_behind, with_axes
from tests.support.page import Elements


@pytest.fixture(scope="module")
def page() -> str:
    return render_comparison(
        [entry("one"), entry(HOSTILE, 2.0), entry("no audit", 3.0, audit=None, facts={})]
    )


# ---- which sets ---------------------------------------------------------------------------


def test_folders_and_names_are_read(tmp_path):
    a, b = left_behind(tmp_path / "a"), left_behind(tmp_path / "b", 2.0)
    one, two = read_entries([str(a), f"the second={b}"])
    assert (one.name, two.name) == ("a", "the second")
    assert (one.seconds["fit"], one.memory, one.panel) == (12.0, 512.0, "ab" * 32)
    assert two.measures["frequency.mae"].artificial.value == pytest.approx(0.033)


def test_a_folder_with_an_equals_sign_is_a_folder(tmp_path):
    folder = left_behind(tmp_path / "steps=3")
    assert named_folder(str(folder)) == ("steps=3", folder)


def test_nonsense_is_refused(tmp_path):
    a, b = left_behind(tmp_path / "a"), left_behind(tmp_path / "b")
    for words, said in (
        ([f"x={a}", f"x={b}"], "called 'x'"),
        ([str(a), f"x={a}"], "there twice"),
        ([str(a), f"={b}"], "names no folder"),
        ([str(a), "x="], "names no folder"),
        ([str(a), f"{'x' * 99}={b}"], "cannot name a run"),
        ([str(a), f"a\nb={b}"], "cannot name a run"),
        ([str(a)] * 13, "do not fit"),
    ):
        with pytest.raises(SettingsError, match=said):
            read_entries(words)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="holds neither"):
        read_entries([str(a), str(tmp_path / "empty")])
    with pytest.raises(FormatError, match="there is no folder"):
        read_entries([str(a), str(tmp_path / "nowhere")])


def test_one_folder_is_the_report_of_one(tmp_path):
    folder = left_behind(tmp_path / ("a" * 60))
    report_folders([str(folder)], tmp_path / "one.html")
    report_folders([f"x={folder}"], tmp_path / "named.html")
    one = (tmp_path / "one.html").read_text("utf-8")
    assert "Report on an artificial panel" in one
    assert one == (tmp_path / "named.html").read_text("utf-8")


def test_an_existing_page_is_refused_and_no_path_is_shown(tmp_path):
    words = [str(left_behind(tmp_path / "a")), str(left_behind(tmp_path / "b", 2.0))]
    report_folders(words, tmp_path / "c.html")
    with pytest.raises(OutputError, match="exists already"):
        report_folders(words, tmp_path / "c.html")
    report_folders(words, tmp_path / "c.html", force=True)
    text = (tmp_path / "c.html").read_text("utf-8")
    assert "secret" not in text
    assert str(tmp_path) not in text


# ---- whether they can be compared ------------------------------------------------------------


def sized(one, **changes):
    sizes = PanelSizes(**{**examples.SIZES.model_dump(), **changes})
    for result in (one.evaluation, one.audit):
        if result is not None:
            result.sizes = sizes
    return one


def other_people(one):
    for measure in one.measures.values():
        if measure.ceiling.value is not None:
            measure.ceiling = Estimate(value=measure.ceiling.value * 1.01)
    return one


def test_the_same_people_can_be_compared():
    found = ground([entry("a", panel="x"), entry("b", 3.0, panel="y")])
    # Another file with the same people: its SHA-256 is told, the ceilings decide.
    assert found.status == "caution"
    assert ground([entry("a"), entry("b", 3.0)]).status == "pass"
    assert "same people" in " ".join(ground([entry("a"), entry("b", 3.0)]).lines)


def test_other_sites_cannot_be_ranked():
    found = ground([entry("a"), sized(entry("b"), sites=9)])
    assert (found.status, found.ranked) == ("fail", False)
    assert "10,000 (a), 9 (b)" in found.lines[0]


def test_other_people_ask_for_caution():
    found = ground([entry("a"), other_people(entry("b"))])
    assert (found.status, found.ranked) == ("caution", True)
    assert "Ceilings differ (0 of 4 agree)" in found.lines[0]
    other = ground([entry("a", panel="x"), other_people(entry("b", panel="y"))])
    assert other.status == "fail"


def test_what_is_not_known_is_said():
    found = ground([entry("a", evaluation=None), entry("b", evaluation=None, facts={})])
    assert found.status == "caution"
    text = " ".join(found.lines)
    assert "Not evaluated: no metrics.json (a, b)" in text
    assert "How b came about was not recorded" in text
    late = ground([entry("a"), sized(entry("b"), artificial=7)])
    assert "numbers of artificial individuals: 1,252 (a), 7 (b)" in " ".join(late.lines)


# ---- curves -----------------------------------------------------------------------------------


def drawn(worse=(1.0, 2.0), figure=examples.lines_figure):
    found = []
    for place, factor in enumerate(worse):
        made = figure()
        for series in made.series:
            if series.role == "artificial":
                series.y = [v * factor if isinstance(v, float) else v for v in series.y]
        found.append(Drawn(place, f"set{place}", made))
    return found


def test_curves_of_populations_are_chosen_and_real_people_drawn_once():
    found = overlay(drawn(), alike=True)
    names = [(s.name, s.group, s.role) for s in found.series]
    assert names == [
        ("AFR, real", "AFR", "holdout"),
        ("EUR, real", "EUR", "holdout"),
        ("set0", "AFR", "artificial"),
        ("set0", "EUR", "artificial"),
        ("set1", "AFR", "artificial"),
        ("set1", "EUR", "artificial"),
    ]
    assert found.series[4].y == [v * 2 for v in found.series[2].y]
    assert all(s.low is None for s in found.series if isinstance(s, SetSeries))


def test_curves_of_every_kind_have_a_choice():
    x, y = [1.0, 2.0], [0.1, 0.2]
    names = ("artificial", "few real + artificial", "few real")
    roles = ("artificial", "artificial", "baseline")
    made = examples.lines_figure().model_copy(
        update={
            "series": [
                Series(name=n, role=r, x=list(x), y=list(y))
                for n, r in zip(names, roles, strict=True)
            ]
        }
    )
    found = overlay([Drawn(0, "a", made), Drawn(1, "b", made)], alike=True).series
    assert [(s.name, s.group) for s in found] == [
        ("few real", ""),
        ("a", "artificial"),
        ("a", "few real +"),
        ("b", "artificial"),
        ("b", "few real +"),
    ]


def test_other_real_people_are_drawn_for_each_set():
    two = drawn()
    for series in two[1].figure.series:
        series.y = [v * 1.5 if isinstance(v, float) else v for v in series.y]
    names = [s.name for s in overlay(two, alike=False).series]
    assert names.count("AFR, real of set0") == names.count("AFR, real of set1") == 1
    same = [s.name for s in overlay(drawn(), alike=False).series]
    assert same.count("AFR, real") == 1


def test_a_set_keeps_its_colour_line_and_marker():
    whole = specification(overlay(drawn((1.0, 2.0, 3.0)), alike=True))["data"]
    part = specification(overlay(drawn((1.0, 2.0, 3.0))[1:], alike=True))["data"]

    def looks(data, name):
        return {
            (t["line"]["color"], t["line"]["dash"], t["marker"]["symbol"])
            for t in data
            if t["name"] == name
        }

    for name in ("set1", "set2"):
        assert len(looks(whole, name)) == 1
        assert looks(whole, name) == looks(part, name)
    many = [SetSeries(place=i, name=str(i), x=[1.0], y=[1.0]) for i in range(12)]
    assert len({(s.colour, s.dash) for s in many}) == 12
    assert len({(s.dash, s.symbol) for s in many}) == 12


def test_of_attacks_only_what_is_the_same_is_shared():
    two = drawn(figure=examples.roc_figure)
    for one in two:
        guess = Series(name="guessing", role="baseline", x=[0.001, 1.0], y=[0.001, 1.0])
        one.figure.series.append(guess)
    found = overlay(two, alike=True, attack=True)
    assert [s.name for s in found.series] == ["guessing", "set0", "set1"]


def test_bars_become_points():
    found = overlay(drawn(figure=examples.bars_figure), alike=True)
    assert found.kind == "points"
    assert [s.name for s in found.series if isinstance(s, SetSeries)] == ["set0", "set1"]


def test_maps_keep_their_places_where_a_set_has_no_populations():
    def grouped(groups):
        made = examples.heatmap_figure()
        made.series = [s.model_copy(update={"group": g}) for g in groups for s in made.series]
        return made

    two = [
        Drawn(0, "plain", grouped([""])),
        Drawn(1, "labelled", grouped(["everyone", "AFR"])),
    ]
    found = overlay(two, alike=True).series
    assert [s.name for s in found] == ["Real people", "plain", "labelled"] * 2
    assert [s.group for s in found] == ["everyone"] * 3 + ["AFR"] * 3
    empty = [all(v is None for row in s.z for v in row) for s in found]
    assert empty == [False, False, False, False, True, False]


def test_maps_of_other_populations_share_their_labels():
    """Axes with other labels in each map would stop the drawing of the page."""

    def of(labels, place):
        z = [[10.0 * place + i for _ in labels] for i in range(len(labels))]
        series = Series(name="artificial", role="artificial", x=list(labels), y=list(labels), z=z)
        return Drawn(
            place,
            f"set{place}",
            examples.heatmap_figure().model_copy(update={"series": [series], "diagonal": False}),
        )

    one, two = overlay([of(["AFR", "EUR"], 0), of(["EUR", "SAS"], 1)], alike=True).series
    assert one.x == two.x == one.y == two.y == ["AFR", "EUR", "SAS"]
    assert one.z == [[0, 0, None], [1, 1, None], [None] * 3]
    assert two.z == [[None] * 3, [None, 10, 10], [None, 11, 11]]


# ---- realism against leakage ------------------------------------------------------------------


def test_the_frontier_and_who_is_beaten():
    entries = [with_axes("good", 1, 0.5), with_axes("leaky", 1, 0.8), with_axes("poor", 3, 0.8)]
    overall = overalls(entries, ranked=True)
    table = frontier_table(entries, overall)
    assert [row[-1] for row in table.rows] == ["none", "none", "good"]
    figure = frontier_figures(entries, overall)[0]
    real, *sets = figure.series
    assert (real.x, real.y) == ([0.5], [1.0])
    assert [s.x for s in sets] == [[0.5], [0.8], [0.8]]
    trace = next(t for t in specification(figure)["data"] if t["name"] == "poor")
    assert trace["error_x"]["array"] == pytest.approx([0.02])
    assert trace["error_y"]["array"][0] > 0


def test_overlapping_intervals_beat_nobody():
    entries = [with_axes("a", 1, 0.5), with_axes("b", 3, 0.53)]
    table = frontier_table(entries, overalls(entries, ranked=True))
    assert [row[-1] for row in table.rows] == ["none", "none"]
    assert beaten_by([]) == {}


# ---- the page ----------------------------------------------------------------------------------


def test_the_page_is_small_closed_and_deterministic(page):
    entries = [entry("one"), entry(HOSTILE, 2.0), entry("no audit", 3.0, audit=None, facts={})]
    assert render_comparison(entries) == page
    assert len(page.encode()) < 10_000_000
    for tag, attributes in Elements(page).found:
        assert tag not in {"img", "iframe", "object", "embed", "base"}
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        href = attributes.get("href")
        assert href is None or href.startswith("#") or href == "data:,"


def test_hostile_names_stay_text(page):
    assert "<img src=x" not in page
    assert HOSTILE not in page
    assert page.count("</script>") == 4
    assert "&lt;img src=x onerror=1&gt;" in page


def test_links_and_figures_have_targets(page):
    elements = Elements(page).found
    ids = [a["id"] for _, a in elements if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {a["href"] for t, a in elements if t == "a"}
    assert {target[1:] for target in targets if target} <= set(ids)
    text = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert text
    places = {a["data-figure"] for _, a in elements if "data-figure" in a}
    assert places
    assert places <= set(json.loads(text[1])["figures"])


def test_what_is_missing_is_said(page):
    assert "Not audited: no audit.json (no audit)" in page
    assert "Not computed for no audit." in page
    assert "How these were made was not recorded: no audit." in page
    nothing = render_comparison([entry("a", evaluation=None), entry("b", evaluation=None)])
    assert "there is no ranking" in nothing
    assert "No metric was computed." in nothing


def test_sets_stand_in_the_order_of_their_rank():
    text = render_comparison([entry("worst", 9.0), entry("best"), entry("middle", 3.0)])
    ranking = text[text.index("ranking-title") : text.index('id="frontier"')]
    places = [ranking.index(f'<th scope="row">{name}<') for name in ("best", "middle", "worst")]
    assert places == sorted(places)


def test_sets_on_other_sites_get_no_rank():
    text = render_comparison([entry("a"), sized(entry("b", 3.0), sites=9)])
    assert "No ranks are given" in text
    assert 'class="rank"' not in text
