"""What a guarantee costs: ``python -m benchmarks.epsilon``."""
