"""Differential privacy: what is promised, how it is accounted for, and fits that keep it."""
