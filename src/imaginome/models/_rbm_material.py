"""What a machine learns from: haplotypes, their classes, and pooled frequencies of these."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Int64s
from imaginome.models._classes import haplotype_classes
from imaginome.models._rbm_classes import Classes
from imaginome.models._rbm_clusters import clusters
from imaginome.models._rbm_pooling import Counts, pooled_logits
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import PanelFrame


@dataclass(frozen=True)
class Material:
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
    ) -> Material:
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
