"""What the authorities know: what was noticed, late and misread as in life. The response reads this and never the state.

Filled by `engine/publish.py` with noticed states, calls and what teams report of their own work; a plain dictionary of whole numbers and
exact fractions goes to conditions, orders and logs.
"""

from __future__ import annotations

import heapq
from fractions import Fraction
from typing import Any

from hyosan.estimate.incubation import Moments

UNBELIEVED_DAYS = 10_000
"""Bound on the incubation period, in days, while too few periods are known."""


class Knowledge:
    """Counts of what is known, whole city and by zone. Times are seconds since the start."""

    def __init__(self, zones: tuple[str, ...], city_zones: int) -> None:
        self.zone_names = zones
        self.zones = city_zones
        self.reported: dict[str, int] = {"turned": 0, "ill": 0, "infected": 0, "dead": 0}
        self.removed_turned = 0
        self.by_zone: list[int] = [0] * len(zones)
        self.removed_by_zone: list[int] = [0] * len(zones)
        self.marked: list[int] = [0] * len(zones)
        self.last_report = -1
        self.calls: list[tuple[int, int, int]] = []
        self.calls_served = 0
        self.held = 0
        self.blasts = 0
        self.periods = Moments()
        self._bounds: dict[int, tuple[int, int]] = {}

    def notice(self, second: int, kind: str, zone: int, period_hours: int) -> None:
        """The authorities learn of a person of a class (`turned`, `ill`, `symptomless`, ..., `dead`) in a zone."""
        if kind == "dead":
            self.reported["dead"] += 1
            return
        self.reported["infected"] += 1
        if kind in ("turned", "ill"):
            self.reported[kind] += 1
            self.by_zone[zone] += 1
            if period_hours >= 0:
                self.periods.add(period_hours)
        self.last_report = max(self.last_report, second)

    def remove(self, zone: int, count: int) -> None:
        """So many reported turned of a zone are known to be dead or captured."""
        self.removed_turned += count
        self.removed_by_zone[zone] += count

    def call(self, second: int, person_id: int, row: int) -> None:
        """A person calls for rescue: first come, then by id."""
        heapq.heappush(self.calls, (second, person_id, row))

    def bound_days(self, share: float, needed: int) -> int:
        """The bound on the incubation period in whole days, from the periods known; UNBELIEVED_DAYS while fewer than `needed`."""
        count, key = self.periods.count, round(share * 10_000)
        if count < max(2, needed):
            return UNBELIEVED_DAYS
        known = self._bounds.get(key)
        if known is None or known[0] != count:
            known = (count, -(-self.periods.bound_hours(share) // 24))
            self._bounds[key] = known
        return known[1]

    def active(self, zone: int) -> int:
        """Turned people reported in a zone and not known to be dead or captured."""
        return max(0, self.by_zone[zone] - self.removed_by_zone[zone])

    def worst_zones(self, count: int) -> list[int]:
        """The zones with most active reports, at most `count`, ties by number; none without a report."""
        ranked = sorted((z for z in range(len(self.by_zone)) if self.active(z) > 0), key=lambda z: (-self.active(z), z))
        return ranked[:count]

    def values(self, second: int, start_clock: int) -> dict[str, int | Fraction]:
        """All that conditions may ask for, but for orders."""
        since = second - self.last_report if self.last_report >= 0 else 0
        clock = second + start_clock
        return {
            "reported.turned": self.reported["turned"],
            "reported.turned_active": max(0, self.reported["turned"] - self.removed_turned),
            "reported.ill": self.reported["ill"],
            "reported.infected": self.reported["infected"],
            "reported.dead": self.reported["dead"],
            "reported.zones": sum(1 for n in self.by_zone if n > 0),
            "zones": self.zones,
            "zones_marked": sum(self.marked),
            "days_since_report": since // 86_400,
            "hours_since_report": since // 3600,
            "calls_waiting": len(self.calls),
            "calls_served": self.calls_served,
            "quarantined": self.held,
            "time": Fraction(second, 3600),
            "day": clock // 86_400 + 1,
            "hour": clock % 86_400 // 3600,
            "incubation_cases": self.periods.count,
            "incubation_bound_days": self.bound_days(0.99, 50),
        }

    def to_json(self) -> dict[str, Any]:
        """Everything, for a checkpoint."""
        kept = {k: v for k, v in vars(self).items() if k not in ("zone_names", "zones", "_bounds")}
        moments = [self.periods.count, self.periods.total, self.periods.squares]
        return {**kept, "calls": [list(c) for c in self.calls], "periods": moments}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        for name, value in kept.items():
            setattr(self, name, value)
        self.periods = Moments(*kept["periods"])
        self.calls = [(int(a), int(b), int(c)) for a, b, c in kept["calls"]]
