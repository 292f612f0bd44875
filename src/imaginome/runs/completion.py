"""Complete a panel that holds some sites of a model: match sites, choose populations, impute."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from imaginome import __version__
from imaginome.arrays import Bools, Float32s
from imaginome.models.base import Generator
from imaginome.panel import Panel
from imaginome.panel.align import onto_sites
from imaginome.progress import SILENT, Progress


@dataclass(frozen=True, eq=False)
class CompletedPanel:
    """People at all sites of a model.

    Attributes
    ----------
    panel
        The people with genotypes at all sites of the model: each allele's likelier value, or one
        draw.
    dosages
        Expected ALT count of each allele, ``float32``, shape ``(n_haplotypes, n_sites)``.
    observed
        Sites at which the people were known, ``bool``, shape ``(n_sites,)``.
    """

    panel: Panel
    dosages: Float32s
    observed: Bools


def complete_panel(
    model: Generator[Any],
    panel: Panel,
    *,
    draw: bool = False,
    seed: int = 1,
    population: str | None = None,
    threads: int = 1,
    progress: Progress = SILENT,
) -> CompletedPanel:
    """Complete the people of a panel at the sites of a model that the panel does not hold.

    Parameters
    ----------
    model
        A fitted generator with the capability ``complete``.
    panel
        Phased people. Sites are matched by contig, position, ref and alt; those that the model
        does not know are left out, and their number is noted.
    draw
        Whether genotypes are one draw given what is observed; else each allele's likelier value.
    seed, threads
        See `Generator.complete`.
    population
        Population of everyone. By default the labels of the panel count where it has any that
        the model knows.
    progress
        Told how many sites are observed and completed.

    Raises
    ------
    ComparisonError
        When model and panel share no site.
    CapabilityError, ModelError
        As `Generator.complete`.
    """
    rows, observed = onto_sites(panel, model.sites)
    progress.note(_counts(panel, observed))
    completion = model.complete(
        rows,
        observed,
        draws=int(draw),
        seed=seed,
        population=population or _populations(model, panel),
        threads=threads,
    )
    genotypes = completion.drawn[0] if draw else (completion.dosages >= 0.5).astype(np.uint8)
    whole = replace(panel, haplotypes=genotypes, sites=model.sites)
    return CompletedPanel(whole, completion.dosages, observed)


def _populations(model: Generator[Any], panel: Panel) -> list[str] | None:
    """Return the population of each haplotype, ``""`` where the model does not know it."""
    labels = panel.samples.population
    if labels is None or not model.draws_labels:
        return None
    frame = model.frame
    known = {*frame.populations, *frame.pooled}
    return [label if label in known else "" for label in labels for _ in range(2)]


def _counts(panel: Panel, observed: Bools) -> str:
    known = int(observed.sum())
    text = f"{known:,} of the model's {len(observed):,} sites are observed, the others completed"
    unknown = panel.n_sites - known
    return text + (f"; {unknown:,} that it does not know are left out" if unknown else "")


def completion_notes(model: Generator[Any], seed: int | None) -> list[str]:
    """Return what a header says of completed people; `seed` where genotypes were drawn."""
    how = "likelier alleles" if seed is None else f"drawn with seed {seed}"
    return [
        "real people, no artificial data: sites marked IMPUTED were completed by imaginome "
        f"{__version__}, model {model.id}, {how}"
    ]
