"""What medical measures do with cases: known cases and contacts keep to themselves, are traced and tested; contacts are reduced.

Orders choose by names that came to be known (`Knowledge.cases`, contacts whom cases name, people who come for a test), never by health.
Where the state is looked at, it is what a person shows or tells: who comes ill, what a test finds, whom a case met. Vaccines, treatment and
beds are in `response_care.py`.
"""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from hyosan.engine.compile_laws import share
from hyosan.engine.confinement import Confinement
from hyosan.engine.course import CONFINED, TESTED
from hyosan.engine.crews import DAY, Tools
from hyosan.engine.fading import faded
from hyosan.engine.meetings import LINKS, Meetings, by_setting
from hyosan.engine.release import hold, open_books, results, sampled, time_is_over
from hyosan.engine.response_cases import CaseCrew
from hyosan.engine.rulebook import CLASSES, DEAD
from hyosan.engine.state import HELD
from hyosan.luck import APP, NAMED, SWAB, bits_array
from hyosan.rules.exact import INSTANT_BITS
from hyosan.rules.transmit import OPEN_BITS

ILL = CLASSES.index("ill")
WHOLE = 1 << 32
"""A share of 1."""


class Medical(CaseCrew):
    """Carries out orders about cases and contacts."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self.confinement = Confinement(self.s, self.g)
        self.meetings = Meetings(self.s, self.g, self.world)

    def begin_tick(self, now: int) -> None:
        """Whose time is over goes free."""
        self.confinement.let_go(now)
        self.meetings.forget()
        self.works.confined = len(self.confinement)

    # at home, apart, tested --------------------------------------------------------------------------------------------------------

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
            if order.app and self._trait(APP, case.row) < share(order.app):
                whole = dict.fromkeys(self._settings_of(order), WHOLE)
                found += [j for j in self.meetings.of(case.row, whole, order.most) if self._trait(APP, j) < share(order.app)]
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
        episode, shares = int(self.s.people["episode"][row]), {setting: share(part) for setting, part in self._settings_of(order).items()}
        met = self.meetings.of(row, shares, order.most)
        return {j for j, part in met.items() if self._luck(NAMED, row, self._id(j), episode) < part}

    def _settings_of(self, order: Any) -> dict[str, float]:
        links = {LINKS: order.names[LINKS]} if LINKS in order.names else {}
        return by_setting(order.names, self.world.settings) | links

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
            for setting, left in by_setting(order.settings, self.world.settings).items():
                row = cuts[self.world.settings.index(setting)]
                rest = round(left * (1 << OPEN_BITS))
                if row.share == 0 or rest < row.left:
                    row.share, row.left = keep, rest
