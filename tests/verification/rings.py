"""Rings of vaccination around known cases on a grid, simulated without the engine: plain Python and a luck of its own, tick by tick.

Percolation with removal: whoever is infected infects each neighbour at a rate for a fixed time; some time after infection they are known, and
at the next tick everybody near them who is still susceptible is out of reach for good. What somebody exerts during the tick of their
infection acts in the next one, as in the engine.
"""

from __future__ import annotations

import math
import random
from typing import NamedTuple

Cell = int


class Grid(NamedTuple):
    """A square of cells: `links` (row, column, weight) away pass infection, cells within `ring` (row, column) are vaccinated."""

    side: int
    links: tuple[tuple[int, int, float], ...]
    ring: tuple[tuple[int, int], ...]
    wraps: bool = True


class Course(NamedTuple):
    """Times in days; `rate` is that of a link of weight 1."""

    rate: float
    infectious: float
    known_after: float
    tick: float
    works_after: float = 0.0


def steps(radius: int) -> tuple[tuple[int, int], ...]:
    """Cells within so many steps along the lattice."""
    reach = range(-radius, radius + 1)
    return tuple((r, c) for r in reach for c in reach if abs(r) + abs(c) <= radius)


def disc(radius: float) -> tuple[tuple[int, int], ...]:
    """Cells within a distance, in cells."""
    reach = range(-int(radius), int(radius) + 1)
    return tuple((r, c) for r in reach for c in reach if r * r + c * c <= radius * radius)


def kernel(width: float, reach: float) -> tuple[tuple[int, int, float], ...]:
    """Links that weigh exp(-distance / width) up to a distance, in cells."""
    return tuple((r, c, math.exp(-math.hypot(r, c) / width)) for r, c in disc(reach) if (r, c) != (0, 0))


NEIGHBOURS = tuple((r, c, 1.0) for r, c in steps(1) if (r, c) != (0, 0))
"""The four of a square lattice."""


def outbreak(grid: Grid, course: Course, first: list[Cell], luck: random.Random) -> tuple[dict[Cell, Cell], int]:
    """Who infected each infected cell (the first: -1), and how many cells were vaccinated that were never infected."""
    side = grid.side

    def around(cell: Cell, row: int, column: int) -> Cell:
        """The cell so far away; -1 = beyond the edge."""
        down, right = cell // side + row, cell % side + column
        inside = 0 <= down < side and 0 <= right < side
        return down % side * side + right % side if grid.wraps or inside else -1

    infector, at, settled = dict.fromkeys(first, -1), dict.fromkeys(first, 0.0), dict.fromkeys(first, -1)
    works: dict[Cell, float] = {}
    unknown, active, tick = list(first), list(first), 0
    while active:
        now, until = tick * course.tick, (tick + 1) * course.tick
        for cell in [cell for cell in unknown if at[cell] + course.known_after <= now and settled[cell] < tick]:
            unknown.remove(cell)
            for row, column in grid.ring:
                works.setdefault(around(cell, row, column), now + course.works_after)
        pressure: dict[Cell, list[tuple[float, float, float, Cell]]] = {}
        for cell in active:
            begin = at[cell] if settled[cell] == tick - 1 else max(now, at[cell])
            end = min(until, at[cell] + course.infectious)
            if end <= begin:
                continue
            for row, column, weight in grid.links:
                near = around(cell, row, column)
                if near >= 0 and near not in infector and works.get(near, math.inf) > now:
                    pressure.setdefault(near, []).append((course.rate * weight * (end - begin), begin, end, cell))
        fresh = []
        for near, parts in pressure.items():
            if luck.random() < -math.expm1(-sum(part[0] for part in parts)):
                _, begin, end, cell = luck.choices(parts, [part[0] for part in parts])[0]
                infector[near], at[near], settled[near] = cell, max(begin + luck.random() * (end - begin), now - course.tick), tick
                fresh.append(near)
        active = [cell for cell in active if at[cell] + course.infectious > until or settled[cell] == tick] + fresh
        unknown += fresh
        tick += 1
    return infector, sum(cell >= 0 and cell not in infector for cell in works)


def clusters(infector: dict[Cell, Cell]) -> list[int]:
    """How many people each of the first led to, itself included; `infector` names earlier people first."""
    root: dict[Cell, Cell] = {}
    size: dict[Cell, int] = {}
    for cell, by in infector.items():
        root[cell] = cell if by < 0 else root[by]
        size[root[cell]] = size.get(root[cell], 0) + 1
    return list(size.values())
