"""How well chains mix: what they remember, and chains from noise against chains from data."""

from __future__ import annotations

import numpy as np
import torch

from imaginome.arrays import Float64s, Int64s
from imaginome.models._rbm_gibbs import Machine, RandomStream, advance

STEPS = 40


def energies(machine: Machine, visible: torch.Tensor, classes: Int64s) -> Float64s:
    """Return the free energy of each row under its class, ``float64``."""
    model = machine.of(classes)
    return np.asarray(model.free_energy(visible, model.hidden_input(visible)).cpu().numpy())


def mixing(
    machine: Machine,
    starts: dict[str, torch.Tensor],
    classes: Int64s,
    stream: RandomStream,
    threads: int,
) -> dict[str, float]:
    """Advance copies of some chains and say what they remember of their start.

    Parameters
    ----------
    machine
        The machine.
    starts
        ``stored``, ``noise`` and ``data``: rows where chains start, of the same `classes`.
    classes
        Class of each row.
    stream, threads
        See `advance`.

    Returns
    -------
    dict
        ``autocorrelation`` of hidden inputs of stored chains within classes over 40 Gibbs steps,
        0 for chains that have forgotten, and ``mixing_gap``: how far the free energies of chains
        from noise and from data are still apart after as many steps, in standard deviations.
    """
    ends = {name: rows.clone() for name, rows in starts.items()}
    for rows in ends.values():
        advance(machine, rows, classes, STEPS, stream, threads)
    noise, data = (energies(machine, ends[name], classes) for name in ("noise", "data"))
    spread = float(np.concatenate([noise, data]).std()) + 1e-9
    before, after = (
        _residual(rows @ machine.weights, classes) for rows in (starts["stored"], ends["stored"])
    )
    norm = float(before.norm() * after.norm()) + 1e-9
    return {
        "autocorrelation": float((before * after).sum()) / norm,
        "mixing_gap": float(noise.mean() - data.mean()) / spread,
    }


def _residual(values: torch.Tensor, classes: Int64s) -> torch.Tensor:
    member = torch.zeros(int(classes.max()) + 1, len(classes), device=values.device)
    member[torch.from_numpy(classes), torch.arange(len(classes))] = 1.0
    means = member @ values / member.sum(1, keepdim=True).clamp(min=1)
    return values - means[torch.from_numpy(classes)]
