"""What a run is asked to do, and how that is recorded: without sample ids and passwords."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from imaginome import __version__
from imaginome.dp.guarantee import Guarantee
from imaginome.formats import ReadOptions
from imaginome.formats.items.hapt import Hapt
from imaginome.provenance import sha256
from imaginome.runs.choose.budget import AUTO, DEFAULT_BUDGET, budget_text
from imaginome.settings import Given, settings_text


@dataclass(frozen=True)
class RunRequest:
    """What a run is asked to do.

    Attributes
    ----------
    panel
        Path or URL of the panel.
    output
        The folder to leave everything in.
    model, settings
        Id of the generator and its settings, by name (``{"clusters": 8}``) or as ``key=value``
        strings; ``auto`` chooses both by held-out evidence, and takes no settings.
    budget
        Seconds for that choice and the fit, 20 minutes when None; only for ``auto``.
    individuals
        Number of artificial individuals; None makes as many as are in train.
    holdout
        Share of individuals that no model sees.
    seed, threads, device
        The seed decides results on one kind of device; the number of threads never does.
    options
        How the panel is read.
    replicates
        Bootstrap replicates of the intervals.
    guarantee
        What the fit shall promise; None promises nothing.
    metrics, attacks
        Ids of those to compute; all when empty.
    power
        Whether the audit plants known leaks to show what its attacks find.
    checkpoint_seconds
        Least time between two saves of an unfinished fit.
    """

    panel: str
    output: Path
    model: str = AUTO
    settings: Given = ()
    budget: float | None = None
    individuals: int | None = None
    holdout: float = 0.5
    seed: int = 1
    threads: int = 1
    device: str = "auto"
    options: ReadOptions = field(default_factory=ReadOptions)
    replicates: int = 100
    metrics: tuple[str, ...] = ()
    attacks: tuple[str, ...] = ()
    power: bool = True
    checkpoint_seconds: float = 10.0
    guarantee: Guarantee | None = None

    def identity(self) -> dict[str, Any]:
        """Return what decides the results, JSON-ready: a resumed run must have the same."""
        plain = {
            name: getattr(self, name)
            for name in ("model", "individuals", "holdout", "seed", "replicates", "device")
        }
        read = {k: str(v) for k, v in asdict(self.options).items() if k != "samples"}
        # A digest, not the list: the record of a run names no real individual.
        read["samples"] = hashlib.sha256("\n".join(self.options.samples).encode()).hexdigest()
        plain["settings"] = settings_text(self.settings)
        for name in ("metrics", "attacks"):
            plain[name] = list(getattr(self, name))
        plain["power"] = self.power
        if self.model == AUTO:
            plain["budget"] = self.budget_seconds
        if self.guarantee is not None:
            plain["guarantee"] = {k: str(v) for k, v in asdict(self.guarantee).items()}
        return {"version": __version__, "inputs": input_digests(self), "read": read, **plain}

    @property
    def budget_seconds(self) -> float:
        """The budget of a choice."""
        return DEFAULT_BUDGET if self.budget is None else self.budget

    def command(self) -> list[str]:
        """Return a command that repeats the run; ids of samples and passwords are left out."""
        options = self.options
        words = ["imaginome", "run", shown(self.panel), "--model", self.model]
        words += ["--budget", budget_text(self.budget_seconds)] if self.model == AUTO else []
        words += [word for setting in settings_text(self.settings) for word in ("--set", setting)]
        words += _promised(self.guarantee)
        words += ["--holdout", f"{self.holdout:g}", "--seed", str(self.seed)]
        words += ["-n", str(self.individuals)] if self.individuals else []
        words += [word for metric in self.metrics for word in ("--metric", metric)]
        words += [word for attack in self.attacks for word in ("--attack", attack)]
        words += [] if self.power else ["--no-power"]
        words += ["--samples", str(options.samples_table)] if options.samples_table else []
        words += ["--phenotype", options.phenotype] if options.phenotype else []
        words += ["--legend", str(options.legend)] if options.legend else []
        regions = ",".join(f"{contig}:{first}-{last}" for contig, first, last in options.regions)
        words += ["-r", regions] if regions else []
        words += ["-s", f"({len(options.samples)} samples)"] if options.samples else []
        for rule in ("multiallelic", "indels", "monomorphic", "duplicates", "missing", "unphased"):
            words += [f"--{rule}", getattr(options, rule)]
        return [*words, "--device", self.device, "-o", str(self.output)]


def _promised(guarantee: Guarantee | None) -> list[str]:
    if guarantee is None:
        return []
    return ["--epsilon", f"{guarantee.epsilon:g}", "--delta", f"{guarantee.delta:g}"]


def input_digests(request: RunRequest) -> dict[str, str | None]:
    """Return the SHA-256 of each input file; None for a URL."""
    legend: str | Path | None = request.options.legend
    if legend is None and request.panel.endswith(Hapt.suffixes):
        legend = Hapt.legend_beside(Path(request.panel))
    named = [request.panel, legend, request.options.samples_table]
    files = [str(name) for name in named if name is not None]
    return {shown(name): sha256(Path(name)) if Path(name).is_file() else None for name in files}


def shown(panel: str) -> str:
    """Return a path or URL as it may be recorded: without password and signed query."""
    parts = urlsplit(panel)
    if not parts.scheme or not parts.netloc:
        return panel
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
