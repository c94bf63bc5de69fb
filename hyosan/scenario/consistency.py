"""What no single field can show: names that exist, shares that add up, times within the run, conditions that can be read."""

from __future__ import annotations

from hyosan.errors import UnitError
from hyosan.scenario import consistency_cast
from hyosan.scenario import consistency_pathogen as pathogen
from hyosan.scenario import consistency_response as response
from hyosan.scenario.consistency_words import Found, ages_in_order, known, moment_of_run, place_of_plan, start_clock_seconds
from hyosan.scenario.extends import DATA_FILES
from hyosan.scenario.files import wrong_name
from hyosan.scenario.positions import Node, Path, Problem, place_of
from hyosan.scenario.root import Data, Scenario, weekday_of
from hyosan.units import say_duration

WEEK_SECONDS = 604_800


def problems(scenario: Scenario, root: Node) -> list[Problem]:
    """All that does not fit together in a scenario whose fields are each valid; `root` gives the places."""
    found: list[tuple[Path, str]] = []
    for check in (
        _time,
        pathogen.states,
        pathogen.open_states,
        pathogen.transitions,
        pathogen.instant_circles,
        pathogen.hosts,
        pathogen.strains,
        pathogen.vaccines,
        pathogen.fights,
        _seeds,
        consistency_cast.cast,
        _immunity,
        _vaccination,
        _line_list,
        _noises,
        response.orders,
        response.authorities,
        response.civil,
        response.medical,
        response.injects,
        response.objectives,
        response.claims,
        _data_files,
    ):
        found += check(scenario)
    return [Problem(place_of(root, path), path, text) for path, text in found]


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


def _vaccination(scenario: Scenario) -> Found:
    vaccines = scenario.pathogen.vaccines
    for name, plan in scenario.vaccination.items():
        path: Path = ("vaccination", name)
        yield from known((*path, "vaccine"), plan.vaccine, vaccines, "a vaccine (see `pathogen.vaccines`)")
        yield from moment_of_run(scenario, (*path, "at"), plan.at)
        yield from ages_in_order(path, plan.ages)
        if plan.vaccine in vaccines and plan.doses is not None and plan.doses > (most := len(vaccines[plan.vaccine].doses)):
            yield (*path, "doses"), f"{plan.doses} doses are wanted, `{plan.vaccine}` has {most}"


def _line_list(scenario: Scenario) -> Found:
    if scenario.line_list is not None and scenario.line_list.until is not None:
        yield from moment_of_run(scenario, ("line_list", "until"), scenario.line_list.until)
    for name, plan in scenario.importations.items():
        if plan.state is not None:
            yield from known(("importations", name, "state"), plan.state, scenario.pathogen.states, "a state")


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
        yield from moment_of_run(scenario, (*path, "at"), seed.at)
        yield from place_of_plan(scenario, (*path, "place"), seed.place)
        if seed.state is not None:
            yield from known((*path, "state"), seed.state, scenario.pathogen.states, "a state")
        if seed.strain is not None:
            yield from known((*path, "strain"), seed.strain, scenario.pathogen.strains, "a strain (see `pathogen.strains`)")
        yield from ages_in_order(path, seed.ages)
        if seed.count is not None and people is not None and seed.count > people:
            yield (*path, "count"), f"{seed.count} people are to be infected, but the city has only {people}"
        if seed.role is not None and scenario.city.rooms is not None:
            roles = {room.role for room in scenario.city.rooms.places.values()}
            yield from known((*path, "role"), seed.role, sorted(roles), "a role of the plan")


def _immunity(scenario: Scenario) -> Found:
    states, susceptible = scenario.pathogen.states, scenario.pathogen.susceptible
    for name, immune in scenario.immunity.items():
        path: Path = ("immunity", name)
        yield from known((*path, "state"), immune.state, states, "a state")
        state = states.get(immune.state)
        if state is not None and (immune.state == susceptible or state.counts_as not in ("recovered", "human") or state.infectious):
            yield (*path, "state"), f"`{immune.state}` cannot be a state of the immune: it must count as recovered or human and infect nobody"
        yield from ages_in_order(path, immune.ages)


def _noises(scenario: Scenario) -> Found:
    for block, all_of_it in (("noises", scenario.noises), ("fires", scenario.fires)):
        for name, one in all_of_it.items():
            yield from moment_of_run(scenario, (block, name, "at"), one.at)
            yield from place_of_plan(scenario, (block, name, "place"), one.place)


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
            yield from place_of_plan(scenario, ("city", "rooms", "ways", index, "between", end), name)
