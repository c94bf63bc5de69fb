"""`hyosan check`: what a scenario is, in words and a few numbers: its city, its pathogen, who is infected first, orders, objectives, claims."""

from __future__ import annotations

import textwrap
from typing import Any

from hyosan.scenario import condition
from hyosan.scenario.beyond import Destination
from hyosan.scenario.city import EVERYWHERE, City
from hyosan.scenario.claims import Claim
from hyosan.scenario.objectives import Objective
from hyosan.scenario.response_base import Order
from hyosan.scenario.response_civil import AIMS
from hyosan.scenario.response_force import FORCE
from hyosan.scenario.root import Beds, Immune, Scenario, Seed, Vaccination
from hyosan.units import Moment, say_clock, say_duration


def summary(scenario: Scenario, uncertain: list[str], tables: dict[str, int] | None = None) -> dict[str, Any]:
    """What a scenario is, as plain data. `uncertain` are the paths of numbers that nobody knows, `tables` what its own tables hold."""
    pathogen, time = scenario.pathogen, scenario.time
    orders = {name: say_order(name, order, scenario) for name, order in scenario.orders.items()}
    weekday = f"{time.weekday}, {time.date}" if time.date is not None else time.weekday
    return {
        "name": scenario.name,
        "title": scenario.title or scenario.name,
        "about": scenario.about,
        "status": scenario.status,
        "time": f"from {time.start} ({weekday}) for at most {say_duration(time.end)}, in ticks of {say_duration(time.tick)}",
        "city": say_city(scenario.city),
        "pathogen": pathogen.name,
        "states": {name: state.counts_as for name, state in pathogen.states.items()},
        "transitions": len(pathogen.transitions),
        "routes": [route for route in ("contact", "air", "bite") if getattr(pathogen.routes, route) is not None],
        "hosts": {name: host.share for name, host in pathogen.hosts.items()},
        "seeds": {name: say_seed(seed, pathogen.infected) for name, seed in scenario.seeds.items()},
        "protected": {
            **{name: say_immune(one) for name, one in scenario.immunity.items()},
            **{name: say_vaccination(one) for name, one in scenario.vaccination.items()},
        },
        "known": say_known(scenario),
        "care": {name: say_beds(beds) for name, beds in scenario.care.items()},
        "noises": {
            name: f"{noise.loudness:g} dB at {noise.place}, {noise.at}, for {say_duration(noise.lasts)}" for name, noise in scenario.noises.items()
        },
        "fires": {name: f"at {fire.place}, {fire.at}, for {say_duration(fire.lasts)}" for name, fire in scenario.fires.items()},
        "orders": orders,
        "stocks": {name: f"{one.at_start:,} {one.unit}".strip() for name, one in scenario.stocks.items()},
        "beyond": {name: say_destination(one) for name, one in scenario.beyond.items()},
        "injects": {name: say_inject(name, one, scenario) for name, one in scenario.injects.items()},
        "force": [name for name, order in scenario.orders.items() if order.do in FORCE],
        "objectives": {name: say_objective(name, one, scenario) for name, one in scenario.objectives.items()},
        "claims": {name: say_claim(name, one) for name, one in scenario.claims.items()},
        "uncertain": uncertain,
        "tables": dict(tables or {}),
        "data": {name: data.file for name, data in scenario.named_data.items()},
    }


