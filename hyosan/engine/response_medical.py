"""What medical measures do: known cases and contacts keep to themselves, are tested, vaccinated, treated; contacts are reduced; beds are added.

Orders choose by names that came to be known (`Knowledge.cases`, contacts whom cases name, people who come for a test), never by health.
Where the state is looked at, it is what a person shows or tells: who comes ill, what a test finds, whom a case met. Queues are in order of
coming, then by id; luck is keyed by people, so that more means serve the same people first, and then others.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine import effects
from hyosan.engine.compile_laws import share
from hyosan.engine.confinement import Confinement
from hyosan.engine.course import CONFINED, TESTED, TREATED
from hyosan.engine.crews import DAY, ENDLESS, Crew, Tools
from hyosan.engine.fading import faded
from hyosan.engine.knowledge import Case
from hyosan.engine.meetings import Meetings
from hyosan.engine.release import hold, open_books, results, sampled, time_is_over
from hyosan.engine.rulebook import CLASSES
from hyosan.engine.state import HELD
from hyosan.engine.vaccinate import give_doses
from hyosan.luck import APP, COURSES, NAMED, SWAB, UPTAKE, bits_array
from hyosan.rules.exact import INSTANT_BITS
from hyosan.rules.transmit import OPEN_BITS
from hyosan.scenario.who import Who

ILL, DEAD = CLASSES.index("ill"), CLASSES.index("dead")
WHOLE = 1 << 32
"""A share of 1."""


class Medical(Crew):
    """Carries out medical orders of a run."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.confinement = Confinement(self.s, self.g)
        self.meetings = Meetings(self.s, self.g, self.world)
        self._meant: dict[str, NDArray[np.bool_]] = {}
        self._lines: dict[str, NDArray[np.int64]] = {}

    def begin_tick(self, now: int) -> None:
        """Whose time is over goes free."""
        self.confinement.let_go(now)
        self.meetings.forget()
        self.works.confined = len(self.confinement)

    def forget(self, name: str) -> None:
        """An order is given anew: whom it means may be others."""
        self._meant.pop(name, None)
        self._lines.pop(name, None)

    # people and means ------------------------------------------------------------------------------------------------------------

    def fits(self, who: Who) -> NDArray[np.bool_]:
        """Which people are meant; shape [n]."""
        low, high = who.age_range
        persons, ground = self.g.persons, self.world.ground

        def codes(names: Iterable[str], known: tuple[str, ...]) -> list[int]:
            return [known.index(name) for name in names if name in known]

        found: NDArray[np.bool_] = (persons["age"] >= low) & (persons["age"] <= high)
        if who.roles is not None:
            found &= np.isin(ground.person_role, codes(who.roles, self.world.roles))
        if who.zones is not None:
            found &= np.isin(persons["zone"], codes(who.zones, self.world.zones))
        if who.kinds is not None:
            wanted = np.isin(self.g.grounds["kind"], codes(who.kinds, self.world.kinds))
            found &= (wanted[np.maximum(self.g.slots, 0)] & (self.g.slots >= 0)).any(axis=1)
        return found

    def _all_meant(self, name: str, *groups: Who) -> NDArray[np.bool_]:
        """Which people an order means, in any of its groups; shape [n]."""
        if name not in self._meant:
            self._meant[name] = np.logical_or.reduce([self.fits(who) for who in groups])
        return self._meant[name]

    def _is_meant(self, name: str, who: Who, row: int) -> bool:
        return bool(self._all_meant(name, who)[row])

    def _complies(self, name: str, order: Any, row: int, now: int) -> bool:
        asked = faded(share(order.compliance), order.fades, now - self.memory[name]["since"])
        return int(self.s.people["obeys"][row]) < asked * self.trust.of(row) >> OPEN_BITS

    def _per_day(self, name: str, order: Any) -> int:
        """How many of what an order counts by the day can be done in this tick."""
        return self._room(name, None if order.per_day is None else self.means(name, "per_day", order.per_day))

    def _room(self, name: str, per_day: float | None) -> int:
        """How many can be done in this tick at so many a day. What a day leaves unused is lost."""
        if per_day is None:
            return ENDLESS
        kept, rate = self.memory[name], round(per_day * 1000)
        kept["work"] = min(kept.get("work", 0) + rate * self.tick_seconds, max(rate * self.tick_seconds, rate * DAY, 1000 * DAY if rate else 0))
        return int(kept["work"]) // (1000 * DAY)

    def _done(self, name: str, what: str, count: int) -> None:
        """So many were done: they count against what a day allows, and are noted."""
        if "work" in self.memory[name]:
            self.memory[name]["work"] -= count * 1000 * DAY
        self._use(name, what, count)

    def _new_cases(self, name: str) -> list[Case]:
        """Cases that became known since this order last looked."""
        kept = self.memory[name]
        found = self.knowledge.cases[kept["next"] :]
        kept["next"] = len(self.knowledge.cases)
        return found

    def _queue(self, name: str, second: int, row: int) -> None:
        heapq.heappush(self.memory[name]["queue"], [second, self._id(row), row])

    def _next(self, name: str, now: int, room: int) -> list[tuple[int, int]]:
        """Takes those whose turn it is from an order's queue: (second, row), at most `room`."""
        queue, found = self.memory[name]["queue"], list[tuple[int, int]]()
        while queue and queue[0][0] <= now and len(found) < room:
            second, _, row = heapq.heappop(queue)
            found.append((second, row))
        return found

    def _log(self, name: str, kind: int, row: int, now: int) -> None:
        effects.log(self.s, self.g, self.b, row, kind, -1, self._cause(name), now << INSTANT_BITS, self._tick(now))

    def _confine(self, name: str, row: int, now: int, until: int, order: Any) -> None:
        """A person keeps to themselves up to a second, by an order."""
        self.confinement.confine(row, now, until, order.where == "apart")
        self._log(name, CONFINED, row, now)
        if order.released_by is not None:
            hold(self.memory[name], row, self._id(row), until)

    def _release(self, name: str, order: Any, now: int) -> None:
        """Whose time is over, where a test lets them go: they are tested, wait for the result, and go free or stay as long again."""
        if order.released_by is None:
            return
        kept, kind = self.memory[name], self.scenario.tests[order.released_by]
        for row in time_is_over(kept, now):
            if self.b.states["kind"][self.s.people["health"][row]] != DEAD:
                sampled(kept, row, self._id(row), now + round(kind.takes), self._swab(name, kind, row, now))
                self.confinement.confine(row, now, now + round(kind.takes), order.where == "apart")
                self._use(name, "tests", 1)
        for row, positive in results(kept, now):
            self._result(row, positive, now)
            if positive:
                self._confine(name, row, now, now + round(order.lasts), order)

    def _swab(self, name: str, kind: Any, row: int, now: int) -> bool:
        """A test of a kind is taken of a person: whether it is positive."""
        state = self.names.states[int(self.s.people["health"][row])]
        finds = share(kind.detects[state]) if state in kind.detects else WHOLE - share(kind.specificity)
        self._log(name, TESTED, row, now)
        return self._luck(SWAB, row, now // 3600, 1) < finds

    def _result(self, row: int, positive: bool, now: int) -> None:
        """The result of a test comes; a positive one makes a known case."""
        self.works.tests_done += 1
        if positive:
            self.works.tests_positive += 1
            self.authorities.positive(now, int(self.g.persons["zone"][row]), row, int(self.s.people["episode"][row]))

    # isolate ---------------------------------------------------------------------------------------------------------------------

    def start_isolate(self, name: str, order: Any, number: int, now: int) -> int:
        """Cases known so far are to be isolated too, as far as their time is not over."""
        self.memory[name] |= {"next": 0, "queue": []}
        open_books(self.memory[name])
        return 0

    def go_on_isolate(self, name: str, order: Any, number: int, now: int) -> int:
        """New cases come into the queue; those whose turn it is keep to themselves."""
        lasts, reached = round(order.lasts), 0
        self._release(name, order, now)
        for case in self._new_cases(name):
            due = case.second + round(order.after)
            if due + lasts > now and (order.cases == "all" or case.tested) and self._is_meant(name, order.who, case.row):
                self._queue(name, due, case.row)
        turn = self._next(name, now, self._per_day(name, order))
        for due, row in turn:
            if self._complies(name, order, row, now):
                self._confine(name, row, now, max(now, due) + lasts, order)
                reached += 1
        self._done(name, "visits", len(turn))
        return reached

    # trace -----------------------------------------------------------------------------------------------------------------------

    def start_trace(self, name: str, order: Any, number: int, now: int) -> int:
        """From now on new cases are interviewed."""
        self.memory[name] |= {"next": len(self.knowledge.cases), "queue": [], "due": []}
        open_books(self.memory[name])
        return 0

    def go_on_trace(self, name: str, order: Any, number: int, now: int) -> int:
        """New cases wait for an interview; contacts whom they named are found, later, and keep to themselves."""
        due, found = self.memory[name]["due"], []
        self._release(name, order, now)
        for case in self._new_cases(name):
            self._queue(name, case.second, case.row)
            if order.app and self._luck(APP, case.row) < share(order.app):
                whole = dict.fromkeys(order.names, WHOLE)
                found += [j for j in self.meetings.of(case.row, whole, order.most) if self._luck(APP, j) < share(order.app)]
        turn = self._next(name, now, self._room(name, None if order.staff is None else self.means(name, "staff", order.staff) * order.cases_each))
        for _, row in turn:
            for contact in self._named(row, order):
                heapq.heappush(due, [now + round(order.takes), self._id(contact), contact])
        self._done(name, "interviews", len(turn))
        while due and due[0][0] <= now:
            found.append(heapq.heappop(due)[2])
        self.works.to_interview = len(self.memory[name]["queue"])
        for row in sorted(found, key=self._id):
            self.works.contacts.append([now, row])
            if order.lasts and self._complies(name, order, row, now):
                self._confine(name, row, now, now + round(order.lasts), order)
        self._use(name, "contacts", len(found))
        return len(found)

    def _named(self, row: int, order: Any) -> set[int]:
        """Whom a case names who is found, and who infected the case, where that comes out, with the contacts of that one."""
        named = self._named_by(row, order)
        by, episode = int(self.s.people["infector"][row]), int(self.s.people["episode"][row])
        if by >= 0 and self._luck(NAMED, row, self._id(row), episode) < share(order.backward):
            named |= {by} | self._named_by(by, order)
        return named - {row}

    def _named_by(self, row: int, order: Any) -> set[int]:
        episode, shares = int(self.s.people["episode"][row]), {setting: share(part) for setting, part in order.names.items()}
        met = self.meetings.of(row, shares, order.most)
        return {j for j, part in met.items() if self._luck(NAMED, row, self._id(j), episode) < part}

    # test ------------------------------------------------------------------------------------------------------------------------

    def start_test(self, name: str, order: Any, number: int, now: int) -> int:
        """Testing begins."""
        looked = now - self._every(order)
        self.memory[name] |= {"next": len(self.works.contacts), "queue": [], "results": [], "looked": looked, "round": -1}
        return 0

    def go_on_test(self, name: str, order: Any, number: int, now: int) -> int:
        """Who comes, or is called, waits; tests are taken as far as there are any; results come later."""
        kept, kind = self.memory[name], self.scenario.tests[order.test]
        for row in self._who_comes(name, order, now):
            self._queue(name, now, row)
        turn = self._next(name, now, self._per_day(name, order))
        for _, row in turn:
            heapq.heappush(kept["results"], [now + round(kind.takes), self._id(row), row, int(self._swab(name, kind, row, now))])
        self._done(name, "tests", len(turn))
        while kept["results"] and kept["results"][0][0] <= now:
            _, _, row, positive = heapq.heappop(kept["results"])
            self._result(row, bool(positive), now)
        return len(turn)

    def _every(self, order: Any) -> int:
        """Seconds between two rounds of calling people to tests."""
        return DAY if order.whom == "ill" else round(order.every)

    def _who_comes(self, name: str, order: Any, now: int) -> list[int]:
        kept, people = self.memory[name], self.s.people
        if order.whom == "contacts":
            new = [row for _, row in self.works.contacts[kept["next"] :]]
            kept["next"] = len(self.works.contacts)
            return [row for row in new if self._is_meant(name, order.who, row) and self._luck(SWAB, row) < share(order.share)]
        every = self._every(order)
        if now < kept["looked"] + every:
            return []
        kept["looked"], kept["round"] = now, kept["round"] + 1
        there = self._all_meant(name, order.who) & (people["activity"] < HELD)
        if order.whom == "ill":
            there &= (self.b.states["kind"][people["health"]] == ILL) & (people["since"] >> INSTANT_BITS >= now - every)
        else:
            there &= self.b.states["kind"][people["health"]] != DEAD
        rows = np.flatnonzero(there)
        number = people["episode"][rows] if order.whom == "ill" else np.full(len(rows), kept["round"])
        luck = bits_array(self.seed, SWAB, self.g.persons["id"][rows], number + 2) >> 30
        comes: list[int] = rows[luck < share(order.share)].tolist()
        return [i for i in comes if order.whom != "ill" or not self.knowledge.is_known(i, int(people["episode"][i]))]

    # reduce contacts -------------------------------------------------------------------------------------------------------------

    def start_reduce_contacts(self, name: str, order: Any, number: int, now: int) -> int:
        """Those who comply exert and take in less in some settings."""
        self._cut(now)
        return int((self.s.people["obeys"] < share(order.compliance)).sum())

    def go_on_reduce_contacts(self, name: str, order: Any, number: int, now: int) -> int:
        """Fewer comply as time goes by."""
        if order.fades is not None:
            self._cut(now)
        return 0

    def stop_reduce_contacts(self, name: str, order: Any, number: int, now: int) -> int:
        """Everybody meets as before."""
        self._cut(now)
        return 0

    def _cut(self, now: int) -> None:
        """Of several orders for a setting, the one that leaves least is in force."""
        cuts = self.s.cuts
        cuts["share"], cuts["left"] = 0, 0
        for name, order in self._in_force("reduce_contacts"):
            keep = faded(share(order.compliance), order.fades, now - self.memory[name]["since"])
            for setting, left in order.settings.items():
                if setting in self.world.settings:
                    row = cuts[self.world.settings.index(setting)]
                    rest = round(left * (1 << OPEN_BITS))
                    if row.share == 0 or rest < row.left:
                        row.share, row.left = keep, rest

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
            if meant[row] and self._luck(UPTAKE, row) < share(order.uptake):
                self._queue(name, now, row)
        found: list[int] = []
        while len(found) < room and (one := self._next(name, now, 1)):
            if people["vaccine"][one[0][1]] != self._vaccine(order) and one[0][1] not in found:
                found.append(one[0][1])
        return found

    def _line(self, name: str, order: Any) -> NDArray[np.int64]:
        """Everybody who wants a dose: group after group, within each by keyed luck."""
        if name not in self._lines:
            left = np.ones(len(self.g.persons), dtype=bool)
            luck = bits_array(self.seed, UPTAKE, self.g.persons["id"], 1)
            wants = bits_array(self.seed, UPTAKE, self.g.persons["id"], 0) >> 30 < share(order.uptake)
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
