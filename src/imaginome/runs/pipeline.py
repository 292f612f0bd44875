"""The main job: panel in, artificial people out, with the evidence beside them."""

from __future__ import annotations

import json
import logging
import shlex
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from imaginome import __version__
from imaginome.formats import Tally, learnable, read_panel, write_panel
from imaginome.formats.samples_table import has_labels, samples_table_text
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evaluate import evaluate
from imaginome.models.base import Generator
from imaginome.models.registry import load_model, models
from imaginome.models.shared.artificial import refuse_artificial_names
from imaginome.outputs import output_error, refuse_existing, write_text
from imaginome.panel import Panel
from imaginome.panel.split import split, split_table
from imaginome.privacy.audit import audit
from imaginome.privacy.policy import Policy
from imaginome.progress import SILENT, Logged, Progress
from imaginome.provenance import peak_memory_mb, versions
from imaginome.randomness import child_seed
from imaginome.report.datasheet import datasheet
from imaginome.report.emergence.stills import write_pictures
from imaginome.report.notebook.cards import run_card
from imaginome.report.page.page import write_report
from imaginome.results import Audit, Choice, Evaluation, Result
from imaginome.results.digest import Digest, digest
from imaginome.runs.choose.budget import budget_text
from imaginome.runs.evidence import needed, with_evidence
from imaginome.runs.learning import Learning
from imaginome.runs.request import RunRequest, shown
from imaginome.runs.workspace import RECORD, close_workspace, open_workspace
from imaginome.settings import setting_text, settings_text

T = TypeVar("T")
CHECKPOINT = ".checkpoint.safetensors"
LEDGER = ".trials.json"


@dataclass(frozen=True)
class RunResult:
    """What a finished run found."""

    folder: Path
    evaluation: Evaluation
    audit: Audit
    model: str
    choice: Choice | None = None

    def _repr_html_(self) -> str:
        """Show verdicts and key figures in a notebook."""
        return run_card(self.digest())

    def digest(self) -> Digest:
        """Return the short version: verdicts, key figures, where it lies and what to cite."""
        short = digest(self.evaluation, self.audit)
        short.model, short.folder = self.model, str(self.folder)
        short.report = str(self.folder / "report.html")
        short.cite = [citation.text() for citation in models.get(self.model).citations]
        return short


def run(
    request: RunRequest,
    *,
    policy: Policy | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Progress = SILENT,
) -> RunResult:
    """Read, split, fit, generate, evaluate, audit and report; leave everything in one folder.

    The folder appears when it is whole. After an interrupt its parts wait in
    ``<output>.partial`` and `resume` goes on from there, to the same bytes.

    Parameters
    ----------
    request
        What to do.
    policy
        Thresholds of the audit; the defaults when None.
    resume, force
        Go on with an interrupted run; replace an existing one.
    progress
        Who is told how far it is.

    Returns
    -------
    RunResult
        Evaluation, audit and the folder.

    Raises
    ------
    ImaginomeError
        For any input, setting or output that does not work; nothing half-written remains but
        the resumable workspace.
    """
    learning = Learning(request)
    refuse_existing(request.output, force, folder_with=RECORD)
    policy = policy or Policy()
    identity = request.identity()
    decisive = identity | {"policy": policy.model_dump()}
    workspace = open_workspace(request.output, decisive, resume=resume, force=force)
    try:
        with _logged(workspace, progress) as told:
            job = _Run(learning, policy, workspace, told)
            result = job.whole(identity)
        (workspace / LEDGER).unlink(missing_ok=True)
        close_workspace(workspace, request.output)
    except BaseException as error:
        if not any((workspace / name).exists() for name in (CHECKPOINT, "model", LEDGER)):
            shutil.rmtree(workspace, ignore_errors=True)
        if isinstance(error, OSError):
            raise output_error(request.output, error) from error
        raise
    return result


