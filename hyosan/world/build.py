"""From a scenario's city to its world: one door for all grounds. Read on in `build_town.py`, `own_tables.py`, `plain.py`, `contacts.py`,
`school_alone.py`.
"""

from __future__ import annotations

from pathlib import Path

from hyosan.errors import ScenarioError
from hyosan.scenario.city import EVERYWHERE, City
from hyosan.scenario.files import resolve_file
from hyosan.world.build_country import build_country
from hyosan.world.build_town import build_town, residents_of
from hyosan.world.checks import check_table
from hyosan.world.commuting import read_table
from hyosan.world.contacts import build_lattice, build_network
from hyosan.world.finish import finish
from hyosan.world.frame import World
from hyosan.world.kept import KEEP_FROM, kept_or_built
from hyosan.world.korea_data import municipalities
from hyosan.world.memory import estimate_bytes, refuse_if_too_large
from hyosan.world.own_tables import build_own
from hyosan.world.plain import build_households, build_rooms, build_well_mixed
from hyosan.world.school_alone import build_school

__all__ = ["build", "check_table", "estimate_bytes", "finish"]

_SETTLED = ("korea", "country", "people", "households", "school")
_ONLY_IN = {
    "kinds": ("korea", "country"), "soldiers": ("korea", "country"), "police": ("korea", "country"), "landmarks": ("korea",),
    "household_size": ("country",), "ties": (*_SETTLED, "rooms"), "cast": _SETTLED,
}  # fmt: skip
"""What only some grounds have."""


def build(city: City, base: Path | None = None) -> World:
    """The world of a city: the same bytes for the same city, on every machine. Files it names lie in the folder `base`.

    Raises ScenarioError: a name, file or row that is wrong. ResourceError: too large for this machine; nothing was allocated.
    """
    for name, grounds in _ONLY_IN.items():
        if getattr(city, name) and city.ground not in grounds:
            said = " or ".join(f"`{ground}`" for ground in grounds)
            raise ScenarioError(f"city.{name}: only a city with {said} has {name}; leave it out, or build the city from {said}")
    refuse_if_too_large(city)
    folder = base if base is not None else Path()
    if city.well_mixed is not None:
        return build_well_mixed(city)
    if city.people is not None:
        return build_own(city, folder)
    if city.lattice is not None:
        return build_lattice(city, city.lattice)
    if city.network is not None:
        return build_network(city, city.network, folder)
    if city.households is not None:
        return build_households(city, city.households, folder)
    if city.rooms is not None:
        return build_rooms(city, city.rooms)
    if city.korea is not None or city.country is not None:
        return _build_large(city, folder)
    assert city.school is not None, "a city has exactly one ground"
    return build_school(city, city.school)


def _build_large(city: City, folder: Path) -> World:
    """A town, or all of Korea: kept from some size on, unless a file of the user's tells who works where."""
    if city.commuting is not None:
        return build_country(city, read_table(resolve_file(folder, city.commuting), municipalities()))

    def make() -> World:
        return build_country(city, None) if city.korea == EVERYWHERE else build_town(city)

    return kept_or_built(city, make) if residents_of(city) >= KEEP_FROM else make()
