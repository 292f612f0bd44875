"""Speed, memory and quality, measured side by side: ``python -m benchmarks.generators``.

A module is one measurement; a package too, begun by its `main`. `shared` holds what several need.
"""
