"""What force does, apart from all other measures: lure, strike, sweep, seize. Aims go by what is known; who is hit is whoever is there."""

from __future__ import annotations

from typing import Any

import numpy as np

from hyosan.engine import effects, sweeping
from hyosan.engine.compile_floor import place_row
from hyosan.engine.compile_laws import share
from hyosan.engine.crews import ENDLESS, Crew, Tools
from hyosan.engine.lists import make_noise_now
from hyosan.engine.state import HELD
from hyosan.luck import BLAST_AIM, bits

RULES = ("kill", "capture", "spare")
"""Rules of engagement towards the half-turned, in the order of `sweeping`."""


class Force(Crew):
    """Carries out orders that use force."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.lured: list[int] = []
        self.found = np.zeros((2, len(self.s.people) + 1), dtype=np.int64)
        self.streets = self._cells_by_zone()

    def _cells_by_zone(self) -> list[list[int]]:
        """Open ground of each zone inside the city, by id of place."""
        grounds = self.g.grounds
        inside = np.flatnonzero((grounds["parent"] < 0) & (grounds["outside"] == 0) & (grounds["way_end"] > grounds["way_start"]))
        cells: list[list[int]] = [[] for _ in self.world.zones]
        for row in self._places_by_id(inside):
            if self.world.kinds[grounds["kind"][row]] == "street":
                cells[grounds["zone"][row]].append(int(row))
        return cells

    # lure and strike ---------------------------------------------------------------------------------------------------------------

    def _targets(self, points: int) -> list[int]:
        cells = []
        for zone in self.knowledge.worst_zones(points):
            streets = self.streets[zone]
            if streets:
                cells.append(streets[len(streets) // 2])
        return cells

    def start_lure(self, name: str, order: Any, number: int, now: int) -> int:
        """Noise is made where most were reported."""
        self.lured = self._targets(self.means(name, "points", order.points))
        self.memory[name]["until"] = now + round(order.lasts)
        self._use(name, "points", len(self.lured))
        return len(self.lured)

    def go_on_lure(self, name: str, order: Any, number: int, now: int) -> int:
        """The noise goes on."""
        for cell in self.lured:
            make_noise_now(self.s, cell, round(order.loudness))
        return 0

    def over_lure(self, name: str, order: Any, now: int) -> str | None:
        """When its time is over."""
        return "its time was over" if now >= self.memory[name]["until"] else None

    def start_strike(self, name: str, order: Any, number: int, now: int) -> int:
        """Strike at the points lured to, else where most were reported; each misses by an error of its own. Bodies are counted as reported turned."""
        killed, points, giving = 0, self.means(name, "points", order.points), self._giving(name, order, number)
        for k, cell in enumerate((self.lured or self._targets(points))[:points]):
            row, error = self.g.grounds[cell], round(order.error)
            luck = bits(self.seed, BLAST_AIM, giving, k, 0)
            dx = (luck & 0x3FFFFFFF) * (2 * error + 1) // (1 << 30) - error
            dy = (luck >> 30 & 0x3FFFFFFF) * (2 * error + 1) // (1 << 30) - error
            x, y, radius, cause = int(row.x) + dx, int(row.y) + dy, round(order.radius), self._cause(name)
            bodies = int(effects.blast(self.s, self.g, self.b, x, y, radius, share(order.kills), giving, cause, self._at(now), self._tick(now)))
            killed += bodies
            if order.burns:
                effects.mask(self.s, self.g, x, y, radius, self._tick(now + round(order.burns)))
            zone = int(row.zone)
            self.authorities.remove(zone, min(bodies, self.knowledge.active(zone)))
            if self.scenario.trust.struck:
                self.trust.lose(zone, self.scenario.trust.struck, now)
        self.works.blasts += 1
        self._use(name, "strikes", 1)
        return killed

    def over_strike(self, name: str, order: Any, now: int) -> str | None:
        """At once."""
        return "carried out"

    # sweep -------------------------------------------------------------------------------------------------------------------------

    def start_sweep(self, name: str, order: Any, number: int, now: int) -> int:
        """All zones are to be gone through, those with least reports first (from safe ground inwards)."""
        zones = [z for z, cells in enumerate(self.streets) if cells]
        zones.sort(key=lambda z: (self.knowledge.active(z), z))
        self.memory[name] |= {"left": [[z, list(self.streets[z])] for z in zones], "work": 0}
        for zone in zones:
            self.works.marked[zone] = 0
            self.s.zones[zone].swept = 0
        return 0

    def go_on_sweep(self, name: str, order: Any, number: int, now: int) -> int:
        """Teams clear as many street cells as they can in a tick; a zone gone through is marked."""
        kept, reached = self.memory[name], 0
        for _ in range(self._allow(name, self.means(name, "teams", order.teams) * order.cells_per_day)):
            if not kept["left"]:
                break
            zone, cells = kept["left"][0]
            reached += self._clear(name, order, cells.pop(0), zone, number, now)
            if not cells:
                kept["left"].pop(0)
                self.works.marked[zone] = 1
                self.s.zones[zone].swept = 1
                self.authorities.remove(zone, self.knowledge.active(zone))
                self._use(name, "zones", 1)
        return reached

    def _clear(self, name: str, order: Any, cell: int, zone: int, number: int, now: int) -> int:
        """One street cell and all that hangs on it; gives how many people were found."""
        at, tick, cause = self._at(now), self._tick(now), self._cause(name)
        shares = (share(order.finds), share(order.captures), share(order.mistaken))
        terms = np.array([*shares, RULES.index(order.half_turned)], dtype=np.int64)
        out = np.zeros(5, dtype=np.int64)
        sweeping.clear_cell(self.s, self.g, self.b, cell, terms, cause, self._giving(name, order, number), at, tick, self.found, out)
        rows, first = np.unique(self.found[0, : out[2]], return_index=True)
        order_of = np.argsort(self.g.persons["id"][rows])
        self.found[1, : len(rows)] = self.found[1, first[order_of]]
        self.found[0, : len(rows)] = rows[order_of]
        cells = ENDLESS if order.cells is None else max(0, order.cells - self.works.hosts)
        sweeping.take_found(self.s, self.g, self.b, self.found, len(rows), cells, self.camp, cause, at, tick, out)
        self.works.hosts += int(out[3])
        self.authorities.remove(zone, int(out[0] + out[3]))
        found = len(rows) + int(out[1]) + int(out[0])
        counts = {"found": found, "killed": out[0], "killed by mistake": out[1], "captured": out[3], "to the camp": out[4]}
        for what, count in counts.items():
            self._use(name, what, int(count))
        return found

    def over_sweep(self, name: str, order: Any, now: int) -> str | None:
        """When all zones were gone through."""
        return None if self.memory[name]["left"] else "all zones were gone through"

    # seize -------------------------------------------------------------------------------------------------------------------------

    def start_seize(self, name: str, order: Any, number: int, now: int) -> int:
        """A place is searched: records are taken, and who bites there is held, unharmed."""
        place = place_row(self.world, order.place, f"orders.{name}.place")
        count = int(effects.people_at(self.s, self.g, self.b, place, self._tick(now), self.found[0]))
        taken = 0
        for row in sorted(set(self.found[0, :count].tolist()), key=self._id):
            if self.s.people["activity"][row] < HELD:
                taken += int(sweeping.seize(self.s, self.g, self.b, row, self.camp, self._cause(name), self._at(now), self._tick(now)))
        self.works.hosts += taken
        self.works.records += order.records
        self._use(name, "records", order.records)
        self._use(name, "captured", taken)
        return taken

    def over_seize(self, name: str, order: Any, now: int) -> str | None:
        """At once."""
        return "carried out"
