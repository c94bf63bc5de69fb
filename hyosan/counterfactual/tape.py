"""`Tape`: a run, run again with everybody's state kept tick by tick, so that any person can be looked up as they were.

A state is kept when it changes; what exposure spends of reserves is kept for everybody after each tick. Keys are 2 tick when people meet
(after the scenario's seeds), 2 tick + 1 at the end of the tick.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.counterfactual.history import History
from hyosan.counterfactual.outcome import outcome_now, outcome_of
from hyosan.counterfactual.rules import Rules, by_the_clock
from hyosan.counterfactual.sets import NOBODY, Ints
from hyosan.engine.plans import P_AT
from hyosan.engine.rulebook import DOES
from hyosan.engine.run import Simulation
from hyosan.engine.state import C_CARRIED, C_EVENTS, C_INFECTIOUS, F_APART, F_LISTED, PEOPLE, State
from hyosan.errors import SelfCheckError
from hyosan.rules.exact import INSTANT_BITS

FIELDS = (
    "health", "activity", "place", "since", "host", "episode", "luck", "strain", "past", "vaccine", "doses", "dosed_at", "next_at", "next_out",
    "infectiousness", "infector", "infected_at", "died_at", "death", "dead_from", "due_tick", "obeys", "kill_reserve",
)  # fmt: skip
"""What a person is, but for the reserve and the places in lists of the engine."""
COLUMN = {name: k for k, name in enumerate(PEOPLE)}
"""Where a field of a person stands in a row of integers."""
COMPARED = [COLUMN[name] for name in FIELDS]
NOTE, HEALTH = COLUMN["notes"], COLUMN["health"]
RESERVE = -1
"""Rows of people end with the reserve, which the engine keeps apart."""
NOTES = F_APART | F_LISTED
"""Notes that decide something without orders."""
MOST_BYTES = 1 << 29
"""Memory that reserves by tick may take."""


def columns_of(people: Any) -> Ints:
    """People as rows of integers, [person, field], without the reserve; the same memory."""
    found: Ints = people.view(np.int64).reshape(len(people), people.dtype.itemsize // 8)
    return found


def rows_of(s: State, who: Ints) -> Ints:
    """What people are, [person, field], the reserve last. Rows are copied many times faster than records."""
    return np.column_stack([columns_of(s.people)[who], s.reserves[who]])


def unfit(sim: Simulation) -> str:
    """Why the difference cannot be propagated in a simulation; empty if it can."""
    one, states, scenario, plans = sim.book.one[0], sim.book.states, sim.scenario, sim.plans
    reasons = (
        (one.has_bites, "people fight and flee in this scenario"),
        (not by_the_clock(sim.response) or bool(sim.policies), "orders follow what is known, which the difference changes, or choose people"),
        (bool(scenario.injects or scenario.noises or scenario.fires), "the scenario has injects, noises or fires"),
        (len(sim.book.care) > 0, "beds are limited"),
        (len(plans.cases) > 0, "the past is that of a line list"),
        (bool(np.isin(states["does"], (0, DOES.index("still")), invert=True).any()), "some states make people flee, hide or pursue"),
        (bool((states["ward_end"] > states["ward_start"]).any()), "the ill lie in wards"),
        (bool(one.contact_link > 0) and bool((states["does"] > 0).any()), "people of a network leave their routine"),
        (bool((sim.floor.persons["kept"] >= 0).any()), "some people are locked in"),
        ((sim.ticks + 1) * sim.world.people * 8 > MOST_BYTES, "the run is too large to keep tick by tick"),
    )
    return next((why for holds, why in reasons if holds), "")


class _Listening:
    """The loops of a device, and a look at the state when people meet."""

    def __init__(self, loops: Any, look: Any) -> None:
        self.choose, self.follow, self.exert, self.resolve, self.expose = loops.choose, loops.follow, loops.exert, loops.resolve, loops.expose
        self._add_up, self._look = loops.add_up, look

    def add_up(self, s: Any, g: Any, b: Any) -> None:
        """Fields are made; nobody has been exposed yet."""
        self._look()
        self._add_up(s, g, b)


class Tape:
    """Everybody's state by tick, of a run of one stage. `sim` is as it was at the end."""

    def __init__(self, history: History) -> None:
        """Run it. Raises SelfCheckError: it does not come out as the run did."""
        staged = history.course(history.stages, Nowhere(), None)
        self.sim = sim = staged.sim
        self.rules = Rules(history.course(history.stages, Nowhere(), None) if sim.response.orders else staged, sim.ticks)
        """What its orders have in force."""
        loops, hear = sim.device, sim.publisher.listener
        sim.device = _Listening(loops, self._meet)
        sim.publisher.listener = lambda rows, now, end: self._note(rows) or hear(rows, now, end)  # type: ignore[func-returns-value]
        self.first = rows_of(sim.state, np.arange(len(sim.state.people)))
        self.people = columns_of(sim.state.people)
        self._rows: list[Ints] = []
        self._keys: list[Ints] = []
        self._states: list[Ints] = []
        self.reserves: Ints = np.empty((max(1, sim.ticks), len(self.people)), dtype=np.int64)
        """[tick, person] after each tick; what is not reached is never really taken."""
        self.carried: list[Any] = []
        """[tick] what is carried into it; like those that follow with a last entry for what comes after the end."""
        self.infectious: list[Ints] = []
        """[tick] who exerts when people meet."""
        self.events: list[Any] = []
        """[tick] rows of events."""
        self.acting: list[int] = []
        """[tick] people whose state will still change."""
        self.waiting: list[bool] = []
        """[tick] whether the scenario still infects somebody."""
        while not staged.sim.is_over():
            s, begin = sim.state, sim.tick * (sim.tick_seconds << INSTANT_BITS)
            self.carried.append(s.carried[: s.count[C_CARRIED]].copy())
            self.acting.append(sim.quantity("active") - int(s.count[C_CARRIED]))
            self.waiting.append(bool((sim.plans.seeds[:, P_AT] >= begin).any()))
            self._fresh, self._met = s.events[:0], False
            self.infectious.append(NOBODY)
            sim.advance()
            self.events.append(self._fresh)
            # In a quiet tick nobody meets: whoever the scenario infected is as they were when people would have met.
            self._keep(2 * (sim.tick - 1) + self._met, self._fresh)
            self.reserves[sim.tick - 1] = s.reserves
        self.ticks = sim.tick
        self.acting.append(sim.quantity("active") - int(sim.state.count[C_CARRIED]))
        self.waiting.append(False)
        self.carried.append(sim.state.carried[: sim.state.count[C_CARRIED]].copy())
        self.events.append(sim.state.events[:0])
        self.infectious.append(NOBODY)
        sim.finish()
        sim.device, sim.publisher.listener = loops, hear
        if outcome_now(sim).to_json() != outcome_of(history.run).to_json():
            raise SelfCheckError("the run, run again, does not come out the same. This is a bug in hyosan; see `hyosan rerun`.")
        self._sort()

    def _meet(self) -> None:
        self._met = True
        self.infectious[-1] = self.sim.state.infectious[: self.sim.state.count[C_INFECTIOUS]].copy()
        self._keep(2 * self.sim.tick, self.sim.state.events[: self.sim.state.count[C_EVENTS]])

    def _note(self, rows: Any) -> None:
        if rows is not None:
            self._fresh = rows

    def _keep(self, key: int, rows: Any) -> None:
        """Keep those who changed; in the first tick everybody who is not as at the start, since immunity leaves no event."""
        who = np.unique(rows["person"])
        if key <= 1:
            who = np.union1d(who, np.flatnonzero((self.people[:, COMPARED] != self.first[:, COMPARED]).any(axis=1)))
        who = who[who >= 0]
        if len(who):
            self._rows.append(who)
            self._keys.append(np.full(len(who), key, dtype=np.int64))
            self._states.append(rows_of(self.sim.state, who))

    def _sort(self) -> None:
        self._span = 2 * self.ticks + 4
        if not self._rows:
            self.records, self._order = self.first[:0], np.zeros(0, dtype=np.int64)
            return
        position = np.concatenate(self._rows) * self._span + np.concatenate(self._keys)
        order = np.argsort(position, kind="stable")
        self.records, self._order = np.concatenate(self._states)[order], position[order]

    def at(self, who: Ints, key: int) -> Ints:
        """What people (rows) were as of a key, [person, field]; beyond the end they stay as they were."""
        found, known, key = self._found(who, key)
        records = self.first[who]
        records[known] = self.records[found[known]]
        tick = key // 2 - (key % 2 == 0)
        if tick >= 0 and self.ticks:
            kept = self.reserves[min(tick, self.ticks - 1)][who]
            if key % 2 == 0:  # those whom the scenario infected in this very tick have a fresh one
                fresh = known & (self._order[found] % self._span == key) if len(self._order) else known
                kept[fresh] = records[fresh, RESERVE]
            records[:, RESERVE] = kept
        return records

    def health(self, who: Ints, key: int) -> Ints:
        """The states of people as of a key."""
        found, known, _ = self._found(who, key)
        states: Ints = self.first[who, HEALTH]
        states[known] = self.records[found[known], HEALTH]
        return states

    def next_change(self, who: Ints, tick: int) -> Ints:
        """The first tick after one in which people change in more than the reserve; -1 = none."""
        found = np.searchsorted(self._order, who * self._span + 2 * tick + 2)
        there = found < len(self._order)
        keys = self._order[np.minimum(found, len(self._order) - 1)] if len(self._order) else who * self._span
        there &= keys // self._span == who
        return np.where(there, keys % self._span // 2, -1)

    def _found(self, who: Ints, key: int) -> tuple[Ints, NDArray[np.bool_], int]:
        key = min(key, self._span - 2)
        found = np.searchsorted(self._order, who * self._span + key, side="right") - 1
        if len(self._order) == 0:
            return found, np.zeros(len(who), dtype=bool), key
        return found, (found >= 0) & (self._order[np.maximum(found, 0)] // self._span == who), key

    def of(self, rows: Sequence[Any], tick: int) -> Any:
        """What a list by tick holds for a tick; beyond the end nothing happens any more."""
        return rows[min(tick, self.ticks)]


class Nowhere:
    """Rows that the run has already."""

    def append(self, table: str, columns: Any) -> None:
        """Drop them."""
