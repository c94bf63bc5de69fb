"""What is counted of a run, over time and at its end: names, views and meanings. Apart from the tables, since checking a scenario needs no Arrow."""

from __future__ import annotations

from typing import NamedTuple


class Quantity(NamedTuple):
    """What a row of the series counts: in which view it stands, what it means, and whether it only ever grows."""

    view: str
    meaning: str
    grows: bool


QUANTITIES = {
    "susceptible": Quantity("truth", "people who can be infected", False),
    "human": Quantity("truth", "people in states that count as human", False),
    "symptomless": Quantity("truth", "infected people without symptoms", False),
    "ill": Quantity("truth", "people who are ill", False),
    "half_turned": Quantity("truth", "people who are half-turned", False),
    "turned": Quantity("truth", "people who are turned", False),
    "recovered": Quantity("truth", "people who have recovered", False),
    "dead": Quantity("truth", "people who are dead", True),
    "infected": Quantity("truth", "people infected so far", True),
    "killed": Quantity("truth", "people killed so far", True),
    "quarantined": Quantity("truth", "people in the quarantine; in both views", False),
    "left_city": Quantity("truth", "people who have left the city", True),
    "reported_infected": Quantity("known", "infected people reported so far, rightly or not, each once per infection", True),
    "reported_turned": Quantity("known", "reports of turned people so far", True),
    "reported_dead": Quantity("known", "reports of dead people so far", True),
    "calls_waiting": Quantity("known", "calls for rescue that nobody has answered yet", False),
    "zones_marked": Quantity("known", "zones marked by a sweep", False),
    "confined": Quantity("known", "people who keep at home or apart by order", False),
    "contacts_found": Quantity("known", "contacts found by tracing so far", True),
    "tests_done": Quantity("known", "tests with a result so far", True),
    "tests_positive": Quantity("known", "positive tests so far", True),
    "reported_cases": Quantity("known", "people reported as ill or turned so far; of the city, and by the zone of the report", True),
    "incubation_low_minutes": Quantity("known", "lower end of the estimated median incubation period, in minutes", False),
    "incubation_median_minutes": Quantity("known", "estimated median incubation period, in minutes", False),
    "incubation_high_minutes": Quantity("known", "upper end of the estimated median incubation period, in minutes", False),
}
"""Quantities of the series. Those of the known view are of the whole city only, but for KNOWN_BY_ZONE; a zone's count those who are there."""
KNOWN_BY_ZONE = ("reported_cases",)
"""Quantities of the known view that stand by zone too."""
FIGURES = {
    "ever_infected": "people infected at least once",
    "alive": "residents who came out alive",
    "dead": "people who died",
    "killed_in_strikes": "people killed in strikes",
    "killed_in_strikes_not_infected": "people killed in strikes who were not infected",
    "killed_otherwise": "people who died otherwise than in strikes",
    "turned_at_large": "turned people at large at the end",
    "held_infected": "turned people held at the end",
    "missing": "people missing with no body found",
    "in_quarantine": "people alive in the quarantine at the end",
    "strikes": "strikes",
    "martial_law_days": "days under martial law",
    "reached_beyond": "arrivals of infected people beyond the city",
    "outbreaks_beyond": "places beyond the city where an outbreak began",
    "residents": "residents",
    "days": "days of the run",
}
"""Figures of the ending, one number each; studies keep them of every run."""
ENDING_PARTS = {
    "alive": ("human", "symptomless", "half_turned"),
    "killed_in_strikes": ("turned_or_ill", "symptomless", "not_infected"),
    "reported_killed_in_strikes": ("turned_or_ill", "symptomless", "not_infected"),
}
"""Figures of the ending that are sums, and of what; the last is what the authorities counted."""


def views(quantity: str) -> tuple[str, ...]:
    """The views in which a quantity of the series stands."""
    return ("truth", "known") if quantity == "quarantined" else (QUANTITIES[quantity].view,)
