"""Beyond the city: where infected people get to, and where it starts again. Nobody there is simulated; luck is keyed by person and place.

Whoever leaves the city for good makes for one of the destinations by their shares; residents who follow their routine also travel there and back.
An infected arrival starts an outbreak by the probability that the scenario gives; orders may let fewer through (`limit_travel`).
"""

from __future__ import annotations

import heapq
import zlib
from typing import Any

import numpy as np

from hyosan.engine.compile import Names
from hyosan.engine.compile_laws import share
from hyosan.engine.course import ARRIVED_BEYOND, BEGAN_BEYOND, LEFT_CITY
from hyosan.engine.knowledge import Works
from hyosan.engine.rulebook import CLASSES, Floor, Rulebook
from hyosan.engine.state import F_APART, F_HOME, ROUTINE, State
from hyosan.luck import BOUND_FOR, STARTS, STOPPED, TRIP, bits, bits_array
from hyosan.rules.exact import INSTANT_BITS
from hyosan.scenario.beyond import Destination
from hyosan.scenario.response_civil import ROUTES
from hyosan.units import DAY_SECONDS as DAY

CARRYING = tuple(CLASSES.index(name) for name in ("symptomless", "ill", "half_turned", "turned"))


class Beyond:
    """Who is on the way, who arrived, where it began and when that becomes known."""

    def __init__(self, places: dict[str, Destination], s: State, g: Floor, b: Rulebook, names: Names, works: Works) -> None:
        self.places, self.s, self.g, self.b, self.names, self.works = places, s, g, b, names, works
        self.left = dict.fromkeys(ROUTES, 1 << 32)
        self.on_the_way: list[tuple[int, int, int, str]] = []
        self.arrived = dict.fromkeys(places, 0)
        self.began: dict[str, int] = {}

    def hear(self, rows: Any, now: int, end: int) -> list[tuple[int, ...]]:
        """Take the events of a tick from `now` to `end` (seconds); gives rows of events beyond."""
        if not self.places:
            return []
        if rows is not None:
            for k in np.flatnonzero(rows["kind"] == LEFT_CITY).tolist():
                self._leaves(int(rows["person"][k]), int(rows["at"][k]) >> INSTANT_BITS)
        clock = self.names.start_clock
        if (now + clock) // DAY > (now + clock - (end - now)) // DAY:
            self._travel(now)
        found: list[tuple[int, ...]] = []
        while self.on_the_way and self.on_the_way[0][0] < end:
            second, _, row, name = heapq.heappop(self.on_the_way)
            found += self._arrives(row, name, max(second, now))
        self.works.outbreaks_beyond = sum(1 for n, at in self.began.items() if at + round(self.places[n].known_after) <= end)
        return found

    @property
    def seed(self) -> int:
        """That of all luck but traits."""
        return int(self.b.one[0].seed)

    def _key(self, name: str) -> int:
        return zlib.crc32(name.encode())

    def _carries(self, rows: Any) -> Any:
        return np.isin(self.b.states["kind"][self.s.people["health"][rows]], CARRYING)

    def _leaves(self, row: int, second: int) -> None:
        if not self._carries(row):
            return
        luck, total = bits(self.seed, BOUND_FOR, int(self.g.persons["id"][row]), 0, 0) >> 30, 0
        for name, place in self.places.items():
            total += share(place.share)
            if luck < total:
                self._sets_out(row, name, second, 0)
                return

    def _travel(self, now: int) -> None:
        """Of those who are infected and follow their routine, a few travel on a day."""
        travelled = {name: place for name, place in self.places.items() if place.trips > 0}
        if not travelled:
            return
        people, day = self.s.people, (now + self.names.start_clock) // DAY
        rows = np.flatnonzero((people["episode"] > 0) & (people["activity"] == ROUTINE) & (people["notes"] & (F_HOME | F_APART) == 0))
        rows = rows[self._carries(rows)]
        for name, place in travelled.items():
            luck = bits_array(self.seed, TRIP, self.g.persons["id"][rows], (self._key(name) & 0xFFFF) << 16 | day) >> 30
            for row in rows[luck < share(min(1.0, place.trips / 1000))].tolist():
                self._sets_out(row, name, now, day)

    def _sets_out(self, row: int, name: str, second: int, day: int) -> None:
        """A person makes for a destination, unless travel is limited on the way there."""
        place, who = self.places[name], int(self.g.persons["id"][row])
        if bits(self.seed, STOPPED, who, self._key(name), day) >> 30 < self.left[place.route]:
            heapq.heappush(self.on_the_way, (second + round(place.takes), who, row, name))

    def _arrives(self, row: int, name: str, second: int) -> list[tuple[int, ...]]:
        if not self._carries(row):
            return []
        self.arrived[name] += 1
        person, cause = self.s.people[row], self.names.seeds.index(name)
        place = int(person["place"]) if person["place"] >= 0 else int(self.g.persons["home"][row])
        at, strain = second << INSTANT_BITS, int(person["strain"])
        found: list[tuple[int, ...]] = [(at, ARRIVED_BEYOND, row, -1, place, 0, -1, int(person["health"]), cause, strain)]
        starts = bits(self.seed, STARTS, int(self.g.persons["id"][row]), self._key(name), int(person["episode"])) >> 30
        if name not in self.began and starts < share(self.places[name].starts):
            self.began[name] = second
            found.append((at, BEGAN_BEYOND, row, -1, place, 0, -1, int(person["health"]), cause, strain))
        return found

    def to_json(self) -> dict[str, Any]:
        """Everything, for a checkpoint."""
        return {"left": self.left, "on_the_way": self.on_the_way, "arrived": self.arrived, "began": self.began}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        self.left, self.arrived, self.began = kept["left"], kept["arrived"], kept["began"]
        self.on_the_way = [(second, who, row, name) for second, who, row, name in kept["on_the_way"]]