def as_text(found: dict[str, Any]) -> str:
    """The summary for a terminal."""
    states = ", ".join(f"{name} ({kind})" if name != kind else name for name, kind in found["states"].items())
    hosts = ", ".join(f"{name} {100 * share:g} %" for name, share in found["hosts"].items())
    lines = [f"{found['title']} ({found['name']}, {found['status']})", *_wrapped(found["about"], ""), ""]
    rows = [
        ("time", found["time"]),
        ("city", found["city"]),
        ("pathogen", f"{found['pathogen']}: passes by {_listed(found['routes']) or 'no route'}; {_count(len(found['states']), 'state')}, "
                     f"{_count(found['transitions'], 'transition')}, {_count(len(found['hosts']), 'host type')}"),
        ("states", states),
        ("hosts", hosts),
    ]  # fmt: skip
    rows += [("first", f"{name}: {text}") for name, text in found["seeds"].items()] or [("first", "nobody is infected: nothing will happen")]
    rows += [("known", text) for text in found["known"]]
    rows += [("protected", f"{name}: {text}") for name, text in found["protected"].items()]
    rows += [("care", f"{name}: {text}") for name, text in found["care"].items()]
    rows += [("stock", f"{name}: {text}") for name, text in found["stocks"].items()]
    rows += [("beyond", f"{name}: {text}") for name, text in found["beyond"].items()]
    rows += [("noise", f"{name}: {text}") for name, text in found["noises"].items()]
    rows += [("fire", f"{name}: {text}") for name, text in found["fires"].items()]
    if found["uncertain"]:
        rows += [("uncertain", f"{_listed(found['uncertain'])} (the median is taken here; a run draws them by its seed)")]
    rows += [("tables", _listed([f"{number:,} {what}" for what, number in found["tables"].items()]) + " in them")] if found["tables"] else []
    rows += [("data", f"{file}{f' ({name})' if name != 'observed' else ''}, drawn over the run's curves") for name, file in found["data"].items()]
    for label, text in rows:
        lines += _wrapped(text, f"{label:<10}")
    lines += ["", f"Orders ({len(found['orders'])})" if found["orders"] else "No orders: nobody responds."]
    for number, text in enumerate(found["orders"].values(), 1):
        lines += _wrapped(text, f"{number:>3}  ")
    if found["injects"]:
        lines += ["", f"Injects ({len(found['injects'])})"]
        for number, text in enumerate(found["injects"].values(), 1):
            lines += _wrapped(text, f"{number:>3}  ")
    if found["objectives"]:
        lines += ["", f"Objectives ({len(found['objectives'])})"]
        for number, text in enumerate(found["objectives"].values(), 1):
            lines += _wrapped(text, f"{number:>3}  ")
    if found["claims"]:
        lines += ["", f"Claims of the sources, never inputs ({len(found['claims'])})"]
        for number, text in enumerate(found["claims"].values(), 1):
            lines += _wrapped(text, f"{number:>3}  ")
    if found["force"]:
        lines += ["", *_wrapped(f"Force is used by: {_listed(found['force'])}. Whoever is there can be hit, infected or not.", "")]
    later = " Names of settings, zones and places in orders and injects are looked up when the city is built." if found.get("not_looked_up") else ""
    return "\n".join([*lines, "", f"The scenario is valid.{later}"])


def say_city(city: City) -> str:
    """The ground and its people in a few words."""
    if city.korea is not None or city.country is not None:
        return _say_town(city)
    if city.people is not None:
        return f"the people of {_listed([name for name in (city.people, city.places, city.membership, city.contacts) if name])}"
    if city.well_mixed is not None:
        return f"{city.well_mixed:,} people who all mix with all"
    if city.lattice is not None:
        return f"a lattice of {city.lattice.rows:,} x {city.lattice.columns:,} people, {'wrapped' if city.lattice.wrap else 'with edges'}"
    if city.network is not None:
        edges = f"links from {city.network.edges}" if isinstance(city.network.edges, str) else f"{len(city.network.edges):,} links"
        return f"a contact network, {f'{city.network.people:,} people, ' if city.network.people else ''}{edges}"
    if city.households is not None:
        return f"households {'and the community that all share' if city.households.city else 'and nobody outside them'}"
    if city.rooms is not None:
        number = sum(room.people for room in city.rooms.places.values())
        return f"a plan drawn by hand: {_count(len(city.rooms.places), 'place')}, {_count(len(city.rooms.ways), 'way')}, {number:,} people"
    assert city.school is not None, "a city has exactly one ground"
    return f"the school `{city.school.name}` with {city.school.pupils:,} pupils in {city.school.years} years"


def _say_town(city: City) -> str:
    parts = [f"{city.residents:,} residents" if city.residents is not None else "its residents"]
    parts += [f"{number:,} {what}" for what, number in (("soldiers", city.soldiers), ("police", city.police)) if number]
    parts += [f"{len(city.cast):,} people with names"] if city.cast else []
    parts += ["ties between people"] if city.ties is not None else []
    if city.school is not None:
        parts.append(f"the school `{city.school.name}`{' drawn room by room' if city.school.drawn else ''}")
    if city.korea == EVERYWHERE:
        return f"{city.name or 'all of Korea'}: built from the statistics of its 250 municipalities, {_listed(parts)}"
    place = city.korea or city.country
    return f"{city.name or place}: built from the statistics of {place}, {_listed(parts)}"


