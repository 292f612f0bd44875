"""What a guarantee allows, cross-checked with dp-accounting; a budget is never overspent."""

from __future__ import annotations

import math

import numpy as np
import pytest

from imaginome.dp.accounting import Budget, epsilon_of, rho_of
from imaginome.dp.guarantee import Guarantee, Spending
from imaginome.dp.noise import seeded
from imaginome.errors import ModelError, SettingsError

EPSILONS = (0.1, 0.5, 1.0, 3.0, 8.0, 30.0)


@pytest.mark.parametrize("epsilon", EPSILONS)
@pytest.mark.parametrize("delta", [1e-4, 1e-6, 1e-9])
def test_rho_and_epsilon_are_inverse(epsilon: float, delta: float) -> None:
    assert epsilon_of(rho_of(epsilon, delta), delta) == pytest.approx(epsilon, rel=1e-6)


def test_the_conversion_is_the_least_over_all_orders() -> None:
    rho, delta = 0.2, 1e-6
    orders = 1 + np.geomspace(1e-3, 1e4, 200_000)
    bounds = rho * orders + np.log(1 / (orders * delta)) / (orders - 1) + np.log1p(-1 / orders)
    assert epsilon_of(rho, delta) == pytest.approx(bounds.min(), rel=1e-6)


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_another_accountant_finds_no_more(epsilon: float) -> None:
    """Privacy loss distributions are tight: what we claim is above, and not far above."""
    accounting = pytest.importorskip("dp_accounting")
    pld = pytest.importorskip("dp_accounting.pld")
    rdp = pytest.importorskip("dp_accounting.rdp")
    rho = rho_of(epsilon, 1e-6)
    parts = [0.05 * rho, 0.15 * rho, 0.8 * rho]
    event = accounting.ComposedDpEvent(
        [accounting.GaussianDpEvent(1 / math.sqrt(2 * part)) for part in parts]
    )
    tight = pld.PLDAccountant().compose(event).get_epsilon(1e-6)
    assert 0.85 * epsilon < tight <= epsilon
    renyi = rdp.RdpAccountant().compose(event).get_epsilon(1e-6)
    assert renyi == pytest.approx(epsilon, rel=5e-2)


def budget(epsilon: float = 1.0) -> Budget:
    return Budget(Guarantee(epsilon, 1e-6), source=seeded(1))


def test_noise_is_as_large_as_shares_say() -> None:
    spent, zeros = budget(), np.zeros((50, 400), dtype=np.int64)
    told = spent.count("zeros", zeros, sensitivity_squared=9, share=0.25)
    assert told.variance == pytest.approx(9 / (2 * 0.25 * rho_of(1.0, 1e-6)))
    assert told.values.var() == pytest.approx(told.variance, rel=0.05)
    (release,) = spent.releases
    assert (release.values, release.sensitivity) == (20_000, 3.0)
    assert release.noise == pytest.approx(math.sqrt(told.variance))


def test_releases_add_up_to_the_guarantee() -> None:
    spent, one = budget(3.0), np.ones(5, dtype=np.int64)
    for share in (0.1, 0.3, 0.6):
        spent.count("ones", one, sensitivity_squared=4, share=share)
    rhos = [release.rho for release in spent.releases]
    assert epsilon_of(sum(rhos), 1e-6) == pytest.approx(3.0)
    for release, noise in zip(spent.releases, spent.noise_multipliers(), strict=True):
        assert release.rho == pytest.approx(1 / (2 * noise**2))


@pytest.mark.parametrize("share", [0.6, 0.0, -1.0])
def test_more_than_is_left_is_refused(share: float) -> None:
    spent, one = budget(), np.ones(5, dtype=np.int64)
    spent.count("ones", one, sensitivity_squared=1, share=0.5)
    with pytest.raises(ModelError, match="privacy budget"):
        spent.count("ones again", one, sensitivity_squared=1, share=share)
    assert len(spent.releases) == 1


def test_infinite_epsilon_adds_no_noise_and_says_so() -> None:
    spent, counts = budget(math.inf), np.arange(9)
    told = spent.count("all", counts, sensitivity_squared=1, share=1.0)
    assert np.array_equal(told.values, counts)
    assert spent.spending().facts()["Guarantee"].startswith("none")


def test_the_record_survives_json_and_tells_of_a_known_seed() -> None:
    spent = budget(2.0)
    spent.public.append("the site list")
    spent.count("ones", np.ones(5, dtype=np.int64), sensitivity_squared=1, share=1.0)
    record = spent.spending()
    assert Spending.model_validate_json(record.model_dump_json()) == record
    assert "VOID" in record.facts()["Guarantee"]
    secret = Budget(Guarantee(2.0, 1e-6)).spending()
    assert "VOID" not in secret.facts()["Guarantee"]
    infinite = budget(math.inf).spending()
    assert Spending.model_validate_json(infinite.model_dump_json()) == infinite


@pytest.mark.parametrize(
    ("epsilon", "delta"), [(0, 1e-6), (-1, 1e-6), (1, 0), (1, 1), (math.nan, 0.1)]
)
def test_what_is_no_guarantee_is_refused(epsilon: float, delta: float) -> None:
    with pytest.raises(SettingsError):
        Guarantee(epsilon, delta)
