"""From a draft to a frozen world: sorts ways and members, pairs opposite ways, shapes zones, and hashes the result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.errors import SelfCheckError
from hyosan.world.draft import Draft
from hyosan.world.draws import Ints
from hyosan.world.frame import Ground, World

Check = tuple[str, str, float, float, float]
"""What, source, expected, built, tolerance."""
_HALF_ROOM = 5
"""Metres by which a zone drawn around its places reaches beyond them (assumed: half a room)."""


class People(NamedTuple):
    """The columns of people that `finish` takes; rows ascend by id."""

    id: Ints  # [n]
    age: Ints  # [n] years
    role: Ints  # [n] codes of the draft's roles
    schedule: Ints  # [n] row of `schedule_slot`
    slot_place: NDArray[np.int32]  # [n, S]
    schedule_slot: NDArray[np.int8]  # [h, 168]
    position: Ints | None = None  # [n] position in the household: 0 head, 1 partner, 2 and more others; None = not told


class Links(NamedTuple):
    """Directed links between people, sorted by their start and then by the id of their end."""

    start: Ints  # [n + 1]
    to: NDArray[np.int32]  # [l] person rows
    weight: NDArray[np.int32]  # [l] in 1/1024


class TieRows(NamedTuple):
    """Directed ties between people, sorted by their start, then kind, then the id of their end."""

    start: Ints  # [n + 1]
    to: NDArray[np.int32]  # [t] person rows
    kind: NDArray[np.int8]  # [t] index into TIE_KINDS


def finish(
    draft: Draft, people: People, links: Links | None = None, checks: tuple[Check, ...] = (), ties: TieRows | None = None,
    knows: Ints | None = None, names: dict[int, str] | None = None,
) -> World:  # fmt: skip
    """The frozen world of a draft and its people. Raises SelfCheckError: parts that do not fit together (a bug)."""
    if not bool(np.all(people.id[1:] > people.id[:-1])) or bool(np.any(people.slot_place[:, 0] < 0)):
        raise SelfCheckError("world: person ids must ascend and everybody must have a home")
    kind, setting, zone, parent, x, y, capacity, outside = draft.place_columns()
    places = draft.count
    member_start, member_person = _members(people.slot_place, places)
    if links is None:
        links = Links(np.zeros(len(people.id) + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.int32))
    if ties is None:
        ties = TieRows(np.zeros(len(people.id) + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.int8))
    ground = Ground(
        person_id=people.id,
        person_age=people.age.astype(np.int16),
        person_role=people.role.astype(np.int16),
        person_schedule=people.schedule.astype(np.int16),
        person_slot_place=np.ascontiguousarray(people.slot_place, dtype=np.int32),
        schedule_slot=people.schedule_slot,
        member_start=member_start,
        member_person=member_person,
        place_id=np.arange(places, dtype=np.int64),
        place_kind=kind.astype(np.int16),
        place_setting=setting.astype(np.int16),
        place_zone=zone.astype(np.int16),
        place_parent=parent.astype(np.int32),
        place_x=x.astype(np.int32),
        place_y=y.astype(np.int32),
        place_capacity=capacity.astype(np.int32),
        place_outside=outside.astype(np.int8),
        **_ways(draft.way_columns(), places),
        link_start=links.start,
        link_to=links.to,
        link_weight=links.weight,
        tie_start=ties.start,
        tie_to=ties.to,
        tie_kind=ties.kind,
        person_knows=np.zeros(len(people.id), np.int8) if knows is None else knows.astype(np.int8),
    )
    for array in ground:
        array.flags.writeable = False
    world = World(
        ground=ground,
        roles=draft.roles.names,
        kinds=draft.kinds.names,
        settings=draft.settings.names,
        zones=draft.zones.names,
        gates=draft.gates.names,
        place_names=dict(draft.names),
        zone_geojson=_shapes(draft, ground),
        checks=checks,
        person_names=names or {},
    )
    return replace(world, content_hash=content_hash(world))


def _members(slot_place: NDArray[np.int32], places: int) -> tuple[Ints, NDArray[np.int32]]:
    people, slots = slot_place.shape
    starts: list[Ints] = [np.zeros(1, np.int64)]
    members: list[NDArray[np.int32]] = []
    total = 0
    for slot in range(slots):
        column = slot_place[:, slot]
        if people and int(column.max()) >= places:
            raise SelfCheckError(f"world: slot {slot} names a place that does not exist")
        rows = np.flatnonzero(column >= 0).astype(np.int32)
        at = column[rows]
        if not bool(np.all(at[1:] >= at[:-1])):  # homes lie in order already: no sorting, half the memory
            rows = rows[np.argsort(at, kind="stable")]
        members.append(rows)
        starts.append(total + np.cumsum(np.bincount(at, minlength=places), dtype=np.int64))
        total += len(rows)
    return np.concatenate(starts), np.concatenate(members)


def _ways(columns: Ints, places: int) -> dict[str, Any]:
    one, other, seconds, sound, kind, state, gate = columns
    number = len(one)
    if number and (int(min(one.min(), other.min())) < 0 or int(max(one.max(), other.max())) >= places or bool(np.any(one == other))):
        raise SelfCheckError("world: a way has an end that does not exist, or both ends in one place")
    has_door = kind >= 0
    door = np.where(has_door, np.cumsum(has_door) - 1, -1)
    start, end = np.concatenate([one, other]), np.concatenate([other, one])
    key = start * places + end
    order = np.argsort(key)  # no two are equal, else there is an error
    if bool(np.any(key[order][1:] == key[order][:-1])):
        raise SelfCheckError("world: two ways between the same two places")
    position = np.empty(2 * number, dtype=np.int64)
    position[order] = np.arange(2 * number)
    both = order % max(number, 1)
    return {
        "way_start": np.concatenate([[0], np.cumsum(np.bincount(start, minlength=places))]).astype(np.int64),
        "way_to": end[order].astype(np.int32),
        "way_seconds": np.maximum(seconds[both], 1).astype(np.int32),
        "way_door": door[both].astype(np.int32),
        "way_sound_lost": sound[both].astype(np.int16),
        "way_gate": gate[both].astype(np.int16),
        "way_back": position[(order + number) % max(2 * number, 1)],
        "door_kind": kind[has_door].astype(np.int8),
        "door_state": state[has_door].astype(np.int8),
        "door_id": np.arange(int(has_door.sum()), dtype=np.int64),
    }


def _shapes(draft: Draft, ground: Ground) -> dict[str, object]:
    features: list[dict[str, object]] = []
    for index, name in enumerate(draft.zones.names):
        rings = draft.zone_rings.get(name)
        inside = np.flatnonzero(ground.place_zone == index) if rings is None else None
        if inside is not None and len(inside):
            x, y = ground.place_x[inside], ground.place_y[inside]
            rings = [rectangle(int(x.min()) - _HALF_ROOM, int(y.min()) - _HALF_ROOM, int(x.max()) + _HALF_ROOM, int(y.max()) + _HALF_ROOM)]
        shape = {"type": "Polygon", "coordinates": rings} if rings else None
        features.append({"type": "Feature", "properties": {"zone": name, "index": index}, "geometry": shape})
    return {"type": "FeatureCollection", "features": features}


def rectangle(west: int, south: int, east: int, north: int) -> list[list[float]]:
    """A closed ring of GeoJSON positions, counterclockwise, in metres."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def names_text(world: World) -> str:
    """All that a world holds besides its arrays, as canonical JSON; `store.py` writes it and `content_hash` hashes it."""
    content = {
        "roles": world.roles, "kinds": world.kinds, "settings": world.settings, "zones": world.zones, "gates": world.gates,
        "place_names": {str(row): world.place_names[row] for row in sorted(world.place_names)},
        "zone_geojson": world.zone_geojson, "checks": world.checks,
    }  # fmt: skip
    if world.person_names:  # worlds without anybody named keep the hash they had before people could have names
        content["person_names"] = {str(person): world.person_names[person] for person in sorted(world.person_names)}
    return json.dumps(content, ensure_ascii=False, sort_keys=False, separators=(",", ":"))


def little_endian(ground: Ground) -> Iterator[tuple[str, NDArray[Any]]]:
    """Name and array of each field, contiguous and little-endian: what is hashed and stored is the same on every machine."""
    for name in Ground._fields:
        array: NDArray[Any] = getattr(ground, name)
        yield name, np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))


def content_hash(world: World) -> str:
    """Hash (32 hex digits) of name, type, shape and bytes of every array, and of all names: equal worlds have equal hashes."""
    digest = hashlib.blake2b(digest_size=16)
    nothing = set() if len(world.ground.tie_to) else {"tie_start", "tie_to", "tie_kind"}
    nothing |= set() if world.ground.person_knows.any() else {"person_knows"}
    for name, array in little_endian(world.ground):
        if name in nothing:  # worlds without ties keep the hash they had before there were any
            continue
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.data)
    digest.update(names_text(world).encode())
    return digest.hexdigest()
