import pytest

from imaginome.errors import UnknownIdError
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.audit import audit
from imaginome.privacy.policy import Policy
from imaginome.privacy.registry import attacks
from imaginome.results import Audit
from tests.support.leaks import random_comparison


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


def test_a_few_attacks_pass_nothing():
    made = audit(random_comparison((60, 60, 60), 200), only=["copies"])
    assert made.verdict == "unknown"
    assert {a.area: a.verdict for a in made.areas}["singling out"] == "pass"
    assert "Linkability: No attack on linkability was run." in made.reasons
    assert made.reasons[-1].startswith("Planted here, no attack found: ")
    assert any("(segments): not asked for" in line for line in made.not_tested)


def test_without_power_nothing_passes():
    made = audit(random_comparison((60, 60, 60), 200), only=["copies"], power=False)
    assert made.power is None
    assert made.verdict == "unknown"
    assert made.reasons == ["Nothing was found, and the power of these attacks was not shown."]
    assert made.attacks[0].findings[0].status == "pass"


def test_attacks_without_power_pass_nothing():
    """Verbatim copies of one site are no evidence: nothing that is planted can be found."""
    made = audit(random_comparison((60, 60, 60), 2), only=["copies", "membership"])
    assert not [d for d in made.power.detections if d.found and d.attack == "copies"]
    assert not [f for f in made.attacks[0].findings if f.status == "pass"]
    assert made.verdict == "unknown"


def test_the_model_is_judged_apart():
    made = audit(random_comparison((60, 60, 60), 50), only=["copies", "model-likelihood"])
    assert made.model is None
    assert any("(model-likelihood): no model was given" in line for line in made.not_tested)


@pytest.mark.parametrize("leaky", [True, False])
def test_without_a_holdout_nothing_passes(leaky):
    panels = random_comparison((60, 60, 60), 200)
    artificial = panels.train if leaky else panels.artificial
    made = audit(Comparison.without_holdout(panels.train, artificial))
    assert made.sizes.holdout == 0
    assert [attack.attack for attack in made.attacks] == ["copies"]
    assert made.verdict == ("fail" if leaky else "unknown")
    assert made.power is None
    assert made.reasons[-1 if leaky else 0].startswith("No holdout was given")
    for kind in attacks:
        line = f"({kind.id}): it needs people whom no model saw, and no holdout was given"
        assert kind.id == "copies" or any(line in other for other in made.not_tested)
    assert made.attacks[0].findings[0].control is None


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
        for timed in (*found["attacks"], found["power"]):
            del timed["seconds"]
        return found

    chosen = ["copies", "membership", "segments"]
    one = audit(random_comparison((40, 40, 40), 60, threads=1), only=chosen)
    two = audit(random_comparison((40, 40, 40), 60, threads=2), only=chosen)
    assert strip(one) == strip(two)
