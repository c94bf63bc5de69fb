"""What no single field can show: names that exist, shares that add up, times within the run, conditions that can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hyosan.errors import ScenarioError, UnitError
from hyosan.scenario import condition
from hyosan.scenario.block import Varies
from hyosan.scenario.condition_words import ORDER_NAMES
from hyosan.scenario.extends import DATA_FILES
from hyosan.scenario.files import wrong_name
from hyosan.scenario.injects import MEANS, Arrival, Delay, Donation, MeansLost, Message, WayBlocked
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.objectives import faults
from hyosan.scenario.pathogen import ByAge, ByHost, Pathogen, Transition
from hyosan.scenario.positions import Node, Path, Problem, place_of
from hyosan.scenario.response import MEASURES
from hyosan.scenario.response_civil import CallOff, Curfew, Quarantine, Supply
from hyosan.scenario.response_medical import Campaign, Confining, Isolate, Surge, Test, Trace, Treat
from hyosan.scenario.root import Data, Scenario, weekday_of
from hyosan.units import Moment, say_duration

WEEK_SECONDS = 604_800
SHARE_TOLERANCE = 1e-9
OLDEST = 120
CIVILIAN = "civilian"
"""The kind of fighter that everybody is who is in no other."""

Found = Iterator[tuple[Path, str]]


def problems(scenario: Scenario, root: Node) -> list[Problem]:
    """All that does not fit together in a scenario whose fields are each valid; `root` gives the places."""
    found: list[tuple[Path, str]] = []
    for check in (
        _time,
        _states,
        _open_states,
        _transitions,
        _instant_circles,
        _hosts,
        _strains,
        _vaccines,
        _fights,
        _seeds,
        _immunity,
        _vaccination,
        _line_list,
        _noises,
        _orders,
        _authorities,
        _civil,
        _medical,
        _injects,
        _objectives,
        _data_files,
    ):
        found += check(scenario)
    return [Problem(place_of(root, path), path, text) for path, text in found]


def start_clock_seconds(scenario: Scenario) -> float:
    """The clock time at which the run starts, in seconds from midnight of day 1.

    Raises UnitError: no such time of day.
    """
    return Moment(scenario.time.start).seconds


def _time(scenario: Scenario) -> Found:
    time = scenario.time
    if time.tick != int(time.tick):
        yield ("time", "tick"), f"a tick of {time.tick:g} s is not a whole number of seconds"
    elif WEEK_SECONDS % int(time.tick):
        yield (
            ("time", "tick"),
            f"a tick of {say_duration(time.tick)} does not divide a week; take for example 10 min, 1 h, 8 h or 1 day",
        )
    if time.date is not None and weekday_of(time.date) != time.weekday:
        day = weekday_of(time.date)
        yield ("time", "weekday"), f"is {time.weekday}, but {time.date} is a {day}; write `weekday: {day}`, or leave one of the two out"
    if time.end < time.tick:
        yield (
            ("time", "end"),
            f"the run ends after {say_duration(time.end)}, before its first tick of {say_duration(time.tick)} is over",
        )
    try:
        start_clock_seconds(scenario)
    except UnitError as error:
        yield ("time", "start"), str(error)


def _known(path: Path, name: str, names: Iterable[str], what: str) -> Found:
    if name not in (all_names := list(names)):
        yield path, f"{name[:60]!r} is not {what}; {did_you_mean(name, all_names)}"


def _states(scenario: Scenario) -> Found:
    pathogen = scenario.pathogen
    states = pathogen.states
    for field in ("susceptible", "infected"):
        yield from _known(("pathogen", field), getattr(pathogen, field), states, "a state")
    if kills(scenario) or pathogen.killed != Pathogen.model_fields["killed"].default:
        yield from _known(("pathogen", "killed"), pathogen.killed, states, "a state (needed for those who are killed)")
    killed = states.get(pathogen.killed)
    if killed is not None and killed.counts_as != "dead":
        path = ("pathogen", "states", pathogen.killed, "counts_as")
        yield path, f"must be `dead`, since those who are killed enter `{pathogen.killed}` (see `pathogen.killed`)"
    for name, state in states.items():
        for route in state.infectious:
            if route != "source" and getattr(pathogen.routes, route) is None:
                yield (
                    ("pathogen", "states", name, "infectious", route),
                    f"there is no route `{route}` under `pathogen.routes`; add it there",
                )
        if state.noticed is not None and state.noticed.taken_for is not None:
            field_path = ("pathogen", "states", name, "noticed", "taken_for")
            yield from _known(field_path, state.noticed.taken_for, states, "a state")
        if state.bed is not None:
            yield from _known(("pathogen", "states", name, "bed"), state.bed, scenario.care, "a kind of `care`")


def _open_states(scenario: Scenario) -> Found:
    pathogen = scenario.pathogen
    for name, state in pathogen.states.items():
        path: Path = ("pathogen", "states", name, "susceptibility")
        if state.susceptibility is None:
            continue
        if name == pathogen.susceptible:
            yield path, "is that by which all others are counted, 1; leave it out here"
        elif state.susceptibility > 0 and (state.infectious.keys() - {"source"} or state.counts_as == "dead"):
            yield path, f"`{name}` is {'dead' if state.counts_as == 'dead' else 'infectious'}; only those who are not can be infected anew"


def kills(scenario: Scenario) -> bool:
    """Whether anything in the scenario kills people, so that it needs a state for the killed."""
    return scenario.pathogen.routes.bite is not None or any(order.do in ("strike", "sweep") for order in scenario.orders.values())


def _transitions(scenario: Scenario) -> Found:
    pathogen = scenario.pathogen
    leaving: dict[str, list[Transition]] = {}
    for index, transition in enumerate(pathogen.transitions):
        path: Path = ("pathogen", "transitions", index)
        yield from _known((*path, "from"), transition.origin, pathogen.states, "a state")
        yield from _known((*path, "to"), transition.to, pathogen.states, "a state")
        if transition.origin == transition.to:
            yield (*path, "to"), f"goes from `{transition.to}` to itself"
        leaving.setdefault(transition.origin, []).append(transition)
        share = transition.share
        if isinstance(share, ByHost):
            for host in share.by_host:
                yield from _known((*path, "share", "by_host", host), host, pathogen.hosts, "a host type")
        elif isinstance(share, ByAge):
            yield from _bands((*path, "share", "by_age"), share)
        if transition.without_bed is not None and transition.origin in pathogen.states and pathogen.states[transition.origin].bed is None:
            yield (*path, "without_bed"), f"`{transition.origin}` needs no bed; name it there (`bed: ...`), or leave this out"
    for state, transitions in leaving.items():
        index = next(i for i, other in enumerate(pathogen.transitions) if other.origin == state)
        without = [one.model_copy(update={"share": one.share if one.without_bed is None else one.without_bed}) for one in transitions]
        for field, rows in (("share", transitions), ("without_bed", without)):
            named = {host for one in rows if isinstance(one.share, ByHost) for host in one.share.by_host}
            if state in pathogen.states and named <= pathogen.hosts.keys() and (wrong := _wrong_sum(rows, pathogen)):
                which = "shares" if field == "share" else "shares without a bed"
                yield ("pathogen", "transitions", index, field), f"the {which} of the transitions from `{state}` {wrong}; they must add up to 1"
                break


def _bands(path: Path, share: ByAge) -> Found:
    taken: dict[int, str] = {}
    for band in share.by_age:
        low, high = _ages(band)
        if high < low:
            yield (*path, band), f"the age band {band} runs backwards"
        clash = next((taken[age] for age in range(low, high + 1) if age in taken), None)
        if clash is not None:
            yield (*path, band), f"the age bands {clash} and {band} overlap"
        taken |= dict.fromkeys(range(low, high + 1), band)


def _ages(band: str) -> tuple[int, int]:
    low, high = band.split("-")
    return int(low), int(high)


def _share_of(transition: Transition, host: str, age: int) -> float:
    share = transition.share
    if isinstance(share, ByHost):
        return share.by_host.get(host, share.otherwise)
    if isinstance(share, ByAge):
        return next((value for band, value in share.by_age.items() if _ages(band)[0] <= age <= _ages(band)[1]), share.otherwise)
    return share


def _wrong_sum(transitions: list[Transition], pathogen: Pathogen) -> str | None:
    """To what the shares out of one state add up, for the first host type and age for which that is not 1."""
    bands = [_ages(band) for one in transitions if isinstance(one.share, ByAge) for band in one.share.by_age]
    ages = sorted({0, *(low for low, _ in bands), *(high + 1 for _, high in bands)})
    hosts = list(pathogen.hosts) if any(isinstance(one.share, ByHost) for one in transitions) else [""]
    for host in hosts:
        for age in (age for age in ages if age <= OLDEST):
            total = sum(_share_of(one, host, age) for one in transitions)
            if abs(total - 1) > SHARE_TOLERANCE:
                whose = (f" for host type `{host}`" if host else "") + (f" at age {age}" if len(ages) > 1 else "")
                return f"add up to {total:.6g}{whose}"
    return None


def _instant_circles(scenario: Scenario) -> Found:
    """Transitions that take no time and lead round in a circle: the run would never get past that second."""
    steps: dict[str, list[tuple[int, str]]] = {}
    for index, one in enumerate(scenario.pathogen.transitions):
        if not isinstance(one.after, Varies) and one.after == 0 and one.origin != one.to:
            steps.setdefault(one.origin, []).append((index, one.to))
    finished: set[str] = set()
    for start in steps:
        trail = [(start, iter(steps[start]))] if start not in finished else []
        while trail:
            state, rest = trail[-1]
            index, target = next(rest, (-1, ""))
            if index < 0:
                finished.add(state)
                trail.pop()
            elif any(target == other for other, _ in trail):
                yield (
                    ("pathogen", "transitions", index, "after"),
                    f"leads back to `{target}` in no time; a circle of transitions must take time",
                )
            elif target in steps and target not in finished:
                trail.append((target, iter(steps[target])))


def _hosts(scenario: Scenario) -> Found:
    total = sum(host.share for host in scenario.pathogen.hosts.values())
    if abs(total - 1) > SHARE_TOLERANCE:
        yield ("pathogen", "hosts"), f"the shares of the host types add up to {total:.6g}; they must add up to 1"


def _strains(scenario: Scenario) -> Found:
    pathogen = scenario.pathogen
    for name, strain in pathogen.strains.items():
        path: Path = ("pathogen", "strains", name)
        if strain.infected is not None:
            yield from _known((*path, "infected"), strain.infected, pathogen.states, "a state")
            if pathogen.routes.bite is not None and strain.infected != pathogen.infected:
                yield (*path, "infected"), f"with bites all strains begin in the same state, `{pathogen.infected}`"
        for other in strain.immunity_from:
            yield from _known((*path, "immunity_from", other), other, pathogen.strains, "a strain")


def _vaccines(scenario: Scenario) -> Found:
    for name, vaccine in scenario.pathogen.vaccines.items():
        path: Path = ("pathogen", "vaccines", name)
        for other in vaccine.against:
            yield from _known((*path, "against", other), other, scenario.pathogen.strains, "a strain")
        for number, dose in enumerate(vaccine.doses):
            if number == 0 and dose.after > 0:
                yield (*path, "doses", 0, "after"), "the first dose comes after no other; leave it out"
            if number > 0 and dose.after < vaccine.doses[number - 1].delay:
                yield (
                    (*path, "doses", number, "after"),
                    f"comes before the dose before it works ({say_duration(vaccine.doses[number - 1].delay)} after it was given)",
                )


def _vaccination(scenario: Scenario) -> Found:
    vaccines = scenario.pathogen.vaccines
    for name, plan in scenario.vaccination.items():
        path: Path = ("vaccination", name)
        yield from _known((*path, "vaccine"), plan.vaccine, vaccines, "a vaccine (see `pathogen.vaccines`)")
        yield from _moment(scenario, (*path, "at"), plan.at)
        yield from _ages_in_order(path, plan.ages)
        if plan.vaccine in vaccines and plan.doses is not None and plan.doses > (most := len(vaccines[plan.vaccine].doses)):
            yield (*path, "doses"), f"{plan.doses} doses are wanted, `{plan.vaccine}` has {most}"


def _ages_in_order(path: Path, ages: str | None) -> Found:
    if ages is not None and _ages(ages)[1] < _ages(ages)[0]:
        yield (*path, "ages"), f"the ages {ages} run backwards"


def _line_list(scenario: Scenario) -> Found:
    if scenario.line_list is not None and scenario.line_list.until is not None:
        yield from _moment(scenario, ("line_list", "until"), scenario.line_list.until)
    for name, plan in scenario.importations.items():
        if plan.state is not None:
            yield from _known(("importations", name, "state"), plan.state, scenario.pathogen.states, "a state")


def _fights(scenario: Scenario) -> Found:
    bite = scenario.pathogen.routes.bite
    seen: set[tuple[str, str | None]] = set()
    for index, fight in enumerate(bite.fights if bite is not None else ()):
        path: Path = ("pathogen", "routes", "bite", "fights", index)
        fighters = [CIVILIAN, *scenario.behaviour.fighters]
        yield from _known((*path, "fighter"), fight.fighter, fighters, "a kind of fighter (see `behaviour.fighters`)")
        if fight.against is not None:
            yield from _known((*path, "against"), fight.against, scenario.pathogen.states, "a state")
        if (fight.fighter, fight.against) in seen:
            yield path, f"fights of `{fight.fighter}` against {fight.against or 'all'} are given twice; remove one"
        seen.add((fight.fighter, fight.against))


def _moment(scenario: Scenario, path: Path, text: str, *, may_be_late: bool = False) -> Found:
    try:
        start = start_clock_seconds(scenario)
    except UnitError:
        return  # told already
    try:
        second = Moment(text).second(start)
    except UnitError as error:
        yield path, str(error)
        return
    if second < 0:
        yield path, f"{text!r} is before the start of the run ({scenario.time.start})"
    elif second > scenario.time.end >= scenario.time.tick and not may_be_late:  # an end before the first tick is told already
        yield path, f"{text!r} is after the end of the run ({say_duration(scenario.time.end)} after its start)"


def _place(scenario: Scenario, path: Path, name: str | None) -> Found:
    if name is not None and scenario.city.rooms is not None:
        yield from _known(path, name, scenario.city.rooms.places, "a place of the plan")


def _people(scenario: Scenario) -> int | None:
    """How many people the city has, where the scenario itself says so."""
    city = scenario.city
    if city.rooms is not None:
        return sum(room.people for room in city.rooms.places.values())
    if city.lattice is not None:
        return city.lattice.rows * city.lattice.columns
    if city.network is not None:
        return city.network.people
    return city.well_mixed


def _seeds(scenario: Scenario) -> Found:
    people = _people(scenario)
    for name, seed in scenario.seeds.items():
        path: Path = ("seeds", name)
        yield from _moment(scenario, (*path, "at"), seed.at)
        yield from _place(scenario, (*path, "place"), seed.place)
        if seed.state is not None:
            yield from _known((*path, "state"), seed.state, scenario.pathogen.states, "a state")
        if seed.strain is not None:
            yield from _known((*path, "strain"), seed.strain, scenario.pathogen.strains, "a strain (see `pathogen.strains`)")
        yield from _ages_in_order(path, seed.ages)
        if seed.count is not None and people is not None and seed.count > people:
            yield (*path, "count"), f"{seed.count} people are to be infected, but the city has only {people}"
        if seed.role is not None and scenario.city.rooms is not None:
            roles = {room.role for room in scenario.city.rooms.places.values()}
            yield from _known((*path, "role"), seed.role, sorted(roles), "a role of the plan")


def _immunity(scenario: Scenario) -> Found:
    pathogen = scenario.pathogen
    for name, immune in scenario.immunity.items():
        path: Path = ("immunity", name)
        yield from _known((*path, "state"), immune.state, pathogen.states, "a state")
        state = pathogen.states.get(immune.state)
        if state is not None and (immune.state == pathogen.susceptible or state.counts_as not in ("recovered", "human") or state.infectious):
            yield (*path, "state"), f"`{immune.state}` cannot be a state of the immune: it must count as recovered or human and infect nobody"
        yield from _ages_in_order(path, immune.ages)


def _noises(scenario: Scenario) -> Found:
    for name, noise in scenario.noises.items():
        yield from _moment(scenario, ("noises", name, "at"), noise.at)
        yield from _place(scenario, ("noises", name, "place"), noise.place)


def _orders(scenario: Scenario) -> Found:
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


def _authorities(scenario: Scenario) -> Found:
    """Authorities order what is in their powers."""
    for name, one in scenario.authorities.items():
        for power in one.powers or ():
            yield from _known(("authorities", name, "powers"), power, MEASURES, "a measure")
    for name, order in scenario.orders.items():
        by = scenario.authorities.get(order.authority)
        if by is not None and by.powers is not None and order.do not in by.powers:
            yield ("orders", name, "authority"), f"`{order.authority}` may not order `{order.do}`: its powers are {', '.join(by.powers) or 'none'}"


def _civil(scenario: Scenario) -> Found:
    """What civil orders name must be there: stocks, other orders; destinations share out those who leave."""
    for name in scenario.stocks:
        if name in ORDER_NAMES:
            yield ("stocks", name), f"no stock can be called `{name}`: conditions ask that of orders"
    for name, order in scenario.orders.items():
        path: Path = ("orders", name)
        if isinstance(order, CallOff):
            yield from _known((*path, "order"), order.order, scenario.orders, "an order")
            if order.order == name:
                yield (*path, "order"), "an order cannot call itself off; use `until`"
        if isinstance(order, Supply):
            yield from _known((*path, "stock"), order.stock, scenario.stocks, "a stock (see `stocks`)")
        if isinstance(order, Quarantine):
            for stock in order.needs:
                yield from _known((*path, "needs", stock), stock, scenario.stocks, "a stock (see `stocks`)")
        if isinstance(order, Curfew) and order.first == order.last:
            yield (*path, "last"), f"a curfew from {order.first} to {order.last} o'clock lasts no time; for all day write first: 0, last: 24"
    total = sum(place.share for place in scenario.beyond.values())
    if total > 1 + 1e-9:
        yield ("beyond",), f"the shares of destinations add up to {total:g}; nobody leaves twice, so that 1 is the most"


def _medical(scenario: Scenario) -> Found:
    """What medical orders name must be there: settings, tests, vaccines, care, states."""
    states, vaccines = scenario.pathogen.states, scenario.pathogen.vaccines
    for name, kind in scenario.tests.items():
        for state in kind.detects:
            yield from _known(("tests", name, "detects", state), state, states, "a state")
    for name, order in scenario.orders.items():
        path: Path = ("orders", name)
        if isinstance(order, Test):
            yield from _known((*path, "test"), order.test, scenario.tests, "a test (see `tests`)")
        if isinstance(order, Confining) and order.released_by is not None:
            yield from _known((*path, "released_by"), order.released_by, scenario.tests, "a test (see `tests`)")
        if isinstance(order, Campaign):
            yield from _known((*path, "vaccine"), order.vaccine, vaccines, "a vaccine (see `pathogen.vaccines`)")
            for number, who in enumerate(order.groups):
                yield from _ages_in_order((*path, "groups", number), who.ages)
        if isinstance(order, Surge):
            yield from _known((*path, "care"), order.care, scenario.care, "a kind of care (see `care`)")
        if isinstance(order, Isolate | Test | Treat):
            yield from _ages_in_order((*path, "who"), order.who.ages)
        of_contacts = (isinstance(order, Test) and order.whom == "contacts") or (isinstance(order, Campaign) and order.contacts)
        if of_contacts and not any(isinstance(other, Trace) for other in scenario.orders.values()):
            yield (*path, "whom" if isinstance(order, Test) else "contacts"), "no order traces contacts; add one that says `do: trace`"


def _injects(scenario: Scenario) -> Found:
    """What injects name must be there. A moment after the end of the run is no fault: a run may be cut short and gone on with."""
    pathogen = scenario.pathogen
    for name, inject in scenario.injects.items():
        path: Path = ("injects", name)
        yield from _moment(scenario, (*path, "at"), inject.at, may_be_late=True)
        if isinstance(inject, Message | MeansLost | Delay) and inject.order is not None:
            yield from _known((*path, "order"), inject.order, scenario.orders, "an order")
        if isinstance(inject, MeansLost) and inject.order in scenario.orders:
            order = scenario.orders[inject.order]
            there = [field for field in MEANS if isinstance(getattr(order, field, None), int | float)]
            yield from _known((*path, "what"), inject.what, there, f"something that the order `{inject.order}` has a number of")
        if isinstance(inject, WayBlocked):
            yield from _place(scenario, (*path, "place"), inject.place)
        if isinstance(inject, Donation):
            yield from _known((*path, "stock"), inject.stock, scenario.stocks, "a stock (see `stocks`)")
        if isinstance(inject, Arrival):
            yield from _ages_in_order(path, inject.ages)
            if inject.state is not None:
                yield from _known((*path, "state"), inject.state, pathogen.states, "a state")
            if inject.strain is not None:
                yield from _known((*path, "strain"), inject.strain, pathogen.strains, "a strain (see `pathogen.strains`)")


def _objectives(scenario: Scenario) -> Found:
    try:
        start = start_clock_seconds(scenario)
    except UnitError:
        return  # told already
    rooms = scenario.city.rooms
    for name, objective in scenario.objectives.items():
        yield from faults(name, objective, start)
        if rooms is not None and objective.zone is not None:
            zones = dict.fromkeys(("all", *(room.zone for room in rooms.places.values())))
            yield from _known(("objectives", name, "zone"), objective.zone, zones, "a zone of the plan")


def _condition(scenario: Scenario, path: Path, text: str) -> Found:
    try:
        condition.parse(text, orders=scenario.orders, stocks=scenario.stocks, start_clock_seconds=start_clock_seconds(scenario))
    except UnitError:
        return  # the start itself is wrong and told already
    except ScenarioError as error:
        yield path, str(error)


def _data_files(scenario: Scenario) -> Found:
    named = (
        scenario.city.network.edges if scenario.city.network is not None else None,
        scenario.city.households.file if scenario.city.households is not None else None,
        scenario.city.people,
        scenario.city.places,
        scenario.city.membership,
        scenario.city.contacts,
        scenario.line_list.file if scenario.line_list is not None else None,
    )
    for path, name in zip(DATA_FILES, named, strict=True):
        if isinstance(name, str) and (wrong := wrong_name(name)):
            yield path, wrong
    for key, plan in scenario.importations.items():
        if wrong := wrong_name(plan.file):
            yield ("importations", key, "file"), wrong
    for name, data in scenario.named_data.items():
        if wrong := wrong_name(data.file):
            yield ("data", "file") if isinstance(scenario.data, Data) else ("data", name, "file"), wrong
    rooms = scenario.city.rooms
    for index, way in enumerate(rooms.ways if rooms is not None else ()):
        for end, name in enumerate(way.between):
            yield from _place(scenario, ("city", "rooms", "ways", index, "between", end), name)
