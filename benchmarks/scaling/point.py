"""What one point costs, measured in a fresh process so that its peak memory is its own."""

from __future__ import annotations

import ctypes
import gc
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from imaginome.panel import Panel
from imaginome.results import Result
from imaginome.runs.fitting import create, fit

SCORED = 100
"""Haplotypes whose log-likelihood is taken."""
WARM_SITES, WARM_PEOPLE = 40, 40
PROCESS = Path("/proc/self")


@dataclass(frozen=True)
class Job:
    """What to fit and draw.

    Attributes
    ----------
    panel
        The people to learn from, at the sites to learn.
    model, settings
        Id of the generator, and its settings as ``key=value``.
    haplotypes
        How many to draw; even.
    seed, threads
        As everywhere.
    repeats
        How often to draw and to score; the least time counts, as others may use the same cores.
    """

    panel: Panel
    model: str
    settings: tuple[str, ...]
    haplotypes: int
    seed: int
    threads: int
    repeats: int = 3


class Cost(Result):
    """What a job took.

    Attributes
    ----------
    fit, fit_cpu, draw, score
        Seconds: of the fit by the clock and of all threads together, of the draw, and of the
        log-likelihoods of `SCORED` haplotypes (None where the generator has none).
    peak, added
        Largest resident memory in MiB, and how much of it came on top of the interpreter, the
        libraries and the panel; None where the system does not tell (it does on Linux).
    """

    fit: float
    fit_cpu: float
    draw: float
    score: float | None
    peak: float | None
    added: float | None


def measured_apart(job: Job) -> Cost:
    """Return the cost of a job, measured in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measured, job).result()


def measured(job: Job) -> Cost:
    """Return the cost of a job in this process, compilation left out."""
    _costs(_warm_up(job))
    before = _peak_anew()
    fit_seconds, cpu, draw, score = _costs(job)
    peak = None if before is None else _peak()
    return Cost(
        fit=fit_seconds,
        fit_cpu=cpu,
        draw=draw,
        score=score,
        peak=peak,
        added=None if before is None or peak is None else round(peak - before, 1),
    )


def _costs(job: Job) -> tuple[float, float, float, float | None]:
    """Return seconds of fit, of its threads together, of draw and of log-likelihoods."""
    since, cpu = time.perf_counter(), time.process_time()
    model = create(job.model, job.settings)
    fit(model, job.panel, seed=job.seed, threads=job.threads)
    fitted = time.perf_counter() - since, time.process_time() - cpu
    n, rows = job.haplotypes // 2, job.panel.haplotypes[:SCORED]
    draw = _least(job.repeats, lambda: model.sample(n, job.seed, threads=job.threads))
    if "log_likelihood" not in model.abilities:
        return *fitted, draw, None
    score = _least(job.repeats, lambda: model.log_likelihood(rows, threads=job.threads))
    return *fitted, draw, score


def _least(times: int, work: Callable[[], object]) -> float:
    """Return the seconds of the quickest of some repetitions."""
    seconds = []
    for _ in range(times):
        since = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - since)
    return min(seconds)


def _warm_up(job: Job) -> Job:
    """Return the same job in small: it compiles and loads everything that the job needs."""
    panel = job.panel
    rare_first = np.argsort(np.abs(panel.frequencies() - 0.5), kind="stable")[::-1]
    people = np.linspace(0, panel.n_individuals - 1, min(WARM_PEOPLE, panel.n_individuals))
    small = panel.take_sites(np.sort(rare_first[-WARM_SITES:]))
    small = small.take_individuals(people.astype(np.intp))
    return Job(small, job.model, job.settings, 4, job.seed, job.threads, 1)


def _peak_anew() -> float | None:
    """Let the peak of this process begin anew at what it holds now; return it."""
    _return_what_is_free()
    try:
        (PROCESS / "clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return None
    return _peak()


def _return_what_is_free() -> None:
    """Give free memory back to the system: a job that reuses it would seem to need none.

    Compiling leaves tens of MiB of it behind.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _peak() -> float | None:
    """Return the peak resident memory since `_peak_anew` in MiB; None where it is not told.

    Not ``ru_maxrss``: on Linux a child begins with that of its parent, and it never falls again,
    not even after compiling.
    """
    try:
        lines = (PROCESS / "status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    peaks = [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")]
    return round(peaks[0], 1) if peaks else None
