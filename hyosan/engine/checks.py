"""Invariants of the engine: cheap ones at the end of every run, all of them each tick in tests. A failure is a bug, never the user's."""

from __future__ import annotations

from math import sqrt

import numpy as np

from hyosan.engine.compile import Names
from hyosan.engine.rulebook import Floor, Rulebook
from hyosan.engine.state import C_CLASS, C_HELD, C_INFECTED, C_KILLED, C_LEFT, C_OVERFLOW, F_LEFT, GONE, HELD, ROUTINE, State
from hyosan.errors import SelfCheckError
from hyosan.rules.exact import NEVER

Check = dict[str, object]


def _row(name: str, passed: bool, detail: str) -> Check:
    return {"name": name, "passed": bool(passed), "detail": detail}


def at_end(s: State, g: Floor, b: Rulebook, names: Names) -> list[Check]:
    """The self-checks of a run, each with name, whether it passed, and figures."""
    rows = [census(s, b), flows(s), nobody_twice(s, g, b), infectors(s, g)]
    rows.append(_row("no row of events was lost", s.count[C_OVERFLOW] == 0, f"{s.count[C_OVERFLOW]} lost"))
    return rows + fight_odds(s, b, names)


def census(s: State, b: Rulebook) -> Check:
    """People by class, counted anew, are what the engine kept count of."""
    counted = np.bincount(b.states["kind"][s.people["health"]], minlength=8)
    kept = s.count[C_CLASS : C_CLASS + 8]
    return _row("census: people by class are as counted", bool((counted == kept).all()), f"{counted.tolist()} counted, {kept.tolist()} kept")


def flows(s: State) -> Check:
    """Infections, deaths, those who left and those held are what people's rows say."""
    people = s.people
    seen = [int(people["episode"].sum()), int((people["death"] > 0).sum()), int((people["notes"] & F_LEFT > 0).sum())]
    seen.append(int((people["activity"] == HELD).sum()))
    kept = [int(s.count[k]) for k in (C_INFECTED, C_KILLED, C_LEFT, C_HELD)]
    died = ((people["death"] > 0) == (people["died_at"] < NEVER)).all()
    return _row("flows: infections, deaths, leavings add up", seen == kept and bool(died), f"{seen} in rows, {kept} kept")


def nobody_twice(s: State, g: Floor, b: Rulebook) -> Check:
    """Each person who left the routine is on the list of exactly one place, and places count who bites and who can be bitten right."""
    people = s.people
    seen = np.full(len(people), -1, dtype=np.int64)
    twice = 0
    for m in np.flatnonzero(s.places["occ_head"] >= 0):
        i = int(s.places["occ_head"][m])
        while i >= 0:
            twice += int(seen[i] >= 0)
            seen[i] = m
            i = int(people["occ_next"][i])
    out = (people["activity"] != ROUTINE) & (people["activity"] != GONE)
    right = bool((seen[out] == people["place"][out]).all() and (seen[~out] < 0).all()) and twice == 0
    free = out & (people["activity"] != HELD)
    hostile = free & (b.states["hostile"][people["health"]] >= 0)
    target = free & (people["health"] == int(b.one[0].susceptible))
    size = len(s.places)
    bite = np.bincount(people["place"][hostile], minlength=size)
    bitten = np.bincount(people["place"][target], minlength=size)
    counts = bool((bite == s.places["hostiles"]).all() and (bitten == s.places["targets"]).all())
    return _row("nobody is in two places", right and counts, f"{int(out.sum())} people who left their routine")


def infectors(s: State, g: Floor) -> Check:
    """Whoever was infected by somebody was infected after them."""
    people = s.people
    rows = np.flatnonzero(people["infector"] >= 0)
    first = people["infected_at"][people["infector"][rows]]
    once = people["episode"][people["infector"][rows]] == 1
    right = bool((first[once] <= people["infected_at"][rows][once]).all())
    return _row("each infector was infected before", right, f"{len(rows)} infections with a source")


def fight_odds(s: State, b: Rulebook, names: Names) -> list[Check]:
    """Kills and bites of each class of pair are in the proportion of their rates (a martingale for any contact structure; |z| <= 4)."""
    rows = []
    for f, fighter in enumerate(names.fighters):
        for h, hostile in enumerate(names.hostiles):
            if b.bite_rate[f, h] == 0:
                continue
            alpha = int(b.kill_rate[f, h]) / int(b.bite_rate[f, h])
            bites, kills = int(s.bites[f, h]), int(s.kills[f, h])
            if alpha * (bites + kills) >= 25:
                z = (kills - alpha * bites) / sqrt(alpha * (kills + bites))
                rows.append(_row(f"fight odds of {fighter} against {hostile}", abs(z) <= 4, f"z = {z:.2f}, {kills} kills, {bites} bites"))
    return rows


def every_tick(s: State, g: Floor, b: Rulebook, tick: int) -> None:
    """All invariants that hold after each tick. Raises SelfCheckError with what is wrong."""
    for row in (census(s, b), flows(s), nobody_twice(s, g, b), infectors(s, g)):
        if not row["passed"]:
            raise SelfCheckError(f"after tick {tick}: {row['name']}: {row['detail']}")
