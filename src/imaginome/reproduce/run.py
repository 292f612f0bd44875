"""Run a programme: stage by stage, each a folder that is made once and found again."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imaginome import __version__
from imaginome.errors import OutputError
from imaginome.models.registry import models
from imaginome.outputs import output_error, refuse_existing, write_text
from imaginome.progress import SILENT, Progress
from imaginome.reproduce.base import Effort, PlannedModel, PlannedPanel, Programme
from imaginome.reproduce.gather import gather
from imaginome.reproduce.page import render_page
from imaginome.reproduce.registry import programmes
from imaginome.reproduce.results import Reproduction
from imaginome.reproduce.stages import Conditions, DataFolder, ModelStage, PublishedStage, Stage
from imaginome.reproduce.wording import headline_tables, markdown_page

PLAN = "plan.json"
RESULT = "reproduce.json"


@dataclass(frozen=True)
class ReproduceRequest:
    """What to reproduce.

    Attributes
    ----------
    programme
        Id of a registered programme.
    data
        Folder of its panels and released sets.
    output
        Folder of all stages and of the page.
    quick
        Short fits and few measures: to see that everything works.
    seed, seeds
        First seed and how many: each divides the panel and fits the models anew.
    threads, device
        As in a run; the number of threads decides nothing.
    """

    programme: str
    data: Path
    output: Path
    quick: bool = False
    seed: int = 1
    seeds: int = 1
    threads: int = 1
    device: str = "auto"

    def all_seeds(self) -> list[int]:
        """Return the seeds in order."""
        return list(range(self.seed, self.seed + self.seeds))


def reproduce(
    request: ReproduceRequest, *, force: bool = False, progress: Progress = SILENT
) -> Reproduction:
    """Run whatever is not finished yet, and write the page from all of it.

    Leaves in the output folder ``runs/`` (a folder a panel, set and seed), ``reproduce.json``,
    ``page.html``, ``page.md`` and ``table.md``. Called again after an interrupt it goes on,
    in the middle of a fit too; called again when all is done, it draws the page anew.

    Parameters
    ----------
    request
        What to do.
    force
        Discard what another plan, or an earlier version, left in the folder.
    progress
        Who is told how far it is.

    Raises
    ------
    ImaginomeError
        When the programme is not known, data are missing, or the folder holds something else.
    """
    programme = programmes.get(request.programme)
    data = DataFolder(request.data, programme, request.output)
    data.check()
    _open(request, programme, force)
    stages = planned(request, programme, data)
    for number, stage in enumerate(stages, 1):
        done = "found finished" if stage.finished() else "begins"
        progress.note(f"[{number}/{len(stages)}] {stage.title}: {done}")
        stage.complete(progress)
    with progress.task("page"):
        result = gather(programme, stages, quick=request.quick, seeds=request.all_seeds())
        _write(request.output, result)
    return result


def planned(request: ReproduceRequest, programme: type[Programme], data: DataFolder) -> list[Stage]:
    """Return all stages in the order in which they are done; released sets come last."""
    conditions = Conditions(
        data,
        request.output / "runs",
        _effort(programme, request.quick),
        request.quick,
        request.threads,
        request.device,
    )
    stages: list[Stage] = []
    for seed in request.all_seeds():
        for panel in programme.panels:
            able = [model for model in panel.models if learns(model, panel)]
            stages += [ModelStage(conditions, panel, seed, model) for model in able]
            found = [made for made in panel.published if data.has(made)]
            stages += [PublishedStage(conditions, panel, seed, made) for made in found]
    return stages


def learns(model: PlannedModel, panel: PlannedPanel) -> bool:
    """Say whether a generator can learn what the panel has: its trait, if there is one."""
    return panel.trait is None or "phenotype" in models.get(model.model).capabilities


def _effort(programme: type[Programme], quick: bool) -> Effort:
    return programme.quick if quick else programme.full


def _plan(request: ReproduceRequest, programme: type[Programme]) -> dict[str, Any]:
    """Return what decides the results: a folder is gone on with only under the same plan.

    Metrics and panels are no part of it: what is new is added to what is there.
    """
    settings = {
        f"{panel.id}/{model.id}": list(model.quick if request.quick else model.settings)
        for panel in programme.panels
        for model in panel.models
    }
    effort = _effort(programme, request.quick)
    return {
        "version": __version__,
        "programme": programme.id,
        "quick": request.quick,
        "individuals": effort.individuals,
        "replicates": effort.replicates,
        "seed": request.seed,
        "device": request.device,
        "settings": settings,
    }


def _open(request: ReproduceRequest, programme: type[Programme], force: bool) -> None:
    """Make the folder, or check that it belongs to this plan.

    The number of seeds is no part of the plan: more of them may be added later.
    """
    folder, plan = request.output, _plan(request, programme)
    refuse_existing(folder, True, folder_with=PLAN)
    if (folder / PLAN).is_file() and _kept_plan(folder) != plan:
        if not force:
            raise OutputError(
                f"{folder} holds results of another plan (settings, seed, --quick or version)",
                "choose another folder, or discard them with --force",
            )
        shutil.rmtree(folder)
    elif force:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        (folder / "runs").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error
    write_text(folder / PLAN, json.dumps(plan, indent=2) + "\n", force=True)


def _kept_plan(folder: Path) -> Any:
    """Return the plan that a folder was made under; nothing for a damaged one."""
    try:
        return json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except ValueError:
        return None


def _write(folder: Path, result: Reproduction) -> None:
    write_text(folder / RESULT, result.as_file(), force=True)
    write_text(folder / "page.html", render_page(result), force=True)
    write_text(folder / "page.md", markdown_page(result), force=True)
    write_text(folder / "table.md", headline_tables(result), force=True)
