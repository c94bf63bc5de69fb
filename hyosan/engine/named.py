"""Names in orders and injects that only the built city can confirm: settings, zones, kinds of place, roles. Told before the first tick."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hyosan.engine.compile_floor import place_row
from hyosan.engine.meetings import LINKS, REST
from hyosan.errors import ScenarioError
from hyosan.scenario.injects import Arrival, FalseReport, LostReport, WayBlocked
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.response_base import Order
from hyosan.scenario.response_civil import Barricade, Close, Curfew, Evacuate
from hyosan.scenario.response_force import Seize
from hyosan.scenario.response_medical import Campaign, Isolate, ReduceContacts, Test, Trace, Treat
from hyosan.scenario.root import Scenario
from hyosan.scenario.who import Who
from hyosan.world.frame import World

Named = Iterator[tuple[str, str, str]]


def check_named(scenario: Scenario, world: World) -> None:
    """Raises ScenarioError: an order or inject names a setting, zone, kind of place, role or gate that this city does not have.

    Orders that are switched off may name what they like.
    """
    routes = scenario.pathogen.routes
    rated = {setting for route in (routes.contact, routes.air) if route is not None for setting in route.rates}
    known: dict[str, tuple[str, ...]] = {
        "setting": tuple(sorted({*world.settings, *rated} - {REST})),
        "zone": world.zones,
        "kind of place": world.kinds,
        "role": world.roles,
        "gate": world.gates,
        "place named": tuple(world.place_names.values()),
    }
    for name, order in _given(scenario):
        if isinstance(order, Seize):
            place_row(world, order.place, f"orders.{name}.place")
    for path, what, missing in _named(scenario):
        if missing not in known[what]:
            raise ScenarioError(f"{path}: this city has no {what} `{missing}`; {did_you_mean(missing, known[what])}")


def names_anything(scenario: Scenario) -> bool:
    """Whether an order or inject names something that only the built city can confirm."""
    return any(isinstance(order, Seize) for _, order in _given(scenario)) or next(_named(scenario), None) is not None


def _given(scenario: Scenario) -> list[tuple[str, Order]]:
    """Orders that may be given."""
    return [(name, order) for name, order in scenario.orders.items() if order.when.strip() != "never"]


def _named(scenario: Scenario) -> Named:
    for name, one in scenario.authorities.items():
        yield from _all(f"authorities.{name}.zones", "zone", one.zones)
    for name, inject in scenario.injects.items():
        if isinstance(inject, FalseReport | LostReport | WayBlocked) and inject.zone is not None:
            yield f"injects.{name}.zone", "zone", inject.zone
        if isinstance(inject, WayBlocked) and inject.gate is not None:
            yield f"injects.{name}.gate", "gate", inject.gate
        if isinstance(inject, WayBlocked) and inject.place is not None:
            yield f"injects.{name}.place", "place named", inject.place
        if isinstance(inject, Arrival):
            yield from _all(f"injects.{name}.zones", "zone", inject.zones)
            yield from _all(f"injects.{name}.role", "role", None if inject.role is None else [inject.role])
    for name, order in _given(scenario):
        path = f"orders.{name}"
        if isinstance(order, Curfew | Evacuate | Barricade):
            yield from _all(f"{path}.zones", "zone", order.zones)
        if isinstance(order, Barricade):
            yield from _all(f"{path}.kinds", "kind of place", order.kinds)
        if isinstance(order, Close):
            yield f"{path}.setting", "setting", order.setting
        if isinstance(order, Trace):
            yield from _all(f"{path}.names", "setting", [setting for setting in order.names if setting not in (LINKS, REST)])
        if isinstance(order, ReduceContacts):
            yield from _all(f"{path}.settings", "setting", [setting for setting in order.settings if setting != REST])
        if isinstance(order, Isolate | Test | Treat):
            yield from _who(f"{path}.who", order.who)
        if isinstance(order, Campaign):
            for number, who in enumerate(order.groups):
                yield from _who(f"{path}.groups[{number}]", who)


def _who(path: str, who: Who) -> Named:
    yield from _all(f"{path}.zones", "zone", who.zones)
    yield from _all(f"{path}.kinds", "kind of place", who.kinds)
    yield from _all(f"{path}.roles", "role", who.roles)


def _all(path: str, what: str, names: Iterable[str] | None) -> Named:
    yield from ((path, what, name) for name in names or ())
