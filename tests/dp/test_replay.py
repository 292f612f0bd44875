"""A private model is a function of its noisy answers and of what is public: nothing else gets in.

A fit is repeated on a neighbouring panel, with one unit less, and is told the noisy answers of the
first. It must then ask the same questions, be within their sensitivity of the answers, and end in
the same model to the byte.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from imaginome.dp.accounting import Budget, Noisy
from imaginome.dp.guarantee import Guarantee
from imaginome.dp.noise import seeded
from imaginome.models.base import Generator
from imaginome.panel import Panel, strings
from imaginome.runs.fitting import create, fit
from tests.support.simulated import simulated_panel

LARGE = simulated_panel(n_individuals=400)
SETTINGS = {"vae": ["steps=4"]}


@dataclass
class Ledger:
    """What a fit released: exact counts, the noisy answers, squared sensitivity and variance."""

    exact: list[np.ndarray] = field(default_factory=list)
    told: list[Noisy] = field(default_factory=list)
    bounds: list[tuple[int, float]] = field(default_factory=list)
    steps: list[Any] = field(default_factory=list)


def fitted(
    model_id: str, panel: Panel, monkeypatch: pytest.MonkeyPatch, before: Ledger | None = None
) -> tuple[Generator[Any], Ledger]:
    """Fit; where there is a ledger of before, its answers are told instead of this panel's."""
    ledger = Ledger()
    with monkeypatch.context() as patch:
        answers = iter(before.told if before else [])
        patch.setattr(Budget, "count", _listening(Budget.count, ledger, answers))
        if model_id == "vae":
            _listen_to_steps(patch, ledger, before)
        model = create(model_id, SETTINGS.get(model_id, []))
        fit(model, panel, guarantee=Guarantee(4.0, 1e-6), noise=seeded(3))
    return model, ledger


def _listening(honest: Callable[..., Noisy], ledger: Ledger, answers: Iterator[Noisy]) -> Any:
    def count(self: Budget, what: str, counts: np.ndarray, **words: Any) -> Noisy:
        own = honest(self, what, counts, **words)
        ledger.exact.append(counts.copy())
        ledger.told.append(next(answers, own))
        ledger.bounds.append((words["sensitivity_squared"], own.variance))
        return ledger.told[-1]

    return count


def _listen_to_steps(patch: pytest.MonkeyPatch, ledger: Ledger, before: Ledger | None) -> None:
    private = pytest.importorskip("imaginome.models.vae.private").PrivateTrainee
    honest, steps = private._noisy_sum, iter(before.steps if before else [])

    def noisy_sum(self: Any) -> Any:
        ledger.steps.append(next(steps, None) or honest(self))
        return ledger.steps[-1]

    patch.setattr(private, "_noisy_sum", noisy_sum)


def neighbours(kind: str) -> tuple[Panel, Panel]:
    """Return a panel with a unit at odds with everyone, and the panel without it."""
    haplotypes, samples = LARGE.haplotypes.copy(), LARGE.samples
    haplotypes[:2] = 1 if kind == "all ALT" else LARGE.frequencies() < 0.5
    unit = np.array([0])
    if kind == "without labels":
        population, above = samples.population.copy(), samples.superpopulation.copy()
        population[:2] = above[:2] = ""
        samples = replace(samples, population=population, superpopulation=above)
    if kind == "family":
        unit = np.arange(0, 120, 3)
        names = ["F" if i in set(unit.tolist()) else "" for i in range(400)]
        samples = replace(samples, family=strings(names))
    panel = replace(LARGE, haplotypes=haplotypes, samples=samples)
    return panel, panel.take_individuals(np.setdiff1d(np.arange(400), unit))


@pytest.mark.parametrize("model_id", ["independent", "tree", "vae"])
@pytest.mark.parametrize("kind", ["all ALT", "without labels", "family"])
def test_the_same_answers_give_the_same_model(
    kind: str, model_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if model_id == "vae":
        pytest.importorskip("opacus")
    whole, rest = neighbours(kind)
    one, first = fitted(model_id, whole, monkeypatch)
    other, second = fitted(model_id, rest, monkeypatch, first)
    assert first.bounds == second.bounds
    for (most, _), with_unit, without in zip(first.bounds, first.exact, second.exact, strict=True):
        assert math.sqrt(((with_unit - without) ** 2).sum()) <= math.sqrt(most) + 1e-9
    weights, again = one._tensors(), other._tensors()
    assert all(np.array_equal(weights[name], again[name]) for name in weights)
    for name in ("classes", "superpopulations", "pooled"):
        assert getattr(one.frame, name) == getattr(other.frame, name)
    assert one.spending == other.spending
