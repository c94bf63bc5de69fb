"""What a report counts, taken from the tables of a run: curves, zones, who infected whom, decisions, ages. Plain numbers and text.

Everything here can be rebuilt from the run folder alone. Sentences (`explain.py`), pictures (`figures.py`) and the page (`page.py`)
take their numbers from here, so that no number is counted in two ways.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hyosan.results.ending import Ending
from hyosan.results.rows import named
from hyosan.results.run import SCENARIO_NAME, Run
from hyosan.results.tree import infections, offspring, tree
from hyosan.scenario.positions import plain
from hyosan.scenario.reading import read
from hyosan.tables import ENDING_CLASSES, LINE_LIST
from hyosan.units import DAY_SECONDS, say_clock

if TYPE_CHECKING:
    from hyosan.world.frame import World

Row = dict[str, Any]
AGE_BANDS = ((0, 9), (10, 19), (20, 39), (40, 59), (60, 79), (80, 200))


class Curve(NamedTuple):
    """A quantity over time: `values[i]` holds from `seconds[i]` until the next."""

    seconds: NDArray[np.int64]
    values: NDArray[np.int64]

    @classmethod
    def empty(cls) -> Curve:
        """A quantity that was never counted."""
        return cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))

    def at(self, moments: Any) -> NDArray[np.int64]:
        """Values at these seconds; 0 before the first."""
        position = np.searchsorted(self.seconds, moments, side="right")
        return np.asarray(np.concatenate([[0], self.values])[position], dtype=np.int64)

    @property
    def peak(self) -> tuple[int, int]:
        """Highest value and the first second at which it is reached; (0, 0) for an empty curve."""
        if not len(self.values):
            return 0, 0
        best = int(self.values.argmax())
        return int(self.values[best]), int(self.seconds[best])


def clock(run: Run, second: int) -> str:
    """A second of the run as `day 2 14:10`."""
    return say_clock(second, run.manifest["start_clock_seconds"])


def begins(run: Run) -> int:
    """The second at which the tables of a run begin: 0, or the end of the run that it goes on from."""
    return int(run.manifest.get("follows", {}).get("second", 0))


def written(run: Run) -> Row:
    """The scenario in force at the end of a run, as its own file says it: plain values, to be read and not changed."""
    return _parsed(run.scenario_text)


@lru_cache(maxsize=4)
def _parsed(text: str) -> Row:
    found = plain(read(text, SCENARIO_NAME)) if text.strip() else None
    return found if isinstance(found, dict) else {}


def curves(run: Run, zone: str = "all") -> dict[tuple[str, str], Curve]:
    """All curves of a zone, by (view, quantity)."""
    rows = run.series.filter(pc.equal(run.series["zone"].cast(pa.string()), zone))
    keys = pc.binary_join_element_wise(rows["view"].cast(pa.string()), rows["quantity"].cast(pa.string()), "\t")
    seconds, values = rows["second"].to_numpy(), rows["value"].to_numpy()
    found = {}
    for key in pc.unique(keys).to_pylist():
        chosen = np.flatnonzero(pc.equal(keys, key).to_numpy(zero_copy_only=False))
        order = chosen[np.argsort(seconds[chosen], kind="stable")]
        view, _, quantity = key.partition("\t")
        found[view, quantity] = Curve(seconds[order], values[order])
    return found


class Spread(NamedTuple):
    """Who infected whom, in short. Shares are of all infections by another person; lists are most first."""

    infections: int
    """Seeds included."""
    seeds: int
    listed: int
    """Seeds that are cases of a line list."""
    first_second: int
    last_second: int
    seconds: NDArray[np.int64]
    generations: int
    """Length of the longest chain."""
    nobody_share: float
    """Share of the infected who infected nobody."""
    top_tenth_share: float
    """Share of the infections that are due to the tenth of the infected who infected most."""
    routes: list[Row]
    place_kinds: list[Row]
    infectors: list[Row]


def spread(run: Run) -> Spread:
    """Who infected whom, from the events."""
    rows = tree(run)
    seconds = rows["second"].to_numpy()
    passed = rows.filter(pc.greater_equal(rows["infector"], 0))
    each = offspring(run)
    counts = each["offspring"].to_numpy()
    tenth = int(np.ceil(len(counts) / 10))
    first = dict(zip(rows["infected"].to_pylist()[::-1], seconds.tolist()[::-1], strict=True)) if rows.num_rows else {}
    top = each.slice(0, 10).filter(pc.greater(each.slice(0, 10)["offspring"], 0)).to_pylist()
    return Spread(
        infections=rows.num_rows,
        seeds=rows.num_rows - passed.num_rows,
        listed=int(pc.sum(pc.equal(infections(run)["cause"].cast(pa.string()), LINE_LIST)).as_py() or 0),
        first_second=int(seconds[0]) if len(seconds) else -1,
        last_second=int(seconds[-1]) if len(seconds) else -1,
        seconds=seconds,
        generations=int(rows["generation"].to_numpy().max()) if rows.num_rows else 0,
        nobody_share=float((counts == 0).mean()) if len(counts) else 0.0,
        top_tenth_share=float(counts[:tenth].sum() / counts.sum()) if counts.sum() else 0.0,
        routes=_shares(passed["route"]),
        place_kinds=_shares(passed["place_kind"]),
        infectors=[row | {"infected": clock(run, first[row["person"]])} for row in top],
    )


class Facts(NamedTuple):
    """All that is counted of a run, counted once."""

    run: Run
    ending: Ending
    curves: dict[tuple[str, str], Curve]
    spread: Spread
    zones: list[Row]
    decisions: list[Row]
    ages: list[Row]
    world: World | None = None
    """Where it happened, if it is known: without it there are no people to whom nothing happened, and no names of places."""


def gather(run: Run, world: World | None = None) -> Facts:
    """Count everything that a report tells of a run."""
    return Facts(run, run.ending, curves(run), spread(run), zones(run), decisions(run), ages(run), world)


def zones(run: Run) -> list[Row]:
    """Rows (zone, infections, share, first, killed), most infections first. Zones in which nothing happened are left out."""
    events = run.events
    found: dict[str, Row] = {}
    for kind_names, field in ((("seeded", "infected"), "infections"), (("killed",), "killed")):
        chosen = events.select(["zone", "second"]).filter(pa.array(named(events["kind"], *kind_names)))
        groups = pa.table({"zone": chosen["zone"].cast(pa.string()), "second": chosen["second"]}).group_by("zone")
        for group in groups.aggregate([("second", "count"), ("second", "min")]).to_pylist():
            row = found.setdefault(group["zone"], {"zone": group["zone"], "infections": 0, "killed": 0, "first": ""})
            row[field] = group["second_count"]
            if field == "infections":
                row["first"] = clock(run, group["second_min"])
    total = sum(row["infections"] for row in found.values()) or 1
    rows = [row | {"share": row["infections"] / total} for row in found.values() if row["zone"]]
    return sorted(rows, key=lambda row: (-row["infections"], -row["killed"], row["zone"]))


def decisions(run: Run) -> list[Row]:
    """The orders in order of decision, numbered from 1: times by the clock, what was known and what was true in words, means used."""
    rows = sorted(run.orders.to_pylist(), key=lambda row: (row["second_decided"], row["order"], row["number"]))
    ended = run.manifest["end_second"]
    infected, states = _first_infections(run), curves(run)
    again = {row["order"] for row in rows if row["number"] > 1}
    return [
        {
            "no": position,
            "name": row["order"],
            "number": row["number"],
            "order": row["order"] + (f" ({row['number']})" if row["order"] in again else ""),
            "authority": row["authority"],
            "measure": say(row["measure"]),
            "decided": clock(run, row["second_decided"]),
            "effective": _moment(run, row["second_effective"], ended, "not yet"),
            "ended": _moment(run, row["second_ended"], ended, "in force"),
            "known": _known(row["knowledge"]),
            "true": _true(infected, states, row["second_decided"]),
            "reported_infected": _reported(row["knowledge"]),
            "true_infected": int(np.searchsorted(infected, row["second_decided"], side="right")),
            "infected_meanwhile": int(np.subtract(*np.searchsorted(infected, (row["second_effective"], row["second_decided"]), side="right")))
            if row["second_effective"] >= 0
            else None,
            "day_before": _within(infected, row["second_effective"] - DAY_SECONDS, row["second_effective"], ended),
            "day_after": _within(infected, row["second_effective"], row["second_effective"] + DAY_SECONDS, ended),
            "used": _known(row["used"]),
            "reached": row["reached"],
            "because": row["ended_because"],
            "second_decided": row["second_decided"],
            "second_effective": row["second_effective"],
            "second_ended": row["second_ended"],
        }
        for position, row in enumerate(rows, 1)
    ]


def _within(infected: NDArray[np.int64], start: int, stop: int, ended: int) -> int | None:
    """How many were first infected from one second up to the other; None where the run does not hold all of that time."""
    if start < 0 or stop > ended:
        return None
    return int(np.subtract(*np.searchsorted(infected, (stop, start))))


def ages(run: Run) -> list[Row]:
    """Rows (ages, and each class of the ending) of the people to whom something happened; empty without such people."""
    people = run.people
    if not people.num_rows:
        return []
    age = people["age"].to_numpy()
    endings = np.array(people["ending"].cast(pa.string()).to_pylist())
    used = [name for name in ENDING_CLASSES if (endings == name).any()]
    rows = []
    for low, high in AGE_BANDS:
        band = (age >= low) & (age <= high)
        if band.any():
            rows.append({"ages": age_label(low, high), "people": int(band.sum())} | {say(n): int((endings[band] == n).sum()) for n in used})
    return rows


def age_label(low: int, high: int) -> str:
    """An age group: `10-19`, `80 and over`."""
    return f"{low}-{high}" if high < 200 else f"{low} and over"


def say(name: str) -> str:
    """A name of the program as words: `martial_law` -> `martial law`."""
    return name.replace("_", " ")


def _shares(column: Any) -> list[Row]:
    counted = pc.value_counts(column.cast(pa.string())).to_pylist()
    total = sum(entry["counts"] for entry in counted) or 1
    rows = [{"name": say(e["values"]) or "not named", "count": e["counts"], "share": e["counts"] / total} for e in counted]
    return sorted(rows, key=lambda row: (-row["count"], row["name"]))


def _moment(run: Run, second: int, end: int, otherwise: str) -> str:
    return clock(run, second) if 0 <= second <= end else otherwise


def _known(text: str) -> str:
    """What was known, from the order's JSON: `reported turned 210, calls waiting 9`. Anything else is shown as it stands, cut."""
    try:
        knowledge = json.loads(text or "{}")
    except ValueError:
        return text[:200]
    if not isinstance(knowledge, dict):
        return text[:200]
    return ", ".join(f"{say(str(key)).replace('.', ' ')} {_plain(value)}" for key, value in knowledge.items())[:400]


