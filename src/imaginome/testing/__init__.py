"""Checks of a generator, metric, attack, leak or format, for whoever writes one.

``check_generator(MyModel, settings={"clusters": 4})`` raises an `AssertionError` that says what
part of the contract does not hold. Nothing here needs pytest.
"""

from imaginome.testing.attacks import check_attack
from imaginome.testing.formats import check_format
from imaginome.testing.generators import check_generator
from imaginome.testing.leaks import check_leak
from imaginome.testing.metrics import check_metric
from imaginome.testing.panels import simulated_panel

__all__ = [
    "check_attack",
    "check_format",
    "check_generator",
    "check_leak",
    "check_metric",
    "simulated_panel",
]
