"""What fits together within a response: orders and their conditions, authorities and powers, what orders and injects name, objectives, claims."""

from __future__ import annotations

from hyosan.errors import ScenarioError, UnitError
from hyosan.scenario import condition
from hyosan.scenario.claims import faults as faults_of_claim
from hyosan.scenario.condition_words import ORDER_NAMES
from hyosan.scenario.consistency_words import Found, ages_in_order, known, moment_of_run, place_of_plan, start_clock_seconds
from hyosan.scenario.injects import MEANS, Arrival, Delay, Donation, MeansLost, Message, WayBlocked
from hyosan.scenario.objectives import faults
from hyosan.scenario.positions import Path
from hyosan.scenario.response import MEASURES
from hyosan.scenario.response_civil import CallOff, Curfew, Quarantine, Supply
from hyosan.scenario.response_medical import Campaign, Confining, Isolate, Surge, Test, Trace, Treat
from hyosan.scenario.root import Scenario
from hyosan.units import say_duration


def orders(scenario: Scenario) -> Found:
    """Conditions of orders can be read, and repeats take a tick at least."""
    for name, order in scenario.orders.items():
        path: Path = ("orders", name)
        texts: dict[Path, str | None] = {(*path, "when"): order.when, (*path, "until"): order.until}
        if order.repeat is not None:
            texts[*path, "repeat", "as_long_as"] = order.repeat.as_long_as
            if order.repeat.every < scenario.time.tick:
                yield (*path, "repeat", "every"), f"cannot be shorter than a tick ({say_duration(scenario.time.tick)})"
        for where, text in texts.items():
            if text is not None:
                yield from _condition(scenario, where, text)


def authorities(scenario: Scenario) -> Found:
    """Authorities order what is in their powers."""
    for name, one in scenario.authorities.items():
        for power in one.powers or ():
            yield from known(("authorities", name, "powers"), power, MEASURES, "a measure")
    for name, order in scenario.orders.items():
        by = scenario.authorities.get(order.authority)
        if by is not None and by.powers is not None and order.do not in by.powers:
            yield ("orders", name, "authority"), f"`{order.authority}` may not order `{order.do}`: its powers are {', '.join(by.powers) or 'none'}"


def civil(scenario: Scenario) -> Found:
    """What civil orders name must be there: stocks, other orders; destinations share out those who leave."""
    for name in scenario.stocks:
        if name in ORDER_NAMES:
            yield ("stocks", name), f"no stock can be called `{name}`: conditions ask that of orders"
    for name, order in scenario.orders.items():
        path: Path = ("orders", name)
        if isinstance(order, CallOff):
            yield from known((*path, "order"), order.order, scenario.orders, "an order")
            if order.order == name:
                yield (*path, "order"), "an order cannot call itself off; use `until`"
        if isinstance(order, Supply):
            yield from known((*path, "stock"), order.stock, scenario.stocks, "a stock (see `stocks`)")
        if isinstance(order, Quarantine):
            for stock in order.needs:
                yield from known((*path, "needs", stock), stock, scenario.stocks, "a stock (see `stocks`)")
        if isinstance(order, Curfew) and order.first == order.last:
            yield (*path, "last"), f"a curfew from {order.first} to {order.last} o'clock lasts no time; for all day write first: 0, last: 24"
    total = sum(place.share for place in scenario.beyond.values())
    if total > 1 + 1e-9:
        yield ("beyond",), f"the shares of destinations add up to {total:g}; nobody leaves twice, so that 1 is the most"


def medical(scenario: Scenario) -> Found:
    """What medical orders name must be there: settings, tests, vaccines, care, states."""
    states, vaccines = scenario.pathogen.states, scenario.pathogen.vaccines
    for name, kind in scenario.tests.items():
        for state in kind.detects:
            yield from known(("tests", name, "detects", state), state, states, "a state")
    for name, order in scenario.orders.items():
        path: Path = ("orders", name)
        if isinstance(order, Test):
            yield from known((*path, "test"), order.test, scenario.tests, "a test (see `tests`)")
        if isinstance(order, Confining) and order.released_by is not None:
            yield from known((*path, "released_by"), order.released_by, scenario.tests, "a test (see `tests`)")
        if isinstance(order, Campaign):
            yield from known((*path, "vaccine"), order.vaccine, vaccines, "a vaccine (see `pathogen.vaccines`)")
            for number, who in enumerate(order.groups):
                yield from ages_in_order((*path, "groups", number), who.ages)
        if isinstance(order, Surge):
            yield from known((*path, "care"), order.care, scenario.care, "a kind of care (see `care`)")
        if isinstance(order, Isolate | Test | Treat):
            yield from ages_in_order((*path, "who"), order.who.ages)
        of_contacts = (isinstance(order, Test) and order.whom == "contacts") or (isinstance(order, Campaign) and order.contacts)
        if of_contacts and not any(isinstance(other, Trace) for other in scenario.orders.values()):
            yield (*path, "whom" if isinstance(order, Test) else "contacts"), "no order traces contacts; add one that says `do: trace`"


def injects(scenario: Scenario) -> Found:
    """What injects name must be there. A moment after the end of the run is no fault: a run may be cut short and gone on with."""
    pathogen = scenario.pathogen
    for name, inject in scenario.injects.items():
        path: Path = ("injects", name)
        yield from moment_of_run(scenario, (*path, "at"), inject.at, may_be_late=True)
        if isinstance(inject, Message | MeansLost | Delay) and inject.order is not None:
            yield from known((*path, "order"), inject.order, scenario.orders, "an order")
        if isinstance(inject, MeansLost) and inject.order in scenario.orders:
            order = scenario.orders[inject.order]
            there = [field for field in MEANS if isinstance(getattr(order, field, None), int | float)]
            yield from known((*path, "what"), inject.what, there, f"something that the order `{inject.order}` has a number of")
        if isinstance(inject, WayBlocked):
            yield from place_of_plan(scenario, (*path, "place"), inject.place)
        if isinstance(inject, Donation):
            yield from known((*path, "stock"), inject.stock, scenario.stocks, "a stock (see `stocks`)")
        if isinstance(inject, Arrival):
            yield from ages_in_order(path, inject.ages)
            if inject.state is not None:
                yield from known((*path, "state"), inject.state, pathogen.states, "a state")
            if inject.strain is not None:
                yield from known((*path, "strain"), inject.strain, pathogen.strains, "a strain (see `pathogen.strains`)")


def objectives(scenario: Scenario) -> Found:
    """Objectives can be judged, in zones that are there."""
    try:
        start = start_clock_seconds(scenario)
    except UnitError:
        return  # told already
    rooms = scenario.city.rooms
    for name, objective in scenario.objectives.items():
        yield from faults(name, objective, start)
        if rooms is not None and objective.zone is not None:
            zones = dict.fromkeys(("all", *(room.zone for room in rooms.places.values())))
            yield from known(("objectives", name, "zone"), objective.zone, zones, "a zone of the plan")


def claims(scenario: Scenario) -> Found:
    """Claims ask for what a run's tables hold."""
    try:
        start = start_clock_seconds(scenario)
    except UnitError:
        return  # told already
    for name, claim in scenario.claims.items():
        yield from faults_of_claim(name, claim, scenario.orders, start)


def _condition(scenario: Scenario, path: Path, text: str) -> Found:
    try:
        condition.parse(text, orders=scenario.orders, stocks=scenario.stocks, start_clock_seconds=start_clock_seconds(scenario))
    except UnitError:
        return  # the start itself is wrong and told already
    except ScenarioError as error:
        yield path, str(error)
