"""Strangers with the frequencies of train: its counts, and nothing else of it."""

import numpy as np
import pytest

from benchmarks import floor
from imaginome.data import demo_panel
from imaginome.panel import Panel, Samples
from imaginome.panel.split import split


@pytest.fixture(scope="module")
def people():
    panel = demo_panel().take_sites(np.arange(40))
    rest, train = split(panel, 1 / 3, 1)
    return train, split(rest, 1 / 2, 1)[1]


@pytest.mark.parametrize("level", ["everybody", "superpopulation", "population"])
def test_strangers_get_the_counts_of_train_within_groups(people, level):
    train, strangers = people
    made = floor.with_counts_of(train, strangers, level, 3)
    theirs, learnt = floor.groups_of(strangers, level), floor.groups_of(train, level)
    for group in np.unique(theirs):
        rows = theirs == group
        wanted = train.haplotypes[learnt == group].mean(axis=0) * rows.sum()
        assert (np.abs(made.haplotypes[rows].sum(axis=0) - wanted) < 1).all()


def test_no_more_alleles_are_changed_than_counts_ask_for(people):
    train, strangers = people
    made = floor.with_counts_of(train, strangers, "everybody", 3).haplotypes
    changed = (made != strangers.haplotypes).sum(axis=0)
    moved = np.abs(made.sum(axis=0, dtype=int) - strangers.haplotypes.sum(axis=0, dtype=int))
    assert (changed == moved).all()
    assert moved.sum() > 0


def test_attacks_are_measured_in_the_order_of_the_table():
    panel = demo_panel().take_sites(np.arange(60))
    values = floor.measured(panel, "superpopulation", 1, 1)
    assert len(values) == len(floor.COLUMNS)
    assert all(np.isfinite(values))


def test_a_panel_without_labels_has_the_levels_that_need_none():
    panel = demo_panel().take_sites(np.arange(20))
    assert floor.levels_of(panel) == list(floor.LEVELS)
    nameless = Panel(panel.haplotypes, panel.sites, Samples(panel.samples.id))
    assert floor.levels_of(nameless) == ["nothing", "everybody"]
