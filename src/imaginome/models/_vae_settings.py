"""Settings of the auto-encoder, without and with a guarantee."""

from __future__ import annotations

from pydantic import Field

from imaginome.settings import Settings

OPEN = {"steps": 3_000, "latent": 16, "hidden": 64, "learning_rate": 2e-3}
PRIVATE = {"steps": 200, "latent": 4, "hidden": 4, "learning_rate": 1e-2}
"""What empty settings mean. Those with a guarantee are fixed for panels of any size."""


class VaeSettings(Settings):
    """Settings of `Vae`."""

    steps: int | None = Field(
        None, ge=1, description="Most updates; empty: 3,000, with a guarantee 200 (exactly)"
    )
    measure_every: int = Field(
        100, ge=1, description="Updates between held-out measurements; none with a guarantee"
    )
    patience: int = Field(
        6, ge=0, description="Measurements without improvement before stopping, 0: never"
    )
    latent: int | None = Field(
        None, ge=1, description="Numbers in a code; empty: 16, with a guarantee 4"
    )
    hidden: int | None = Field(
        None,
        ge=1,
        description="Units in each of the two hidden layers of encoder and decoder; empty: 64, "
        "with a guarantee 4",
    )
    components: int = Field(
        16,
        ge=1,
        description="Normal distributions that the prior of each class mixes; with a guarantee 1",
    )
    batch: int = Field(128, ge=1, description="Haplotypes in a batch, without a guarantee")
    learning_rate: float | None = Field(
        None,
        gt=0,
        description="First step size; it falls to zero; empty: 0.002, with a guarantee 0.01",
    )
    weight_decay: float = Field(
        0.02,
        ge=0,
        description="Share of the weights of sites that a unit of step size takes away, without "
        "a guarantee",
    )
    hide: float = Field(
        0.6,
        ge=0,
        lt=1,
        description="Share of alleles that the encoder has to do without, without a guarantee",
    )
    average: float = Field(
        0.99,
        ge=0,
        lt=1,
        description="Share that the running average of the network keeps at each step, without a "
        "guarantee",
    )
    assort: bool = Field(
        True,
        description="deal the contigs of a person anew to the two haplotypes in every batch: the "
        "phase between contigs means nothing where it was inferred; not with a guarantee",
    )
    rate: float | None = Field(
        None,
        gt=0,
        le=1,
        description="With a guarantee: chance of each individual or family to be in a step; "
        "empty: 2,000 in a step, at most one half",
    )
    bound: float = Field(
        1.0,
        gt=0,
        description="With a guarantee: longest gradient of an individual or family (nats)",
    )
    share: float = Field(
        0.2,
        gt=0,
        lt=1,
        description="With a guarantee: share of the budget left after label counts that goes to "
        "gradients; frequencies get the rest",
    )
    dreams: int = Field(
        10,
        ge=1,
        description="With a guarantee: updates of the encoder, on drawn haplotypes, in a step",
    )
