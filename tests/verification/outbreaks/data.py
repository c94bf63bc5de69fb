"""The records of the outbreaks, as they lie beside the scenarios of the library."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.scenario.files import LIBRARY

DATA = LIBRARY / "data"


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a file of the library."""
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def day(text: str) -> int:
    """The number of a day."""
    return date.fromisoformat(text).toordinal()


def boarding_school() -> list[dict[str, Any]]:
    """Boys in bed and convalescent on each day from 22 January 1978."""
    return [
        {"day": day(row["date"]), "in_bed": int(row["in_bed"]), "convalescent": int(row["convalescent"])}
        for row in rows_of("boarding_school_1978.csv")
    ]


class Village(NamedTuple):
    """The children of Hagelloch, in the order of the file. Days count from the first prodrome, 30 October 1861."""

    id: NDArray[np.int64]
    infector: NDArray[np.int64]
    """Row of the child who infected this one; -1 = not known."""
    prodrome: NDArray[np.int64]
    rash: NDArray[np.int64]
    died: NDArray[np.bool_]
    age: NDArray[np.float64]
    family: NDArray[np.int64]
    grade: NDArray[np.int64]
    """School class 1 or 2; 0 = not at school yet."""
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def village() -> Village:
    """The records of Hagelloch, 1861."""
    rows = rows_of("hagelloch_1861.csv")
    row_of = {row["case_ID"]: number for number, row in enumerate(rows)}
    first = min(day(row["date_of_prodrome"]) for row in rows)
    whole = {name: np.array([int(row[name]) for row in rows]) for name in ("case_ID", "family_ID", "class")}
    return Village(
        id=whole["case_ID"],
        infector=np.array([row_of.get(row["infector"], -1) for row in rows]),
        prodrome=np.array([day(row["date_of_prodrome"]) - first for row in rows]),
        rash=np.array([day(row["date_of_rash"]) - first for row in rows]),
        died=np.array([row["date_of_death"] != "" for row in rows]),
        age=np.array([float(row["age"]) for row in rows]),
        family=whole["family_ID"],
        grade=whole["class"],
        x=np.array([float(row["x_loc"]) for row in rows]),
        y=np.array([float(row["y_loc"]) for row in rows]),
    )
