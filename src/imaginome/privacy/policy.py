"""Thresholds of the audit: where caution begins and where a release fails."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from imaginome.errors import SettingsError
from imaginome.results import Estimate, Status
from imaginome.settings import Settings

STRETCH = 1.5


class Policy(Settings):
    """Thresholds for the findings of an audit; each is the value at which a status begins.

    The defaults follow one rule: caution where the excess over no information is small but
    real, fail where an attacker would be right clearly more often than by guessing.

    For membership, where scores of members are shifted normals, AUC 0.53 is a largest advantage
    (true-positive less false-positive rate; Yeom et al. 2018, doi 10.1109/CSF.2018.00027) of
    0.04 and AUC 0.58 one of 0.11. At low false-positive rates an attacker accuses few and is
    right about them (Carlini et al. 2022, doi 10.1109/SP46214.2022.9833649), so there the limit
    is a multiple of the rate: one in a hundred members found at a rate of one in a thousand
    fails. For copying, real people who were never seen score 0.50 on the panels on which it was
    calibrated, pieces of 200 sites copied verbatim from donors 0.7 and more. For closeness and
    loss a plain copy gives 0.5 (Yale et al. 2020, doi 10.1016/j.neucom.2019.12.136): fail at
    a third and at a tenth of it. Closeness is what train lies below the holdout. Where both lie
    `closeness_fail` below one half, output is nearer to anybody real than real people are to
    each other, and that is a caution at most: it is about realism. One verbatim copy that
    chance does not explain fails, however large the panel: somebody is in it. Records named
    as risky may be relatives whom nobody knows of: of the 2,504 people of the 1000 Genomes panel
    up to 2 in one third (0.3%) have such a relative in another. Caution begins beyond that.
    """

    membership_caution: float = Field(0.53, description="AUC of membership inference")
    membership_fail: float = Field(0.58, description="AUC of membership inference")
    low_fpr_caution: float = Field(
        7.5, description="true-positive rate at a low false-positive rate, in multiples of it"
    )
    low_fpr_fail: float = Field(
        10.0, description="true-positive rate at a low false-positive rate, in multiples of it"
    )
    copying_caution: float = Field(0.55, description="AUC of segment copying")
    copying_fail: float = Field(0.65, description="AUC of segment copying")
    sitewise_caution: float = Field(
        0.52, description="share of sites whose longest run is shared with train"
    )
    sitewise_fail: float = Field(
        0.54, description="share of sites whose longest run is shared with train"
    )
    copies_caution: float = Field(
        1.0, description="verbatim copies beyond those that chance exceeds once in 40"
    )
    copies_fail: float = Field(
        1.0, description="verbatim copies beyond those that chance exceeds once in 1,000"
    )
    closeness_caution: float = Field(
        0.05, description="adversarial accuracy: how far train lies below the holdout"
    )
    closeness_fail: float = Field(
        0.15, description="adversarial accuracy: how far train lies below the holdout"
    )
    rare_caution: float = Field(
        0.55, description="share of rare alleles whose surroundings are those of a train member"
    )
    rare_fail: float = Field(
        0.65, description="share of rare alleles whose surroundings are those of a train member"
    )
    residual_caution: float = Field(
        0.05, description="residual risk of attribute inference, singling out and linkability"
    )
    residual_fail: float = Field(
        0.1, description="residual risk of attribute inference, singling out and linkability"
    )
    epsilon_caution: float = Field(0.5, description="lower bound on epsilon by a one-run audit")
    epsilon_fail: float = Field(1.0, description="lower bound on epsilon by a one-run audit")
    risky_fdr: float = Field(
        0.05, gt=0, lt=1, description="false-discovery rate at which risky records are named"
    )
    risky_sure: float = Field(
        0.001, gt=0, lt=1, description="false-discovery rate at which named records can fail"
    )
    risky_caution: float = Field(0.005, description="share of artificial people named as risky")
    risky_fail: float = Field(0.02, description="share of artificial people named as risky")
    loss_caution: float = Field(0.02, description="privacy loss, difference of two AATS")
    loss_fail: float = Field(0.05, description="privacy loss, difference of two AATS")


def load_policy(path: Path) -> Policy:
    """Read thresholds from a ``.json`` or ``.toml`` file; those not named keep their default.

    Raises
    ------
    SettingsError
        When the file cannot be read, is neither JSON nor TOML, names a threshold that does not
        exist, or asks for caution only after failure.
    """
    try:
        policy = Policy.model_validate(_parse(path))
    except OSError as error:
        raise SettingsError(f"policy {path}: {error.strerror or error}") from None
    except (ValueError, ValidationError) as error:
        raise SettingsError(f"policy {path}: {_reason(error)}", _known()) from None
    for name, fail in policy.model_dump().items():
        start = name.removesuffix("_fail")
        if name != start and getattr(policy, f"{start}_caution") > fail:
            raise SettingsError(
                f"policy {path}: {start}_caution is above {name}",
                "caution must begin no later than failure",
            )
    return policy


def _parse(path: Path) -> Any:
    text = path.read_text(encoding="utf-8")
    return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg']}" if where else first["msg"]
    return f"not valid JSON or TOML ({error})"


def _known() -> str:
    return f"thresholds: {', '.join(Policy.model_fields)}"


def judge(
    strength: Estimate,
    caution: float,
    fail: float,
    baseline: float,
    *,
    doubtful: Status = "caution",
) -> tuple[Status, str]:
    """Judge a strength of which more is worse.

    A value is more than chance when its interval lies above guessing, and surely so when the
    interval made half as wide again does (about three standard errors: one false alarm in some
    700 findings). So

    - ``fail``: at or above `fail`, surely more than chance;
    - ``caution``: at or above `fail`, more than chance but not surely; or surely more than
      chance, and at or above `caution` or with an interval that reaches `fail`;
    - ``unknown``: the interval reaches `fail` and holds guessing too, or there is none: too few
      people to tell, which is no pass;
    - ``pass``: otherwise.

    Parameters
    ----------
    strength
        With its 95% interval.
    caution, fail
        Thresholds.
    baseline
        What guessing gives.
    doubtful
        Status of what is at or above `fail` and more than chance but not surely. The worst of many
        small groups is so once in 40 panels of people whom nobody saw: there it is ``unknown``.

    Returns
    -------
    tuple
        Status and its reason in words.
    """
    value, low, high = strength.value, strength.low, strength.high
    if value is None:
        return "unknown", "could not be computed"
    if low is None or high is None:
        return "unknown", f"{value:.3g} has no interval: too few people"
    interval = f"{value:.3g} (95% interval {low:.3g} to {high:.3g})"
    surely = value - STRETCH * (value - low) > baseline
    status, reason = _decide((value, low, high), surely, (caution, fail), baseline, doubtful)
    return status, f"{interval} {reason}"


def _decide(
    interval: tuple[float, float, float],
    surely: bool,
    thresholds: tuple[float, float],
    baseline: float,
    doubtful: Status,
) -> tuple[Status, str]:
    value, low, high = interval
    caution, fail = thresholds
    if value >= fail and low > baseline:
        doubt = "" if surely else ", though chance may explain it"
        return ("fail" if surely else doubtful), f"is at or above {fail:g}{doubt}"
    if value >= caution and surely:
        return "caution", f"is at or above {caution:g}"
    if high >= fail:
        if surely:
            return "caution", f"is more than chance and may be {fail:g} or more"
        return "unknown", f"cannot tell guessing ({baseline:g}) from {fail:g}: no power here"
    if value >= caution:
        return "pass", f"is at or above {caution:g}, but within chance"
    return "pass", f"is below {caution:g}"
