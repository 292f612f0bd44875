"""Genotype calls of records, and the panel that they become by the rules in force."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from imaginome.arrays import Bools, Int16s, UInt8s
from imaginome.errors import FormatError, PanelError
from imaginome.formats.options import ReadOptions
from imaginome.formats.records import OrderCheck, Record, Tally, is_indel
from imaginome.panel import Haplotypes, Panel, Samples, Sites, strings

# -- Genotype calls of one record ------------------------------------------------------------------


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


# -- From records to a panel -----------------------------------------------------------------------


_CHUNK = 512

# What can happen to sites, in the order in which the rules look at them.
STEPS = (
    "multi-allelic records dropped",
    "multi-allelic records split",
    "indels or symbolic alleles dropped",
    "sites with missing genotypes dropped",
    "sites with unphased genotypes dropped",
    "sites taken in the order written though unphased",
    "monomorphic sites dropped",
    "duplicate sites dropped",
)


class Collector:
    """Takes records one by one; `finish` makes the panel.

    Kept genotypes wait as bits, an eighth of the panel's size, until the number of sites is
    known.

    Parameters
    ----------
    path
        For messages.
    samples
        The people, in the order of the genotypes.
    options
        The rules.
    """

    def __init__(self, path: Path, samples: Samples, options: ReadOptions) -> None:
        self._path = path
        self._samples = samples
        self._options = options
        self._counts: Counter[str] = Counter()
        self._order = OrderCheck(path)
        self._sites: list[tuple[str, int, str, str, str]] = []
        self._chunk = np.empty((_CHUNK, 2 * len(samples)), dtype=np.uint8)
        self._filled = 0
        self._packed: list[UInt8s] = []
        self._here: tuple[str, int] = ("", 0)
        self._keys: set[tuple[str, str]] = set()

    def offer(self, record: Record, calls: Int16s) -> None:
        """Take a record with calls as cyvcf2 gives them: alleles and a phase flag a sample.

        Raises
        ------
        PanelError
            When the record cannot be held and the options do not say to drop it.
        """
        self._order.step(record.contig, record.position)
        alts = self._alts(record)
        if not alts:
            return
        alleles, trouble = phased_alleles(record, calls, self._options, self._path, self._samples)
        if trouble:
            self._counts[trouble] += 1
        if alleles is None:
            return
        for number, alt in alts:
            self._keep(record, alt, (alleles == number).astype(np.uint8))

    def offer_row(self, record: Record, row: UInt8s) -> None:
        """Take a biallelic record whose haplotypes (0/1) are known to be whole and phased."""
        self._order.step(record.contig, record.position)
        for _, alt in self._alts(record):
            self._keep(record, alt, row)

    def _alts(self, record: Record) -> list[tuple[int, str]]:
        """Return number and spelling of each ALT allele that becomes a site."""
        if len(record.alts) > 1:
            rule = self._options.multiallelic
            if rule == "error":
                raise self._error(record, "has several ALT alleles", "multiallelic")
            word = "dropped" if rule == "drop" else "split"
            self._counts[f"multi-allelic records {word}"] += 1
            if rule == "drop":
                return []
        alts = list(enumerate(record.alts or (".",), 1))
        kept = [(n, alt) for n, alt in alts if not is_indel(record.ref, alt)]
        if self._options.indels == "keep" or len(kept) == len(alts):
            return alts
        if self._options.indels == "error":
            raise self._error(record, "is an indel or symbolic", "indels")
        self._counts["indels or symbolic alleles dropped"] += len(alts) - len(kept)
        return kept

    def _keep(self, record: Record, alt: str, row: UInt8s) -> None:
        """Store one site unless it is monomorphic or a duplicate."""
        if self._options.monomorphic != "keep" and _constant(row):
            if self._options.monomorphic == "error":
                raise self._error(record, "is the same in everyone", "monomorphic")
            self._counts["monomorphic sites dropped"] += 1
            return
        if self._is_duplicate(record, alt):
            if self._options.duplicates == "error":
                raise self._error(record, f"{record.ref}>{alt} is there twice", "duplicates")
            self._counts["duplicate sites dropped"] += 1
            return
        self._sites.append((record.contig, record.position, record.id, record.ref, alt))
        self._chunk[self._filled] = row
        self._filled += 1
        if self._filled == _CHUNK:
            self._pack()

    def _is_duplicate(self, record: Record, alt: str) -> bool:
        here = (record.contig, record.position)
        if here != self._here:
            self._here = here
            self._keys.clear()
        known = (record.ref, alt) in self._keys
        self._keys.add((record.ref, alt))
        return known

    def _pack(self) -> None:
        self._packed.append(np.packbits(self._chunk[: self._filled], axis=1))
        self._filled = 0

    def _error(self, record: Record, what: str, option: str) -> PanelError:
        other = "first" if option == "duplicates" else "drop"
        return PanelError(f"{self._path}: {record.place()} {what}", f"allow it: --{option} {other}")

    def finish(self, tally: Tally) -> Panel:
        """Return the panel, perhaps without sites, and write the counts into `tally`."""
        self._pack()
        for step in STEPS:
            tally.add(step, self._counts[step])
        contig, position, ids, ref, alt = (
            zip(*self._sites, strict=True) if self._sites else [()] * 5
        )
        sites = Sites(
            strings(contig),
            np.array(position, dtype=np.int64),
            strings(ids),
            strings(ref),
            strings(alt),
        )
        return Panel(self._unpack(), sites, self._samples)

    def _unpack(self) -> Haplotypes:
        rows = 2 * len(self._samples)
        haplotypes = np.empty((rows, len(self._sites)), dtype=np.uint8)
        for at, packed in enumerate(self._packed):
            columns = slice(at * _CHUNK, at * _CHUNK + len(packed))
            haplotypes[:, columns] = np.unpackbits(packed, axis=1, count=rows).T
        self._packed.clear()
        return haplotypes


def _constant(row: UInt8s) -> bool:
    return bool((row == row[0]).all())
