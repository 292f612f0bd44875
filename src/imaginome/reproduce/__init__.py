"""Programmes of published papers, run again: their panels, models, baselines and released sets."""
