"""Yelmen et al. 2021: artificial human genomes from adversarial networks and Boltzmann machines.

The tables below are all there is to change: which models with which settings on which panel, and
which measures stand in which chapter.
"""

from __future__ import annotations

from imaginome.citations import Citation
from imaginome.reproduce.base import (
    Chapter,
    Effort,
    PlannedModel,
    PlannedPanel,
    Programme,
    PublishedSet,
    SimulatedTrait,
)

PAPER_GAN_STEPS = 1_500
"""Batches of the paper's network in the time of our default on kgp-805: 38 s of CPU time, see
``docs/models/gan.md``. The paper took 20,000 epochs, of 70 batches here."""

SMALL_RBM = ("local=16", "shared=4", "chains=128", "annealing=10", "sampling_steps=30")
INDEPENDENT = PlannedModel(
    "bernoulli",
    "Bernoulli sites",
    "independent",
    ("by_population=false",),
    ("by_population=false",),
)
MARKOV = PlannedModel("markov", "Markov chain", "markov", ("order=10",), ("order=10",))

ANCESTRY_PANEL = PlannedPanel(
    id="kgp-805",
    title="805 ancestry-informative SNPs",
    text="2,504 people of the 1000 Genomes Project, SNPs over the whole genome.",
    file="kgp-805/real.hapt.gz",
    legend="kgp-805/real.legend",
    models=(
        PlannedModel("rbm", "RBM", "rbm", quick=("updates=20", *SMALL_RBM)),
        PlannedModel("gan", "GAN", "gan", quick=("steps=60",)),
        PlannedModel(
            "gan-2021",
            "GAN of 2021, same time",
            "gan",
            ("preset=yelmen2021", f"steps={PAPER_GAN_STEPS}"),
            ("preset=yelmen2021", "steps=300"),
        ),
        PlannedModel("hmm", "HMM", "hmm", quick=("clusters=24", "rounds=3", "full_rounds=1")),
        INDEPENDENT,
        MARKOV,
    ),
    published=(
        PublishedSet("published-rbm", "RBM, published", "kgp-805/published-rbm.hapt.gz"),
        PublishedSet("published-gan", "GAN, published", "kgp-805/published-gan.hapt.gz"),
    ),
)

DENSE_PANEL = PlannedPanel(
    id="kgp-chr15-10k",
    title="10,000 SNPs of chromosome 15",
    text="The same people, contiguous SNPs, chr15:27.38-29.63 Mb. Of the sets that were "
    "released for this region, Genomator's (2025) is compared.",
    file="kgp-chr15-10k/real.vcf.gz",
    models=(
        PlannedModel("rbm", "RBM", "rbm", ("updates=60",), ("updates=3", *SMALL_RBM)),
        PlannedModel("gan", "GAN", "gan", quick=("steps=20",)),
        PlannedModel("hmm", "HMM", "hmm", quick=("clusters=12", "rounds=2", "full_rounds=1")),
        INDEPENDENT,
        MARKOV,
    ),
    published=(
        PublishedSet(
            "published-genomator",
            "Genomator, published",
            "kgp-chr15-10k/published-genomator.vcf.gz",
        ),
    ),
)

EYE_COLOUR = SimulatedTrait(
    column="eyes",
    contig="15",
    position=28_365_618,
    values=("blue", "brown"),
    chances=(0.02, 0.1, 0.85),
)
"""rs12913832 in HERC2, the paper's site: two copies of G mostly give blue eyes."""

EYE_PANEL = PlannedPanel(
    id="eye-colour",
    title="Eye colour, simulated",
    text="The same people around rs12913832 (chr15:28.2-28.6 Mb), with eyes that are blue by a "
    "chance of 0.85, 0.1 or 0.02 for two, one or no copy of its allele G. Models learn eye "
    "colour with the genome, and draw people of either.",
    file="kgp-chr15-10k/real.vcf.gz",
    region="15:28200000-28600000",
    trait=EYE_COLOUR,
    models=(
        PlannedModel("rbm", "RBM", "rbm", quick=("updates=10", *SMALL_RBM)),
        PlannedModel("gan", "GAN", "gan", quick=("steps=30",)),
        PlannedModel("hmm", "HMM", "hmm", quick=("clusters=12", "rounds=3", "full_rounds=1")),
        INDEPENDENT,
    ),
    metrics=("phenotype", "frequency", "linkage"),
    attacks=("aats", "privacy-loss"),
)

