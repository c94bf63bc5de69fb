"""What a member counted on every calendar day, by quantity and zone, as a report holds it beside observations (`report/observed.py`).

A quantity is taken at the end of the day, a count per day (`new_...`) over it; after the end of the run the one stays, the other is 0.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.scenario.observed import PER_DAY, WHOLE, view_of
from hyosan.units import DAY_SECONDS

INFECTED = PER_DAY + "infected"
"""Counted from events, where they happened; other counts per day are differences of the quantity."""
Changes = Callable[[str, str, str], tuple[NDArray[np.int64], NDArray[np.int64]]]
"""Gives the seconds and values of the rows of a zone, view and quantity."""


class Days:
    """Counts by day what `daily` names: quantities, each with a zone."""

    def __init__(self, daily: Sequence[Sequence[str]], allotted_seconds: float) -> None:
        self.daily, self.allotted_seconds = daily, allotted_seconds
        self._infections: dict[str, list[NDArray[np.int64]]] = {zone: [] for name, zone in daily if name == INFECTED}

    def keys(self) -> list[tuple[str, str, str]]:
        """Zone, view and quantity of the rows of the series that are needed."""
        return [(zone, view_of(name), name.removeprefix(PER_DAY)) for name, zone in self.daily if name != INFECTED]

    def take_events(self, batch: Any) -> None:
        """Note when and where people were infected."""
        if not self._infections:
            return
        kinds, zones = (np.array(batch.column(batch.schema.get_field_index(name)).to_pylist(), dtype=object) for name in ("kind", "zone"))
        seconds = batch.column(batch.schema.get_field_index("second")).to_numpy()
        chosen = (kinds == "seeded") | (kinds == "infected")
        for zone, found in self._infections.items():
            found.append(seconds[chosen if zone == WHOLE else chosen & (zones == zone)])

    def counted(self, changes: Changes, end_second: int, start_clock_seconds: int) -> NDArray[np.int64]:
        """[quantities, days] up to the last day that the scenario allots; day 1 is that of the start."""
        last = -(-(int(start_clock_seconds) + int(self.allotted_seconds)) // DAY_SECONDS)
        edges = np.arange(last + 1, dtype=np.int64) * DAY_SECONDS - int(start_clock_seconds)
        found = np.zeros((len(self.daily), last), dtype=np.int64)
        for row, (name, zone) in enumerate(self.daily):
            if name == INFECTED:
                seconds = np.concatenate([np.empty(0, dtype=np.int64), *self._infections[zone]])
                found[row] = np.histogram(np.minimum(seconds, end_second - 1), edges)[0]  # those of the last instant belong to the last day
                continue
            moments, values = changes(zone, view_of(name), name.removeprefix(PER_DAY))
            at = np.concatenate([[0], values])[np.searchsorted(moments, np.minimum(edges, end_second), side="right")]
            found[row] = np.diff(at) if name.startswith(PER_DAY) else at[1:]
        return found


def packed(counts: NDArray[np.int64]) -> list[Any]:
    """Counts as text that takes little room."""
    steps = np.diff(counts, axis=1, prepend=0).astype("<i8")
    return [*counts.shape, base64.b64encode(zlib.compress(steps.tobytes(), 6)).decode()]


def unpacked(kept: Sequence[Any]) -> NDArray[np.int64]:
    """The counts in such text. Raises ValueError, zlib.error: it is none."""
    rows, days, text = kept
    steps = np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype="<i8").reshape(rows, days)
    return np.cumsum(steps, axis=1, dtype=np.int64)
