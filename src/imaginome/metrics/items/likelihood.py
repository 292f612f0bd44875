"""Likelihood: how probable people are under the model that made the artificial ones."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.citations import cite
from imaginome.kernels.intervals import individual_weights
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.cloud import LEAST, histograms
from imaginome.metrics.comparison import SHOWN, Comparison
from imaginome.metrics.evidence import ModelEvidence
from imaginome.metrics.labels import FEWEST, members
from imaginome.metrics.measures import Sample, measure, short
from imaginome.metrics.resample import PANELS
from imaginome.results import Cell, Figure, Measure, MetricResult, Table

BINS = 30

Means = dict[str, Float64s]


class Likelihood(Metric):
    """Metric 8: log-likelihood of people whom the model never saw."""

    id = "likelihood"
    topic = "classifier"
    name = "Held-out likelihood"
    description = (
        "How probable unseen people are under the model, and how much more probable those are "
        "that it learnt from."
    )
    citations = cite(
        theis2016="held-out log-likelihood as a measure of its own, beside the look of samples",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare log-likelihoods; see `Metric.compute`."""
        evidence = comparison.evidence
        if evidence is None or evidence.log_likelihood is None:
            raise NotApplicable(
                "the model gives no likelihood of a haplotype; with `evaluate`, name the fitted "
                "model with --model"
            )
        people = {name: _by_person(evidence.log_likelihood[name]) for name in PANELS}
        means = {name: _means(comparison, name, people[name]) for name in PANELS}
        sites = comparison.holdout.n_sites
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=_measures(means, sites, evidence.exact),
            figures=[_figure(evidence.log_likelihood, sites)],
            tables=_tables(comparison, people),
            citations=[citation.text() for citation in self.citations],
            notes=_notes(evidence, people),
        )


def _by_person(logs: Float64s) -> Float64s:
    """Return the mean of both haplotypes of each individual; NaN where not computed."""
    return np.asarray((logs[0::2] + logs[1::2]) / 2)


def _means(comparison: Comparison, name: str, people: Float64s) -> Float64s:
    """Return the mean of all people, then that of each replicate."""
    known = people[~np.isnan(people)]
    if len(known) < 2:
        raise NotApplicable(f"the likelihood of fewer than two people of the {name} panel is known")
    if np.isinf(known).any():
        # Somebody is impossible under the model: leaving him out would reward it.
        return np.full(1 + comparison.replicates, -np.inf)
    rng = comparison.rng("bootstrap", "likelihood", name)
    weights = individual_weights(len(known), comparison.replicates, rng).astype(np.float64)
    return np.append(known.mean(), weights @ known / len(known))


def _measures(means: Means, sites: int, exact: bool) -> list[Measure]:
    train, holdout = _sample(means["train"]), _sample(means["holdout"])
    with np.errstate(invalid="ignore"):
        more = _sample((means["train"] - means["holdout"]) / sites)
        above = _sample((means["artificial"] - means["holdout"]) / sites)
    kind = "Exact." if exact else "Up to an error of log Z that is common to all haplotypes."
    seen = f"{kind} In the place of the ceiling: people whom the model learnt from."
    anywhere = (-np.inf, np.inf)
    return [
        measure(
            "likelihood.per_site",
            "Log-likelihood of unseen people, per site",
            _sample(means["holdout"] / sites),
            _sample(means["train"] / sites),
            unit="nats per site of a haplotype",
            toward="higher",
            bounds=anywhere,
            key=True,
            note=seen,
        ),
        measure(
            "likelihood.per_haplotype",
            "Log-likelihood of unseen people",
            holdout,
            train,
            unit="nats per haplotype",
            toward="higher",
            bounds=anywhere,
            note=seen,
        ),
        measure(
            "likelihood.overfitting",
            "People whom the model learnt from are more probable than unseen ones by",
            more,
            Sample(0.0, np.zeros(2)),
            unit="nats per site of a haplotype",
            best=0.0,
            toward="best",
            bounds=anywhere,
            note="In the place of the ceiling: no difference. log Z cancels.",
        ),
        measure(
            "likelihood.artificial",
            "Artificial people are more probable than unseen ones by",
            above,
            more,
            unit="nats per site of a haplotype",
            best=0.0,
            toward="best",
            bounds=anywhere,
            note="Above zero the model draws the likely more often than life does; log Z cancels.",
        ),
    ]


def _sample(values: Float64s) -> Sample:
    return Sample(values[0], values[1:])


def _figure(logs: dict[str, Float64s], sites: int) -> Figure:
    """Return the distribution over haplotypes, in bins of `LEAST` or more."""
    known = {name: logs[name][np.isfinite(logs[name])] / sites for name in SHOWN}
    return Figure(
        id="likelihood.distribution",
        title="Log-likelihood of haplotypes under the model",
        reading="Train to the right of the holdout is overfitting. Artificial to the right of "
        f"both is a model that avoids the unusual. Bins of fewer than {LEAST} haplotypes are "
        "left out; the outermost also hold what lies beyond.",
        kind="lines",
        x_label="log-likelihood (nats per site)",
        y_label="share of haplotypes",
        series=histograms(known, BINS),
    )


def _tables(comparison: Comparison, people: Means) -> list[Table]:
    """Return the mean of each population of `FEWEST` known people or more."""
    sites = comparison.holdout.n_sites
    groups = {name: members(getattr(comparison, name), "population") for name in PANELS}
    rows: list[list[Cell]] = []
    for label in sorted(groups["holdout"]):
        row: list[Cell] = [label]
        for name in SHOWN:
            known = people[name][groups[name].get(label, np.empty(0, dtype=np.intp))]
            known = known[~np.isnan(known)]
            row += [short(known.mean() / sites) if len(known) >= FEWEST else None]
        if row[1] is not None:
            rows.append(row)
    if not rows:
        return []
    columns = ["population", *(f"{name}, nats per site" for name in SHOWN)]
    title = "Log-likelihood by population"
    return [Table(id="likelihood.populations", title=title, columns=columns, rows=rows)]


def _notes(evidence: ModelEvidence, people: Means) -> list[str]:
    known = {name: int((~np.isnan(people[name])).sum()) for name in SHOWN}
    impossible = [name for name in SHOWN if np.isinf(people[name]).any()]
    notes = [
        f"Model {evidence.model}: "
        + (
            "the likelihood is exact."
            if evidence.exact
            else "the likelihood is an estimate; all haplotypes share the error of log Z, and "
            "differences between people are exact."
        ),
        "Likelihoods of different models compare only at the same sites and people.",
        "Train holds the people on whom the model was validated too: overfitting is that of all.",
    ]
    if impossible:
        notes.append(
            f"Some people are impossible under the model, in: {', '.join(impossible)}. The mean of "
            "log-likelihoods is minus infinity there, and no figure of it is given."
        )
    if any(known[name] < len(people[name]) for name in SHOWN):
        said = ", ".join(f"{known[name]} of {len(people[name])} in {name}" for name in SHOWN)
        notes.append(f"Computed for people drawn at random, to bound the time: {said}.")
    return notes


ITEM = Likelihood
