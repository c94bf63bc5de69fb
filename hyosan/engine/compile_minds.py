"""Behaviour as integers: weights of options by situation, feelings, who needs whom, and what decides about host types."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.compile_floor import place_row
from hyosan.engine.compile_laws import share
from hyosan.rules.behave import EXPEL, KILL
from hyosan.scenario.behaviour import OPTIONS, Behaviour
from hyosan.scenario.root import Scenario
from hyosan.units import DAY_SECONDS
from hyosan.world.frame import World

NIGHT = 4 * 3600
"""Time of day, seconds from midnight, at which it is seen who is alone: people are at home."""
SITUATIONS = ("hidden", "told", "hears", "sees", "bitten", "beside_bitten", "half_turned")
"""Fields of `Behaviour` with weights, in the order of the situations of `rules/behave.py`."""


def weights(behaviour: Behaviour) -> dict[str, NDArray[np.int64]]:
    """`choice`, `feelings` and `factors` of a rulebook."""
    feelings = behaviour.feelings
    factors = np.full((4, len(OPTIONS)), 1024, dtype=np.int64)
    factors[1] = factors[3] = _row(behaviour.crisis, 1)
    for option in (EXPEL, KILL):
        factors[2, option] = round(behaviour.scorn * 1024)
        factors[3, option] = round(factors[1, option] * behaviour.scorn)
    return {
        "choice": np.array([_row(getattr(behaviour, name), 0) for name in SITUATIONS], dtype=np.int64),
        "feelings": np.array([_row(felt, 0) for felt in (feelings.fear, feelings.anger, feelings.tired)], dtype=np.int64),
        "factors": factors,
    }


def _row(told: Any, otherwise: float) -> list[int]:
    """A number for each option, in 1/1024."""
    return [round(told.get(option, otherwise) * 1024) for option in OPTIONS]


def needs_until(scenario: Scenario) -> int:
    """The age up to which people need somebody to look after them; -1 = nobody does."""
    dependants = scenario.behaviour.dependants
    return -1 if dependants is None else dependants.up_to_age


def minds(scenario: Scenario, world: World, clock: int) -> dict[str, int]:
    """Scalars of a rulebook that say how people decide; `clock` is the time of day of the start, seconds. Raises ScenarioError: no such place."""
    behaviour, tick = scenario.behaviour, round(scenario.time.tick)
    feelings, dependants, cause = behaviour.feelings, behaviour.dependants, scenario.pathogen.cause
    felt = bool(feelings.fear or feelings.anger or feelings.tired or feelings.tired_slows) or cause.by == "host"
    return {
        "minds": int(felt or len(world.ground.tie_to) > 0),
        "beside_bitten": int(bool(behaviour.beside_bitten)),
        "bitten_choose": int(bool(behaviour.bitten)),
        "half_choose": int(bool(behaviour.half_turned)),
        "bite_seen": share(behaviour.bite_seen),
        "meeting": -1 if behaviour.meeting is None else place_row(world, behaviour.meeting, "behaviour.meeting"),
        "lure_noise": round(behaviour.lure_noise),
        "calm_ticks": max(1, round(feelings.calms_after) // tick),
        "tire_ticks": max(1, round(feelings.tires_after) // tick),
        "tired_slows": round(feelings.tired_slows * 1024),
        "carer_age": 0 if dependants is None else dependants.carer_age,
        "alone_ticks": 0 if dependants is None else max(1, round(dependants.alone_for) // tick),
        "day_ticks": max(1, DAY_SECONDS // tick),
        "night_tick": (NIGHT - clock) % DAY_SECONDS // tick,
        "cause": ("chance", "variant", "host").index(cause.by),
        "keeps": share(cause.keeps),
    }
