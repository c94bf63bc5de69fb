"""Runs of MERS in hospitals, and what of them is held against the links of 2015."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray

from . import data

NAME = "mers-korea-2015"
ROWS = (
    "cases", "infected by the first of those who infect most", "by the second", "by the third", "share infected by the three",
    "generations", "share infected in a hospital", "share who infect nobody",
)  # fmt: skip
TAKEN_OFF = 20
"""Cases in an outbreak that has taken off."""


def of_links(cases: int, infected_by: list[int], generations: int, in_hospital: float) -> tuple[float, ...]:
    """The rows, from how many each infector infected."""
    top = [*sorted(infected_by, reverse=True), 0, 0, 0][:3]
    return (cases, *top, sum(top) / max(1, sum(infected_by)), generations, in_hospital, 1 - len(infected_by) / cases)


def observed() -> tuple[float, ...]:
    """As the line list and its links have it, up to 16 June."""
    links = data.rows_of("mers_korea_2015_links.csv")
    each = Counter(row["from"] for row in links)
    depth = {"SK_1": 0}
    for _ in links:
        depth |= {row["to"]: depth[row["from"]] + 1 for row in links if row["from"] in depth and row["to"] not in depth}
    outside = sum(row["exposure"].strip() == "Family member" for row in links)
    return of_links(len(data.rows_of("mers_korea_2015.csv")), list(each.values()), max(depth.values()), 1 - outside / len(links))


def _one(seed: int) -> tuple[float, ...]:
    import hyosan
    from hyosan.results.epidemiology.cases import cases
    from hyosan.results.epidemiology.offspring import counts

    found = cases(hyosan.run(NAME, seed=seed, threads=1))
    each = counts(found)
    share = float((found.setting[~found.seeds] == "hospital").mean()) if len(found) > 1 else 0.0
    return of_links(len(found), each[each > 0].tolist(), int(found.generation.max()), share)


def runs(seeds: Iterable[int]) -> NDArray[np.float64]:
    """[all runs, rows]."""
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 8), mp_context=multiprocessing.get_context("spawn")) as pool:
        return np.array(list(pool.map(_one, seeds, chunksize=5)))
