import re

import pytest

from imaginome.privacy.audit import audit
from imaginome.report.datasheet import datasheet, escape
from imaginome.results import (
    AreaVerdict,
    Detection,
    Estimate,
    Evaluation,
    Leak,
    Measure,
    MetricResult,
    PanelSizes,
    Power,
)
from tests.support.leaks import random_comparison

HOSTILE = "x | y](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n# Verdict: PASS `z` **b**"


@pytest.fixture(scope="module")
def made():
    return audit(random_comparison((12, 12, 12), 40))


def evaluation() -> Evaluation:
    measure = Measure(
        id="frequency.mae",
        name="mean error",
        artificial=Estimate(value=0.01, low=0.005, high=0.02),
        ceiling=Estimate(value=None),
        key=True,
    )
    metric = MetricResult(metric="frequency", name="f", description="d", measures=[measure])
    sizes = PanelSizes(train=12, holdout=12, artificial=12, sites=40)
    return Evaluation(version="1", seed=1, sizes=sizes, metrics=[metric])


def test_says_what_a_committee_needs(made):
    sheet = datasheet(evaluation(), made, {"Trained on": "panel.vcf.gz", "Model": "hmm"})
    assert sheet.index("Trained on") < sheet.index("Model")
    for finding in (f for attack in made.attacks for f in attack.findings):
        assert escape(finding.name) in sheet
    for line in made.not_tested:
        assert escape(line) in sheet
    assert "no proof" in sheet
    assert "not anonymous" in sheet
    assert "| 0.01 (0.005 to 0.02) | not computed |" in sheet
    assert "\\-" not in sheet
    assert sheet == datasheet(evaluation(), made, {"Trained on": "panel.vcf.gz", "Model": "hmm"})


def detection(leak: str, found: bool) -> Detection:
    strength = Estimate(value=0.9, low=0.8, high=1.0)
    status = "fail" if found else "pass"
    return Detection(
        attack="copies", leak=leak, finding="f", strength=strength, status=status, found=found
    )


@pytest.fixture
def shown(made):
    planted = [
        Leak(id=name, name=name.title(), description="d", planted=2, weakest=name == "tiny")
        for name in ("copy", "tiny")
    ]
    found = [detection("copy", True), detection("tiny", False)]
    power = Power(
        sizes=made.sizes,
        leaks=planted,
        detections=found,
        safe=[detection("", False)],
        notes=["Half of everyone."],
    )
    return made.model_copy(update={"power": power})


def test_says_what_attacks_would_find(shown):
    sheet = datasheet(None, shown, {})
    assert "| attack | nobody's | copy | tiny |" in sheet
    assert "| copies | quiet | found: 0.9 (0.8 to 1) | no: 0.9 (0.8 to 1) |" in sheet
    assert "| tiny (Tiny, may be missed) | 2 | d |" in sheet
    assert "Of the leaks planted here it finds: copy." in sheet
    assert "Of the leaks planted here it finds: none." in sheet
    assert "Half of everyone." in sheet


def test_false_alarms_are_told(shown):
    power = shown.power.model_copy(update={"safe": [detection("", True)]})
    assert "| FALSE ALARM |" in datasheet(None, shown.model_copy(update={"power": power}), {})


def test_says_when_power_is_not_known(made):
    assert "12 people; power can be shown from 40 on" in datasheet(None, made, {})
    without = made.model_copy(update={"power": None})
    assert "nothing that was not found may count as absent" in datasheet(None, without, {})


def test_says_the_verdict_of_each_area_and_of_the_model(made):
    sheet = datasheet(None, made, {})
    for one in made.areas:
        assert f"| {one.area} | {one.verdict} |" in sheet
    assert "| the model file | unknown | It was not attacked" in sheet
    model = AreaVerdict(area="the model file", verdict="fail", reasons=["It knows."])
    attacked = made.model_copy(update={"model": model})
    assert "| the model file | fail | It knows. |" in datasheet(None, attacked, {})


def test_no_guarantee_is_said(made):
    assert "nothing is promised" in datasheet(None, made, {"Model": "hmm"})
    given = datasheet(None, made, {"Model": "hmm", "Guarantee": "epsilon 1"})
    assert "nothing is promised" not in given
    assert "| Guarantee | epsilon 1 |" in given


def test_a_skipped_metric_says_why(made):
    found = evaluation()
    skipped = MetricResult(
        metric="imputation",
        name="Imputation",
        description="d",
        measures=[],
        skipped="No <b>Beagle.",
    )
    both = found.model_copy(update={"metrics": [*found.metrics, skipped]})
    sheet = datasheet(both, made, {})
    assert "- Imputation was not computed: No \\<b\\>Beagle." in sheet
    assert "not computed:" not in datasheet(found, made, {})


def test_hostile_text_stays_text(made):
    sheet = datasheet(None, made, {HOSTILE: HOSTILE})
    assert "<img" not in sheet.replace("\\<", "")
    assert not re.search(r"^# Verdict", sheet, re.MULTILINE)
    rows = [line for line in sheet.splitlines() if "javascript" in line]
    assert len(rows) == 1
    assert len(re.findall(r"(?<!\\)\|", rows[0])) == 3
    assert not re.search(r"(?<!\\)[<>`\[\]]", rows[0])
