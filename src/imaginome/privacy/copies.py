"""Verbatim copies: artificial haplotypes and people that are, over the whole panel, real ones."""

from __future__ import annotations

import math

from scipy.stats import poisson

from imaginome.metrics.comparison import Comparison
from imaginome.privacy._citations import CHEN_2020, WILSON_1927
from imaginome.privacy._identity import Matches, matched_haplotypes, matched_people
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.results import AttackResult, Estimate, Finding, Status, Table

RARE, DOUBTFUL = 0.001, 0.025
"""Probability that chance alone copies more: below the first it fails, the second is caution."""
ENOUGH_PEOPLE = 20
"""People, of the holdout if there is one, needed before one copy proves anything."""
SEVERAL = 10
"""Copies that fail even where strangers nearly carry the same haplotypes."""
NORMAL_95 = 1.959964


class Copies(Attack):
    """Count artificial haplotypes and people that equal a train member at every site."""

    id = "copies"
    name = "Verbatim copies"
    description = (
        "Looks for every artificial haplotype and person among everyone in train, and counts "
        "those equal at every site to one whom no stranger resembles so."
    )
    blind_spot = (
        "One changed allele hides a copy from it, and a copy of a haplotype that several "
        "families carry is no evidence."
    )
    citations = (
        CHEN_2020.because("the nearest generated record at distance zero"),
        WILSON_1927.because("the interval of a share"),
    )
    area = "singling out"
    sees = "everyone"
    needs_holdout = False

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Compare everyone artificial with everyone in train and in the holdout."""
        found = {
            "excess": ("haplotypes", matched_haplotypes(comparison)),
            "people": ("people", matched_people(comparison)),
        }
        findings = [
            _finding(what, unit, matches, policy) for what, (unit, matches) in found.items()
        ]
        if comparison.holdout.n_individuals:
            findings.append(_of_holdout(found["excess"][1]))
        return self.result(
            findings=findings,
            tables=[_counts(dict(found.values()))],
            notes=[
                "Everyone in train and everyone artificial is compared; nobody is left out. "
                "Counted are copies of haplotypes (or genotypes of people, however phased) that "
                "one family in train carries and nobody else; the control is the same for the "
                "holdout, brought to the size of train.",
                "By chance is what as many strangers would share with train (estimated from "
                "real people equal to exactly one stranger), or what is shared with the holdout "
                "if that is more. Where no two strangers are equal, one copy fails: equality is "
                "then no chance, unless some stranger differs from it at fewer than 10 sites (from "
                "a person as a whole, or from each of both haplotypes): that asks for caution. "
                "Fail beyond what chance exceeds once in 1,000, caution "
                "beyond once in 40.",
                "No generator has seen the holdout. Where the artificial panel holds more of it "
                "than chance explains, by 10 and more, it was made from these people too, or is "
                "the real panel: what compares train with the holdout then proves nothing.",
                "In a region well below a million bases, strangers share all of it by descent now "
                "and then, far as they are from everybody else: there a few copies prove little.",
                "Relatives whom no table names look like copies: two siblings may be equal over "
                "millions of bases. Name families where they are known.",
            ],
        )


def _finding(what: str, unit: str, matches: Matches, policy: Policy) -> Finding:
    n = matches.n_artificial
    status, reason = judge_copies(matches, unit, policy)
    return Finding(
        id=f"copies.{what}",
        name=f"Verbatim copies of train {unit} whom no stranger equals",
        unit=f"share of artificial {unit}",
        strength=share(matches.copies, n),
        baseline=min(1.0, matches.by_chance() / n),
        control=_control(matches),
        status=status,
        reason=reason,
    )


def _control(matches: Matches) -> Estimate | None:
    """Return the share of copies of the holdout, brought to the size of train."""
    if matches.n_holdout == 0:
        return None
    copies = matches.copies_holdout * matches.n_train / matches.n_holdout
    return Estimate(value=min(1.0, copies / matches.n_artificial))


def _of_holdout(matches: Matches) -> Finding:
    """Ask whether the holdout was kept aside: nobody in it can be copied but by chance."""
    n, chance = matches.n_artificial, matches.holdout_by_chance()
    beyond = matches.copied_holdout - _most(chance, RARE)
    told = (
        f"{matches.copied_holdout:,} of {matches.n_holdout:,} holdout haplotypes are in the "
        f"artificial panel verbatim, {chance:.3g} by chance"
    )
    seen = beyond >= SEVERAL
    return Finding(
        id="copies.holdout",
        name="Verbatim copies of holdout haplotypes, whom no generator should have seen",
        unit="share of artificial haplotypes",
        strength=share(matches.copies_holdout, n),
        baseline=min(1.0, chance / n),
        status="fail" if seen else "pass",
        reason=f"{told}: it was made from these people too, or is the real panel" if seen else told,
    )


def judge_copies(matches: Matches, unit: str, policy: Policy) -> tuple[Status, str]:
    """Judge a count of copies: each one counts that chance does not explain."""
    chance = matches.by_chance()
    told = (
        f"{matches.copied:,} of {matches.n_train:,} train {unit} are in the artificial panel "
        f"verbatim ({matches.copies:,} of {matches.n_artificial:,}), {chance:.3g} by chance"
    )
    if matches.private == 0:
        return "unknown", f"strangers equal all train {unit}: a copy cannot be told from chance"
    beyond = matches.copied - _most(chance, RARE)
    isolated = matches.isolated - _most(matches.isolated_by_chance(), RARE)
    if beyond >= policy.copies_fail and isolated <= 0 and matches.copied < SEVERAL:
        return "caution", f"{told}; strangers nearly carry the same, so chance may explain it"
    if max(beyond, isolated) >= policy.copies_fail:
        if matches.people_known >= ENOUGH_PEOPLE:
            return "fail", told
        return "caution", f"{told}; too few people to know chance"
    if matches.copied - _most(chance, DOUBTFUL) >= policy.copies_caution:
        return "caution", told
    return "pass", told


def _most(expected: float, probability: float) -> float:
    """Return the count that chance exceeds with less than this probability."""
    return float(poisson.ppf(1.0 - probability, expected)) if expected > 0 else 0.0


def share(count: int, n: int) -> Estimate:
    """Return a share with its interval (Wilson 1927), which holds for counts of zero and one."""
    p, z2 = count / n, NORMAL_95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    margin = NORMAL_95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Estimate(value=p, low=min(p, max(0.0, centre - margin)), high=max(p, centre + margin))


def _counts(found: dict[str, Matches]) -> Table:
    """Show the counts behind the shares."""
    return Table(
        id="copies.counts",
        title="Verbatim copies, everyone compared",
        columns=["what", "in train", "of those no stranger's", "copied", "by chance", "holdout's"],
        rows=[
            [unit, m.n_train, m.private, m.copied, round(m.by_chance(), 2), m.copied_holdout]
            for unit, m in found.items()
        ],
    )


ITEM = Copies
