"""Training mixes no devices: `meta` refuses the tensors of the CPU, as a GPU would."""

from __future__ import annotations

import numpy as np
import torch

from imaginome.models.gan.fit import Recipe, Trainee
from imaginome.models.gan.paper import PaperTrainee
from imaginome.models.shared.adam import Adam
from imaginome.models.shared.people import People
from imaginome.training.control import FitControl

ROWS = np.random.default_rng(0).integers(0, 2, (80, 30)).astype(np.uint8)
RECIPE = Recipe(
    steps=4,
    latent=8,
    clusters=2,
    hidden=16,
    critic_hidden=16,
    components=4,
    batch=64,
    learning_rate=1e-3,
    last_rate=0.1,
    penalty=5.0,
    penalty_every=1,
    moments=0.3,
    average=0.99,
)


def moved(network: torch.nn.Module) -> Adam:
    """Move a network to the other device and return an optimiser for it."""
    network.to("meta")
    return Adam(list(network.parameters()), (0.0, 0.99))


def test_the_default_trains_on_one_device(monkeypatch) -> None:
    design, contigs = np.eye(2, dtype=np.float32), np.repeat([0, 1], 15)
    people = People(ROWS, np.repeat([0, 1], 40), design, np.array([0, 1]), contigs)
    trainee = Trainee(RECIPE, FitControl(seed=1, device="cpu"), people, ROWS[:20], "cpu")
    trainee.device = "meta"
    trainee._generator_adam, trainee._critic_adam = moved(trainee.generator), moved(trainee.critic)
    moved(trainee.average)
    for name in ("centre", "scale", "axes", "known"):
        setattr(trainee.critic, name, getattr(trainee.critic, name).to("meta"))
    # Shares of clusters are read back on purpose, to choose with NumPy; meta has none to read.
    monkeypatch.setattr(
        trainee.generator,
        "choose",
        lambda classes, _chance: torch.zeros(len(classes), dtype=torch.int64, device="meta"),
    )
    trainee.step(0)
    trainee.step(1)
    assert all(p.device.type == "meta" for p in trainee.average.parameters())


def test_the_papers_network_trains_on_one_device() -> None:
    trainee = PaperTrainee(FitControl(seed=1, device="cpu"), ROWS, ROWS[:20], "cpu")
    trainee.device, trainee._real = "meta", trainee._real.to("meta")
    trainee._generator_adam = moved(trainee.generator)
    trainee._discriminator_adam = moved(trainee.discriminator)
    trainee.step(0)
    assert all(p.device.type == "meta" for p in trainee.generator.parameters())
