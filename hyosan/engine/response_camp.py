"""The camp and what it lives on: who is let in, asked, fed, let go; stocks that are used up and filled; research on what is held and known."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine import effects
from hyosan.engine.compile_laws import share
from hyosan.engine.course import NOTICED, QUARANTINED
from hyosan.engine.crews import DAY, ENDLESS, Crew
from hyosan.engine.rulebook import CLASSES
from hyosan.engine.state import C_CAMP, C_HELD, C_ROOM, F_CAPTURED, HELD
from hyosan.luck import BREAK_OUT, QUESTION, SLIP, bits_array
from hyosan.rules.exact import INSTANT_BITS
from hyosan.scenario.response_civil import AIMS

FOUND = tuple(CLASSES.index(name) for name in ("symptomless", "ill", "half_turned"))
"""Classes that questioning can find in who arrives."""


class Camp(Crew):
    """Carries out orders about the quarantine, stocks and research."""

    def begin_tick(self, now: int) -> None:
        """How many the camp lets in during this tick. Before the quarantine opens it is a shelter without a limit."""
        room = ENDLESS
        for _, order in self._in_force("quarantine"):
            room = min(room, max(0, order.capacity - self._held()))
        self.s.count[C_ROOM] = room

    def _held(self) -> int:
        """People held who are no captives."""
        return int(self.s.count[C_HELD]) - self.works.hosts

    def hear(self, rows: Any, now: int) -> None:
        """Those who arrived in a tick are questioned."""
        if rows is None:
            return
        arrived = np.flatnonzero(rows["kind"] == QUARANTINED)
        asking = max((share(order.questions) for _, order in self._in_force("quarantine")), default=0) if len(arrived) else 0
        if not asking:
            return
        people = self.s.people
        came = np.unique(rows["person"][arrived])
        kinds = self.b.states["kind"][people["health"][came]]
        asked = np.isin(kinds, FOUND)
        for row, kind in zip(came[asked].tolist(), kinds[asked].tolist(), strict=True):
            one = people[row]
            episode = int(one.episode)
            if self._luck(QUESTION, row, 0, episode) < asking:
                zone, infected = int(self.g.persons["zone"][row]), int(one.infected_at) >> INSTANT_BITS
                onset = int(one.since) >> INSTANT_BITS
                if self.authorities.notice(now, zone, CLASSES[kind], infected, onset, row, episode):  # else the report was lost
                    effects.log(self.s, self.g, self.b, row, NOTICED, int(one.health), 0, self._at(now), self._tick(now))

    # quarantine --------------------------------------------------------------------------------------------------------------------

    def start_quarantine(self, name: str, order: Any, number: int, now: int) -> int:
        """The camp opens: who comes to a closed gate, is rescued or found is taken there."""
        self.memory[name]["away"] = []
        self.s.count[C_CAMP] = self.camp + 1
        self.s.count[C_ROOM] = min(int(self.s.count[C_ROOM]), max(0, order.capacity - self._held()))  # from this tick on
        return 0

    def go_on_quarantine(self, name: str, order: Any, number: int, now: int) -> int:
        """How many are held is known to those who hold them. Once a day they are fed, and some slip or break out; who slipped out comes back."""
        before = self.works.held
        self._come_back(name, now)
        if self._begins_day(now):
            self._note_bound(name, order)
            short = self._feed(name, order)
            if order.slips_out:
                self._slip_out(name, order, now)
            if short and order.leave_in_need:
                self._break_out(name, order, now)
        self.works.held = self._held()
        return max(0, self.works.held - before)

    def over_quarantine(self, name: str, order: Any, now: int) -> str | None:
        """When nobody fell ill for longer than the bound."""
        knowledge = self.knowledge
        since = now - knowledge.last_report if knowledge.last_report >= 0 else 0
        if self.works.held <= 0 or since < DAY:
            return None
        if order.period is not None:
            return "nobody fell ill for longer than the bound taken from elsewhere" if since >= order.period else None
        if since < knowledge.bound_days(order.bound, order.cases_needed, now) * DAY:
            return None
        return "nobody fell ill for longer than the bound on the incubation period"

    def stop_quarantine(self, name: str, order: Any, number: int, now: int) -> int:
        """Everybody not known to bite goes home; captives stay."""
        self.s.count[C_CAMP] = 0
        released = int(effects.release_all(self.s, self.g, self.b, self._cause(name), self._at(now)))
        self.works.held = max(0, self.works.held - released)
        return 0

    def _note_bound(self, name: str, order: Any) -> None:
        """What the release waits for is logged with the order: a quarantine that goes on must be able to say why."""
        if order.period is None:
            known = {"known periods": self.knowledge.periods_known, "periods needed": order.cases_needed}
            self.memory[name]["used"] |= known

    def _feed(self, name: str, order: Any) -> bool:
        """Take what those held need from the stocks; whether anything ran out."""
        short = False
        for stock, rate in order.needs.items():
            needed = -(-self._held() * round(rate * 1000) // 1000)
            taken = min(needed, self.works.stocks[stock])
            self.works.stocks[stock] -= taken
            self._use(name, stock, taken)
            short |= taken < needed
        if short:
            self._use(name, "days in need", 1)
        return short

    def _held_rows(self, purpose: int, part: float, now: int) -> list[int]:
        """Those held who, by their luck of the day, do something, by id."""
        people, ids = self.s.people, self.g.persons["id"]
        rows: NDArray[np.int64] = np.flatnonzero((people["activity"] == HELD) & (people["notes"] & F_CAPTURED == 0))
        rows = rows[bits_array(self.seed, purpose, ids[rows], (1 << 20) + self._day(now)) >> 30 < share(part)]
        chosen: list[int] = self._people_by_id(rows).tolist()
        return chosen

    def _slip_out(self, name: str, order: Any, now: int) -> None:
        away = self.memory[name]["away"]
        back = now + round(order.slips_for)
        for row in self._held_rows(SLIP, order.slips_out, now):
            if effects.slip_out(self.s, self.g, self.b, row, self._at(now), self._cause(name), self._tick(back) + 1):
                heapq.heappush(away, [back, self._id(row), row])
                self._use(name, "slipped out", 1)

    def _break_out(self, name: str, order: Any, now: int) -> None:
        for row in self._held_rows(BREAK_OUT, order.leave_in_need, now):
            gone = int(effects.slip_out(self.s, self.g, self.b, row, self._at(now), self._cause(name), self._tick(now) + 1))
            self._use(name, "broke out", gone)

    def _come_back(self, name: str, now: int) -> None:
        away = self.memory[name]["away"]
        while away and away[0][0] <= now:
            row = heapq.heappop(away)[2]
            effects.come_back(self.s, self.g, self.b, row, self.camp, self._at(now), self._cause(name), self._tick(now))

    # stocks ------------------------------------------------------------------------------------------------------------------------

    def start_supply(self, name: str, order: Any, number: int, now: int) -> int:
        """Goods begin to come."""
        self.memory[name]["work"] = 0
        return 0

    def go_on_supply(self, name: str, order: Any, number: int, now: int) -> int:
        """As many as come in a tick."""
        brought = self._allow(name, self.means(name, "per_day", order.per_day))
        self.works.stocks[order.stock] += brought
        self._use(name, order.stock, brought)
        return 0

    # research ----------------------------------------------------------------------------------------------------------------------

    def start_research(self, name: str, order: Any, number: int, now: int) -> int:
        """Work begins, or goes on where it was left."""
        self.memory[name].setdefault("progress", 0)
        return 0

    def go_on_research(self, name: str, order: Any, number: int, now: int) -> int:
        """Staff work, faster by the hosts held and the records seized; without the hosts they need they wait."""
        kept, hosts = self.memory[name], min(self.works.hosts, order.most_hosts)
        if self.works.hosts < order.hosts_needed:
            return 0
        pace = 1000 + round(order.per_host * 1000) * hosts + round(order.per_record * 1000) * self.works.records
        kept["progress"] += self.means(name, "staff", order.staff) * pace * self.tick_seconds
        kept["used"] |= {"percent": min(100, kept["progress"] * 100 // self._whole(order)), "most hosts": hosts}
        return 0

    def _whole(self, order: Any) -> int:
        return max(1, round(order.work * 1000) * DAY)

    def over_research(self, name: str, order: Any, now: int) -> str | None:
        """When the work is done."""
        done = self.memory[name]["progress"] >= self._whole(order)
        return f"it led to {AIMS[order.aim]}" if done else None