CHAPTERS = (
    Chapter(
        "structure",
        "Population structure",
        "Principal components: do artificial genomes lie where real ones lie, in the same "
        "proportions?",
        metrics=("structure", "ancestry", "populations"),
        figures=("structure.density", "structure.fst", "ancestry.mean"),
    ),
    Chapter(
        "frequencies",
        "Allele frequencies",
        "Each allele as common as among real people, the rare ones too.",
        metrics=("frequency",),
        figures=("frequency.against", "frequency.spectrum", "frequency.lost_by_bin"),
    ),
    Chapter(
        "linkage",
        "Linkage disequilibrium",
        "Correlation between pairs of sites, and its decay with distance.",
        metrics=("linkage",),
        figures=("linkage.decay", "linkage.decay_by_population"),
    ),
    Chapter(
        "three-point",
        "Three-point correlations",
        "What pairs of sites cannot tell: triplets at gaps of 1, 4, 16, 64 sites and more.",
        metrics=("three-point",),
        figures=("three_point.by_gap",),
    ),
    Chapter(
        "distances",
        "Pairwise distances",
        "How far haplotypes lie from each other, within a set and from real ones.",
        metrics=("distances",),
    ),
    Chapter(
        "haplotypes",
        "Haplotypes and chromosome painting",
        "Frequencies and lengths of haplotypes, and how they are painted from real donors.",
        metrics=("haplotypes", "painting"),
        figures=("haplotypes.runs", "painting.switches", "painting.tracts"),
    ),
    Chapter(
        "selection",
        "Signals of selection",
        "PBS and XP-EHH along the genome, among artificial people as among real ones. The paper "
        "scanned another region with Estonian people, whose genomes are not public.",
        metrics=("selection",),
        figures=("selection.pbs", "selection.pbs_agreement", "selection.xpehh_agreement"),
    ),
    Chapter(
        "imputation",
        "Imputation",
        "Artificial people as a reference panel, alone and added to a few real ones.",
        metrics=("imputation",),
        figures=("imputation.by_frequency",),
    ),
    Chapter(
        "phenotype",
        "Phenotype and genotype",
        "The paper learned eye colour with the genome around its causal site. Eye colours of "
        "these people are not known: simulated traits with known effects stand in their place.",
        metrics=("phenotype", "association"),
    ),
    Chapter(
        "latent",
        "Latent space",
        "Population structure in the hidden layer, and what can be predicted from it.",
        metrics=("latent", "likelihood", "prediction"),
    ),
    Chapter(
        "privacy",
        "Nearest-neighbour accuracy and privacy loss",
        "Adversarial accuracy is best at 0.5 in both its parts: below it for real people is "
        "overfitting, near 1 for artificial ones is collapse. Released sets were made from "
        "everyone, so that their privacy loss is near 0 whatever they have kept.",
        attacks=("aats", "privacy-loss"),
        figures=("aats.accuracy", "privacy-loss.terms"),
    ),
)


class Yelmen2021(Programme):
    """The paper's panels, models and baselines, its released sets, and our HMM beside them."""

    id = "yelmen2021"
    title = "Artificial human genomes, reproduced: Yelmen et al. 2021"
    description = (
        "The analyses of the paper in its order, on its two panels: our RBM and GAN, the paper's "
        "GAN in the same time, its baselines (Bernoulli sites, Markov chain), an HMM, and the "
        "genomes that were released. Models learn from one half of the people and are judged on "
        "the other."
    )
    citation = Citation("yelmen2021")
    samples = "samples.tsv"
    panels = (ANCESTRY_PANEL, DENSE_PANEL, EYE_PANEL)
    chapters = CHAPTERS
    headline = (
        ("frequency.mae", "AF m.a.e."),
        ("linkage.mae", "LD r² m.a.e."),
        ("linkage.pearson", "LD r² r"),
        ("three_point.pearson", "3-point r"),
        ("structure.sliced", "PCA, sliced"),
        ("aats.truth", "AA truth"),
        ("aats.syn", "AA syn"),
        ("privacy-loss.loss", "privacy loss"),
        ("phenotype.effect_mae", "log odds m.a.e."),
        ("phenotype.kept", "effects kept"),
        ("classifier.trees", "AUC, trees"),
        ("classifier.network", "AUC, network"),
    )
    quick = Effort(
        individuals=400,
        replicates=20,
        metrics=("frequency", "linkage", "three-point", "structure", "distances", "haplotypes"),
        attacks=("aats", "privacy-loss"),
    )


ITEM = Yelmen2021
