"""Zero-concentrated differential privacy: what a guarantee allows, and what was spent of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

from scipy.optimize import brentq, minimize_scalar

from imaginome.arrays import Int64s
from imaginome.dp.guarantee import Guarantee, Release, Spending
from imaginome.dp.noise import SYSTEM, NoiseSource, describe, discrete_normal
from imaginome.errors import ModelError
from imaginome.panel.units import Unit

ACCOUNTANT = "zero-concentrated differential privacy"
SLACK = 1e-9
ROUNDING = 1e-12


def epsilon_of(rho: float, delta: float) -> float:
    """Return the least epsilon at `delta` of what is `rho`-zero-concentrated.

    The tight conversion of Canonne, Kamath and Steinke (2020), corollary 13: the least over
    ``alpha > 1`` of ``rho alpha + ln(1 / (alpha delta)) / (alpha - 1) + ln(1 - 1 / alpha)``.
    """
    if rho in (0.0, math.inf):
        return rho

    def bound(x: float) -> float:
        alpha = 1 + math.exp(x)
        fall = math.log1p(-1 / alpha) - math.log(delta * alpha) / (alpha - 1)
        return rho * alpha + fall

    # Every alpha gives a bound that holds, so that the tightest need not be known exactly.
    best = minimize_scalar(bound, bounds=(-20.0, 20.0), method="bounded", options={"xatol": 1e-9})
    return max(0.0, float(best.fun))


@lru_cache
def rho_of(epsilon: float, delta: float) -> float:
    """Return the largest rho whose `epsilon_of` at `delta` is at most `epsilon`, rounded down."""
    if math.isinf(epsilon):
        return math.inf

    def beyond(rho: float) -> float:
        return epsilon_of(rho, delta) - epsilon

    root = float(brentq(beyond, 0.0, epsilon + 1.0, xtol=1e-300, rtol=ROUNDING))
    return root * (1.0 - 2.0 * ROUNDING)


@dataclass(frozen=True)
class Noisy:
    """Released counts, ``int64``, and the variance of the noise in them."""

    values: Int64s
    variance: float


@dataclass
class Budget:
    """What one private fit may spend, and what it has spent.

    Attributes
    ----------
    guarantee
        What is promised of everything together.
    unit
        What adding or removing means; see `panel.units`.
    source
        Where the noise comes from.
    public
        What the guarantee takes as known to all, in words.
    releases
        What was released so far.
    accountant
        How it is added up; a generator that adds up otherwise says so here.
    people
        How many units there are, with noise: the frame of a private fit has counted them.
    """

    guarantee: Guarantee
    unit: Unit = "individual"
    source: NoiseSource = SYSTEM
    public: list[str] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    accountant: str = ACCOUNTANT
    people: float = 1.0
    _shares: float = 0.0

    @property
    def rho(self) -> float:
        """All that may be spent, in zero-concentrated privacy."""
        return rho_of(self.guarantee.epsilon, self.guarantee.delta)

    @property
    def left(self) -> float:
        """The share of `rho` that is not spent yet."""
        return max(0.0, 1.0 - self._shares)

    def count(self, what: str, counts: Int64s, *, sensitivity_squared: int, share: float) -> Noisy:
        """Release counts with discrete normal noise.

        Parameters
        ----------
        what
            What is counted, for the record.
        counts
            ``int64`` of any shape: everything that this release tells.
        sensitivity_squared
            Most that adding or removing one unit changes the sum of squares of `counts`: the
            caller clips what a unit contributes, and proves it.
        share
            Of `rho`, to spend on this.

        Returns
        -------
        Noisy
            Of the same shape.

        Raises
        ------
        ModelError
            When more than everything would be spent.
        """
        rho = self._take(share, what)
        variance = 0.0 if math.isinf(rho) else sensitivity_squared / (2 * rho)
        noise = discrete_normal(variance, counts.size, self.source).reshape(counts.shape)
        self.releases.append(
            Release(
                what=what,
                mechanism=describe(self.source),
                values=counts.size,
                sensitivity=math.sqrt(sensitivity_squared),
                noise=math.sqrt(variance),
                rho=rho,
            )
        )
        return Noisy(counts + noise, variance)

    def reserve(self, share: float, what: str) -> None:
        """Keep a share of `rho` for what another accountant counts.

        Raises
        ------
        ModelError
            When more than everything would be spent.
        """
        self._take(share, what)

    def noise_multipliers(self) -> list[float]:
        """Return noise over sensitivity of each release so far, for another accountant."""
        return [release.noise / release.sensitivity for release in self.releases]

    def spending(self) -> Spending:
        """Return the record of what was promised and spent."""
        return Spending(
            epsilon=self.guarantee.epsilon,
            delta=self.guarantee.delta,
            unit=self.unit,
            accountant=self.accountant,
            releases=tuple(self.releases),
            public=tuple(self.public),
            secret_noise=self.source.secret,
        )

    def _take(self, share: float, what: str) -> float:
        if not 0 < share <= self.left + SLACK:
            raise ModelError(
                f"{what} would take {share:.0%} of the privacy budget, and {self.left:.0%} is left",
                "this is an error in the generator: its shares are more than everything",
            )
        self._shares += share
        return self.rho * share
