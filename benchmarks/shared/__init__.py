"""What several benchmarks share: command line, points, kept results, pages, pictures."""
