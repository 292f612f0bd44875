"""Thresholds of the audit: where caution begins and where a release fails."""

from __future__ import annotations

from pydantic import Field

from imaginome.results import Estimate, Status
from imaginome.settings import Settings


class Policy(Settings):
    """Thresholds for the findings of an audit; each is the value at which a status begins.

    The defaults follow one rule: caution where the excess over no information is small but
    real, fail where an attacker would be right clearly more often than by guessing.
    """

    membership_caution: float = Field(0.53, description="AUC of membership inference")
    membership_fail: float = Field(0.58, description="AUC of membership inference")
    copying_caution: float = Field(0.55, description="AUC of segment copying")
    copying_fail: float = Field(0.65, description="AUC of segment copying")
    closeness_caution: float = Field(0.05, description="0.5 - AA_truth: nearer than neighbours")
    closeness_fail: float = Field(0.15, description="0.5 - AA_truth: nearer than neighbours")
    loss_caution: float = Field(0.02, description="privacy loss, difference of two AATS")
    loss_fail: float = Field(0.05, description="privacy loss, difference of two AATS")


def judge(strength: Estimate, caution: float, fail: float) -> tuple[Status, str]:
    """Judge a strength of which more is worse.

    Parameters
    ----------
    strength
        With its interval; a missing value is ``unknown``.
    caution, fail
        Thresholds. A value at or above `fail` fails; so does nothing else. A value at or above
        `caution`, or an interval that reaches `fail`, asks for caution.

    Returns
    -------
    tuple
        Status and its reason in words.
    """
    if strength.value is None:
        return "unknown", "could not be computed"
    if strength.value >= fail:
        return "fail", f"{strength.value:.3g} is at or above {fail:g}"
    if strength.value >= caution:
        return "caution", f"{strength.value:.3g} is at or above {caution:g}"
    if strength.high is not None and strength.high >= fail:
        return "caution", f"its interval reaches {strength.high:.3g}, at or above {fail:g}"
    return "pass", f"{strength.value:.3g} is below {caution:g}"
