"""The contract of an attack, for every attack in the registry; see `imaginome.testing`."""

from __future__ import annotations

from typing import Any

import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.base import Attack
from imaginome.privacy.registry import attacks
from imaginome.testing.attacks import ATTACK_CHECKS, AttackCase, attacked

KINDS = list(attacks)
CASES: dict[str, AttackCase] = {}


@pytest.fixture(scope="module")
def comparison(panel: Panel) -> Comparison:
    return attacked(panel)


@pytest.mark.parametrize("check", ATTACK_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_contract(kind: type[Attack], check: Any, comparison: Comparison) -> None:
    check(CASES.setdefault(kind.id, AttackCase(kind, comparison)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_it_is_registered_and_has_a_source(kind: type[Attack]) -> None:
    assert attacks.get(kind.id) is kind
    assert kind.citations
    assert all(citation.publication.doi.startswith("10.") for citation in kind.citations)
