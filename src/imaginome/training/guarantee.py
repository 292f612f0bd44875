"""Differential privacy: what a private fit promises, and what it spent."""

from __future__ import annotations

from dataclasses import dataclass

from imaginome.citations import Citation
from imaginome.errors import SettingsError

DWORK_2006 = Citation(
    "dwork2006",
    "Dwork, Cynthia and McSherry, Frank and Nissim, Kobbi and Smith, Adam",
    "Calibrating noise to sensitivity in private data analysis",
    "Theory of Cryptography (TCC)",
    2006,
    "10.1007/11681878_14",
    "differential privacy: what one person changes is drowned in noise",
)


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
