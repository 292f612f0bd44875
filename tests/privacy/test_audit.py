import pytest
from leaks import random_comparison

from imaginome.errors import UnknownIdError
from imaginome.privacy.audit import audit, judge_all
from imaginome.privacy.policy import Policy
from imaginome.results import AttackResult, Audit, Estimate, Finding


def result(**statuses) -> AttackResult:
    """A made-up attack: name -> status, key where the name begins with k."""
    findings = [
        Finding(
            id=f"x.{name}",
            name=name,
            strength=Estimate(value=0.5),
            status=status,
            reason="because",
            key=name.startswith("k"),
        )
        for name, status in statuses.items()
    ]
    return AttackResult(attack="x", name="x", description="x", findings=findings)


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ({"ka": "pass", "kb": "pass"}, "pass"),
        ({"ka": "pass", "kb": "pass", "c": "unknown"}, "pass"),
        ({"ka": "pass", "kb": "caution"}, "caution"),
        ({"ka": "pass", "b": "fail", "kc": "caution"}, "fail"),
        ({"ka": "unknown", "kb": "unknown", "kc": "pass"}, "unknown"),
        ({"a": "pass"}, "pass"),
        ({"a": "pass", "b": "unknown", "c": "unknown"}, "unknown"),
        ({"ka": "unknown", "b": "pass"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_verdict_is_the_worst(statuses, verdict):
    found, reasons = judge_all([result(**statuses)])
    assert found == verdict
    assert reasons


def test_notes_say_who_was_looked_at():
    made = audit(random_comparison((9, 7, 5), 30), only=["aats", "copies", "segments"])
    assert (made.sizes.train, made.sizes.holdout, made.sizes.artificial) == (9, 7, 5)
    drawn = next(note for note in made.notes if "adversarial accuracy" in note)
    assert "5 of 9 train" in drawn
    assert "5 of 7 holdout" in drawn
    everyone = next(note for note in made.notes if note.startswith("Everyone"))
    assert "verbatim copies, segment copying" in everyone
    assert any("membership" in line and "not asked for" in line for line in made.not_tested)
    assert any("no proof" in note for note in made.notes)
    assert any("not anonymous" in note for note in made.notes)


def test_larger_holdout_is_noted_for_segments_only():
    made = audit(random_comparison((5, 9, 8), 30), only=["copies", "segments", "membership"])
    drawn = next(note for note in made.notes if "segment copying" in note)
    assert "5 of 9 holdout" in drawn
    everyone = next(note for note in made.notes if note.startswith("Everyone"))
    assert "verbatim copies" in everyone
    assert "membership" in everyone


@pytest.mark.parametrize("attack", ["copies", "segments"])
def test_one_attack_alone_gives_a_verdict(attack):
    made = audit(random_comparison((60, 60, 60), 200), only=[attack])
    assert made.verdict == "pass"


def test_changed_thresholds_are_noted():
    made = audit(random_comparison(), Policy(loss_fail=0.2), only=["privacy-loss"])
    assert any("loss_fail = 0.2 (default 0.05)" in note for note in made.notes)


def test_unknown_attack():
    with pytest.raises(UnknownIdError, match="membership"):
        audit(random_comparison(), only=["membershp"])


@pytest.mark.parametrize(("sizes", "n_sites"), [((2, 2, 2), 1), ((2, 2, 2), 9), ((3, 4, 2), 2)])
def test_tiny_panels_are_not_judged(sizes, n_sites):
    made = audit(random_comparison(sizes, n_sites))
    assert made.verdict in ("unknown", "caution")
    assert Audit.model_validate_json(made.model_dump_json()) == made


def test_constant_panel():
    comparison = random_comparison((8, 8, 8), 6)
    for panel in (comparison.train, comparison.holdout, comparison.artificial):
        panel.haplotypes[:] = 1
    made = audit(comparison)
    assert not [f for a in made.attacks for f in a.findings if f.status == "fail"]


def test_same_seed_same_result_whatever_the_threads():
    def strip(made: Audit) -> dict:
        found = made.model_dump(exclude={"seconds", "peak_memory_mb"})
        for attack in found["attacks"]:
            del attack["seconds"]
        return found

    one = audit(random_comparison((30, 30, 40), 60, threads=1))
    two = audit(random_comparison((30, 30, 40), 60, threads=2))
    assert strip(one) == strip(two)
