"""What attacks find of leaks that are planted into half of the holdout."""

from dataclasses import replace

import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Samples, strings
from imaginome.privacy import power as module
from imaginome.privacy.base import Attack
from imaginome.privacy.leaks.registry import leaks
from imaginome.privacy.policy import Policy
from imaginome.privacy.power import demonstrated_power, found_by, power_ground, unfound
from imaginome.privacy.registry import attacks
from imaginome.results import AttackResult, Estimate, Finding, Power
from tests.support.leaks import parts, random_comparison


def kinds(*ids: str) -> list[type[Attack]]:
    return [attacks.get(one) for one in ids]


@pytest.fixture(scope="module")
def comparison(demo) -> Comparison:
    train, holdout = parts(demo, 2)
    return Comparison.of(train, holdout, train, replicates=20, threads=2)


@pytest.fixture(scope="module")
def shown(comparison) -> Power:
    return demonstrated_power(comparison, kinds("copies", "membership"), Policy())


def test_the_parts_are_halves_of_other_people(comparison):
    ground = power_ground(comparison)
    assert ground.sizes().model_dump(exclude={"sites"}) == {
        "train": 150,
        "holdout": 150,
        "artificial": 150,
    }
    assert set(ground.train.samples.id) < set(comparison.train.samples.id)
    assert set(ground.holdout.samples.id) < set(comparison.holdout.samples.id)
    rows = {row.tobytes() for row in comparison.holdout.haplotypes.reshape(300, -1)}
    used = {row.tobytes() for row in ground.holdout.haplotypes.reshape(150, -1)}
    for row in ground.artificial.haplotypes.reshape(150, -1):
        assert row.tobytes() in rows
        assert row.tobytes() not in used
    for part in (ground.holdout, ground.artificial):
        _, counts = np.unique(part.samples.population.astype(str), return_counts=True)
        assert np.ptp(counts) <= 1
    assert not set(ground.artificial.samples.id) & set(comparison.holdout.samples.id)


def test_large_panels_are_drawn_from(comparison, monkeypatch):
    monkeypatch.setattr(module, "MOST_WORK", 50 * comparison.holdout.n_sites)
    ground = power_ground(comparison)
    assert (ground.train.n_individuals, ground.holdout.n_individuals) == (50, 50)


def test_no_more_people_than_are_artificial(comparison):
    few = comparison.take(artificial=np.arange(30))
    assert power_ground(few).artificial.n_individuals == 30


def test_families_stay_together():
    panels = random_comparison((60, 60, 60))
    family = strings(np.repeat(np.arange(20), 3))
    holdout = panels.holdout.with_samples(Samples(panels.holdout.samples.id, family=family))
    ground = power_ground(replace(panels, holdout=holdout))
    rows = {row.tobytes(): f for row, f in zip(holdout.haplotypes[::2], family, strict=True)}
    kept, safe = (
        {rows[row.tobytes()] for row in part.haplotypes[::2]}
        for part in (ground.holdout, ground.artificial)
    )
    assert not kept & safe


def test_every_leak_and_attack_is_told_of(shown):
    assert [leak.id for leak in shown.leaks] == leaks.ids()
    assert len(shown.detections) == 2 * len(shown.leaks)
    assert [d.attack for d in shown.safe] == ["copies", "membership"]
    assert Power.model_validate_json(shown.model_dump_json()) == shown
    assert next(leak.planted for leak in shown.leaks if leak.id == "copies-02") == 1


def test_copies_are_found_and_nobody_else_is(shown):
    assert not [d for d in shown.safe if d.found]
    assert {"copy", "copies-1", "copies-02"} <= set(found_by(shown, "copies"))
    assert "mosaic-200" not in found_by(shown, "copies")
    assert "near-copies" in found_by(shown, "membership")
    assert "Mosaic of pieces of 200 sites" in unfound(shown)
    assert "Mosaic of pieces of 50 sites" not in unfound(shown)
    found = next(d for d in shown.detections if (d.attack, d.leak) == ("copies", "copy"))
    assert found.status == "fail"
    assert found.strength.value > 0.5


def test_too_few_people_show_nothing():
    small = demonstrated_power(random_comparison((39, 39, 39)), kinds("copies"), Policy())
    assert not small.detections
    assert "39 people" in small.notes[0]


class Shouts(Attack):
    """Fails whatever it sees, by one finding; by another only where half are members."""

    id = "copies"
    area = "membership"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Count artificial people whose first haplotype is in train."""
        real = {row.tobytes() for row in comparison.train.haplotypes}
        copied = np.mean([row.tobytes() in real for row in comparison.artificial.haplotypes])
        seen = Estimate(value=float(copied), low=float(copied) - 0.1, high=1.0)
        status = {True: "fail", False: "pass"}[bool(copied > 0.5)]
        findings = [
            Finding(id="x.loud", name="loud", strength=seen, status="fail", key=True),
            Finding(id="x.fair", name="fair", strength=seen, status=status),
        ]
        return AttackResult(attack=self.id, name="x", description="x", findings=findings)


def test_who_cries_at_strangers_finds_nothing_by_it():
    shown = demonstrated_power(random_comparison((60, 60, 60), 200), [Shouts], Policy())
    assert shown.safe[0].found
    assert "copy" in found_by(shown, "copies")
    assert "relatives" not in found_by(shown, "copies")
    assert {d.finding for d in shown.detections} == {"x.fair"}


class Asks(Shouts):
    """An attack with the model."""

    access = "model"


def test_attacks_with_the_model_are_not_tried():
    shown = demonstrated_power(random_comparison((60, 60, 60)), [Asks], Policy())
    assert not shown.detections
    assert not shown.safe
