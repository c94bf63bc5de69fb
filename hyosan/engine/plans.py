"""Whom the scenario infects, immunises and vaccinates when, as tables of integers. Files are read here, at the door of the run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.compile import Names
from hyosan.engine.compile_floor import place_row
from hyosan.engine.compile_laws import share
from hyosan.errors import ScenarioError
from hyosan.rules.exact import INSTANT_BITS
from hyosan.scenario.injects import Arrival as InjectedArrival
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.root import Scenario
from hyosan.units import DAY_SECONDS, Moment
from hyosan.world.cases_file import Arrival, Case, read_importations, read_line_list
from hyosan.world.frame import World

P_AT, P_STATE, P_CAUSE, P_COUNT, P_SHARE, P_PLACE, P_FIRST, P_LAST, P_IMMUNE, P_STRAIN, P_OVER, P_LUCK = range(12)
"""Columns of `Plans.seeds`: instant, state, cause, how many (-1 = each with a share), share, place (-1 = where they are), positions of those
who fit, whether they are made immune instead, strain, instants before over which moments of infection are spread, number luck is keyed by."""
V_VACCINE, V_SHARE, V_AT, V_TAKES, V_DOSES, V_FIRST, V_LAST, V_LUCK, V_CAUSE = range(9)
"""Columns of `Plans.doses`: vaccine, share, instant of the first dose, instants over which people are spread, doses, positions of those who fit,
number luck is keyed by, cause."""
IMMUNITY: Final = 1_000_000
"""Number of the first rule of immunity in keys of luck, beyond those of seeds."""
IMPORTATIONS: Final = 2_000_000
"""The same of the first row of importations."""
INJECTS: Final = 1 << 31
"""The same of injects: each has the number that its name makes, beyond all others."""
MIDDAY: Final = 12 * 3600
"""When on their day people come home infected, seconds."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Plans:
    """Tables of plans, and the people they choose from."""

    rows: Ints
    """[r] person rows, by id within each plan."""
    seeds: Ints
    """[p, 12] see P_*."""
    doses: Ints
    """[q, 9] see V_*."""
    cases: Ints
    """[c, 3] see `today.match_cases`."""
    known_until: int
    """Instant up to which the line list is complete; 0 = there is none."""
    case_names: tuple[str, ...]
    """Where each case stands, for messages."""
    arrivals: dict[str, Ints]
    """By inject [1, 12], see P_*: residents who come home infected."""


