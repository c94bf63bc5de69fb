"""The figures of the ending and the rows of people and orders, from the final state. Every resident is in exactly one class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.compile_laws import share
from hyosan.engine.rulebook import CLASSES, DEAD, HALF_TURNED, TURNED
from hyosan.engine.run import Simulation
from hyosan.engine.state import D_FORCE, F_CALLED, F_LEFT, GONE, HELD, ROUTINE
from hyosan.luck import MISREAD, bits_array
from hyosan.rules.exact import INSTANT_BITS, NEVER
from hyosan.scenario.consistency_cast import SOLDIER
from hyosan.tables import ENDING_CLASSES

ALIVE, SYMPTOMLESS, HALF, STRUCK, KILLED, AT_LARGE, HELD_INFECTED, MISSING = range(8)
"""Positions in ENDING_CLASSES."""


def ending_classes(sim: Simulation) -> NDArray[np.int64]:
    """For each person the position in ENDING_CLASSES. Who left the city uninfected is alive; who left it infected is missing."""
    people, states = sim.state.people, sim.book.states
    kind = states["kind"][people["health"]]
    turned = (kind == TURNED) | (states["hostile"][people["health"]] >= 0)
    held = people["activity"] == HELD
    found = np.full(len(people), ALIVE, dtype=np.int64)
    found[kind == CLASSES.index("symptomless")] = SYMPTOMLESS
    found[kind == HALF_TURNED] = HALF
    found[turned] = AT_LARGE
    found[turned & held] = HELD_INFECTED
    dead = (people["death"] > 0) | (kind == DEAD)
    found[(people["notes"] & F_LEFT > 0) & (people["episode"] > 0) & ~dead] = MISSING
    found[dead] = KILLED
    found[people["death"] == D_FORCE] = STRUCK
    return found


def residents(sim: Simulation) -> NDArray[np.bool_]:
    """[n] who counts in the ending: everybody but soldiers, who live beyond the gates."""
    roles = sim.world.roles
    soldier = roles.index(SOLDIER) if SOLDIER in roles else -1
    return np.asarray(sim.world.ground.person_role != soldier)


def struck_by_state(sim: Simulation) -> tuple[list[int], list[int]]:
    """People killed in strikes who had turned or were ill, were symptomless, were not infected: in truth, and as reported."""
    people = sim.state.people
    rows = np.flatnonzero((people["death"] == D_FORCE) & residents(sim))
    kind = sim.book.states["kind"][people["dead_from"][rows]]
    group = np.where(np.isin(kind, [CLASSES.index(c) for c in ("turned", "ill", "half_turned")]), 0, 2)
    group[kind == CLASSES.index("symptomless")] = 1
    misread = max([share(o.misread_bodies) for o in (*sim.scenario.orders.values(), *sim.response.now.values()) if o.do == "strike"], default=0)
    luck = bits_array(int(sim.book.one[0].born), MISREAD, sim.floor.persons["id"][rows], 1) >> 30
    seen = np.where(luck < misread, np.where(group == 0, 2, 0), group)
    return np.bincount(group, minlength=3)[:3].tolist(), np.bincount(seen, minlength=3)[:3].tolist()


def figures(sim: Simulation) -> dict[str, Any]:
    """The ending's figures by the names of `results.ending.Ending`."""
    counted = residents(sim)
    people = sim.state.people[counted]
    counts = np.bincount(ending_classes(sim)[counted], minlength=len(ENDING_CLASSES)).tolist()
    true, seen = struck_by_state(sim)
    names = ("turned_or_ill", "symptomless", "not_infected")
    alive = people["death"] == 0
    return {
        "residents": len(people),
        "alive": {"human": counts[ALIVE], "symptomless": counts[SYMPTOMLESS], "half_turned": counts[HALF]},
        "killed_in_strikes": dict(zip(names, true, strict=True)),
        "reported_killed_in_strikes": dict(zip(names, seen, strict=True)),
        "killed_otherwise": counts[KILLED],
        "turned_at_large": counts[AT_LARGE],
        "held_infected": counts[HELD_INFECTED],
        "missing": counts[MISSING],
        "strikes": sim.authorities.works.blasts,
        "martial_law_days": martial_law_days(sim),
        "in_quarantine": int(((people["activity"] == HELD) & alive).sum()) - counts[HELD_INFECTED],
        "ever_infected": int((people["episode"] > 0).sum()),
        "reached_beyond": sum(sim.hands.beyond.arrived.values()),
        "outbreaks_beyond": len(sim.hands.beyond.began),
    }


