"""Before a Boltzmann machine is trained: recipe, data, and which weights there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from imaginome.arrays import Bools, Float32s, Float64s, Int64s
from imaginome.kernels.threads import pieces
from imaginome.models.rbm.frequencies import Classes, Counts, clusters, pooled_logits
from imaginome.models.rbm.gibbs import Kind
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import PanelFrame, haplotype_classes
from imaginome.tensors import Tensors

# -- The numbers of a training ---------------------------------------------------------------------


@dataclass(frozen=True)
class Recipe:
    """How to train; every number is set (see the model's settings for their meaning)."""

    units: Kind
    local: int
    shared: int
    hidden: int
    updates: int
    gibbs: int
    chains: int
    batch: int
    step_size: float
    site_step: float
    last_step: float
    hold: float
    weight_decay: float
    trust: float
    components: int
    damping: float


# -- What a machine learns from --------------------------------------------------------------------


@dataclass(frozen=True)
class TrainingData:
    """Train and validation haplotypes with their classes.

    Attributes
    ----------
    train, validation
        ``uint8`` of shape ``(n, n_sites)``.
    codes, validation_codes
        Class of each row.
    classes
        What is known of the classes.
    logits
        Pooled logits of allele 1, ``float64`` of shape ``(n_classes, n_sites)``.
    contigs
        Contig of each site as a number.
    """

    train: Haplotypes
    validation: Haplotypes
    codes: Int64s
    validation_codes: Int64s
    classes: Classes
    logits: Float64s
    contigs: Int64s

    @classmethod
    def of(
        cls, train: Panel, validation: Panel, frame: PanelFrame, rng: np.random.Generator
    ) -> TrainingData:
        """Take classes from labels, or from clusters along principal components without any."""
        if frame.classes:
            classes = Classes.of_frame(frame)
            codes, held_out = (haplotype_classes(panel, frame) for panel in (train, validation))
        else:
            codes, held_out = clusters(train.haplotypes, validation.haplotypes, rng)
            classes = Classes.of_clusters(codes)
        n_classes = len(classes.shares)
        counts = Counts.of(train.haplotypes, codes, n_classes)
        kept = Counts.of(validation.haplotypes, held_out, n_classes)
        logits = pooled_logits(counts, kept, classes)
        contigs = np.unique(train.sites.contig.astype(str), return_inverse=True)[1]
        return cls(
            train.haplotypes, validation.haplotypes, codes, held_out, classes, logits, contigs
        )


# -- Sites that local hidden units see -------------------------------------------------------------


REACH = 200
"""Most sites between two that a local hidden unit links."""
CHANCE = 4.5
"""Correlation that counts as linkage, in units of its standard error."""
BLOCK = 256
MOST_CORRELATION = 0.98
CAUTION = 1.0
UNLIKE = 0.25
"""Difference of correlations that makes a link of a group one of its own."""
Links = tuple[Int64s, Float32s]


def local_units(
    residual: Float32s,
    contigs: Int64s,
    scopes: Bools,
    most: int,
) -> tuple[Float32s, Int64s]:
    """Find the sites that each local unit sees, and a start for its weights.

    A unit stands on each site that is linked to any other: one for all people, and one for a
    group of people in which links differ from those found before. If these are too many, some
    of those for all people are taken, at equal distances.

    Parameters
    ----------
    residual
        Alleles less the mean of their class, ``float32`` of shape ``(n, n_sites)``.
    contigs
        Contig of each site as a number; no unit links two contigs.
    scopes
        Groups of rows in which links are looked for, ``(n_scopes, n)``; all rows first.
    most
        Most units.

    Returns
    -------
    weights, scope
        Where the weights of each unit begin, ``float32`` of shape ``(n_sites, n_units)``, zero
        at sites that it does not see; and the scope in which it was found, ``int64``.
    """
    by_site: dict[int, list[tuple[int, Links]]] = {}
    for scope, rows in enumerate(scopes):
        for site, links in _linked(residual[rows], contigs):
            if not any(_alike(links, known) for _, known in by_site.get(site, [])):
                by_site.setdefault(site, []).append((scope, links))
    units = [(site, *unit) for site in sorted(by_site) for unit in by_site[site]]
    if len(units) > most:
        units = [unit for unit in units if unit[1] == 0] or units
    chosen = np.unique(np.linspace(0, len(units) - 1, min(most, len(units))).astype(np.int64))
    weights = np.zeros((residual.shape[1], len(chosen)), dtype=np.float32)
    for unit, index in enumerate(chosen):
        site, _, (others, correlation) = units[index]
        weights[others, unit] = _start(correlation)
        weights[site, unit] = np.abs(weights[:, unit]).max()
    return weights, np.array([units[index][1] for index in chosen], dtype=np.int64)


def _start(correlation: Float32s) -> Float32s:
    """Return the weights with which two units would correlate two sites as much.

    Two units with weights w, w to both sites and inputs that are centred raise the log odds
    ratio of the sites by 4 log cosh(w / 2); it should be 4 artanh(r).
    """
    r = np.minimum(np.abs(correlation), MOST_CORRELATION)
    weights = 2 * np.arccosh(np.sqrt((1 + r) / (1 - r))) * CAUTION / np.sqrt(len(r))
    return np.asarray(np.sign(correlation) * weights, dtype=np.float32)


def _linked(residual: Float32s, contigs: Int64s) -> Iterator[tuple[int, Links]]:
    """Yield the linked neighbours, and correlations with them, of each site that has any."""
    n, n_sites = residual.shape
    scale = np.sqrt(np.square(residual).mean(0))
    standard = residual / np.where(scale > 0, scale, 1.0)
    for part in pieces(n_sites, BLOCK):
        first, last = max(0, part.start - REACH), min(n_sites, part.stop + REACH)
        correlation = standard[:, part].T @ standard[:, first:last] / n
        others = np.arange(first, last)
        for site, row in enumerate(correlation, part.start):
            seen = (np.abs(others - site) <= REACH) & (contigs[others] == contigs[site])
            seen &= (np.abs(row) > CHANCE / np.sqrt(n)) & (others != site)
            if seen.any():
                yield site, (others[seen], row[seen])


def _alike(links: Links, known: Links) -> bool:
    """Tell whether every link is known already, with the same sign and about as strong."""
    correlation = dict(zip(known[0].tolist(), known[1].tolist(), strict=True))
    pairs = [(value, correlation.get(site, 0.0)) for site, value in zip(*links, strict=True)]
    return all(abs(value - other) < UNLIKE for value, other in pairs)


# -- Axes on which classes differ ------------------------------------------------------------------


MOST_AXES = 10
MOST_LOGIT = 4.0
LEAST_EXCESS = 2.5
"""Variance beyond that of independent sites, in units of its standard error."""
LEAST_STRENGTH = 1.0


@dataclass(frozen=True)
class Admixture:
    """Where shared units begin.

    Attributes
    ----------
    axes
        Orthonormal, ``float32`` of shape ``(n_sites, n_axes)``.
    directions
        Weights of each unit along the axes, ``float32`` of shape ``(n_axes, n_units)``: about
        as strong as spreads its class out as much as was found.
    homes
        The class whose haplotypes vary along the direction, ``int64`` of shape ``(n_units,)``.
    shares
        Share of this class in train, ``float32``.
    """

    axes: Float32s
    directions: Float32s
    homes: Int64s
    shares: Float32s


def admixture(data: TrainingData, residual: Float32s, most: int) -> Admixture:
    """Find classes with more variance along the axes than independent sites would have.

    Linkage of distant sites within a population is mostly that its people have different shares
    of ancestry: they lie spread out along the axes on which populations differ. How
    strong a unit begins follows from what sites of different contigs have in common: within one,
    neighbours that are linked spread people out, too.

    Parameters
    ----------
    data
        What to learn from.
    residual
        Train alleles less the mean of their class, ``(n, n_sites)``.
    most
        Most directions to return; those that stand out most.
    """
    axes = _axes(data, residual)
    scores = residual @ axes
    apart = _scores_by_contig(residual, axes, data.contigs)
    candidates: list[tuple[float, int, Float32s]] = []
    for home, logits in enumerate(data.logits):
        members = data.codes == home
        rows = scores[members].astype(np.float64)
        within = apart[:, members].astype(np.float64)
        chance = 1 / (1 + np.exp(-logits))
        expected = (axes.T * (chance * (1 - chance))) @ axes
        excess = rows.T @ rows / max(len(rows) - 1, 1) - expected
        local = np.einsum("bni,bnj->ij", within, within)
        distant = (rows.T @ rows - local) / max(len(rows) - 1, 1)
        values, vectors = np.linalg.eigh(excess)
        for value, vector in zip(values, vectors.T, strict=True):
            own = float(vector @ expected @ vector)
            error = own * np.sqrt(2 / max(len(rows), 1))
            if value > LEAST_EXCESS * error:
                spread = max(float(vector @ distant @ vector) - error, 0.0)
                weights = max(_strength(spread, own), LEAST_STRENGTH) * vector
                candidates.append((value / error, home, weights.astype(np.float32)))
    candidates = sorted(candidates, key=lambda one: -one[0])[:most]
    homes = np.array([home for _, home, _ in candidates], dtype=np.int64)
    directions = np.array([vector for _, _, vector in candidates], dtype=np.float32)
    shares = data.classes.shares[homes].astype(np.float32)
    return Admixture(
        axes, directions.reshape(len(candidates), axes.shape[1]).T.copy(), homes, shares
    )


def _scores_by_contig(residual: Float32s, axes: Float32s, contigs: Int64s) -> Float32s:
    """Return what each contig adds to the scores, shape ``(n_contigs, n, n_axes)``."""
    chosen = (contigs == contig for contig in np.unique(contigs))
    return np.stack([residual[:, sites] @ axes[sites] for sites in chosen])


def _strength(excess: float, own: float) -> float:
    """Return the weight with which a unit spreads scores out by the variance `excess`.

    A unit that is as often on as off, with weight w, moves scores of variance `own` by about
    w times `own`: a variance of a quarter of the square.
    """
    return 2.0 * float(np.sqrt(excess)) / own


def _axes(data: TrainingData, residual: Float32s) -> Float32s:
    """Return axes along which the logits of classes differ, most important first.

    A single class has none: there, the leading axes of the haplotypes themselves.
    """
    shares = data.classes.shares
    if len(shares) > 1:
        logits = np.clip(data.logits, -MOST_LOGIT, MOST_LOGIT)
        away = (logits - shares @ logits) * np.sqrt(shares)[:, None]
    else:
        gram = residual @ residual.T
        away = np.linalg.eigh(gram)[1][:, : -MOST_AXES - 1 : -1].T @ residual
    _, singular, axes = np.linalg.svd(away, full_matrices=False)
    kept = singular > 1e-6 * max(float(singular[0]), 1e-6)
    return np.asarray(axes[kept][:MOST_AXES].T, dtype=np.float32)


# -- Weights: local, shared and free ---------------------------------------------------------------


FEW_SITES = 3
SILENT = 4.0
"""How far below its threshold a local unit begins in people among whom it found no links."""
START: dict[Kind, float] = {"bernoulli": 1.0, "relu": 0.4}
"""Start of weights: the states of truncated Gaussians vary more than those of binary units."""
START_SHARED = 0.9
"""Chance makes the strongest spread look stronger than it is."""
START_DENSE = 0.03
SHARED_STEP = 0.5
LOCAL_DECAY = 2e-5
Evener = Callable[[torch.Tensor], torch.Tensor]
"""Divides a gradient by the damped covariance of the sites; linear, symmetric."""


class Wiring:
    """The weights as free parameters: fewer of them than sites times hidden units.

    Local units see the sites that are linked to the one they stand on: sharp couplings of few
    parameters. Shared units act along the axes on which classes differ: what varies within a
    class along these axes is admixture, and needs no parameter for each site. Dense units see
    everything, and memorise most.

    Parameters
    ----------
    links
        Start of the weights of local units, ``(n_sites, n_local)``; zeros stay zero.
    awake
        Classes in which each local unit begins, boolean of shape ``(n_local, n_classes)``.
    admixture
        Axes and where shared units start on them.
    dense
        Weights of dense units, ``(n_sites, n_dense)``.
    decay
        Pull of shared and dense weights to zero, relative to the gradient.
    """

    def __init__(
        self,
        links: torch.Tensor,
        awake: torch.Tensor,
        admixture: Admixture,
        dense: torch.Tensor,
        decay: float,
    ) -> None:
        device = links.device
        self.awake = awake
        self.links, self.dense, self.decay = links, dense, decay
        self.mask = (links != 0).float()
        self.axes = torch.from_numpy(admixture.axes).to(device)
        self.mix = torch.from_numpy(admixture.directions).to(device)
        self.homes = admixture.homes
        # A unit of one class learns from the people of that class only.
        self.shared_step = SHARED_STEP / torch.from_numpy(admixture.shares).to(device)

    @classmethod
    def of(
        cls, data: TrainingData, residual: torch.Tensor, recipe: Recipe, rng: np.random.Generator
    ) -> Wiring:
        """Find linked sites and axes of admixture in the train panel."""
        device, values = residual.device, residual.cpu().numpy()
        scopes = data.classes.scopes()[:, data.codes]
        links, unit_scope = local_units(values, data.contigs, scopes, recipe.local)
        dense = rng.standard_normal((len(links), recipe.hidden), dtype=np.float32) * START_DENSE
        return cls(
            torch.from_numpy(links).to(device) * START[recipe.units],
            torch.from_numpy(data.classes.scopes()[unit_scope]).to(device),
            _begin(admixture(data, values, recipe.shared), recipe.units),
            torch.from_numpy(dense).to(device),
            recipe.weight_decay,
        )

    def weights(self) -> torch.Tensor:
        """Return all weights, ``float32`` of shape ``(n_sites, n_hidden)``."""
        return torch.cat([self.links, self.axes @ self.mix, self.dense], 1)

    def biases(self, means: torch.Tensor, centre: torch.Tensor) -> torch.Tensor:
        """Return hidden biases to begin with, ``(n_classes, n_hidden)``.

        The input of a unit is zero for a mean haplotype: of its class for a shared unit, of
        `centre` for others; both of shape ``(n_classes, n_sites)``. A local unit of few sites
        has its threshold between the alleles, where it links them most, whatever their
        frequencies. Where a local unit found no links it begins below its threshold.
        """
        biases = -(centre @ self.weights())
        first, last = self.links.shape[1], self.links.shape[1] + len(self.homes)
        homes = means[torch.from_numpy(self.homes).to(means.device)]
        biases[:, first:last] = -((self.axes @ self.mix).T * homes).sum(1)
        few = self.mask.sum(0) <= FEW_SITES
        biases[:, :first] = torch.where(few, -0.5 * self.links.sum(0), biases[:, :first])
        biases[:, :first] -= SILENT * (~self.awake).T
        return biases

    def follow(self, gradient: torch.Tensor, rate: float, even_out: Evener) -> torch.Tensor:
        """Move the free parameters along a gradient of all weights; return how weights change.

        The gradient is laid onto the free parameters before it is evened out: the gradient of
        weights that cannot move would else be smeared onto those that can, and hold them off
        the place where their own vanishes.
        """
        before = self.weights()
        first, last = self.links.shape[1], self.links.shape[1] + self.mix.shape[1]
        local, shared, dense = gradient[:, :first], gradient[:, first:last], gradient[:, last:]
        local = even_out(local * self.mask) * self.mask
        shared = self.axes.T @ even_out(self.axes @ (self.axes.T @ shared))
        self.links = self.links + rate * (local - LOCAL_DECAY * self.links)
        self.mix = self.mix + rate * (shared * self.shared_step - self.decay * self.mix)
        self.dense = self.dense + rate * (even_out(dense) - self.decay * self.dense)
        return self.weights() - before

    def state(self) -> Tensors:
        """Return the free parameters."""
        return {name: getattr(self, name).cpu().numpy() for name in ("links", "mix", "dense")}

    def load_state(self, state: Tensors) -> None:
        """Take over what `state` returned."""
        for name in ("links", "mix", "dense"):
            setattr(self, name, torch.from_numpy(state[name].copy()).to(self.links.device))


def _begin(shared: Admixture, units: Kind) -> Admixture:
    """Return where shared units begin; truncated Gaussians as strong as binary ones run away."""
    weights = shared.directions
    if units == "relu":
        length = np.linalg.norm(weights, axis=0)
        return replace(shared, directions=START[units] * weights / np.maximum(length, 1e-9))
    return replace(shared, directions=START_SHARED * weights)
