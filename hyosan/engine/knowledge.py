"""What an authority knows: what was noticed, late and misread as in life. The response reads this and never the state.

Filled by `engine/publish.py` with noticed states, by tests with their results, and with what teams report of their own work; a plain
dictionary of whole numbers and exact fractions goes to conditions, orders and logs. Estimates are made when somebody asks for them.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Collection
from fractions import Fraction
from typing import Any, NamedTuple

from hyosan.estimate.growth import Growth, growth
from hyosan.estimate.incubation import KnownPeriods, StandingEstimate
from hyosan.scenario.authority import Beliefs
from hyosan.scenario.condition_words import UNBELIEVED_DAYS
from hyosan.units import DAY_SECONDS as DAY

KINDS = ("turned", "ill", "half_turned", "symptomless")
"""Classes that reports are counted by."""
SHOWN = KINDS[:2]
"""Those whose onset shows."""
STEP_MINUTES = 15
"""The clock on which infections and onsets are told: finer than most remember, coarse enough to sum up."""


class Case(NamedTuple):
    """Somebody who became known as infected, rightly or not."""

    second: int
    row: int
    zone: int
    tested: bool


class Works:
    """What teams report of their own work, known to all authorities at once."""

    def __init__(self, zones: int, stocks: dict[str, int] | None = None) -> None:
        self.stocks = dict(stocks or {})
        self.marked = [0] * zones
        self.calls: list[tuple[int, int, int]] = []
        self.recent_calls: list[tuple[int, int]] = []
        self._waiting: set[int] = set()
        self.calls_served = 0
        self.held = 0
        self.hosts = 0
        self.records = 0
        self.teams_lost = 0
        self.evacuated = 0
        self.outbreaks_beyond = 0
        self.blasts = 0
        self.contacts: list[list[int]] = []
        self.confined = 0
        self.to_interview = 0
        self.tests_done = 0
        self.tests_positive = 0

    def call(self, second: int, person_id: int, row: int) -> None:
        """A person calls for rescue: first come, then by id."""
        heapq.heappush(self.calls, (second, person_id, row))
        self.recent_calls.append((second, row))
        self._waiting.add(row)

    def answer(self) -> int:
        """The row of who has waited longest; a team goes there."""
        row = heapq.heappop(self.calls)[2]
        self._waiting.discard(row)
        self.calls_served += 1
        return row

    def unanswered(self, until: int) -> list[int]:
        """Rows of those who called up to a second and still wait, each told once."""
        due = bisect_right(self.recent_calls, (until, 1 << 62))
        late, self.recent_calls = self.recent_calls[:due], self.recent_calls[due:]
        return [row for _, row in late if row in self._waiting]

    def to_json(self) -> dict[str, Any]:
        """Everything, for a checkpoint."""
        return {name: value for name, value in vars(self).items() if name != "_waiting"}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        for name, value in kept.items():
            setattr(self, name, value)
        self.calls = [(int(a), int(b), int(c)) for a, b, c in kept["calls"]]
        self.recent_calls = [(int(a), int(b)) for a, b in kept["recent_calls"]]
        self._waiting = {row for _, _, row in self.calls}


class Knowledge:
    """Counts of what one authority knows, of all it hears of and by zone. Times are seconds since the start."""

    def __init__(self, zones: tuple[str, ...], city_zones: int, works: Works, beliefs: Beliefs) -> None:
        self.zone_names, self.zones, self.works, self.beliefs = zones, city_zones, works, beliefs
        self.reported: dict[str, int] = {"turned": 0, "ill": 0, "half_turned": 0, "symptomless": 0, "infected": 0, "dead": 0}
        self.removed_turned = 0
        self.by_zone: list[int] = [0] * len(zones)
        self.removed_by_zone: list[int] = [0] * len(zones)
        self.last_report = self.last_city_report = -1
        self.cases: list[Case] = []
        self.late: dict[int, int] = {}
        self._reports: list[int] = []
        self._known: dict[int, tuple[int, tuple[str, ...]]] = {}
        self._incubation = StandingEstimate(KnownPeriods(STEP_MINUTES))
        self._growth: tuple[int, Growth | None] = (-1, None)

    def notice(self, second: int, zone: int, kind: str, exposed: int, onset: int, row: int, episode: int) -> None:
        """A person (`row`) of a class (`turned`, `ill`, `symptomless`, ..., `dead`) is noticed in a zone.

        `exposed` is the second of infection where it is known (else -1), `onset` that of entering the state. Whoever is reported again during
        the same infection (`episode`) counts as infected once, and once in each class.
        """
        if kind == "dead":
            self.reported["dead"] += 1
            return
        known, before = self._known.get(row, (-1, ())), self.is_known(row, episode)
        if not before:
            self._report(second)
            self.cases.append(Case(second, row, zone, False))
        kinds = known[1] if before else ()
        if kind in KINDS and kind not in kinds:
            kinds = (*kinds, kind)
            self.reported[kind] += 1
            if kind in SHOWN:
                self._shows(second, zone, exposed, onset)
        if not before or kinds != known[1]:  # who is found again is no news
            self._news(second, zone)
        self._known[row] = (episode, kinds)

    def _shows(self, second: int, zone: int, exposed: int, onset: int) -> None:
        """Somebody was reported whose onset shows: by zone, how late, and how long after infection where that is known."""
        self.by_zone[zone] += 1
        hours = (second - onset) // 3600
        self.late[hours] = self.late.get(hours, 0) + 1
        if exposed >= 0:
            # To the nearest quarter of an hour, as one tells it: whether bites come early or late in a tick then cancels out.
            step = STEP_MINUTES * 60
            infected, ill = (exposed + step // 2) // step, (onset + step // 2) // step
            self._incubation.known.add(infected, infected, ill)

    def positive(self, second: int, zone: int, row: int, episode: int) -> None:
        """A test of a person was positive: a case, rightly or not, new or known before."""
        before = self.is_known(row, episode)
        if not before:
            self._report(second)
        kinds = self._known[row][1] if before else ()
        if "tested" not in kinds:
            self.cases.append(Case(second, row, zone, True))
        self._known[row] = (episode, (*kinds, "tested"))
        self._news(second, zone)

    def _news(self, second: int, zone: int) -> None:
        """A report came from a zone: of the city, or of the quarantine and what else lies outside."""
        self.last_report = max(self.last_report, second)
        if zone < self.zones:
            self.last_city_report = max(self.last_city_report, second)

    def _report(self, second: int) -> None:
        self.reported["infected"] += 1
        self._reports.append(second)

    def is_known(self, row: int, episode: int) -> bool:
        """Whether a person is known as a case of this infection of theirs."""
        return row in self._known and self._known[row][0] == episode

    def reported_since(self, second: int) -> int:
        """Cases reported after a second."""
        return len(self._reports) - bisect_right(self._reports, second)

    def remove(self, zone: int, count: int) -> None:
        """So many reported turned of a zone are known to be dead or captured."""
        self.removed_turned += count
        self.removed_by_zone[zone] += count

    # estimates -------------------------------------------------------------------------------------------------------------------

    def lag(self) -> int:
        """Hours within which the share of cases that `beliefs` name are reported, going by those known so far."""
        wanted, total = Fraction(str(self.beliefs.report_share_in_time)) * sum(self.late.values()), 0
        for hours in sorted(self.late):
            total += self.late[hours]
            if total >= wanted:
                return hours + 1
        return 0

    def incubation(self, second: int, standing: StandingEstimate | None = None) -> Any:
        """The estimate of the incubation period (`estimate.incubation.IncubationEstimate`) from the cases known; None while there are too few.

        An estimate stands for a while: `standing` is the reader's own (default: the one that orders share).
        """
        per_hour = 60 // STEP_MINUTES
        return (standing or self._incubation).at(second // (STEP_MINUTES * 60), lag=self.lag() * per_hour)

    def own_estimate(self) -> StandingEstimate:
        """An estimate of the same cases for another reader: asking it moves nobody else's."""
        return StandingEstimate(self._incubation.known)

    @property
    def periods_known(self) -> int:
        """Cases of whom it is known when they were infected."""
        return self._incubation.known.count

    def bound_days(self, share: float, needed: int, second: int, standing: StandingEstimate | None = None) -> int:
        """Days within which a share of incubation periods end, at worst (the upper end of 95 %); UNBELIEVED_DAYS while few are known."""
        if self.periods_known < max(2, needed):
            return UNBELIEVED_DAYS
        found = self.incubation(second, standing)
        return UNBELIEVED_DAYS if found is None else -(-found.bound_hours(share) // 24)

    def growth(self, second: int) -> Growth | None:
        """Growth of reported cases over the last two weeks of whole days; None while it cannot be told."""
        days = second // DAY
        if self._growth[0] != days:
            first = max(0, days - 14)
            counts = [self.reported_since(d * DAY - 1) - self.reported_since((d + 1) * DAY - 1) for d in range(first, days)]
            self._growth = (days, growth(counts) if len(counts) >= 2 else None)
        return self._growth[1]

    def _reproduction(self, second: int) -> int:
        found, mean, sd = self.growth(second), self.beliefs.generation_mean, self.beliefs.generation_sd
        if found is None or mean is None or sd is None:
            return 0
        return int(found.reproduction_percent(round(mean / 3600), round(sd / 3600))[0])

    def active(self, zone: int) -> int:
        """Turned people reported in a zone and not known to be dead or captured."""
        return max(0, self.by_zone[zone] - self.removed_by_zone[zone])

    def worst_zones(self, count: int) -> list[int]:
        """The zones with most active reports, at most `count`, ties by number; none without a report."""
        ranked = sorted((z for z in range(len(self.by_zone)) if self.active(z) > 0), key=lambda z: (-self.active(z), z))
        return ranked[:count]

    def values(
        self, second: int, start_clock: int, asked: Collection[str] = (), standing: StandingEstimate | None = None
    ) -> dict[str, int | Fraction]:
        """All that conditions may ask for, but for orders; estimates only where they are `asked` for, `standing` as for `incubation`."""
        since, in_city = (second - last if last >= 0 else 0 for last in (self.last_report, self.last_city_report))
        clock = second + start_clock
        works = self.works
        values: dict[str, int | Fraction] = {
            "reported.turned": self.reported["turned"],
            "reported.turned_active": max(0, self.reported["turned"] - self.removed_turned),
            "reported.ill": self.reported["ill"],
            "reported.infected": self.reported["infected"],
            "reported.dead": self.reported["dead"],
            "reported.half_turned": self.reported["half_turned"],
            "reported.symptomless": self.reported["symptomless"],
            "reported.day": self.reported_since(second - DAY),
            "reported.week": self.reported_since(second - 7 * DAY),
            "reported.zones": sum(1 for n in self.by_zone if n > 0),
            "zones": self.zones,
            "zones_marked": sum(works.marked),
            "days_since_report": since // DAY,
            "hours_since_report": since // 3600,
            "days_since_city_report": in_city // DAY,
            "calls_waiting": len(works.calls),
            "calls_served": works.calls_served,
            "quarantined": works.held,
            "hosts_held": works.hosts,
            "records_seized": works.records,
            "teams_lost": works.teams_lost,
            "evacuated": works.evacuated,
            "outbreaks_beyond": works.outbreaks_beyond,
            "confined": works.confined,
            "to_interview": works.to_interview,
            "contacts_found": len(works.contacts),
            "tests_done": works.tests_done,
            "tests_positive": works.tests_positive,
            "strikes": works.blasts,
            "time": Fraction(second, 3600),
            "day": clock // DAY + 1,
            "hour": clock % DAY // 3600,
            "incubation_cases": self.periods_known,
        }
        for stock, left in works.stocks.items():
            values[f"stock.{stock}"] = left
        if "incubation_bound_days" in asked:
            values["incubation_bound_days"] = self.bound_days(0.99, 50, second, standing)
        if "growth_percent" in asked:
            found = self.growth(second)
            values["growth_percent"] = 0 if found is None else Fraction(found.per_day_permille, 10)
        if "reproduction_percent" in asked:
            values["reproduction_percent"] = self._reproduction(second)
        return values

    def to_json(self) -> dict[str, Any]:
        """Everything, for a checkpoint."""
        plain = ("reported", "removed_turned", "by_zone", "removed_by_zone", "last_report", "last_city_report", "cases", "_reports")
        known = [[row, *one] for row, one in self._known.items()]
        return {name: getattr(self, name) for name in plain} | {
            "late": list(self.late.items()), "known": known, "incubation": self._incubation.to_json(),
        }  # fmt: skip

    def restore(self, kept: dict[str, Any]) -> None:
        """Take over what a checkpoint kept."""
        for name in ("reported", "removed_turned", "by_zone", "removed_by_zone", "last_report", "last_city_report", "_reports"):
            setattr(self, name, kept[name])
        self.cases = [Case(second, row, zone, bool(tested)) for second, row, zone, tested in kept["cases"]]
        self.late = dict(kept["late"])
        self._known = {row: (episode, tuple(kinds)) for row, episode, kinds in kept["known"]}
        self._incubation = StandingEstimate.from_json(kept["incubation"])
        self._growth = (-1, None)
