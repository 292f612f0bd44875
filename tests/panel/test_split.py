"""The split: everyone in one part, families together, populations in proportion."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaginome.errors import SplitError
from imaginome.panel import Samples, strings
from imaginome.panel.split import split_individuals, split_panel


def people(n: int, populations: int, family_size: int) -> Samples:
    return Samples(
        strings([f"P{i}" for i in range(n)]),
        population=strings([f"pop{(i // family_size) % populations}" for i in range(n)]),
        family=strings([f"F{i // family_size}" for i in range(n)]),
    )


@settings(max_examples=50, deadline=None)
@given(
    n=st.integers(20, 200),
    populations=st.integers(1, 6),
    family_size=st.integers(1, 4),
    share=st.floats(0.2, 0.8),
    seed=st.integers(0, 99),
)
def test_parts_partition_people_and_never_divide_a_family(n, populations, family_size, share, seed):
    samples = people(n, populations, family_size)
    rng = np.random.default_rng(seed)
    parts = split_individuals(samples, {"a": share, "b": 1 - share}, rng)
    assert sorted(np.concatenate(list(parts.values()))) == list(range(n))
    assert not set(samples.family[parts["a"]]) & set(samples.family[parts["b"]])
    assert abs(len(parts["a"]) - share * n) <= family_size


def test_populations_are_in_proportion():
    samples = Samples(
        strings([f"P{i}" for i in range(101)]),
        population=strings(["small"] * 11 + ["large"] * 90),
    )
    parts = split_individuals(samples, {"a": 0.5, "b": 0.5}, np.random.default_rng(0))
    counts = Counter(samples.population[parts["a"]])
    assert counts["small"] in (5, 6)
    assert counts["large"] == 45


def test_the_seed_decides(panel):
    first = split_panel(panel, 0.5, np.random.default_rng(1))[0].samples.id.tolist()
    again = split_panel(panel, 0.5, np.random.default_rng(1))[0].samples.id.tolist()
    other = split_panel(panel, 0.5, np.random.default_rng(2))[0].samples.id.tolist()
    assert first == again != other


def test_exact_halves_without_families():
    samples = Samples(
        strings([f"P{i}" for i in range(2504)]),
        population=strings([f"pop{i % 26}" for i in range(2504)]),
    )
    parts = split_individuals(samples, {"a": 0.5, "b": 0.5}, np.random.default_rng(1))
    assert len(parts["a"]) == len(parts["b"]) == 1252


@pytest.mark.parametrize("holdout", [0.0, 1.0, -0.5, 2.0])
def test_a_share_out_of_range_is_refused(panel, holdout):
    with pytest.raises(SplitError, match="between 0 and 1"):
        split_panel(panel, holdout, np.random.default_rng(0))


def test_one_individual_cannot_be_split(panel):
    with pytest.raises(SplitError, match="empty"):
        split_panel(panel.take_individuals(np.array([0])), 0.5, np.random.default_rng(0))


def test_one_family_that_holds_everyone_is_named_as_the_reason():
    with pytest.raises(SplitError, match=r"8 individuals in 1 family.*column 'family'"):
        split_individuals(people(8, 1, 8), {"a": 0.5, "b": 0.5}, np.random.default_rng(0))
