"""Training: the loop, its checkpoints and the circumstances of a fit."""
