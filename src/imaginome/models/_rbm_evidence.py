"""Evidence along a training: likelihoods of held-out people, moments of chains, mixing."""

from __future__ import annotations

import numpy as np
import torch

from imaginome.arrays import Int64s
from imaginome.models._rbm_gibbs import Machine
from imaginome.models._rbm_likelihood import (
    class_log_likelihoods,
    log_partition,
    pseudo_log_likelihood,
)
from imaginome.models._rbm_material import Material
from imaginome.models._rbm_mixing import mixing
from imaginome.models._rbm_moments import Moments
from imaginome.training.control import FitControl

JUDGED_SITES = 200
JUDGED_ROWS = 1000
TEMPERATURES, FEWEST_TEMPERATURES = 100, 20
ANNEALED_CHAINS = 192
MIXED_CHAINS, FEWEST_MIXED = 256, 64
FULL_SIZE = 1_000_000
"""Weights of a machine up to which it is measured in full; larger ones on fewer chains."""


class Evidence:
    """Measures a machine; draws from its own random streams, the same at every measurement.

    Parameters
    ----------
    control, material
        Of the fit.
    logits
        Biases of independent sites by class, where annealing begins.
    classes
        Classes of the persistent chains.
    units
        Number of hidden units.
    """

    def __init__(
        self,
        control: FitControl,
        material: Material,
        logits: torch.Tensor,
        classes: Int64s,
        units: int,
    ) -> None:
        self.control, self.logits = control, logits
        share = min(1.0, FULL_SIZE / max(1, logits.shape[1] * units))
        self.temperatures = max(FEWEST_TEMPERATURES, int(share * TEMPERATURES))
        self.mixed = max(FEWEST_MIXED, int(share * MIXED_CHAINS))
        device = logits.device
        self.validation = torch.from_numpy(material.validation.astype(np.float32)).to(device)
        self.validation_codes = material.validation_codes
        n = len(material.train)
        seen = np.unique(np.linspace(0, n - 1, min(n, JUDGED_ROWS)).astype(np.int64))
        self.seen = torch.from_numpy(material.train[seen].astype(np.float32)).to(device)
        self.seen_codes = material.codes[seen]
        n_sites = material.train.shape[1]
        most = min(n_sites, JUDGED_SITES)
        self.sites = np.unique(np.linspace(0, n_sites - 1, most).astype(np.int64))
        self.runs = max(4, int(share * ANNEALED_CHAINS) // len(logits))
        self.moments = Moments.of(
            torch.from_numpy(material.train).float().to(device), self.validation
        )
        self._followed(material, classes)

    def _followed(self, material: Material, classes: Int64s) -> None:
        """Choose the chains whose mixing is measured, and train rows of the same classes."""
        most = min(len(classes), self.mixed)
        self.stored = np.unique(np.linspace(0, len(classes) - 1, most).astype(np.int64))
        self.followed = classes[self.stored]
        rng = self.control.rng("rbm", "mixing", "rows")
        by_class = {k: np.flatnonzero(material.codes == k) for k in np.unique(self.followed)}
        self.rows = np.array([rng.choice(by_class[k]) for k in self.followed])
        chance = self.logits.sigmoid()[torch.from_numpy(self.followed)]
        uniform = rng.random(chance.shape, dtype=np.float32)
        device = self.logits.device
        self.noise = (torch.from_numpy(uniform).to(device) < chance).float()
        self.real = torch.from_numpy(material.train[self.rows].astype(np.float32)).to(device)

    def figures(self, machine: Machine, chains: torch.Tensor) -> dict[str, float]:
        """Return what is known of `machine`, whose chains are `chains`; in nats a haplotype.

        ``log_likelihood`` of held-out haplotypes given their classes, by annealing from
        independent sites; ``overfitting``, how far those of train lie above;
        ``effective_chains``, the effective share of annealed chains;
        ``pseudo_log_likelihood``; errors of moments and mixing, see `Moments` and `mixing`.
        """
        threads = self.control.threads
        partition = log_partition(
            machine,
            self.logits,
            lambda piece: self.control.rng("rbm", "evidence", piece),
            temperatures=self.temperatures,
            runs=self.runs,
            threads=threads,
        )

        def mean(rows: torch.Tensor, codes: Int64s) -> float:
            logs = class_log_likelihoods(machine, partition, rows)
            return float(logs[codes, np.arange(len(codes))].mean())

        held_out = mean(self.validation, self.validation_codes)
        conditional = pseudo_log_likelihood(
            machine, self.validation, self.validation_codes, self.sites, threads
        )
        return {
            "log_likelihood": held_out,
            "overfitting": mean(self.seen, self.seen_codes) - held_out,
            "effective_chains": partition.effective,
            "pseudo_log_likelihood": conditional * self.validation.shape[1],
            **self.moments.errors(chains),
            **self._mixing(machine, chains),
        }

    def _mixing(self, machine: Machine, chains: torch.Tensor) -> dict[str, float]:
        starts = {
            "stored": chains[torch.from_numpy(self.stored)],
            "noise": self.noise,
            "data": self.real,
        }
        return mixing(
            machine,
            starts,
            self.followed,
            lambda piece: self.control.rng("rbm", "mixing", piece),
            self.control.threads,
        )
