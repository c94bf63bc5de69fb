"""A study as a hubverse model output: long, one row per variation, quantity, day and quantile (hubverse `quantile` output).

Days are calendar days of the run; horizon 0 is the first. A value is the last one of its day that the study kept.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from hyosan.export.given import Product
from hyosan.export.hubverse import COLUMNS
from hyosan.studies.study import Study
from hyosan.units import DAY_SECONDS, Moment

NAMES = {"infected": "cum infection"}
"""Quantities that have a name among the targets of a run; others keep their own."""


def study_hubverse(study: Study, start: date | None) -> Product:
    """The table `hubverse` of a study; `start` is the date of its first day."""
    clock = round(Moment(study.manifest["start"]).seconds)
    last: dict[tuple[str, str, int, float], int] = {}
    for row in study.quantiles.to_pylist():  # in order of time
        day = max(0, row["second"] + clock - 1) // DAY_SECONDS
        last[row["variation"], row["quantity"], day, row["quantile"]] = row["value"]
    rows = [
        {
            "scenario_id": variation, "target": NAMES.get(quantity, quantity), "horizon": day, "location": study.manifest["zone"],
            "output_type": "quantile", "output_type_id": f"{share:g}", "value": value,
        }
        | ({"origin_date": start.isoformat(), "target_end_date": (start + timedelta(days=day)).isoformat()} if start is not None else {})
        for (variation, quantity, day, share), value in last.items()
    ]  # fmt: skip
    shown = [column for column in COLUMNS if start is not None or column.name not in ("origin_date", "target_end_date")]
    fields = [pa.field(one.name, one.type, metadata={"unit": one.unit, "meaning": _MEANINGS.get(one.name, one.meaning)}) for one in shown]
    columns: list[Any] = [pa.array([row[one.name] for row in rows], one.type) for one in shown]
    return Product("hubverse", pa.table(columns, schema=pa.schema(fields)))


_MEANINGS = {
    "scenario_id": "name of the variation",
    "target": "what is counted, at the end of that day: a quantity of the series; `cum infection`: infections so far",
    "location": "the zone that the study followed; `all`",
    "output_type": "`quantile`",
    "output_type_id": "share of the runs that do not exceed the value",
}
