"""What a brief says, gathered from the knowledge of one authority, the standing of orders as far as it knows it, and the books of its own means.

It names no seed, no hash and no folder, and leaves out whom an order truly reached. Of others' orders it tells those that took effect, and those
that its own conditions ask for.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property
from typing import Any

from hyosan.engine.knowledge import Knowledge
from hyosan.engine.response import Given as GivenOrder
from hyosan.engine.run import Simulation
from hyosan.report.counts import say
from hyosan.report.explain import status_sentence
from hyosan.scenario.condition_words import KNOWN_NAMES, ORDER_NAMES
from hyosan.scenario.nearest import listed
from hyosan.scenario.order_changes import order_as
from hyosan.units import DAY_SECONDS, say_clock, say_duration

Row = dict[str, Any]
LEFT_OUT = (
    "zones", "time", "day", "hour", "days_since_report", "hours_since_report", "days_since_city_report",
    "incubation_cases", "incubation_bound_days", "growth_percent", "reproduction_percent",
)  # fmt: skip
"""Words of conditions that are no counts; estimates are told by themselves."""
MEANS = ("teams", "vehicles", "staff", "seats", "cases_each", "points", "per_day", "stock", "courses", "beds", "capacity", "cells_per_day")
"""Fields of orders that are means. `stock` is doses of a campaign, or the name of the stock that a supply goes into."""
STOCKS = {"stock": "doses", "courses": "courses"}
"""Fields of orders that run out, and what is used of them."""


class Teller:
    """Gathers a brief from a simulation that nobody goes on with."""

    def __init__(self, sim: Simulation, authority: str, is_policy: bool) -> None:
        self.sim, self.authority, self.is_policy = sim, authority, is_policy
        self.scenario, self.response = sim.scenario, sim.response
        self.now, self.start = sim.tick * sim.tick_seconds, sim.names.start_clock
        self.knowledge: Knowledge = sim.authorities.of(authority)
        self.described = self.scenario.authorities.get(authority)
        self.values = self.knowledge.values(self.now, self.start, self.response.asked) | self.response.standing(self.now)

    def clock(self, second: int) -> str:
        """A second as `day 2 14:10`."""
        return say_clock(second, self.start)

    def tell(self) -> Row:
        """All of it."""
        day = (self.now + self.start) // DAY_SECONDS
        first = self.scenario.time.date
        last = self.knowledge.last_report
        return {
            "title": self.scenario.title or self.scenario.name,
            "name": self.scenario.name,
            "status_sentence": status_sentence(self.scenario.status),
            "authority": self.authority,
            "second": self.now,
            "clock": self.clock(self.now),
            "date": (date.fromisoformat(first) + timedelta(days=day)).isoformat() if first is not None else None,
            "hears": self.hears(),
            "counts": self.counts(),
            "last_report": self.clock(last) if last >= 0 else None,
            "growth": self.growth(),
            "reproduction": self.reproduction(),
            "incubation": self.incubation(),
            "zones": self.zones(),
            "means": [self.means(name) for name in self.own],
            "choices": [row for name in self.own if (row := self.choice(name)) is not None],
            "orders": [row for one in self.response.given if (row := self.given(one)) is not None],
        }

    # what is known ---------------------------------------------------------------------------------------------------------------

    def hears(self) -> list[str]:
        """How what is known comes to it, in sentences."""
        one = self.described
        if one is None:
            return ["It hears of everything that is reported, at once, and may order everything."]
        zones = "all zones" if one.zones is None else listed(one.zones)
        late = f", {say_duration(one.hears_after)} late" if one.hears_after else ", at once"
        told = [f"It hears of {zones}{late}."]
        told += [f"From knowing to passing an order on it takes {say_duration(one.decides_in)}."] if one.decides_in else []
        powers = "everything" if one.powers is None else listed(say(power) for power in one.powers) or "nothing"
        return [*told, f"It may order {powers}."]

    def counts(self) -> list[Row]:
        """Counts of what it has heard, by the names that conditions use; what it has heard nothing of is left out."""
        found = [(name, self.values[name]) for name in KNOWN_NAMES if name not in LEFT_OUT]
        stocks = [
            {"name": name, "label": f"{name.partition('.')[2]} in stock", "value": int(value)}
            for name, value in self.values.items()
            if name.startswith("stock.") and name.partition(".")[2] not in ORDER_NAMES
        ]
        return stocks + [
            {"name": name, "label": KNOWN_NAMES[name].partition(" (")[0].removeprefix("number of "), "value": int(value)}
            for name, value in found
            if value or name == "reported.infected"
        ]

    def growth(self) -> Row | None:
        """Growth of reports over the last two weeks of whole days, with its interval of 95 %, in percent a day; doubling in hours."""
        found = self.knowledge.growth(self.now)
        if found is None:
            return None
        middle, low, high = found.per_day_permille / 10, found.low_permille / 10, found.high_permille / 10
        doubling = found.doubling_hours[0]
        said = f"{middle:+g} % a day ({low:+g} to {high:+g}), from {found.count:,} reports in {found.days} whole days"
        said += f"; doubling in {say_duration(doubling * 3600)}" if doubling is not None and doubling > 0 and low > 0 else ""
        return {
            "percent_a_day": middle,
            "low": low,
            "high": high,
            "days": found.days,
            "reports": found.count,
            "doubling_hours": doubling,
            "said": said,
        }

    def reproduction(self) -> Row | None:
        """The reproduction number that goes with the growth and what is believed of the generation time."""
        found, beliefs = self.knowledge.growth(self.now), self.knowledge.beliefs
        if found is None or beliefs.generation_mean is None or beliefs.generation_sd is None:
            return None
        middle, low, high = (
            value / 100 for value in found.reproduction_percent(round(beliefs.generation_mean / 3600), round(beliefs.generation_sd / 3600))
        )
        believed = f"{say_duration(beliefs.generation_mean)}, standard deviation {say_duration(beliefs.generation_sd)}"
        return {"estimate": middle, "low": low, "high": high, "said": f"{middle:.2f} ({low:.2f} to {high:.2f}), if the generation time is {believed}"}

    def incubation(self) -> Row | None:
        """The incubation period as it would be estimated now, in hours, with intervals of 95 %."""
        found = self.knowledge.incubation(self.now, self.knowledge.own_estimate())
        if found is None:
            return None
        most = found.quantile_hours(0.99)
        return {
            "cases": found.cases,
            "median": found.median._asdict(),
            "mean": found.mean._asdict(),
            "within_99_percent": most._asdict(),
            "said": f"median {_hours(found.median)}; 99 of 100 within {_hours(most)}; from {found.cases:,} known cases",
        }

    def zones(self) -> list[Row]:
        """Zones of which it has heard something: those with most cases first, then by name."""
        known = self.knowledge
        people = [set[int]() for _ in known.zone_names]
        last, seen = [-1] * len(people), set[int]()
        for case in known.cases:
            if case.row not in seen:
                seen.add(case.row)
                people[case.zone].add(case.row)
            last[case.zone] = max(last[case.zone], case.second)
        found = [
            {
                "zone": name, "cases": len(people[z]), "reported": known.by_zone[z], "active": known.active(z),
                "last": self.clock(last[z]) if last[z] >= 0 else None, "marked": bool(known.works.marked[z]),
            }
            for z, name in enumerate(known.zone_names)
            if people[z] or known.by_zone[z] or known.works.marked[z]
        ]  # fmt: skip
        return sorted(found, key=lambda row: (-int(str(row["cases"])), str(row["zone"])))

    # orders ----------------------------------------------------------------------------------------------------------------------

    @cached_property
    def own(self) -> list[str]:
        """Orders that it gives, or may give as a policy, in the order of the scenario."""
        powers = self.described.powers if self.described is not None else None
        given = {one.order for one in self.response.given if self.response.authority_of(one) == self.authority}

        def may(order: Any) -> bool:
            return self.is_policy and order.when.strip() == "never" and (powers is None or order.do in powers)

        return [name for name, order in self.scenario.orders.items() if order.authority == self.authority or name in given or may(order)]

    def knows_of(self, one: GivenOrder) -> bool:
        """Whether it knows that an order was given: its own, one in effect, or one that its own conditions ask for."""
        return one.effective >= 0 or self.response.authority_of(one) == self.authority or one.order in self.followed

    def last(self, name: str) -> tuple[Any, GivenOrder | None]:
        """An order and its last giving, as far as it knows."""
        one = next((one for one in reversed(self.response.given) if one.order == name and self.knows_of(one)), None)
        return self.scenario.orders[name] if one is None or not one.by else order_as(self.scenario.orders[name], one.by, one.changes), one

    def means(self, name: str) -> Row:
        """What there is for an order of its own, what of it is used, and how it stands."""
        order, one = self.last(name)
        used = dict(one.used) if one is not None else {}
        settings = {field: getattr(order, field) for field in MEANS if getattr(order, field, None) is not None}
        left = {field: count - used.get(what, 0) for field, what in STOCKS.items() if isinstance(count := settings.get(field), int)}
        teams = self.sim.hands.memory.get(name, {}).get("teams") if one is not None and one.effective >= 0 and one.ended < 0 else None
        ends = self.response.condition(order.until) if order.until else None
        return {
            "order": name, "measure": say(order.do), "standing": self.standing(one),
            "means": {field: value if isinstance(value, str) else _number(value) for field, value in settings.items()},
            "left": left, "teams_free": None if teams is None else sum(back <= self.now for back in teams),
            "used": {what: count for what, count in used.items() if what != "cost"}, "cost": used.get("cost"),
            "ends_when": ends.say() if ends is not None else None, "ends_now": ends.holds(self.values) if ends is not None else None,
        }  # fmt: skip

    def standing(self, one: GivenOrder | None) -> str:
        """How the last giving of an order stands, in words."""
        if one is None:
            return "not given"
        if one.ended >= 0:
            return f"ended on {self.clock(one.ended)}"
        if one.effective >= 0:
            return f"in force since {self.clock(one.effective)}"
        return f"decided on {self.clock(one.decided)}, in effect from {self.clock(one.due)}"

    def choice(self, name: str) -> Row | None:
        """An order of its own that can be decided: under which condition, and whether that holds by what it knows."""
        order, one = self.last(name)
        if one is None:
            text, holds = order.when, self.response.when[name].holds(self.values)
        elif order.repeat is not None and one.number < order.repeat.times and one.effective >= 0:
            text, holds = order.repeat.as_long_as, self.response.may_repeat(order, one, self.values, self.now)
        elif self.is_policy and one.ended >= 0:
            text, holds = "never", False
        else:
            return None
        by_policy = text.strip() == "never"
        if by_policy and not self.is_policy:
            return None
        said = "as its policy decides" if by_policy else "always" if text.strip() == "always" else self.response.condition(text).say()
        late = round(order.delay) + self.sim.authorities.delay_of(self.authority)
        return {
            "order": name, "measure": say(order.do), "again": one is not None, "when": said, "holds": None if by_policy else bool(holds),
            "not_before": self.clock(one.effective + round(order.repeat.every)) if one is not None and order.repeat is not None else None,
            "in_effect_after": say_duration(late) if late else "at once",
        }  # fmt: skip

    def given(self, one: GivenOrder) -> Row | None:
        """An order given before, as far as it knows of it: its own, and those of others that are in effect or that it follows."""
        by = self.response.authority_of(one)
        if not self.knows_of(one):
            return None
        own = by == self.authority
        return {
            "order": one.order, "number": one.number, "measure": say(self.scenario.orders[one.order].do), "by": by,
            "decided": self.clock(one.decided) if own else None,
            "effective": self.clock(one.effective) if one.effective >= 0 else None,
            "ended": self.clock(one.ended) if one.ended >= 0 else None,
            "because": one.because if own else "",
            "settings": {key: str(value) for key, value in one.changes.items()} if own else {},
        }  # fmt: skip

    @cached_property
    def followed(self) -> set[str]:
        """Orders that conditions of its own ask for: of these it is told when they are decided."""
        texts = []
        for name in self.own:
            order = self.scenario.orders[name]
            texts += [order.when, order.until, order.repeat.as_long_as if order.repeat is not None else None]
        return {
            word.rpartition(".")[0]
            for text in texts
            if text
            for word in self.response.condition(text).names
            if word.rpartition(".")[2] in ORDER_NAMES
        }


def _hours(found: Any) -> str:
    """A range of whole hours: `2 days 3 h (1 day 20 h to 2 days 12 h)`."""
    middle, low, high = (say_duration(3600 * hours) if hours else "under 30 min" for hours in (found.estimate, found.low, found.high))
    return f"{middle} ({low} to {high})"


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else float(value)
