"""The difference between a run and a world in which somebody was spared, or other rules hold, carried forward tick by tick by the engine's own rules.

Only those are computed anew whose inputs differ: who is other than in the run, who is open and near somebody who exerts otherwise, and who is
where other rules hold and anybody exerts. The rest is on the tape. Exact, or given up: where more than `MOST_SHARE` of the people differ,
running on is cheaper.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hyosan.counterfactual.near import Near
from hyosan.counterfactual.outcome import Outcome, outcome_with
from hyosan.counterfactual.rules import Rules
from hyosan.counterfactual.sets import NOBODY, Bools, Ints, only, union, within
from hyosan.counterfactual.shadow import Shadow
from hyosan.counterfactual.tape import COLUMN, COMPARED, HEALTH, NOTE, NOTES, RESERVE, Tape, rows_of
from hyosan.counterfactual.touching import Touch
from hyosan.engine.course import INFECTED, KILLED, SEEDED
from hyosan.engine.plans import P_AT, P_FIRST, P_LAST
from hyosan.engine.run import NOTHING_ON, TIME_OVER, Simulation
from hyosan.engine.state import RING, STILL
from hyosan.results.compare import Difference
from hyosan.rules.exact import FULL, INSTANT_BITS
from hyosan.tables import EVENT_KINDS

MOST_SHARE = 0.05
"""Share of the people who may differ, or be computed anew in one tick, before it is given up."""
FEWEST = 200
"""So many may in any case: in a small town running on costs no less (measured on towns of 900 and 2,000)."""
AHEAD = 32
"""Ticks that are looked ahead of those who differ in the reserve alone."""
DUE = COLUMN["due_tick"]
EVENT = ("at", "kind", "person", "other", "place", "route", "from_", "to", "cause", "strain")
CARRIED = ("person", "route", "strain", "place", "amount", "start", "end")
ALIKE, LIVE, WAITING, STILL_OTHER = range(4)
"""How somebody stands: as in the run; other, and computed anew; other in the reserve alone, and spending what they spent in the run, so that
nothing need be done until they would be infected or changed; other, and nothing more will change of them in either world."""


class GivenUpError(Exception):
    """A difference cannot be carried forward, or is too large to be; says why."""


class Propagated(NamedTuple):
    """What came of it: the ending, the first difference in the events, who differs, and steps of one person computed anew."""

    outcome: Outcome
    difference: Difference | None
    differing: Ints
    rows: Ints
    """What those who differ are at the end, [person, field]."""
    recomputed: int


class Other(NamedTuple):
    """A world whose rules are other than the run's from a tick on."""

    first: int
    sim: Simulation | None
    """A simulation of it that has begun, where numbers of the scenario differ: then other rules hold everywhere. None = only orders differ."""
    rules: Rules
    decided: Difference | None
    """Where the orders of the two first differ."""


