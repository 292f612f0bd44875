import numpy as np
import pytest

from imaginome.panel import Samples, strings
from imaginome.panel.units import by_unit, haplotype_units, units, without_kin


def people(*families):
    names = strings([f"p{i}" for i in range(len(families))])
    return Samples(names, family=strings(families))


def test_units_are_numbered_in_the_order_of_their_first_members():
    assert units(people("x", "", "y", "x", "")).tolist() == [0, 1, 2, 0, 3]
    assert units(Samples(strings("abc"))).tolist() == [0, 1, 2]
    assert units(Samples(strings([]))).tolist() == []


def test_a_family_may_be_spread_over_panels_and_nobody_else_is():
    found = units(people("x", ""), Samples(strings("ab")), people("", "x"))
    assert found.tolist() == [0, 1, 2, 3, 4, 0]
    both = haplotype_units(people("x", ""), people("", "x"))
    assert both.tolist() == [0, 0, 1, 1, 2, 2, 0, 0]


@pytest.mark.parametrize("seed", range(3))
def test_members_and_singles_agree_with_loops(seed):
    drawn = np.random.default_rng(seed).integers(0, 9, 20)
    families = ["" if k == 0 else f"f{k}" for k in drawn]
    unit = units(people(*families))
    expected = [[i for i in range(20) if unit[i] == u] for u in range(unit.max() + 1)]
    assert [rows.tolist() for rows in by_unit(unit)] == expected
    singles = [i for i, name in enumerate(families) if not name or families.count(name) == 1]
    assert without_kin(people(*families)).tolist() == singles


def test_nobody_has_no_units():
    assert by_unit(units(Samples(strings([])))) == []
