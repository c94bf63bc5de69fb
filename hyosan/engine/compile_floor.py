"""The world as kernels read it: `Floor`, from the frozen arrays of `World`."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.records import lines
from hyosan.engine.rulebook import GROUNDS, PERSONS, WAYS, Floor
from hyosan.errors import ScenarioError
from hyosan.scenario.nearest import nearest_some
from hyosan.world.frame import KNOWS_CRISIS, TIE_BULLY, TIE_COUPLE, Ground, World
from hyosan.world.mixing import age_groups

WELDED: Final = 2
"""State of a door that nobody opens."""


def make_floor(
    world: World,
    slot_seconds: NDArray[np.int64],
    fighter: NDArray[np.int64],
    settings: Any,
    wards: NDArray[np.int64],
    staff: NDArray[np.int64],
    needs_until: int,
) -> Floor:
    """The world as kernels read it; `settings` are rows of SETTINGS, `wards` and `staff` as of `Floor`; up to the age `needs_until` (-1 = none)
    people need somebody.

    `slot_seconds` [schedules, ticks, slots] ends with a schedule for each slot that never leaves it.
    """
    ground = world.ground
    n, m = world.people, world.places
    slots = ground.person_slot_place.astype(np.int64)
    home = slots[:, 0].copy()
    for k in range(1, slots.shape[1]):
        slots[slots[:, k] == home, k] = -1
    schedule = ground.person_schedule.astype(np.int64)
    kept = _kept_inside(world, slots, schedule, slot_seconds)
    persons = lines(
        PERSONS, n, id=ground.person_id, age=ground.person_age, schedule=schedule, home=home, fighter=fighter,
        zone=ground.place_zone[home], kept=kept, knows=ground.person_knows == KNOWS_CRISIS, **_bonds(ground, needs_until),
    )  # fmt: skip
    start = np.asarray(ground.way_start, dtype=np.int64)
    from_ = np.repeat(np.arange(m), np.diff(start))
    to = np.asarray(ground.way_to, dtype=np.int64)
    parent = np.asarray(ground.place_parent, dtype=np.int64)
    child = (parent[to] == from_) if len(to) else np.zeros(0, dtype=bool)
    main_start, main_way = _some_ways(~child, start)
    dead_end = (parent >= 0) & (np.diff(start) == 1)
    dead_end[dead_end] = to[start[:-1][dead_end]] == parent[dead_end]
    child_start, child_way = _children(child, start, dead_end[to] if len(to) else child)
    aged = ((settings["contact_ages"] >= 0) | (settings["air_ages"] >= 0))[ground.place_setting]
    grounds = lines(
        GROUNDS, m, id=ground.place_id, kind=ground.place_kind, setting=ground.place_setting, zone=ground.place_zone, parent=parent,
        x=ground.place_x, y=ground.place_y, outside=ground.place_outside, way_start=start[:-1], way_end=start[1:],
        main_start=main_start[:-1], main_end=main_start[1:], child_start=child_start[:-1], child_end=child_start[1:],
        leaf_start=child_start[1:] - np.bincount(from_[child & dead_end[to]], minlength=m) if len(to) else 0, dead_end=dead_end,
        out=_nearest_outside(ground), ages_row=np.where(aged, np.cumsum(aged) - 1, -1),
    )  # fmt: skip
    ways = lines(
        WAYS, len(to), to=to, seconds=ground.way_seconds, door=ground.way_door, sound_lost=ground.way_sound_lost, gate=ground.way_gate,
        back=ground.way_back, from_=from_, to_id=ground.place_id[to],
    )  # fmt: skip
    spots = np.column_stack([np.where(slots < 0, home[:, None], slots), schedule, age_groups(ground.person_age)]).astype(np.int32)
    return Floor(
        persons, slots, spots, grounds, ways, main_way, child_way, ground.member_start.astype(np.int64), ground.member_person.astype(np.int64),
        _members_schedules(ground.member_start, schedule[ground.member_person]),
        ground.link_start.astype(np.int64), ground.link_to.astype(np.int64), ground.link_weight.astype(np.int64),
        ground.tie_start.astype(np.int64), ground.tie_to.astype(np.int32), ground.tie_kind.astype(np.int8),
        np.flatnonzero(persons["needs"]), wards, staff,
        _rows_by_id(ground.person_id),
    )  # fmt: skip


def _bonds(ground: Ground, needs_until: int) -> dict[str, NDArray[np.int64]]:
    """Columns of PERSONS that follow from ties: by how many one is bullied, who needs somebody, and whose family they are."""
    n = len(ground.person_id)
    from_ = np.repeat(np.arange(n), np.diff(ground.tie_start))
    needs = ground.person_age <= needs_until
    cares = np.zeros(n, dtype=np.int64)
    cares[from_[(ground.tie_kind <= TIE_COUPLE) & needs[ground.tie_to]]] = 1
    cares[needs] = 0
    return {"bullied": np.bincount(ground.tie_to[ground.tie_kind == TIE_BULLY], minlength=n), "needs": needs.astype(np.int64), "cares": cares}


def schedule_bits(schedules: NDArray[np.int64]) -> NDArray[np.int64]:
    """The bit that stands for each schedule; beyond 61 of them several share one."""
    found: NDArray[np.int64] = np.int64(1) << np.minimum(schedules, 61)
    return found


def slots_open(slot_seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """[ticks, slots] bits of the schedules [schedules, ticks, slots] that spend time there."""
    bits = schedule_bits(np.arange(len(slot_seconds), dtype=np.int64))
    found: NDArray[np.int64] = np.bitwise_or.reduce(np.where(slot_seconds > 0, bits[:, None, None], 0), axis=0)
    return found


def _members_schedules(start: NDArray[np.int64], schedules: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bits of the schedules of the members of each (slot, place); `schedules` [memberships], `start` where each (slot, place) begins."""
    found = np.zeros(len(start) - 1, dtype=np.int64)
    some = np.diff(start) > 0
    if some.any():
        found[some] = np.bitwise_or.reduceat(schedule_bits(schedules), np.asarray(start[:-1])[some])
    return found


