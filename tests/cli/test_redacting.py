"""Risky people are taken out, or drawn again, and what is left is audited."""

from __future__ import annotations

import json

import numpy as np
import pytest

from imaginome.data import DEMO_PANEL, DEMO_SAMPLES
from imaginome.formats import ReadOptions, read_panel, write_panel
from imaginome.panel import Panel, Samples
from imaginome.panel.samples import ARTIFICIAL_PREFIX, artificial_ids
from imaginome.panel.split import split, split_table
from tests.support.commands import DONE, call, said

COPIED = (3, 50, 51, 97)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A folder with the demo panel, its split, and strangers among whom four are copies."""
    folder = tmp_path_factory.mktemp("redact")
    whole = read_panel(DEMO_PANEL, ReadOptions(samples_table=DEMO_SAMPLES))
    rest, strangers = split(whole, 0.3, 4)
    train, holdout = split(rest, 0.5, 4)
    write_panel(rest, folder / "panel.vcf.gz")
    (folder / "split.tsv").write_text(split_table(train, holdout))
    rows = strangers.haplotypes.copy()
    for person in COPIED:
        rows[2 * person : 2 * person + 2] = train.haplotypes[2 * person : 2 * person + 2]
    names = artificial_ids(strangers.n_individuals)
    write_panel(Panel(rows, rest.sites, Samples(names)), folder / "artificial.vcf.gz")
    return folder


def real(world) -> list[object]:
    return ["--panel", world / "panel.vcf.gz", "--split", world / "split.tsv"]


def test_copies_are_taken_out_and_the_others_stay(world, tmp_path):
    made = world / "artificial.vcf.gz"
    audit = ["audit", *real(world), "--attack", "records", "--no-power", "-q", made]
    before = json.loads(call(*audit, code=3).stdout)["attacks"][0]
    names = {f"{ARTIFICIAL_PREFIX}{i + 1:06d}" for i in COPIED}
    assert {record["sample"] for record in before["records"]} >= names
    out = tmp_path / "kept.vcf.gz"
    words = ["--attack", "records", "--audit-out", tmp_path / "after.json"]
    done = call("redact", made, *real(world), *words, "-o", out, code=DONE)
    assert "of 180 artificial people taken out as risky" in done.stderr
    assert ("`imaginome audit` judges" in done.stderr) == (done.exit_code == 0)
    whole, kept = read_panel(made), read_panel(out)
    assert not names & set(kept.samples.id)
    assert whole.n_individuals - kept.n_individuals <= len(COPIED) + 2
    rows = whole.take_individuals(whole.samples.indices(list(kept.samples.id))).haplotypes
    assert np.array_equal(kept.haplotypes, rows)
    after = json.loads((tmp_path / "after.json").read_text())["attacks"][0]
    assert after["records"] == []
    assert after["findings"][0]["status"] == "pass"


def test_sites_outside_the_region_judged_stay(world, tmp_path):
    out = tmp_path / "kept.vcf.gz"
    first = read_panel(world / "panel.vcf.gz").sites
    half = f"{first.contig[0]}:1-{first.position[len(first) // 2]}"
    words = ["-r", half, "--attack", "records", "-q"]
    call("redact", world / "artificial.vcf.gz", *real(world), *words, "-o", out, code=DONE)
    assert read_panel(out).n_sites == len(first)


def test_a_failed_audit_says_so(world, tmp_path):
    policy = tmp_path / "policy.json"
    policy.write_text('{"risky_fdr": 1e-300}')
    words = ["--policy", policy, "--attack", "copies", "-o", tmp_path / "kept.vcf.gz"]
    done = call("redact", world / "artificial.vcf.gz", *real(world), *words, code=3)
    assert "nobody of 180 stands out" in done.stderr
    assert "judges the new file" not in done.stderr


@pytest.fixture(scope="module")
def model(world):
    words = ["--model", "markov", "-q", "-o", world / "model"]
    call("fit", world / "panel.vcf.gz", "--split", world / "split.tsv", *words)
    return world / "model"


def test_clean_people_are_drawn(world, model, tmp_path):
    made = []
    for name in ("one.vcf.gz", "two.vcf.gz"):
        words = ["-n", 40, "--exclude-risky", *real(world), "--attack", "records", "-q"]
        call("generate", model, *words, "-o", tmp_path / name, code=DONE)
        made.append(read_panel(tmp_path / name))
    assert made[0].n_individuals == 40
    assert np.array_equal(made[0].haplotypes, made[1].haplotypes)


def test_real_panels_are_not_looked_at_unasked(world, model, tmp_path):
    words = ["-n", 4, *real(world), "-o", tmp_path / "made.vcf.gz"]
    assert "--exclude-risky" in call("generate", model, *words, code=2).stderr
    words = ["-n", 4, "--exclude-risky", "-o", tmp_path / "made.vcf.gz"]
    call("generate", model, *words, code=2)
    assert not (tmp_path / "made.vcf.gz").exists()


def test_a_guarantee_is_not_voided(world, tmp_path):
    private = tmp_path / "private"
    words = ["--model", "independent", "--epsilon", 3, "--delta", "1e-4", "-q", "-o", private]
    call("fit", world / "panel.vcf.gz", "--split", world / "split.tsv", *words)
    words = ["-n", 30, "--exclude-risky", *real(world), "-o", tmp_path / "made.vcf.gz"]
    assert "guarantee" in said(call("generate", private, *words, code=1))
