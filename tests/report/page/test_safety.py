"""What planted leaks show, risky records, and the order of sections."""

from __future__ import annotations

from imaginome.report.page.page import cited, render_report
from imaginome.report.page.parts import attack_parts, metric_parts, power_view, risky_records
from imaginome.report.page.sections import Places, attack_section
from imaginome.results.summary import key_figures
from tests.support import examples, whole
from tests.support.whole import YELMEN_2021


def test_metrics_go_by_topic_and_the_topics_own_metric_leads() -> None:
    parts = metric_parts(whole.evaluation(), Places())
    found = [(part.title, [section.name for section in part.sections]) for part in parts]
    assert found == [
        ("Frequencies", ["Frequency"]),
        ("Structure", ["Structure", "Ancestry"]),
        ("Haplotypes", ["Haplotypes"]),
        ("Other measures", ["Novel"]),
    ]


def test_attacks_go_by_area_and_those_with_the_model_come_last() -> None:
    parts = attack_parts(whole.audit(), Places())
    assert [part.title for part in parts] == ["Membership", "Singling out", "With the model file"]
    assert [part.status for part in parts] == ["pass", "fail", "unknown"]


def test_the_mark_of_an_area_is_the_verdict_on_it_and_a_pass_needs_half_of_the_key_findings() -> (
    None
):
    audit = whole.audit()
    unknown = audit.areas[0].model_copy(update={"verdict": "unknown"})
    parts = attack_parts(audit.model_copy(update={"areas": [unknown]}), Places())
    assert [part.status for part in parts] == ["unknown", "fail", "unknown"]
    membership = next(r for r in audit.attacks if r.attack == "membership")
    passed = membership.findings[0].model_copy(update={"status": "pass", "key": True})
    open_ = passed.model_copy(update={"status": "unknown"})
    for findings, status in (
        ([passed, open_], "pass"),
        ([passed, open_, open_], "unknown"),
        ([passed, open_.model_copy(update={"key": False})], "pass"),
        ([], "unknown"),
    ):
        result = membership.model_copy(update={"findings": findings})
        assert attack_section(result, Places()).status == status


def test_the_matrix_says_what_was_found_and_who_has_no_power() -> None:
    view = power_view(whole.audit())
    assert view is not None
    assert [leak.id for leak in view.leaks] == ["copy", "mosaic-50"]
    assert (view.by_any, view.alarms) == ([1, 0], 1)
    membership, segments = view.rows
    assert [cell.found for cell in membership.cells] == [True, False, False]
    assert "found; AUC 0.93 [0.910, 0.950]" in membership.cells[0].words
    assert [cell.found for cell in segments.cells] == [False, None, True]
    assert "not looked for" in segments.cells[1].words
    assert (membership.powerless, segments.powerless) == (False, True)
    assert view.powerless == {"attack-segments"}
    assert render_report(None, whole.audit()).count("No power here: this attack") == 1
    assert power_view(examples.audit()) is None
    assert power_view(None) is None


def test_risky_records_come_worst_first_and_only_those_that_are_named() -> None:
    risky = risky_records(whole.audit())
    assert [record.sample for _, record in risky.rows] == ["IMG000001", "IMG000002"]
    assert risky.flagged == 2
    page = render_report(None, whole.audit())
    assert "IMG000001" in page and "IMG3" not in page
    assert "15:1,000–2,000" in page


def test_what_was_not_looked_at_is_said() -> None:
    page = render_report(None, examples.audit())
    assert "No leak was planted" in page
    assert "the attack on records was not run" in page
    assert "The model file was not attacked" not in page  # No area was judged either.
    areas = whole.audit().model_copy(update={"model": None})
    assert "The model file was not attacked" in render_report(None, areas)


def test_key_figures_leave_out_attacks_with_the_model() -> None:
    chosen = key_figures(examples.evaluation(), whole.audit(), count=4)
    assert [f.row.id for f in chosen] == [
        "frequency.mae",
        "linkage.mae",
        "linkage.bias",
        "segments.auc",
    ]
    both = key_figures(None, whole.audit(), count=2)
    assert [f.row.id for f in both] == ["segments.auc", "membership.auc"]


def test_hostile_names_stay_text() -> None:
    audit = whole.audit()
    record = whole.record(examples.HOSTILE, 0.01).model_copy(update={"contig": examples.HOSTILE})
    named = [a.model_copy(update={"records": [record]}) for a in audit.attacks]
    page = render_report(
        whole.evaluation(),
        audit.model_copy(update={"attacks": named}),
        citations={examples.HOSTILE: examples.HOSTILE},
    )
    assert examples.HOSTILE not in page
    assert "<img src=x" not in page
    assert page.count("&lt;/script&gt;&lt;img src=x") > 5


def test_references_carry_bibtex_once() -> None:
    found = cited(whole.evaluation(), examples.audit(), None)
    assert [(r.text, r.bibtex) for r in found] == [(YELMEN_2021.text(), YELMEN_2021.bibtex())]
    own = cited(whole.evaluation(), None, None, {"The model": "@misc{model}"})
    assert [r.text for r in own] == ["The model", YELMEN_2021.text()]
    page = render_report(whole.evaluation(), None)
    assert page.count("@article{yelmen2021,") == 1
