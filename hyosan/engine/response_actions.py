"""What each measure does when it starts, goes on and stops: the hands of the response. Choices use knowledge; effects go to the state.

Civil measures are here, medical ones in `engine/response_medical.py`.
"""

from __future__ import annotations

import heapq
from fractions import Fraction
from typing import Any

import numpy as np

from hyosan.engine import effects
from hyosan.engine.authorities import Authorities
from hyosan.engine.barriers import Barriers
from hyosan.engine.compile import Names
from hyosan.engine.compile_laws import share
from hyosan.engine.lists import make_noise_now
from hyosan.engine.means import Means
from hyosan.engine.response_medical import Medical
from hyosan.engine.rulebook import Floor, Rulebook
from hyosan.engine.state import C_CAMP, C_HELD, State
from hyosan.luck import BLAST_AIM, bits
from hyosan.rules.exact import INSTANT_BITS
from hyosan.scenario.root import Scenario
from hyosan.world.frame import World


class Hands:
    """Carries out orders of a run. One method per measure and moment, found by name: `start_strike`, `go_on_rescue`, `stop_cordon` ..."""

    def __init__(
        self, s: State, g: Floor, b: Rulebook, names: Names, world: World, authorities: Authorities, scenario: Scenario, barriers: Barriers
    ) -> None:
        self.s, self.g, self.b, self.names, self.world, self.authorities = s, g, b, names, world, authorities
        self.tick_seconds = int(b.one[0].tick_seconds)
        self.seed = int(b.one[0].seed)
        self.means, self.barriers = Means(), barriers
        self.medical = Medical(s, g, b, names, world, authorities, scenario, self.means)
        self.memory = self.medical.memory
        self.knowledge = authorities.main
        self.lured: list[int] = []
        self.streets = self._cells_by_zone()

    def _cells_by_zone(self) -> list[list[int]]:
        """Open ground of each zone inside the city, by id of place."""
        grounds = self.g.grounds
        inside = np.flatnonzero((grounds["parent"] < 0) & (grounds["outside"] == 0) & (grounds["way_end"] > grounds["way_start"]))
        cells: list[list[int]] = [[] for _ in self.world.zones]
        for row in inside[np.argsort(grounds["id"][inside])]:
            if self.world.kinds[grounds["kind"][row]] == "street":
                cells[grounds["zone"][row]].append(int(row))
        return cells

    def begin_tick(self, now: int) -> None:
        """What comes about of itself before orders act."""
        self.medical.begin_tick(now)

    def start(self, name: str, order: Any, number: int, now: int) -> int:
        """An order takes effect."""
        self.memory.setdefault(name, {})["used"] = {}
        return self._do("start", name, order, number, now)

    def go_on(self, name: str, order: Any, number: int, now: int) -> int:
        """An order in force acts in this tick."""
        return self._do("go_on", name, order, number, now)

    def stop(self, name: str, order: Any, number: int, now: int) -> int:
        """An order ends."""
        return self._do("stop", name, order, number, now)

    def _do(self, moment: str, name: str, order: Any, number: int, now: int) -> int:
        self.knowledge = self.medical.knowledge = self.authorities.of(order.authority)
        what = f"{moment}_{order.do}"
        act = getattr(self, what, None) or getattr(self.medical, what, None)
        return int(act(name, order, number, now)) if act else 0

    def finished(self, name: str, order: Any, number: int, now: int) -> str | None:
        """Why an order in force is over of itself; None = it is not."""
        if order.do in ("alert", "strike"):
            return "carried out"
        if order.do == "lure" and now >= self.memory[name]["until"]:
            return "its time was over"
        if order.do == "sweep" and not self.memory[name]["left"]:
            return "all zones were gone through"
        if order.do == "quarantine" and self._quarantine_is_over(order, now):
            return "nobody fell ill for longer than the bound on the incubation period"
        return None

    def used(self, name: str) -> dict[str, int]:
        """Means used by an order so far, and what they cost where that is told."""
        used = dict(self.memory.get(name, {}).get("used", {}))
        if costs := self.medical.scenario.orders[name].costs:
            used["cost"] = round(sum(Fraction(str(one)) * used.get(what, 0) for what, one in costs.items()))
        return used

    def _use(self, name: str, what: str, count: int) -> None:
        used = self.memory[name].setdefault("used", {})
        used[what] = used.get(what, 0) + count

    def _tick(self, now: int) -> int:
        return now // self.tick_seconds

    def _cause(self, name: str) -> int:
        return self.names.seeds.index(name)

    # alert ---------------------------------------------------------------------------------------------------------------------

    def start_alert(self, name: str, order: Any, number: int, now: int) -> int:
        """Everybody (or the zones with reports) is told."""
        zones = np.array([int(order.where == "all" or n > 0) for n in self.knowledge.by_zone], dtype=np.int64)
        return int(effects.tell(self.s, self.g, self.b, share(order.reaches), zones, self._tick(now)))

    # martial law, closures -----------------------------------------------------------------------------------------------------

    def start_martial_law(self, name: str, order: Any, number: int, now: int) -> int:
        """People are to stay at home."""
        effects.set_curfew(self.s, share(order.compliance))
        return int((self.s.people["activity"] == 0).sum())

    def stop_martial_law(self, name: str, order: Any, number: int, now: int) -> int:
        """They may go out again."""
        effects.set_curfew(self.s, 0)
        return 0

    def start_close(self, name: str, order: Any, number: int, now: int) -> int:
        """Places of a setting are closed."""
        return self._close(order, 1)

    def stop_close(self, name: str, order: Any, number: int, now: int) -> int:
        """They are opened again."""
        self._close(order, 0)
        return 0

    def _close(self, order: Any, closed: int) -> int:
        if order.setting not in self.world.settings:
            return 0
        return int(effects.close_setting(self.s, self.g, self.world.settings.index(order.setting), closed))

    # cordon --------------------------------------------------------------------------------------------------------------------

    def start_cordon(self, name: str, order: Any, number: int, now: int) -> int:
        """The gates are closed; a share of those who try gets through."""
        if order.around not in self.world.gates:
            return 0
        ways = self.barriers.close(order.around, share(order.leak))
        self._use(name, "barricades", ways)
        return ways

    def stop_cordon(self, name: str, order: Any, number: int, now: int) -> int:
        """The gates are opened."""
        self.barriers.open(order.around)
        return 0

    # rescue --------------------------------------------------------------------------------------------------------------------

    def start_rescue(self, name: str, order: Any, number: int, now: int) -> int:
        """All teams are free."""
        self.memory[name]["teams"] = [now] * order.teams
        return 0

    def go_on_rescue(self, name: str, order: Any, number: int, now: int) -> int:
        """Each free team goes to the call that waits longest; a trip keeps it until it is back."""
        teams, reached, calls = self.memory[name]["teams"], 0, self.authorities.works.calls
        while calls and teams and teams[0] <= now and self._is_free(name, order, now):
            _, _, row = heapq.heappop(calls)
            heapq.heapreplace(teams, now + round(order.trip))
            camp = int(self.b.one[0].camp)  # before the quarantine opens it serves as the shelter
            at = now << INSTANT_BITS
            taken = int(effects.fetch(self.s, self.g, self.b, row, order.seats, camp, self._cause(name), at, self._tick(now)))
            self._use(name, "trips", 1)
            if taken < 0:
                self._use(name, "turned back", 1)
            else:
                reached += taken
            self.authorities.works.calls_served += 1
        return reached

    def _is_free(self, name: str, order: Any, now: int) -> bool:
        """Whether a team can set out: teams that were lost stay behind, once they are back."""
        if not self.means.any_lost(name, "teams"):
            return True
        return sum(back > now for back in self.memory[name]["teams"]) < self.means(name, "teams", order.teams)

    # lure and strike -----------------------------------------------------------------------------------------------------------

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

    def start_strike(self, name: str, order: Any, number: int, now: int) -> int:
        """Strike at the points lured to, else where most were reported; each misses by an error of its own."""
        killed = 0
        points = self.means(name, "points", order.points)
        for k, cell in enumerate((self.lured or self._targets(points))[:points]):
            row, error = self.g.grounds[cell], round(order.error)
            luck = bits(self.seed, BLAST_AIM, number, k, 0)
            dx = (luck & 0x3FFFFFFF) * (2 * error + 1) // (1 << 30) - error
            dy = (luck >> 30 & 0x3FFFFFFF) * (2 * error + 1) // (1 << 30) - error
            killed += int(
                effects.blast(
                    self.s, self.g, self.b, int(row.x) + dx, int(row.y) + dy, round(order.radius), share(order.kills), number,
                    self._cause(name), now << INSTANT_BITS, self._tick(now),
                )
            )  # fmt: skip
            zone = int(row.zone)
            self.authorities.remove(zone, self.knowledge.active(zone))
        self.authorities.works.blasts += 1
        self._use(name, "strikes", 1)
        return killed

    # sweep ---------------------------------------------------------------------------------------------------------------------

    def start_sweep(self, name: str, order: Any, number: int, now: int) -> int:
        """All zones are to be gone through, those with least reports first (from safe ground inwards)."""
        zones = [z for z, cells in enumerate(self.streets) if cells]
        zones.sort(key=lambda z: (self.knowledge.active(z), z))
        self.memory[name] |= {"left": [[z, list(self.streets[z])] for z in zones], "work": 0, "dirty": 0}
        for zone in zones:
            self.authorities.works.marked[zone] = 0
            self.s.zones[zone].swept = 0
        return 0

    def go_on_sweep(self, name: str, order: Any, number: int, now: int) -> int:
        """Teams clear as many street cells as they can in a tick; a zone gone through is marked."""
        kept = self.memory[name]
        kept["work"] += round(self.means(name, "teams", order.teams) * order.cells_per_day * 1000) * self.tick_seconds
        out = np.zeros(4, dtype=np.int64)
        camp = int(self.s.count[C_CAMP]) - 1
        while kept["left"] and kept["work"] >= 86_400_000:
            kept["work"] -= 86_400_000
            zone, cells = kept["left"][0]
            cell, before = cells.pop(0), int(out[1] + out[2])
            effects.clear_cell(
                self.s, self.g, self.b, cell, share(order.finds), share(order.captures), camp, self._cause(name), number,
                now << INSTANT_BITS, self._tick(now), out,
            )  # fmt: skip
            self.authorities.remove(zone, int(out[1] + out[2]) - before)
            if not cells:
                kept["left"].pop(0)
                self.authorities.works.marked[zone] = 1
                self.s.zones[zone].swept = 1
                self.authorities.remove(zone, self.knowledge.active(zone))
                self._use(name, "zones", 1)
        for what, count in zip(("found", "killed", "captured", "to the camp"), out, strict=True):
            if count:
                self._use(name, what, int(count))
        return int(out[0])

    # quarantine ----------------------------------------------------------------------------------------------------------------

    def start_quarantine(self, name: str, order: Any, number: int, now: int) -> int:
        """The camp opens: who comes to a closed gate, is rescued or found is taken there."""
        self.s.count[C_CAMP] = int(self.b.one[0].camp) + 1
        return 0

    def go_on_quarantine(self, name: str, order: Any, number: int, now: int) -> int:
        """How many are held is known to those who hold them."""
        before, self.authorities.works.held = self.authorities.works.held, int(self.s.count[C_HELD])
        return max(0, self.authorities.works.held - before)

    def _quarantine_is_over(self, order: Any, now: int) -> bool:
        knowledge = self.authorities.of(order.authority)
        since = now - knowledge.last_report if knowledge.last_report >= 0 else 0
        return self.authorities.works.held > 0 and since >= 86_400 and since >= knowledge.bound_days(order.bound, order.cases_needed, now) * 86_400

    def stop_quarantine(self, name: str, order: Any, number: int, now: int) -> int:
        """Everybody not known to bite goes home."""
        self.s.count[C_CAMP] = 0
        released = int(effects.release_all(self.s, self.g, self.b, self._cause(name), now << INSTANT_BITS))
        self.authorities.works.held = max(0, self.authorities.works.held - released)
        return 0

    def to_json(self) -> dict[str, Any]:
        """What orders remember, for a checkpoint."""
        confined, closed = self.medical.confinement.to_json(), self.barriers.to_json()
        return {"memory": self.memory, "lured": self.lured, "confinement": confined, "closed": closed}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        self.memory = self.medical.memory = kept["memory"]
        self.lured = kept["lured"]
        self.medical.confinement.restore(kept["confinement"])
        self.barriers.restore(kept.get("closed"))
