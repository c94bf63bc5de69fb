"""Places of work and of leisure: offices and shops of all sizes, police stations, and the kinds that a scenario adds.

Sizes of workplaces follow weights 1 / (s (s + 5)) for 1 to 500 people: many small ones, mean about 10 (assumed: skewed as
Korea's census of establishments, without its smallest). The town is one labour market: distance does not matter (assumed; towns
of 6 km).
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np

from hyosan.scenario.city import ExtraKind
from hyosan.world import draws
from hyosan.world.draft import NO_DOOR, STEEL
from hyosan.world.draws import Ints, rounded
from hyosan.world.town import Town

_LARGEST: Final = 500
_OFFICERS_PER_STATION: Final = 50
"""Police officers per station (assumed)."""
_GUESTS_PER_PLACE: Final = 75
"""People aged 6 and more per shop or restaurant (assumed: near the number of restaurants per resident of Korea)."""
LEISURE_AGE: Final = 6


def workplace_weights() -> Ints:
    """[500] weights of workplaces of 1 to 500 people; they sum to less than 2**31."""
    size = np.arange(1, _LARGEST + 1, dtype=np.int64)
    return 4_000_000_000 // (size * (size + 5))


def build_workplaces(town: Town) -> None:
    """Workplaces for all employed people who have none yet."""
    workers = np.flatnonzero(town.free_workers())
    if len(workers) == 0:
        return
    ids = np.arange(len(workers), dtype=np.int64)  # at most one workplace per worker
    sizes = np.empty(0, dtype=np.int64)
    step = len(workers) // 8 + 16
    while int(sizes.sum()) < len(workers):
        more = ids[len(sizes) : len(sizes) + step]
        sizes = np.append(sizes, 1 + draws.by_weight(town.seed, draws.WORKPLACE_SIZE, more, workplace_weights()))
    filled = np.minimum(np.cumsum(sizes), len(workers))
    number = int(np.searchsorted(filled, len(workers))) + 1
    filled = filled[:number]
    size = np.diff(np.concatenate([[0], filled]))
    # Offices and shops crowd more towards the centre than homes do: the square of the density of people (assumed).
    weight = town.land.weight * town.land.weight // max(1, int((town.land.weight**2).sum()) >> 30)
    cells = draws.by_weight(town.seed, draws.WORKPLACE_CELL, np.arange(number), np.maximum(weight, 1))
    rows = town.add_buildings(number, "workplace", "work", cells, np.maximum(20, 2 * size), 101)
    order = workers[draws.shuffled(town.seed, draws.WORKER_ORDER, workers)]
    town.at_work(order, np.repeat(rows, size))


def build_leisure(town: Town) -> None:
    """Shops and restaurants, at least one in every street cell; everybody from 6 years on has one within two cells of home."""
    guests = np.flatnonzero(town.age >= LEISURE_AGE)
    land = town.land
    number = max(1, rounded(len(guests) / _GUESTS_PER_PLACE))
    in_cell = np.maximum(1, draws.apportion(land.weight, number))
    cells = np.repeat(np.arange(len(in_cell)), in_cell)
    ids = np.arange(len(cells), dtype=np.int64)
    capacity = 30 + draws.uniform(town.seed, draws.LEISURE_CAPACITY, ids, 71)
    is_restaurant = draws.happens(town.seed, draws.LEISURE_KIND, ids, 0.5)
    rows = np.empty(len(cells), dtype=np.int64)
    for kind, chosen in (("shop", ~is_restaurant), ("restaurant", is_restaurant)):
        rows[chosen] = town.add_buildings(int(chosen.sum()), kind, "leisure", cells[chosen], capacity[chosen], 102 + (kind == "shop"))
    step = draws.uniform(town.seed, draws.LEISURE_STEP, guests, 25)
    column = np.clip(town.cell[guests] % land.columns + step % 5 - 2, 0, land.columns - 1)
    row = np.clip(town.cell[guests] // land.columns + step // 5 - 2, 0, land.columns - 1)
    target = row * land.columns + column
    pick = draws.uniform(town.seed, draws.LEISURE_PICK, guests, 1 << 20) * in_cell[target] >> 20
    town.leisure[guests] = rows[(np.cumsum(in_cell) - in_cell)[target] + pick]


def build_police(town: Town) -> None:
    """Police stations and the officers who belong to them: employed people aged 25 to 59."""
    can = np.flatnonzero(town.free_workers() & (town.age >= 25) & (town.age < 60))
    officers = can[draws.shuffled(town.seed, draws.POLICE, can)][: town.city.police]
    town.checks.append(("police officers", "the scenario", float(town.city.police), float(len(officers)), 0.5))
    number = -(-len(officers) // _OFFICERS_PER_STATION)
    if number:
        cells = draws.by_weight(town.seed, draws.POLICE_CELL, np.arange(number), town.land.weight)
        stations = town.add_buildings(number, "police station", "work", cells, 200, 104)
        town.at_work(officers, stations[np.arange(len(officers)) % number], "police")


def key_of(name: str) -> int:
    """A number of 31 bits for a name: the luck of one kind does not move when another is added."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big") >> 1


def build_extra(town: Town, name: str, kind: ExtraKind) -> None:
    """Places of a kind of the user's own and the share of people who belong to one; in the day slot, of those who work."""
    number, key = rounded(kind.per_1000 * len(town.age) / 1000), key_of(name)
    if number == 0 or kind.share == 0:
        return
    cells = draws.by_weight(town.seed, draws.EXTRA_CELL, np.arange(number), town.land.weight, key)
    if kind.door == "wooden":
        rows = town.add_buildings(number, name, kind.setting, cells, kind.capacity, key)
    else:
        rows = _add_by_door(town, number, name, kind, cells)
    can = np.flatnonzero(town.free_workers() if kind.slot == "work" else town.age >= LEISURE_AGE)
    count = min(len(can), rounded(kind.share * len(town.age)))
    people = np.sort(can[draws.shuffled(town.seed, draws.EXTRA_PICK, can, key)][:count])
    places = rows[draws.uniform(town.seed, draws.EXTRA_PLACE, people, number, key)]
    if kind.slot == "work":
        town.at_work(people, places)
    else:
        town.leisure[people] = places


def _add_by_door(town: Town, number: int, name: str, kind: ExtraKind, cells: Ints) -> Ints:
    rows = town.draft.add_places(
        number,
        name,
        kind.setting,
        zone=town.land.zone[cells],
        parent=cells,
        x=town.land.x[cells],
        y=town.land.y[cells],
        capacity=kind.capacity,
    )
    town.draft.add_ways(cells, rows, seconds=20, sound_lost=15, door=STEEL if kind.door == "steel" else NO_DOOR)
    return rows
