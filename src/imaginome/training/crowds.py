"""Crowds: what real people look like, as means of groups that betray no one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from imaginome.arrays import UInt8s
from imaginome.emergence import ROWS, SHADES, SITES, Emergence, shown
from imaginome.panel import Haplotypes, Panel, Sites
from imaginome.panel.crowds import MEMBERS
from imaginome.panel.crowds import crowds as crowds_of
from imaginome.training.control import FitControl

__all__ = ["MEMBERS", "beside_real", "crowds", "place"]


def crowds(haplotypes: Haplotypes, rng: np.random.Generator) -> UInt8s:
    """Return as many crowds, in as many shades, as frames have; see `panel.crowds`."""
    return crowds_of(haplotypes, rng, most=ROWS, shades=SHADES)


def beside_real(emergence: Emergence, train: Panel, control: FitControl) -> Emergence:
    """Return the frames with crowds of the train panel beside them, and their place in words."""
    part = shown(train.n_sites)
    real = crowds(train.haplotypes[:, part], control.rng("emergence", "crowds"))
    return replace(emergence, crowds=real, where=place(train.sites))


def place(sites: Sites) -> str:
    """Say which sites are shown: ``512 of 805 sites, 3:1,234 to 9:5,678``."""
    part = sites.take(shown(len(sites)))
    ends = [f"{part.contig[i]}:{part.position[i]:,}" for i in (0, -1)]
    count = f"{len(part)} of {len(sites):,}" if len(sites) > SITES else f"all {len(sites)}"
    return f"{count} sites, {ends[0]} to {ends[1]}"
