"""Likelihoods of a restricted Boltzmann machine: conditional, exact; whole, by annealing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from imaginome.arrays import Float64s, Int64s
from imaginome.models._rbm_gibbs import PIECE, Machine, Parameters, RandomStream, sweep
from imaginome.parallel import map_pieces, pieces


@dataclass(frozen=True)
class Partition:
    """Estimates of log Z by class.

    Attributes
    ----------
    log
        Natural logarithms, ``float64`` of shape ``(n_classes,)``. In expectation Z is exact,
        so its logarithm errs low.
    effective
        Effective share of annealed chains after weighting, mean over classes; 1 is perfect,
        and one over the chains of a class useless.
    """

    log: Float64s
    effective: float


def log_partition(
    machine: Machine,
    base: torch.Tensor,
    stream: RandomStream,
    *,
    temperatures: int,
    runs: int,
    threads: int,
) -> Partition:
    """Estimate log Z of each class along a path of machines from independent sites (Neal 2001).

    Parameters
    ----------
    machine
        The machine.
    base
        Visible biases of the independent machines at which the path begins,
        ``(n_classes, n_sites)``.
    stream
        Piece number to its random stream.
    temperatures, runs
        Machines on the path; annealed chains a class.
    threads
        Threads to use; the result does not depend on it.
    """
    classes = np.repeat(np.arange(len(base)), runs)

    def work(item: tuple[int, slice]) -> Float64s:
        number, rows = item
        return _anneal(machine, base, classes[rows], temperatures, stream(number))

    parts = map_pieces(work, list(enumerate(pieces(len(classes), PIECE))), threads)
    logs = np.concatenate(parts).reshape(len(base), runs)
    start = torch.nn.functional.softplus(base.double()).sum(1).cpu().numpy()
    silent = machine.of(np.zeros(1, dtype=np.int64))
    start += float(silent.cumulant(torch.zeros_like(machine.hidden[:1]).double())[0])
    top = logs.max(1, keepdims=True)
    weights = np.exp(logs - top)
    effective = weights.sum(1) ** 2 / np.sum(weights**2, axis=1) / runs
    return Partition(start + top[:, 0] + np.log(weights.mean(1)), float(effective.mean()))


def class_log_likelihoods(
    machine: Machine, partition: Partition, visible: torch.Tensor
) -> Float64s:
    """Return the log-likelihood of rows under every class, ``(n_classes, n_rows)``, in nats."""
    own = machine.visible.double() @ visible.T.double()
    inputs = visible @ machine.weights
    model = machine.of(np.zeros(1, dtype=np.int64))
    hidden = torch.stack([model.cumulant(inputs + biases) for biases in machine.hidden])
    return np.asarray((own + hidden).cpu().numpy() - partition.log[:, None])


def pseudo_log_likelihood(
    machine: Machine,
    visible: torch.Tensor,
    classes: Int64s,
    sites: Int64s,
    threads: int,
) -> float:
    """Return the mean over rows and `sites` of ``log P(allele | alleles at all other sites)``.

    Besag's pseudo-likelihood: it needs no partition function and no sampling, and falls when
    the machine overfits.

    Parameters
    ----------
    machine
        The machine.
    visible, classes
        Haplotypes, ``float32`` of shape ``(n, n_sites)``, and their classes.
    sites
        Columns over which to average.
    threads
        Threads to use; the result does not depend on it.
    """

    def work(rows: slice) -> float:
        model, part = machine.of(classes[rows]), visible[rows]
        hidden_input = model.hidden_input(part)
        here = model.cumulant(hidden_input)
        biases = model.visible.expand_as(part)
        total = 0.0
        for site in sites:
            flip = 1.0 - 2.0 * part[:, site]
            seen = torch.nonzero(model.weights[site])[:, 0]
            inputs = hidden_input[:, seen]
            other = inputs + flip[:, None] * model.weights[site, seen]
            gain = model.cumulant(other) - model.cumulant(inputs) if len(seen) else 0 * here
            gain += flip * biases[:, site]
            total -= float(torch.nn.functional.softplus(gain).sum())
        return total

    parts = map_pieces(work, pieces(len(visible), PIECE), threads)
    return sum(parts) / (len(visible) * len(sites))


def _anneal(
    machine: Machine,
    base: torch.Tensor,
    classes: Int64s,
    temperatures: int,
    rng: np.random.Generator,
) -> Float64s:
    """Return the log-weights of one piece of chains."""
    model = machine.of(classes)
    start = base[torch.from_numpy(classes).to(base.device)]
    uniform = torch.from_numpy(rng.random((len(classes), base.shape[1]), dtype=np.float32))
    visible = (uniform.to(base.device) < start.sigmoid()).float()
    here = _between(model, start, 0.0)
    logs = torch.zeros(len(classes), dtype=torch.float64, device=base.device)
    for step in range(1, temperatures + 1):
        logs += here.free_energy(visible, here.hidden_input(visible))
        here = _between(model, start, step / temperatures)
        hidden_input = here.hidden_input(visible)
        logs -= here.free_energy(visible, hidden_input)
        visible, _ = sweep(here, hidden_input, 1, rng, classes)
    return np.asarray(logs.cpu().numpy())


def _between(model: Parameters, base: torch.Tensor, share: float) -> Parameters:
    biases = base + share * (model.visible - base)
    return Parameters(share * model.weights, biases, share * model.hidden, model.kind)
