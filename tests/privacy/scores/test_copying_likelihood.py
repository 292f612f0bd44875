import numpy as np
import pytest

from imaginome.privacy.scores.copying_likelihood import LANES, Copier, Donors, log_likelihood
from tests.support.leaks import diverse


def naive(target, donors, apart, rate, error):
    """The forward pass written out, every donor at every site."""
    jump = -np.expm1(-rate * apart)
    chance, total = np.full(len(donors), 1 / len(donors)), 0.0
    for j in range(len(target)):
        chance = (1 - jump[j]) * chance + jump[j] / len(donors)
        chance = chance * np.where(donors[:, j] == target[j], 1 - error, error)
        total += np.log(chance.sum())
        chance = chance / chance.sum()
    return total


def distances(n: int, rng: np.random.Generator) -> np.ndarray:
    apart = rng.exponential(1.0, n)
    apart[0] = apart[n // 2] = np.inf
    apart[3] = 1e-6
    return apart


@pytest.mark.parametrize("rate", [1e-4, 0.05, 3.0])
@pytest.mark.parametrize("error", [1e-4, 0.02])
def test_agrees_with_the_forward_pass_written_out(rate, error):
    rng = np.random.default_rng(7)
    frequency = rng.beta(0.4, 0.4, 60)
    donors = (rng.random((37, 60)) < frequency).astype(np.uint8)
    targets = (rng.random((LANES + 3, 60)) < frequency).astype(np.uint8)
    apart = distances(60, rng)
    found = log_likelihood(targets, Donors.of(donors), apart, rate, error, threads=2)
    expected = [naive(target, donors, apart, rate, error) for target in targets]
    assert found == pytest.approx(expected, rel=1e-9)


def test_stays_exact_where_a_copied_donor_differs_again_and_again():
    """All mass on carriers that do not fit: one less their sum would be rounding alone."""
    rng = np.random.default_rng(1)
    donors = np.zeros((50, 4000), dtype=np.uint8)
    donors[0, ::3] = 1
    donors[1:] |= rng.random((49, 4000)) < 0.02
    target = donors[:1].copy()
    target[0, ::30] = 0
    apart = np.full(4000, 1.0)
    found = log_likelihood(target, Donors.of(donors), apart, 1e-7, 1e-4)
    assert found[0] == pytest.approx(naive(target[0], donors, apart, 1e-7, 1e-4), rel=1e-9)


def test_few_jumps_do_not_underflow():
    donors = (np.random.default_rng(2).random((20, 9000)) < 0.3).astype(np.uint8)
    found = log_likelihood(donors[:1], Donors.of(donors), np.full(9000, 1.0), 0.3, 1e-3)
    assert found[0] == pytest.approx(naive(donors[0], donors, np.full(9000, 1.0), 0.3, 1e-3))


def test_threads_change_nothing():
    panel = diverse(20, 200).haplotypes
    known = Donors.of(panel[8:])
    found = [
        log_likelihood(panel[:8], known, np.full(200, 1.0), 0.02, 0.01, threads)
        for threads in (1, 3)
    ]
    assert np.array_equal(*found)
    assert len(log_likelihood(panel[:0], known, np.full(200, 1.0), 0.02, 0.01)) == 0


def test_fitted_copier_is_the_likeliest_of_those_tried_nearby():
    panel = diverse(60, 400).haplotypes
    apart = np.full(400, 1.0)
    apart[0] = np.inf
    copier = Copier.fitted(panel, apart)
    targets, donors = panel[:30], Donors.of(panel[30:])

    def total(rate, error):
        return log_likelihood(targets, donors, apart, rate, error).sum()

    # Simulated with one switch in a hundred sites and one error in a hundred.
    assert 0.005 < copier.rate < 0.1
    assert copier.error == 0.01
    assert total(copier.rate, copier.error) > total(copier.rate * 10, copier.error)
    assert total(copier.rate, copier.error) > total(copier.rate, copier.error / 100)
