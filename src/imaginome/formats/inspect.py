"""What is in a panel file, and what reading it would drop and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from imaginome.formats.io import read_any
from imaginome.formats.records import Tally
from imaginome.panel import Panel, Sites
from imaginome.reading import ReadOptions


class ContigSummary(BaseModel):
    """The sites of one contig."""

    model_config = ConfigDict(frozen=True)

    contig: str
    sites: int
    first: int = Field(description="position of the first site, 1-based")
    last: int = Field(description="position of the last site, 1-based")


class PanelSummary(BaseModel):
    """What `inspect_panel` found; counts are of what is kept."""

    model_config = ConfigDict(frozen=True)

    format: str
    individuals: int
    haplotypes: int
    sites: int
    contigs: list[ContigSummary]
    spectrum: dict[str, int] = Field(description="sites by count or frequency of the rarer allele")
    populations: dict[str, int] = Field(description="individuals by population")
    superpopulations: dict[str, int] = Field(description="individuals by superpopulation")
    tally: list[tuple[str, int]] = Field(description="what reading kept and dropped, in order")
    problems: list[str] = Field(description="what reading with the given options would refuse")


# Steps of the tally that are an error unless the option says otherwise.
_REFUSALS = {
    "sites with missing genotypes dropped": ("missing", "drop"),
    "sites with unphased genotypes dropped": ("unphased", "drop"),
    "multi-allelic records dropped": ("multiallelic", "drop"),
    "indels or symbolic alleles dropped": ("indels", "drop"),
    "monomorphic sites dropped": ("monomorphic", "drop"),
    "duplicate sites dropped": ("duplicates", "first"),
}


def inspect_panel(path: str | Path, options: ReadOptions | None = None) -> PanelSummary:
    """Read a panel as far as possible and tell what is in it.

    Where `options` would stop at a site, the site is counted and left out instead, so that one
    look shows every problem of the genotypes.

    Parameters
    ----------
    path
        As `read_panel` takes it.
    options
        The options of the reading that is to follow.

    Raises
    ------
    FormatError, PanelError
        When the file cannot be read at all; see `read_panel`.
    """
    options = options or ReadOptions()
    lenient = {
        name: value for name, value in _REFUSALS.values() if getattr(options, name) == "error"
    }
    tally = Tally()
    panel = read_any(path, replace(options, **cast(dict[str, Any], lenient)), tally)
    return _summary(panel, tally, _problems(tally, lenient))


def _problems(tally: Tally, lenient: dict[str, str]) -> list[str]:
    problems = []
    for what, count in tally.steps:
        option, value = _REFUSALS.get(what, ("", ""))
        if option in lenient:
            told = what.removesuffix(" dropped")
            problems.append(f"{count:,} {told}: refused unless --{option} {value}")
    if ("sites kept", 0) in tally.steps or all(what != "sites kept" for what, _ in tally.steps):
        problems.append("no site is left")
    return problems


def _summary(panel: Panel, tally: Tally, problems: list[str]) -> PanelSummary:
    return PanelSummary(
        format=tally.format,
        individuals=panel.n_individuals,
        haplotypes=panel.n_haplotypes,
        sites=panel.n_sites,
        contigs=_contigs(panel.sites),
        spectrum=_spectrum(panel),
        populations=_counts(panel.samples.population),
        superpopulations=_counts(panel.samples.superpopulation),
        tally=tally.steps,
        problems=problems,
    )


def _contigs(sites: Sites) -> list[ContigSummary]:
    names = sites.contig.astype(str)
    found = []
    for contig in sites.contigs():
        positions = sites.position[names == contig]
        found.append(
            ContigSummary(
                contig=contig,
                sites=len(positions),
                first=int(positions.min()),
                last=int(positions.max()),
            )
        )
    return found


def _spectrum(panel: Panel) -> dict[str, int]:
    """Return the number of sites by the rarer allele, each site in one class."""
    alt = panel.haplotypes.sum(axis=0, dtype=np.int64)
    minor = np.minimum(alt, panel.n_haplotypes - alt)
    share = minor / panel.n_haplotypes
    common = minor > 2
    return {
        "monomorphic": int((minor == 0).sum()),
        "singletons": int((minor == 1).sum()),
        "doubletons": int((minor == 2).sum()),
        "below 1%": int((common & (share < 0.01)).sum()),
        "1-5%": int((common & (share >= 0.01) & (share < 0.05)).sum()),
        "5% and above": int((common & (share >= 0.05)).sum()),
    }


def _counts(labels: np.ndarray[tuple[int], np.dtype[np.object_]] | None) -> dict[str, int]:
    if labels is None:
        return {}
    names, counts = np.unique(labels.astype(str), return_counts=True)
    return {str(name): int(count) for name, count in zip(names, counts, strict=True)}
