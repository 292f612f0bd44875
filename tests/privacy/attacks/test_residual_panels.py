"""The three tests of residual risk on a real region: pieces and noisy copies, and nobody seen."""

from dataclasses import replace

import numpy as np
import pytest

from imaginome.formats import ReadOptions, read_panel
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.attacks.attributes import Attributes
from imaginome.privacy.attacks.linkability import Linkability
from imaginome.privacy.attacks.singling_out import SinglingOut
from imaginome.privacy.policy import Policy
from tests.support.leaks import mosaic, parts

pytestmark = [pytest.mark.long, pytest.mark.panels]


@pytest.fixture(scope="module")
def thirds(panels_dir) -> list[Panel]:
    table = ReadOptions(samples_table=panels_dir / "samples.tsv")
    return parts(read_panel(panels_dir / "kgp-chr15-10k" / "real.vcf.gz", table), 3)


def statuses(thirds: list[Panel], artificial: Panel) -> dict[str, str]:
    comparison = Comparison.of(thirds[0], thirds[1], artificial, threads=2)
    found = [kind().run(comparison, Policy()) for kind in (Attributes, SinglingOut, Linkability)]
    return {f.id: f.status for result in found for f in result.findings}


def test_people_whom_nobody_saw_pass(thirds):
    assert set(statuses(thirds, thirds[2]).values()) == {"pass"}


def test_pieces_of_200_sites_are_found(thirds):
    found = statuses(thirds, mosaic(thirds[0], 200))
    assert found["attributes.blocks"] == "fail"
    assert found["singling-out.residual"] in ("caution", "fail")


def test_copies_with_errors_are_found(thirds):
    train = thirds[0]
    noise = np.random.default_rng(0).random(train.haplotypes.shape) < 0.01
    found = statuses(thirds, replace(train, haplotypes=train.haplotypes ^ noise.astype(np.uint8)))
    for finding in ("attributes.whole", "linkability.halves", "linkability.windows"):
        assert found[finding] == "fail"
