import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import roc_auc_score

from imaginome.kernels.bits import pack_sites
from imaginome.metrics.items.classifier.trees import _bit, _part, grow

MASK = 2**64 - 1


class Draws:
    """xorshift64* in whole numbers of Python."""

    def __init__(self, seed):
        self.x = seed

    def below(self, most):
        self.x ^= self.x >> 12
        self.x = (self.x ^ (self.x << 25)) & MASK
        self.x ^= self.x >> 27
        return ((self.x * 2685821657736338717 & MASK) >> 32) * most >> 32


def gini(labels):
    p = np.mean(labels)
    return 2 * p * (1 - p)


def naive_tree(x, y, fitted, scored, tries, leaf, draws):
    """Return the score of each scored row by growing one tree recursively."""
    if not scored:
        return {}
    share = float(np.mean(y[fitted]))
    best, best_gain = None, -1.0
    if 0 < share < 1 and len(fitted) >= 2 * leaf:
        for drawn in range(2 * x.shape[1]):
            if drawn >= tries and best is not None:
                break
            site = draws.below(x.shape[1])
            ones = [i for i in fitted if x[i, site]]
            zeros = [i for i in fitted if not x[i, site]]
            if min(len(ones), len(zeros)) < leaf:
                continue
            parts = len(ones) * gini(y[ones]) + len(zeros) * gini(y[zeros])
            gain = len(fitted) * gini(y[fitted]) - parts
            if gain > best_gain + 1e-9:
                best, best_gain = site, gain
    if best is None:
        return dict.fromkeys(scored, share)
    scores = {}
    for allele in (1, 0):
        below = [[i for i in rows if x[i, best] == allele] for rows in (fitted, scored)]
        scores |= naive_tree(x, y, *below, tries, leaf, draws)
    return scores


def test_bits_are_where_pack_sites_puts_them():
    x = np.random.default_rng(1).integers(0, 2, (150, 3), dtype=np.uint8)
    bits = pack_sites(x)
    assert [[_bit(bits[j], i) for j in range(3)] for i in range(150)] == x.tolist()


def test_rows_are_parted_by_allele():
    x = np.random.default_rng(2).integers(0, 2, (90, 1), dtype=np.uint8)
    rows = np.random.default_rng(3).permutation(90)[:40]
    parted = rows.copy()
    left = _part(pack_sites(x)[0], parted)
    assert left == (x[rows, 0] == 0).sum()
    assert not x[parted[:left], 0].any()
    assert x[parted[left:], 0].all()
    assert sorted(parted) == sorted(rows)


@pytest.mark.parametrize("leaf", [1, 4])
def test_a_tree_against_recursion(panel, leaf):
    x = panel.haplotypes[:, :30]
    y = (np.arange(len(x)) // 2 % 3 == 0).astype(np.uint8)
    fitted, scored = np.arange(0, 80), np.arange(80, 120)
    rng = np.random.default_rng(5)
    seed = int(np.random.default_rng(5).integers(1, 2**62, 1)[0])
    found = grow(pack_sites(x), y, fitted, scored, rng, trees=1, leaf=leaf)
    expected = naive_tree(x, y, list(fitted), list(scored), 5, leaf, Draws(seed))
    np.testing.assert_allclose(found.scores, [expected[i] for i in scored])


def test_a_telling_site_is_found_and_named():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 2, (200, 9), dtype=np.uint8)
    y = x[:, 4].copy()
    found = grow(pack_sites(x), y, np.arange(150), np.arange(150, 200), rng, trees=50)
    assert roc_auc_score(y[150:], found.scores) == 1.0
    assert found.importance.argmax() == 4
    assert found.importance[4] > 0.5 * found.importance.sum()


def test_as_good_as_the_trees_of_scikit_learn():
    rng = np.random.default_rng(7)
    x = (rng.random((900, 60)) < rng.beta(0.5, 1, 60)).astype(np.uint8)
    logit = x[:, :20] @ rng.normal(0, 1, 20)
    y = (logit - np.median(logit) + rng.logistic(0, 1, 900) > 0).astype(np.uint8)
    fitted, scored = np.arange(600), np.arange(600, 900)
    ours = grow(pack_sites(x), y, fitted, scored, rng).scores
    other = ExtraTreesClassifier(200, min_samples_leaf=3, random_state=1).fit(x[fitted], y[fitted])
    theirs = other.predict_proba(x[scored])[:, 1]
    assert roc_auc_score(y[scored], ours) == pytest.approx(
        roc_auc_score(y[scored], theirs), abs=0.03
    )


def test_no_site_at_all_is_a_guess():
    y = np.array([1, 1, 0, 0, 1, 0], dtype=np.uint8)
    bits = pack_sites(np.empty((6, 0), dtype=np.uint8))
    found = grow(bits, y, np.arange(4), np.arange(4, 6), np.random.default_rng(1))
    assert found.scores.tolist() == [0.5, 0.5]
