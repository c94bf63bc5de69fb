"""What a scenario's numbers mean together: how many people one case infects directly, and after how long.

Computed from rates, hours and durations, without running anything. One resident, each as likely, is infected; everybody else is
susceptible, host types with susceptibility 0 and those in `immunity` too; nothing is ordered.

* **The course**: for each age and host type, the expected time in each state: the chance of reaching it times its mean duration.
* **Exposure** of another person: over the places that both use, rate x weight x expected time in the state x share of that time that the
  case is there in ticks in which the other is there too, divided by the members of the place where mixing is `frequency`, times the entry
  of the contact matrix of the setting, times the other's susceptibility. Who is `still` stays where they were at the start of the state.
* **R0** is the mean number of people infected: 1 - exp(-exposure) each, or (1 + exposure/k)^-k in place of the exponential where
  infectiousness varies with shape k; so a person infected counts once. Durations are taken at their means, which overstates the number a
  little in small places. The **exposures summed** are what R0 would be were people never infected twice over: rate x time.
* **Generation time** is the mean time from infection to infecting: each moment weighted by what is exerted then.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hyosan.scenario.block import Varies
from hyosan.scenario.pathogen import ByAge, ByHost, Exposure, Pathogen, Transition
from hyosan.scenario.root import Scenario
from hyosan.units import DAY_SECONDS
from hyosan.world.frame import WEEK_HOURS, World
from hyosan.world.mixing import GROUPS, MIX_BITS, age_groups, contact_matrix, exposure_by_age

ROUTES: Final = ("contact", "air")
"""Routes that pass by exposure; of bites there is no such number, since it depends on who fights back."""
SAMPLE: Final = 1000
"""People who are taken as the case, spread evenly over the residents."""
_ROUNDS: Final = 200
_WEEK_SECONDS: Final = WEEK_HOURS * 3600
_OLDEST: Final = 110

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reproduction:
    """What one case does; numbers of people, and seconds."""

    people: float
    exposures: float
    by_setting: dict[str, float]
    """Exposures summed, by setting."""
    generation_seconds: float
    time_share: dict[str, float]
    """Share of the residents' time that is spent in places of each setting."""
    household: float
    """Members of the home of a mean resident."""
    susceptible: float
    """Share of the residents who can be infected at the start."""


@dataclass(frozen=True)
class Course:
    """The expected time in each state, and the same weighted by the time since infection (seconds, seconds squared)."""

    seconds: dict[str, float]
    moments: dict[str, float]
    reached: dict[str, float]


def moments_of(spread: float | Varies) -> tuple[float, float]:
    """Mean and mean square of a duration, in seconds."""
    if not isinstance(spread, Varies):
        return spread, spread * spread
    law: Any = spread.varies.law
    match spread.varies.kind:
        case "exponential":
            return law.mean, 2 * law.mean**2
        case "lognormal" | "gamma":
            return law.mean, law.mean**2 + law.sd**2
        case "weibull":
            return law.scale * math.gamma(1 + 1 / law.shape), law.scale**2 * math.gamma(1 + 2 / law.shape)
        case "uniform":
            return (law.low + law.high) / 2, (law.low**2 + law.low * law.high + law.high**2) / 3
        case "empirical":
            return float(np.mean(law.values)), float(np.mean(np.square(law.values)))
        case _:
            return law.value, law.value**2


def share_for(share: float | ByAge | ByHost, age: int, host: str) -> float:
    """The share of a transition for somebody of an age and host type."""
    if isinstance(share, ByHost):
        return share.by_host.get(host, share.otherwise)
    if isinstance(share, ByAge):
        for band, value in share.by_age.items():
            low, high = (int(part) for part in band.split("-"))
            if low <= age <= high:
                return value
        return share.otherwise
    return share


def course(pathogen: Pathogen, age: int, host: str) -> Course:
    """The expected course of one infection, up to the first return to the susceptible state."""
    outs: dict[str, list[tuple[Transition, float, tuple[float, float]]]] = {name: [] for name in pathogen.states}
    for one in pathogen.transitions:
        outs[one.origin].append((one, share_for(one.share, age, host), moments_of(one.after)))
    reached = dict.fromkeys(pathogen.states, 0.0)
    seconds, moments = dict(reached), dict(reached)
    now = {pathogen.infected: (1.0, 0.0)}
    for _ in range(_ROUNDS):
        after: dict[str, tuple[float, float]] = {}
        for name, (chance, moment) in now.items():
            reached[name] += chance
            for one, share, (mean, square) in outs[name]:
                seconds[name] += chance * share * mean
                moments[name] += share * (moment * mean + chance * square / 2)
                if one.to != pathogen.susceptible:
                    before = after.get(one.to, (0.0, 0.0))
                    after[one.to] = (before[0] + chance * share, before[1] + share * (moment + chance * mean))
        now = {name: pair for name, pair in after.items() if pair[0] > 1e-9}
        if not now:
            break
    return Course(seconds, moments, reached)


