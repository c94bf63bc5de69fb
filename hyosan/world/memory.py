"""How much memory a world and a run in it will take, and how much is free: asked before anything is allocated."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path
from typing import Any, Final

from hyosan.errors import ResourceError
from hyosan.scenario.city import MAX_PEOPLE, City
from hyosan.world.build_town import residents_of
from hyosan.world.land import columns_of

_BASE: Final = 40_000_000
_PER_PERSON: Final = {
    "korea": 2100, "country": 2600, "people": 2300,
    "well_mixed": 1500, "lattice": 2100, "network": 2300, "households": 1700, "rooms": 1800, "school": 5600,
}  # fmt: skip
"""Peak bytes per person (per pupil of a school, whose families count too) of a run with its world, measured and rounded up; building takes less."""
_PER_CELL: Final = 1200
_PER_EDGE: Final = 500
_PER_TIE: Final = 100
_FAMILY: Final = 3
_MOST_CELLS: Final = 2_000_000


def people_of(city: City) -> int:
    """How many people a city will have, as far as it says so without its files. Raises ScenarioError: unknown municipality or country."""
    if city.well_mixed is not None:
        return city.well_mixed
    if city.lattice is not None:
        return city.lattice.rows * city.lattice.columns
    if city.network is not None:
        return city.network.people or 0
    if city.rooms is not None:
        return sum(room.people for room in city.rooms.places.values())
    if city.households is not None:
        sizes = city.households.sizes or {}
        return sum(size * count for size, count in sizes.items()) + sum(len(m) for m in city.households.members or ())
    if city.korea is not None or city.country is not None:
        return residents_of(city) + city.soldiers
    return city.school.pupils if city.school is not None else 0


def estimate_bytes(city: City) -> int:
    """Peak memory, in bytes, that building this city and a run in it will take at most; allocates nothing."""
    streets = city.ground in ("korea", "country") or (city.school is not None and city.school.drawn)
    cells = columns_of(city, people_of(city)) ** 2 if streets else 0
    edges = len(city.network.edges) if city.network is not None and not isinstance(city.network.edges, str) else 0
    ties = 0 if city.ties is None else int(people_of(city) * (_FAMILY + 2 * city.ties.friends))
    return bytes_for(city.ground, people_of(city)) + _PER_CELL * cells + bytes_for_links(edges) + _PER_TIE * ties


def bytes_for(ground: str, people: int) -> int:
    """Peak memory, in bytes, for so many people on a ground, without its streets and links."""
    return _BASE + _PER_PERSON[ground] * people


def bytes_for_links(links: int) -> int:
    """Peak memory, in bytes, for so many links between people."""
    return _PER_EDGE * links


def free_bytes() -> int | None:
    """Memory that can be had now, in bytes, as the system tells it (container limits included); None where it does not."""
    if sys.platform == "win32":
        return _free_on_windows()
    limits = []
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                limits.append(int(line.split()[1]) * 1024)
    except (OSError, ValueError):
        names = os.sysconf_names
        pages = "SC_AVPHYS_PAGES" if "SC_AVPHYS_PAGES" in names else "SC_PHYS_PAGES"
        if pages in names and "SC_PAGE_SIZE" in names:
            limits.append(os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE"))
    with contextlib.suppress(OSError, ValueError):  # no container, or one without a limit
        limits.append(int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return min(limits, default=None)


def _free_on_windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong) for name in ("total", "free", "total_page", "free_page", "total_virtual", "free_virtual", "extended")
        ]

    status = Status()
    status.length = ctypes.sizeof(Status)
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009 - the attribute exists on Windows only
    return int(status.free) if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def refuse_if_too_large(city: City) -> None:
    """Raises ResourceError: more people or cells than hyosan takes, or more memory needed than is free."""
    people = people_of(city)
    if people <= MAX_PEOPLE and city.ground in ("korea", "country") and columns_of(city, people) ** 2 > _MOST_CELLS:
        raise ResourceError(
            f"city.cell_size: {city.cell_size:g} m makes {columns_of(city, people) ** 2:,} street cells, "
            f"more than {_MOST_CELLS:,}; make cells larger or the city denser"
        )
    refuse_if_too_many(city.ground, people, estimate_bytes(city))


def refuse_if_too_many(ground: str, people: int, need: int) -> None:
    """Raises ResourceError: more people than hyosan takes, or more bytes needed than are free."""
    free = free_bytes()
    has = "unknown" if free is None else say_bytes(free)
    if people > MAX_PEOPLE:
        raise ResourceError(
            f"city.{ground}: {people:,} people are more than the {MAX_PEOPLE:,} that hyosan takes; they would need "
            f"{say_bytes(need)} of memory, free is {has}; take fewer people"
        )
    if free is not None and need > free:
        raise ResourceError(f"city.{ground}: {people:,} people need {say_bytes(need)} of memory, free is {has}; take fewer people")


def say_bytes(number: int) -> str:
    """`number` bytes for people to read: `1.4 GiB`."""
    size = float(number)
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:,.0f} PiB"
