"""A run held beside what was observed: each quantity of the scenario's `data` with the run's own numbers for the same days.

Everything comes from the run folder, which keeps the files of observations. A count per day (`new_...`) is that of the calendar day,
any other quantity is taken at the end of the day, or at the end of the run if that comes first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hyosan.quantities import QUANTITIES
from hyosan.report.counts import Curve, Row, curves, say
from hyosan.results.run import Run
from hyosan.scenario.observed import PER_DAY, WHOLE, read_rows, view_of
from hyosan.units import DAY_SECONDS


class Comparison(NamedTuple):
    """One quantity in one zone: the run's curve, or its counts by day, and the observations of it."""

    quantity: str
    zone: str
    view: str
    curve: Curve | None
    """Of quantities that are not counted by day; None where the run never counted it."""
    by_day: NDArray[np.int64] | None
    """[days] of those that are: the count of day 1, 2, ... of the run."""
    files: tuple[str, ...]
    """Names of the files with observations of it, in the order of the scenario."""
    points: list[Row]
    """Rows (data, day, value, low, high, run), in order of days; `run` is None after the end of the run."""

    @property
    def title(self) -> str:
        """`New reported infected per day`, with the zone if it is one."""
        name = self.quantity.removeprefix(PER_DAY)
        meaning = f"New {say(name)} per day" if self.by_day is not None else QUANTITIES[name].meaning[:1].upper() + QUANTITIES[name].meaning[1:]
        return meaning if self.zone == WHOLE else f"{meaning}: {self.zone}"


def comparisons(run: Run) -> list[Comparison]:
    """The observations of a run's scenario by quantity and zone, in the order in which they are first named; empty without any."""
    manifest = run.manifest
    files: dict[str, str] = manifest.get("data", {})
    groups: dict[tuple[str, str], list[Row]] = {}
    for name, file in files.items():
        for row in read_rows(run.text(file), file, manifest.get("date")):
            point = {"data": name, "day": row.day, "value": row.value, "low": row.low, "high": row.high}
            groups.setdefault((row.quantity, row.zone), []).append(point)
    by_zone = {zone: curves(run, zone) for zone in dict.fromkeys(zone for _, zone in groups)}
    found = []
    for (quantity, zone), points in groups.items():
        name = quantity.removeprefix(PER_DAY)
        view = view_of(quantity)
        curve = by_zone[zone].get((view, name))
        days = _days(run) if quantity.startswith(PER_DAY) else None
        counts = None if days is None else _infections(run, zone, days) if name == "infected" else _steps(curve, days)
        points = sorted(
            ({**point, "run": _of_run(run, point["day"], curve, counts)} for point in points), key=lambda point: (point["day"], point["data"])
        )
        told = tuple(file for file in files if any(point["data"] == file for point in points))
        found.append(Comparison(quantity, zone, view, None if days is not None else curve, counts, told, points))
    return found


def summary(found: Comparison) -> Row:
    """How far the run is from the observations of a quantity, as plain numbers; differences are run minus observed."""
    both = [point for point in found.points if point["run"] is not None]
    off = np.array([point["run"] - point["value"] for point in both])
    ranged = [point for point in both if point["low"] is not None and point["high"] is not None]
    return {
        "quantity": found.quantity,
        "zone": found.zone,
        "observations": len(found.points),
        "after_the_end": len(found.points) - len(both),
        "mean_difference": round(float(off.mean()), 3) if len(off) else None,
        "mean_absolute_difference": round(float(np.abs(off).mean()), 3) if len(off) else None,
        "with_range": len(ranged),
        "within_range": sum(point["low"] <= point["run"] <= point["high"] for point in ranged),
    }


def _days(run: Run) -> NDArray[np.int64]:
    """Seconds of the run at which its calendar days begin, and its end."""
    start, end = int(run.manifest["start_clock_seconds"]), int(run.manifest["end_second"])
    days = np.arange(0, start + end, DAY_SECONDS, dtype=np.int64) - start
    return np.append(days, end)


def _steps(curve: Curve | None, days: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.diff(curve.at(days)) if curve is not None else np.zeros(len(days) - 1, dtype=np.int64)


def _infections(run: Run, zone: str, days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Infections by day, where they happened; those of the last instant belong to the last day."""
    events = run.events
    chosen = pc.is_in(events["kind"].cast(pa.string()), pa.array(["seeded", "infected"]))
    if zone != WHOLE:
        chosen = pc.and_(chosen, pc.equal(events["zone"].cast(pa.string()), zone))
    counted, _ = np.histogram(events.filter(chosen)["second"].to_numpy(), days)
    return counted.astype(np.int64)


def _of_run(run: Run, day: int, curve: Curve | None, counts: NDArray[np.int64] | None) -> int | None:
    """What the run has for a calendar day; None for days after its end."""
    start, end = int(run.manifest["start_clock_seconds"]), int(run.manifest["end_second"])
    if (day - 1) * DAY_SECONDS - start >= end:
        return None
    if counts is not None:
        return int(counts[day - 1])
    return int(curve.at(min(day * DAY_SECONDS - start, end))) if curve is not None else 0
