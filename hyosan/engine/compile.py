"""The only translator from words to numbers: scenario and world to `Rulebook` and `Floor`. All floating-point work ends here."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan import distributions
from hyosan.engine.compile_care import make_care, make_wards
from hyosan.engine.compile_exposure import exposing
from hyosan.engine.compile_floor import make_floor, slots_open
from hyosan.engine.compile_immunity import make_strains, make_vaccines, openness
from hyosan.engine.compile_laws import SHARE, Laws, share
from hyosan.engine.compile_minds import minds, needs_until, weights
from hyosan.engine.rulebook import (
    CLASSES,
    DOES,
    LAWS,
    MEMBERS,
    OUTS,
    PAIR,
    PRESENT,
    SCALARS,
    STATES,
    Floor,
    Rulebook,
    table,
)
from hyosan.errors import ScenarioError
from hyosan.rules.exact import NEVER
from hyosan.rules.transmit import OPEN_BITS, WEIGHT
from hyosan.scenario.pathogen import ByAge, ByHost
from hyosan.scenario.root import DAYS, Scenario
from hyosan.tables import LINE_LIST
from hyosan.units import DAY_SECONDS, Moment
from hyosan.world.frame import World

WALKING_METRES_PER_SECOND = 1.3
"""Pace at which the world's travel times are given (Bohannon 1997: comfortable gait of adults 1.27 to 1.46 m/s)."""
MAX_KINDS = 8
OPEN = 1 << OPEN_BITS
"""As open to infection as the susceptible."""


@dataclass(frozen=True)
class Names:
    """Names of the codes that kernels use, for logs and orders."""

    states: tuple[str, ...]
    hosts: tuple[str, ...]
    fighters: tuple[str, ...]
    hostiles: tuple[str, ...]
    seeds: tuple[str, ...]
    start_clock: int
    """Clock time of the start, seconds from midnight of day 1."""

    def state(self, name: str) -> int:
        """Code of a state."""
        return self.states.index(name)


def _dispersion(scenario: Scenario, laws: Laws) -> int:
    """The law of how infectious people are, in 1/1024 with mean 1; -1 = all alike."""
    k = scenario.pathogen.dispersion
    return -1 if k is None else laws.add_law(f"dispersion {k}", distributions.gamma(float(WEIGHT), WEIGHT / k**0.5))


