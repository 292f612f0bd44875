"""Membership from latent codes: who lies near artificial people in the model's own space."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.neighbours import nearest_points
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evidence import Codes
from imaginome.panel import haplotype_rows
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.crossfit import Targets, too_few
from imaginome.privacy.scores.with_model import report, scored
from imaginome.results import AttackResult

LEAST = 1e-6


class ModelLatent(Attack):
    """Encode people and artificial ones, and look who is near."""

    id = "model-latent"
    name = "Latent codes of the model"
    description = (
        "Guesses that a person was in train if the model's code of one of their haplotypes lies "
        "nearer to that of an artificial one than to those of other real people."
    )
    blind_spot = (
        "It looks at distances between codes only: a model whose codes forget a person's own "
        "alleles says nothing here, however much its decoder remembers."
    )
    citations = cite(
        hilprecht2019="membership from the neighbourhood of generated records",
        chen2020="calibration by a reference that has not seen the person",
    )
    area = "membership"
    access = "model"
    sees = "everyone"

    def missing(self, comparison: Comparison) -> str:
        """See `Attack.missing`."""
        evidence = comparison.evidence
        if evidence is not None and evidence.latent is None:
            return f"the {evidence.model} model encodes nobody"
        return super().missing(comparison) or too_few(comparison)

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack train (members) and holdout (non-members) people."""
        evidence = comparison.evidence
        assert evidence is not None and evidence.latent is not None
        with threadpool_limits(1):
            targets = _scores(comparison, evidence.latent)
        notes = [
            "Of both haplotypes the one counts that lies nearer. Distances to artificial codes "
            "are divided by those to codes of people of the holdout who are not attacked at "
            "the time."
        ]
        return report(self, comparison, policy, targets, notes)


def _scores(comparison: Comparison, codes: Codes) -> Targets:
    """Score everyone by how much nearer the artificial codes are than those of real people."""
    threads = comparison.threads
    near = {n: nearest_points(codes[n], codes["artificial"], threads) for n in ("train", "holdout")}

    def score(known: Indices, name: str, whom: Indices) -> Float64s:
        rows = haplotype_rows(whom)
        apart = nearest_points(codes[name][rows], codes["holdout"][haplotype_rows(known)], threads)
        ratio = np.log(apart + LEAST) - np.log(near[name][rows] + LEAST)
        return np.asarray(ratio.reshape(-1, 2).max(axis=1))

    return scored(comparison, score)


ITEM = ModelLatent
