"""The split as fair coins: pairs of people of whom one is in train and one in the holdout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Samples

Kind = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Families (or individuals) of train, each beside one of the holdout.

    Attributes
    ----------
    members, others
        For each pair, the individuals of its family in train and in the holdout.
    """

    members: list[Indices]
    others: list[Indices]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.members)

    def apart(self, members: Float64s, others: Float64s) -> Float64s:
        """Return the score of the family in train less that of the other; the highest counts."""
        return np.array(
            [
                members[one].max() - others[other].max()
                for one, other in zip(self.members, self.others, strict=True)
            ],
            dtype=np.float64,
        )


def pairs(comparison: Comparison) -> Pairs:
    """Pair families of the same population and size at random.

    If the split was drawn at random within populations, families whole, then exchanging the two
    of any pair gives a split as likely as this one: given the pairs, who of each is in train is
    a fair coin of its own.
    """
    rng = comparison.rng("pairs")
    mine, yours = (_families(p.samples) for p in (comparison.train, comparison.holdout))
    members: list[Indices] = []
    others: list[Indices] = []
    for kind in sorted(set(mine) & set(yours)):
        one, other = rng.permutation(len(mine[kind])), rng.permutation(len(yours[kind]))
        n = min(len(one), len(other))
        members += [mine[kind][i] for i in one[:n]]
        others += [yours[kind][i] for i in other[:n]]
    return Pairs(members, others)


def _families(samples: Samples) -> dict[Kind, list[Indices]]:
    """Return families, or individuals, by population and size."""
    found: dict[str, list[int]] = {}
    for i in range(len(samples)):
        family = "" if samples.family is None else samples.family[i]
        found.setdefault(f"f{family}" if family else f"i{i}", []).append(i)
    kinds: dict[Kind, list[Indices]] = {}
    for people in found.values():
        home = "" if samples.population is None else str(samples.population[people[0]])
        kinds.setdefault((home, len(people)), []).append(np.array(people, dtype=np.intp))
    return kinds
