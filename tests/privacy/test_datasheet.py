import re

import pytest
from leaks import random_comparison

from imaginome.privacy.audit import audit
from imaginome.privacy.datasheet import datasheet, escape
from imaginome.results import Estimate, Evaluation, Measure, MetricResult, PanelSizes

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
