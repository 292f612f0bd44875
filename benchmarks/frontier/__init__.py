"""Realism against copying: ``python -m benchmarks.frontier``."""