def _kept_inside(world: World, slots: NDArray[np.int64], schedule: NDArray[np.int64], slot_seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each person the sealed place they are in when the run starts, -1 = none. Changes `slots` and `schedule`.

    Routines go from place to place without asking for doors. Where every way out is welded that would be wrong: whoever is inside at the
    start stays, and follows the routine there; nobody else has a place there any more.
    """
    kept = np.full(world.people, -1, dtype=np.int64)
    sealed = _sealed(world)
    if not sealed.any():
        return kept
    slot = slot_seconds[schedule, 0].argmax(axis=1)
    place = slots[np.arange(world.people), slot]
    place = np.where(place < 0, slots[:, 0], place)
    inside = sealed[place]
    kept[inside] = place[inside]
    schedule[inside] = len(slot_seconds) - slots.shape[1] + slot[inside]
    elsewhere = (slots >= 0) & sealed[np.maximum(slots, 0)] & (slots != kept[:, None])
    elsewhere[:, 0] = False
    slots[elsewhere] = -1
    return kept


def _sealed(world: World) -> NDArray[np.bool_]:
    """Which places no way leads out of into the open, because every such way is welded."""
    ground = world.ground
    sealed = np.asarray(ground.place_parent) >= 0
    if not len(ground.door_id) or not (ground.door_state == WELDED).any():
        return np.zeros(world.places, dtype=bool)
    from_ = np.repeat(np.arange(world.places), np.diff(ground.way_start))
    open_way = (ground.way_door < 0) | (ground.door_state[np.maximum(ground.way_door, 0)] != WELDED)
    while True:
        reached = from_[open_way & ~sealed[ground.way_to] & sealed[from_]]
        if not len(reached):
            return sealed
        sealed[reached] = False


def _rows_by_id(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Row of each id, -1 where there is none; empty where ids are so sparse that drawing one would mostly miss."""
    highest = int(ids.max(initial=-1))
    if highest >= 4 * len(ids) + 64:
        return np.zeros(0, dtype=np.int64)
    rows = np.full(highest + 1, -1, dtype=np.int64)
    rows[ids] = np.arange(len(ids))
    return rows


def _some_ways(chosen: NDArray[np.bool_], start: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    running = np.concatenate([[0], np.cumsum(chosen)]).astype(np.int64)
    return running[start], np.concatenate([np.flatnonzero(chosen), [0]]).astype(np.int64)


def _children(chosen: NDArray[np.bool_], start: NDArray[np.int64], dead_end: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """As `_some_ways`, the ways of each place that lead into dead ends after the others."""
    running, ways = _some_ways(chosen, start)
    ways = ways[:-1]
    place = np.searchsorted(start, ways, side="right")
    return running, np.concatenate([ways[np.lexsort((ways, dead_end[ways], place))], [0]]).astype(np.int64)


def _nearest_outside(ground: Any) -> NDArray[np.int64]:
    """For open ground the nearest place outside the city (-1 = none), by squared distance, ties by id."""
    m = len(ground.place_id)
    out = np.full(m, -1, dtype=np.int64)
    outside = np.flatnonzero(ground.place_outside)
    if len(outside) == 0:
        return out
    outside = outside[np.argsort(ground.place_id[outside])]
    x, y = ground.place_x.astype(np.int64), ground.place_y.astype(np.int64)
    for row in np.flatnonzero(ground.place_parent < 0):
        out[row] = outside[np.argmin((x[outside] - x[row]) ** 2 + (y[outside] - y[row]) ** 2)]
    return out


def place_row(world: World, name: str, field: str) -> int:
    """The row of a named place. Raises ScenarioError with the nearest names."""
    for row, known in world.place_names.items():
        if known == name:
            return row
    raise ScenarioError(f"{field}: this city has no place named {name!r}{nearest_some(name, world.place_names.values())}")