def compile_scenario(scenario: Scenario, world: World, seed: int) -> tuple[Rulebook, Floor, Names]:
    """The scenario and its world as integers. Raises ScenarioError where numbers cannot be represented."""
    names = _names(scenario)
    laws = Laws()
    states = _states(scenario, names, laws)
    outs, cuts = _outs(scenario, names, laws, states)
    settings, matrices, link = exposing(scenario, world)
    strains, cross = make_strains(scenario)
    vaccines, doses, against = make_vaccines(scenario, laws)
    wards = make_wards(scenario, world, states)
    beds, staff = make_care(scenario, world)
    bite, kill, rate_bits = _fights(scenario, world, names)
    slot_seconds = _slots(scenario, world, names.start_clock)
    floor = make_floor(world, slot_seconds, fighter_kinds(scenario, world, names), settings, wards, staff, needs_until(scenario))
    behaviour = scenario.behaviour
    route = scenario.pathogen.routes
    one = table(
        SCALARS, 1,
        seed=seed, born=seed, redrawn_at=NEVER, redrawn_day=-1,
        tick_seconds=round(scenario.time.tick), week_ticks=slot_seconds.shape[1], rate_bits=rate_bits,
        susceptible=names.state(scenario.pathogen.susceptible), infected=names.state(scenario.pathogen.infected),
        killed=names.state(scenario.pathogen.killed) if scenario.pathogen.killed in names.states else 0,
        contact_frequency=int(route.contact is not None and route.contact.mixing == "frequency"), contact_link=link,
        air_frequency=int(route.air is not None and route.air.mixing == "frequency"),
        dispersion_law=_dispersion(scenario, laws),
        bite_mixing={"pair": PAIR, "members": MEMBERS, "present": PRESENT}[route.bite.mixing] if route.bite else 0,
        bite_links=int(route.bite is not None and route.bite.link == "pair"), hide_law=laws.add(behaviour.hide_for),
        leave_rate=_rate(behaviour.leave, rate_bits), exit_flow=_rate(behaviour.exit_flow, rate_bits), shut_share=share(behaviour.shut_door),
        walk_pace=_pace(behaviour.walk), run_pace=_pace(behaviour.run), hearing=round(behaviour.hearing),
        fight_noise=round(behaviour.fight_noise), has_ways=int(len(world.ground.way_to) > 0),
        exerts=sum(int((states[name] > 0).any()) for name in ("contact", "air")) * world.ground.person_slot_place.shape[1] + int(link > 0),
        has_bites=int(route.bite is not None), hosts=len(names.hosts), fighters=len(names.fighters), hostiles=len(names.hostiles),
        slots=world.ground.person_slot_place.shape[1], camp=_camp(world),
        strains=len(strains), forgets=int(bool(scenario.pathogen.strains)), notices=int((states["notice_share"] > 0).any()),
        one_route=int((route.contact is None) != (route.air is None)), **minds(scenario, world, names.start_clock),
    )  # fmt: skip
    doors = np.array([laws.add(getattr(behaviour.doors, kind)) for kind in ("wooden", "steel", "barricade")], dtype=np.int64)
    hosts = scenario.pathogen.hosts
    book = Rulebook(
        one=one, states=states, outs=outs, out_cut=cuts, settings=settings, age_mix=matrices,
        bite_rate=bite, kill_rate=kill, door_law=doors, **weights(behaviour),
        laws=np.array(laws.rows, dtype=np.int64).view(table(LAWS, 0).dtype).reshape(-1),
        law_values=np.concatenate([*laws.values, np.zeros(1, dtype=np.int64)]),
        host_share=np.array([share(h.share) for h in hosts.values()], dtype=np.int64),
        host_felt=np.array([round(scenario.pathogen.cause.per_unit.get(h, 0) * 1024) for h in hosts], dtype=np.int64),
        host_susceptibility=np.array([round(h.susceptibility * OPEN) for h in hosts.values()], dtype=np.int64), slot_seconds=slot_seconds,
        slot_open=slots_open(slot_seconds),
        slot_bits=((slot_seconds > 0) << np.arange(slot_seconds.shape[2])).sum(axis=2), main_slot=slot_seconds.argmax(axis=2),
        strains=strains, cross=cross, vaccines=vaccines, doses=doses, against=against, care=beds,
    )  # fmt: skip
    return book, floor, names


def _names(scenario: Scenario) -> Names:
    pathogen = scenario.pathogen
    states = tuple(pathogen.states)
    fights = pathogen.routes.bite.fights if pathogen.routes.bite else ()
    fighters = ("civilian", *(f for f in scenario.behaviour.fighters if f != "civilian"))
    hostiles = tuple(s for s, row in pathogen.states.items() if row.infectious.get("bite", 0) > 0)
    if len(fighters) > MAX_KINDS or len(hostiles) > MAX_KINDS:
        raise ScenarioError(f"pathogen.routes.bite: at most {MAX_KINDS} kinds of fighters and {MAX_KINDS} states that bite are possible")
    missing = [f for f in fighters if not any(row.fighter == f for row in fights)] if fights else []
    if missing:
        raise ScenarioError(f"pathogen.routes.bite.fights: no row for fighter {missing[0]!r}; every kind of fighter needs one")
    clock = round(Moment(scenario.time.start).seconds)
    further = (*scenario.importations, *scenario.vaccination, *scenario.beyond, *scenario.injects)
    seeds = ("", *scenario.seeds, *scenario.noises, *scenario.orders, *further, LINE_LIST)
    return Names(states, tuple(pathogen.hosts), fighters, hostiles, seeds, clock)


