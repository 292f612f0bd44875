"""Known leaks are found, people who were never seen are not."""

import pytest

from imaginome import split
from imaginome.formats import ReadOptions, read_panel
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.audit import audit as audit_with_power
from imaginome.results import Audit
from tests.support.leaks import diverse, mosaic, parts


def audit(comparison: Comparison, **options) -> Audit:
    """Audit without showing power: these tests plant leaks themselves."""
    return audit_with_power(comparison, power=False, **options)


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
    assert result.verdict == "unknown"


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
    result = audit_with_power(Comparison.of(*parts(chr15, 3)))
    assert result.verdict in ("pass", "unknown")
    assert not {"caution", "fail"} & set(statuses(result).values())


@pytest.fixture(scope="module")
def ancestry(panels_dir):
    folder = panels_dir / "kgp-805"
    labels = ReadOptions(legend=folder / "real.legend", samples_table=panels_dir / "samples.tsv")
    return read_panel(folder / "real.hapt.gz", labels)


def agrees(strength, reference: float) -> bool:
    """References are rounded to two digits."""
    return strength.low - 0.005 <= reference <= strength.high + 0.005


@pytest.mark.panels
@pytest.mark.parametrize(("name", "truth", "syn"), [("gan", 0.24, 0.99), ("rbm", 0.58, 0.51)])
def test_published_sets_agree_with_references(panels_dir, ancestry, name, truth, syn):
    folder = panels_dir / "kgp-805"
    options = ReadOptions(legend=folder / "real.legend")
    artificial = read_panel(folder / f"published-{name}.hapt.gz", options)
    result = audit(Comparison.of(*parts(ancestry, 2), artificial), only=["aats"])
    found = {f.id: f for f in result.attacks[0].findings}
    assert agrees(found["aats.truth_holdout"].strength, truth)
    assert agrees(found["aats.syn_holdout"].strength, syn)
    assert found["aats.truth"].status == ("caution" if name == "gan" else "pass")


@pytest.mark.panels
def test_genomator_agrees_with_references(panels_dir, chr15):
    artificial = read_panel(panels_dir / "kgp-chr15-10k" / "published-genomator.vcf.gz")
    result = audit(Comparison.of(*parts(chr15, 2), artificial), only=["aats"])
    found = {f.id: f for f in result.attacks[0].findings}
    assert agrees(found["aats.truth_holdout"].strength, 0.24)
    assert agrees(found["aats.syn_holdout"].strength, 0.49)
    assert found["aats.truth"].status != "fail"


@pytest.mark.panels
@pytest.mark.parametrize("place", [0, 700, 2400])
def test_five_people_in_a_panel_of_thousands_fail(panels_dir, ancestry, place):
    folder = panels_dir / "kgp-805"
    options = ReadOptions(legend=folder / "real.legend")
    artificial = read_panel(folder / "published-rbm.hapt.gz", options)
    train, holdout = split(ancestry, 0.1, 1)
    rows = artificial.haplotypes.copy()
    rows[2 * place : 2 * place + 10] = train.haplotypes[1010:1020]
    leaky = Panel(rows, artificial.sites, artificial.samples)
    only = ["aats", "copies", "membership", "privacy-loss"]
    assert audit(Comparison.of(train, holdout, leaky), only=only).verdict == "fail"
    safe = audit(Comparison.of(train, holdout, artificial), only=["copies"])
    assert not {"caution", "fail"} & set(statuses(safe).values())
