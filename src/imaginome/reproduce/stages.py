"""The data folder and the stages of a programme: one set made or read, and judged."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imaginome.errors import FormatError
from imaginome.formats import ReadOptions, learnable, read_panel
from imaginome.formats.options import parse_regions
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evaluate import evaluate
from imaginome.metrics.registry import metrics
from imaginome.models.registry import load_model
from imaginome.outputs import atomic_directory, write_text
from imaginome.panel import Panel
from imaginome.panel.split import split
from imaginome.privacy.audit import audit
from imaginome.progress import Progress
from imaginome.randomness import child_generator
from imaginome.report.folder import report_folder
from imaginome.reproduce.base import (
    Effort,
    PlannedModel,
    PlannedPanel,
    Programme,
    PublishedSet,
    SimulatedTrait,
)
from imaginome.reproduce.results import SetFacts
from imaginome.results import Audit, Evaluation
from imaginome.runs.evidence import METRICS as EVIDENT
from imaginome.runs.evidence import with_evidence
from imaginome.runs.pipeline import dump, run
from imaginome.runs.request import RunRequest
from imaginome.runs.workspace import RECORD, partial_name

# -- The data folder -------------------------------------------------------------------------------


HOLDOUT = 0.5
TAB = "\t"


@dataclass(frozen=True)
class DataFolder:
    """Real panels, their labels and released sets, as ``docs/reproduce.md`` lays them out.

    Attributes
    ----------
    folder
        Where they are.
    programme
        What is wanted of them.
    work
        Where tables of simulated phenotypes stand while they are needed.
    """

    folder: Path
    programme: type[Programme]
    work: Path

    def check(self) -> None:
        """Raise unless every real panel is there; released sets may be missing.

        Raises
        ------
        FormatError
            Names everything that is missing.
        """
        panels = self.programme.panels
        needed = [self.programme.samples]
        needed += [name for panel in panels for name in (panel.file, panel.legend) if name]
        missing = [name for name in dict.fromkeys(needed) if not (self.folder / name).is_file()]
        if missing:
            raise FormatError(
                f"{self.folder} lacks {', '.join(missing)}",
                "docs/reproduce.md says what the folder must hold and where it comes from",
            )

    def has(self, made: PublishedSet) -> bool:
        """Say whether a released set is there."""
        return (self.folder / made.file).is_file()

    def options(self, panel: PlannedPanel, seed: int) -> ReadOptions:
        """Return how a real panel is read; within `labelled` where it has a trait."""
        regions = parse_regions(panel.region) if panel.region else ()
        if panel.trait is None:
            return ReadOptions(regions=regions, samples_table=self.folder / self.programme.samples)
        table = self._table(panel, seed)
        return ReadOptions(regions=regions, samples_table=table, phenotype=panel.trait.column)

    @contextmanager
    def labelled(self, panel: PlannedPanel, seed: int) -> Iterator[None]:
        """Let a table of labels stand while it is needed, where a panel has a trait.

        It tells of every real person what genes they have at one site: it must not stay.
        """
        if panel.trait is None:
            yield
            return
        table = self._table(panel, seed)
        text = self._simulated(panel, panel.trait, seed)
        write_text(table, text, force=True)
        try:
            yield
        finally:
            table.unlink(missing_ok=True)

    def halves(self, panel: PlannedPanel, seed: int) -> tuple[Panel, Panel]:
        """Return train and holdout, divided as a run with this seed divides them."""
        options = self.options(panel, seed)
        whole = learnable(read_panel(str(self.folder / panel.file), options), options)
        return split(whole, HOLDOUT, seed)

    def published(self, panel: PlannedPanel, made: PublishedSet) -> Panel:
        """Read a released set; it has the legend of the real panel where it has none."""
        legend = self.folder / panel.legend if panel.legend else None
        return read_panel(str(self.folder / made.file), ReadOptions(legend=legend))

    def _table(self, panel: PlannedPanel, seed: int) -> Path:
        return self.work / f".{panel.id}-seed{seed}.samples.tsv"

    def _simulated(self, panel: PlannedPanel, trait: SimulatedTrait, seed: int) -> str:
        """Return the table of labels with one more column: the phenotype."""
        where = ReadOptions(regions=((trait.contig, trait.position, trait.position),))
        site = read_panel(str(self.folder / panel.file), where)
        has = child_generator(seed, "trait").random(site.n_individuals)
        copies = site.haplotypes[0::2, 0] + site.haplotypes[1::2, 0]
        first = has < np.array(trait.chances)[copies]
        values = dict(zip(site.samples.id, np.where(first, *trait.values), strict=True))
        head, *rows = (self.folder / self.programme.samples).read_text().splitlines()
        column = head.split("\t").index("sample")
        lines = [f"{row}\t{values.get(row.split(TAB)[column], '')}" for row in rows if row]
        return "\n".join([f"{head}\t{trait.column}", *lines]) + "\n"


# -- The stages ------------------------------------------------------------------------------------


METRICS, AUDIT = "metrics.json", "audit.json"


@dataclass(frozen=True)
class Conditions:
    """What all stages share."""

    data: DataFolder
    runs: Path
    effort: Effort
    quick: bool
    threads: int
    device: str


@dataclass(frozen=True)
class Stage(ABC):
    """One set on one panel with one seed; its folder stands when it is finished."""

    conditions: Conditions
    panel: PlannedPanel
    seed: int

    @property
    @abstractmethod
    def set_id(self) -> str:
        """Id of the set."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Name of the set on the page."""

    @abstractmethod
    def _make(self, progress: Progress) -> None:
        """Make the folder."""

    @abstractmethod
    def _artificial(self) -> Panel:
        """Read the artificial people again."""

    @abstractmethod
    def facts(self) -> SetFacts:
        """Describe the set; lists hold the value of this seed."""

    @property
    def effort(self) -> Effort:
        """How much is computed: the panel may ask for metrics of its own."""
        panel, effort = self.panel, self.conditions.effort
        metrics_, attacks = panel.metrics or effort.metrics, panel.attacks or effort.attacks
        return replace(effort, metrics=metrics_, attacks=attacks)

    @property
    def folder(self) -> Path:
        """Where the finished stage stands."""
        return self.conditions.runs / f"{self.panel.id}-{self.set_id}-seed{self.seed}"

    @property
    def title(self) -> str:
        """What is told of it while it runs."""
        return f"{self.panel.id}, {self.name}, seed {self.seed}"

    def finished(self) -> bool:
        """Say whether nothing is left to do."""
        return self.folder.is_dir() and not self._missing()

    def complete(self, progress: Progress) -> None:
        """Do what is left: everything, or metrics that are newer than the folder."""
        if self.finished():
            return
        with self.conditions.data.labelled(self.panel, self.seed):
            if not self.folder.is_dir():
                self._make(progress)
            missing = self._missing()
            if missing:
                self._add(missing, progress)

    def evaluation(self) -> Evaluation:
        """Read the measures."""
        return Evaluation.model_validate_json((self.folder / METRICS).read_bytes())

    def audit(self) -> Audit:
        """Read the findings."""
        return Audit.model_validate_json((self.folder / AUDIT).read_bytes())

    def compared(self) -> Comparison:
        """Read the three panels again."""
        train, holdout = self.conditions.data.halves(self.panel, self.seed)
        return Comparison.of(
            train,
            holdout,
            self._artificial(),
            seed=self.seed,
            threads=self.conditions.threads,
            replicates=self.effort.replicates,
        )

    def _informed(self, comparison: Comparison, wanted: list[str]) -> Comparison:
        """Return the comparison with what a model knows of the panels, where that is wanted."""
        return comparison

    def _missing(self) -> list[str]:
        wanted = [kind.id for kind in metrics.chosen(self.effort.metrics)]
        known = {result.metric for result in self.evaluation().metrics}
        return [metric for metric in wanted if metric not in known]

    def _add(self, missing: list[str], progress: Progress) -> None:
        """Compute metrics that the finished folder does not have."""
        before = self.evaluation()
        comparison = self._informed(self.compared(), missing)
        added = evaluate(comparison, only=missing, progress=progress)
        results = sorted([*before.metrics, *added.metrics], key=lambda result: result.metric)
        dump(self.folder / METRICS, before.model_copy(update={"metrics": results}))
        if (self.folder / "report.html").exists():
            report_folder(self.folder, self.folder / "report.html", force=True)


