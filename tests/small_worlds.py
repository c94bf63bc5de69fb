"""Small worlds that several tests run, and ways to run them. Most are the library's scenarios with fewer people, so that they follow its edits."""

from dataclasses import replace

import numpy as np

from hyosan.engine.cpu import Processor
from hyosan.engine.run import Simulation
from hyosan.results.columns import Coded
from hyosan.running.device import Device
from hyosan.running.runner import Runner
from hyosan.running.stages import Stage
from hyosan.scenario.load import load
from hyosan.world.build import build

NO_CAST = {"city.cast": {}, "seeds.mouse.person": None}
"""The flagship without its people of names: a small town has not all of their classes."""

TOWN = {
    **NO_CAST,
    "city.residents": 3000,
    "city.police": 20,
    "city.school.pupils": 120,
    "seeds.mouse.place": "Hyosan High / class 2-1",
    "time.end": "2 days",
}
"""3,000 people, hundreds of them awake at a time: the loops over threads really run."""

QUICK_ORDERS = {
    "orders.alert.when": "reported.turned >= 1",
    "orders.alert.delay": "10 min",
    "orders.rescue.when": "reported.turned >= 1",
    "orders.martial_law.when": "always",
    "orders.martial_law.delay": "4 h",
    "orders.cordon.delay": "5 h",
    "orders.quarantine.delay": "10 min",
    "orders.lure.when": "cordon.effective",
    "orders.lure.delay": "10 min",
    "orders.lure.lasts": "1 h",
    "orders.strike.delay": "30 min",
    "orders.sweep.delay": "10 min",
    "orders.sweep.when": "strike.effective",
}
"""Orders that a village reaches within hours, whatever the luck."""

PARTS = {
    "places": {
        "hall": {"people": 30, "role": "pupil", "x": 0, "y": 0},
        "corridor": {"people": 4, "x": 10, "y": 0},
        "store": {"people": 6, "x": 20, "y": 0},
        "cellar": {"people": 5, "x": 20, "y": 10},
        "yard": {"people": 8, "x": 30, "y": 0},
        "away": {"kind": "outside", "x": 90, "y": 0},
    },
    "ways": [
        {"between": ["hall", "corridor"], "takes": "5 s", "door": "wooden"},
        {"between": ["corridor", "store"], "takes": "4 s", "door": "wooden", "state": "shut"},
        {"between": ["store", "cellar"], "takes": "9 s", "door": "steel", "state": "shut"},
        {"between": ["corridor", "yard"], "takes": "20 s"},
        {"between": ["yard", "away"], "takes": "60 s", "gate": "city"},
    ],
}
"""A house of rooms and doors."""


def village(people, **more):
    """Changes to the flagship for so few people: one small class that is slow to get out, and orders that come soon."""
    return {
        **NO_CAST,
        "city.residents": people,
        "city.police": max(1, people // 50),
        "city.school.pupils": max(12, people // 10),
        "city.school.years": 1,
        "seeds.mouse.place": "Hyosan High / class 1-1",
        "time.end": "1 day",
        "behaviour.leave": "10 per hour",
        **QUICK_ORDERS,
        **more,
    }


def house(rooms=PARTS, kills=0.2, minutes=60, **more):
    """A scenario in rooms: bites that turn within minutes, people who flee and hide."""
    return {
        "name": "house",
        "time": {"tick": "2 min", "start": "day 1 10:00", "end": f"{minutes} min"},
        "city": {"rooms": rooms},
        "pathogen": {
            "name": "bite",
            "infected": "bitten",
            "killed": "dead",
            "states": {
                "susceptible": {"counts_as": "susceptible"},
                "bitten": {"counts_as": "symptomless"},
                "turned": {
                    "counts_as": "turned",
                    "does": "pursue",
                    "infectious": {"bite": 1},
                    "speed": "1.8 m/s",
                    "wakes_every": {"varies": {"exponential": {"mean": "5 min"}}},
                    "senses": {"wander": 1, "sight": 60, "sound": 40, "smell": 12, "rest": 2},
                },
                "dead": {"counts_as": "dead"},
            },
            "transitions": [{"from": "bitten", "to": "turned", "after": {"varies": {"exponential": {"mean": "4 min"}}}}],
            "routes": {"bite": {"mixing": "present", "fights": [{"bite": "30 per hour", "kills_per_bite": kills}]}},
        },
        "behaviour": {
            "sees": {"flee_out": 2, "flee_home": 2, "hide": 1, "barricade": 1},
            "hears": {"carry_on": 1, "flee_out": 1, "hide": 2, "barricade": 1, "help": 1},
            "leave": "30 per hour",
            "exit_flow": "20 per min",
            "shut_door": 0.5,
            "hide_for": {"varies": {"exponential": {"mean": "15 min"}}},
            "doors": {
                "wooden": {"varies": {"exponential": {"mean": "10 min"}}},
                "steel": {"varies": {"exponential": {"mean": "2 h"}}},
                "barricade": {"varies": {"exponential": {"mean": "1 h"}}},
            },
        },
        "seeds": {"first": {"count": 1, "place": next(iter(rooms["places"])), "state": "turned"}},
        **more,
    }


class Kept:
    """A sink that keeps rows in memory, by table."""

    def __init__(self):
        self.tables = {"events": [], "people": [], "series": [], "orders": []}

    def append(self, table, columns):
        """Keep some rows."""
        self.tables[table].append(columns)


def simulation(scenario, world, seed=1, sink=None):
    """A simulation in one thread, not yet begun."""
    return Simulation(scenario, world, seed, sink or Kept(), Coded, Processor(1))


def built(source, overrides=(), seed=1):
    """A scenario and its world."""
    scenario = load(source, overrides=overrides, seed=seed)
    return scenario, build(scenario.city, scenario.base)


def run_in(scenario, world, seed=1, each_tick=False):
    """Run a scenario in a world that is not the one its city would make."""
    return Runner([Stage(scenario)], world, seed, Device.of(threads=1), each_tick=each_tick).run()


def shuffled(world, seed=0):
    """The same world with its people stored in another order; ids, and all that goes by them, are the same."""
    ground = world.ground
    new = np.random.default_rng(seed).permutation(world.people)  # new row -> old row
    row = np.empty_like(new)
    row[new] = np.arange(world.people)  # old row -> new row
    degree = np.diff(ground.link_start)[new]
    links = [np.arange(ground.link_start[i], ground.link_start[i + 1]) for i in new]
    order = np.concatenate(links).astype(np.int64)
    tied = np.concatenate([np.arange(ground.tie_start[i], ground.tie_start[i + 1]) for i in new]).astype(np.int64)
    changed = ground._replace(
        person_id=ground.person_id[new],
        person_age=ground.person_age[new],
        person_role=ground.person_role[new],
        person_schedule=ground.person_schedule[new],
        person_slot_place=np.ascontiguousarray(ground.person_slot_place[new]),
        member_person=row[ground.member_person].astype(np.int32),
        link_start=np.concatenate([[0], np.cumsum(degree)]).astype(np.int64),
        link_to=row[ground.link_to[order]].astype(np.int32),
        link_weight=ground.link_weight[order],
        tie_start=np.concatenate([[0], np.cumsum(np.diff(ground.tie_start)[new])]).astype(np.int64),
        tie_to=row[ground.tie_to[tied]].astype(np.int32),
        tie_kind=ground.tie_kind[tied],
        person_knows=ground.person_knows[new],
    )
    return replace(world, ground=changed)


def rows(table):
    """A table's rows as tuples."""
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))
