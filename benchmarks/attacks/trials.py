"""One attack on one planted panel at one seed, kept in a small file so that it is run once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.shared.kept import Kept, identity_of, read_kept
from imaginome.formats import ReadOptions, learnable, read_panel
from imaginome.metrics.comparison import Comparison
from imaginome.outputs import write_text
from imaginome.panel import Panel
from imaginome.panel.split import split_individuals
from imaginome.privacy.leaks.base import artificial_people
from imaginome.privacy.leaks.registry import leaks
from imaginome.privacy.policy import Policy
from imaginome.privacy.registry import attacks
from imaginome.progress import Progress
from imaginome.randomness import child_generator
from imaginome.results import GRAVE, Finding, PanelSizes, severity

SAFE = "safe"
"""Real people in no other part of the split: nothing was planted."""
THIRDS = {"train": 1 / 3, "holdout": 1 / 3, "safe": 1 / 3}


class Trial(Kept):
    """What one attack found of one leak at one seed.

    Attributes
    ----------
    identity
        Everything that decides the findings: a kept trial counts only under the same.
    planted
        Artificial people who carry the leak.
    missing
        Why the attack could not be run; empty where it was.
    """

    attack: str
    leak: str
    seed: int
    identity: dict[str, Any]
    sizes: PanelSizes
    planted: int
    findings: list[Finding]
    missing: str = ""
    seconds: float = 0.0

    @property
    def telling(self) -> Finding | None:
        """The finding of the gravest status; a key one where several are as grave."""
        return max(self.findings, key=lambda f: (severity(f.status), f.key), default=None)

    @property
    def found(self) -> bool:
        """Whether the attack raised caution or failed the panel."""
        return any(finding.status in GRAVE for finding in self.findings)


@dataclass(frozen=True)
class Ground:
    """The panel on which attacks are tried, and where their findings are kept."""

    panel: Path
    options: ReadOptions
    folder: Path
    threads: int = 1

    def trial(self, attack: str, leak: str, seed: int, progress: Progress) -> Trial:
        """Return what an attack finds: the kept trial, or run now."""
        kept, identity = self._file(attack, leak, seed), self._identity(attack, leak, seed)
        result = read_kept(Trial, kept, identity)
        if result is None:
            with progress.task(f"{attack} on {leak}, seed {seed}"):
                result = self._run(attack, leak, seed, identity)
            write_text(kept, result.model_dump_json(indent=1) + "\n", force=True)
        return result

    def forget(self, attack: str) -> None:
        """Remove all that is kept of an attack."""
        for file in (self.folder / "trials").glob(f"{attack}.*.json"):
            file.unlink()

    def _file(self, attack: str, leak: str, seed: int) -> Path:
        return self.folder / "trials" / f"{attack}.{leak}.seed{seed}.json"

    def _run(self, attack: str, leak: str, seed: int, identity: dict[str, Any]) -> Trial:
        compared = _planted(self.panel, identity["panel"], self.options, leak, seed)
        comparison = Comparison.of(*compared, seed=seed, threads=self.threads)
        kind = attacks.get(attack)
        missing = kind().missing(comparison)
        since = time.perf_counter()
        findings = [] if missing else kind().run(comparison, Policy()).findings
        n = comparison.artificial.n_individuals
        return Trial(
            attack=attack,
            leak=leak,
            seed=seed,
            identity=identity,
            sizes=comparison.sizes(),
            planted=0 if leak == SAFE else leaks.get(leak)().carriers(n),
            findings=findings,
            missing=missing,
            seconds=round(time.perf_counter() - since, 2),
        )

    def _identity(self, attack: str, leak: str, seed: int) -> dict[str, Any]:
        return identity_of(self.panel, self.options) | {
            "attack": attack,
            "leak": leak,
            "seed": seed,
        }


@lru_cache(maxsize=1)
def _thirds(panel: Path, digest: str, options: ReadOptions, seed: int) -> tuple[Panel, ...]:
    """Read the panel and divide it into train, holdout and safe people."""
    whole = learnable(read_panel(panel, options), options)
    parts = split_individuals(whole.samples, THIRDS, child_generator(seed, "benchmark", "thirds"))
    return tuple(whole.take_individuals(parts[name]) for name in THIRDS)


@lru_cache(maxsize=1)
def _planted(
    panel: Path, digest: str, options: ReadOptions, leak: str, seed: int
) -> tuple[Panel, Panel, Panel]:
    """Return train, holdout, and an artificial panel with the leak."""
    train, holdout, safe = _thirds(panel, digest, options, seed)
    if leak == SAFE:
        return train, holdout, safe.with_samples(artificial_people(safe.samples))
    rng = child_generator(seed, "benchmark", "leak", leak)
    return train, holdout, leaks.get(leak)().plant(train, safe, rng)