def say_seed(seed: Seed, infected: str) -> str:
    """Who is infected first."""
    if seed.person is not None:
        number, enters = seed.person, "enters"
    elif seed.count is not None:
        number, enters = f"{seed.count:,} {'person' if seed.count == 1 else 'people'}", "enter"
    else:
        number, enters = f"each person with probability {seed.share:g}", "enter"
    who = [_who(seed.ages, seed.zones, seed.role), f"at {seed.place}" if seed.place else "", f"with {seed.strain}" if seed.strain else ""]
    over = f", infected within {say_duration(seed.over)} before" if seed.over else ""
    return " ".join([number, *(part for part in who if part), f"{enters} `{seed.state or infected}` at {seed.at}{over}"])


def _who(ages: str | None, zones: tuple[str, ...] | None, role: str | None = None) -> str:
    """Which people: `of role pupil aged 6-15 in Z1`."""
    parts = [f"of role {role}" if role else "", f"aged {ages}" if ages else "", f"in {_listed(list(zones))}" if zones else ""]
    return " ".join(part for part in parts if part)


def say_immune(immune: Immune) -> str:
    """Who is immune from the start."""
    return f"{_share(immune.share)} of those {_who(immune.ages, immune.zones) or 'in the city'} start as `{immune.state}`"


def say_vaccination(plan: Vaccination) -> str:
    """Who is vaccinated when."""
    doses = f"{_count(plan.doses, 'dose')} of " if plan.doses else ""
    when = f"{say_duration(plan.ago)} before the start" if plan.ago is not None else f"at {plan.at}"
    takes = f", over {say_duration(plan.takes)}" if plan.takes else ""
    return f"{_share(plan.share)} of those {_who(plan.ages, plan.zones, plan.role) or 'in the city'} get {doses}{plan.vaccine} {when}{takes}"


def say_known(scenario: Scenario) -> list[str]:
    """What the run takes from tables of cases."""
    told = [f"{name}: people who come home infected, from {one.file}" for name, one in scenario.importations.items()]
    if (one := scenario.line_list) is not None:
        until = f"until {one.until}" if one.until is not None else "to the end of its last day"
        told.insert(0, f"the cases of {one.file}, which the run follows {until}")
    return told


def say_beds(beds: Beds) -> str:
    """How much care there is."""
    number = f"{beds.beds:,} beds" if beds.beds is not None else f"{beds.per_1000:g} beds per 1,000 residents"
    return number + (f", one of role {beds.staff} for {beds.patients_each:g} patients" if beds.staff else "")


def say_destination(place: Destination) -> str:
    """Who gets to a place beyond the city, and what comes of it."""
    who = [f"{_share(place.share)} of those who leave for good"] if place.share else []
    who += [f"{place.trips:g} trips a day of 1,000 residents"] if place.trips else []
    return f"by {place.route}, {' and '.join(who) or 'nobody'}; {_share(place.starts)} of infected arrivals start an outbreak"


def say_order(name: str, order: Order, scenario: Scenario) -> str:
    """An order as a sentence: who does what, when, after what delay, until when, how often."""

    def holds(text: str) -> str:
        return condition.parse(text, orders=scenario.orders, stocks=scenario.stocks, start_clock_seconds=Moment(scenario.time.start).seconds).say()

    parts = [f"{name}, by {order.authority}: {_MEASURES[getattr(order, 'do')](order)}"]  # noqa: B009 - `do` is a field of each measure
    parts.append("from the start" if order.when == "always" else f"when {holds(order.when)}")
    if order.delay:
        parts.append(f"{say_duration(order.delay)} after the decision")
    if order.until is not None:
        parts.append(f"until {holds(order.until)}")
    if order.repeat is not None:
        every, times = say_duration(order.repeat.every), order.repeat.times
        parts.append(f"again every {every}, at most {times:,} times in all, as long as {holds(order.repeat.as_long_as)}")
    return ", ".join(parts) + "."


