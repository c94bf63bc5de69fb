"""Made-up but consistent runs for the tests of results and report: a small lost city with strikes, and measles in a school."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np

from hyosan.results.columns import Coded
from hyosan.results.ending import Alive, Ending, Struck
from hyosan.results.run import Run
from hyosan.tables import TABLES
from hyosan.world.frame import Ground, World

HOUR, DAY = 3600, 86_400
ZONES = tuple(f"Ward {row}{column}" for row in "ABCD" for column in (1, 2, 3, 4, 5))
KINDS = ("house", "flat", "classroom", "street", "shop", "office")


def columns(table: str, rows: list[dict[str, Any]], **defaults: Any) -> dict[str, Any]:
    """Columns for `RunWriter.append` from rows that name only what differs from the defaults (0 or no name)."""
    import pyarrow as pa

    found: dict[str, Any] = {}
    for column in TABLES[table]:
        text = not pa.types.is_integer(column.type)
        values = [row.get(column.name, defaults.get(column.name, "" if text else 0)) for row in rows]
        if pa.types.is_dictionary(column.type):
            names = tuple(dict.fromkeys(values))
            found[column.name] = Coded(np.array([names.index(value) for value in values], dtype=np.int32), names)
        else:
            found[column.name] = values if text else np.array(values, dtype=np.int64)
    return found


def random_columns(rows: int, seed: int = 1, shuffle_names: bool = False) -> dict[str, Any]:
    """Random columns of the events table, in order of time. `shuffle_names` gives the same rows with other codes."""
    rng = np.random.default_rng(seed)
    names = ("", *ZONES, "infected", "progressed", "moved")
    found: dict[str, Any] = {}
    import pyarrow as pa

    for column in TABLES["events"]:
        if pa.types.is_dictionary(column.type):
            codes = rng.integers(0, len(names), rows)
            order = np.random.default_rng(seed + 1).permutation(len(names)) if shuffle_names else np.arange(len(names))
            back = np.argsort(order)
            found[column.name] = Coded(back[codes], tuple(names[i] for i in order))
        elif column.name == "second":
            found[column.name] = np.sort(rng.integers(0, 10**7, rows))
        else:
            found[column.name] = rng.integers(-1, 30_000, rows)
    return found


def split(batch: dict[str, Any], cuts: list[int]) -> list[dict[str, Any]]:
    """The same rows in batches that end at `cuts`."""
    rows = len(batch["second"])
    edges = [0, *cuts, rows]

    def part(values: Any, start: int, stop: int) -> Any:
        return Coded(values.codes[start:stop], values.names) if isinstance(values, Coded) else values[start:stop]

    return [{name: part(values, a, b) for name, values in batch.items()} for a, b in pairwise(edges)]


def manifest(ending: Ending, **changes: Any) -> dict[str, Any]:
    """A manifest as the engine's caller would write it."""
    return {
        "name": "hyosan-small",
        "title": "The Jonas outbreak in a small Hyosan",
        "status": "fiction",
        "seed": 7,
        "threads": 2,
        "scenario_hash": "ab" * 16,
        "world_hash": "cd" * 16,
        "start_clock_seconds": 10 * HOUR + 1200,
        "tick_seconds": 600,
        "end_second": 40 * DAY,
        "why": "the time that the scenario gives is over",
        "ending": ending.to_json(),
        "self_checks": [
            {"name": "every resident is counted once", "passed": True, "detail": "20,000 of 20,000"},
            {"name": "kills and bites balance", "passed": True, "detail": "z = 0.83"},
        ],
        "timings": {"elapsed_seconds": 12.5, "person_days": 800_000, "compile_seconds": 4.0},
        "hardware": "2 cores of a test, 4 GiB memory, Linux x86_64",
        "versions": {"hyosan": "0.1.0", "results": "1", "python": "3.11", "numpy": "2", "numba": "0.6", "pyarrow": "26"},
    } | changes


