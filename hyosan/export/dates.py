"""Moments as others want them: days since the start of the run, or, given the date of the first day, ISO dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from hyosan.errors import CommandError
from hyosan.results.epidemiology.columns import DAY, SINCE
from hyosan.units import DAY_SECONDS

DAYS_SINCE = "days since start"
ISO = "ISO 8601"


def read_date(text: str) -> date:
    """A date as `2026-03-01`. Raises CommandError: it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--start-date: {text!r} is no date; write year-month-day, for example 2026-03-01") from None


def moment(second: float, start_clock: int, start: date) -> datetime:
    """A second of the run as a date with time of day."""
    return datetime(start.year, start.month, start.day) + timedelta(seconds=float(second) + start_clock)


def decimal_year(second: float, start_clock: int, start: date) -> float:
    """A second of the run as a decimal year, as trees of the field are dated."""
    when = moment(second, start_clock, start)
    first = datetime(when.year, 1, 1)
    return when.year + (when - first) / (datetime(when.year + 1, 1, 1) - first)


def dated(table: Any, start_clock: int, start: date | None) -> Any:
    """A table whose moments (unit `s since start`) are days since the start or ISO dates; with `start`, its days are dates too.

    Raises CommandError: a moment lies beyond the year 9999.
    """
    for index, field in enumerate(table.schema):
        unit = (field.metadata or {}).get(b"unit", b"").decode()
        if unit == SINCE:
            table = table.set_column(index, *_moments(field, table.column(index), start_clock, start))
        elif unit == DAY and start is not None:
            first = np.datetime64(start, "D")
            days = table.column(index).combine_chunks()
            values = first + (np.asarray(days.fill_null(1).to_numpy(zero_copy_only=False), dtype=np.int64) - 1).astype("timedelta64[D]")
            table = table.set_column(index, _as(field, pa.string(), ISO), _text(values, days))
    return table


def _moments(field: Any, column: Any, start_clock: int, start: date | None) -> tuple[Any, Any]:
    column = column.combine_chunks()
    seconds = np.asarray(column.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)
    if start is None:
        return _as(field, pa.float64(), DAYS_SINCE), pa.array(seconds / DAY_SECONDS, mask=_nulls(column))
    return _as(field, pa.string(), ISO), _text(np.datetime64(start, "s") + (seconds + start_clock).astype("timedelta64[s]"), column)


def _text(values: Any, like: Any) -> Any:
    if len(values) and values.max() >= np.datetime64("10000-01-01"):
        raise CommandError("--start-date: with this date the run ends after the year 9999; give an earlier one")
    return pa.array(np.datetime_as_string(values).astype(object), pa.string(), mask=_nulls(like))


def _nulls(column: Any) -> Any:
    return np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=bool)


def _as(field: Any, kind: Any, unit: str) -> Any:
    return pa.field(field.name, kind, metadata={**field.metadata, b"unit": unit.encode()})