def martial_law_days(sim: Simulation) -> float:
    """Days under martial law, to a hundredth."""
    end = sim.tick * sim.tick_seconds
    total = 0
    for one in sim.response.given:
        if sim.scenario.orders[one.order].do == "martial_law" and one.effective >= 0:
            total += (one.ended if one.ended >= 0 else end) - one.effective
    return round(total * 100 / 86_400) / 100


def people_rows(sim: Simulation, coded: Any) -> dict[str, Any]:
    """Columns of the table `people`: everybody something happened to, and everybody who has a name, by id."""
    people, floor, world = sim.state.people, sim.floor, sim.world
    named = np.isin(floor.persons["id"], list(world.person_names))
    touched = named | (people["episode"] > 0) | (people["death"] > 0) | (people["notes"] & (F_LEFT | F_CALLED) > 0)
    rows = np.flatnonzero(touched | ((people["activity"] != ROUTINE) & (people["activity"] != GONE)))
    rows = rows[np.argsort(floor.persons["id"][rows])]
    one = people[rows]
    place = np.where(one["place"] >= 0, one["place"], floor.persons["home"][rows])
    ids = floor.persons["id"]
    home = floor.persons["home"][rows]
    names = tuple(world.person_names.values())
    number_of = {person: number for number, person in enumerate(world.person_names)}
    return {
        "person": ids[rows],
        "age": floor.persons["age"][rows].astype(np.int16),
        "role": coded(world.ground.person_role[rows].astype(np.int64), world.roles),
        "host": coded(one["host"], sim.names.hosts),
        "home": floor.grounds["id"][home],
        "home_zone": coded(floor.grounds["zone"][home], world.zones),
        "state": coded(one["health"], sim.names.states),
        "ending": coded(ending_classes(sim)[rows], ENDING_CLASSES),
        "place": floor.grounds["id"][place],
        "infected_second": np.where(one["infected_at"] < NEVER, one["infected_at"] >> INSTANT_BITS, -1),
        "infector": np.where(one["infector"] >= 0, ids[np.maximum(one["infector"], 0)], -1),
        "died_second": np.where(one["died_at"] < NEVER, one["died_at"] >> INSTANT_BITS, -1),
        "name": coded(np.array([number_of.get(person, -1) for person in ids[rows].tolist()], dtype=np.int64), names),
    }


def order_rows(sim: Simulation) -> dict[str, list[Any]]:
    """Columns of the table `orders`: every order given, in the order of deciding."""
    import json

    given = sim.response.given
    orders = sim.scenario.orders
    return {
        "order": [one.order for one in given],
        "number": [one.number for one in given],
        "authority": [sim.response.authority_of(one) for one in given],
        "measure": [orders[one.order].do for one in given],
        "second_decided": [one.decided for one in given],
        "second_effective": [one.effective for one in given],
        "second_ended": [one.ended for one in given],
        "knowledge": [one.knowledge for one in given],
        "used": [json.dumps(one.used, sort_keys=True) for one in given],
        "reached": [one.reached for one in given],
        "ended_because": [one.because for one in given],
    }


def changed_orders(sim: Simulation) -> list[dict[str, Any]]:
    """Settings that policies changed, a row for each order given so, in the order of deciding."""
    return [
        {"order": one.order, "number": one.number, "authority": one.by, "second_decided": one.decided, "settings": one.changes}
        for one in sim.response.given
        if one.changes
    ]