def _infections(count: int, seeds: int, span: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """A forest of infections that spreads outwards from the middle ward."""
    seconds = np.sort((span / (1 + np.exp(-rng.normal(0, 1, count)))).astype(np.int64))
    rows: list[dict[str, Any]] = []
    for i in range(count):
        seeded = i < seeds
        reach = 1 + 9 * i / count
        zone = int(np.clip(np.round(rng.normal(7, reach)), 0, len(ZONES) - 1))
        kind = KINDS[int(rng.choice(len(KINDS), p=(0.3, 0.2, 0.15, 0.2, 0.1, 0.05)))]
        infector = -1 if seeded else int(rng.integers(max(0, i - 400), i)) if rng.random() < 0.8 else int(rng.integers(0, 10) % i)
        rows.append(
            {
                "second": int(seconds[i]) if not seeded else 0,
                "kind": "seeded" if seeded else "infected",
                "person": 100 + i,
                "other": -1 if seeded else 100 + infector,
                "place": 1000 + 10 * zone + i % 10,
                "place_kind": kind,
                "zone": ZONES[zone],
                "route": "" if seeded else "bite",
                "from": "well",
                "to": "bitten",
                "cause": "mouse" if seeded else "",
            }
        )
    return sorted(rows, key=lambda row: row["second"])


def _series(rows: list[dict[str, Any]], end: int, curves: dict[tuple[str, str], Any]) -> list[dict[str, Any]]:
    found = []
    last: dict[tuple[str, str], int] = {}
    for hour in range(end // HOUR + 1):
        for (view, quantity), curve in curves.items():
            value = int(curve(hour * HOUR))
            if last.get((view, quantity)) != value:
                found.append({"second": hour * HOUR, "zone": "all", "view": view, "quantity": quantity, "value": value})
                last[view, quantity] = value
    return found


def lost_city(count: int = 3000, hostile_name: str = "") -> Run:
    """A city of 20,000 with four strikes and a quarantine. `hostile_name` replaces the name of one ward and one order."""
    rng = np.random.default_rng(5)
    end = 40 * DAY
    infections = _infections(count, 1, 6 * DAY, rng)
    seconds = np.array([row["second"] for row in infections])
    killed = [
        {"second": (5 + i % 4) * DAY, "kind": "killed", "person": 100 + i, "other": -1, "place": 1000, "place_kind": "street",
         "zone": ZONES[i % 20], "from": "turned", "to": "dead", "cause": "strikes"}
        for i in range(count // 2)
    ]  # fmt: skip
    quarantined = [
        {"second": 9 * DAY + i, "kind": "quarantined", "person": 9000 + i, "other": -1, "zone": "Ward A1", "place_kind": "camp"} for i in range(300)
    ]
    struck = sum(row["person"] < 100 + count for row in killed)

    def cumulative(second: int) -> int:
        return int(np.searchsorted(seconds, second, "right"))

    def dead(second: int) -> int:
        return sum(row["second"] <= second for row in killed)

    series = _series(
        infections,
        end,
        {
            ("truth", "infected"): cumulative,
            ("truth", "turned"): lambda s: cumulative(s - 2 * HOUR) - dead(s) if s > 2 * HOUR else 0,
            ("truth", "dead"): dead,
            ("truth", "killed"): dead,
            ("truth", "human"): lambda s: 20_000 - cumulative(s),
            ("known", "reported_infected"): lambda s: int(0.7 * cumulative(s - 10 * HOUR)),
            ("known", "reported_turned"): lambda s: int(0.5 * cumulative(s - 12 * HOUR)),
            ("known", "reported_dead"): lambda s: int(0.8 * dead(s - 6 * HOUR)),
            ("known", "calls_waiting"): lambda s: 40 if DAY < s < 5 * DAY else 0,
        },
    )
    orders = [
        _order("alert", 1, "police alert", (2, 3, 960), {"reported_turned": 3}, 15_000, "no longer needed"),
        _order("martial law", 1, "council martial_law", (18, 20, 840), {"reported_turned": 210}, 20_000, "over"),
        _order("ring", 1, "army cordon", (18, 26, None), {"reported_turned": 210}, 12, ""),
        *(_order("strikes", i - 4, "army strike", (24 * i - 2, 24 * i, 24 * i), {"reported_turned": 900 - i}, 400, "done") for i in range(5, 9)),
        _order("rescue teams", 1, "firefighters rescue", (3, 4, 120), {"calls_waiting": 9}, 140, "strikes began"),
        _order("camp", 1, "army quarantine", (192, 216, None), {"reported_infected": 1500}, 300, ""),
    ]
    ending = Ending(
        residents=20_000,
        alive=Alive(human=17_000 - 40, symptomless=35, half_turned=5),
        killed_in_strikes=Struck(turned_or_ill=struck, symptomless=60, not_infected=240),
        reported_killed_in_strikes=Struck(turned_or_ill=struck - 100, symptomless=10, not_infected=390),
        killed_otherwise=1100,
        turned_at_large=78,
        held_infected=2,
        missing=20,
        strikes=4,
        martial_law_days=34.2,
        in_quarantine=300,
        ever_infected=count,
    )
    people = [
        {"person": 100 + i, "age": int(rng.integers(0, 90)), "role": "pupil" if i % 5 == 0 else "resident", "host": "ordinary",
         "home": 1, "home_zone": ZONES[i % 20], "state": "dead" if i < count // 2 else "turned",
         "ending": "killed_in_strikes" if i < count // 2 else "killed_otherwise", "place": 1000,
         "infected_second": int(seconds[min(i, count - 1)]), "infector": -1, "died_second": 5 * DAY if i < count // 2 else -1, "name": ""}
        for i in range(count)
    ]  # fmt: skip
    events = sorted(infections + killed + quarantined, key=lambda row: row["second"])
    if hostile_name:
        _rename(events, "zone", "Ward B3", hostile_name)
        _rename(orders, "order", "ring", hostile_name)
    return Run.in_memory(
        manifest(ending, end_second=end, title=hostile_name or "The Jonas outbreak in a small Hyosan"),
        {
            "events": [columns("events", events)],
            "people": [columns("people", people)],
            "series": [columns("series", series)],
            "orders": [columns("orders", orders)],
        },
        "name: hyosan-small\n",
    )


def measles(cases: int = 60) -> Run:
    """Measles in a school of 400: contact only, one closure, everybody alive."""
    rng = np.random.default_rng(3)
    infections = [row | {"route": "contact" if row["kind"] == "infected" else "", "zone": "here", "place_kind": "school"}
                  for row in _infections(cases, 2, 60 * DAY, rng)]  # fmt: skip
    seconds = np.array([row["second"] for row in infections])
    series = _series(
        infections,
        90 * DAY,
        {
            ("truth", "infected"): lambda s: np.searchsorted(seconds, s, "right"),
            ("truth", "susceptible"): lambda s: 400 - np.searchsorted(seconds, s, "right"),
            ("truth", "ill"): lambda s: np.searchsorted(seconds, s, "right") - np.searchsorted(seconds, s - 8 * DAY, "right"),
            ("truth", "recovered"): lambda s: np.searchsorted(seconds, s - 8 * DAY, "right"),
            ("known", "reported_infected"): lambda s: np.searchsorted(seconds, s - 4 * DAY, "right") * 0.9,
        },
    )
    orders = [_order("closure", 1, "school close", (480, 504, 984), {"reported_infected": 10}, 400, "no case for 14 days")]
    ending = Ending(residents=400, alive=Alive(human=400), ever_infected=cases)
    return Run.in_memory(
        manifest(
            ending, name="measles-school", title="Measles in a school", status="calibrated to 3 outbreaks in schools",
            end_second=90 * DAY, tick_seconds=DAY, start_clock_seconds=0, why="nobody is infected any more",
        ),
        {"events": [columns("events", infections)], "series": [columns("series", series)], "orders": [columns("orders", orders)]},
    )  # fmt: skip


def nothing_happened() -> Run:
    """A run in which nobody was infected and nothing was ordered."""
    return Run.in_memory(manifest(Ending(residents=10, alive=Alive(human=10)), name="quiet", title="", status="uncalibrated"), {})


def world() -> World:
    """A world as far as the report needs one: houses in 20 zones, and their shapes (squares of 1 km)."""
    features = []
    for index, zone in enumerate(ZONES):
        x, y = 1000.0 * (index % 5), 1000.0 * (index // 5)
        ring = [[x, y], [x + 1000, y], [x + 1000, y + 1000], [x, y + 1000], [x, y]]
        features.append(
            {
                "type": "Feature",
                "properties": {"zone": zone, "index": index},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return World(
        _ground(), ("resident", "pupil"), KINDS, ("home",), ZONES, (), {0: "Kim's house"}, {"type": "FeatureCollection", "features": features}, (),
        "cd" * 16,
    )  # fmt: skip


def _ground(people: int = 20_000, at_home: int = 4) -> Ground:
    """Houses of four, a thousand people in each zone; nobody works, and no way leads anywhere."""
    none, houses = np.empty(0, dtype=np.int64), people // at_home
    person, house = np.arange(people), np.arange(houses)
    arrays: dict[str, Any] = dict.fromkeys(Ground._fields, none)
    arrays |= {
        "person_id": person + 100, "person_age": person % 90, "person_role": person % 5 == 0, "person_slot_place": (person // at_home)[:, None],
        "member_start": np.arange(houses + 1) * at_home, "member_person": person, "place_id": house + 1, "place_kind": house * 0,
        "place_setting": house * 0,
        "place_zone": house * 20 // houses, "place_outside": house * 0, "place_capacity": house * 0 + 12, "place_x": house % 100 * 50,
        "place_y": house // 100 * 80, "tie_start": np.zeros(people + 1), "person_knows": person * 0,
    }  # fmt: skip
    return Ground(**{name: np.asarray(values).astype(np.int64) for name, values in arrays.items()})


def _order(name: str, number: int, by: str, hours: tuple[int, int, int | None], knew: dict[str, int], reached: int, why: str) -> dict[str, Any]:
    """A row of the orders: `by` is authority and measure, `hours` when decided, effective and ended."""
    decided, effective, ended = (-1 if hour is None else hour * HOUR for hour in hours)
    authority, measure = by.split()
    return {
        "order": name,
        "number": number,
        "authority": authority,
        "measure": measure,
        "second_decided": decided,
        "second_effective": effective,
        "second_ended": ended,
        "knowledge": json.dumps(knew),
        "used": "{}",
        "reached": reached,
        "ended_because": why,
    }


def _rename(rows: list[dict[str, Any]], column: str, old: str, new: str) -> None:
    for row in rows:
        if row[column] == old:
            row[column] = new