def _states(scenario: Scenario, names: Names, laws: Laws) -> Any:
    made = table(STATES, len(names.states))
    for row, (name, state) in zip(made, scenario.pathogen.states.items(), strict=True):
        row.kind = CLASSES.index(state.counts_as)
        row.does = DOES.index(state.does)
        row.chained = int(state.chained)
        row.hostile = names.hostiles.index(name) if name in names.hostiles and not state.chained else -1
        row.contact = round(state.infectious.get("contact", 0) * WEIGHT)
        row.air = round(state.infectious.get("air", 0) * WEIGHT)
        row.pace = _pace(state.speed if state.speed else WALKING_METRES_PER_SECOND)
        senses = state.senses
        for sense in ("wander", "sight", "sound", "smell", "rest"):
            row[sense] = round(getattr(senses, sense) * 1024) if senses else 1024 * (sense in ("wander", "rest"))
        row.wakes_law = laws.add(state.wakes_every)
        noticed = state.noticed
        row.notice_share = share(noticed.share) if noticed else 0
        row.period_known = share(noticed.period_known) if noticed else 0
        row.notice_law = laws.add(noticed.after if noticed else 0.0)
        row.open = round(openness(scenario.pathogen, name) * OPEN)
        row.bed = list(scenario.care).index(state.bed) if state.bed else -1
        row.misread = share(noticed.misread) if noticed else 0
        row.taken_for = names.state(noticed.taken_for) if noticed and noticed.taken_for else -1
    return made


def _outs(scenario: Scenario, names: Names, laws: Laws, states: Any) -> tuple[Any, NDArray[np.int64]]:
    ordered = [t for name in names.states for t in scenario.pathogen.transitions if t.origin == name]
    outs = table(OUTS, len(ordered))
    cuts = np.zeros((2, max(1, len(ordered)), len(names.hosts), 111), dtype=np.int64)
    at = 0
    for code, name in enumerate(names.states):
        states[code].out_start = at
        sums = np.zeros((2, len(names.hosts), 111), dtype=np.int64)
        for transition in (t for t in ordered if t.origin == name):
            outs[at].to = names.state(transition.to)
            outs[at].law = laws.add(transition.after)
            for bedless, part in enumerate((transition.share, transition.without_bed)):
                sums[bedless] += _share_table(transition.share if part is None else part, names.hosts)
            cuts[:, at] = sums
            at += 1
        if at > states[code].out_start:
            last = cuts[:, at - 1]
            last[last >= SHARE - 8] = SHARE  # shares such as 1/3 + 2/3, rounded, still add up to certainty
        states[code].out_end = at
    _mark_back(states, outs)
    return outs, cuts


def _mark_back(states: Any, outs: Any) -> None:
    """Mark the transitions that lead back to a state on the way to which they were found, depth first, states in their order."""
    unseen, under_way, done = range(3)
    seen = [unseen] * len(states)

    def follow(code: int) -> None:
        seen[code] = under_way
        for out in range(states[code].out_start, states[code].out_end):
            outs[out].back = int(seen[outs[out].to] == under_way)
            if seen[outs[out].to] == unseen:
                follow(outs[out].to)
        seen[code] = done

    for code in range(len(states)):
        if seen[code] == unseen:
            follow(code)


def _share_table(value: Any, hosts: tuple[str, ...]) -> NDArray[np.int64]:
    made = np.zeros((len(hosts), 111), dtype=np.int64)
    if isinstance(value, ByHost):
        for k, host in enumerate(hosts):
            made[k] = share(value.by_host.get(host, value.otherwise))
    elif isinstance(value, ByAge):
        made[:] = share(value.otherwise)
        for band, part in value.by_age.items():
            low, high = (int(x) for x in band.split("-"))
            made[:, low : high + 1] = share(part)
    else:
        made[:] = share(value)
    return made


def _rate(rate: float, rate_bits: int) -> int:
    return min(round(Fraction(rate) * (1 << (44 + rate_bits))), (1 << 57))


