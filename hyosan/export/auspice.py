"""The transmission tree for Nextstrain's Auspice (dataset version 2): cases are tips, coloured by zone, setting, generation and so on.

A case that infected others is an inner node with itself as a tip of no length beside them, since Auspice draws only tips as points.
Above MAX_TIPS cases a sample of them is shown: those whose ids have the lowest hashes, so that it is the same sample each time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.export.dates import decimal_year
from hyosan.export.given import Export, Given, Product
from hyosan.export.trees import children
from hyosan.results.epidemiology.cases import Cases
from hyosan.units import DAY_SECONDS

MAX_TIPS = 5000
NO_DATE = "XXXX-XX-XX"
"""What the schema takes for a date that is not known."""
_COLOURS = (
    ("zone", "Zone of infection", "categorical"),
    ("setting", "Kind of place of infection", "categorical"),
    ("route", "Route", "categorical"),
    ("outcome", "Outcome", "categorical"),
    ("generation", "Generation", "continuous"),
    ("age", "Age in years", "continuous"),
    ("offspring", "Infections caused", "continuous"),
)


def auspice(given: Given, max_tips: int = MAX_TIPS) -> Iterator[Product]:
    """`auspice.json`; nothing for a run without infections, as a tree has at least one node."""
    found = given.cases
    chosen = sample(found, max_tips)
    if chosen.any():
        meta = json.dumps(_meta(given, int(chosen.sum())), ensure_ascii=True)
        yield Product("auspice.json", f'{{"version":"v2","meta":{meta},"tree":{"".join(_tree(given, chosen))}}}\n'.encode())


AUSPICE = Export("auspice", f"the transmission tree for Nextstrain's Auspice, at most {MAX_TIPS:,} cases (JSON, v2)", ("auspice.json",), auspice)


def sample(found: Cases, most: int) -> NDArray[np.bool_]:
    """Which cases are tips: all, or the `most` whose ids have the lowest hashes."""
    chosen = np.ones(len(found), dtype=bool)
    if len(found) > most:
        hashes = [hashlib.blake2b(name.encode(), digest_size=8).digest() for name in found.ids]
        chosen[sorted(range(len(found)), key=hashes.__getitem__)[most:]] = False
    return chosen


def _meta(given: Given, shown: int) -> dict[str, Any]:
    manifest, found = given.run.manifest, given.cases
    told = f"Simulated by hyosan: scenario {manifest['name']}, seed {manifest['seed']}, status {manifest['status']}. "
    told += f"Tips are {shown:,} of {len(found):,} cases" + (", a sample by the hash of their ids." if shown < len(found) else ".")
    dated = given.start_date is not None
    told += "" if dated else " Divergence is days since the start of the run; no dates were given."
    return {
        "title": str(manifest.get("title") or manifest["name"]),
        "updated": given.start_date.isoformat() if given.start_date is not None else NO_DATE,
        "description": told,
        "panels": ["tree"],
        "colorings": [{"key": key, "title": title, "type": kind} for key, title, kind in _COLOURS],
        "filters": [key for key, _, kind in _COLOURS if kind == "categorical"],
        "display_defaults": {"color_by": "zone", "distance_measure": "num_date" if dated else "div"},
    }


def _tree(given: Given, chosen: NDArray[np.bool_]) -> Iterator[str]:
    """The tree as pieces of JSON, one root above several seeds. A stack of its own: chains can be longer than Python's or json's."""
    found = given.cases
    below = children(found)
    kept = chosen.copy()
    for row in range(len(found) - 1, -1, -1):  # parents stand before their children
        if kept[row] and found.parent[row] >= 0:
            kept[found.parent[row]] = True
    below = [[row for row in rows if kept[row]] for rows in below]
    offspring = np.bincount(found.parent[~found.seeds], minlength=len(found))
    roots = [row for row in np.flatnonzero(found.seeds).tolist() if kept[row]]
    waiting: list[str | int] = [roots[0]]
    if len(roots) > 1:
        waiting = ["]}", *_between(roots), f'{{"name":"start","node_attrs":{_json(_when(given, 0) | {"hidden": "always"})},"children":[']
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, str):
            yield piece
            continue
        tip = _json(_attributes(given, piece, int(offspring[piece])))
        name = found.ids[piece]
        if not below[piece]:
            yield f'{{"name":{_json(name)},"node_attrs":{tip}}}'
            continue
        yield f'{{"name":{_json(f"from_{name}")},"node_attrs":{_json(_when(given, int(found.second[piece])))},"children":['
        if chosen[piece]:
            yield f'{{"name":{_json(name)},"node_attrs":{tip}}},'
        waiting += ["]}", *_between(below[piece])]


def _between(rows: list[int]) -> list[str | int]:
    """Rows for the stack, last first, with commas between."""
    found: list[str | int] = []
    for row in reversed(rows):
        found += [row, ","]
    return found[:-1]


def _when(given: Given, second: int) -> dict[str, Any]:
    attributes: dict[str, Any] = {"div": round(second / DAY_SECONDS, 6)}
    if given.start_date is not None:
        attributes["num_date"] = {"value": round(decimal_year(second, given.cases.start_clock, given.start_date), 8)}
    return attributes


def _attributes(given: Given, row: int, offspring: int) -> dict[str, Any]:
    found = given.cases
    values: dict[str, Any] = {
        "zone": found.zone[row],
        "setting": found.setting[row],
        "route": found.route[row] or "seed",
        "outcome": found.outcome[row] or "open",
        "generation": int(found.generation[row]),
        "age": int(found.age[row]),
        "offspring": offspring,
    }
    return _when(given, int(found.second[row])) | {key: {"value": value} for key, value in values.items() if value != "" and value != -1}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
