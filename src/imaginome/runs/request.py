"""What a run is asked to do, and how that is recorded: without sample ids and passwords."""

import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from imaginome import __version__
from imaginome.errors import SettingsError
from imaginome.formats.options import ReadOptions
from imaginome.options import Option, decisive, declared, group, words
from imaginome.provenance import sha256
from imaginome.runs.choose.budget import AUTO, DEFAULT_BUDGET, budget_text, parse_budget
from imaginome.settings import Given, settings_text

if TYPE_CHECKING:  # here and below: a help needs no numpy, which takes time to import
    from imaginome.dp.guarantee import Guarantee
    from imaginome.registry import Registry

PRIVACY = "A guarantee for everyone in the panel"
"""The heading of its options in a help."""
FIT = ("fit",)


# -- From what is typed to what a request holds ----------------------------------------------------


def thread_count(threads: int) -> int:
    """Return the number of threads to use: all that this process may use for 0."""
    if threads:
        return threads
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def promise(epsilon: float | None, delta: float | None) -> "Guarantee | None":
    """Return what a fit shall promise; None where nothing is asked for.

    Raises
    ------
    SettingsError
        When one is out of range, or a delta is given without an epsilon.
    """
    from imaginome.dp.guarantee import DELTA, Guarantee

    if epsilon is None:
        if delta is not None:
            raise SettingsError("--delta is part of a guarantee", "give --epsilon too")
        return None
    return Guarantee(epsilon, DELTA if delta is None else delta)


def known_metrics(chosen: list[str]) -> tuple[str, ...]:
    """Return the ids of metrics; refuse those that do not exist."""
    from imaginome.metrics.registry import metrics

    return _known(metrics, chosen)


def known_attacks(chosen: list[str]) -> tuple[str, ...]:
    """Return the ids of attacks; refuse those that do not exist."""
    from imaginome.privacy.registry import attacks

    return _known(attacks, chosen)


def _known(registry: "Registry[Any]", chosen: list[str]) -> tuple[str, ...]:
    for item in chosen:
        registry.get(item)
    return tuple(chosen)


def _no_share(value: float) -> str:
    return "" if 0 < value < 1 else f"{value:g} is not between 0 and 1."


def _promised(guarantee: "Guarantee") -> list[str]:
    return ["--epsilon", f"{guarantee.epsilon:g}", "--delta", f"{guarantee.delta:g}"]


