"""Which generator was chosen and why: the content of ``choice.json``."""

from __future__ import annotations

from imaginome.results.figures import Result

CHOICE = "choice.json"
"""Where a model folder says why the model was chosen."""


class Compared(Result):
    """One generator with settings that a choice compared, or struck from its list.

    Attributes
    ----------
    model, settings
        The fit that would be made; `tried_as` are the settings of its trials.
    struck
        Why it was not tried, or failed; empty where it was tried.
    rounds
        Rounds in which it was tried.
    ratios
        Held-out measures as multiples of their ceilings, geometric means over rounds.
    score
        Geometric mean of the ratios; 1 is as near to held-out people as real people are.
    log_likelihood
        Mean over held-out haplotypes, in nats; None where it is not exact.
    fit_seconds, trial_seconds
        Predicted time of the fit; predicted time of its trials.
    seconds
        What its trials took; None where that is not told.
    """

    model: str
    settings: list[str]
    tried_as: list[str]
    struck: str = ""
    rounds: int = 0
    ratios: dict[str, float] = {}
    score: float | None = None
    log_likelihood: float | None = None
    fit_seconds: float
    trial_seconds: float = 0.0
    seconds: float | None = None
    chosen: bool = False


class Choice(Result):
    """Which generator was chosen for a panel, from what, and why: ``choice.json``."""

    version: str
    seed: int
    budget: float
    model: str
    settings: list[str]
    reason: str
    compared: list[Compared]
    rounds: int
    individuals: int
    sites: int
    all_sites: int
    predicted_seconds: float
    seconds: float | None = None
    notes: list[str] = []
    citations: list[str] = []

    def timeless(self) -> Choice:
        """Return the choice without what it took: the same bytes for the same panel and seed."""
        rows = [row.model_copy(update={"seconds": None}) for row in self.compared]
        return self.model_copy(update={"seconds": None, "compared": rows})
