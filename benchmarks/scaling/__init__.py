"""Time and memory as panels grow: ``python -m benchmarks.scaling``."""
