"""The replay: everybody on a map over time, with a slider, in one file that needs no network and no server.

What moves is what the events hold: changes of state, and the places where they and ways between zones happened. Who was in no such event
stands at home. Within a place people are spread by their ids, so that they are seen apart; this says nothing of where exactly they stood.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hyosan.errors import RunFolderError
from hyosan.report.counts import Row, begins, decisions, written
from hyosan.report.frame import page, script_json
from hyosan.report.people import Persons
from hyosan.results.atomic import write_bytes
from hyosan.results.rows import named
from hyosan.results.run import Run
from hyosan.world.frame import SLOT_HOME, World

REPLAY_NAME = "replay.html"
LOOKS = (
    ("susceptible", "not infected", "#868d98"),
    ("recovered", "recovered", "#009E73"),
    ("dead", "dead", "#000000"),
    ("symptomless", "infected, nothing shows", "#2E8FC9"),
    ("ill", "ill", "#A5380A"),
    ("half_turned", "half-turned", "#CC79A7"),
    ("turned", "turned", "#D55E00"),
)
"""What states count as, how they are named, and their colours: told apart by colour-blind people, at least 3 : 1 against white. Who stands
further down is drawn over who stands above."""
KINDS = (
    "seeded", "infected", "progressed", "killed", "moved", "left_city", "quarantined", "captured", "released", "slipped_out", "crossed_in",
    "evacuated", "rescued",
)  # fmt: skip
"""Kinds of events that change a state or tell of a place."""
_SAME_LOOK = {"human": "susceptible"}
KEPT = len(LOOKS)
"""Code of an event that changes no state."""
MOST_SPREAD = 250
"""Metres from the middle of a place within which people are drawn, at most; in a small city a twentieth of it."""
_BUSY = 0.995
Whole = NDArray[np.int64]


class Stage(NamedTuple):
    """Where people are drawn: places with their positions and how far people are spread there, and the place that each starts at."""

    people: Whole
    """Ids, ascending."""
    start: Whole
    """[people] position in the places."""
    place_id: Whole
    """Ids, ascending."""
    x: Whole
    y: Whole
    spread: Whole


def write_replay(run: Run, world: World | None = None, folder: Path | None = None) -> Path:
    """Write the replay of a run into its folder (or `folder`); gives its path. Without a world all people stand in one square.

    Raises RunFolderError: a run that goes on from another, a run in memory and no `folder`, or a file that cannot be written.
    ResourceError: the disk is full.
    """
    target = folder or run.path
    if begins(run):
        raise RunFolderError("There is no replay of a run that goes on from another: its tables do not say where everybody was when it began.")
    if target is None:
        raise RunFolderError("A run in memory has no folder for its replay. Give one: write_replay(run, folder=...).")
    write_bytes(target / REPLAY_NAME, replay(run, world).encode())
    return target / REPLAY_NAME


def replay(run: Run, world: World | None) -> str:
    """The page of the replay."""
    told, data = content(run, world)
    manifest = run.manifest
    return page(
        "report/replay.html", [], title=manifest.get("title") or manifest["name"], name=manifest["name"], seed=manifest["seed"],
        looks=[{"code": code, "name": name, "colour": colour} for code, (_, name, colour) in enumerate(LOOKS)],
        told=script_json(told), cast=[name for _, name in told["names"]], data=b64encode(data).decode(), history_hash=run.history_hash,
    )  # fmt: skip


def content(run: Run, world: World | None) -> tuple[Row, bytes]:
    """What the page draws: plain facts, and the columns of numbers, each as differences of variable length, packed.

    Columns, one after another: start place of each person; x, y and spread of each place; tick, person, place and look of each event.
    """
    manifest = run.manifest
    tick = int(manifest["tick_seconds"])
    events = run.events.filter(pa.array(named(run.events["kind"], *KINDS)))
    stage = _stage(run, world, events)
    events = _in_order(stage, events, tick)
    rows = _rows(run, stage, events, tick)
    infections = rows[0][named(events["kind"], "seeded", "infected")]
    last = -(-int(manifest["end_second"]) // tick)
    busy = min(last, int(np.quantile(infections, _BUSY) * 1.25) + 3600 // tick + 1) if len(infections) else last
    orders = [
        {
            "no": row["no"],
            "order": row["order"],
            "from": row["second_effective"] // tick,
            "to": row["second_ended"] // tick if row["second_ended"] >= 0 else last,
        }
        for row in decisions(run)
        if row["second_effective"] >= 0
    ]
    told = {
        "people": len(stage.people), "places": len(stage.x), "events": len(rows[0]), "tick": tick, "start": int(manifest["start_clock_seconds"]),
        "last": last, "busy": max(1, busy), "kept": KEPT, "residents": run.ending.residents, "zones": _rings(world),
        "orders": orders, "names": _names(run, stage),
    }  # fmt: skip
    columns = (stage.start, stage.x, stage.y, stage.spread, *rows)
    return told, zlib.compress(b"".join(pack(column) for column in columns), 9)


def _names(run: Run, stage: Stage) -> list[tuple[int, str]]:
    """Position among the people drawn, and name, of all who have one."""
    found = [(int(np.searchsorted(stage.people, person)), person, name) for person, name in Persons(run, None).names.items()]
    return [(at, name) for at, person, name in found if at < len(stage.people) and stage.people[at] == person]


def pack(column: Whole) -> bytes:
    """Whole numbers as differences from the one before, zigzag, seven bits a byte, the lowest first."""
    steps = column - np.concatenate([np.zeros(1, dtype=np.int64), column[:-1]])
    left = np.where(steps < 0, -2 * steps - 1, 2 * steps).astype(np.uint64)
    digits = []
    more = np.ones(len(left), dtype=bool)
    while more.any():
        low, left = left & np.uint64(127), left >> np.uint64(7)
        digits.append((np.where(left > 0, low | np.uint64(128), low).astype(np.uint8), more))
        more = more & (left > 0)
    if not digits:
        return b""
    table = np.stack([values for values, _ in digits], axis=1)
    return bytes(table[np.stack([used for _, used in digits], axis=1)].tobytes())


def _stage(run: Run, world: World | None, events: Any) -> Stage:
    if world is not None and len({*world.ground.place_x.tolist()}) + len({*world.ground.place_y.tolist()}) > 2:
        ground = world.ground
        order = np.argsort(ground.person_id)
        home = ground.person_slot_place[order, SLOT_HOME]
        met = np.isin(ground.place_id, events["place"].to_numpy())
        used = np.union1d(home, np.flatnonzero(met))
        used = used[np.argsort(ground.place_id[used])]
        position = np.zeros(len(ground.place_id), dtype=np.int64)
        position[used] = np.arange(len(used))
        x, y = ground.place_x[used].astype(np.int64), ground.place_y[used].astype(np.int64)
        across = max(int(np.ptp(ground.place_x[home])), int(np.ptp(ground.place_y[home])))
        most = min(MOST_SPREAD, max(20, across // 20))
        spread = np.minimum(most, (0.7 * np.sqrt(ground.place_capacity[used])).astype(np.int64))
        return Stage(ground.person_id[order], position[home], ground.place_id[used], x, y, spread)
    known = np.union1d(events["person"].to_numpy(), run.people["person"].to_numpy()) if world is None else np.sort(world.ground.person_id)
    known = known[known >= 0]
    nothing = np.zeros(1, dtype=np.int64)
    return Stage(known, np.zeros(len(known), dtype=np.int64), nothing, nothing, nothing, np.array([int(4 * len(known) ** 0.5) + 1]))


def _shown(second: Any, tick: int) -> Any:
    """The tick from whose start on an event is shown: the first after it, as in the series."""
    return second // tick + 1


def _in_order(stage: Stage, events: Any, tick: int) -> Any:
    """The events of people on the stage, by tick, then person, then as they stand: near each other, ids pack well."""
    persons = events["person"].to_numpy()
    here = np.flatnonzero(np.isin(persons, stage.people))
    return events.take(pa.array(here[np.lexsort((here, persons[here], _shown(events["second"].to_numpy()[here], tick)))]))


def _rows(run: Run, stage: Stage, events: Any, tick: int) -> tuple[Whole, Whole, Whole, Whole]:
    """Tick, person, place and look of each event; -1 = a place that is not on the stage."""
    places = events["place"].to_numpy()
    at = np.minimum(np.searchsorted(stage.place_id, places), len(stage.place_id) - 1)
    place = np.where(stage.place_id[at] == places, at, -1)
    person = np.searchsorted(stage.people, events["person"].to_numpy())
    return _shown(events["second"].to_numpy(), tick), person, place, _looks(run, events)


def _looks(run: Run, events: Any) -> Whole:
    """Look of the state after each event; KEPT where it says nothing of one."""
    states = (written(run).get("pathogen") or {}).get("states") or {}
    codes = {code: at for at, (code, _, _) in enumerate(LOOKS)}

    def look(name: str) -> int:
        counts = str((states.get(name) or {}).get("counts_as", name))
        return codes.get(_SAME_LOOK.get(counts, counts), KEPT)

    tells = named(events["kind"], "seeded", "infected", "progressed", "killed")
    names = events["to"].cast(pa.string()).combine_chunks().dictionary_encode()
    table = np.array([*(look(name) for name in names.dictionary.to_pylist()), KEPT], dtype=np.int64)
    return np.where(tells, table[names.indices.to_numpy(zero_copy_only=False)], KEPT)


def _rings(world: World | None) -> list[list[list[int]]]:
    """Outlines of zones, in whole metres."""
    found = []
    for feature in world.zone_geojson["features"] if world else ():  # type: ignore[attr-defined]
        shape = feature["geometry"]
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        found += [[[round(x), round(y)] for x, y in ring] for part in parts for ring in part]
    return found