class Propagation:
    """Carries differences of one run forward, any number of them, one after another.

    `fresh` is a simulation of it that has begun, and is used up; `most` people may differ, or be computed anew in one tick.
    """

    def __init__(self, tape: Tape, fresh: Simulation, here: Outcome, most: int | None = None) -> None:
        self.tape, self.shadow, self.near, self.here = tape, Shadow(fresh), Near(fresh), here
        self.plans, self.week = fresh.plans, int(fresh.book.one[0].week_ticks)
        self.length, self.last_tick, self.stops = fresh.tick_seconds, fresh.ticks, fresh.scenario.time.stop_when_over
        self.ids: Ints = fresh.floor.persons["id"]
        states = fresh.book.states
        self.weight: Bools = states["contact"] + states["air"] > 0
        self.open: Bools = states["open"] > 0
        self.seeding = set((fresh.plans.seeds[:, P_AT] // (fresh.tick_seconds << INSTANT_BITS)).tolist())
        """Ticks in which the scenario infects somebody."""
        self.most = most if most is not None else max(FEWEST, int(MOST_SHARE * len(self.ids)))
        self.standing = np.zeros(len(self.ids), dtype=np.int8)
        """[person] how they stand in the difference that is carried forward now."""
        self.more = np.zeros(len(self.ids), dtype=np.int64)
        """[person] of those who wait: their reserve, less that in the run."""
        self.wakes = np.zeros(len(self.ids), dtype=np.int64)
        """[person] of those who wait: the tick in which they are looked at again."""

    def too_many(self) -> GivenUpError:
        """What is raised where it is given up."""
        return GivenUpError(f"more than {self.most:,} people would differ")

    def of(self, touch: Touch) -> Propagated:
        """The world in which somebody is spared. Raises GivenUpError: it differs in too many people."""
        return self._carry(_One(self, touch.first, touch=touch))

    def under(self, other: Other) -> Propagated:
        """The world in which other rules hold. Raises GivenUpError: it differs in too many people."""
        return self._carry(_One(self, other.first, other=other))

    def _carry(self, one: _One) -> Propagated:
        try:
            for tick in range(one.begin, self.last_tick):
                if not one.over and tick > one.begin and one.is_over(tick):
                    one.over = tick
                if one.over and tick >= self.tape.ticks:
                    break  # until then, those whom the run infects later come to differ
                one.run(tick)
            return one.ended()
        finally:
            self.standing[one.known] = ALIKE


class _One:
    """One difference on its way through the ticks."""

    def __init__(self, whole: Propagation, begin: int, touch: Touch | None = None, other: Other | None = None) -> None:
        self.w, self.begin, self.touch, self.other, self.tape, self.near = whole, begin, touch, other, whole.tape, whole.near
        self.rules = other.rules if other is not None else whole.tape.rules
        self.everywhere = other is not None and other.sim is not None
        self.shadow = Shadow(other.sim) if other is not None and other.sim is not None else whole.shadow
        self.never = touch.row if touch is not None and touch.asked.number is None else -1
        """Who is never infected; -1 = nobody in particular."""
        self.people = self.shadow.people
        """[person, field]; those who differ, and do not wait, are here as they would have been."""
        self.live = NOBODY
        self.known = NOBODY
        """Everybody who has differed so far."""
        self.calendar: dict[int, list[Ints]] = {}
        self.carried: Any = None
        """What those who were computed anew carry into the tick; None = nothing differs yet."""
        self.stepped = NOBODY
        self.recomputed = self.over = 0
        """Steps computed anew; the tick at which the other world was over, 0 = not yet."""
        self.first: tuple[int, ...] | None = None
        self.first_there, self.found_in = False, 0

    def run(self, tick: int) -> None:
        """Run a tick for those of whom anything differs."""
        w, fresh = self.w, self.tape.of(self.tape.events, tick)
        self.shadow.held = self.rules.put(self.shadow.s, tick, self.shadow.held)
        anew = self._wake(tick) or tick == self.begin
        apart = self._apart(tick)
        if tick == self.begin and self.touch is not None:
            self._touch(self.touch, tick)
        if len(w.plans.doses) and len(self.live):
            self.shadow.vaccinate(w.plans, self.live, tick)
        if tick in w.seeding:
            self._seed(tick)
        if apart is not None:
            self._follow(fresh, apart, tick)
        if len(self.live) == 0 and len(self.stepped) == 0 and apart is None:
            return
        hour = tick % w.week
        otherwise = self.live[w.weight[self.people[self.live, HEALTH]] | w.weight[self.tape.health(self.live, 2 * tick)]]
        if len(otherwise):
            otherwise = otherwise[~self._same_but_reserve(otherwise, self.tape.at(otherwise, 2 * tick))]
        carried, moved = self._carried_into(tick)
        some = NOBODY
        if apart is not None:
            exerting, some = self._under_other_rules(apart, carried, hour, tick)
            otherwise = union(otherwise, exerting)
        looked = self._looked_at(tick, hour, otherwise, moved, carried, some)
        if len(looked) > w.most:
            raise self.w.too_many()
        self.stepped = union(looked, self.live)
        when = self.people[self.stepped, DUE]
        due = self.stepped[(when >= 0) & (when % RING == tick % RING)]
        exerting, brought = self._exerting(looked, hour, tick, carried)
        rows, self.carried = self.tape.events[-1], carried[:0]
        if len(exerting) or len(due) or len(brought):
            rows, self.carried = self.shadow.step(tick, looked, due, exerting, brought)
            self.recomputed += len(union(looked, due))
        elif not anew and len(otherwise) + len(moved) == 0 and not (w.standing[fresh["person"]] != ALIKE).any():
            return  # nothing has changed in either world of anybody who differs
        self._tell(tick, rows, self.stepped)
        self._stand(self.stepped, tick, 2 * tick + 1)

    # who is looked at --------------------------------------------------------------------------------------------------------------

    def _wake(self, tick: int) -> bool:
        """Those whose waiting is over are computed anew; gives whether anybody may be."""
        found = self.calendar.pop(tick, None)
        if found is None:
            return False
        who = union(*found)
        self._put(who[(self.w.standing[who] == WAITING) & (self.w.wakes[who] == tick)], 2 * tick - 1, live=True)
        return True

    def _touch(self, touch: Touch, tick: int) -> None:
        """Spare the person."""
        self._put(np.array([touch.row]), 2 * tick - 1, live=True)
        touch.keep(self.shadow.s, self.shadow.g, tick)

    def _apart(self, tick: int) -> Bools | None:
        """[place] where other rules hold in a tick; None = nowhere."""
        if self.everywhere:
            return np.ones(len(self.near.exposes), dtype=bool)
        return self.rules.apart(self.tape.rules, tick) if self.other is not None else None

    def _follow(self, fresh: Any, apart: Bools, tick: int) -> None:
        """Compute those anew to whom something happens in the run in a tick, of those who belong where other rules hold: it may last otherwise."""
        who = only(fresh["person"][(fresh["kind"] >= SEEDED) & (fresh["kind"] <= KILLED)])
        who = who[self.near.belong(who, apart)]
        self._put(who[(self.w.standing[who] == ALIKE) | (self.w.standing[who] == WAITING)], 2 * tick, live=True)

    def _under_other_rules(self, apart: Bools, carried: Any, hour: int, tick: int) -> tuple[Ints, Ints]:
        """Who exerts where other rules hold, or is sent elsewhere by them; and all who belong there and are where anybody exerts."""
        live = self.live[self.w.weight[self.people[self.live, HEALTH]]]
        exerting = union(self.tape.of(self.tape.infectious, tick), live)
        brought = np.concatenate([rows["place"] for rows in (carried, self.tape.of(self.tape.carried, tick))])
        places = union(self.near.places_of(exerting, hour), brought[brought >= 0])
        some = self.near.visitors(places, hour)
        return exerting[self.near.belong(exerting, apart)], some[self.near.belong(some, apart)]

    def _put(self, who: Ints, key: int, live: bool = False) -> None:
        """Put people into the shadow, from the tape where they are as in the run or other in the reserve alone. `live`: computed anew from now on."""
        standing = self.w.standing[who]
        others = who[standing == ALIKE]
        waiting = who[standing == WAITING]
        if len(others):
            self.shadow.put(others, self.tape.at(others, key))
        if len(waiting):
            rows = self.tape.at(waiting, key)
            rows[:, RESERVE] += self.w.more[waiting]
            self.shadow.put(waiting, rows)
        if live:
            self.w.standing[who] = LIVE
            self.live, self.known = union(self.live, who), union(self.known, who)

    def _seed(self, tick: int) -> None:
        """The scenario infects whom it would, where anybody who differs may be chosen."""
        if not self.everywhere and (len(self.known) == 0 or (self.touch is not None and tick == self.begin and len(self.known) == 1)):
            return  # whoever else is chosen is chosen as in the run, and nobody takes the place of who is spared
        plans, shadow = self.w.plans, self.shadow
        due = plans.seeds[plans.seeds[:, P_AT] // (self.w.length << INSTANT_BITS) == tick]
        rows = union(*(plans.rows[one[P_FIRST] : one[P_LAST]] for one in due))
        if not self.everywhere and not (self.w.standing[rows] != ALIKE).any():
            return
        self._put(rows, 2 * tick - 1)
        if self.touch is not None and self.touch.asked.number is None:
            plans = self.touch.unplanned(shadow.s, shadow.g, shadow.b, plans, tick)
        self._tell(tick, shadow.seed(plans, tick), rows, seeds=True)
        self._stand(rows, tick, 2 * tick)

    def _looked_at(self, tick: int, hour: int, otherwise: Ints, moved: Ints, carried: Any, some: Ints) -> Ints:
        """Who must be computed anew, put into the shadow: near somebody who exerts otherwise, of `some`, or other than in the run. All are open."""
        w, fresh = self.w, self.tape.of(self.tape.events, tick)
        mine: Ints = self.live[w.open[self.people[self.live, HEALTH]]]
        if len(otherwise) == 0 and len(moved) == 0 and len(some) == 0:
            return mine
        places = self._touched(otherwise, carried, moved, hour, tick)
        infected = only(fresh["person"][fresh["kind"] == INFECTED])
        at_places = self.near.visitors(places[self.near.exposes[places]], hour)
        linked = self.near.linked_to(union(otherwise, moved))
        close = union(at_places, linked, some, infected[self.near.at_any(infected, places)])
        close = close[(w.standing[close] == ALIKE) | (w.standing[close] == WAITING)]
        close = close[w.open[self.tape.health(close, 2 * tick)]]
        self._put(close, 2 * tick)
        found: Ints = union(close, mine)
        return found

    def _touched(self, otherwise: Ints, carried: Any, moved: Ints, hour: int, tick: int) -> Ints:
        """Places where somebody exerts otherwise than in the run."""
        found = self.near.places_of(otherwise, hour)
        if len(moved) == 0:
            return found
        run = self.tape.of(self.tape.carried, tick)
        places = np.concatenate([rows["place"][within(rows["person"], moved)] for rows in (carried, run)])
        return union(found, places[places >= 0])

    def _exerting(self, looked: Ints, hour: int, tick: int, carried: Any) -> tuple[Ints, Any]:
        """Everybody who exerts where those looked at are, put into the shadow; and what they, or others there, carried over."""
        w = self.w
        if len(looked) == 0:
            return NOBODY, carried[:0]
        places, linked = self.near.places_of(looked, hour), self.near.linked_to(looked)
        run = self.tape.of(self.tape.infectious, tick)
        some = union(run[self.near.at_any(run, places) | within(run, linked)], self.live)
        if len(carried):
            there = self.near.among(carried["place"], places) | within(carried["person"], linked)
            some = union(some, carried["person"][there])
            carried = carried[within(carried["person"], some)]
        self._put(some[~within(some, self.stepped)], 2 * tick)
        found: Ints = some[w.weight[self.people[some, HEALTH]]]
        return found, carried

    def _carried_into(self, tick: int) -> tuple[Any, Ints]:
        """What is carried into a tick, and those of whom it is not what it was in the run."""
        run = self.tape.of(self.tape.carried, tick)
        if self.carried is None or len(self.stepped) == 0 or (len(run) == 0 and len(self.carried) == 0):
            return run, NOBODY
        ours = within(run["person"], self.stepped)
        then, now = ({tuple(int(row[name]) for name in CARRIED) for row in rows} for rows in (run[ours], self.carried))
        return np.concatenate([run[~ours], self.carried]), np.array(sorted({row[0] for row in then ^ now}), dtype=np.int64)

    # how they stand ----------------------------------------------------------------------------------------------------------------

    def _same_but_reserve(self, who: Ints, run: Ints) -> Bools:
        """Of people in the shadow: who differs from the run in the reserve at most."""
        mine = self.people[who]
        found: Bools = (mine[:, COMPARED] == run[:, COMPARED]).all(axis=1) & ((mine[:, NOTE] ^ run[:, NOTE]) & NOTES == 0)
        return found

    def _stand(self, who: Ints, tick: int, key: int) -> None:
        """Say of all who were computed anew how they stand at a key of a tick."""
        w, run = self.w, self.tape.at(who, key)
        same, more = self._same_but_reserve(who, run), self.shadow.s.reserves[who] - run[:, RESERVE]
        changes = self.tape.next_change(who, tick)
        standing = np.full(len(who), LIVE, dtype=np.int8)
        if key % 2:
            mine = self.people[who]
            quiet = (mine[:, DUE] < 0) & (run[:, DUE] < 0) & (changes < 0) & ~w.weight[mine[:, HEALTH]] & ~w.weight[run[:, HEALTH]]
            spared = who == self.never
            standing[quiet & (~w.open[mine[:, HEALTH]] | spared)] = STILL_OTHER
            standing[same & ~spared] = WAITING
        standing[same & (more == 0)] = ALIKE
        w.standing[who] = standing
        self.known = union(self.known, who[standing != ALIKE])
        waiting = standing == WAITING
        self._wait(who[waiting], more[waiting], changes[waiting], tick)
        self.live = union(self.live[w.standing[self.live] == LIVE], who[standing == LIVE])
        if len(self.known) > w.most and (w.standing[self.known] != ALIKE).sum() > w.most:
            raise self.w.too_many()

    def _wait(self, who: Ints, more: Ints, changes: Ints, tick: int) -> None:
        """People who differ in the reserve alone wait until it would be gone, or something happens to them in the run."""
        if len(who) == 0:
            return
        ahead = self.tape.reserves[tick + 1 : min(tick + 1 + AHEAD, self.tape.ticks)][:, who] + more
        gone = (ahead <= 0).any(axis=0)
        wakes = np.where(gone, tick + 1 + (ahead <= 0).argmax(axis=0), tick + 1 + AHEAD) if len(ahead) else np.full(len(who), tick + 1 + AHEAD)
        wakes = np.where((changes >= 0) & (changes < wakes), changes, wakes)
        self.w.more[who], self.w.wakes[who] = more, wakes
        for when in only(wakes).tolist():
            if when < self.tape.ticks:
                self.calendar.setdefault(when, []).append(who[wakes == when])

    def _tell(self, tick: int, rows: Any, who: Ints, seeds: bool = False) -> None:
        """Note the first event that one of the worlds has and the other has not, by the second as logs do, of those computed anew in a tick."""
        run = self.tape.of(self.tape.events, tick)
        if (self.first is not None and tick > self.found_in + 1) or (len(run) == 0 and len(rows) == 0):
            return  # what was exerted late in a tick is dated back by less than a tick
        kind = run["kind"]
        run = run[within(run["person"], who) & (kind == SEEDED if seeds else (kind > SEEDED) & (kind <= KILLED))]
        then, now = ({(int(row["at"]) >> INSTANT_BITS, *(int(row[name]) for name in EVENT[1:])) for row in some} for some in (run, rows))
        for row in then ^ now:
            key = (row[0], int(self.w.ids[row[2]]), *row[1:])
            if self.first is None or key < self.first:
                self.first, self.first_there, self.found_in = key, row in now, tick

    # the end -----------------------------------------------------------------------------------------------------------------------

    def is_over(self, tick: int) -> bool:
        """As `Simulation.is_over`, from the counts of the run and those who differ."""
        tape = self.tape
        if not self.w.stops or not (len(self.w.ids) < 20_000 or tick % 24 == 0) or tape.of(tape.waiting, tick) or self.rules.busy[tick]:
            return False
        acting = tape.of(tape.acting, tick) - _acting(tape.at(self.live, 2 * tick - 1)) + _acting(self.people[self.live])
        return acting == 0 and len(self._carried_into(tick)[0]) == 0

    def ended(self) -> Propagated:
        """The ending: that of the run, with those in their places who differ."""
        w, tick = self.w, self.over or self.w.last_tick
        who = self.known[w.standing[self.known] != ALIKE]
        self._put(who, 2 * w.last_tick + 1)
        rows, run = rows_of(self.shadow.s, who), rows_of(self.tape.sim.state, who)
        rows[who == self.never, RESERVE] = FULL
        found = outcome_with(self.tape.sim, w.here, who, run, rows, tick * w.length, NOTHING_ON if self.over else TIME_OVER)
        return Propagated(found, self._first_difference(), who, rows, self.recomputed)

    def _first_difference(self) -> Difference | None:
        decided = self.other.decided if self.other is not None else None
        if self.first is None or (decided is not None and decided.second <= self.first[0]):
            return decided
        second, person, kind, _, other = self.first[:5]
        row = {"second": second, "person": person, "kind": tuple(EVENT_KINDS)[kind], "other": int(self.w.ids[other]) if other >= 0 else -1}
        return Difference(second, "events", *((None, row) if self.first_there else (row, None)))


def _acting(people: Ints) -> int:
    return int(((people[:, COLUMN["activity"]] <= STILL) & (people[:, COLUMN["next_out"]] >= 0)).sum())
