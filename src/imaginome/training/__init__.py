"""Training: the loop, its checkpoints and the control of a fit."""
