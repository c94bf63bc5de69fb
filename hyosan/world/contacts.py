"""Contact networks: people linked one to one, on a lattice or by edges given. One place per person; no ways."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from hyosan.errors import ScenarioError
from hyosan.scenario.city import City, Lattice, Network
from hyosan.scenario.files import resolve_file
from hyosan.world.draft import Draft
from hyosan.world.draws import Ints
from hyosan.world.finish import Links, finish
from hyosan.world.frame import World
from hyosan.world.memory import bytes_for, bytes_for_links, refuse_if_too_many
from hyosan.world.plain import ZONE, alike, checked_id, national_ages, on_grid
from hyosan.world.table_file import read_table

ONE_WEIGHT: Final = 1024
"""Integer weight of a link of weight 1."""
MOST_WEIGHT: Final = (2**31 - 1) // ONE_WEIGHT
MOST_ID: Final = 2**31 - 1
EDGE_COLUMNS: Final = {"source": "from", "target": "to"}
"""Other names of the ends of a link, as NetworkX writes them."""
_WHOLE: Final = r"^[+-]?[0-9]+(\.0*)?$"


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
    edges = _read_edges(resolve_file(base, network.edges)) if isinstance(network.edges, str) else _given(network.edges)
    named = max(int(edges.one.max(initial=-1)), int(edges.other.max(initial=-1))) + 1
    number = network.people or named
    if number < 1:
        raise ScenarioError("city.network: nobody is here; give `people` or at least one edge")
    # Known only now, if the largest id says how many.
    refuse_if_too_many("network", number, bytes_for("network", number) + bytes_for_links(len(edges.one)))
    _check_edges(edges, number, network.people is not None)
    weight = np.floor(edges.weight * ONE_WEIGHT + 0.5).astype(np.int64)
    x, y = on_grid(number)
    return _one_place_each(city, x, y, both_ways(number, edges.one, edges.other, weight))


class _Edges(NamedTuple):
    """Edges as told: both ends, weights, where each stands, and how the people are named there."""

    one: Ints
    other: Ints
    weight: NDArray[np.float64]
    where: Callable[[int], str]
    name: Callable[[int], str]


def _given(told: tuple[tuple[int, int] | tuple[int, int, float], ...]) -> _Edges:
    ends = [[checked_id(end, f"city.network.edges[{number}]") for end in edge[:2]] for number, edge in enumerate(told)]
    pairs = np.array(ends, dtype=np.int64).reshape(-1, 2)
    weight = np.array([float(edge[2]) if len(edge) == 3 else 1.0 for edge in told], dtype=np.float64)
    return _Edges(pairs[:, 0], pairs[:, 1], weight, lambda row: f"city.network.edges[{row}]", str)


def _read_edges(path: Path) -> _Edges:
    """The edges in a table. Ids are whole numbers, or all of them texts, which are numbered from 0 in alphabetical order."""
    table = read_table(path, ("from", "to"), ("weight",), EDGE_COLUMNS)
    weight = np.ones(len(table))
    if "weight" in table:
        filled = pc.if_else(pc.equal(table.columns["weight"], ""), "1", table.columns["weight"])
        table = replace(table, columns=table.columns | {"weight": filled})
        weight = table.number(
            "weight", 1 / ONE_WEIGHT, MOST_WEIGHT, "; leave the edge out for weight 0, and count links in one unit, say hours a day"
        )
    whole = [np.asarray(pc.match_substring_regex(table.columns[end], _WHOLE).to_numpy(zero_copy_only=False)) for end in ("from", "to")]
    if whole[0].any() or whole[1].any():
        for end, is_whole in zip(("from", "to"), whole, strict=True):
            if not is_whole.all():
                row = int(np.flatnonzero(~is_whole)[0])
                shown = (
                    f"{end} {table.shown(end, row)} is not a whole number as other ids are" if table.columns[end][row].as_py() else f"has no {end}"
                )
                table.refuse(row, f"{shown}; ids are whole numbers from 0, or all of them texts")
        return _Edges(table.whole("from", 0, MOST_ID), table.whole("to", 0, MOST_ID), weight, table.where, str)
    labels = [table.labels(end) for end in ("from", "to")]
    names = sorted(set(labels[0].tolist()) | set(labels[1].tolist()))
    warnings.warn(f"{table.name}: ids are texts; people are numbered from 0 in alphabetical order of them", stacklevel=2)
    number_of = {name: number for number, name in enumerate(names)}
    one, other = (np.array([number_of[name] for name in column.tolist()], dtype=np.int64) for column in labels)
    return _Edges(one, other, weight, table.where, lambda person: names[person])


def _check_edges(edges: _Edges, number: int, told: bool) -> None:
    one, other, where, name = edges.one, edges.other, edges.where, edges.name
    if len(wrong := np.flatnonzero(np.maximum(one, other) >= number)):
        row = int(wrong[0])
        many = f"there are {number} people, 0 to {number - 1}" if told else f"people are numbered 0 to {number - 1}"
        raise ScenarioError(f"{where(row)}: there is no person {max(one[row], other[row])}: {many}; raise `people` or mend the edge")
    if len(wrong := np.flatnonzero(one == other)):
        raise ScenarioError(f"{where(int(wrong[0]))}: person {name(int(one[wrong[0]]))} is linked to itself; leave the edge out")
    if len(wrong := np.flatnonzero(~((edges.weight >= 1 / ONE_WEIGHT) & (edges.weight <= MOST_WEIGHT)))):  # also for nan
        row = int(wrong[0])
        limits = f"between 1/{ONE_WEIGHT} and {MOST_WEIGHT}"
        raise ScenarioError(f"{where(row)}: weight {edges.weight[row]} is not {limits}; leave the edge out for weight 0")
    pair = np.minimum(one, other) * number + np.maximum(one, other)
    order = np.argsort(pair, kind="stable")
    same = np.flatnonzero(pair[order][1:] == pair[order][:-1])
    if len(same):
        row = int(order[same + 1].min())
        before = where(int(np.flatnonzero(pair == pair[row])[0]))
        both = f"{name(int(one[row]))} and {name(int(other[row]))}"
        raise ScenarioError(f"{where(row)}: {both} are linked already ({before}); give each pair once, in either order")


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
