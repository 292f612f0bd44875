"""What a scientist types: generators by class, results by id and as tables, nothing in the way."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pytest

import imaginome
from imaginome.errors import ModelError, UnknownIdError, UnknownKeyError
from imaginome.results import (
    AttackResult,
    Audit,
    Estimate,
    Evaluation,
    Finding,
    Measure,
    MetricResult,
    PanelSizes,
)

SIZES = PanelSizes(train=30, holdout=30, artificial=30, sites=120)


def evaluation() -> Evaluation:
    error = Measure(
        id="linkage.mae",
        name="LD r2, mean absolute error",
        best=0.0,
        artificial=Estimate(value=0.2, low=0.1, high=0.3),
        ceiling=Estimate(value=0.1, low=0.05, high=0.2),
    )
    about = {"name": "x", "description": "X."}
    metrics = [
        MetricResult(metric="linkage", measures=[error], **about),
        MetricResult(metric="three-point", measures=[], skipped="too few sites", **about),
    ]
    return Evaluation(version="0", seed=1, sizes=SIZES, metrics=metrics)


def audit() -> Audit:
    finding = Finding(
        id="frequency.auc",
        name="AUC",
        strength=Estimate(value=0.5, low=0.4, high=0.6),
        baseline=0.5,
        status="pass",
    )
    attack = AttackResult(attack="frequency", name="x", description="X.", findings=[finding])
    parts = {"version": "0", "seed": 1, "sizes": SIZES, "verdict": "pass", "reasons": []}
    return Audit(attacks=[attack], not_tested=[], **parts)


def test_every_generator_is_public_under_its_own_name():
    for kind in imaginome.all_models:
        assert getattr(imaginome, kind.__name__) is kind
        assert kind.__name__ in imaginome.__all__


def test_every_public_name_exists_and_none_is_a_module():
    modules = {module.name for module in iter_modules(imaginome.__path__)}
    for name in imaginome.__all__:
        assert hasattr(imaginome, name)
        assert name in dir(imaginome)
        assert name not in modules, "the module would take its place once it is imported"


def test_registries_stay_when_modules_are_imported():
    import_module("imaginome.metrics.items.linkage")
    assert "linkage" in imaginome.all_metrics.ids()
    assert imaginome.all_models.get("hmm") is imaginome.Hmm
    assert {"copies"} <= set(imaginome.all_attacks.ids())
    assert {"copy"} <= set(imaginome.all_leaks.ids())
    assert {"vcf"} <= set(imaginome.all_formats.ids())


def test_one_line_from_panel_to_people(panel):
    drawn = imaginome.Markov(order=5).fit(panel, seed=1).sample(8, seed=1)
    assert drawn.n_individuals == 8
    by_id = imaginome.fit(imaginome.create("markov", order=5), panel, seed=1).sample(8, seed=1)
    assert np.array_equal(drawn.haplotypes, by_id.haplotypes)


def test_a_generator_loads_its_own_models_only(panel, tmp_path):
    model = imaginome.Independent().fit(panel)
    model.save(tmp_path / "model")
    again = imaginome.Independent.load(tmp_path / "model")
    assert np.array_equal(model.sample(3, 1).haplotypes, again.sample(3, 1).haplotypes)
    with pytest.raises(ModelError, match="of independent, not of markov"):
        imaginome.Markov.load(tmp_path / "model")


def test_abilities_depend_on_settings():
    assert "population" in imaginome.Gan().abilities
    assert not imaginome.Gan(preset="yelmen2021").abilities
    assert "population" in imaginome.Gan.capabilities


def test_results_by_id():
    found = evaluation()
    assert found["linkage"].measures[0] is found["linkage.mae"]
    assert found["three-point"].skipped
    assert "linkage.mae" in found
    assert "linkage.m" not in found
    attacked = audit()
    assert attacked["frequency"].findings[0] is attacked["frequency.auc"]
    assert attacked["frequency.auc"].strength.value == 0.5


def test_a_wrong_id_names_the_nearest():
    with pytest.raises(UnknownIdError, match=r"^this evaluation holds no 'linkage.mea': nearest"):
        evaluation()["linkage.mea"]
    with pytest.raises(KeyError, match=r"^this audit holds no 'frequency.au': .*frequency.auc"):
        audit()["frequency.au"]
    with pytest.raises(UnknownKeyError, match=r"three-point was not computed: too few sites"):
        evaluation()["three_point.r"]


def test_results_as_tables():
    pytest.importorskip("pandas")
    frame = evaluation().to_frame()
    expected = "metric measure name unit artificial low high ceiling ceiling_low ceiling_high best"
    assert list(frame.columns) == expected.split()
    row = frame.set_index("measure").loc["linkage.mae"]
    assert (row.artificial, row.low, row.ceiling_high, row.best) == (0.2, 0.1, 0.2, 0.0)
    frame = audit().to_frame()
    assert frame.strength.tolist() == [0.5]
    assert frame.control.dtype == np.float64
    assert np.isnan(frame.control[0])
    assert frame.status.tolist() == ["pass"]
    empty = evaluation().model_copy(update={"metrics": []}).to_frame()
    assert list(empty.columns) == expected.split()


def test_without_pandas_tables_say_what_to_install():
    code = """
import sys
sys.modules["pandas"] = None
from imaginome.errors import MissingPackageError
from imaginome.results import Evaluation, PanelSizes
sizes = PanelSizes(train=1, holdout=1, artificial=1, sites=1)
try:
    Evaluation(version="0", seed=1, sizes=sizes, metrics=[]).to_frame()
except MissingPackageError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'imaginome[frames]'" in done.stdout