def say_inject(name: str, inject: Any, scenario: Scenario) -> str:
    """An inject as a sentence: when, in whose name, what it does, what is told."""
    start = Moment(scenario.time.start).seconds
    second = Moment(inject.at).second(start)
    late = " (after the end of the run)" if second > scenario.time.end else ""
    to = f" to {inject.to}" if inject.to else ""
    told = f": “{inject.text}”" if inject.text else ""
    return f"{name}, on {say_clock(second, start)}{late}, from {inject.sender}{to}: {inject.say()}{told}."


def say_objective(name: str, objective: Objective, scenario: Scenario) -> str:
    """An objective as a sentence: what is bounded, where, by when, in which view."""
    start = Moment(scenario.time.start).seconds
    late = objective.by is not None and Moment(objective.by).second(start) > scenario.time.end
    note = " (after the end of the run, so that it may not be told)" if late else ""
    return f"{name}: {objective.say(start)}{note}."


def say_claim(name: str, claim: Claim) -> str:
    """A claim as a sentence: what is told, and by what it is judged."""
    asked = {"figure": f"{claim.figure}: {claim.say_wanted()}", "open": f"open; shows {_listed(list(claim.shows)) or 'nothing'}"}
    told = f"{claim.says.rstrip('.')}: " if claim.says and not claim.says.endswith("?") else f"{claim.says} " if claim.says else ""
    return f"{name}: {told}{asked.get(claim.kind, claim.say_wanted())}."


def _share(value: float) -> str:
    return f"{100 * value:g} %"


_TESTED = {"ill": "those who fall ill", "contacts": "contacts found", "everybody": "all"}
_MEASURES: dict[str, Any] = {
    "alert": lambda o: f"alert {'everybody' if o.where == 'all' else 'the zones with reports'} (it reaches {_share(o.reaches)})",
    "martial_law": lambda o: f"declare martial law ({_share(o.compliance)} obey{_slips(o)})",
    "curfew": lambda o: f"keep {_zones(o, 'everybody')} at home from {o.first} to {o.last} o'clock ({_share(o.compliance)} obey{_slips(o)})",
    "cordon": lambda o: f"close the ways out at the gates `{o.around}` ({_share(o.leak)} of those who try get through)"
                        f"{'' if o.escorts is None else f'; soldiers take {o.escorts:,g} people an hour to the quarantine'}"
                        f"{f'; {_share(o.inward)} of those outside with family inside cross inward each day' if o.inward else ''}",
    "rescue": lambda o: f"send {o.teams:,} teams to those who call, {o.seats} seats each, {say_duration(o.trip)} a trip"
                        f"{f' ({_share(o.lost)} of those who meet danger are lost)' if o.lost else ''}"
                        f"{'; they leave suspects behind' if o.leaves_suspects else ''}",
    "call_off": lambda o: f"call off `{o.order}`",
    "evacuate": lambda o: f"fetch people from {_zones(o, 'the zones with reports')} with {o.vehicles:,} vehicles of {o.seats} seats, "
                          f"{say_duration(o.trip)} a trip, {'to the camp' if o.to == 'camp' else 'out of the city'} ({_share(o.compliance)} come)",
    "barricade": lambda o: f"block the doors of each {' and '.join(o.kinds)} in {_zones(o, 'all zones')}{_means(o.per_day, 'places')}",
    "supply": lambda o: f"bring {o.per_day:,g} {o.stock} a day",
    "research": lambda o: f"have {o.staff:,} people work towards {AIMS[o.aim]} ({o.work:,g} person-days{_hosts(o)})",
    "limit_travel": lambda o: f"let {_share(o.left)} of those who travel by {' and '.join(o.routes)} through",
    "seize": lambda o: f"search {o.place}, seize {_count(o.records, 'set')} of records and hold who bites there",
    "lure": lambda o: f"draw the turned to {o.points} points by {o.loudness:g} dB for {say_duration(o.lasts)}",
    "strike": lambda o: f"strike {o.points} points, killing {_share(o.kills)} of whoever is within {o.radius:g} m (error {o.error:g} m)",
    "sweep": lambda o: f"sweep the city with {o.teams:,} teams, {o.cells_per_day:g} street cells a day each "
                       f"(they find {_share(o.finds)}, capture {_share(o.captures)} of the turned and {o.half_turned} the half-turned"
                       f"{f'; {_share(o.mistaken)} of others are taken for turned' if o.mistaken else ''})",
    "quarantine": lambda o: _say_quarantine(o),
    "isolate": lambda o: f"isolate {'tested ' if o.cases == 'tested' else ''}cases ({o.who.say()}) {_confined(o)}{_soon(o)}"
                         f"{_means(o.per_day, 'cases')}",
    "trace": lambda o: _say_tracing(o),
    "test": lambda o: f"test {_share(o.share)} of {_TESTED[o.whom]} ({o.who.say()}) with `{o.test}`"
                      f"{f' every {say_duration(o.every)}' if o.whom == 'everybody' else ''}{_means(o.per_day, 'tests')}",
    "reduce_contacts": lambda o: f"have {_share(o.compliance)} reduce what they exert and take in to "
                                 f"{_listed([f'{_share(left)} in {setting}' for setting, left in o.settings.items()])}",
    "vaccinate": lambda o: f"vaccinate {_share(o.uptake)} of {_vaccinated(o)} with `{o.vaccine}`{_means(o.per_day, 'doses')}"
                           f"{f', {o.stock:,} doses in all' if o.stock is not None else ''}",
    "treat": lambda o: f"treat {_share(o.share)} of cases ({o.who.say()}), who then infect {_share(o.left)} as much{_soon(o)}"
                       f"{_means(o.per_day, 'courses')}{f', {o.courses:,} courses in all' if o.courses is not None else ''}",
    "surge": lambda o: f"add {o.beds:,} beds of `{o.care}`",
    "close": lambda o: f"close all places of the setting `{o.setting}`",
}  # fmt: skip


