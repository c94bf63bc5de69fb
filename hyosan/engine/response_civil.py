"""What civil measures do: tell, keep at home, close, fence the city, fetch people, block doors, limit travel. Choices use knowledge only."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine import effects
from hyosan.engine.compile_laws import share
from hyosan.engine.crews import DAY, ENDLESS, Crew, Tools
from hyosan.engine.fading import faded
from hyosan.engine.state import C_DAY, C_ESCORTS, C_NEW_WAYS, F_LEFT, GONE
from hyosan.luck import CROSS, TEAM, bits_array
from hyosan.rules.transmit import OPEN_BITS
from hyosan.scenario.response_civil import ROUTES, in_hours


class Civil(Crew):
    """Carries out civil orders, but for the camp (`response_camp.py`)."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.hour = -1
        self.scratch = np.zeros(len(self.s.people) + 1, dtype=np.int64)
        self._places: dict[tuple[tuple[str, ...] | None, tuple[str, ...] | None], NDArray[np.int64]] = {}

    def begin_tick(self, now: int, trust_changed: bool) -> None:
        """Escorts of the tick; what curfews ask for, once an hour."""
        hour = (now + self.names.start_clock) // 3600
        if (hour != self.hour or trust_changed) and self._in_force("martial_law", "curfew"):
            self._keep_at_home(now)
        self.hour = hour
        self.s.count[C_DAY] = self._day(now)
        self._allow_escorts(now)

    # alert, closures ---------------------------------------------------------------------------------------------------------------

    def start_alert(self, name: str, order: Any, number: int, now: int) -> int:
        """Everybody (or the zones with reports) is told."""
        zones = np.array([int(order.where == "all" or n > 0) for n in self.knowledge.by_zone], dtype=np.int64)
        return int(effects.tell(self.s, self.g, self.b, share(order.reaches), zones, self._tick(now)))

    def over_alert(self, name: str, order: Any, now: int) -> str | None:
        """At once."""
        return "carried out"

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

    # at home -----------------------------------------------------------------------------------------------------------------------

    def start_martial_law(self, name: str, order: Any, number: int, now: int) -> int:
        """People are to stay at home."""
        self._keep_at_home(now)
        return int((self.s.people["activity"] == 0).sum())

    def stop_martial_law(self, name: str, order: Any, number: int, now: int) -> int:
        """They may go out again."""
        self._keep_at_home(now)
        return 0

    start_curfew, stop_curfew = start_martial_law, stop_martial_law

    def _keep_at_home(self, now: int) -> None:
        """Of several orders for a zone, the one that keeps most at home is in force."""
        zones, hour = self.s.zones, (now + self.names.start_clock) % DAY // 3600
        zones["curfew"], zones["slips"], self.s.count[C_NEW_WAYS] = 0, 0, 1
        for name, order in self._in_force("martial_law", "curfew"):
            if order.do == "curfew" and not in_hours(order, hour):
                continue
            asked = faded(share(order.compliance), order.fades, now - self.memory[name]["since"])
            for zone, title in enumerate(self.world.zones):
                kept = asked * int(zones["trust"][zone]) >> OPEN_BITS
                if kept > zones["curfew"][zone] and (order.do == "martial_law" or order.zones is None or title in order.zones):
                    zones["curfew"][zone], zones["slips"][zone] = kept, share(order.slips_out)

    # cordon ------------------------------------------------------------------------------------------------------------------------

    def start_cordon(self, name: str, order: Any, number: int, now: int) -> int:
        """The gates are closed; a share of those who try gets through."""
        if order.around not in self.world.gates:
            return 0
        ways = self.barriers.close(order.around, share(order.leak))
        if order.escorts is not None:  # from this tick on
            self.memory[name].pop("allowed", None)
            self.s.count[C_ESCORTS] = self._escorts_of(name, order)
        self._use(name, "barricades", ways)
        return ways

    def go_on_cordon(self, name: str, order: Any, number: int, now: int) -> int:
        """Some of those outside cross inward, once a day, to look for their family."""
        if not order.inward or order.around not in self.world.gates or not self._begins_day(now):
            return 0
        people, homes, ids = self.s.people, self.g.persons["home"], self.g.persons["id"]
        rows = np.flatnonzero(people["notes"] & F_LEFT)
        rows = rows[(people["activity"][rows] == GONE) & (people["health"][rows] == int(self.b.one[0].susceptible))]
        rows = rows[bits_array(self.seed, CROSS, ids[rows], self._day(now)) >> 30 < share(order.inward)]
        family = np.flatnonzero(np.isin(homes, homes[rows])) if len(rows) else rows
        family = family[(people["activity"][family] != GONE) & (people["death"][family] == 0)]
        rows = self._people_by_id(rows[np.isin(homes[rows], homes[family])])
        gates = self._gate_cells(order.around)
        if not len(gates):
            return 0
        for row in rows.tolist():
            home = self.g.grounds[homes[row]]
            far = (self.g.grounds["x"][gates] - home.x) ** 2 + (self.g.grounds["y"][gates] - home.y) ** 2
            effects.cross_in(self.s, self.g, self.b, row, int(gates[np.argmin(far)]), self._at(now), self._cause(name), self._tick(now))
        self._use(name, "crossed inward", len(rows))
        return len(rows)

    def _gate_cells(self, around: str) -> NDArray[np.int64]:
        """Places inside the city at the gates of a cordon, by id."""
        ways = self.g.ways[self.g.ways["gate"] == self.world.gates.index(around)]
        inner = np.unique(ways["from_"])
        return self._places_by_id(inner[(self.g.grounds["outside"][inner] == 0) & (inner != self.camp)])

    def stop_cordon(self, name: str, order: Any, number: int, now: int) -> int:
        """The gates are opened."""
        self.barriers.open(order.around)
        return 0

    def _allow_escorts(self, now: int) -> None:
        """How many are taken from the barricades to the camp in this tick. What soldiers could not use in an hour is lost."""
        orders = [(name, order) for name, order in self._in_force("cordon") if order.escorts is not None and order.around in self.world.gates]
        allowed = ENDLESS if not orders else 0
        for name, order in orders:
            allowed = self._escorts_of(name, order)
        self.s.count[C_ESCORTS] = allowed

    def _escorts_of(self, name: str, order: Any) -> int:
        """How many the soldiers of one cordon can take in this tick, after those whom they took in the last."""
        kept, hourly = self.memory[name], round(order.escorts * 1000)
        used = kept["allowed"] - int(self.s.count[C_ESCORTS]) if "allowed" in kept else 0
        self._use(name, "escorted", used)
        most = hourly * max(3600, self.tick_seconds)
        kept["escorts"] = min(most, kept.get("escorts", 0) - used * 3_600_000 + hourly * self.tick_seconds)
        allowed: int = kept["escorts"] // 3_600_000
        kept["allowed"] = allowed
        return allowed

    # rescue and evacuation ---------------------------------------------------------------------------------------------------------

    def start_rescue(self, name: str, order: Any, number: int, now: int) -> int:
        """All teams are free."""
        self.memory[name]["teams"] = [now] * order.teams
        return 0

    def go_on_rescue(self, name: str, order: Any, number: int, now: int) -> int:
        """Each free team goes to the call that waits longest; a trip keeps it until it is back."""
        teams, reached, calls = self.memory[name]["teams"], 0, self.works.calls
        while calls and teams and teams[0] <= now and self._may_set_out(name, "teams", order.teams, now):
            row = self.works.answer()
            self._use(name, "trips", 1)
            if order.leaves_suspects and self._suspect(row, now):
                heapq.heapreplace(teams, now + round(order.trip))
                self._use(name, "left on suspicion", 1)
                continue
            # before the quarantine opens the camp serves as the shelter
            taken = int(effects.fetch(self.s, self.g, self.b, row, order.seats, self.camp, self._cause(name), self._at(now), self._tick(now)))
            if taken < 0 and self._luck(TEAM, row, 0, self._giving(name, order, number)) < share(order.lost):
                heapq.heappop(teams)
                self.works.teams_lost += 1
                self._use(name, "teams lost", 1)
                continue
            heapq.heapreplace(teams, now + round(order.trip))
            if taken < 0:
                self._use(name, "turned back", 1)
            reached += max(0, taken)
        return reached

    def over_rescue(self, name: str, order: Any, now: int) -> str | None:
        """When all teams are lost."""
        return "all its teams were lost" if order.teams and not self.memory[name]["teams"] else None

    def _suspect(self, row: int, now: int) -> bool:
        """Whether somebody where person `row` is is known as infected."""
        place = int(effects.place_of(self.s, self.g, self.b, row, self._tick(now)))
        count = int(effects.people_at(self.s, self.g, self.b, place, self._tick(now), self.scratch)) if place >= 0 else 0
        return any(self.knowledge.is_known(i, int(self.s.people["episode"][i])) for i in self.scratch[:count].tolist())

    def start_call_off(self, name: str, order: Any, number: int, now: int) -> int:
        """Another order ends; those who had relied on it trust less."""
        if self._stands(order.order):
            self.memory[order.order]["called_off"] = name
            self.trust.lose_everywhere(self.scenario.trust.called_off, now)
        return 0

    def over_call_off(self, name: str, order: Any, now: int) -> str | None:
        """At once."""
        return "carried out"

    def start_evacuate(self, name: str, order: Any, number: int, now: int) -> int:
        """All vehicles are free; zones are gone through in order, their places by id."""
        zones = self.knowledge.worst_zones(len(self.world.zones)) if order.zones is None else [self.world.zones.index(z) for z in order.zones]
        self.memory[name] |= {"teams": [now] * order.vehicles, "zones": zones, "place": 0}
        return 0

    def go_on_evacuate(self, name: str, order: Any, number: int, now: int) -> int:
        """Each free vehicle takes in as many as it seats, place by place."""
        kept, reached = self.memory[name], 0
        bar = self.s.zones["trust"] * share(order.compliance) >> OPEN_BITS
        out = np.zeros(1, dtype=np.int64)
        camp = self.camp if order.to == "camp" else -1
        while kept["zones"] and kept["teams"] and kept["teams"][0] <= now and self._may_set_out(name, "vehicles", order.vehicles, now):
            places = self._places_of(None, (self.world.zones[kept["zones"][0]],))
            out[0] = kept["place"]
            taken = int(
                effects.evacuate(
                    self.s, self.g, self.b, places, order.seats, bar, camp, self._cause(name), self._at(now), self._tick(now), self.scratch, out,
                )
            )  # fmt: skip
            kept["place"] = int(out[0])
            if kept["place"] >= len(places):
                kept["zones"], kept["place"] = kept["zones"][1:], 0
            if taken:
                heapq.heapreplace(kept["teams"], now + round(order.trip))
                self._use(name, "trips", 1)
                reached += taken
            elif kept["place"] < len(places):
                break  # no room for anybody
        self.works.evacuated += reached
        return reached

    def over_evacuate(self, name: str, order: Any, now: int) -> str | None:
        """When all zones were gone through."""
        return None if self.memory[name]["zones"] else "all places were gone through"

    def _places_of(self, kinds: tuple[str, ...] | None, zones: tuple[str, ...] | None) -> NDArray[np.int64]:
        """Places of some kinds (None: of all) in some zones (None: in all), by id."""
        if (kinds, zones) not in self._places:
            fits = np.ones(len(self.g.grounds), dtype=bool)
            if kinds is not None:
                fits &= np.isin(self.g.grounds["kind"], [self.world.kinds.index(kind) for kind in kinds])
            if zones is not None:
                fits &= np.isin(self.g.grounds["zone"], [self.world.zones.index(zone) for zone in zones])
            self._places[kinds, zones] = self._places_by_id(np.flatnonzero(fits))
        return self._places[kinds, zones]

    # barricades --------------------------------------------------------------------------------------------------------------------

    def start_barricade(self, name: str, order: Any, number: int, now: int) -> int:
        """Places of some kinds are to be blocked, by id."""
        self.memory[name] |= {"place": 0, "work": 0}
        return 0

    def go_on_barricade(self, name: str, order: Any, number: int, now: int) -> int:
        """Teams block as many places as they can."""
        kept, places = self.memory[name], self._places_of(order.kinds, order.zones)
        room = len(places) if order.per_day is None else self._allow(name, self.means(name, "per_day", order.per_day))
        chosen = places[kept["place"] : kept["place"] + room]
        doors = sum(int(effects.block(self.s, self.g, self.b, place)) for place in chosen.tolist())
        kept["place"] += len(chosen)
        self._use(name, "doors", doors)
        return doors

    def over_barricade(self, name: str, order: Any, now: int) -> str | None:
        """When all places are blocked."""
        return "all places were blocked" if self.memory[name]["place"] >= len(self._places_of(order.kinds, order.zones)) else None

    # travel ------------------------------------------------------------------------------------------------------------------------

    def start_limit_travel(self, name: str, order: Any, number: int, now: int) -> int:
        """Fewer get through by some routes; of several orders for a route, the one that lets fewest through is in force."""
        orders = self._in_force("limit_travel")
        self.beyond.left = {route: min([1 << 32, *(share(o.left) for _, o in orders if route in o.routes)]) for route in ROUTES}
        return 0

    stop_limit_travel = start_limit_travel
