"""MERS in Korea, 2015: how fast and how unequally cases infected in hospitals before measures, from links to cases with odd numbers.

A case infects a negative binomial number of others; of these about half have odd numbers, and a thinned negative binomial law has the same
shape k and half of the mean. Both are of the first patient and of those infected by this patient: later cases met closed hospitals.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyosan.results.epidemiology.offspring import fit_k

from . import data

FIRST = "SK_1"


class Estimate(NamedTuple):
    """Infections per day ill before isolation; shape of the offspring distribution."""

    rate: float
    k: float


def number(name: str) -> int:
    return int(name.removeprefix("SK_"))


def estimate() -> Estimate:
    """From infected cases with odd numbers."""
    links = data.rows_of("mers_korea_2015_links.csv")
    cases = {row["id"]: row for row in data.rows_of("mers_korea_2015.csv")}
    early = [FIRST, *dict.fromkeys(row["to"] for row in links if row["from"] == FIRST)]
    odd = [row for row in links if number(row["to"]) % 2]
    of_early = sum(row["from"] in early for row in odd)
    ill = sum(max(0, data.day(cases[one]["dt_diag"]) - data.day(cases[one]["dt_onset"])) for one in early if cases[one]["dt_onset"])
    counts = np.array([sum(row["from"] == one for row in odd) for one in early])
    return Estimate(2 * of_early / ill, fit_k(counts))
