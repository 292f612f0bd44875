"""Evaluate and audit read panels as `run` does."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from imaginome.formats import read_panel, write_panel
from imaginome.panel import Panel
from tests.support.commands import DONE, call, findings, said


@pytest.fixture(scope="module")
def step(tmp_path_factory, files, finished) -> Path:
    """A folder with the panel as .hapt, the split and artificial people without a legend."""
    folder = tmp_path_factory.mktemp("step")
    write_panel(read_panel(files / "panel.vcf.gz"), folder / "real.hapt.gz")
    write_panel(read_panel(finished / "artificial.vcf.gz"), folder / "made.hapt.gz")
    (folder / "made.legend").rename(folder / "elsewhere.txt")
    (folder / "split.tsv").write_text((finished / "split.tsv").read_text())
    return folder


def judged(step: Path, *words: object, real: str = "real.hapt.gz", made: str = "made.hapt.gz"):
    panel = ["--panel", step / real, "--split", step / "split.tsv", "--replicates", 10, "-q"]
    result = call("evaluate", *panel, "--metric", "frequency", *words, step / made)
    return json.loads(result.stdout)


def test_the_legend_of_the_real_panel_serves_the_artificial(step, panel):
    assert judged(step)["sizes"]["sites"] == panel.n_sites


def test_a_given_legend_serves_both(step, panel, tmp_path):
    for name in ("real.hapt.gz", "made.hapt.gz", "split.tsv"):
        (tmp_path / name).write_bytes((step / name).read_bytes())
    result = judged(tmp_path, "--legend", step / "real.legend")
    assert result["sizes"]["sites"] == panel.n_sites


def test_the_artificial_legend_serves_the_artificial_only(step, panel, tmp_path):
    lines = (step / "elsewhere.txt").read_text().splitlines()
    alone = tmp_path / "alone.legend"
    alone.write_text("\n".join([lines[0] + " contig", *(f"{line} 2" for line in lines[1:])]))
    words = ["--panel", step / "real.hapt.gz", "--split", step / "split.tsv"]
    made = step / "made.hapt.gz"
    result = call("evaluate", *words, "--artificial-legend", alone, made, code=1)
    assert "share no site" in said(result)
    given = judged(step, "--artificial-legend", step / "elsewhere.txt")
    assert given["sizes"]["sites"] == panel.n_sites


def test_judging_again_finds_what_the_run_found(files, finished, tmp_path):
    labels = ["--samples", files / "samples.tsv", "--replicates", 20, "-q"]
    words = ["--panel", files / "panel.vcf.gz", "--split", finished / "split.tsv", *labels]
    for verb, name in (("evaluate", "metrics.json"), ("audit", "audit.json")):
        model = ["--model", finished / "model"]
        made = finished / "artificial.vcf.gz"
        call(verb, *words, *model, made, "-o", tmp_path / name, code=DONE)
        assert findings(tmp_path / name) == findings(finished / name)


def test_regions_are_read_alone(step, panel):
    inside = int((panel.sites.position <= 10_000).sum())
    assert 0 < inside < panel.n_sites
    assert judged(step, "-r", "1:1-10000")["sizes"]["sites"] == inside


def test_chosen_people_are_judged_alone(step):
    parts = [line.split("\t") for line in (step / "split.tsv").read_text().splitlines()[1:]]
    chosen = [s for s, p in parts if p == "train"][:9] + [s for s, p in parts if p == "holdout"][:8]
    sizes = judged(step, "-s", ",".join(chosen))["sizes"]
    assert (sizes["train"], sizes["holdout"]) == (8, 8)


def test_unphased_and_missing_calls_follow_the_options(files, finished, tmp_path, panel):
    """One site unphased, one with a missing call, one with a second ALT."""
    lines = gzip.decompress((files / "panel.vcf.gz").read_bytes()).decode().splitlines()
    first = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    lines[first] = lines[first].rsplit("\t", 1)[0] + "\t0/1"
    lines[first + 1] = lines[first + 1].rsplit("\t", 1)[0] + "\t.|."
    lines[first + 2] = lines[first + 2].replace("\tA\tG\t", "\tA\tG,C\t")
    (tmp_path / "rough.vcf").write_text("\n".join(lines) + "\n")
    real = ["--panel", tmp_path / "rough.vcf", "--split", finished / "split.tsv", "-q"]
    words = ["evaluate", *real, "--metric", "frequency", "--replicates", 10]
    made = finished / "artificial.vcf.gz"
    assert "unphased" in said(call(*words, made, code=1))
    result = call(*words, "--unphased", "keep", "--missing", "drop", made)
    assert json.loads(result.stdout)["sizes"]["sites"] == panel.n_sites - 2
    result = call(
        *words, "--unphased", "drop", "--missing", "drop", "--multiallelic", "split", made
    )
    assert json.loads(result.stdout)["sizes"]["sites"] == panel.n_sites - 2


def test_train_and_holdout_may_be_files_of_their_own(files, finished, tmp_path, panel: Panel):
    from imaginome.panel.split import take_part

    whole = read_panel(files / "panel.vcf.gz")
    for part in ("train", "holdout"):
        mine = take_part(whole, finished / "split.tsv", part)
        write_panel(mine, tmp_path / f"{part}.bcf")
    real = ["--train", tmp_path / "train.bcf", "--holdout", tmp_path / "holdout.bcf"]
    labels = ["--samples", files / "samples.tsv", "--replicates", 10, "-q"]
    made = finished / "artificial.vcf.gz"
    for more in ([], ["--split", finished / "split.tsv"]):
        result = call("audit", *real, *labels, *more, "--attack", "copies", made, code=DONE)
        assert json.loads(result.stdout)["sizes"]["train"] == panel.n_individuals // 2
    swapped = ["--train", tmp_path / "holdout.bcf", "--holdout", tmp_path / "train.bcf"]
    more = ["--split", finished / "split.tsv"]
    assert "not in the panel" in said(call("audit", *swapped, *more, made, code=1))


def test_an_audit_without_holdout_passes_nothing(files, finished, tmp_path):
    from imaginome.panel.split import take_part

    mine = take_part(read_panel(files / "panel.vcf.gz"), finished / "split.tsv", "train")
    write_panel(mine, tmp_path / "train.bcf")
    words = ["--train", tmp_path / "train.bcf", "-q"]
    found = json.loads(call("audit", *words, finished / "artificial.vcf.gz").stdout)
    assert found["verdict"] == "unknown"
    assert found["sizes"]["holdout"] == 0
    leak = json.loads(call("audit", *words, tmp_path / "train.bcf", code=3).stdout)
    assert leak["verdict"] == "fail"
    refused = call("evaluate", *words, finished / "artificial.vcf.gz", code=2)
    assert "give --train and --holdout" in refused.output


def test_a_split_of_others_is_refused(files, finished, tmp_path):
    lines = (finished / "split.tsv").read_text().splitlines(keepends=True)
    (tmp_path / "short.tsv").write_text("".join(lines[:8]))
    (tmp_path / "long.tsv").write_text("".join([*lines, "Z1\ttrain\n", "Z2\tholdout\n"]))
    panel, made = files / "panel.vcf.gz", finished / "artificial.vcf.gz"
    told = said(call("evaluate", "--panel", panel, "--split", tmp_path / "short.tsv", made, code=1))
    assert "53 in all" in told
    told = said(call("evaluate", "--panel", panel, "--split", tmp_path / "long.tsv", made, code=1))
    assert "'Z1' (1 in all)" in told
    fit = ["fit", panel, "--model", "independent", "-o", tmp_path / "model", "--split"]
    assert "53 in all" in said(call(*fit, tmp_path / "short.tsv", code=1))
    assert "'Z1'" in said(call(*fit, tmp_path / "long.tsv", code=1))
