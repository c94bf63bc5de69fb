"""The state at the end of a run, handed to another scenario that goes on from there: people, places, doors, camp, stocks, trust, knowledge.

What a scenario numbers (states, hosts, transitions) is matched by name. Orders that the scenario goes on with stand as they stood; all others
end. Rows are those from this moment on.
"""

from __future__ import annotations

import copy
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.publish import ALWAYS, KNOWN
from hyosan.engine.run import KEPT, Simulation
from hyosan.engine.state import C_EVENTS, EVENTS
from hyosan.errors import ScenarioError
from hyosan.results.checkpoint import Checkpoint, read_checkpoint
from hyosan.results.run import Run
from hyosan.scenario.follow import goes_on
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.root import Scenario

START: Final = "start.state"
"""The file of a run folder that holds what the run began with, where it goes on from another."""
FOLLOWS: Final = "follows"
"""What its manifest, and the notes of that file, say of the run before."""
COUNTED_ANEW = ("bites", "kills")
"""Parts of the state that count what the run did, by kinds of its own scenario."""
_SAME_STATE = ("counts_as", "does", "chained")

Arrays = dict[str, NDArray[Any]]


def start_of(run: Run) -> Checkpoint | None:
    """What a run began with, if it went on from another; None for all others. Raises RunFolderError: the file is damaged or gone."""
    if FOLLOWS not in run.manifest:
        return None
    return run.start if run.path is None else read_checkpoint(run.file(START))


def handed_on(before: Simulation, after: Simulation, note: dict[str, Any]) -> Checkpoint:
    """What `after` begins with: the state of `before`, which is not to be used any more, in the words of the scenario that follows.

    Raises ScenarioError: people are in a state, have a host type or a course that it does not have; each is named.
    """
    standing = _end_orders(before, after.scenario)
    rows = before.state.events[: int(before.state.count[C_EVENTS])].copy()  # of orders that ended just now
    before.state.count[C_EVENTS] = 0
    arrays, notes = before.save()
    _same_ground(before.scenario, after.scenario, before)
    states, hosts = _codes(before.names.states, after.names.states), _codes(before.names.hosts, after.names.hosts)
    people = np.ascontiguousarray(arrays["state/people"]).view(before.state.people.dtype).reshape(-1)
    people["health"], people["dead_from"] = states[people["health"]], states[people["dead_from"]]
    people["host"] = hosts[people["host"]]
    people["next_out"] = _transitions(before, after, people["next_out"])
    arrays["state/people"] = people.view(np.int64).reshape(len(people), -1)
    for name in COUNTED_ANEW:
        arrays[f"state/{name}"] = np.zeros_like(getattr(after.state, name))
    _shapes(arrays, after)
    for name in EVENTS:
        arrays[f"waiting/{name}"] = rows[name]
    causes = _codes(before.names.seeds, after.names.seeds, missing=0)
    arrays["waiting/cause"] = np.where(rows["cause"] >= 0, causes[np.maximum(rows["cause"], 0)], rows["cause"])
    for name in ("from_", "to"):
        arrays[f"waiting/{name}"] = np.where(rows[name] >= 0, states[np.maximum(rows[name], 0)], rows[name])
    arrays["notices"][:, 2] = states[arrays["notices"][:, 2]]
    arrays["notices"] = arrays["notices"][arrays["notices"][:, 2] >= 0]
    arrays["before"] = np.full_like(arrays["before"], -1)
    arrays["heard_before"] = np.zeros_like(arrays["heard_before"])
    seldom = (arrays["known_before"] == 0) & (np.arange(len(KNOWN) + 1) >= ALWAYS)  # written only once they are not 0
    arrays["known_before"] = np.where(seldom, 0, -1)
    told = _notes(notes, standing, before.scenario, after.scenario)
    return Checkpoint(before.tick, arrays, {**told, FOLLOWS: note})


def _end_orders(before: Simulation, after: Scenario) -> set[str]:
    """End the orders that do not go on; gives the names of those that do, whether they stand or are over."""
    now, going = before.tick * before.tick_seconds, set()
    for name, order in before.scenario.orders.items():
        new = after.orders.get(name)
        off = new is not None and new.when.strip() == "never" and order.when.strip() != "never"
        one = before.response.current.get(name)
        stands = one is not None and one.ended < 0
        if new is not None and goes_on(order, new) and not (off and stands):
            going.add(name)
        elif one is not None and stands:
            before.response.call_off(one, before.hands, now, "the scenario that followed does not go on with it")
            if off and new is not None and goes_on(order, new):
                going.add(name)
    return going


