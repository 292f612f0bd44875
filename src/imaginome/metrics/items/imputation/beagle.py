"""Run Beagle: an imputation program of its own, in a temporary folder that goes with it.

Beagle sees neither names nor alleles: people are numbered, REF and ALT are A and C, and sites at
the same position are moved apart by single base pairs. Its heap is bounded, and it runs on one
thread; several reference panels run side by side.
"""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from imaginome.arrays import Float32s, Indices, Int64s
from imaginome.errors import ImaginomeError
from imaginome.panel import Haplotypes, Sites

MEMORY_GB = 4
"""Largest heap of one Beagle process."""
SECONDS_BETWEEN_LOOKS = 0.02
LAST_LINES = 3
_HEADER = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
_COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"


class ProgramError(ImaginomeError):
    """A program that we call is missing or failed."""


@dataclass(frozen=True, eq=False)
class Markers:
    """Neutral places of sites: contigs by number, positions strictly increasing in each.

    Attributes
    ----------
    contig
        ``intp``, shape ``(n_sites,)``, from 1.
    position
        ``int64``, shape ``(n_sites,)``, 1-based.
    """

    contig: Indices
    position: Int64s

    @classmethod
    def of(cls, sites: Sites) -> Markers:
        """Number contigs and move sites of equal position apart."""
        position = sites.position.copy()
        for first, stop in sites.contig_spans():
            steps = np.arange(stop - first)
            position[first:stop] = np.maximum.accumulate(position[first:stop] - steps) + steps
        return cls(np.cumsum(sites.contig_starts()).astype(np.intp), position)


def find_beagle() -> str:
    """Return the path of the program.

    Raises
    ------
    ProgramError
        When it is not installed.
    """
    path = shutil.which("beagle")
    if path is None:
        raise ProgramError(
            "Beagle was not found",
            "`apt install beagle` or `conda install -c bioconda beagle` brings it; "
            "it must be on the PATH as `beagle`",
        )
    return path


def impute(
    references: Sequence[Haplotypes],
    targets: Haplotypes,
    array: Indices,
    markers: Markers,
    *,
    seed: int,
    threads: int = 1,
) -> list[Float32s]:
    """Impute the sites of targets from each of several reference panels (Browning et al. 2018).

    Targets are handed over phased, so that Beagle does not phase them again.

    Parameters
    ----------
    references
        ``uint8``, shape ``(n_haplotypes, n_sites)`` each.
    targets
        ``uint8``, shape ``(2 * n_targets, n_sites)``; only the sites of the array are written.
    array
        Indices of the sites at which targets are known, increasing.
    markers
        Places of the sites.
    seed
        Of Beagle; non-negative.
    threads
        Most processes at a time; no result depends on it.

    Returns
    -------
    list
        ALT dosages of each reference, ``float32`` in 0 to 2, shape ``(n_targets, n_sites)``.

    Raises
    ------
    ProgramError
        When Beagle is missing or fails; the text ends with the last lines of its log.
    """
    program = find_beagle()
    everywhere = np.arange(len(markers.position))
    with tempfile.TemporaryDirectory(prefix="imaginome-beagle-") as name:
        folder = Path(name)
        write_vcf(folder / "targets.vcf.gz", targets, array, markers)
        for k, reference in enumerate(references):
            write_vcf(folder / f"reference{k}.vcf.gz", reference, everywhere, markers)
        _run_all(program, folder, len(references), seed, max(threads, 1))
        shape = (len(targets) // 2, len(everywhere))
        return [_dosages(folder / f"imputed{k}.vcf.gz", shape) for k in range(len(references))]


def write_vcf(path: Path, haplotypes: Haplotypes, chosen: Indices, markers: Markers) -> None:
    """Write phased genotypes of numbered people at the chosen sites, gzipped."""
    n = len(haplotypes) // 2
    row = np.tile(np.frombuffer(b"\t0|0", dtype=np.uint8), (n, 1))
    people = "".join(f"\tP{i}" for i in range(n))
    with gzip.open(path, "wb", compresslevel=1) as out:
        out.write(f"{_HEADER}{_COLUMNS}{people}\n".encode())
        for j in chosen:
            row[:, 1] = haplotypes[0::2, j] + ord("0")
            row[:, 3] = haplotypes[1::2, j] + ord("0")
            place = f"{markers.contig[j]}\t{markers.position[j]}\t.\tA\tC\t.\tPASS\t.\tGT"
            out.write(place.encode() + row.tobytes() + b"\n")


def _run_all(program: str, folder: Path, count: int, seed: int, threads: int) -> None:
    """Run Beagle once a reference, at most `threads` at a time; on any error stop them all."""
    waiting = list(range(count))
    running: dict[int, subprocess.Popen[bytes]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < threads:
                k = waiting.pop(0)
                running[k] = _start(program, folder, k, seed)
            for k in [k for k, process in running.items() if process.poll() is not None]:
                if running.pop(k).returncode != 0:
                    raise ProgramError("Beagle failed", _last_lines(folder / f"said{k}"))
            time.sleep(SECONDS_BETWEEN_LOOKS)
    finally:
        for process in running.values():
            _stop(process)


def _start(program: str, folder: Path, k: int, seed: int) -> subprocess.Popen[bytes]:
    """Start Beagle on reference `k`; names are relative, since its wrapper splits at spaces."""
    words = [
        f"ref=reference{k}.vcf.gz",
        "gt=targets.vcf.gz",
        f"out=imputed{k}",
        f"seed={seed % 2**31}",
        "nthreads=1",
    ]
    options = f"-Xmx{MEMORY_GB}g -XX:+UseSerialGC -Djava.io.tmpdir={folder}"
    given = os.environ.get("JAVA_TOOL_OPTIONS", "")
    with (folder / f"said{k}").open("wb") as said:
        return subprocess.Popen(
            [program, *words],
            cwd=folder,
            env={**os.environ, "JAVA_TOOL_OPTIONS": f"{given} {options}".strip()},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it started: the wrapper and Java are one group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_lines(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    told = [line.strip() for line in lines if line.strip() and "JAVA_TOOL_OPTIONS" not in line]
    return "it said: " + " / ".join(told[-LAST_LINES:]) if told else "it said nothing"


def _dosages(path: Path, shape: tuple[int, int]) -> Float32s:
    """Read the field DS of every record."""
    dosages = np.empty(shape, dtype=np.float32)
    sites = 0
    with gzip.open(path, "rt") as text:
        for line in text:
            if line.startswith("#"):
                continue
            fields = line.rstrip("\n").split("\t")
            place = fields[8].split(":").index("DS")
            dosages[:, sites] = [float(field.split(":")[place]) for field in fields[9:]]
            sites += 1
    if sites != shape[1]:
        raise ProgramError(f"Beagle returned {sites} of {shape[1]} sites", "try another region")
    return dosages
