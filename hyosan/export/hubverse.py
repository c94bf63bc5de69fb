"""The run as a hubverse model output: long, one row per day, place and target (hubverse `sample` output, the run being one sample).

The sample's name is the run's seed: tables of several runs of one scenario, one under the other, are an ensemble. Days are calendar
days of the run; horizon 0 is the first. With a start date, `origin_date` and `target_end_date` are there too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from hyosan.export.given import Export, Given, Product
from hyosan.tables import Column
from hyosan.units import DAY_SECONDS

TARGETS = {
    "inc infection": "infections on that day, seeds included",
    "cum infection": "infections up to the end of that day",
    "inc onset": "onsets on that day",
    "inc report": "cases that the authorities learnt of on that day",
    "inc outcome died": "infected people who died on that day",
}
"""What is counted, by day and by the zone of infection."""
COLUMNS = (
    Column("scenario_id", pa.string(), "", "name of the scenario"),
    Column("origin_date", pa.string(), "ISO 8601", "date of the first day of the run; only with a start date"),
    Column("target", pa.string(), "", "what is counted: " + "; ".join(f"`{name}`: {meaning}" for name, meaning in TARGETS.items())),
    Column("horizon", pa.int64(), "days", "days after the first day"),
    Column("target_end_date", pa.string(), "ISO 8601", "date of the day; only with a start date"),
    Column("location", pa.string(), "", "zone of infection; `all`"),
    Column("output_type", pa.string(), "", "`sample`"),
    Column("output_type_id", pa.string(), "", "name of the sample: the seed of the run"),
    Column("value", pa.int64(), "people", "the count"),
)
"""Columns of the table, in order."""


def hubverse(given: Given) -> Iterator[Product]:
    """The table `hubverse`."""
    found = given.cases
    last = int(found.step(max(found.end - 1, 0), DAY_SECONDS))
    died = found.outcome == "died"
    events = {
        "inc infection": found.second,
        "inc onset": found.onset,
        "inc report": found.reported,
        "inc outcome died": np.where(died, found.outcome_second, -1),
    }
    zones = sorted({str(zone) for zone in found.zone} - {""})
    horizons = np.arange(last + 1)
    columns: dict[str, list[Any]] = {"target": [], "location": [], "value": []}
    for location in ("all", *zones) if "all" not in zones else tuple(zones):
        here = np.ones(len(found), dtype=bool) if location == "all" else found.zone == location
        daily = {name: _by_day(found.step(moments[here & (moments >= 0)], DAY_SECONDS), last) for name, moments in events.items()}
        daily["cum infection"] = np.cumsum(daily["inc infection"])
        for target in TARGETS:
            columns["target"] += [target] * len(horizons)
            columns["location"] += [location] * len(horizons)
            columns["value"].append(daily[target])
    blocks = len(columns["value"])
    rows = blocks * len(horizons)
    values: dict[str, Any] = {
        "scenario_id": [str(given.run.manifest["name"])] * rows,
        "target": columns["target"],
        "horizon": np.tile(horizons, blocks),
        "location": columns["location"],
        "output_type": ["sample"] * rows,
        "output_type_id": [str(given.run.manifest["seed"])] * rows,
        "value": np.concatenate(columns["value"]),
    }
    if (start := given.start_date) is not None:
        ends = [(start + timedelta(days=int(day))).isoformat() for day in horizons]
        values |= {"origin_date": [start.isoformat()] * rows, "target_end_date": ends * blocks}
    shown = [column for column in COLUMNS if column.name in values]
    fields = [pa.field(one.name, one.type, metadata={"unit": one.unit, "meaning": one.meaning}) for one in shown]
    yield Product("hubverse", pa.table([pa.array(values[one.name], one.type) for one in shown], schema=pa.schema(fields)))


HUBVERSE = Export("hubverse", "counts by day and zone as a hubverse model output, the run as one sample", ("hubverse",), hubverse)


def _by_day(days: Any, last: int) -> Any:
    return np.bincount(np.clip(days, 0, last), minlength=last + 1)
