"""Contact networks: people linked one to one, on a lattice or by edges given. One place per person; no ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from hyosan.errors import ScenarioError
from hyosan.scenario.city import City, Lattice, Network
from hyosan.scenario.files import resolve_file
from hyosan.world.draft import Draft
from hyosan.world.draws import Ints
from hyosan.world.finish import Links, finish
from hyosan.world.frame import World
from hyosan.world.memory import bytes_for, refuse_if_too_many
from hyosan.world.plain import ZONE, alike, checked_id, national_ages, on_grid, rows_of, whole_number

ONE_WEIGHT: Final = 1024
"""Integer weight of a link of weight 1."""
MOST_WEIGHT: Final = (2**31 - 1) // ONE_WEIGHT
_Edge = tuple[str, int, int, float]


def build_lattice(city: City, lattice: Lattice) -> World:
    """One person per cell, linked to its 4 neighbours with weight 1; cell (row r, column c) is person r * columns + c."""
    rows, columns = lattice.rows, lattice.columns
    grid = np.arange(rows * columns, dtype=np.int64).reshape(rows, columns)
    pairs = [(grid[:, :-1], grid[:, 1:]), (grid[:-1], grid[1:])]
    if lattice.wrap:
        # Two cells in a row are neighbours once, not twice, and none is its own neighbour.
        pairs += [(grid[:, -1:], grid[:, :1])] if columns > 2 else []
        pairs += [(grid[-1:], grid[:1])] if rows > 2 else []
    one = np.concatenate([a.ravel() for a, _ in pairs])
    other = np.concatenate([b.ravel() for _, b in pairs])
    weights = np.full(len(one), ONE_WEIGHT, dtype=np.int64)
    x, y = np.tile(np.arange(columns) * 10, rows), np.repeat(np.arange(rows) * 10, columns)
    return _one_place_each(city, x, y, both_ways(rows * columns, one, other, weights))


def build_network(city: City, network: Network, base: Path) -> World:
    """People 0 .. n - 1 linked by the edges given.

    Raises ScenarioError (with the row): unknown person, a person linked to itself, two linked twice, a weight that is none.
    """
    if isinstance(network.edges, str):
        edges = list(_read_edges(resolve_file(base, network.edges)))
    else:
        edges = [_given(number, edge) for number, edge in enumerate(network.edges)]
    number = network.people or max((max(one, other) + 1 for _, one, other, _ in edges), default=0)
    if number < 1:
        raise ScenarioError("city.network: nobody is here; give `people` or at least one edge")
    refuse_if_too_many("network", number, bytes_for("network", number))  # known only now, if the largest id says how many
    _check_edges(edges, number, network.people is not None)
    one = np.array([edge[1] for edge in edges], dtype=np.int64)
    other = np.array([edge[2] for edge in edges], dtype=np.int64)
    weight = np.array([int(edge[3] * ONE_WEIGHT + 0.5) for edge in edges], dtype=np.int64)
    x, y = on_grid(number)
    return _one_place_each(city, x, y, both_ways(number, one, other, weight))


def _given(number: int, edge: tuple[int, int] | tuple[int, int, float]) -> _Edge:
    place = f"city.network.edges[{number}]"
    return place, checked_id(edge[0], place), checked_id(edge[1], place), float(edge[2]) if len(edge) == 3 else 1.0


def _read_edges(path: Path) -> Iterator[_Edge]:
    for place, row in rows_of(path, ("from", "to")):
        weight = 1.0
        if row.get("weight", "").strip():
            try:
                weight = float(row["weight"])
            except ValueError:
                raise ScenarioError(f"{place}: weight {row['weight'][:40]!r} is not a number") from None
        ends = [checked_id(whole_number(row[end], place), place) for end in ("from", "to")]
        yield place, ends[0], ends[1], weight


def _check_edges(edges: list[_Edge], number: int, told: bool) -> None:
    seen: dict[tuple[int, int], str] = {}
    for place, one, other, weight in edges:
        if max(one, other) >= number:
            many = f"there are {number} people, 0 to {number - 1}" if told else f"people are numbered 0 to {number - 1}"
            raise ScenarioError(f"{place}: there is no person {max(one, other)}: {many}; raise `people` or mend the edge")
        if one == other:
            raise ScenarioError(f"{place}: person {one} is linked to itself; leave the edge out")
        if not 1 / ONE_WEIGHT <= weight <= MOST_WEIGHT:  # also false for nan
            raise ScenarioError(f"{place}: weight {weight} is not between 1/{ONE_WEIGHT} and {MOST_WEIGHT}; leave the edge out for weight 0")
        before = seen.setdefault((min(one, other), max(one, other)), place)
        if before != place:
            raise ScenarioError(f"{place}: {one} and {other} are linked already ({before}); give each pair once, in either order")


def both_ways(number: int, one: Ints, other: Ints, weight: Ints) -> Links:
    """Directed links, both ways, of undirected ones, sorted by start and end."""
    start, end = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.argsort(start * number + end, kind="stable")
    begins = np.concatenate([[0], np.cumsum(np.bincount(start, minlength=number))]).astype(np.int64)
    return Links(begins, end[order].astype(np.int32), np.concatenate([weight, weight])[order].astype(np.int32))


def _one_place_each(city: City, x: Ints, y: Ints, links: Links) -> World:
    draft = Draft()
    cells = draft.add_places(len(x), "cell", "cell", zone=draft.zones[ZONE], parent=-1, x=x, y=y, capacity=1)
    people = alike(draft, cells, national_ages(city.population_seed, cells), cells[:, None])
    return finish(draft, people, links)