# -- The request -----------------------------------------------------------------------------------


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
        Id of the generator and its settings, as ``key=value`` strings or by name; ``auto``
        chooses both by held-out evidence, and takes no settings.
    budget
        Seconds for that choice and the fit, 20 minutes when None; only for ``auto``.
    individuals
        Number of artificial individuals; None makes as many as are in train.
    options
        How the panel is read.
    holdout
        Share of individuals that no model sees.
    guarantee
        What the fit shall promise; None promises nothing.
    metrics, attacks
        Ids of those to compute; all when empty.
    power
        Whether the audit plants known leaks to show what its attacks find.
    replicates
        Bootstrap replicates of the intervals.
    seed, threads, device
        The seed decides results on one kind of device; the number of threads never does.
    checkpoint_seconds
        Least time between two saves of an unfinished fit.
    """

    panel: str
    output: Path
    model: str = declared(
        AUTO,
        Option(
            "--model",
            "Generator, see `imaginome models`; auto chooses one by people held out of train.",
            metavar="ID",
        ),
        always=True,
        verbs=("fit", "demo"),
    )
    budget: float | None = declared(
        None,
        Option(
            "--budget",
            "For --model auto: time to compare and fit, as 20m, 90s or 1h; default: 20m.",
            kind=str | None,
            metavar="TIME",
        ),
        read=parse_budget,
        write=lambda seconds: ["--budget", budget_text(seconds)],
        optional=True,
        verbs=("fit", "demo"),
    )
    individuals: int | None = declared(
        None, Option("-n", "Artificial individuals; default: as many as in train.", least=1)
    )
    options: ReadOptions = group(ReadOptions, verbs=FIT)
    holdout: float = declared(
        0.5,
        Option("--holdout", "Share of individuals that no model sees.", problem=_no_share),
        always=True,
    )
    settings: Given = declared(
        (),
        Option(
            "--set",
            "A setting of the generator; may be repeated.",
            kind=list[str],
            metavar="KEY=VALUE",
        ),
        write=lambda given: [word for text in settings_text(given) for word in ("--set", text)],
        record=settings_text,
        verbs=FIT,
    )
    guarantee: "Guarantee | None" = declared(
        None,
        epsilon=Option(
            "--epsilon",
            "Fit with differential privacy: nobody's presence changes the odds of any model by "
            "more than e^E. Needs a --model that can; see docs/private.md.",
            kind=float | None,
            default=None,
            metavar="E",
            panel=PRIVACY,
        ),
        delta=Option(
            "--delta",
            "With --epsilon: probability outside the promise; default: 1e-6.",
            kind=float | None,
            default=None,
            metavar="D",
            panel=PRIVACY,
        ),
        read=promise,
        write=_promised,
        record=lambda promised: {name: str(value) for name, value in asdict(promised).items()},
        optional=True,
        verbs=FIT,
    )
    metrics: tuple[str, ...] = declared(
        (),
        Option("--metric", "Only this metric; may be repeated.", metavar="ID"),
        read=known_metrics,
    )
    attacks: tuple[str, ...] = declared(
        (),
        Option("--attack", "Only this attack; may be repeated.", metavar="ID"),
        read=known_attacks,
    )
    power: bool = declared(
        True,
        Option("--no-power", "Do not plant known leaks to show what attacks find; nothing passes."),
    )
    replicates: int = declared(
        100,
        Option("--replicates", "Bootstrap replicates over individuals for intervals.", least=10),
    )
    seed: int = declared(
        1,
        Option("--seed", "Root seed: same seed, same bytes.", least=0),
        always=True,
        verbs=("fit", "demo"),
    )
    threads: int = declared(
        1,
        Option(
            "--threads",
            "Threads; 0 takes all. No result depends on it.",
            default=0,
            least=0,
        ),
        read=thread_count,
        decides=False,
        verbs=("fit", "demo"),
    )
    device: str = declared(
        "auto",
        Option(
            "--device",
            "auto: a GPU when there is one.",
            kind=Literal["cpu", "cuda", "auto"],
        ),
        always=True,
        verbs=FIT,
    )
    checkpoint_seconds: float = declared(
        10.0,
        Option(
            "--checkpoint-seconds", "Least time between two saves of an unfinished fit.", least=0
        ),
        decides=False,
        verbs=FIT,
    )

    @property
    def budget_seconds(self) -> float:
        """The budget of a choice."""
        return DEFAULT_BUDGET if self.budget is None else self.budget

    @property
    def learns_phenotype(self) -> bool:
        """Whether a phenotype is learned with the genome."""
        return self.options.phenotype is not None

    def naming(self, model: str, settings: Given) -> "RunRequest":
        """Return the same request with a generator in the place of a choice."""
        return replace(self, model=model, settings=settings, budget=None)

    def identity(self) -> dict[str, Any]:
        """Return what decides the results, JSON-ready: a resumed run must have the same."""
        return {
            "version": __version__,
            "inputs": input_digests(self),
            "read": self.options.identity(),
            **decisive(self._with_budget()),
        }

    def command(self) -> list[str]:
        """Return a command that repeats the run; ids of samples and passwords are left out."""
        said = [*words(self._with_budget()), *words(self.options)]
        return ["imaginome", "run", shown(self.panel), *said, "-o", str(self.output)]

    def _with_budget(self) -> "RunRequest":
        """Return the request with the budget that a choice has, and none without a choice."""
        return replace(self, budget=self.budget_seconds if self.model == AUTO else None)


def input_digests(request: RunRequest) -> dict[str, str | None]:
    """Return the SHA-256 of each input file; None for a URL."""
    from imaginome.formats.items.hapt import Hapt

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
