"""`hyosan city`: what was built, held against its sources, and who meets whom by age in it, beside a survey of contacts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from hyosan.cli.pathogen_card import WIDTH
from hyosan.contacts_by_age import SURVEYED, ContactsByAge, implied, likeness, scaled_to, survey_name, surveyed
from hyosan.report.matrices import contacts_svg, group_names
from hyosan.results.atomic import write_bytes
from hyosan.scenario.root import Scenario
from hyosan.world.build import build, check_table


def card(scenario: Scenario, survey: str | None = None, picture: Path | None = None) -> dict[str, Any]:
    """Everything the card says, as plain data; the picture is written to `picture` if one is named.

    `survey` is the country of the contact matrices; default: that of the city. Raises ScenarioError: no matrix of this country is known.
    """
    world = build(scenario.city, scenario.base)
    city = implied(scenario, world)
    country = survey or survey_name(scenario.city)
    theirs = surveyed(country, city.people) if country is not None else None
    shown = scaled_to(city, theirs) if theirs is not None else city
    if picture is not None:
        title = f"{scenario.title or scenario.name}: who meets whom by age"
        other = theirs.each(theirs.all) if theirs is not None else None
        write_bytes(picture, contacts_svg(title, shown.each(shown.all), other).encode())
    return {
        "name": scenario.name,
        "people": world.people,
        "places": world.places,
        "checks": [row._asdict() for row in check_table(world)],
        "survey": f"Prem et al. 2021, {country}" if country is not None else None,
        "contacts": [_row(setting, shown, theirs) for setting in (*SURVEYED, "all")],
        "ages": group_names(),
        "city_per_day": [[round(value, 5) for value in row] for row in shown.each(shown.all).tolist()],
        "survey_per_day": [[round(value, 5) for value in row] for row in theirs.each(theirs.all).tolist()] if theirs is not None else None,
    }


def _row(setting: str, city: ContactsByAge, survey: ContactsByAge | None) -> dict[str, Any]:

    def of(one: ContactsByAge) -> float:
        return round(one.mean(one.all if setting == "all" else one.total[setting]), 3)

    alike = likeness(city, survey, None if setting == "all" else setting) if survey is not None else None
    return {
        "setting": setting,
        "survey_per_day": of(survey) if survey is not None else None,
        "city_per_day": of(city),
        "correlation": round(alike.correlation, 3) if alike else None,
        "misplaced_share": round(alike.misplaced_share, 3) if alike else None,
        "growth_ratio": round(alike.growth_ratio, 3) if alike else None,
    }


def show(found: dict[str, Any]) -> None:
    """The card for a terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    console.print(f"{found['name']}: {found['people']:,} people, {found['places']:,} places\n")
    if found["checks"]:
        rows = [
            (row["what"], _figure(row["expected"]), _figure(row["built"]), "holds" if row["holds"] else "DIFFERS", row["source"])
            for row in found["checks"]
        ]
        console.print(_table(("built city", "expected", "built", "", "source"), rows))
        console.print()
    rows = [
        (row["setting"], *(_number(row[key]) for key in ("survey_per_day", "city_per_day", "correlation")), _percent(row["misplaced_share"]),
         _number(row["growth_ratio"]))
        for row in found["contacts"]
    ]  # fmt: skip
    if found["survey"] is None:
        console.print("Contacts by age: no survey is known for this city; name a country, such as `--survey KOR`. What its rates imply, per day:")
        console.print(_table(("setting", "city"), [(row[0], row[2]) for row in rows]))
        return
    console.print(f"Contacts per day of a mean person, by setting ({found['survey']}; the city scaled to as many in all):")
    console.print(_table(("setting", "survey", "city", "correlation", "misplaced", "R0 by age"), rows))
    console.print(
        "correlation: of the entries by age, row person by column person. misplaced: contacts between other ages than in the survey, at as "
        "many contacts. R0 by age: the factor by which who meets whom raises R0 over the survey, at as many contacts."
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