def _same_ground(old: Scenario, new: Scenario, before: Simulation) -> None:
    """Raises ScenarioError: strains, vaccines, care or routes are not those of the run, or a state that people are in works otherwise."""
    wrong = []
    for what, mine, theirs in (
        ("pathogen.strains", list(new.pathogen.strains), list(old.pathogen.strains)),
        ("pathogen.vaccines", list(new.pathogen.vaccines), list(old.pathogen.vaccines)),
        ("care", list(new.care), list(old.care)),
    ):
        if mine != theirs:
            wrong.append(f"{what}: are {', '.join(mine) or 'none'}, in the run {', '.join(theirs) or 'none'}; a run goes on with those that it had")
    people, names = before.state.people, before.names
    dead = people["death"] > 0
    states = _counted(people["health"], names.states) | _counted(people["dead_from"][dead], names.states)
    had = {"states": (states, tuple(new.pathogen.states)), "hosts": (_counted(people["host"], names.hosts), tuple(new.pathogen.hosts))}
    for field, (counts, there) in had.items():
        wrong += [
            f"pathogen.{field}: {count:,} people of the run are or were {name!r}, which this scenario does not have; {did_you_mean(name, there)}"
            for name, count in counts.items()
            if name not in there
        ]
    for name in _counted(people["health"], names.states):
        one, other = old.pathogen.states[name], new.pathogen.states.get(name)
        if other is None:
            continue
        differing = [field for field in _SAME_STATE if getattr(one, field) != getattr(other, field)]
        differing += ["infectious"] if set(one.infectious) != set(other.infectious) else []
        if differing:
            wrong.append(f"pathogen.states.{name}.{differing[0]}: people are in this state, which is another in the run; choose another name")
    reached = [name for name, count in before.hands.beyond.arrived.items() if count]
    bound = [*reached, *before.hands.beyond.began, *(one[3] for one in before.hands.beyond.on_the_way)]
    wrong += [
        f"beyond: infected people arrived at {name!r} or are on the way there, and this scenario has no such destination"
        for name in dict.fromkeys(bound)
        if name not in new.beyond
    ]
    if wrong:
        raise ScenarioError("\n".join(wrong))


def _counted(codes: NDArray[np.int64], names: tuple[str, ...]) -> dict[str, int]:
    """How many people have each code, by name; none are left out."""
    counts = np.bincount(codes, minlength=len(names))
    return {name: int(count) for name, count in zip(names, counts, strict=False) if count}


def _codes(old: tuple[str, ...], new: tuple[str, ...], missing: int = -1) -> NDArray[np.int64]:
    """For each code of the run that of the scenario after it, by name."""
    return np.array([new.index(name) if name in new else missing for name in old], dtype=np.int64)


def _transitions(before: Simulation, after: Simulation, taken: NDArray[np.int64]) -> NDArray[np.int64]:
    """The transition that each person is on the way to take. Raises ScenarioError: the scenario has none between these two states."""
    old, new = _named_transitions(before), _named_transitions(after)
    codes = np.array([new.index(one) if one in new else -1 for one in old] or [-1], dtype=np.int64)
    found = np.where(taken >= 0, codes[np.maximum(taken, 0)], -1)
    lost = np.flatnonzero((taken >= 0) & (found < 0))
    if len(lost):
        origin, to, _ = old[int(taken[lost[0]])]
        raise ScenarioError(f"pathogen.transitions: {len(lost):,} people are on the way from {origin!r} to {to!r}, which this scenario does not have")
    return found


def _named_transitions(sim: Simulation) -> list[tuple[str, str, int]]:
    """All transitions as kernels number them: from, to, and how many of the same kind come before."""
    found: list[tuple[str, str, int]] = []
    for name in sim.names.states:
        for one in sim.scenario.pathogen.transitions:
            if one.origin == name:
                found.append((name, one.to, sum(other[:2] == (name, one.to) for other in found)))
    return found


def _shapes(arrays: Arrays, after: Simulation) -> None:
    """Raises ScenarioError: a part of the state has another size under this scenario."""
    for name in KEPT:
        if name == "gates":
            continue
        part = getattr(after.state, name)
        wanted = (len(part), part.dtype.itemsize // 8) if part.dtype.names else part.shape
        if arrays[f"state/{name}"].shape != wanted:
            there = arrays[f"state/{name}"].shape[0]
            told = f"the run cannot go on under this scenario: of {name} it has {there:,}, here are {wanted[0]:,}"
            raise ScenarioError(f"pathogen.routes: {told}. Routes by contact and air must be those of the run.")


def _notes(notes: dict[str, Any], going: set[str], old: Scenario, new: Scenario) -> dict[str, Any]:
    """What is remembered beside the arrays, of what goes on."""
    found = copy.deepcopy(notes)
    given = [one for one in found["response"]["given"] if one["order"] in going]
    for one in given:
        one["by"], one["changes"] = "", {}
        if one["effective"] < 0 and one["ended"] < 0:
            one["due"] += round(new.orders[one["order"]].delay) - round(old.orders[one["order"]].delay)
    found["response"] = {"given": given, "held": {}, "late": {}}
    found["hands"]["memory"] = {name: kept for name, kept in found["hands"]["memory"].items() if name in going}
    beyond = found["hands"]["beyond"]
    beyond["arrived"] = {name: beyond["arrived"].get(name, 0) for name in new.beyond}
    knowledge = found["knowledge"]
    stocks = knowledge["works"]["stocks"]
    knowledge["works"]["stocks"] = {name: stocks.get(name, one.at_start) for name, one in new.stocks.items()}
    knowledge["own"] = {name: knowledge["own"].get(name, knowledge["main"]) for name in new.authorities}
    knowledge["coming"] = [one for one in knowledge["coming"] if one[2] in new.authorities]
    return {**found, "injects": [], "policies": {}, "dirty": True}
