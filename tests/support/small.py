"""Settings of every generator that are small enough for a test."""

from __future__ import annotations

SMALL: dict[str, list[str]] = {
    "gan": ["steps=40", "measure_every=10", "latent=8", "hidden=16", "critic_hidden=16"],
    "hmm": ["clusters=6", "rounds=3", "full_rounds=3"],
    "markov": ["order=5"],
    "rbm": ["hidden=16", "updates=200", "chains=128", "annealing=20", "sampling_steps=50"],
    "vae": ["steps=60", "measure_every=15", "latent=8", "hidden=32", "components=4"],
}
"""A generator that is not named here runs with its defaults."""
