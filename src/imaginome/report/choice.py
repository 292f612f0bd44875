"""Why this model: everything that was compared, as a table."""

from __future__ import annotations

from imaginome.results import Cell, Choice, Compared, Table


def compared_table(choice: Choice) -> Table:
    """Return a row for each candidate, the best score first."""
    measures = list(dict.fromkeys(name for row in choice.compared for name in row.ratios))
    return Table(
        id="choice.compared",
        title="What was compared",
        columns=[
            "Model",
            "Score",
            *(f"{name}, multiple of ceiling" for name in measures),
            "Held-out log-likelihood, nats",
            "Rounds",
            "Trials, s",
            "Trials, predicted s",
            "Fit, predicted s",
            "Outcome",
        ],
        rows=[_row(row, measures) for row in choice.compared],
    )


def _row(row: Compared, measures: list[str]) -> list[Cell]:
    return [
        " ".join([row.model, *row.settings]),
        row.score,
        *(row.ratios.get(name) for name in measures),
        row.log_likelihood,
        row.rounds,
        *(_whole(time) for time in (row.seconds, row.trial_seconds, row.fit_seconds)),
        "chosen" if row.chosen else row.struck or "compared",
    ]


def _whole(seconds: float | None) -> int | None:
    """Return whole seconds, at least one: nobody chooses by fractions."""
    return max(1, round(seconds)) if seconds else None
