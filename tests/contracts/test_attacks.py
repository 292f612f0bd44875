"""What every registered attack promises."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from imaginome.metrics.comparison import PARTS, Comparison
from imaginome.metrics.evidence import ModelEvidence
from imaginome.panel import Panel
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.registry import attacks
from imaginome.results import AttackResult, Figure

KINDS = list(attacks)


@pytest.fixture(scope="module")
def comparison(panel: Panel) -> Comparison:
    third = np.arange(panel.n_individuals) // 3 % 3
    train, holdout, artificial = (
        panel.take_individuals(np.flatnonzero(third == part)) for part in range(3)
    )
    return asked(Comparison.of(train, holdout, artificial, replicates=30))


def asked(comparison: Comparison) -> Comparison:
    """Add what some model might say of these people, for attacks with access to one."""
    rows = {name: getattr(comparison, name).haplotypes for name in PARTS}
    logs = {name: alleles.sum(axis=1).astype(np.float64) for name, alleles in rows.items()}
    codes = {name: alleles[:, :9].astype(np.float32) for name, alleles in rows.items()}
    stored = {name: alleles[:, 0] == 1 for name, alleles in rows.items()}
    evidence = ModelEvidence("some", logs, True, codes, critic=logs, stored=stored)
    return replace(comparison, evidence=evidence)


@pytest.mark.parametrize("kind", KINDS)
def test_declaration(kind: type[Attack]):
    assert attacks.get(kind.id) is kind
    assert kind.name
    assert kind.description.endswith(".")
    assert kind.blind_spot.endswith(".")
    assert kind.citations
    assert kind.sees in ("everyone", "parts", "balanced")
    for citation in kind.citations:
        assert citation.reason
        assert citation.publication.doi.startswith("10.")


@pytest.mark.parametrize("kind", KINDS)
def test_result(kind: type[Attack], comparison: Comparison):
    result = kind().run(comparison, Policy())
    assert result.attack == kind.id
    assert AttackResult.model_validate_json(result.model_dump_json()) == result
    assert result.findings
    assert any(kind.blind_spot in note for note in result.notes)
    for finding in result.findings:
        assert finding.id.startswith(f"{kind.id}.")
        assert finding.baseline is not None
        assert finding.reason
        value = finding.strength.value
        if value is not None:
            assert finding.strength.low <= value <= finding.strength.high
        else:
            assert finding.status == "unknown"
    for item in (*result.figures, *result.tables):
        assert item.id.startswith(f"{kind.id}.")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_about_a_single_person(kind: type[Attack], comparison: Comparison):
    result = kind().run(comparison, Policy())
    text = result.model_dump_json()
    people = (*comparison.train.samples.id, *comparison.holdout.samples.id)
    assert not [person for person in people if f'"{person}' in text]
    assert len(text) < 300_000
    for figure in result.figures:
        _check_figure(figure)


def _check_figure(figure: Figure) -> None:
    assert figure.reading.endswith(".")
    for series in figure.series:
        assert len(series.x) == len(series.y) <= 150
        values: list[Any] = [*series.x, *series.y, *(series.low or []), *(series.high or [])]
        assert all(math.isfinite(v) for v in values if isinstance(v, float))


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_result(kind: type[Attack], comparison: Comparison):
    again = Comparison.of(
        comparison.train, comparison.holdout, comparison.artificial, replicates=30, threads=2
    )
    assert kind().run(comparison, Policy()) == kind().run(asked(again), Policy())
