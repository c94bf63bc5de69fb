"""The words of the language of conditions: the names that may stand in one, the signs, and the parsed form.

`condition_parser.py` makes the parsed form from text, `condition.py` asks it for values and says it in English.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any, NamedTuple

UNBELIEVED_DAYS = 10_000
"""Bound on the incubation period, in days, while too few periods are known."""
KNOWN_NAMES: dict[str, str] = {
    "reported.turned": "number of turned people reported so far",
    "reported.turned_active": "number of turned people reported and not yet reported dead or captured",
    "reported.ill": "number of ill people reported so far",
    "reported.infected": "number of infected people noticed so far",
    "reported.dead": "number of dead people reported so far",
    "reported.half_turned": "number of people reported who were seen to be half-turned",
    "reported.symptomless": "number of people reported who were found to be infected and show nothing",
    "reported.zones": "number of zones with a report",
    "reported.day": "number of infected people reported within the last 24 hours",
    "reported.week": "number of infected people reported within the last 7 days",
    "zones": "number of zones of the city",
    "zones_marked": "number of zones marked by a sweep",
    "days_since_report": "time since the last report (whole days; 0 before any)",
    "hours_since_report": "time since the last report (whole hours; 0 before any)",
    "days_since_city_report": "time since the last report from the city, the quarantine apart (whole days; 0 before any)",
    "calls_waiting": "number of calls for rescue that wait",
    "calls_served": "number of calls for rescue served",
    "quarantined": "number of people in quarantine",
    "hosts_held": "number of turned or half-turned people in custody",
    "records_seized": "number of sets of records seized",
    "teams_lost": "number of rescue teams lost",
    "evacuated": "number of people evacuated",
    "outbreaks_beyond": "number of places beyond the city where an outbreak is known",
    "confined": "number of people who keep at home or apart by order",
    "contacts_found": "number of contacts found by tracing",
    "to_interview": "number of known cases who wait for an interview",
    "tests_done": "number of tests with a result",
    "tests_positive": "number of positive tests",
    "time": "time since the start (hours)",
    "day": "day (counted from 1)",
    "hour": "hour of the day (0 to 23)",
    "strikes": "number of strikes carried out",
    "incubation_cases": "number of known incubation periods",
    "incubation_bound_days": "estimated bound of the incubation period (days; 10000 while none is believed)",
    "growth_percent": "estimated growth of reported cases (percent a day; 0 while unknown)",
    "reproduction_percent": "estimated reproduction number (hundredths; 0 while unknown; needs `beliefs`)",
}
"""Names that stand in conditions, and what they mean."""
ORDER_NAMES: dict[str, str] = {
    "decided": "whether it has been decided (1 or 0)",
    "effective": "whether it is in force (1 or 0)",
    "ended": "whether it has ended (1 or 0)",
    "hours": "time it has been in force (hours)",
    "count": "number of times it has been given",
    "done": "whether it has ended because its work was done (1 or 0)",
}
"""What can be asked of an order N, as `N.decided`."""

TIME_NAMES = {
    "days_since_report": "days",
    "days_since_city_report": "days",
    "incubation_bound_days": "days",
    "hours_since_report": "hours",
    "time": "hours",
}
"""Names that are times, and the unit that each is counted in."""
FLAGS = {"decided": "has been decided", "effective": "is in force", "ended": "has ended", "done": "is done"}
"""What can be asked of an order that is yes or no, and how it is said."""
SIGNS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    ">=": (operator.ge, "is at least"),
    "<=": (operator.le, "is at most"),
    "==": (operator.eq, "is"),
    "!=": (operator.ne, "is not"),
    ">": (operator.gt, "is more than"),
    "<": (operator.lt, "is less than"),
}
"""Signs of comparison, what they do and how they are said."""


def known_names(orders: Iterable[str] = (), stocks: Iterable[str] = ()) -> dict[str, str]:
    """Every name that may stand in a condition of a scenario with these orders and stocks, and what it means."""
    of_orders = {f"{order}.{name}": f"order `{order}`: {meaning}" for order in orders for name, meaning in ORDER_NAMES.items()}
    return KNOWN_NAMES | of_orders | {f"stock.{stock}": f"what is left of the stock `{stock}`" for stock in stocks}


class Part(NamedTuple):
    """One step of a parsed condition: what is done, with what; `text` is what it says, `unit` what it counts in.

    `unit` is `truth`, `number` (fits everything), `count`, `hours`, `days` or `seconds`.
    """

    do: str
    parts: tuple[Part, ...] = ()
    value: Fraction = Fraction(0)
    text: str = ""
    unit: str = "truth"
