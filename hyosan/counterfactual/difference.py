"""The difference between a run and the world in which somebody was spared, carried forward tick by tick, by the engine's own rules.

Only those are computed anew whose inputs differ: who is other than in the run, and who is open and near somebody who exerts otherwise. The
rest is on the tape. Exact, or given up: where more than `MOST_SHARE` of the people differ, running on is cheaper.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.counterfactual.near import Near
from hyosan.counterfactual.outcome import Outcome, outcome_now
from hyosan.counterfactual.shadow import Shadow
from hyosan.counterfactual.tape import COLUMN, COMPARED, HEALTH, NOTE, NOTES, RESERVE, Tape
from hyosan.counterfactual.touching import Touch
from hyosan.engine.course import INFECTED, KILLED, SEEDED
from hyosan.engine.plans import P_AT, P_FIRST, P_LAST
from hyosan.engine.run import NOTHING_ON, TIME_OVER, Simulation
from hyosan.engine.state import RING, STILL
from hyosan.results.compare import Difference
from hyosan.rules.exact import INSTANT_BITS
from hyosan.tables import EVENT_KINDS

MOST_SHARE = 0.05
"""Share of the people who may differ, or be computed anew in one tick, before it is given up."""
FEWEST = 200
"""So many may in any case: in a small town running on costs no less (measured on towns of 900 and 2,000)."""
DUE = COLUMN["due_tick"]
EVENT = ("at", "kind", "person", "other", "place", "route", "from_", "to", "cause", "strain")
CARRIED = ("person", "route", "strain", "place", "amount", "start", "end")

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_NOBODY: Ints = np.zeros(0, dtype=np.int64)


class TooManyError(Exception):
    """The difference is too large to be carried forward."""


class Propagated(NamedTuple):
    """What came of it: the ending, the first difference in the events, who differs, and steps of one person computed anew."""

    outcome: Outcome
    difference: Difference | None
    differing: Ints
    rows: Ints
    """What those who differ are at the end, [person, field]."""
    recomputed: int


class Propagation:
    """Carries differences of one run forward, any number of them, one after another.

    `fresh` is a simulation of it that has begun, and is used up; `most` people may differ, or be computed anew in one tick.
    """

    def __init__(self, tape: Tape, fresh: Simulation, most: int | None = None) -> None:
        self.tape, self.shadow, self.near = tape, Shadow(fresh), Near(fresh)
        self.plans, self.week = fresh.plans, int(fresh.book.one[0].week_ticks)
        self.length, self.last_tick, self.stops = fresh.tick_seconds, fresh.ticks, fresh.scenario.time.stop_when_over
        self.ids: Ints = fresh.floor.persons["id"]
        states = fresh.book.states
        self.weight: Bools = states["contact"] + states["air"] > 0
        self.open: Bools = states["open"] > 0
        self.seeding = set((fresh.plans.seeds[:, P_AT] // (fresh.tick_seconds << INSTANT_BITS)).tolist())
        """Ticks in which the scenario infects somebody."""
        self.most = most if most is not None else max(FEWEST, int(MOST_SHARE * len(self.ids)))

    def of(self, touch: Touch) -> Propagated:
        """The world in which somebody is spared. Raises TooManyError: it differs in too many people."""
        one = _One(self, touch)
        for tick in range(touch.first, self.last_tick):
            if not one.over and tick > touch.first and one.is_over(tick):
                one.over = tick
            if one.over and tick >= self.tape.ticks:
                break  # until then, those whom the run infects later come to differ
            one.run(tick)
        return one.ended(one.over, NOTHING_ON) if one.over else one.ended(self.last_tick, TIME_OVER)


class _One:
    """One difference on its way through the ticks."""

    def __init__(self, whole: Propagation, touch: Touch) -> None:
        self.w, self.touch, self.tape, self.near = whole, touch, whole.tape, whole.near
        self.people = whole.shadow.people
        """[person, field]; those who differ are here as they would have been."""
        self.differing = _NOBODY
        self.carried: Any = None
        """What those who were computed anew carry into the tick; None = nothing differs yet."""
        self.stepped = _NOBODY
        self.recomputed = self.over = 0
        """Steps computed anew; the tick at which the other world was over, 0 = not yet."""
        self.first: tuple[int, ...] | None = None
        self.first_there = False

    def run(self, tick: int) -> None:
        """Run a tick for those of whom anything differs."""
        w = self.w
        if tick == self.touch.first or (self.touch.asked.number is None and not self.over):
            self._touch(tick)
        self._seed(tick)
        hour = tick % w.week
        before = self.tape.at(self.differing, 2 * tick)
        same = self._same_but_reserve(before)
        otherwise = self.differing[~same & (w.weight[self.people[self.differing, HEALTH]] | w.weight[before[:, HEALTH]])]
        carried, moved = self._carried_into(tick)
        places = self._touched(otherwise, carried, moved, hour, tick)
        source = np.union1d(otherwise, moved)
        looked = self._looked_at(tick, hour, source, places, same, before)
        if len(looked) > w.most:
            raise TooManyError
        self._put(looked, 2 * tick)
        self.stepped = np.union1d(looked, self.differing) if len(looked) else self.differing
        when = self.people[self.stepped, DUE]
        due = self.stepped[(when >= 0) & (when % RING == tick % RING)]
        if len(looked) or len(due):
            exerting = self._exerting(looked, hour, tick, carried)
            rows, self.carried = w.shadow.step(tick, looked, due, exerting, carried if len(looked) else carried[:0])
            self.recomputed += len(np.union1d(looked, due))
        else:
            rows, self.carried = self.tape.events[-1], carried[:0]
        self._tell(self.tape.of(self.tape.events, tick), rows, self.stepped)
        self._differ(self.stepped, 2 * tick + 1)

    def _touch(self, tick: int) -> None:
        """Spare the person."""
        row = np.array([self.touch.row])
        self._put(row, 2 * tick - 1)
        self.differing = np.union1d(self.differing, row)
        self.touch.keep(self.w.shadow.s, self.w.shadow.g, tick)

    def _seed(self, tick: int) -> None:
        """The scenario infects whom it would, where anybody who differs may be chosen."""
        if tick not in self.w.seeding:
            return
        plans, shadow = self.w.plans, self.w.shadow
        due = plans.seeds[plans.seeds[:, P_AT] // (self.w.length << INSTANT_BITS) == tick]
        rows = np.unique(np.concatenate([plans.rows[one[P_FIRST] : one[P_LAST]] for one in due]))
        if not np.isin(self.differing, rows).any():
            return
        self._put(rows, 2 * tick - 1)
        if self.touch.asked.number is None or (self.touch.asked.seeded and tick == self.touch.first):
            plans = self.touch.unplanned(shadow.s, shadow.g, shadow.b, plans, tick)
        who = np.union1d(rows, self.differing)
        self._tell(self.tape.of(self.tape.events, tick), shadow.seed(plans, tick), who, seeds=True)
        self._differ(who, 2 * tick)

    def _touched(self, otherwise: Ints, carried: Any, moved: Ints, hour: int, tick: int) -> Ints:
        """Places where somebody exerts otherwise than in the run."""
        found = self.near.places_of(otherwise, hour) if len(otherwise) else _NOBODY
        if len(moved) == 0:
            return found
        run = self.tape.of(self.tape.carried, tick)
        places = np.concatenate([rows["place"][np.isin(rows["person"], moved)] for rows in (carried, run)])
        return np.union1d(found, places[places >= 0])

    def _looked_at(self, tick: int, hour: int, source: Ints, places: Ints, same: Bools, before: Ints) -> Ints:
        """Who must be computed anew: near somebody who exerts otherwise, or other than in the run and not to be told from it. All are open."""
        w, mine, fresh = self.w, self.differing, self.tape.of(self.tape.events, tick)
        close = _NOBODY
        if len(source):
            infected = np.unique(fresh["person"][fresh["kind"] == INFECTED])
            at_places = self.near.visitors(places[self.near.exposes[places]], hour)
            close = np.union1d(np.union1d(at_places, self.near.linked_to(source)), infected[self.near.at_any(infected, places)])
        # Whoever differs in the reserve alone spends what they spent, unless they are near, or something happened to them.
        alone = same & ~np.isin(mine, fresh["person"]) if len(fresh) else same
        alone = alone & ~np.isin(mine, close) if len(close) else alone
        who = mine[alone]
        left = self.people[who, RESERVE] - before[alone, RESERVE] + self.tape.at(who, 2 * tick + 1)[:, RESERVE]
        self.people[who[left > 0], RESERVE] = left[left > 0]
        others = np.concatenate([mine[~alone], who[left <= 0]])
        others = np.sort(others[w.open[self.people[others, HEALTH]]])
        if len(close) == 0:
            return others
        close = close[~np.isin(close, mine)]
        return np.union1d(close[w.open[self.tape.health(close, 2 * tick)]], others)

    def _exerting(self, looked: Ints, hour: int, tick: int, carried: Any) -> Ints:
        """Everybody who exerts where those looked at are, or carried something over, put into the shadow."""
        if len(looked) == 0:
            return _NOBODY
        carrying = np.unique(carried["person"])
        run = self.tape.of(self.tape.infectious, tick)
        some = np.union1d(run, self.differing)
        some = some[self.near.at_any(some, self.near.places_of(looked, hour)) | np.isin(some, self.near.linked_to(looked))]
        some = np.union1d(some, carrying)
        self._put(np.setdiff1d(some, looked, assume_unique=True), 2 * tick)
        found: Ints = some[self.w.weight[self.people[some, HEALTH]]]
        return found

    def _carried_into(self, tick: int) -> tuple[Any, Ints]:
        """What is carried into a tick, and those of whom it is not what it was in the run."""
        run = self.tape.of(self.tape.carried, tick)
        if self.carried is None or (len(run) == 0 and len(self.carried) == 0):
            return run, _NOBODY
        ours = np.isin(run["person"], self.stepped)
        then, now = ({tuple(int(row[name]) for name in CARRIED) for row in rows} for rows in (run[ours], self.carried))
        return np.concatenate([run[~ours], self.carried]), np.array(sorted({row[0] for row in then ^ now}), dtype=np.int64)

    def _put(self, who: Ints, key: int) -> None:
        """Put people into the shadow as they are on the tape, but for those who differ."""
        others = who[~np.isin(who, self.differing)]
        if len(others):
            self.w.shadow.put(others, self.tape.at(others, key))

    def _same_but_reserve(self, run: Ints, who: Ints | None = None) -> Bools:
        """Of those who may differ: who does in the reserve at most."""
        mine = self.people[self.differing if who is None else who]
        found: Bools = (mine[:, COMPARED] == run[:, COMPARED]).all(axis=1) & ((mine[:, NOTE] ^ run[:, NOTE]) & NOTES == 0)
        return found

    def _differ(self, who: Ints, key: int) -> None:
        """Those of `who`, everybody who may differ, who are not as on the tape."""
        run = self.tape.at(who, key)
        self.differing = who[~(self._same_but_reserve(run, who) & (self.people[who, RESERVE] == run[:, RESERVE]))]
        if len(self.differing) > self.w.most:
            raise TooManyError

    def _tell(self, run: Any, rows: Any, who: Ints, seeds: bool = False) -> None:
        """Note the first event that one of the worlds has and the other has not."""
        if len(run) == 0 and len(rows) == 0:
            return
        kind = run["kind"]
        run = run[np.isin(run["person"], who) & (kind == SEEDED if seeds else (kind > SEEDED) & (kind <= KILLED))]
        then, now = ({tuple(int(row[name]) for name in EVENT) for row in some} for some in (run, rows))
        for row in then ^ now:
            key = (row[0], int(self.w.ids[row[2]]), *row[1:])
            if self.first is None or key < self.first:
                self.first, self.first_there = key, row in now

    def is_over(self, tick: int) -> bool:
        """As `Simulation.is_over`, from the counts of the run and those who differ."""
        tape = self.tape
        if not self.w.stops or not (len(self.w.ids) < 20_000 or tick % 24 == 0) or tape.of(tape.waiting, tick):
            return False
        run = _acting(tape.at(self.differing, 2 * tick - 1))
        return len(self._carried_into(tick)[0]) == 0 and tape.of(tape.acting, tick) - run + _acting(self.people[self.differing]) == 0

    def ended(self, tick: int, why: str) -> Propagated:
        """The ending: that of the run, with those in their places who differ."""
        sim, who, people = self.tape.sim, self.differing, self.tape.people
        mine, kept = self.people[who], (people[who], sim.tick, sim.why)
        people[who], sim.tick, sim.why = mine, tick, why
        found = outcome_now(sim)
        people[who], sim.tick, sim.why = kept
        return Propagated(found, self._first_difference(), who, mine, self.recomputed)

    def _first_difference(self) -> Difference | None:
        if self.first is None:
            return None
        at, person, kind, _, other = self.first[:5]
        second = at >> INSTANT_BITS
        row = {"second": second, "person": person, "kind": tuple(EVENT_KINDS)[kind], "other": int(self.w.ids[other]) if other >= 0 else -1}
        return Difference(second, "events", *((None, row) if self.first_there else (row, None)))


def _acting(people: Ints) -> int:
    return int(((people[:, COLUMN["activity"]] <= STILL) & (people[:, COLUMN["next_out"]] >= 0)).sum())
