"""Panels are compared at the sites that they share."""

from dataclasses import replace

import numpy as np
import pytest

from imaginome.errors import ComparisonError
from imaginome.panel import strings
from imaginome.panel.align import common_sites, onto_sites


def test_shared_sites_in_the_order_of_the_first(panel):
    left, right = panel.take_sites(slice(0, 80)), panel.take_sites(np.arange(100, 39, -1))
    aligned = common_sites({"left": left, "right": right})
    for found in aligned.values():
        np.testing.assert_array_equal(found.haplotypes, panel.haplotypes[:, 40:80])


def test_contigs_spelt_differently_are_named(panel):
    sites = replace(panel.sites, contig=strings(["chr1"] * panel.n_sites))
    with pytest.raises(ComparisonError, match="spelt differently"):
        common_sites({"a": panel, "b": replace(panel, sites=sites)})


def test_a_panel_is_laid_onto_other_sites(panel):
    part = panel.take_sites(np.array([3, 7, 50]))
    strange = replace(part.sites, alt=strings(["G", "T", "G"]))
    rows, observed = onto_sites(replace(part, sites=strange), panel.sites)
    assert np.flatnonzero(observed).tolist() == [3, 50]
    np.testing.assert_array_equal(rows[:, [3, 50]], panel.haplotypes[:, [3, 50]])
    assert rows[:, ~observed].max() == 0
    with pytest.raises(ComparisonError, match="other alleles"):
        onto_sites(panel, strange.take(slice(1, 2)))