class _Rows:
    """Collects the people whom plans choose from; equal groups share their rows."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.order = np.argsort(world.ground.person_id)
        self.parts: list[Ints] = []
        self.size = 0
        self.known: dict[bytes, tuple[int, int]] = {}

    def add(self, fits: NDArray[np.bool_]) -> tuple[int, int]:
        """First and last position of those who fit."""
        key = np.packbits(fits).tobytes()
        if key not in self.known:
            rows = self.order[fits[self.order]].astype(np.int64)
            self.parts.append(rows)
            self.known[key] = (self.size, self.size + len(rows))
            self.size += len(rows)
        return self.known[key]

    def fitting(self, ages: str | None, zones: tuple[str, ...] | None, role: str | None, field: str) -> NDArray[np.bool_]:
        """[n] who fits by age, home zone and role. Raises ScenarioError: no such zone or role."""
        ground, world = self.world.ground, self.world
        fits = np.ones(world.people, dtype=bool)
        if ages is not None:
            low, high = (int(x) for x in ages.split("-"))
            fits &= (ground.person_age >= low) & (ground.person_age <= high)
        if zones is not None:
            codes = [code_of(zone, world.zones, f"{field}.zones", "zone") for zone in zones]
            fits &= np.isin(ground.place_zone[ground.person_slot_place[:, 0]], codes)
        if role is not None:
            fits &= ground.person_role == code_of(role, world.roles, f"{field}.role", "role")
        return fits

    def fitting_row(self, row: Arrival | Case) -> NDArray[np.bool_]:
        """[n] who fits a row of a table of cases. Raises ScenarioError, with the place of the row: no such zone."""
        try:
            return self.fitting(row.ages, (row.zone,) if row.zone else None, None, "")
        except ScenarioError as error:
            raise ScenarioError(f"{row.where}: {str(error).split(': ', 1)[1]}") from None


def make_plans(scenario: Scenario, world: World, names: Names) -> Plans:
    """Everything that the scenario plans. Raises ScenarioError: no such role, zone or place, too few people who fit, a row that is wrong."""
    rows = _Rows(world)
    seeds = [*_immunity(scenario, rows, names), *_seeds(scenario, world, rows, names), *_importations(scenario, rows, names)]
    doses = _doses(scenario, rows, names)
    cases, known_until, told = _cases(scenario, rows, names)
    arrivals = _arrivals(scenario, rows, names)
    return Plans(
        np.concatenate([*rows.parts, np.zeros(0, dtype=np.int64)]),
        np.array(seeds, dtype=np.int64).reshape(-1, 12), np.array(doses, dtype=np.int64).reshape(-1, 9),
        np.array(cases, dtype=np.int64).reshape(-1, 3), known_until, told, arrivals,
    )  # fmt: skip


def _immunity(scenario: Scenario, rows: _Rows, names: Names) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    for number, (name, immune) in enumerate(scenario.immunity.items()):
        first, last = rows.add(rows.fitting(immune.ages, immune.zones, None, f"immunity.{name}"))
        found.append((0, names.state(immune.state), 0, -1, share(immune.share), -1, first, last, 1, 0, 0, IMMUNITY + number))
    return found


def _seeds(scenario: Scenario, world: World, rows: _Rows, names: Names) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    for number, (name, seed) in enumerate(scenario.seeds.items()):
        fits, place = rows.fitting(seed.ages, seed.zones, seed.role, f"seeds.{name}"), -1
        if seed.place is not None:
            place = place_row(world, seed.place, f"seeds.{name}.place")
            belongs = (world.ground.person_slot_place == place).any(axis=1)
            fits &= belongs if belongs.any() else True
        if seed.person is not None:
            fits &= world.ground.person_id == next(person for person, named in world.person_names.items() if named == seed.person)
        first, last = rows.add(fits)
        if seed.person is not None and first == last:
            raise ScenarioError(f"seeds.{name}.person: {seed.person!r} is not of the role, ages, zones or place told; leave these out, or mend them")
        if seed.count is not None and last - first < seed.count:
            raise ScenarioError(
                f"seeds.{name}: {seed.count} people are to be infected, but only {last - first} fit; lower `count` or widen the choice"
            )
        second = max(0, Moment(seed.at).second(names.start_clock))
        strain = list(scenario.pathogen.strains).index(seed.strain) if seed.strain else 0
        state = names.state(seed.state or _infected(scenario, strain))
        count, chance = (-1, share(seed.share)) if seed.share is not None else (seed.count or 1, 0)
        over = round(seed.over) << INSTANT_BITS
        found.append((second << INSTANT_BITS, state, number + 1, count, chance, place, first, last, 0, strain, over, number + 1))
    return found


def _infected(scenario: Scenario, strain: int) -> str:
    """The state one enters on infection by a strain."""
    strains = list(scenario.pathogen.strains.values())
    return (strains[strain].infected if strains else None) or scenario.pathogen.infected


def _importations(scenario: Scenario, rows: _Rows, names: Names) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    strains = list(scenario.pathogen.strains)
    for name, plan in scenario.importations.items():
        field = f"importations.{name}"
        for row in read_importations(scenario.base, plan.file, f"{field}.file"):
            first, last = rows.add(rows.fitting_row(row))
            if row.strain and row.strain not in strains:
                raise ScenarioError(f"{row.where}: strain {row.strain!r} is none of this pathogen's: {', '.join(strains) or 'it has only one'}")
            strain = strains.index(row.strain) if row.strain else 0
            second = max(0, (row.day - 1) * DAY_SECONDS + MIDDAY - names.start_clock)
            if last - first < row.number:
                raise ScenarioError(f"{row.where}: {row.number} people are to come, but only {last - first} residents fit")
            state = names.state(plan.state or _infected(scenario, strain))
            cause = names.seeds.index(name)
            luck = IMPORTATIONS + len(found)
            found.append((second << INSTANT_BITS, state, cause, row.number, 0, -1, first, last, 0, strain, round(plan.over) << INSTANT_BITS, luck))
    return found


def inject_number(name: str) -> int:
    """The number that luck of an inject is keyed by. It is made of the name, so that no other inject can shift it."""
    return INJECTS + int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "little") % INJECTS


def _arrivals(scenario: Scenario, rows: _Rows, names: Names) -> dict[str, Ints]:
    """They come at the start of the first tick that begins at their moment or later."""
    tick, found = round(scenario.time.tick), dict[str, Ints]()
    for name, plan in scenario.injects.items():
        if not isinstance(plan, InjectedArrival):
            continue
        first, last = rows.add(rows.fitting(plan.ages, plan.zones, plan.role, f"injects.{name}"))
        if last - first < plan.count:
            raise ScenarioError(f"injects.{name}: {plan.count} people are to come, but only {last - first} residents fit; lower `count`")
        second = -(-max(0, Moment(plan.at).second(names.start_clock)) // tick) * tick
        strain = list(scenario.pathogen.strains).index(plan.strain) if plan.strain else 0
        state = names.state(plan.state or _infected(scenario, strain))
        cause, luck = names.seeds.index(name), inject_number(name)
        row = (second << INSTANT_BITS, state, cause, plan.count, 0, -1, first, last, 0, strain, 0, luck)
        found[name] = np.array([row], dtype=np.int64)
    return found


def _doses(scenario: Scenario, rows: _Rows, names: Names) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = []
    vaccines = list(scenario.pathogen.vaccines)
    for number, (name, plan) in enumerate(scenario.vaccination.items()):
        first, last = rows.add(rows.fitting(plan.ages, plan.zones, plan.role, f"vaccination.{name}"))
        second = -round(plan.ago) if plan.ago is not None else max(0, Moment(plan.at).second(names.start_clock))
        doses = plan.doses or len(scenario.pathogen.vaccines[plan.vaccine].doses)
        over = round(plan.takes) << INSTANT_BITS
        vaccine = vaccines.index(plan.vaccine)
        found.append((vaccine, share(plan.share), second << INSTANT_BITS, over, doses, first, last, number, names.seeds.index(name)))
    return found


def _cases(scenario: Scenario, rows: _Rows, names: Names) -> tuple[list[tuple[int, ...]], int, tuple[str, ...]]:
    plan = scenario.line_list
    if plan is None:
        return [], 0, ()
    listed = read_line_list(scenario.base, plan.file, "line_list.file", date.fromisoformat(scenario.time.date) if scenario.time.date else None)
    last_day = max(max(case.onset, case.reported or 0.0) for case in listed)
    until = Moment(plan.until).second(names.start_clock) if plan.until is not None else int(last_day) * DAY_SECONDS - names.start_clock
    if not 0 < until <= scenario.time.end:
        raise ScenarioError(f"line_list.until: the list ends at second {until} of the run, which must be after its start and not after its end")
    found: list[tuple[int, ...]] = []
    told: list[str] = []
    for case in sorted(listed, key=lambda one: one.onset):
        second, known = (round(((day or 0.0) - 1) * DAY_SECONDS) - names.start_clock for day in (case.onset, case.reported))
        if second < 0:
            raise ScenarioError(f"{case.where}: onset on day {case.onset:g} is before the start of the run ({scenario.time.start})")
        if second >= until or known >= until:  # not on the list as it was then
            continue
        found.append((second << INSTANT_BITS, *rows.add(rows.fitting_row(case))))
        told.append(case.where)
    return found, until << INSTANT_BITS, tuple(told)


def unmatched(plans: Plans, who: Ints) -> None:
    """Raises ScenarioError: for a case of the line list nobody's course fits."""
    missing = np.flatnonzero(who < 0)
    if len(missing):
        raise ScenarioError(
            f"{plans.case_names[missing[0]]}: nobody of that age and zone is left whose course can lead to this case; "
            f"check age and zone, and that the pathogen makes people ill and is noticed"
        )


def code_of(name: str, known: tuple[str, ...], field: str, what: str) -> int:
    """The position of a name. Raises ScenarioError with the nearest."""
    if name in known:
        return known.index(name)
    raise ScenarioError(f"{field}: {name!r} is no {what} of this city; {did_you_mean(name, known)}")
