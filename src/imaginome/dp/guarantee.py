"""Differential privacy: what a private fit promises, and what it spent."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from imaginome.errors import SettingsError
from imaginome.panel.units import Unit

DELTA = 1e-6
"""Where none is given; refused where it is not below one over the number of people."""


@dataclass(frozen=True)
class Guarantee:
    """(epsilon, delta)-differential privacy with respect to adding or removing one unit.

    Whoever is in the train panel, the fitted model is nearly as likely without them: any event
    at most ``exp(epsilon)`` times as likely, up to `delta`. The unit is the family where
    families are given, else the individual: both haplotypes.

    Attributes
    ----------
    epsilon
        Positive; ``inf`` trains by the same method without noise, and promises nothing.
    delta
        Between 0 and 1, well below one over the number of units.

    Raises
    ------
    SettingsError
        When epsilon or delta is out of range.
    """

    epsilon: float
    delta: float

    def __post_init__(self) -> None:
        """Check both numbers."""
        if not self.epsilon > 0:
            raise SettingsError(f"epsilon {self.epsilon:g} is not positive", "give --epsilon 1")
        if not 0 < self.delta < 1:
            raise SettingsError(
                f"delta {self.delta:g} is not between 0 and 1",
                "give a delta well below one over the number of people, such as 1e-6",
            )


class Release(BaseModel):
    """One thing that a private fit learned of its train panel.

    Attributes
    ----------
    what, mechanism
        What was released, and how it was protected, in words.
    values
        How many numbers.
    sensitivity, noise
        Most that one unit changes it (Euclidean length), and the noise (standard deviation), in
        the same unit.
    rho
        Spent on it, in zero-concentrated privacy; None where another accountant counts.
    sampling
        Share of the units that each step draws; 1 where all are looked at.
    steps
        How often it was done.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    what: str
    mechanism: str
    values: int
    sensitivity: float
    noise: float
    rho: float | None = None
    sampling: float = 1.0
    steps: int = 1


class Spending(BaseModel):
    """What a private fit promises and how it kept it: saved with the model.

    Attributes
    ----------
    epsilon, delta, unit
        The promise: see `Guarantee`.
    accountant
        How the releases were added up.
    releases
        Everything that the fit learned of the train panel.
    public
        What is taken as known to all, in words.
    secret_noise
        Whether nobody can draw the noise again; if not, the guarantee holds only towards those
        who do not know the seed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    epsilon: float
    delta: float
    unit: Unit
    accountant: str
    releases: tuple[Release, ...]
    public: tuple[str, ...]
    secret_noise: bool

    def facts(self) -> dict[str, str]:
        """Describe the guarantee for the datasheet, label by label."""
        released = "; ".join(_told(release) for release in self.releases)
        return {
            "Guarantee": self._promise(),
            "Guarantee covers": "model/ and what is drawn from it; the split is taken as given. "
            "Not covered: figures of quality and audit, which compare with real people, and the "
            "choice of settings by anyone who had looked at the data",
            "Guarantee counted by": self.accountant,
            "Released under it": released,
            "Taken as public": "; ".join(self.public),
        }

    def _promise(self) -> str:
        if self.epsilon == float("inf"):
            return "none: epsilon is infinite, no noise was added"
        known = "" if self.secret_noise else "; VOID towards anyone who knows the seed of the noise"
        return (
            f"({self.epsilon:g}, {self.delta:g})-differential privacy, adding or removing one "
            f"{self.unit}{known}"
        )


def _told(release: Release) -> str:
    often = "" if release.steps == 1 else f", {release.steps:,} steps at {release.sampling:.3g}"
    return (
        f"{release.what} ({release.values:,} numbers, one unit changes them by at most "
        f"{release.sensitivity:.4g}, noise s.d. {release.noise:.4g}{often})"
    )
