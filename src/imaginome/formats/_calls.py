"""Genotype calls of one record: whole, diploid and phased, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from imaginome.arrays import Bools, Int16s
from imaginome.errors import FormatError, PanelError
from imaginome.formats._rules import Record
from imaginome.formats.options import ReadOptions
from imaginome.panel import Samples

# How cyvcf2 spells a missing allele and the end of a call that is shorter than others.
_MISSING = -1
_SHORT = -2


def phased_alleles(
    record: Record, calls: Int16s, options: ReadOptions, path: Path, samples: Samples
) -> tuple[Int16s | None, str]:
    """Return the alleles of all haplotypes, and what had to be done for that.

    Parameters
    ----------
    record
        For messages and the number of alleles.
    calls
        ``int16``, shape ``(n_individuals, ploidy + 1)``: alleles and, last, 1 where phased.
    options
        The rules for missing and unphased genotypes.
    path, samples
        For messages.

    Returns
    -------
    tuple
        Allele numbers, shape ``(n_haplotypes,)``, or None where the site is dropped; and the
        step to count, ``""`` where nothing was the matter.

    Raises
    ------
    PanelError
        For haploid or polyploid calls, and for missing or unphased ones unless dropped.
    FormatError
        For an allele that the record does not have.
    """
    where = f"{path}: {record.place()}"
    missing = (calls[:, :-1] == _MISSING).any(axis=1)
    _refuse_ploidy(calls, missing, where, samples)
    if calls[:, :-1].max() > len(record.alts):
        raise FormatError(f"{where} has a genotype with an allele that it does not list")
    if missing.any():
        if options.missing == "error":
            raise _people(missing, samples, where, "a missing genotype", "--missing drop")
        return None, "sites with missing genotypes dropped"
    unphased = (calls[:, 0] != calls[:, 1]) & (calls[:, 2] == 0)
    alleles = calls[:, :2].reshape(-1)
    if not unphased.any():
        return alleles, ""
    if options.unphased == "error":
        raise _people(unphased, samples, where, "an unphased genotype", "--unphased drop")
    if options.unphased == "drop":
        return None, "sites with unphased genotypes dropped"
    return alleles, "sites taken in the order written though unphased"


def _refuse_ploidy(calls: Int16s, missing: Bools, where: str, samples: Samples) -> None:
    ploidy = calls.shape[1] - 1
    if ploidy > 2:
        raise PanelError(f"{where} has calls of {ploidy} alleles", "panels are diploid")
    haploid = (np.ones(len(calls), bool) if ploidy == 1 else calls[:, 1] == _SHORT) & ~missing
    if haploid.any():
        who = samples.id[int(haploid.argmax())]
        raise PanelError(
            f"{where}, sample {who}: a haploid genotype ({int(haploid.sum())} at this site)",
            "haploid calls, as of chrX in males, are not supported: leave that region out",
        )


def _people(which: Bools, samples: Samples, where: str, what: str, option: str) -> PanelError:
    who = samples.id[int(which.argmax())]
    return PanelError(
        f"{where}, sample {who}: {what} ({int(which.sum())} at this site)",
        f"phase and impute the panel, or leave such sites out with {option}",
    )
