import pytest

from imaginome.errors import SettingsError
from imaginome.privacy.policy import Policy, judge, load_policy
from imaginome.results import Estimate


@pytest.mark.parametrize(
    ("interval", "status"),
    [
        ((0.50, 0.48, 0.52), "pass"),
        ((0.54, 0.53, 0.55), "pass"),
        ((0.57, 0.55, 0.59), "caution"),
        ((0.57, 0.49, 0.64), "pass"),
        ((0.57, 0.49, 0.66), "unknown"),
        ((0.64, 0.58, 0.70), "caution"),
        ((0.66, 0.60, 0.72), "fail"),
        ((0.66, 0.54, 0.78), "caution"),
        ((0.66, 0.49, 0.83), "unknown"),
        ((0.66, None, None), "unknown"),
        ((None, None, None), "unknown"),
    ],
)
def test_judgements(interval, status):
    value, low, high = interval
    found, reason = judge(Estimate(value=value, low=low, high=high), 0.55, 0.65, 0.5)
    assert found == status
    assert reason


def test_policy_files(tmp_path):
    toml, json = tmp_path / "p.toml", tmp_path / "p.json"
    toml.write_text("loss_fail = 0.1\n")
    json.write_text('{"loss_fail": 0.1}')
    assert load_policy(toml) == load_policy(json) == Policy(loss_fail=0.1)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "{", "not valid"),
        ("a.toml", "= 3", "not valid"),
        ("a.json", '{"loss_fial": 1}', "loss_fial"),
        ("a.json", '{"loss_fail": "much"}', "loss_fail"),
        ("a.json", "[1]", "policy"),
        ("a.json", '{"loss_fail": 0.01}', "loss_caution is above"),
    ],
)
def test_bad_policy_files(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(SettingsError, match=message) as caught:
        load_policy(path)
    assert "\n" not in str(caught.value)


def test_missing_policy_file(tmp_path):
    with pytest.raises(SettingsError, match=r"no\.json"):
        load_policy(tmp_path / "no.json")


def test_every_caution_has_its_fail():
    names = set(Policy.model_fields) - {"risky_fdr"}
    for name in names:
        stem = name.rsplit("_", 1)[0]
        assert {f"{stem}_caution", f"{stem}_fail"} <= names


def test_the_worst_of_many_looks_alarms_only_when_sure():
    doubtful = Estimate(value=0.74, low=0.503, high=0.97)
    assert judge(doubtful, 0.53, 0.58, 0.5)[0] == "caution"
    assert judge(doubtful, 0.53, 0.58, 0.5, doubtful="unknown")[0] == "unknown"
    sure = Estimate(value=0.74, low=0.6, high=0.88)
    assert judge(sure, 0.53, 0.58, 0.5, doubtful="unknown")[0] == "fail"
