from dataclasses import replace

import numpy as np
import pytest
import torch

from imaginome.kernels.ranks import area
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.items.classifier import metric as classifier
from imaginome.metrics.items.classifier.metric import FOLDS, ITEM, Task
from imaginome.metrics.items.classifier.network import network_scores, one_thread
from tests.support.comparisons import compared, part


def measures(comparison):
    return {m.id: m for m in ITEM().compute(comparison).measures}


def independent(panel, rng):
    """Draw every site on its own: frequencies kept, linkage lost."""
    drawn = rng.random(panel.haplotypes.shape) < panel.frequencies()
    return replace(panel, haplotypes=drawn.astype(np.uint8))


def strangers(panel, n, rng):
    """Return people with random alleles and two equal haplotypes each."""
    people = rng.integers(0, 2, (n, panel.n_sites), dtype=np.uint8)
    some = panel.take_individuals(np.arange(n))
    return replace(some, haplotypes=np.repeat(people, 2, axis=0))


def test_people_stay_together_and_folds_are_even(thirds):
    task = Task.of(thirds, "artificial")
    np.testing.assert_array_equal(task.fold[0::2], task.fold[1::2])
    for label in (0, 1):
        sizes = np.bincount(task.fold[task.label == label]) // 2
        assert len(sizes) == FOLDS
        assert np.ptp(sizes) <= 1


def test_only_sites_that_vary_are_seen(thirds):
    task = Task.of(thirds, "artificial")
    both = np.concatenate([thirds.artificial.haplotypes, thirds.holdout.haplotypes])
    np.testing.assert_array_equal(task.sites, np.flatnonzero(both.any(axis=0) & ~both.all(axis=0)))
    np.testing.assert_array_equal(task.haplotypes, both[:, task.sites])


def test_equal_haplotypes_of_a_person_give_nothing_away(panel):
    """If they were in different folds, every one would be recognised by the other."""
    rng = np.random.default_rng(1)
    found = measures(compared(*(strangers(panel, 60, rng) for _ in range(3)), replicates=20))
    for measure in found.values():
        assert measure.artificial.value < 0.65
        assert measure.ceiling.value < 0.65


def test_real_people_are_not_told_apart_and_independent_sites_are(panel):
    rng = np.random.default_rng(2)
    false = independent(part(panel, 2), rng)
    found = measures(compared(part(panel, 0), part(panel, 1), false, replicates=20))
    for measure in found.values():
        assert measure.artificial.value > 0.65
        assert measure.artificial.low > measure.ceiling.value
        assert measure.ceiling.low < 0.5


def test_a_linear_difference_is_learnt_by_the_network():
    rng = np.random.default_rng(3)
    x = rng.integers(0, 2, (600, 40), dtype=np.uint8)
    logit = x @ rng.normal(0, 1.5, 40)
    y = (logit > np.median(logit)).astype(np.uint8)
    fitted, scored = np.arange(400), np.arange(400, 600)
    with one_thread():
        scores = network_scores(x, y, fitted, scored, 1)
    first, second = scores[y[scored] == 1], scores[y[scored] == 0]
    assert area(first, second, np.ones((1, len(first))), np.ones((1, len(second))))[0] > 0.95


def test_torch_gets_its_threads_back():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_large_panels_show_the_network_some_sites(thirds, monkeypatch):
    monkeypatch.setattr(classifier, "MOST_SITES", 30)
    task = Task.of(thirds, "artificial")
    assert task.haplotypes.shape[1] == 30
    assert len(task.bits) == len(task.sites) > 30


def test_too_few_people_give_nulls(panel):
    few = [panel.take_individuals(np.arange(5 * k, 5 * k + 5)) for k in range(3)]
    result = ITEM().compute(compared(*few))
    assert [m.artificial.value for m in result.measures] == [None, None]
    assert "6 people" in result.measures[0].note
    assert result.figures == []


def test_threads_change_nothing(thirds):
    one = ITEM().compute(thirds).model_dump_json()
    assert ITEM().compute(replace(thirds, threads=3)).model_dump_json() == one


def test_importance_points_at_the_false_stretch(panel):
    """Alleles of the last sixth are swapped."""
    false = part(panel, 2).haplotypes.copy()
    false[:, 100:] = 1 - part(panel, 2).haplotypes[:, 100:]
    changed = replace(part(panel, 2), haplotypes=false)
    comparison = compared(part(panel, 0), part(panel, 1), changed, replicates=2)
    figure = next(f for f in ITEM().compute(comparison).figures if f.id.endswith("importance"))
    lines = {s.name: np.array(s.y, dtype=float) for s in figure.series}
    assert lines["artificial"][20:].sum() > 0.6
    assert lines["artificial"].sum() == pytest.approx(1, abs=1e-3)


@pytest.mark.panels
@pytest.mark.long
def test_published_genomes_are_recognised_as_often_as_reported(panels_dir):
    from imaginome import read_panel, split
    from imaginome.formats import ReadOptions

    folder = panels_dir / "kgp-805"
    table = ReadOptions(samples_table=panels_dir / "samples.tsv")
    train, holdout = split(read_panel(folder / "real.hapt.gz", table), 0.5, 1)
    for name, trees, network in (("rbm", 0.61, 0.50), ("gan", 0.97, 0.97)):
        options = ReadOptions(legend=folder / "real.legend")
        artificial = read_panel(folder / f"published-{name}.hapt.gz", options)
        found = measures(Comparison.of(train, holdout, artificial).balanced())
        assert found["classifier.trees"].artificial.value == pytest.approx(trees, abs=0.04)
        assert found["classifier.network"].artificial.value == pytest.approx(network, abs=0.04)
        for measure in found.values():
            assert measure.ceiling.value == pytest.approx(0.5, abs=0.03)