@dataclass(frozen=True)
class ModelStage(Stage):
    """A model of ours: one ordinary run."""

    model: PlannedModel

    @property
    def set_id(self) -> str:
        """Id of the set."""
        return self.model.id

    @property
    def name(self) -> str:
        """Name of the set on the page."""
        return self.model.name

    @property
    def settings(self) -> tuple[str, ...]:
        """Settings in force."""
        return self.model.quick if self.conditions.quick else self.model.settings

    def _make(self, progress: Progress) -> None:
        conditions, effort = self.conditions, self.effort
        request = RunRequest(
            str(conditions.data.folder / self.panel.file),
            self.folder,
            self.model.model,
            settings=self.settings,
            individuals=effort.individuals,
            holdout=HOLDOUT,
            seed=self.seed,
            threads=conditions.threads,
            device=conditions.device,
            options=conditions.data.options(self.panel, self.seed),
            replicates=effort.replicates,
            metrics=effort.metrics,
            attacks=effort.attacks,
        )
        run(request, resume=partial_name(self.folder).exists(), progress=progress)

    def _artificial(self) -> Panel:
        return read_panel(str(self.folder / "artificial.vcf.gz"))

    def _informed(self, comparison: Comparison, wanted: list[str]) -> Comparison:
        if not EVIDENT.intersection(wanted):
            return comparison
        return with_evidence(comparison, load_model(self.folder / "model"))

    def facts(self) -> SetFacts:
        """Describe the set; lists hold the value of this seed."""
        seconds = json.loads((self.folder / RECORD).read_text())["seconds"]
        return SetFacts(
            id=self.set_id,
            name=self.name,
            kind="ours",
            model=self.model.model,
            settings=list(self.settings),
            individuals=self.evaluation().sizes.artificial,
            fit_seconds=[seconds["fit"]],
            draw_seconds=[seconds["generate"]],
            verdicts=[self.audit().verdict],
        )