class _RunLog(logging.FileHandler):
    """A log whose disk may be full: an error like any other, not a traceback on the terminal."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        raise  # noqa: PLE0704


@contextmanager
def _logged(workspace: Path, progress: Progress) -> Iterator[Progress]:
    """Write everything that `progress` is told to ``run.log`` too."""
    log = logging.getLogger("imaginome.run")
    log.setLevel(logging.INFO)
    log.propagate = False
    handler = _RunLog(workspace / "run.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    try:
        log.info("imaginome %s", __version__)
        yield Logged(progress, log)
    finally:
        log.removeHandler(handler)
        handler.close()


class _Run:
    """One run: a method a stage, in the order in which they happen."""

    def __init__(
        self, learning: Learning, policy: Policy, folder: Path, progress: Progress
    ) -> None:
        self.learning = learning
        self.request = learning.request
        self.policy = policy
        self.folder = folder
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self.tally = Tally()

    def whole(self, identity: dict[str, Any]) -> RunResult:
        """Do all stages; `identity` is what the request was when the run began."""
        panel = self._timed("read", self._read)
        train, holdout = self._timed("split", lambda: self._split(panel))
        if self.learning.generator is None:
            self._timed("choose", lambda: self._choose(train))
        model = self._timed("fit", lambda: self._fit(train))
        artificial = self._timed("generate", lambda: self._generate(model, train))
        comparison = Comparison.of(
            train,
            holdout,
            artificial,
            seed=self.request.seed,
            threads=self.request.threads,
            replicates=self.request.replicates,
        )
        comparison = self._timed("evidence", lambda: self._evidence(comparison, model))
        evaluation = self._timed("evaluate", lambda: self._evaluate(comparison))
        verdict = self._timed("audit", lambda: self._audit(comparison))
        facts = self._facts(model, panel, train, holdout, artificial)
        self._timed("report", lambda: self._report(model, evaluation, verdict, facts))
        self._record(facts, identity, cites(model))
        return RunResult(self.request.output, evaluation, verdict, model.id, self.learning.choice)

    def _timed(self, stage: str, work: Callable[[], T]) -> T:
        since = time.perf_counter()
        result = work()
        self.seconds[stage] = round(time.perf_counter() - since, 2)
        return result

    def _read(self) -> Panel:
        with self.progress.task(f"read {Path(shown(self.request.panel)).name}"):
            panel = read_panel(self.request.panel, self.request.options, self.tally)
            panel = learnable(panel, self.request.options)
        refuse_artificial_names(panel.samples)
        for line in self.tally.lines():
            self.progress.note(line)
        return panel

    def _split(self, panel: Panel) -> tuple[Panel, Panel]:
        train, holdout = split(panel, self.request.holdout, self.request.seed)
        write_text(self.folder / "split.tsv", split_table(train, holdout), force=True)
        self.progress.note(
            f"{train.n_individuals} individuals to train, {holdout.n_individuals} held out"
        )
        return train, holdout

    def _choose(self, train: Panel) -> None:
        """Choose a generator by the train panel, and go on as if it had been asked for."""
        self.learning.choose(train, self.folder / LEDGER, self.progress)
        self.progress.note(f"the same without comparing: {self._named_command()}")

    def _named_command(self) -> str:
        """Return the command of the same run with the generator that was chosen."""
        return shlex.join(self.learning.request.command())

    def _fit(self, train: Panel) -> Generator[Any]:
        folder, checkpoint = self.folder / "model", self.folder / CHECKPOINT
        if folder.is_dir():
            self.progress.note("fit: found finished")
            model = load_model(folder)
        else:
            model = self.learning.fit(train, checkpoint, self.progress)
            model.save(folder)
            checkpoint.unlink(missing_ok=True)
        self.learning.save_choice(folder)
        return model

    def _generate(self, model: Generator[Any], train: Panel) -> Panel:
        n = self.request.individuals or train.n_individuals
        with self.progress.task(f"generate {n} individuals"):
            seed = child_seed(self.request.seed, "generate")
            artificial = model.sample(n, seed, threads=self.request.threads)
            notes = artificial_notes(model, self.request.seed)
            write_panel(artificial, self.folder / "artificial.vcf.gz", notes=notes, force=True)
            if has_labels(artificial.samples):
                labels = samples_table_text(artificial.samples)
                write_text(self.folder / "artificial.samples.tsv", labels, force=True)
        return artificial

    def _evidence(self, comparison: Comparison, model: Generator[Any]) -> Comparison:
        if not needed(self.request.metrics, self.request.attacks):
            return comparison
        with self.progress.task("ask the model"):
            return with_evidence(comparison, model)

    def _evaluate(self, comparison: Comparison) -> Evaluation:
        return evaluate(comparison, only=self.request.metrics, progress=self.progress)

    def _audit(self, comparison: Comparison) -> Audit:
        return audit(
            comparison,
            policy=self.policy,
            only=self.request.attacks,
            power=self.request.power,
            progress=self.progress,
        )

    def _report(
        self,
        model: Generator[Any],
        evaluation: Evaluation,
        verdict: Audit,
        facts: dict[str, str],
    ) -> None:
        with self.progress.task("report"):
            dump(self.folder / "metrics.json", evaluation)
            dump(self.folder / "audit.json", verdict)
            sheet = datasheet(evaluation, verdict, facts)
            write_text(self.folder / "datasheet.md", sheet, force=True)
            write_report(
                evaluation,
                verdict,
                self.folder / "report.html",
                facts=facts,
                history=model.history.records if model.history else None,
                emergence=model.emergence,
                choice=self.learning.choice,
                citations=cites(model),
                force=True,
            )
            if model.emergence is not None:
                write_pictures(model.emergence, self.folder / "emergence", force=True)

    def _facts(
        self,
        model: Generator[Any],
        panel: Panel,
        train: Panel,
        holdout: Panel,
        artificial: Panel,
    ) -> dict[str, str]:
        """Describe the run for the datasheet and the report, label by label."""
        named = self.learning.request
        settings = model.settings.model_dump(mode="json")
        chosen = ", ".join(f"{k}={setting_text(v)}" for k, v in settings.items())
        return {
            "Panel": Path(shown(self.request.panel)).name,
            "Individuals": f"{panel.n_individuals:,}",
            "Sites": f"{panel.n_sites:,} on {', '.join(panel.sites.contigs())}",
            "Read": "; ".join(self.tally.lines()) or "everything kept",
            "Split": f"{train.n_individuals:,} train, {holdout.n_individuals:,} holdout "
            "(by individual, families together, stratified by population)",
            "Phenotype": self.request.options.phenotype or "none",
            "Model": named.model,
            "Settings": ", ".join(settings_text(named.settings)) or "defaults",
            **self._why(),
            **(model.spending.facts() if model.spending else {"Guarantee": "none"}),
            "Artificial": f"{artificial.n_individuals:,} individuals",
            "Seed": str(self.request.seed),
            "Version": f"imaginome {__version__}",
            "All settings": chosen or "none",
        }

    def _why(self) -> dict[str, str]:
        """Say why this model was taken, where nobody named it."""
        choice = self.learning.choice
        if choice is None:
            return {}
        return {
            "Model chosen by": f"held-out people of train, budget {budget_text(choice.budget)}",
            "Why this model": choice.reason,
            "The same without comparing": self._named_command(),
        }

    def _record(
        self, facts: dict[str, str], identity: dict[str, Any], cite: dict[str, str]
    ) -> None:
        """Write ``run.json``: inputs, command, versions, seed, times, memory."""
        choice = self.learning.choice
        record = {
            "imaginome": __version__,
            "command": self.request.command(),
            "request": identity,
            "facts": facts,
            "cite": cite,
            "choice": choice and choice.model_dump(mode="json"),
            "tally": self.tally.steps,
            "threads": self.request.threads,
            "versions": versions(),
            "seconds": self.seconds,
            "peak_memory_mb": peak_memory_mb(),
        }
        text = json.dumps(record, indent=2) + "\n"
        write_text(self.folder / "run.json", text, force=True)


def artificial_notes(model: Generator[Any], seed: int) -> list[str]:
    """Return what a header says of an artificial panel."""
    return [
        f"artificial data, not of real people: imaginome {__version__}, model {model.id}, "
        f"seed {seed}"
    ]


def cites(model: Generator[Any]) -> dict[str, str]:
    """Return what whoever uses a model should cite: texts and their BibTeX."""
    return {citation.text(): citation.bibtex() for citation in model.citations}


def dump(path: Path, result: Result) -> None:
    """Write a result as JSON."""
    write_text(path, result.as_file(), force=True)
