"""Likelihoods of a restricted Boltzmann machine: conditional, exact; whole, by annealing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from imaginome.models._rbm_gibbs import PIECE, Parameters, RandomStream, sweep
from imaginome.parallel import map_pieces, pieces


def log_partition(
    model: Parameters,
    base: torch.Tensor,
    stream: RandomStream,
    *,
    temperatures: int,
    runs: int,
    threads: int,
) -> tuple[float, float]:
    """Estimate log Z along a path of machines from independent sites (Neal 2001).

    Parameters
    ----------
    model
        The machine.
    base
        Visible biases of the independent machine at which the path begins, ``(n_sites,)``.
    stream
        Piece number to its random stream.
    temperatures, runs
        Machines on the path; annealed chains, in pieces of `PIECE`.
    threads
        Threads to use; the result does not depend on it.

    Returns
    -------
    log_partition, effective_runs
        Natural logarithm of Z (in expectation Z is exact, so its logarithm errs low), and the
        effective number of runs after weighting, 1 for a useless estimate.
    """

    def work(number: int) -> npt.NDArray[np.float64]:
        return _anneal(model, base, temperatures, stream(number))

    logs = np.concatenate(map_pieces(work, range(-(-runs // PIECE)), threads))
    start = torch.nn.functional.softplus(base.double()).sum()
    start += len(model.hidden) * float(np.log(2.0))
    top = logs.max()
    weights = np.exp(logs - top)
    effective = weights.sum() ** 2 / np.sum(weights**2)
    return float(start) + float(top + np.log(weights.mean())), float(effective)


def pseudo_log_likelihood(
    model: Parameters, visible: torch.Tensor, sites: npt.NDArray[np.int64], threads: int
) -> float:
    """Return the mean over rows and `sites` of ``log P(allele | alleles at all other sites)``.

    Besag's pseudo-likelihood: it needs no partition function and no sampling, and falls when
    the machine overfits.

    Parameters
    ----------
    model
        The machine.
    visible
        Haplotypes, ``float32`` of shape ``(n, n_sites)``.
    sites
        Columns over which to average.
    threads
        Threads to use; the result does not depend on it.
    """

    def work(rows: slice) -> float:
        part = visible[rows]
        hidden_input = model.hidden_input(part)
        here = torch.nn.functional.softplus(hidden_input).sum(1)
        total = 0.0
        for site in sites:
            flip = 1.0 - 2.0 * part[:, site]
            other = torch.addcmul(hidden_input, flip[:, None], model.weights[site][None])
            gain = torch.nn.functional.softplus(other).sum(1) - here
            gain += flip * model.visible[site]
            total -= float(torch.nn.functional.softplus(gain).sum(dtype=torch.float64))
        return total

    parts = map_pieces(work, pieces(len(visible), PIECE), threads)
    return sum(parts) / (len(visible) * len(sites))


def _anneal(
    model: Parameters, base: torch.Tensor, temperatures: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return the log-weights of one piece of chains."""
    uniform = torch.from_numpy(rng.random((PIECE, len(base)), dtype=np.float32))
    visible = (uniform.to(base.device) < base.sigmoid()).float()
    here = _between(model, base, 0.0)
    logs = torch.zeros(PIECE, dtype=torch.float64, device=base.device)
    for step in range(1, temperatures + 1):
        logs += here.free_energy(visible, here.hidden_input(visible))
        here = _between(model, base, step / temperatures)
        hidden_input = here.hidden_input(visible)
        logs -= here.free_energy(visible, hidden_input)
        visible, _ = sweep(here, hidden_input, 1, rng)
    return np.asarray(logs.cpu().numpy())


def _between(model: Parameters, base: torch.Tensor, share: float) -> Parameters:
    return Parameters(
        share * model.weights, base + share * (model.visible - base), share * model.hidden
    )
