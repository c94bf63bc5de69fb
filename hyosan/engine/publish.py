"""What is made known after each tick: rows of events in canonical order, what the authorities notice, and the hourly series.

Events go out in order of their exact times, then person id, then kind, an hour's worth at a time. A contact may be dated into the tick
before (what was exerted there counts late), so the rows of the last tick wait. Rows are sorted and handed to the sink behind the ticks
(`engine/behind.py`). Nothing here changes the state.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hyosan.engine import effects
from hyosan.engine.authorities import Authorities
from hyosan.engine.behind import Behind
from hyosan.engine.compile import Names
from hyosan.engine.course import CALLED, INFECTED, KILLED, MOVED, NOTICED, PROGRESSED, SEEDED
from hyosan.engine.rulebook import CLASSES, Floor, Rulebook
from hyosan.engine.state import C_EVENTS, EVENTS, State
from hyosan.luck import MISREAD, NOTICE, bits
from hyosan.rules.exact import INSTANT_BITS
from hyosan.scenario.behaviour import OPTIONS
from hyosan.tables import EVENT_KINDS, LEFT_ALONE
from hyosan.world.frame import World

HOUR = 3600
ROUTES = ("", "contact", "bite", "air")
TRUTH = (*CLASSES, "infected", "killed", "quarantined", "left_city")
"""Quantities of the true view, in the order of `effects.count_zones`."""
KNOWN = (
    "reported_infected", "reported_turned", "reported_dead", "quarantined", "calls_waiting", "zones_marked",
    "confined", "contacts_found", "tests_done", "tests_positive", "reported_cases",
    "incubation_low_minutes", "incubation_median_minutes", "incubation_high_minutes",
)  # fmt: skip
"""Quantities of the known view of the whole city. From `confined` on they are written only once they are not 0."""
ALWAYS = 6
BY_ZONE = "reported_cases"
"""The quantity of the known view that stands by zone too: belief beside truth."""


class Sink(Protocol):
    """Where rows go: a run folder's writer, or lists in memory."""

    def append(self, table: str, columns: dict[str, Any]) -> None:
        """Add rows to a table."""


