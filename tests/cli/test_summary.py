"""What the terminal shows at the end."""

from __future__ import annotations

from imaginome.cli.summary import print_result
from imaginome.results import Evaluation, MetricResult, PanelSizes


def test_a_skipped_metric_says_why(capsys):
    skipped = MetricResult(
        metric="imputation", name="Imputation", description="d", measures=[], skipped="No Beagle."
    )
    sizes = PanelSizes(train=2, holdout=2, artificial=2, sites=1)
    print_result(Evaluation(version="1", seed=1, sizes=sizes, metrics=[skipped]))
    assert "Imputation was not computed: No Beagle." in capsys.readouterr().err
