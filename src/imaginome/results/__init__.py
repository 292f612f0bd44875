"""Results as data: what metrics, attacks and runs found, and the views that every page shares.

Results know nothing of how they are drawn, and the report nothing of how they were computed.
Everything here survives a round trip through JSON. No result holds a real individual: figures
carry aggregates (bins, curves), never one point a person.
"""

from imaginome.results.audit import (
    Access,
    Area,
    AreaVerdict,
    AttackResult,
    Audit,
    Detection,
    Finding,
    Leak,
    Power,
    RecordRisk,
    verdict_of,
)
from imaginome.results.choice import CHOICE, Choice, Compared
from imaginome.results.evaluation import Evaluation, Measure, MetricResult, PanelSizes, Topic
from imaginome.results.figures import Cell, Estimate, Figure, Result, Role, Series, Table
from imaginome.results.status import GRAVE, Level, Status, severity, worst_of

__all__ = [
    "CHOICE",
    "GRAVE",
    "Access",
    "Area",
    "AreaVerdict",
    "AttackResult",
    "Audit",
    "Cell",
    "Choice",
    "Compared",
    "Detection",
    "Estimate",
    "Evaluation",
    "Figure",
    "Finding",
    "Leak",
    "Level",
    "Measure",
    "MetricResult",
    "PanelSizes",
    "Power",
    "RecordRisk",
    "Result",
    "Role",
    "Series",
    "Status",
    "Table",
    "Topic",
    "severity",
    "verdict_of",
    "worst_of",
]
