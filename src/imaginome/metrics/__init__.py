"""Metrics: how near an artificial panel comes to real people, each beside its ceiling."""
