"""From findings to verdicts."""

import pytest

from imaginome.privacy.verdict import (
    AREAS,
    judge_all,
    judge_areas,
    judge_model,
    judge_panel,
    with_power,
)
from imaginome.results import (
    AttackResult,
    Detection,
    Estimate,
    Finding,
    Leak,
    PanelSizes,
    Power,
)

SIZES = PanelSizes(train=20, holdout=20, artificial=20, sites=9)


def result(attack="x", area="membership", access="panel", **statuses) -> AttackResult:
    """A made-up attack: name -> status, key where the name begins with k."""
    findings = [
        Finding(
            id=f"{attack}.{name}",
            name=name,
            strength=Estimate(value=0.5),
            status=status,
            reason="because",
            key=name.startswith("k"),
        )
        for name, status in statuses.items()
    ]
    return AttackResult(
        attack=attack, name=attack, description="x", area=area, access=access, findings=findings
    )


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


def power(found: dict[str, list[str]], leaks=("copy", "mosaic"), weakest="weak") -> Power:
    """Attack -> leaks that it finds."""
    every = [Leak(id=n, name=n, description="x", planted=1) for n in leaks]
    every.append(Leak(id=weakest, name=weakest, description="x", planted=1, weakest=True))
    detections = [
        Detection(
            attack=attack,
            leak=leak.id,
            finding=f"{attack}.k",
            strength=Estimate(value=0.5),
            status="fail" if leak.id in mine else "pass",
            found=leak.id in mine,
        )
        for attack, mine in found.items()
        for leak in every
    ]
    return Power(sizes=SIZES, leaks=every, detections=detections, safe=[])


def everywhere(**statuses) -> list[AttackResult]:
    """One attack an area, with the same findings."""
    return [result(attack=area, area=area, **statuses) for area in AREAS]


ABLE = power({area: ["copy", "mosaic"] for area in AREAS})


def verdict(results, shown):
    results = with_power(results, shown)
    return judge_panel(judge_areas(results, shown), shown)


def test_all_areas_with_power_pass():
    status, reasons = verdict(everywhere(k="pass"), ABLE)
    assert status == "pass"
    assert len(reasons) == len(AREAS)


@pytest.mark.parametrize("grave", ["caution", "fail"])
@pytest.mark.parametrize("shown", [ABLE, None, power({})])
def test_what_is_found_counts_with_power_or_without(grave, shown):
    results = [*everywhere(k="pass"), result(area="linkability", k=grave)]
    areas = {a.area: a.verdict for a in judge_areas(with_power(results, shown), shown)}
    assert areas["linkability"] == grave
    assert verdict(results, shown)[0] == grave


def test_an_area_without_power_passes_nothing():
    able = {area: ["copy", "mosaic"] for area in AREAS if area != "linkability"}
    results = with_power(everywhere(k="pass"), power(able | {"linkability": []}))
    areas = {a.area: a for a in judge_areas(results, power(able | {"linkability": []}))}
    assert areas["linkability"].verdict == "unknown"
    assert areas["membership"].verdict == "pass"
    assert results[AREAS.index("linkability")].findings[0].status == "unknown"
    assert "no power, no pass" in results[AREAS.index("linkability")].findings[0].reason
    assert verdict(everywhere(k="pass"), power(able))[0] == "unknown"


def test_powerless_attacks_do_not_stand_in_the_way_of_those_with_power():
    useless = [result(attack=f"u{i}", k="pass") for i in range(9)]
    assert verdict([*everywhere(k="pass"), *useless], ABLE)[0] == "pass"


def test_a_leak_that_nobody_finds_is_not_passed():
    shown = power({area: ["copy"] for area in AREAS})
    status, reasons = verdict(everywhere(k="pass"), shown)
    assert status == "unknown"
    assert reasons == ["Planted here, no attack found: mosaic."]


@pytest.mark.parametrize(
    "shown",
    [None, power({}), Power(sizes=SIZES, leaks=[], detections=[], safe=[], notes=["Too few."])],
)
def test_no_power_no_pass(shown):
    status, reasons = verdict(everywhere(k="pass"), shown)
    assert status == "unknown"
    assert "Nothing was found" in reasons[0]


def test_the_model_counts_for_itself_only():
    leaky = result(attack="model-x", access="model", k="fail")
    assert verdict([*everywhere(k="pass"), leaky], ABLE)[0] == "pass"
    assert judge_model([*everywhere(k="fail"), leaky]).verdict == "fail"
    assert judge_model(everywhere(k="fail")) is None


def test_the_model_never_passes():
    quiet = judge_model([result(attack="model-x", access="model", k="pass")])
    assert quiet.verdict == "unknown"
    assert "not shown to find leaks" in quiet.reasons[0]
