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
from hyosan.units import DAY_SECONDS

TARGETS = {
    "inc infection": "infections on that day, seeds included",
    "cum infection": "infections up to the end of that day",
    "inc onset": "onsets on that day",
    "inc report": "cases that the authorities learnt of on that day",
    "inc outcome died": "infected people who died on that day",
}
"""What is counted, by day and by the zone of infection."""
_MEANINGS = {
    "scenario_id": "name of the scenario",
    "origin_date": "date of the first day of the run",
    "target": "what is counted: " + "; ".join(f"`{name}`: {meaning}" for name, meaning in TARGETS.items()),
    "horizon": "days after the first day",
    "target_end_date": "date of the day",
    "location": "zone of infection; `all`",
    "output_type": "`sample`",
    "output_type_id": "name of the sample: the seed of the run",
    "value": "the count",
}


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
    names: dict[str, Any] = {
        "scenario_id": pa.array([str(given.run.manifest["name"])] * rows, pa.string()),
        "target": pa.array(columns["target"], pa.string()),
        "horizon": pa.array(np.tile(horizons, blocks), pa.int64()),
        "location": pa.array(columns["location"], pa.string()),
        "output_type": pa.array(["sample"] * rows, pa.string()),
        "output_type_id": pa.array([str(given.run.manifest["seed"])] * rows, pa.string()),
        "value": pa.array(np.concatenate(columns["value"]), pa.int64()),
    }
    if given.start_date is not None:
        start = given.start_date
        ends = [(start + timedelta(days=int(day))).isoformat() for day in horizons] * blocks
        names |= {"origin_date": pa.array([start.isoformat()] * rows), "target_end_date": pa.array(ends)}
    order = [name for name in _MEANINGS if name in names]
    units = {"value": b"people", "horizon": b"days", "origin_date": b"ISO 8601", "target_end_date": b"ISO 8601"}
    fields = [pa.field(n, names[n].type, metadata={b"unit": units.get(n, b""), b"meaning": _MEANINGS[n].encode()}) for n in order]
    yield Product("hubverse", pa.table([names[name] for name in order], schema=pa.schema(fields)))


HUBVERSE = Export("hubverse", "counts by day and zone as a hubverse model output, the run as one sample", hubverse)


def _by_day(days: Any, last: int) -> Any:
    return np.bincount(np.clip(days, 0, last), minlength=last + 1)