def _reported(text: str) -> int | None:
    """How many infected were reported when an order was decided; None if its knowledge does not say."""
    try:
        number = json.loads(text or "{}")["reported.infected"]
    except (ValueError, KeyError, TypeError):
        return None
    return number if isinstance(number, int) else None


def _true(infected: NDArray[np.int64], every: dict[tuple[str, str], Curve], second: int) -> str:
    """What was true at a moment: `infected 71, turned 12, dead 3`; people infected at least once, the rest from the hourly series."""
    parts = [f"infected {np.searchsorted(infected, second, side='right'):,}"]
    for name in ("ill", "turned", "dead"):
        curve = every.get(("truth", name))
        if curve is not None and curve.peak[0]:
            parts.append(f"{name} {int(curve.at(second)):,}")
    return ", ".join(parts)


def _first_infections(run: Run) -> NDArray[np.int64]:
    """Seconds at which people were infected for the first time, ascending; of those infected before the tables begin, for the last time."""
    rows = infections(run)
    who, first = np.unique(rows["person"].to_numpy(), return_index=True)
    seconds = rows["second"].to_numpy()[first]
    if begin := begins(run):
        since = run.people["infected_second"].to_numpy()
        earlier = (since >= 0) & (since < begin)
        before = run.people["person"].to_numpy()[earlier]
        seconds = np.concatenate([since[earlier], seconds[~np.isin(who, before)]])
    return np.sort(seconds)


def _plain(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "unknown"}[value]
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
    return str(value) if isinstance(value, str) else json.dumps(value)
