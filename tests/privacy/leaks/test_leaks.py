"""Known leaks hold what they say, and nothing else."""

import numpy as np
import pytest

from imaginome.panel import Panel, Samples, strings
from imaginome.privacy.leaks.base import partners
from imaginome.privacy.leaks.registry import leaks
from imaginome.privacy.leaks.relatives import gamete, recombination
from imaginome.testing import check_leak
from tests.support.leaks import parts, random_comparison

IDS = [
    "copies-02",
    "copies-1",
    "copy",
    "mosaic-1000",
    "mosaic-200",
    "mosaic-50",
    "near-copies",
    "overfitted",
    "relatives",
]


@pytest.fixture(scope="module")
def people(demo) -> tuple[Panel, Panel]:
    train, safe, _ = parts(demo, 3)
    return train, safe


def planted(people, leak: str, seed: int = 7) -> Panel:
    return leaks.get(leak)().plant(*people, np.random.default_rng(seed))


def rows_of(panel: Panel) -> set[bytes]:
    return {row.tobytes() for row in panel.haplotypes}


def test_registered():
    assert leaks.ids() == IDS
    assert [kind.id for kind in leaks if kind.weakest] == ["mosaic-50"]


@pytest.mark.parametrize("leak", IDS)
def test_contract(people, leak):
    check_leak(leaks.get(leak), *people)


@pytest.mark.parametrize(("leak", "n"), [("copy", 200), ("copies-1", 2), ("copies-02", 1)])
def test_copies_are_members_of_the_same_population(people, leak, n):
    train, safe = people
    made = planted(people, leak)
    members = train.haplotypes.reshape(200, 2, -1)
    found = 0
    for person, population in zip(
        made.haplotypes.reshape(members.shape), safe.samples.population, strict=True
    ):
        equal = (person == members).all(axis=(1, 2))
        found += population in train.samples.population[equal]
    assert found == n


def test_near_copies_differ_at_one_percent(people):
    train, _ = people
    made = planted(people, "near-copies")
    nearest = [(row != train.haplotypes).mean(axis=1).min() for row in made.haplotypes[:40]]
    assert 0.007 < np.mean(nearest) < 0.012
    assert not rows_of(made) & rows_of(train)


@pytest.mark.parametrize(("leak", "length"), [("mosaic-50", 50), ("mosaic-200", 200)])
def test_mosaics_have_pieces_of_donors(leak, length):
    """Every donor has an alphabet of its own: pieces can be read off."""
    rng = np.random.default_rng(1)
    train = random_comparison((60, 4, 4), 2000, seed=2).train
    rows = rng.integers(0, 2, train.haplotypes.shape, dtype=np.uint8)
    labels = strings(np.repeat(["A", "B"], 30))
    train = Panel(rows, train.sites, Samples(train.samples.id, population=labels))
    safe = train.take_individuals(np.arange(0, 60, 6))
    made = leaks.get(leak)().plant(train, safe, rng)
    equal = made.haplotypes[:, None, :] == train.haplotypes[None, :, :]
    far = np.repeat(safe.samples.population, 2)[:, None] != np.repeat(labels, 2)[None, :]
    assert longest(equal[far]).max() < 40
    mine = longest(equal).reshape(len(made.haplotypes), -1).max(axis=1)
    assert length < mine.mean() < 8 * length


def longest(equal: np.ndarray) -> np.ndarray:
    """Return the longest run of true along the last axis."""
    best = np.zeros(equal.shape[:-1], dtype=np.int64)
    now = best.copy()
    for j in range(equal.shape[-1]):
        now = np.where(equal[..., j], now + 1, 0)
        best = np.maximum(best, now)
    return best


def test_overfitted_has_long_pieces_with_few_errors():
    panels = random_comparison((40, 30, 4), 1000, seed=4)
    train, safe = panels.train, panels.holdout
    made = leaks.get("overfitted")().plant(train, safe, np.random.default_rng(5))
    assert not rows_of(made) & rows_of(train)
    runs = longest(made.haplotypes[:, None, :] == train.haplotypes[None, :, :]).max(axis=1)
    strangers = longest(safe.haplotypes[:, None, :] == train.haplotypes[None, :, :]).max(axis=1)
    assert 80 < runs.mean() < 400
    assert strangers.max() < 80


def test_children_have_a_gamete_of_a_member_and_of_a_stranger(people):
    train, safe = people
    made = planted(people, "relatives")
    changed = [
        i
        for i in range(200)
        if (made.haplotypes[2 * i : 2 * i + 2] != safe.haplotypes[2 * i : 2 * i + 2]).any()
    ]
    assert len(changed) == 20
    members = train.haplotypes.reshape(-1, 2, train.n_sites)
    for i in changed:
        given, own = made.haplotypes[2 * i], made.haplotypes[2 * i + 1]
        assert (given == members).any(axis=1).all(axis=1).any()
        assert (own == safe.haplotypes[2 * i : 2 * i + 2]).any(axis=0).all()


def test_recombination_follows_the_map():
    sites = random_comparison((2, 2, 2), 40, contigs=2, cm=True).train.sites
    chance = recombination(sites)
    second = int(np.flatnonzero(sites.contig_starts())[1])
    assert chance[0] == chance[second] == 0.5
    distance = (sites.cm[5] - sites.cm[4]) / 100
    assert chance[5] == pytest.approx((1 - np.exp(-2 * distance)) / 2)


def test_gamete_switches_as_often_as_it_should():
    rng = np.random.default_rng(3)
    pair = np.stack([np.zeros(1000, np.uint8), np.ones(1000, np.uint8)])
    crossed = np.full(1000, 0.01)
    crossed[0] = 0.5
    drawn = np.array([gamete(pair, crossed, rng) for _ in range(400)])
    assert np.abs(np.diff(drawn.astype(int), axis=1)).sum(axis=1).mean() == pytest.approx(10, 0.1)
    assert drawn.mean() == pytest.approx(0.5, abs=0.05)


def test_nobody_is_taken_twice_before_all_were():
    train = Samples(strings(range(6)), population=strings("AAABBC"))
    others = Samples(strings(range(9)), population=strings("AAAABBBBD"))
    found = partners(train, others, np.random.default_rng(1))
    assert set(found[:3]) == {0, 1, 2}
    assert set(found[:4]) == {0, 1, 2}
    assert sorted(found[4:8]) == [3, 3, 4, 4]
    assert 0 <= found[8] < 6
