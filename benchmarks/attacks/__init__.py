"""What attacks find of known leaks: ``python -m benchmarks.attacks``."""