def _pace(speed: float) -> int:
    """Travel time in 1/1024 of that at walking pace; standing still is a million times slower."""
    return round(1024 * WALKING_METRES_PER_SECOND / speed) if speed > 1e-6 else 1024 * 10**6


def _camp(world: World) -> int:
    kinds = [k for k, name in enumerate(world.kinds) if name == "camp"]
    found = np.flatnonzero(np.isin(world.ground.place_kind, kinds))
    return int(found[0]) if len(found) else -1


def _fights(scenario: Scenario, world: World, names: Names) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    shape = (max(1, len(names.fighters)), len(names.hostiles))
    bite, kill = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    route = scenario.pathogen.routes.bite
    if route is None:
        return bite, kill, 0
    top = Fraction(0)
    rates: dict[tuple[int, int], tuple[Fraction, Fraction]] = {}
    factor = Fraction(max([1.0, *route.settings.values()]))
    for row in route.fights:
        for code, hostile in enumerate(names.hostiles):
            if row.against in (None, hostile):
                rate = Fraction(row.bite) * Fraction(scenario.pathogen.states[hostile].infectious["bite"])
                rates[names.fighters.index(row.fighter), code] = (rate, rate * Fraction(row.kills_per_bite))
                kills = Fraction(row.kills_per_bite)
                top = max(top, rate * factor, rate * kills * factor)
    crowd = _most_links(world) if route.link == "pair" else Fraction(max(2, world.people))
    highest = max(top * crowd, Fraction(scenario.behaviour.leave), Fraction(scenario.behaviour.exit_flow))
    rate_bits = 0
    while rate_bits < 20 and highest * (1 << (44 + rate_bits + 1)) < (1 << 57):
        rate_bits += 1
    if top * crowd * (1 << 44) >= (1 << 62):
        raise ScenarioError("pathogen.routes.bite.fights: bites (or kills) so frequent, times so many people, exceed what the engine counts exactly")
    for at, (one, other) in rates.items():
        bite[at], kill[at] = round(one * (1 << (44 + rate_bits))), round(other * (1 << (44 + rate_bits)))
    return bite, kill, rate_bits


def _most_links(world: World) -> Fraction:
    """The largest sum of weights of one person's links, at least 1."""
    ground = world.ground
    running = np.concatenate([[0], np.cumsum(ground.link_weight.astype(np.int64))])
    sums = np.diff(running[ground.link_start.astype(np.int64)])
    return Fraction(max(1024, int(sums.max(initial=0))), 1024)


def _slots(scenario: Scenario, world: World, start_clock: int) -> NDArray[np.int64]:
    """Seconds of each tick of the week (from the start of the run on) spent in each slot; last, a schedule for each slot that never leaves it."""
    tick = round(scenario.time.tick)
    week = 7 * DAY_SECONDS
    count = max(1, week // tick)
    slots = world.ground.person_slot_place.shape[1]
    hours = world.ground.schedule_slot
    start = (DAYS.index(scenario.time.weekday) * DAY_SECONDS + start_clock) % week
    made = np.zeros((len(hours) + slots, count, slots), dtype=np.int64)
    for k in range(count):
        first = start + k * tick
        second = first
        while second < first + tick:
            until = min(first + tick, (second // 3600 + 1) * 3600)
            for h in range(len(hours)):
                made[h, k, hours[h, second // 3600 % 168]] += until - second
            second = until
    for slot in range(slots):
        made[len(hours) + slot, :, slot] = tick
    return made


def fighter_kinds(scenario: Scenario, world: World, names: Names) -> NDArray[np.int64]:
    """The kind of fighter that each person is."""
    kinds = np.zeros(world.people, dtype=np.int64)
    for name, row in scenario.behaviour.fighters.items():
        codes = [k for k, role in enumerate(world.roles) if role in row.roles]
        kinds[np.isin(world.ground.person_role, codes)] = names.fighters.index(name)
    return kinds
