"""Speed, memory and quality, measured side by side: ``python -m benchmarks.generators``."""