def _hosts(order: Any) -> str:
    return f", {_count(order.hosts_needed, 'host')} needed" if order.hosts_needed else ""


def _slips(order: Any) -> str:
    return f"; {_share(order.slips_out)} of them slip out on a day" if order.slips_out else ""


def _zones(order: Any, otherwise: str) -> str:
    return _listed(list(order.zones)) if order.zones else otherwise


def _say_quarantine(order: Any) -> str:
    outlast = f"{_share(order.bound)} of the incubation periods, once {order.cases_needed:,} are known"
    until = f"{say_duration(order.period)} without a case" if order.period is not None else outlast
    found = f"; questioning finds {_share(order.questions)} of infected arrivals" if order.questions else ""
    needs = f"; each needs {_listed([f'{rate:g} {stock}' for stock, rate in order.needs.items()])} a day" if order.needs else ""
    return f"hold up to {order.capacity:,} survivors until they outlast {until}{found}{needs}{_slips(order)}"


def _confined(order: Any) -> str:
    place = "at home" if order.where == "home" else "apart from everybody"
    then = f", and on until a test with `{order.released_by}` is negative" if order.released_by else ""
    return f"{place} for {say_duration(order.lasts)}{then} ({_share(order.compliance)} comply)"


def _soon(order: Any) -> str:
    return f", {say_duration(order.after)} after their report" if order.after else ""


def _say_tracing(order: Any) -> str:
    staff = "" if order.staff is None else f" ({order.staff:,} staff, {order.cases_each:g} cases a day each)"
    shares = _listed([f"{_share(part)} of those in {setting}" for setting, part in order.names.items()])
    more = f"; for {_share(order.backward)} also who infected them" if order.backward else ""
    more += f"; {_share(order.app)} have the app" if order.app else ""
    then = f"they keep {_confined(order)}" if order.lasts else "they are listed"
    return f"interview cases{staff} and find contacts ({shares}) after {say_duration(order.takes)}{more}; {then}"


def _means(per_day: float | None, what: str) -> str:
    return "" if per_day is None else f", at most {per_day:,g} {what} a day"


def _vaccinated(order: Any) -> str:
    groups = ", then ".join(who.say() for who in order.groups)
    if order.contacts:
        return f"contacts found ({groups})"
    if order.within is not None:
        return f"those who live within {order.within:g} m of a case ({groups})"
    return groups if order.ring is None else f"those within {order.ring} steps of a case ({groups})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _listed(parts: list[str]) -> str:
    return ", ".join(parts)


def _wrapped(text: str, head: str) -> list[str]:
    return textwrap.wrap(text, 110, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False)
