"""What fits together within a pathogen: states, transitions and their shares, host types, strains, vaccines, fights."""

from __future__ import annotations

from hyosan.scenario.block import Varies
from hyosan.scenario.consistency_words import Found, first_and_last, known
from hyosan.scenario.pathogen import ByAge, ByHost, Pathogen, Transition
from hyosan.scenario.positions import Path
from hyosan.scenario.root import Scenario
from hyosan.units import say_duration

SHARE_TOLERANCE = 1e-9
OLDEST = 120
CIVILIAN = "civilian"
"""The kind of fighter that everybody is who is in no other."""


def states(scenario: Scenario) -> Found:
    """States that are named are there, and are of the kind that is needed."""
    pathogen = scenario.pathogen
    states = pathogen.states
    for field in ("susceptible", "infected"):
        yield from known(("pathogen", field), getattr(pathogen, field), states, "a state")
    if kills(scenario) or pathogen.killed != Pathogen.model_fields["killed"].default:
        yield from known(("pathogen", "killed"), pathogen.killed, states, "a state (needed for those who are killed)")
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
            yield from known(field_path, state.noticed.taken_for, states, "a state")
        if state.bed is not None:
            yield from known(("pathogen", "states", name, "bed"), state.bed, scenario.care, "a kind of `care`")


def open_states(scenario: Scenario) -> Found:
    """Who can be infected anew infects nobody, and is not dead."""
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


def transitions(scenario: Scenario) -> Found:
    """Transitions lead from state to state, with shares that add up."""
    pathogen = scenario.pathogen
    leaving: dict[str, list[Transition]] = {}
    for index, transition in enumerate(pathogen.transitions):
        path: Path = ("pathogen", "transitions", index)
        yield from known((*path, "from"), transition.origin, pathogen.states, "a state")
        yield from known((*path, "to"), transition.to, pathogen.states, "a state")
        if transition.origin == transition.to:
            yield (*path, "to"), f"goes from `{transition.to}` to itself"
        leaving.setdefault(transition.origin, []).append(transition)
        share = transition.share
        if isinstance(share, ByHost):
            for host in share.by_host:
                yield from known((*path, "share", "by_host", host), host, pathogen.hosts, "a host type")
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
        low, high = first_and_last(band)
        if high < low:
            yield (*path, band), f"the age band {band} runs backwards"
        clash = next((taken[age] for age in range(low, high + 1) if age in taken), None)
        if clash is not None:
            yield (*path, band), f"the age bands {clash} and {band} overlap"
        taken |= dict.fromkeys(range(low, high + 1), band)


def _share_of(transition: Transition, host: str, age: int) -> float:
    share = transition.share
    if isinstance(share, ByHost):
        return share.by_host.get(host, share.otherwise)
    if isinstance(share, ByAge):
        return next((value for band, value in share.by_age.items() if first_and_last(band)[0] <= age <= first_and_last(band)[1]), share.otherwise)
    return share


def _wrong_sum(transitions: list[Transition], pathogen: Pathogen) -> str | None:
    """To what the shares out of one state add up, for the first host type and age for which that is not 1."""
    bands = [first_and_last(band) for one in transitions if isinstance(one.share, ByAge) for band in one.share.by_age]
    ages = sorted({0, *(low for low, _ in bands), *(high + 1 for _, high in bands)})
    hosts = list(pathogen.hosts) if any(isinstance(one.share, ByHost) for one in transitions) else [""]
    for host in hosts:
        for age in (age for age in ages if age <= OLDEST):
            total = sum(_share_of(one, host, age) for one in transitions)
            if abs(total - 1) > SHARE_TOLERANCE:
                whose = (f" for host type `{host}`" if host else "") + (f" at age {age}" if len(ages) > 1 else "")
                return f"add up to {total:.6g}{whose}"
    return None


def instant_circles(scenario: Scenario) -> Found:
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


def hosts(scenario: Scenario) -> Found:
    """Shares of host types add up, and what decides about them fits."""
    total = sum(host.share for host in scenario.pathogen.hosts.values())
    if abs(total - 1) > SHARE_TOLERANCE:
        yield ("pathogen", "hosts"), f"the shares of the host types add up to {total:.6g}; they must add up to 1"
    cause, bite = scenario.pathogen.cause, scenario.pathogen.routes.bite
    for name in cause.per_unit:
        yield from known(("pathogen", "cause", "per_unit", name), name, scenario.pathogen.hosts, "a host type")
    if cause.by != "chance" and bite is not None and bite.link != "none":
        yield ("pathogen", "cause", "by"), f"`{cause.by}` is possible where people bite at places; with bites along links take `chance`"


def strains(scenario: Scenario) -> Found:
    """What strains name is there."""
    pathogen = scenario.pathogen
    for name, strain in pathogen.strains.items():
        path: Path = ("pathogen", "strains", name)
        if strain.infected is not None:
            yield from known((*path, "infected"), strain.infected, pathogen.states, "a state")
            if pathogen.routes.bite is not None and strain.infected != pathogen.infected:
                yield (*path, "infected"), f"with bites all strains begin in the same state, `{pathogen.infected}`"
        for other in strain.immunity_from:
            yield from known((*path, "immunity_from", other), other, pathogen.strains, "a strain")


def vaccines(scenario: Scenario) -> Found:
    """What vaccines name is there, and their doses come in order."""
    for name, vaccine in scenario.pathogen.vaccines.items():
        path: Path = ("pathogen", "vaccines", name)
        for other in vaccine.against:
            yield from known((*path, "against", other), other, scenario.pathogen.strains, "a strain")
        for number, dose in enumerate(vaccine.doses):
            if number == 0 and dose.after > 0:
                yield (*path, "doses", 0, "after"), "the first dose comes after no other; leave it out"
            if number > 0 and dose.after < vaccine.doses[number - 1].delay:
                yield (
                    (*path, "doses", number, "after"),
                    f"comes before the dose before it works ({say_duration(vaccine.doses[number - 1].delay)} after it was given)",
                )


def fights(scenario: Scenario) -> Found:
    """Fights are between kinds that are there, each once."""
    bite = scenario.pathogen.routes.bite
    seen: set[tuple[str, str | None]] = set()
    for index, fight in enumerate(bite.fights if bite is not None else ()):
        path: Path = ("pathogen", "routes", "bite", "fights", index)
        fighters = [CIVILIAN, *scenario.behaviour.fighters]
        yield from known((*path, "fighter"), fight.fighter, fighters, "a kind of fighter (see `behaviour.fighters`)")
        if fight.against is not None:
            yield from known((*path, "against"), fight.against, scenario.pathogen.states, "a state")
        if (fight.fighter, fight.against) in seen:
            yield path, f"fights of `{fight.fighter}` against {fight.against or 'all'} are given twice; remove one"
        seen.add((fight.fighter, fight.against))