@dataclass(frozen=True)
class PublishedStage(Stage):
    """Released genomes, judged on the same split; they were made from everyone in it."""

    made: PublishedSet

    @property
    def set_id(self) -> str:
        """Id of the set."""
        return self.made.id

    @property
    def name(self) -> str:
        """Name of the set on the page."""
        return self.made.name

    def _make(self, progress: Progress) -> None:
        effort = self.effort
        with progress.task(f"read {Path(self.made.file).name}"):
            comparison = self.compared()
        measured = evaluate(comparison, only=effort.metrics, progress=progress)
        attacked = audit(comparison, only=effort.attacks, progress=progress)
        with atomic_directory(self.folder, known_by=METRICS) as folder:
            dump(folder / METRICS, measured)
            dump(folder / AUDIT, attacked)

    def _artificial(self) -> Panel:
        """Read the set; where fewer people are wanted, take so many at random."""
        panel = self.conditions.data.published(self.panel, self.made)
        wanted = self.effort.individuals
        if wanted is None or wanted >= panel.n_individuals:
            return panel
        rng = child_generator(self.seed, "reproduce", "published")
        chosen = rng.choice(panel.n_individuals, wanted, replace=False)
        return panel.take_individuals(np.sort(chosen))

    def facts(self) -> SetFacts:
        """Describe the set; its verdict is left out, since its privacy cannot be judged."""
        return SetFacts(
            id=self.set_id,
            name=self.name,
            kind="published",
            individuals=self.evaluation().sizes.artificial,
        )
