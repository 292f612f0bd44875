"""What every known leak promises."""

from __future__ import annotations

import numpy as np

from imaginome.panel import Panel
from imaginome.privacy.leaks.base import KnownLeak
from imaginome.testing.panels import simulated_panel
from imaginome.testing.shared import check_citations, check_sentence


def check_leak(
    kind: type[KnownLeak], train: Panel | None = None, safe: Panel | None = None
) -> None:
    """Check that a class keeps the contract of a known leak.

    Parameters
    ----------
    kind
        The class; it need not be registered.
    train, safe
        Whom it betrays, and people whom nobody saw; simulated ones when None.

    Raises
    ------
    AssertionError
        Says what does not hold.
    """
    if train is None or safe is None:
        whole = simulated_panel(120)
        train, safe = (whole.take_individuals(np.arange(a, a + 60)) for a in (0, 60))
    assert kind.name, "a leak has a name"
    check_sentence(kind.description, "the description")
    check_citations(kind.citations)
    before = safe.haplotypes.copy()
    planted, again, other = (
        kind().plant(train, safe, np.random.default_rng(seed)) for seed in (7, 7, 8)
    )
    assert planted.haplotypes.dtype == np.uint8, f"alleles are {planted.haplotypes.dtype}"
    assert (planted.haplotypes <= 1).all(), "alleles are 0 or 1"
    assert (safe.haplotypes == before).all(), "it writes into the panel of safe people"
    assert (planted.haplotypes == again.haplotypes).all(), "the same draws give other people"
    assert not (planted.haplotypes == other.haplotypes).all(), "it does not draw from `rng`"
    _check_people(kind, train, safe, planted)


def _check_people(kind: type[KnownLeak], train: Panel, safe: Panel, planted: Panel) -> None:
    """Check names and labels, and that as many people carry it as it says."""
    assert not set(planted.samples.id) & {*train.samples.id, *safe.samples.id}, "a real name"
    if safe.samples.population is not None:
        assert planted.samples.population is not None, "labels are lost"
        assert list(planted.samples.population) == list(safe.samples.population), "other labels"
    told = kind().told(safe.n_individuals)
    people = (safe.n_individuals, -1)
    changed = planted.haplotypes.reshape(people) != safe.haplotypes.reshape(people)
    carriers = int(changed.any(axis=1).sum())
    assert carriers == told.planted, f"{carriers} people carry it, not {told.planted}"
