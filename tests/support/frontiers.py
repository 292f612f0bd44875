"""Scores as if they had been measured, for tests of what is made of them."""

from __future__ import annotations

from benchmarks.frontier.result import Frontier, Group
from benchmarks.frontier.scores import Score

CEILING = {"classifier.trees": 0.5, "classifier.network": 0.49, "linkage.mae": 0.002}


def score(name: str, kind: str, auc: float, ld: float, copied: float, seed: int = 1) -> Score:
    """Return a score: `ld` is a multiple of the ceiling, `copied` 0 (nothing) to 1."""
    values = {
        "classifier.trees": auc,
        "classifier.network": auc - 0.1,
        "linkage.mae": ld * CEILING["linkage.mae"],
        "segments.longest": 0.5 + copied / 2,
        "segments.sitewise": 0.5 + copied / 4,
        "privacy-loss.loss": copied / 2,
    }
    return Score(
        name=name,
        kind=kind,
        length=float(name.split()[1]) if kind == "mosaic" else None,
        seed=seed,
        identity={},
        values=values,
        ceiling=CEILING,
        individuals=1252,
        sites=10_000,
        seconds={"judge": 40.0} | ({} if kind == "published" else {"fit": 12.3, "draw": 0.2}),
        machine="a machine",
    )


def frontier() -> Frontier:
    """Return three mosaics, a released set, and models on both sides of the curve."""
    rows = [
        ("mosaic 50", "mosaic", 1.0, 9.0, 0.1),
        ("mosaic 200", "mosaic", 0.9, 5.0, 0.4),
        ("mosaic 10000", "mosaic", 0.55, 1.1, 1.0),
        ("released <set>", "published", 0.8, 2.0, 0.0),
        ("good", "model", 0.65, 1.4, 0.1),
        ("half", "model", 0.65, 20.0, 0.1),
        ("poor", "model", 1.0, 20.0, 0.0),
    ]
    groups = []
    for name, kind, auc, ld, copied in rows:
        both = [(ld, copied), (ld * 1.05, copied + 0.02)]
        found = [score(name, kind, auc, *one, seed) for seed, one in enumerate(both, 1)]
        groups.append(Group(tuple(found)))
    return Frontier("panel", tuple(groups))
