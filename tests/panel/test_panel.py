"""Panels, sites and samples hold together or say why not."""

import numpy as np
import pytest

from imaginome.errors import PanelError
from imaginome.panel import Panel, Samples, Sites, haplotype_rows, strings


def test_rows_of_individuals_are_neighbours():
    assert haplotype_rows(np.array([2, 0])).tolist() == [4, 5, 0, 1]


def test_take_individuals_keeps_both_haplotypes(panel):
    taken = panel.take_individuals(np.array([7, 3]))
    assert taken.samples.id.tolist() == ["S007", "S003"]
    np.testing.assert_array_equal(taken.haplotypes[:2], panel.haplotypes[14:16])
    np.testing.assert_array_equal(taken.haplotypes[2:], panel.haplotypes[6:8])


def test_take_sites_keeps_columns_with_their_sites(panel):
    window = panel.take_sites(slice(10, 20))
    np.testing.assert_array_equal(window.haplotypes, panel.haplotypes[:, 10:20])
    assert window.sites.position.tolist() == panel.sites.position[10:20].tolist()


def test_wrong_shape_is_refused(panel):
    with pytest.raises(PanelError, match="uint8 of shape"):
        Panel(panel.haplotypes[:-1], panel.sites, panel.samples)
    with pytest.raises(PanelError, match="int64"):
        Panel(panel.haplotypes.astype(np.int64), panel.sites, panel.samples)


def test_a_sample_twice_is_refused_by_name():
    with pytest.raises(PanelError, match="'B' is there twice"):
        Samples(strings(["A", "B", "B"]))


def test_labels_of_another_length_are_refused():
    with pytest.raises(PanelError, match="2 samples but 1 values of population"):
        Samples(strings(["A", "B"]), population=strings(["X"]))


def test_columns_of_another_length_are_refused():
    one, two = strings(["1"]), strings(["1", "1"])
    with pytest.raises(PanelError, match="differ in length"):
        Sites(two, np.array([1, 2]), one, two, two)


def test_unknown_sample_is_named(panel):
    with pytest.raises(PanelError, match="'nobody'"):
        panel.samples.indices(["S001", "nobody"])
