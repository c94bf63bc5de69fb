"""What protects and cures: vaccination campaigns, treatment, beds that are added.

Queues are in order of coming, then by id; luck is keyed by people, so that more means serve the same people first, and then others.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.compile_laws import share
from hyosan.engine.course import TREATED
from hyosan.engine.crews import Tools
from hyosan.engine.meetings import Meetings
from hyosan.engine.response_cases import CaseCrew
from hyosan.engine.vaccinate import give_doses
from hyosan.luck import COURSES, UPTAKE, bits_array
from hyosan.rules.exact import INSTANT_BITS


class Care(CaseCrew):
    """Carries out orders that protect and cure."""

    def __init__(self, tools: Tools, meetings: Meetings) -> None:
        super().__init__(tools)
        self.meetings = meetings
        self._lines: dict[str, NDArray[np.int64]] = {}

    def forget(self, name: str) -> None:
        """An order is given anew: whom it means, and who stands in line, may be others."""
        super().forget(name)
        self._lines.pop(name, None)

    # vaccinate -------------------------------------------------------------------------------------------------------------------

    def start_vaccinate(self, name: str, order: Any, number: int, now: int) -> int:
        """A campaign begins: groups stand in line one after the other, or cases are waited for."""
        first = len(self.works.contacts) if order.contacts else len(self.knowledge.cases)
        self.memory[name] |= {"next": first, "queue": [], "again": [], "line": 0, "given": 0}
        return 0

    def go_on_vaccinate(self, name: str, order: Any, number: int, now: int) -> int:
        """Doses are given: later doses that are due first, then first doses, as far as a day and the stock allow."""
        kept = self.memory[name]
        room = self._per_day(name, order)
        if order.stock is not None:
            room = min(room, self.means(name, "stock", order.stock) - kept["given"])
        doses = self.scenario.pathogen.vaccines[order.vaccine].doses
        turn: list[int] = []
        while kept["again"] and kept["again"][0][0] <= now and len(turn) < room:
            turn.append(heapq.heappop(kept["again"])[2])
        turn += self._first_doses(name, order, now, room - len(turn))
        had = self.s.people["doses"][turn] * (self.s.people["vaccine"][turn] == self._vaccine(order))
        cause, at = self._cause(name), now << INSTANT_BITS
        rows = np.array(turn, dtype=np.int64)
        given = int(give_doses(self.s, self.g, self.b, rows, self._vaccine(order), len(doses), cause, at, self._tick(now)))
        for row, before in zip(turn, had.tolist(), strict=True):
            if before + 1 < len(doses):
                heapq.heappush(kept["again"], [now + round(doses[before + 1].after), self._id(row), row])
        kept["given"] += given
        self._done(name, "doses", given)
        return given

    def _vaccine(self, order: Any) -> int:
        return list(self.scenario.pathogen.vaccines).index(order.vaccine)

    def _first_doses(self, name: str, order: Any, now: int, room: int) -> list[int]:
        """Who gets a first dose now."""
        kept, people = self.memory[name], self.s.people
        if order.ring is None and order.within is None and not order.contacts:
            line = self._line(name, order)
            turn: list[int] = line[kept["line"] : kept["line"] + max(0, room)].tolist()
            kept["line"] += len(turn)
            return turn
        if order.contacts:
            near = [row for _, row in self.works.contacts[kept["next"] :]]
            kept["next"] = len(self.works.contacts)
        else:
            cases = [case.row for case in self._new_cases(name)]
            near = self.meetings.ring(cases, order.ring) if order.within is None else self.meetings.near(cases, round(order.within))
        meant = self._all_meant(name, *order.groups)
        for row in near:
            if meant[row] and self._trait(UPTAKE, row) < share(order.uptake):
                self._queue(name, now, row)
        found: list[int] = []
        while len(found) < room and (one := self._next(name, now, 1)):
            if people["vaccine"][one[0][1]] != self._vaccine(order) and one[0][1] not in found:
                found.append(one[0][1])
        return found

    def _line(self, name: str, order: Any) -> NDArray[np.int64]:
        """Everybody who wants a dose: group after group, within each by keyed luck."""
        if name not in self._lines:
            left, born = np.ones(len(self.g.persons), dtype=bool), int(self.b.one[0].born)
            luck = bits_array(born, UPTAKE, self.g.persons["id"], 1)
            wants = bits_array(born, UPTAKE, self.g.persons["id"], 0) >> 30 < share(order.uptake)
            parts = []
            for who in order.groups:
                rows = np.flatnonzero(self.fits(who) & left & wants)
                left[rows] = False
                parts.append(rows[np.lexsort((self.g.persons["id"][rows], luck[rows]))])
            self._lines[name] = np.concatenate(parts)
        return self._lines[name]

    # treat, surge ----------------------------------------------------------------------------------------------------------------

    def start_treat(self, name: str, order: Any, number: int, now: int) -> int:
        """From now on new cases are treated."""
        self.memory[name] |= {"next": len(self.knowledge.cases), "queue": [], "given": 0}
        return 0

    def go_on_treat(self, name: str, order: Any, number: int, now: int) -> int:
        """Cases whose turn it is infect less from now on, until they are infected anew."""
        kept = self.memory[name]
        for case in self._new_cases(name):
            episode = int(self.s.people["episode"][case.row])
            if self._is_meant(name, order.who, case.row) and self._luck(COURSES, case.row, 0, episode) < share(order.share):
                self._queue(name, case.second + round(order.after), case.row)
        room = self._per_day(name, order)
        if order.courses is not None:
            room = min(room, self.means(name, "courses", order.courses) - kept["given"])
        turn = self._next(name, now, room)
        for _, row in turn:
            self.s.people["infectiousness"][row] = int(self.s.people["infectiousness"][row]) * round(order.left * 1024) >> 10
            self._log(name, TREATED, row, now)
        kept["given"] += len(turn)
        self._done(name, "courses", len(turn))
        return len(turn)

    def start_surge(self, name: str, order: Any, number: int, now: int) -> int:
        """Beds are added."""
        self._use(name, "beds", self._beds(name, order, order.beds))
        return order.beds

    def go_on_surge(self, name: str, order: Any, number: int, now: int) -> int:
        """There are as many as the order still has."""
        self._beds(name, order, 0)
        return 0

    def stop_surge(self, name: str, order: Any, number: int, now: int) -> int:
        """They are taken away; who lies in one stays."""
        self._beds(name, order, -order.beds)
        return 0

    def _beds(self, name: str, order: Any, change: int) -> int:
        """So many beds more than before, less what is lost now; gives by how many that changes those that there are."""
        planned, there = self.memory[name].get("beds", [0, 0])
        have = self.means(name, "beds", planned + change)
        self.s.beds[list(self.scenario.care).index(order.care)].more += have - there
        self.memory[name]["beds"] = [planned + change, have]
        return have - there
