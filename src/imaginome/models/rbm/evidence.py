"""Evidence along a training: likelihoods of held-out people, moments of chains, mixing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from imaginome.arrays import Float64s, Int64s
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.rbm.gibbs import PIECE, Machine, Parameters, RandomStream, advance, sweep
from imaginome.models.rbm.start import TrainingData
from imaginome.training.control import FitControl

# -- Moments of chains against those of held-out haplotypes ----------------------------------------


LD_BLOCK = 400
"""Sites among which all pairs are compared, so that work grows linearly with sites."""


@dataclass(frozen=True)
class Moments:
    """Frequencies and linkage of held-out haplotypes, and how far the train ones are off.

    Attributes
    ----------
    haplotypes
        Held-out haplotypes, ``float32``, shape ``(n, n_sites)``.
    frequency_ceiling, ld_ceiling
        Mean absolute errors of the train haplotypes.
    """

    haplotypes: torch.Tensor
    frequency_ceiling: float
    ld_ceiling: float

    @classmethod
    def of(cls, train: torch.Tensor, held_out: torch.Tensor) -> Moments:
        """Measure the ceilings."""
        return cls(
            held_out,
            max(_frequency_error(train, held_out), 1e-9),
            max(_ld_error(train, held_out), 1e-9),
        )

    def errors(self, chains: torch.Tensor) -> dict[str, float]:
        """Return both errors of `chains` and their mean as a multiple of the train's."""
        frequency = _frequency_error(chains, self.haplotypes)
        ld = _ld_error(chains, self.haplotypes)
        excess = 0.5 * (frequency / self.frequency_ceiling + ld / self.ld_ceiling)
        return {"moment_error": excess, "frequency_error": frequency, "ld_error": ld}


def _frequency_error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return float((ours.mean(0) - theirs.mean(0)).abs().mean())


def _ld_error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """Return the mean absolute difference of r2 over pairs of sites of a block."""
    total, count = 0.0, 0
    for block in pieces(ours.shape[1], LD_BLOCK):
        a, b = _squared_correlation(ours[:, block]), _squared_correlation(theirs[:, block])
        total += float((a - b).abs().triu(1).sum())
        count += len(a) * (len(a) - 1) // 2
    return total / max(count, 1)


def _squared_correlation(visible: torch.Tensor) -> torch.Tensor:
    mean = visible.mean(0)
    covariance = visible.T @ visible / len(visible) - torch.outer(mean, mean)
    spread = (mean * (1 - mean)).clamp_min(1e-6)
    return covariance**2 / torch.outer(spread, spread)


# -- How well chains mix ---------------------------------------------------------------------------


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


# -- Likelihoods of the machine --------------------------------------------------------------------


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


# -- All evidence, measured in a training ----------------------------------------------------------


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
    control, data
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
        data: TrainingData,
        logits: torch.Tensor,
        classes: Int64s,
        units: int,
    ) -> None:
        self.control, self.logits = control, logits
        share = min(1.0, FULL_SIZE / max(1, logits.shape[1] * units))
        self.temperatures = max(FEWEST_TEMPERATURES, int(share * TEMPERATURES))
        self.mixed = max(FEWEST_MIXED, int(share * MIXED_CHAINS))
        device = logits.device
        self.validation = torch.from_numpy(data.validation.astype(np.float32)).to(device)
        self.validation_codes = data.validation_codes
        n = len(data.train)
        seen = np.unique(np.linspace(0, n - 1, min(n, JUDGED_ROWS)).astype(np.int64))
        self.seen = torch.from_numpy(data.train[seen].astype(np.float32)).to(device)
        self.seen_codes = data.codes[seen]
        n_sites = data.train.shape[1]
        most = min(n_sites, JUDGED_SITES)
        self.sites = np.unique(np.linspace(0, n_sites - 1, most).astype(np.int64))
        self.runs = max(4, int(share * ANNEALED_CHAINS) // len(logits))
        self.moments = Moments.of(torch.from_numpy(data.train).float().to(device), self.validation)
        self._followed(data, classes)

    def _followed(self, data: TrainingData, classes: Int64s) -> None:
        """Choose the chains whose mixing is measured, and train rows of the same classes."""
        most = min(len(classes), self.mixed)
        self.stored = np.unique(np.linspace(0, len(classes) - 1, most).astype(np.int64))
        self.followed = classes[self.stored]
        rng = self.control.rng("rbm", "mixing", "rows")
        by_class = {k: np.flatnonzero(data.codes == k) for k in np.unique(self.followed)}
        self.rows = np.array([rng.choice(by_class[k]) for k in self.followed])
        chance = self.logits.sigmoid()[torch.from_numpy(self.followed)]
        uniform = rng.random(chance.shape, dtype=np.float32)
        device = self.logits.device
        self.noise = (torch.from_numpy(uniform).to(device) < chance).float()
        self.real = torch.from_numpy(data.train[self.rows].astype(np.float32)).to(device)

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
