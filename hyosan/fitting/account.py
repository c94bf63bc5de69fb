"""What a fit came to, as plain data: priors and posteriors, how well the accepted draws cover the data, choices made by hand, recovery."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from hyosan.fitting.data import Target
from hyosan.fitting.recovery import LEVELS, Recovered, binomial_bounds
from hyosan.fitting.reference import Table
from hyosan.fitting.regression import Floats, Posterior
from hyosan.fitting.summaries import Summaries
from hyosan.scenario.uncertain import Parameter

DIGITS = 6
"""Significant digits of every number that is told."""
ENDS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles told: the 90 % interval, the 50 % interval, the median."""
WIDE, NARROW = 0.8, 0.5
"""A posterior at least so wide, in shares of its prior's 90 % interval, does not identify its parameter; below the other it does."""
EDGE = 1.96
_NORMAL = NormalDist()
_SHARES = np.array(ENDS)


class Choices(NamedTuple):
    """What was chosen by hand, and why."""

    accept: float
    taken: str = "day"
    transform: str = "none"
    reduce: bool | None = None
    pick: str = "median"
    because: tuple[str, ...] = ()
    accept_given: bool = True
    """Whether the share was asked for."""


def told(value: float) -> float:
    """A number as it is written: `DIGITS` significant digits."""
    return float(f"{value:.{DIGITS}g}")


def value_at(one: Parameter, score: float) -> float:
    """The value of a parameter at a score."""
    share = min(max(_NORMAL.cdf(score), 2.0**-53), 1 - 2.0**-53)
    return one.at(Decimal(share))


def parameters_told(parameters: Sequence[Parameter], posterior: Posterior, names: Sequence[str]) -> list[dict[str, Any]]:
    """For each parameter its prior, its posterior and what that says."""
    scores, prior = posterior.quantiles(_SHARES), [_NORMAL.inv_cdf(share) for share in ENDS]
    found = []
    for number, one in enumerate(parameters):
        column = scores[:, number]
        ratio = (column[-1] - column[0]) / (prior[-1] - prior[0])
        found.append(
            {
                "key": one.key, "name": names[number], "paths": list(one.paths), "law": one.said(), "unit": one.unit, "source": one.source,
                "prior": [told(value_at(one, score)) for score in prior], "posterior": [told(value_at(one, score)) for score in column],
                "width": told(ratio), "verdict": _verdict(ratio, column[2]),
            }
        )  # fmt: skip
    return found


def _verdict(ratio: float, middle: float) -> str:
    if abs(middle) > EDGE:
        return "at the edge of its prior: the data ask for values that the prior holds unlikely"
    if ratio >= WIDE:
        return "not identified: as wide as the prior"
    return "identified" if ratio < NARROW else "narrowed, weakly identified"


def data_told(targets: Sequence[Target], table: Table, posterior: Posterior) -> list[dict[str, Any]]:
    """For each observed number what the accepted draws and all draws have for it, and whether their bands hold it."""
    found = []
    for number, one in enumerate(targets):
        every = table.observed[:, number]
        ends = _quantiles(every[posterior.rows], posterior.weights)
        found.append(
            {
                "name": one.name, "quantity": one.quantity, "zone": one.zone, "day": one.day, "value": told(one.value), "low": one.low,
                "high": one.high, "weight": told(one.weight), "accepted": [told(value) for value in ends],
                "all": [told(value) for value in _quantiles(every, np.ones(len(every)))],
                "within_50": bool(ends[1] <= one.value <= ends[3]), "within_90": bool(ends[0] <= one.value <= ends[4]),
                "possible": bool(every.min() <= one.value <= every.max()),
            }
        )  # fmt: skip
    return found


def _quantiles(values: Floats, weights: Floats) -> list[float]:
    """Quantiles among values that occurred: counts have no halves."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return [float(values[order][min(np.searchsorted(total, share * total[-1] - 1e-9), len(order) - 1)]) for share in ENDS]


def recovery_told(found: Recovered, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """How often intervals held the planted truth, with the bounds that chance allows, and how much narrower than the prior they were."""
    truths = len(found.rows)
    rows = []
    held = [found.held(level) for level in range(len(LEVELS))]
    for number, one in enumerate(parameters):
        row: dict[str, Any] = {"key": one.key, "truths": truths, "shrinkage": told(1 - float(np.mean(found.spreads[:, number] ** 2)))}
        row["error"] = told(float(np.sqrt(np.mean((found.medians[:, number] - found.truths[:, number]) ** 2))))
        rows.append(row | {f"held_{level:.0%}": _held(int(held[k][number]), truths, level) for k, level in enumerate(LEVELS)})
    pooled = {f"held_{level:.0%}": _held(int(held[k].sum()), truths * len(parameters), level) for k, level in enumerate(LEVELS)}
    return {"truths": truths, "parameters": rows, "pooled": pooled}


def _held(held: int, of: int, level: float) -> dict[str, Any]:
    low, high = binomial_bounds(held, of)
    return {"held": held, "of": of, "share": told(held / of), "low": told(low), "high": told(high), "as_stated": bool(low <= level <= high)}


def choices_told(
    choices: Choices, targets: Sequence[Target], summaries: Summaries, posterior: Posterior, draws: int, left_out: int
) -> list[dict[str, str]]:
    """What was chosen by hand or by rule, each with its reason where there is one."""
    found = [
        (
            f"the nearest {len(posterior.rows):,} of {draws:,} draws are accepted ({100 * len(posterior.rows) / draws:.3g} %)",
            "" if choices.accept_given else "the default: 2 %, but at least 100 draws and at most half",
        )
    ]
    if left_out:
        found.append((f"{left_out:,} more draws are left out", "in them something did not come about of which a claim tells when, or how much"))
    if choices.taken != "day":
        said = {"week": "by week (counts per day added up, others averaged)", "cumulative": "as sums so far"}[choices.taken]
        found.append((f"series are compared {said}", ""))
    if choices.transform != "none":
        found.append((f"of each summary its {'square root' if choices.transform == 'sqrt' else 'logarithm (of 1 more)'} is compared", ""))
    if posterior.reduced:
        used = int(posterior.used.sum())
        why = f"{used} summaries are too many for a regression on {len(posterior.rows)} draws" if choices.reduce is None else "asked for"
        found.append(("summaries are replaced by linear predictions of the parameters (Fearnhead & Prangle 2012)", why))
    elif choices.reduce is False:
        found.append(("summaries are compared as they are, not as predictions of the parameters", "asked for"))
    still = [name for name, used, weight in zip(summaries.names, posterior.used, summaries.weights, strict=True) if not used and weight > 0]
    if still:
        found.append((f"not used, since no two draws differ in it: {', '.join(still[:5])}{' ...' if len(still) > 5 else ''}", ""))
    by_weight: dict[tuple[float, str], list[str]] = {}
    for one in targets:
        if one.weight != 1 or one.reason:
            by_weight.setdefault((one.weight, one.reason), []).append(one.name)
    for (weight, reason), names in by_weight.items():
        listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        found.append((f"weight {weight:g} for {listed}", reason))
    if choices.pick != "median":
        found.append(("the fitted scenario has the values of the accepted draw nearest to the posterior mean", ""))
    found += [(text, "given with --because") for text in choices.because]
    return [{"choice": text, "reason": reason} for text, reason in found]
