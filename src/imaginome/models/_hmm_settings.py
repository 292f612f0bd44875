"""Settings of the cluster chain."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imaginome.settings import Settings


class HmmSettings(Settings):
    """Settings of `hmm`."""

    clusters: int = Field(
        48,
        ge=2,
        le=1024,
        description="most haplotype clusters (states); a small panel gets one for each four "
        "train haplotypes",
    )
    transitions: Literal["memoryless", "full"] = Field(
        "full",
        description="'memoryless': a jump forgets the cluster it leaves; 'full': a transition "
        "matrix between clusters at every site, started from the memoryless solution",
    )
    rounds: int = Field(7, ge=1, description="rounds of EM with memoryless transitions (rounds)")
    full_rounds: int = Field(
        6, ge=0, description="most rounds of EM with full transitions (rounds)"
    )
    patience: int = Field(
        2, ge=0, description="rounds without held-out gain after which EM stops; 0: never (rounds)"
    )
    final_round: bool = Field(
        True,
        description="after the stopping round is chosen, do one more round on train and "
        "validation people together, so that variants seen only in the latter are kept (yes or no)",
    )
    by_population: bool = Field(
        True, description="let populations, where labelled, weight clusters (yes or no)"
    )
    emission_prior: float = Field(
        0.1,
        gt=0,
        description="pseudo-haplotypes of the overall allele frequency in each cluster and site "
        "(haplotypes)",
    )
    tags: int = Field(
        3,
        ge=0,
        le=6,
        description="most tags of a site: earlier sites on whose alleles its own depends within "
        "a cluster; full transitions only; 0: alleles depend on the cluster alone (sites)",
    )
    tag_window: int = Field(
        200, ge=1, description="how far back a tag may lie, time grows with it (sites)"
    )
    tag_prior: float = Field(
        0.3,
        gt=0,
        description="pseudo-haplotypes of what cluster and tags say for themselves, in each "
        "cluster and pattern of tags (haplotypes)",
    )
    jump_prior: float = Field(
        1.0, gt=0, description="pseudo-jumps, spread evenly over clusters, at each site (jumps)"
    )
    transition_prior: float = Field(
        40.0,
        gt=0,
        description="pseudo-transitions of each row, spread as in the memoryless solution "
        "(haplotypes)",
    )
    group_prior: float = Field(
        0.05,
        gt=0,
        description="pseudo-haplotypes that hold a superpopulation's cluster weights to those of "
        "everyone (haplotypes)",
    )
    population_prior: float = Field(
        2.0,
        gt=0,
        description="pseudo-haplotypes that hold a population's cluster weights to those of its "
        "superpopulation (haplotypes)",
    )
    calibrate: bool = Field(
        True,
        description="after the fit, scale transitions so that every population keeps its share of "
        "each cluster at each site; full transitions only (yes or no)",
    )
    sharpness: float = Field(
        1.2,
        ge=1,
        le=3,
        description="power to which transition probabilities are raised after the fit, with "
        "`calibrate` only: takes back what smoothing blurred; 1: as fitted (power)",
    )
    group_share_prior: float = Field(
        5.0,
        ge=0,
        description="pseudo-haplotypes that hold the shares of a superpopulation to those of "
        "everyone (haplotypes)",
    )
    population_share_prior: float = Field(
        20.0,
        ge=0,
        description="pseudo-haplotypes that hold the shares of a population to those of its "
        "superpopulation (haplotypes)",
    )
