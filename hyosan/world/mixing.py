"""Contact matrices: who meets whom by age, made fit for the people of a world.

A matrix is shipped for 177 countries and four settings (Prem et al. 2021, doi:10.1371/journal.pcbi.1009098), or read from a CSV file.
"""

from __future__ import annotations

import csv
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hyosan.errors import ScenarioError
from hyosan.scenario.files import read_text, resolve_file

GROUPS: Final = 16
"""Age groups of 5 years; the last is 75 and over."""
SETTINGS: Final = ("home", "school", "work", "other", "all")
MIX_BITS: Final = 16
"""Exposures by age are in units of 2**-16."""
_FILE = Path(__file__).parent / "data" / "contact_matrices.parquet"


def age_groups(ages: NDArray[np.integer]) -> NDArray[np.int64]:
    """The group of 5 years of each age, 0 to GROUPS - 1; the last is 75 and over."""
    found: NDArray[np.int64] = np.minimum(np.asarray(ages, dtype=np.int64) // 5, GROUPS - 1)
    return found


def contact_matrix(name: str, base: Path, field: str) -> NDArray[np.float64]:
    """The matrix [16, 16] of mean contacts per day of one person of a group (row) with a group (column).

    `name` is `KOR-other` (ISO code of a country, setting) or a CSV file of 16 rows of 16 numbers below the folder `base`.
    Raises ScenarioError: no such country, setting or file, or not 16 x 16 numbers of 0 or more; `field` says where it was named.
    """
    if name.lower().endswith(".csv"):
        return _from_file(name, base, field)
    country, _, setting = name.partition("-")
    known = _shipped()
    if setting not in SETTINGS:
        raise ScenarioError(f"{field}: {name!r} is no contact matrix; write COUNTRY-SETTING, for example KOR-other; settings: {', '.join(SETTINGS)}")
    if country not in known:
        near = get_close_matches(country.upper(), known, 3, 0.5)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        raise ScenarioError(f"{field}: no contact matrix of a country {country!r} is known; three capital letters such as KOR are needed{hint}")
    rows = known[country]
    found: NDArray[np.float64] = sum(rows.values(), np.zeros((GROUPS, GROUPS))) if setting == "all" else rows[setting]
    return found


@lru_cache(maxsize=1)
def _shipped() -> dict[str, dict[str, NDArray[np.float64]]]:
    from pyarrow import parquet

    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    table = parquet.read_table(_FILE)
    values = table["contacts_per_day"].combine_chunks().flatten().to_numpy().astype(np.float64).reshape(-1, GROUPS, GROUPS)
    for country, setting, matrix in zip(table["iso3"].to_pylist(), table["setting"].to_pylist(), values, strict=True):
        found.setdefault(country, {})[setting] = matrix
    return found


def _from_file(name: str, base: Path, field: str) -> NDArray[np.float64]:
    try:
        lines = list(csv.reader(read_text(resolve_file(base, name), name).splitlines()))
    except ScenarioError as error:
        raise ScenarioError(f"{field}: {error}") from None
    try:
        made = np.array([[float(cell) for cell in line] for line in lines if line], dtype=np.float64)
    except ValueError as error:
        raise ScenarioError(f"{field}: {name}: {error}; 16 rows of 16 numbers are needed, without a header") from None
    if made.shape != (GROUPS, GROUPS) or not np.isfinite(made).all() or (made < 0).any() or made.sum() <= 0:
        raise ScenarioError(f"{field}: {name}: 16 rows of 16 numbers of 0 or more are needed (age groups of 5 years, the last 75 and over)")
    return made


def exposure_by_age(matrix: NDArray[np.float64], people: NDArray[np.int64]) -> NDArray[np.int64]:
    """How much more or less than on average somebody of a group (row) is exposed to somebody of another (column), in 2**-16.

    `people` [16] are the people of each group. The matrix is made reciprocal first (as many contacts from one group to another as back),
    then divided by the people of the column's group, and scaled so that the mean over people of what they are exposed to is 1 if all were
    equally infectious. Groups without people get 0.
    """
    share = people / max(1, people.sum())
    total = matrix * share[:, None]
    total = (total + total.T) / 2
    present = share > 0
    made = np.zeros_like(matrix)
    made[np.ix_(present, present)] = total[np.ix_(present, present)] / np.outer(share[present], share[present])
    mean = float((made * np.outer(share, share)).sum())
    return np.round(made / mean * (1 << MIX_BITS)).astype(np.int64) if mean > 0 else np.zeros((GROUPS, GROUPS), dtype=np.int64)
