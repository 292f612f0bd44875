"""Verbatim copies: artificial haplotypes and people that are, over the whole panel, real ones."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from scipy.stats import poisson

from imaginome.arrays import Bools, Int64s, UInt8s
from imaginome.citations import cite
from imaginome.kernels.bits import pack
from imaginome.kernels.intervals import wilson
from imaginome.kernels.neighbours import nearest_strangers
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.units import haplotype_units
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.results import AttackResult, Estimate, Finding, Status, Table

# -- Artificial haplotypes and people that equal real ones -----------------------------------------


DIGEST_BYTES = 16
FAR = 10


@dataclass(frozen=True)
class Matches:
    """Artificial units (haplotypes or people) equal to a real one that only one family carries.

    Attributes
    ----------
    n_train, n_holdout, n_artificial
        Units compared: everyone.
    people_known
        Individuals by whom chance is known: the holdout, or train where there is none.
    private
        Units of train that nobody else carries: only their copies can be told from chance.
    copied, copied_holdout
        Distinct private units of train and of the holdout that the artificial panel holds.
    copies, copies_holdout
        Artificial units that equal one of those.
    shared_among_strangers
        Share of real units that equal exactly one stranger's: what chance gives a person whom
        no model saw.
    """

    n_train: int
    n_holdout: int
    n_artificial: int
    people_known: int
    private: int
    copied: int
    copied_holdout: int
    copies: int
    copies_holdout: int
    shared_among_strangers: float
    isolated: int = 0
    isolated_holdout: int = 0

    def by_chance(self) -> float:
        """Return how many private units of train chance would copy.

        The larger of two: what as many strangers share with train, and what the artificial
        panel shares with the holdout, brought to the size of train.
        """
        return max(self._of_strangers(self.n_train), self._as_train(self.copied_holdout))

    def holdout_by_chance(self) -> float:
        """Return how many private units of the holdout as many strangers would copy."""
        return self._of_strangers(self.n_holdout)

    def isolated_by_chance(self) -> float:
        """Return how many isolated units of train chance would copy, as the holdout shows it."""
        if self.shared_among_strangers > 0:
            return self.by_chance()
        return self._as_train(self.isolated_holdout)

    def _of_strangers(self, units: int) -> float:
        """Return how many of some real units as many strangers as are artificial would share."""
        part = units / (self.n_train + self.n_holdout)
        return self.n_artificial * self.shared_among_strangers * part

    def _as_train(self, of_holdout: int) -> float:
        """Bring a count of the holdout to the size of train; nothing without a holdout."""
        return of_holdout * self.n_train / max(1, self.n_holdout)


def matched_haplotypes(comparison: Comparison) -> Matches:
    """Match haplotypes that are equal at every site."""
    panels = (comparison.train, comparison.holdout, comparison.artificial)
    return _match(comparison, [panel.haplotypes for panel in panels])


def matched_people(comparison: Comparison) -> Matches:
    """Match people whose genotypes are equal at every site, however they are phased.

    Two haplotypes that strangers carry meet in one person by chance, far as that person may be
    from everybody else: one of an isolated person's haplotypes is isolated, too.
    """
    panels = (comparison.train, comparison.holdout, comparison.artificial)
    both = np.concatenate([panel.haplotypes for panel in panels[:2]])
    return _match(comparison, [_genotypes(panel) for panel in panels], both)


def _genotypes(panel: Panel) -> Haplotypes:
    """Return for each person where both and where any haplotype carries ALT, side by side."""
    first, second = panel.haplotypes[0::2], panel.haplotypes[1::2]
    return np.concatenate([first & second, first | second], axis=1)


def _classes(parts: list[Haplotypes]) -> list[Int64s]:
    """Number the rows of all parts: equal rows, equal numbers."""
    numbers: dict[bytes, int] = {}

    def number(row: UInt8s) -> int:
        digest = hashlib.blake2b(row.tobytes(), digest_size=DIGEST_BYTES).digest()
        return numbers.setdefault(digest, len(numbers))

    return [
        np.fromiter((number(row) for row in np.packbits(part, axis=1)), np.int64, len(part))
        for part in parts
    ]


def _match(
    comparison: Comparison, rows: list[Haplotypes], haplotypes: Haplotypes | None = None
) -> Matches:
    """Match units; `haplotypes`, two a unit, where units are people."""
    train, holdout, artificial = classes = _classes(rows)
    n_classes = 1 + max(int(part.max(initial=-1)) for part in classes)
    kin = haplotype_units(comparison.train.samples, comparison.holdout.samples)
    groups = kin if haplotypes is None else kin[::2]
    carriers = _families(np.concatenate([train, holdout]), groups, n_classes)
    in_train, in_holdout = (np.bincount(part, minlength=n_classes) > 0 for part in (train, holdout))
    made = np.bincount(artificial, minlength=n_classes)
    of_train = (carriers == 1) & in_train & ~in_holdout
    of_holdout = (carriers == 1) & in_holdout & ~in_train
    real = np.concatenate([train, holdout])

    def isolated(copied: Bools) -> int:
        units = _firsts(real, copied)
        alone = _far(np.concatenate(rows[:2]), groups, units)
        if haplotypes is not None:
            alone &= _far(haplotypes, kin, 2 * units) | _far(haplotypes, kin, 2 * units + 1)
        return int(alone.sum())

    return Matches(
        n_train=len(train),
        n_holdout=len(holdout),
        n_artificial=len(artificial),
        people_known=comparison.holdout.n_individuals or comparison.train.n_individuals,
        private=int(of_train.sum()),
        copied=int((of_train & (made > 0)).sum()),
        copied_holdout=int((of_holdout & (made > 0)).sum()),
        copies=int(made[of_train].sum()),
        copies_holdout=int(made[of_holdout].sum()),
        shared_among_strangers=float(np.mean(carriers[real] == 2)),
        isolated=isolated(of_train & (made > 0)),
        isolated_holdout=isolated(of_holdout & (made > 0)),
    )


def _firsts(real: Int64s, copied: Bools) -> Int64s:
    """Return the first unit of each class that was copied."""
    _, firsts = np.unique(real, return_index=True)
    return np.asarray(firsts[copied[real[firsts]]], dtype=np.int64)


def _far(rows: Haplotypes, groups: Int64s, units: Int64s) -> Bools:
    """Return which units differ from those of every other family at `FAR` sites."""
    if len(units) == 0:
        return np.zeros(0, dtype=np.bool_)
    everyone = pack(rows)
    nearest = nearest_strangers(everyone[units], groups[units], everyone, groups)
    return np.asarray(nearest >= FAR)


def _families(classes: Int64s, groups: Int64s, n_classes: int) -> Int64s:
    """Return how many families carry each class."""
    pairs = np.unique(np.stack([classes, groups], axis=1), axis=0)
    return np.bincount(pairs[:, 0], minlength=n_classes)


# -- Verbatim copies -------------------------------------------------------------------------------


RARE, DOUBTFUL = 0.001, 0.025
"""Probability that chance alone copies more: below the first it fails, the second is caution."""
ENOUGH_PEOPLE = 20
"""People, of the holdout if there is one, needed before one copy proves anything."""
SEVERAL = 10
"""Copies that fail even where strangers nearly carry the same haplotypes."""


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
    citations = cite(
        chen2020="the nearest generated record at distance zero",
        wilson1927="the interval of a share",
    )
    area = "singling out"
    sees = "everyone"
    needs_holdout = False

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Compare everyone artificial with everyone in train and in the holdout."""
        matched = {
            "excess": ("haplotypes", matched_haplotypes(comparison)),
            "people": ("people", matched_people(comparison)),
        }
        findings = [
            _finding(what, unit, matches, policy) for what, (unit, matches) in matched.items()
        ]
        if comparison.holdout.n_individuals:
            findings.append(_of_holdout(matched["excess"][1]))
        return self.result(
            findings=findings,
            tables=[_counts(dict(matched.values()))],
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
        strength=wilson(matches.copies / n, n),
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
        strength=wilson(matches.copies_holdout / n, n),
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


def _counts(matched: dict[str, Matches]) -> Table:
    """Show the counts behind the shares."""
    return Table(
        id="copies.counts",
        title="Verbatim copies, everyone compared",
        columns=["what", "in train", "of those no stranger's", "copied", "by chance", "holdout's"],
        rows=[
            [unit, m.n_train, m.private, m.copied, round(m.by_chance(), 2), m.copied_holdout]
            for unit, m in matched.items()
        ],
    )


ITEM = Copies
