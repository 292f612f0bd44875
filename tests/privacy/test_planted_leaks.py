"""Known leaks are found, people who were never seen are not."""

import pytest
from leaks import diverse, mosaic, parts

from imaginome.formats import ReadOptions, read_panel
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.audit import audit


def statuses(result) -> dict[str, str]:
    return {f.id: f.status for attack in result.attacks for f in attack.findings}


def test_copy_fails_everywhere(demo):
    train, holdout = parts(demo, 2)
    result = audit(Comparison.of(train, holdout, train))
    found = statuses(result)
    assert result.verdict == "fail"
    for finding in ("aats.truth", "privacy-loss.loss", "membership.auc", "copies.excess"):
        assert found[finding] == "fail"
    assert found["segments.longest"] == found["segments.sitewise"] == "fail"
    assert any("Segment copying" in reason for reason in result.reasons)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_third_part_is_not_flagged(demo, seed):
    train, holdout, third = parts(demo, 3, seed)
    result = audit(Comparison.of(train, holdout, third))
    assert not {"caution", "fail"} & set(statuses(result).values())
    assert result.verdict in ("pass", "unknown")


def test_short_mosaic_is_found_by_segments_where_distances_are_blind():
    train, holdout = parts(diverse(600), 2)
    found = statuses(audit(Comparison.of(train, holdout, mosaic(train, 8))))
    assert found["segments.sitewise"] == "fail"
    for finding in ("aats.truth", "privacy-loss.loss", "membership.auc", "copies.excess"):
        assert found[finding] in ("pass", "unknown")


@pytest.fixture(scope="module")
def chr15(panels_dir):
    table = ReadOptions(samples_table=panels_dir / "samples.tsv")
    return read_panel(panels_dir / "kgp-chr15-10k" / "real.vcf.gz", table)


@pytest.mark.long
@pytest.mark.panels
def test_mosaic_of_200_sites_passes_10_to_12_and_fails_13(chr15):
    train, holdout = parts(chr15, 2)
    found = statuses(audit(Comparison.of(train, holdout, mosaic(train, 200))))
    assert found["segments.longest"] == found["segments.sitewise"] == "fail"
    for finding in ("aats.truth", "aats.syn", "privacy-loss.loss", "membership.auc"):
        assert found[finding] in ("pass", "unknown")


@pytest.mark.long
@pytest.mark.panels
def test_real_third_passes(chr15):
    result = audit(Comparison.of(*parts(chr15, 3)))
    assert result.verdict == "pass"
    assert not {"caution", "fail"} & set(statuses(result).values())


@pytest.mark.panels
def test_published_sets_agree_with_references(panels_dir):
    folder = panels_dir / "kgp-805"
    legend = ReadOptions(legend=folder / "real.legend")
    labels = ReadOptions(legend=folder / "real.legend", samples_table=panels_dir / "samples.tsv")
    train, holdout = parts(read_panel(folder / "real.hapt.gz", labels), 2)
    expected = {"gan": (0.24, 0.99), "rbm": (0.58, 0.51)}
    for name, (truth, syn) in expected.items():
        artificial = read_panel(folder / f"published-{name}.hapt.gz", legend)
        result = audit(Comparison.of(train, holdout, artificial), only=["aats"])
        found = {f.id: f.strength for f in result.attacks[0].findings}
        assert found["aats.truth_holdout"].value == pytest.approx(truth, abs=0.04)
        assert found["aats.syn_holdout"].value == pytest.approx(syn, abs=0.04)