def reproduction(scenario: Scenario, world: World) -> Reproduction | None:
    """What one case does in a world; None where nothing passes by exposure."""
    routes = [(name, route) for name in ROUTES if (route := getattr(scenario.pathogen.routes, name, None)) is not None]
    return _Cases(scenario, world, routes).told() if routes else None


class _Cases:
    """Everything needed to follow one case after another."""

    def __init__(self, scenario: Scenario, world: World, routes: list[tuple[str, Exposure]]) -> None:
        self.pathogen, self.world, self.routes = scenario.pathogen, world, routes
        ground = world.ground
        self.n, self.slots = world.people, ground.person_slot_place.shape[1]
        self.place = ground.person_slot_place.astype(np.int64)
        for k in range(1, self.slots):
            self.place[self.place[:, k] == self.place[:, 0], k] = -1
        self.schedule = ground.person_schedule.astype(np.int64)
        self.group = age_groups(ground.person_age)
        self.tick = scenario.time.tick
        self._hours()
        settings = len(world.settings)
        self.rate = np.zeros((len(routes), settings))
        self.mix: list[list[Floats | None]] = [[None] * settings for _ in routes]
        people = np.bincount(self.group, minlength=GROUPS).astype(np.int64)
        for r, (name, route) in enumerate(routes):
            for code, setting in enumerate(world.settings):
                self.rate[r, code] = route.rates.get(setting, route.rates.get("anywhere", 0.0))
                named = route.ages.get(setting, route.ages.get("anywhere"))
                if named is not None:
                    matrix = contact_matrix(named, scenario.base, f"pathogen.routes.{name}.ages.{setting}")
                    self.mix[r][code] = exposure_by_age(matrix, people) / (1 << MIX_BITS)
        self.frequency = [route.mixing == "frequency" for _, route in routes]
        self.members_of: dict[int, NDArray[np.int64]] = {}
        hosts = self.pathogen.hosts.values()
        can = sum(host.share for host in hosts if host.susceptibility > 0)
        self.susceptibility = sum(host.share * host.susceptibility for host in hosts) / can if can else 0.0
        self.susceptible = can * float(_not_immune(scenario, world).mean())
        self.courses: dict[tuple[int, str], Course] = {}

    def _hours(self) -> None:
        """Seconds that each schedule spends in each slot, by tick of the week, as `presence` [schedule, slots away, tick]."""
        table = self.world.ground.schedule_slot
        ticks = max(1, round(_WEEK_SECONDS / self.tick))
        fine = math.gcd(3600, round(self.tick))
        per_hour = np.repeat(table, 3600 // fine, axis=1).reshape(len(table), ticks, -1)
        self.seconds = np.stack([(per_hour == slot).sum(axis=2) * fine for slot in range(self.slots)], axis=1).astype(np.float64)
        self.main = self.seconds.argmax(axis=1)

    def told(self) -> Reproduction:
        """The mean over cases."""
        world = self.world
        people = exposures = weighted = moments = 0.0
        by_setting = np.zeros(len(world.settings))
        can = sum(kind.share for kind in self.pathogen.hosts.values() if kind.susceptibility > 0) or 1.0
        chosen = np.unique(np.linspace(0, self.n - 1, min(SAMPLE, self.n)).astype(np.int64))
        for i in chosen:
            for host, kind in self.pathogen.hosts.items():
                if (share := kind.share / can) > 0 and kind.susceptibility > 0:
                    got = self._one(int(i), host)
                    people += share * got[0]
                    exposures += share * got[1].sum()
                    by_setting += share * got[1]
                    weighted += share * got[2]
                    moments += share * got[3]
        count = len(chosen)
        names = {name: float(by_setting[code]) / count for code, name in enumerate(world.settings) if by_setting[code] > 0}
        homes = np.bincount(self.place[:, 0])
        return Reproduction(
            people=float(people) / count,
            exposures=float(exposures) / count,
            by_setting=names,
            generation_seconds=float(moments / weighted) if weighted else 0.0,
            time_share=self._time(),
            household=float(homes[self.place[:, 0]].mean()),
            susceptible=self.susceptible,
        )

    def _time(self) -> dict[str, float]:
        spent = np.zeros(len(self.world.settings))
        total = self.seconds.sum(axis=2)[self.schedule]
        at = np.where(self.place < 0, self.place[:, :1], self.place)
        np.add.at(spent, self.world.ground.place_setting[at], total)
        return {name: float(spent[code] / total.sum()) for code, name in enumerate(self.world.settings) if spent[code] > 0}

    def _members(self, place: int) -> NDArray[np.int64]:
        if place not in self.members_of:
            ground, many = self.world.ground, self.world.places
            parts = [
                ground.member_person[ground.member_start[slot * many + place] : ground.member_start[slot * many + place + 1]]
                for slot in range(self.slots)
            ]
            self.members_of[place] = np.unique(np.concatenate(parts).astype(np.int64))
        return self.members_of[place]

    def _there(self, who: NDArray[np.int64], place: int) -> NDArray[np.float64]:
        """[who, ticks] seconds at a place by routine; a slot without a place is spent at home."""
        at = np.where(self.place[who] < 0, self.place[who, :1], self.place[who]) == place
        found: Floats = (self.seconds[self.schedule[who]] * at[:, :, None]).sum(axis=1)
        return found

    def _one(self, i: int, host: str) -> tuple[float, Floats, float, float]:
        """People infected, exposures by setting, what is exerted, and that times the time since infection, for case i."""
        age = min(int(self.world.ground.person_age[i]), _OLDEST)
        if (age, host) not in self.courses:
            self.courses[age, host] = course(self.pathogen, age, host)
        path = self.courses[age, host]
        exposed: dict[int, float] = {}
        by_setting = np.zeros(len(self.world.settings))
        me = np.array([i])
        homes = np.where(self.place[i] < 0, self.place[i, 0], self.place[i])
        main = homes[self.main[self.schedule[i]]]
        exerted = moment = 0.0
        for place in np.unique(homes):
            others = self._members(int(place))
            count = len(others)
            others = others[others != i]
            if not len(others):
                continue
            present = self._there(others, int(place)) > 0
            routine = (present * self._there(me, int(place))[0]).sum(axis=1) / _WEEK_SECONDS
            still = (present * (main == place)).mean(axis=1)
            setting = int(self.world.ground.place_setting[place])
            for r, (name, _) in enumerate(self.routes):
                scale = self.rate[r, setting] * self.susceptibility / (count if self.frequency[r] else 1)
                if scale == 0:
                    continue
                matrix = self.mix[r][setting]
                mixing = matrix[self.group[others], self.group[i]] if matrix is not None else 1.0
                for state, seconds in path.seconds.items():
                    weight = self.pathogen.states[state].infectious.get(name, 0.0)
                    if weight == 0 or seconds == 0:
                        continue
                    share = still if self.pathogen.states[state].does == "still" else routine
                    each = scale * weight * mixing * share
                    total = float(each.sum())
                    by_setting[setting] += total * seconds
                    exerted += total * seconds
                    moment += total * path.moments[state]
                    for j, amount in zip(others.tolist(), (each * seconds).tolist(), strict=True):
                        exposed[j] = exposed.get(j, 0.0) + amount
        doses = np.array(list(exposed.values()))
        k = self.pathogen.dispersion
        escaped = np.exp(-doses) if k is None else (1 + doses / k) ** -k
        return float((1 - escaped).sum()), by_setting, exerted, moment


def _not_immune(scenario: Scenario, world: World) -> Floats:
    """[people] chance of not being immune at the start. Immunity by zone is taken as that share of the people of the zone."""
    ages, ground = world.ground.person_age, world.ground
    zone = ground.place_zone[ground.person_slot_place[:, 0]]
    left: Floats = np.ones(world.people)
    for immune in scenario.immunity.values():
        low, high = (int(part) for part in (immune.ages or f"0-{_OLDEST}").split("-"))
        fits = (ages >= low) & (ages <= high)
        if immune.zones is not None:
            fits &= np.isin(zone, [code for code, name in enumerate(world.zones) if name in immune.zones])
        left[fits] *= 1 - immune.share
    return left


def days(seconds: float) -> float:
    """Seconds as days."""
    return seconds / DAY_SECONDS
