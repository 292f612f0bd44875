"""Metrics by id."""

from __future__ import annotations

from imaginome.metrics.base import Metric
from imaginome.registry import Registry

metrics: Registry[Metric] = Registry(
    "imaginome.metrics.items", "metric", Metric, group="imaginome.metrics"
)
