"""`Shadow`: a state of the engine in which only those stand who are looked at. A tick is run for them, by the engine's own functions.

Whoever is looked at is put in with all that reaches them: who exerts at their places, is linked to them, or was carried over. The order in
which people enter lists decides nothing in the engine, so that it does not matter who else is left out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hyosan.counterfactual.sets import NOBODY, Ints
from hyosan.counterfactual.tape import COLUMN, NOTE, NOTES, RESERVE, columns_of
from hyosan.engine.cpu import add_up_few, exert_few, expose_few
from hyosan.engine.exposure import line_up
from hyosan.engine.many import seed_due
from hyosan.engine.plans import V_FIRST, V_LAST, Plans
from hyosan.engine.run import Simulation
from hyosan.engine.state import ASK, C_ASKING, C_AWAKE, C_CANDIDATES, C_CARRIED, C_EVENTS, C_FOLLOWED, C_HOT, C_INFECTIOUS, C_STIRRED, C_TRACKED, RING
from hyosan.engine.step import find_exposed, gather, progress, settle
from hyosan.engine.vaccinate import vaccinate_due

LISTS = (C_ASKING, C_AWAKE, C_CANDIDATES, C_CARRIED, C_EVENTS, C_FOLLOWED, C_HOT, C_INFECTIOUS, C_STIRRED, C_TRACKED)
_LISTED = [
    COLUMN[name] for name in ("occ_next", "occ_prev", "wake_next", "wake_prev", "wake_tick", "infectious_at", "tracked_at", "due_next", "due_prev")
]
"""Places in lists; -1 = on none."""


class Shadow:
    """A state beside the one of a run, in the same world. `sim` is a simulation that has begun, and is used up."""

    def __init__(self, sim: Simulation) -> None:
        self.s, self.g, self.b, self.levels = sim.state, sim.floor, sim.book, sim.levels
        self.people = columns_of(sim.state.people)
        self.held: Any = None
        """What orders have in force in it (`Rules.put`)."""
        self.linked = bool(sim.book.one[0].contact_link > 0)

    def clear(self) -> None:
        """Nobody is on any list."""
        for length in LISTS:
            self.s.count[length] = 0
        self.s.due_head[:] = -1

    def put(self, who: Ints, rows: Ints) -> None:
        """Let people be as these rows say."""
        rows[:, _LISTED] = -1
        rows[:, NOTE] &= NOTES
        self.people[who] = rows[:, :RESERVE]
        self.s.reserves[who] = rows[:, RESERVE]
        self.s.ease[who] = ASK

    def seed(self, plans: Plans, tick: int) -> Any:
        """Infect those whom the scenario infects in a tick; gives rows of events. All who may be chosen must have been put in."""
        self.clear()
        seed_due(self.s, self.g, self.b, plans.seeds, plans.rows, tick)
        return self._taken(NOBODY, NOBODY)[0]

    def vaccinate(self, plans: Plans, who: Ints, tick: int) -> None:
        """Give those of `who` their doses whom the scenario vaccinates in a tick."""
        fitting = [who[np.isin(who, plans.rows[one[V_FIRST] : one[V_LAST]])] for one in plans.doses]
        ends = np.cumsum([len(rows) for rows in fitting])
        doses = plans.doses.copy()
        doses[:, V_FIRST], doses[:, V_LAST] = np.concatenate([[0], ends[:-1]]), ends
        vaccinate_due(self.s, self.g, self.b, doses, np.concatenate(fitting), tick)
        self.clear()

    def step(self, tick: int, looked_at: Ints, due: Ints, exerting: Ints, carried: Any) -> tuple[Any, Any]:
        """Run a tick for those `looked_at` and the courses `due`, near those `exerting`; gives rows of events and what they carry over."""
        s, g, b = self.s, self.g, self.b
        self.clear()
        s.infectious[: len(exerting)] = exerting
        s.people["infectious_at"][exerting] = np.arange(len(exerting))
        s.count[C_INFECTIOUS] = len(exerting)
        s.carried[: len(carried)] = carried
        s.count[C_CARRIED] = len(carried)
        gather(s, g, b, tick)
        exert_few(s, g, b, tick)
        line_up(s, b, tick)
        add_up_few(s, g, b)
        if self.linked:
            find_exposed(s, g, b, tick)  # for its sums over links; whom it lists is too many or too few
        s.candidates[: len(looked_at)] = looked_at
        s.count[C_CANDIDATES] = len(looked_at)
        expose_few(s, g, b, tick)
        self._line_up(due, tick)
        progress(s, g, b, tick)
        settle(s, g, b, tick, self.levels)
        return self._taken(np.concatenate([exerting, carried["person"]]), due)

    def _line_up(self, due: Ints, tick: int) -> None:
        """Put people into the calendar bucket of a tick, in order."""
        people = self.s.people
        people["due_prev"][due] = np.concatenate([[-1], due[:-1]]) if len(due) else due
        people["due_next"][due] = np.concatenate([due[1:], [-1]]) if len(due) else due
        self.s.due_head[tick % RING] = due[0] if len(due) else -1

    def _taken(self, exerted: Ints, due: Ints) -> tuple[Any, Any]:
        """Rows of events and what is carried over; nobody is on a list afterwards."""
        s = self.s
        rows, carried = s.events[: s.count[C_EVENTS]].copy(), s.carried[: s.count[C_CARRIED]].copy()
        lists = ((s.infectious, C_INFECTIOUS), (s.stirred, C_STIRRED), (s.tracked, C_TRACKED))
        on = np.concatenate([exerted, due, *(listed[: s.count[length]] for listed, length in lists)])
        for name in ("infectious_at", "tracked_at", "due_next", "due_prev"):
            s.people[name][on] = -1
        s.people["notes"][on] &= NOTES
        s.travel["entry_tick"][on] = -1
        if self.linked:
            s.travel["link_turn"] = s.travel["candidate_tick"] = -1
        self.clear()
        return rows, carried
