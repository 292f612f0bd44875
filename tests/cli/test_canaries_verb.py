"""The verb that tests a way of fitting by attack."""

from __future__ import annotations

import json

from imaginome.runs.canaries import CanaryAudit
from tests.support.commands import call, said


def test_says_what_was_proven(files, tmp_path):
    out = tmp_path / "canaries.json"
    panel = files / "panel.vcf.gz"
    result = call("canaries", panel, "--model", "markov", "--canaries", 40, "-o", out)
    found = CanaryAudit.model_validate_json(out.read_text())
    assert found.model == "markov"
    assert found.claim is None
    assert "nothing was claimed" in result.stderr
    call("canaries", panel, "--model", "markov", "-o", out, code=1)


def test_a_private_fit_is_held_against_its_claim(files):
    words = ["--model", "independent", "--epsilon", "3", "--delta", "1e-4", "--canaries", "40"]
    result = call("canaries", files / "panel.vcf.gz", *words, "-q")
    found = json.loads(result.stdout)
    assert found["claim"] == 3.0
    assert not found["contradicted"]


def test_a_broken_claim_is_code_3(files, monkeypatch):
    from imaginome.runs import canaries

    real = canaries.audit_with_canaries

    def broken(*args):
        return real(*args).model_copy(update={"contradicted": True})

    monkeypatch.setattr(canaries, "audit_with_canaries", broken)
    words = ["--model", "independent", "--epsilon", "3", "--delta", "1e-4", "--canaries", "40"]
    call("canaries", files / "panel.vcf.gz", *words, "-q", code=3)


def test_what_cannot_be_done_is_refused_early(files):
    panel = files / "panel.vcf.gz"
    call("canaries", panel, code=2)
    call("canaries", panel, "--model", "markov", "--canaries", 3, code=2)
    call("canaries", panel, "--model", "hnm", code=2)
    result = call("canaries", panel, "--model", "markov", "--epsilon", 1, "--delta", "1e-4", code=1)
    assert "privately" in said(result)
