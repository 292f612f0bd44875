"""The start of the generator: a mixture of clusters and labels, with the linkage left in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from imaginome.arrays import Float32s, Int64s
from imaginome.models._axes import principal_axes
from imaginome.models._clusters import cluster_rows
from imaginome.models._gan_clusters import linked_start
from imaginome.models._gan_labels import cluster_shares, effects, log_odds
from imaginome.models._gan_networks import BernoulliGenerator
from imaginome.models._gan_people import People

COMPONENTS = 6
START_GAIN = 0.05


@dataclass(frozen=True)
class Start:
    """Where the generator starts.

    Attributes
    ----------
    shares
        Of each cluster in each class, ``float32`` of shape ``(n_classes, n_clusters)``.
    kinship
        Chance, beyond accident, that both haplotypes of a person are of one cluster.
    clusters, labels
        Logits of each cluster and what each label adds, ``(., n_sites)``.
    loadings
        Effect of the first noise variables on the logits, ``(n_sites, .)``.
    """

    shares: torch.Tensor
    kinship: float
    clusters: torch.Tensor
    labels: torch.Tensor
    loadings: torch.Tensor

    @classmethod
    def of(cls, people: People, clusters: int, latent: int, rng: np.random.Generator) -> Start:
        """Find clusters, shares and effects for at most so many clusters and noise variables."""
        centred = torch.from_numpy(people.rows).float()
        centred = centred - centred.mean(0)
        axes = principal_axes(centred, COMPONENTS, rng)
        # Unit axes: the larger components, which separate more people, weigh more.
        found = cluster_rows(centred @ (axes / axes.norm(dim=0)), clusters, rng)
        numbers = found.numpy()
        shares = cluster_shares(numbers, people.classes, people.groups)
        beyond, known = effects(people.rows, numbers, people.classes, people.design)
        overall = log_odds(people.rows.mean(0, dtype=np.float64))
        mixture = torch.from_numpy((overall + beyond).astype(np.float32))
        labels = torch.from_numpy(known.astype(np.float32))
        expected = mixture[found] + (torch.from_numpy(people.design) @ labels)[people.classes]
        stretch, loadings = linked_start(people.rows, expected, people.contigs, latent)
        return cls(
            torch.from_numpy(shares),
            kinship(numbers, shares[people.classes]),
            mixture * stretch,
            labels * stretch,
            loadings,
        )

    def put_into(self, generator: BernoulliGenerator) -> None:
        """Set a network, whose weights were drawn at random, to this start."""
        with torch.no_grad():
            generator.kinship.fill_(self.kinship)
            generator.clusters.copy_(self.clusters)
            generator.labels.copy_(self.labels)
            generator.output.weight.mul_(START_GAIN)
            generator.straight.weight.mul_(START_GAIN)
            generator.straight.weight[:, : self.loadings.shape[1]] = self.loadings


def kinship(clusters: Int64s, shares: Float32s) -> float:
    """Return how much more often than by accident both haplotypes of a person share a cluster.

    Cohen's kappa, from 0 (by accident) to 1 (always).

    Parameters
    ----------
    clusters
        Cluster of each row; rows ``2i, 2i + 1`` are one person.
    shares
        Share of each cluster among people like each row, ``(n, n_clusters)``.
    """
    same = float((clusters[0::2] == clusters[1::2]).mean())
    accident = float(np.square(shares.astype(np.float64)).sum(1).mean())
    return max(0.0, (same - accident) / max(1.0 - accident, 1e-6))