class Publisher:
    """Turns what a tick did into rows and knowledge."""

    def __init__(self, s: State, g: Floor, b: Rulebook, names: Names, world: World, authorities: Authorities, sink: Sink, coded: Any) -> None:
        self.s, self.g, self.b, self.names, self.world, self.authorities, self.sink, self.coded = s, g, b, names, world, authorities, sink, coded
        self.seconds = int(b.one[0].tick_seconds)
        self.length = self.seconds << INSTANT_BITS
        self.waiting: list[Any] = []
        self.behind = Behind()
        self.every = max(1, HOUR // self.seconds)
        self.notices: list[tuple[int, int, int, int, int, int]] = []
        self.before = np.full((len(world.zones) + 1, len(TRUTH)), -1, dtype=np.int64)
        self.heard_before = np.zeros(len(world.zones), dtype=np.int64)
        self.known_before = [-1] * ALWAYS + [0] * (len(KNOWN) - ALWAYS)
        self.estimates, self._estimated_on = False, -1
        self.listener: Callable[[Any, int, int], list[tuple[int, ...]]] = lambda rows, now, end: []
        self.counts = np.zeros_like(self.before)
        effects.zones_at_start(s, g, b, self.counts)
        self._causes = (*names.seeds, *OPTIONS, LEFT_ALONE)
        self._marks = (*names.states, *world.kinds)
        self._states = [{name: int(row[name]) for name in ("kind", "period_known", "misread", "taken_for")} for row in b.states]
        self._noticing = bool((b.states["notice_share"] > 0).any())

    def publish(self, tick: int) -> None:
        """Take the events of a tick; send on those that no later one can precede."""
        count, fresh = int(self.s.count[C_EVENTS]), None
        if count:
            fresh = self.s.events[:count].view(np.ndarray).copy()
            self.s.count[C_EVENTS] = 0
            self.waiting.append(fresh)
            if self._noticing:
                self._plan_notices(fresh)
            self._calls(fresh)
        further = self._notice((tick + 1) * self.length) + self.listener(fresh, tick * self.seconds, (tick + 1) * self.seconds)
        if further:
            self.waiting.append(np.array(further, dtype=self.s.events.dtype))
        if self.waiting and tick % self.every == 0:
            self._send(tick * self.length)

    def finish(self) -> None:
        """Send all that waits, and wait until it has been taken."""
        self._send(1 << 62)
        self.behind.wait()

    def _send(self, before: int) -> None:
        rows = self._waiting_rows()
        ready = rows["at"] < before
        rest = rows[~ready]
        self.waiting = [rest] if len(rest) else []
        if ready.any():
            self.behind.do(lambda: self._hand_on(rows[ready]))

    def _hand_on(self, rows: Any) -> None:
        """Give rows of events to the sink, in canonical order."""
        order = np.lexsort((rows["place"], rows["kind"], self._ids(rows["person"]), rows["at"]))
        self.sink.append("events", self._columns({name: rows[name][order] for name in EVENTS}))

    def _waiting_rows(self) -> Any:
        return np.concatenate([self.s.events[:0], *self.waiting])

    def _ids(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        ids = self.g.persons["id"]
        found: NDArray[np.int64] = np.where(rows >= 0, ids[np.maximum(rows, 0)], -1)
        return found

    def _columns(self, rows: dict[str, NDArray[np.int64]]) -> dict[str, Any]:
        grounds, place = self.g.grounds, rows["place"]
        moved = (rows["kind"] >= MOVED) & (rows["kind"] < MOVED + 3)
        offset = np.where(moved, len(self.names.states), 0)
        cause = np.where(rows["cause"] <= -2, len(self.names.seeds) - 2 - rows["cause"], rows["cause"])
        code = self.coded
        return {
            "second": rows["at"] >> INSTANT_BITS,
            "kind": code(rows["kind"], tuple(EVENT_KINDS)),
            "person": self._ids(rows["person"]),
            "other": self._ids(rows["other"]),
            "place": grounds["id"][place],
            "place_kind": code(grounds["kind"][place], self.world.kinds),
            "zone": code(grounds["zone"][place], self.world.zones),
            "route": code(rows["route"], ROUTES),
            "strain": rows["strain"].astype(np.int16),
            "from": code(np.where(rows["from_"] >= 0, rows["from_"] + offset, -1), self._marks),
            "to": code(np.where(rows["to"] >= 0, rows["to"] + offset, -1), self._marks),
            "cause": code(cause, self._causes),
        }

    def _plan_notices(self, rows: Any) -> None:
        """Who entered a state that is noticed, and when that comes to the authorities."""
        kind = rows["kind"]
        entered = np.flatnonzero(((kind == SEEDED) | (kind == INFECTED) | (kind == PROGRESSED) | (kind == KILLED)) & (rows["to"] >= 0))
        entered = entered[self.b.states["notice_share"][rows["to"][entered]] > 0]
        if len(entered) == 0:
            return
        person, state, at, place = (rows[name][entered] for name in ("person", "to", "at", "place"))
        delays = np.zeros(len(entered), dtype=np.int64)
        effects.notice_delays(self.s, self.g, self.b, person, state, delays)
        exposed = np.where(kind[entered] == PROGRESSED, self.s.people["infected_at"][person] >> INSTANT_BITS, -1)
        seen = delays >= 0
        columns = (at + delays, person, state, self.g.grounds["zone"][place], exposed, at >> INSTANT_BITS)
        for when, who, what, zone, first, onset in zip(*(column[seen].tolist() for column in columns), strict=True):
            heapq.heappush(self.notices, (when, who, what, zone, first if self._period_is_known(who, what) else -1, onset))

    def _period_is_known(self, person: int, state: int) -> bool:
        """Whether those who notice a person also learn when they were infected."""
        known = self._states[state]["period_known"]
        return known > 0 and bits(int(self.b.one[0].seed), NOTICE, int(self.g.persons["id"][person]), 1000 + state, 0) >> 30 < known

    def _notice(self, end: int) -> list[tuple[int, ...]]:
        """The authorities learn what has come to them by now; gives rows of events."""
        rows: list[tuple[int, ...]] = []
        while self.notices and self.notices[0][0] <= end:
            at, person, state, zone, exposed, onset = heapq.heappop(self.notices)
            row, seen = self._states[state], state
            if row["taken_for"] >= 0 and bits(int(self.b.one[0].seed), MISREAD, int(self.g.persons["id"][person]), state, 0) >> 30 < row["misread"]:
                seen = row["taken_for"]
            episode = int(self.s.people["episode"][person])
            if not self.authorities.notice(at >> INSTANT_BITS, zone, CLASSES[self._states[seen]["kind"]], exposed, onset, person, episode):
                continue
            place = int(self.s.people["place"][person])
            place = place if place >= 0 else int(self.g.persons["home"][person])
            rows.append((at, NOTICED, person, -1, place, 0, state, seen, 0, int(self.s.people["strain"][person])))
        return rows

    def _calls(self, rows: Any) -> None:
        for k in np.flatnonzero(rows["kind"] == CALLED):
            person = int(rows["person"][k])
            self.authorities.works.call(int(rows["at"][k]) >> INSTANT_BITS, int(self.g.persons["id"][person]), person)

    def series(self, tick: int) -> None:
        """Write what changed since the last time, by zone and for the whole city, truth and known."""
        effects.count_zones(self.s, self.g, self.b, self.counts)
        now = self.counts.copy()
        zone, quantity = np.nonzero(now != self.before)
        reported, works = self.authorities.main.reported, self.authorities.works
        known = [
            reported["infected"], reported["turned"], reported["dead"], works.held, len(works.calls), sum(works.marked),
            works.confined, len(works.contacts), works.tests_done, works.tests_positive, sum(self.authorities.main.by_zone), *self._estimated(tick),
        ]  # fmt: skip
        changed = [j for j, value in enumerate(known) if value != self.known_before[j]]
        heard = np.array(self.authorities.main.by_zone, dtype=np.int64)
        told = np.flatnonzero(heard != self.heard_before)
        rows = len(zone) + len(changed) + len(told)
        if rows == 0:
            return
        city, names = len(self.world.zones), (*TRUTH, *(q for q in KNOWN if q not in TRUTH))
        columns = {
            "second": np.full(rows, (tick + 1) * self.seconds, dtype=np.int64),
            "zone": self.coded(np.concatenate([zone, np.full(len(changed), city), told]), (*self.world.zones, "all")),
            "view": self.coded(np.concatenate([np.zeros(len(zone), dtype=int), np.ones(len(changed) + len(told), dtype=int)]), ("truth", "known")),
            "quantity": self.coded(
                np.concatenate([quantity, [names.index(KNOWN[j]) for j in changed], np.full(len(told), names.index(BY_ZONE))]).astype(int), names
            ),
            "value": np.concatenate([now[zone, quantity], [known[j] for j in changed], heard[told]]).astype(np.int64),
        }
        self.behind.do(lambda: self.sink.append("series", columns))
        self.before, self.known_before, self.heard_before = now, known, heard

    def _estimated(self, tick: int) -> list[int]:
        """The estimate of the median incubation period once a day, where orders go by one: low, middle, high in minutes; before, as last written."""
        now = (tick + 1) * self.seconds
        if not self.estimates or now // 86_400 == self._estimated_on:
            return self.known_before[-3:]
        self._estimated_on = now // 86_400
        found = self.authorities.main.incubation(now)
        if found is None:
            return self.known_before[-3:]
        median = found.quantile_minutes(0.5)
        return [median.low, median.estimate, median.high]

    def to_arrays(self) -> dict[str, NDArray[np.int64]]:
        """What waits and what was last written, for a checkpoint; all rows sent before have been taken."""
        self.behind.wait()
        rows = self._waiting_rows()
        waiting = {f"waiting/{name}": rows[name] for name in EVENTS}
        if late := int(self.s.count[C_EVENTS]):  # logged while a tick was published: taken with the next one
            waiting |= {f"late/{name}": self.s.events[name][:late].copy() for name in EVENTS}
        notices = np.array(sorted(self.notices), dtype=np.int64).reshape(-1, 6)
        return {
            **waiting,
            "notices": notices,
            "before": self.before,
            "counts": self.counts,
            "heard_before": self.heard_before,
            "known_before": np.array([*self.known_before, self._estimated_on], dtype=np.int64),
        }

    def restore(self, arrays: dict[str, NDArray[np.int64]]) -> None:
        """Take over what a checkpoint kept."""
        rows = np.zeros(len(arrays["waiting/at"]), dtype=self.s.events.dtype)
        for name in EVENTS:
            rows[name] = arrays[f"waiting/{name}"]
        self.waiting = [rows] if len(rows) else []
        for name in EVENTS if "late/at" in arrays else ():
            self.s.events[name][: len(arrays["late/at"])] = arrays[f"late/{name}"]
        self.notices = [tuple(int(x) for x in row) for row in arrays["notices"]]  # type: ignore[misc]
        self.before = arrays["before"].copy()
        self.counts = arrays["counts"].copy()
        self.heard_before = arrays["heard_before"].copy()
        *self.known_before, self._estimated_on = [int(x) for x in arrays["known_before"]]
