"""Points that are compared: what makes the artificial people of each, fitted or published."""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.shared.command_line import require
from imaginome.errors import SettingsError
from imaginome.formats import ReadOptions, read_panel
from imaginome.formats.items.hapt import Hapt
from imaginome.panel import Panel
from imaginome.progress import Progress
from imaginome.provenance import sha256
from imaginome.randomness import child_seed
from imaginome.runs.fitting import create, fit

Kind = Literal["mosaic", "model", "published"]
MOSAIC = "mosaic"


@dataclass(frozen=True)
class Making:
    """How artificial people are made; nothing here decides what they are but `individuals`.

    Attributes
    ----------
    individuals
        How many artificial people; None makes as many as are in train.
    checkpoint
        File in which an interrupted fit is kept.
    """

    individuals: int | None
    threads: int
    device: str
    checkpoint: Path
    progress: Progress


@dataclass(frozen=True)
class Made:
    """Artificial people, and the seconds that they took by stage."""

    panel: Panel
    seconds: dict[str, float]


@dataclass(frozen=True)
class Point(ABC):
    """One source of artificial people."""

    name: str

    kind: Kind = "model"
    length: float | None = None

    @property
    @abstractmethod
    def recipe(self) -> dict[str, object]:
        """What decides the people beside panel and seed, JSON-ready."""

    @abstractmethod
    def make(self, train: Panel, seed: int, how: Making) -> Made:
        """Make the artificial people of one seed."""

    @property
    def slug(self) -> str:
        """Name of its files: readable, and another one for another recipe."""
        digest = hashlib.sha256(json.dumps(self.recipe, sort_keys=True).encode()).hexdigest()
        return f"{re.sub('[^A-Za-z0-9.=-]+', '-', self.name)}-{digest[:8]}"


@dataclass(frozen=True)
class Fitted(Point):
    """People of a generator that is fitted to train, as `imaginome run` would make them."""

    model: str = MOSAIC
    settings: tuple[str, ...] = ()

    @property
    def recipe(self) -> dict[str, object]:
        """Generator and all of its settings, the defaults too."""
        settings = create(self.model, self.settings).settings.model_dump(mode="json")
        return {"model": self.model, "settings": settings}

    def make(self, train: Panel, seed: int, how: Making) -> Made:
        """Fit and draw; the caller removes the checkpoint when the result is safe."""
        since = time.perf_counter()
        model = fit(
            create(self.model, self.settings),
            train,
            seed=seed,
            threads=how.threads,
            device=how.device,
            progress=how.progress,
            checkpoint=how.checkpoint,
        )
        fitted = time.perf_counter()
        n = how.individuals or train.n_individuals
        panel = model.sample(n, child_seed(seed, "generate"), threads=how.threads)
        drawn = time.perf_counter()
        return Made(panel, {"fit": round(fitted - since, 1), "draw": round(drawn - fitted, 1)})


@dataclass(frozen=True)
class Published(Point):
    """People whom others made, from a file; the same at every seed."""

    kind: Kind = "published"
    file: Path = Path()
    legend: Path | None = None

    @property
    def recipe(self) -> dict[str, object]:
        """The content of the file."""
        return {"sha256": sha256(self.file)}

    def make(self, train: Panel, seed: int, how: Making) -> Made:
        """Read the file."""
        return Made(read_panel(str(self.file), ReadOptions(legend=self.legend)), {})


def mosaic(length: float) -> Fitted:
    """Return the mosaic whose pieces have this mean length (sites).

    Raises
    ------
    SettingsError
        When it is below one.
    """
    settings = (f"length={length:g}",)
    create(MOSAIC, settings)
    return Fitted(f"mosaic {length:g}", "mosaic", length, MOSAIC, settings)


def learned(words: str) -> Fitted:
    """Return the point that ``id`` or ``id:key=value,key=value`` names.

    Raises
    ------
    UnknownIdError, SettingsError
        When there is no such generator or setting.
    """
    model, _, rest = words.partition(":")
    settings = tuple(part for part in rest.split(",") if part)
    create(model, settings)
    return Fitted(" ".join([model, *settings]), model=model, settings=settings)


def published(words: str, given: argparse.Namespace) -> Published:
    """Return the released set that ``NAME=FILE`` names.

    Raises
    ------
    ImaginomeError
        When it names no file, or one that is not there.
    """
    name, equals, file = words.partition("=")
    if not name or not equals:
        raise SettingsError(f"--published '{words}' names no file", "write NAME=FILE")
    require(Path(file))
    legend = None
    if file.endswith(Hapt.suffixes) and not Hapt.legend_beside(Path(file)).is_file():
        legend = given.legend or Hapt.legend_beside(given.panel)
    return Published(name, file=Path(file), legend=legend)
