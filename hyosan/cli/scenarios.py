"""`hyosan check`, `pathogen`, `city`, `new`: what a scenario says before anything is run, and a template to start one from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hyosan.cli.options import Changes, Events, Json, Source, Switch
from hyosan.cli.telling import as_json_text, refuse_to_replace
from hyosan.errors import ScenarioError

if TYPE_CHECKING:
    from hyosan.scenario.root import Scenario


def check(source: Source, /, *, changes: Changes = (), events: Events = None, as_json: Json = False) -> int:
    """Check a scenario and the tables that it names without running it, and say in words what it is: its city, its pathogen, its orders.

    Parameters
    ----------
    changes:
        Change the scenario, `path=value`. Can be given several times.
    events:
        List of events (MSEL, a CSV file): its injects and orders are added to the scenario.
    as_json:
        Say it as one JSON object.

    """
    from hyosan.cli.checking import as_text, summary
    from hyosan.scenario.load import load, uncertain_fields
    from hyosan.world.look import look

    scenario = load(source, overrides=changes, orders=events)
    found = summary(scenario, uncertain_fields(source, changes), look(scenario))
    if scenario.orders or scenario.injects:
        found["not_looked_up"] = _not_looked_up(scenario)
    print(as_json_text(found) if as_json else as_text(found))
    return 0


MOST_BUILT = 250_000
"""People of a city that `check` builds to look up names in it: a second or two."""


def _not_looked_up(scenario: Scenario) -> bool:
    """Look up in the built city what orders and injects name. True = there are names, but the city is too large to be built for that.

    Raises ScenarioError: a name that this city does not have.
    """
    from hyosan.engine.named import check_named, names_anything
    from hyosan.world.build import build
    from hyosan.world.memory import people_of

    if not names_anything(scenario):
        return False
    if people_of(scenario.city) > MOST_BUILT:
        return True
    check_named(scenario, build(scenario.city, scenario.base))
    return False


def pathogen(source: Source, /, *, changes: Changes = (), as_json: Json = False) -> int:
    """Say what a pathogen does: its states, durations, shares and routes with their sources, R0 and generation time in its city.

    Parameters
    ----------
    changes:
        Change the scenario, `path=value`. Can be given several times.
    as_json:
        Say it as one JSON object.

    """
    from hyosan.cli.pathogen_card import card, show
    from hyosan.scenario.load import load

    found = card(load(source, overrides=changes))
    if as_json:
        print(as_json_text(found))
    else:
        show(found)
    return 0


def city(
    source: Source,
    /,
    *,
    picture: Path | None = None,
    survey: str | None = None,
    changes: Changes = (),
    as_json: Json = False,
) -> int:
    """Build a city and hold it against its sources, and say who meets whom by age in it, beside a survey of contacts.

    Parameters
    ----------
    picture:
        Write both tables of contacts as a picture into this file (SVG).
    survey:
        Country of the survey, three capital letters; default: that of the city.
    changes:
        Change the scenario, `path=value`. Can be given several times.
    as_json:
        Say it as one JSON object.

    """
    from hyosan.cli.city_card import card, show
    from hyosan.scenario.load import load

    if picture is not None:
        refuse_to_replace(picture, "<svg", "a picture (SVG)")
    found = card(load(source, overrides=changes), survey, picture)
    if as_json:
        print(as_json_text(found))
    else:
        show(found)
    if picture is not None:
        print(picture, file=sys.stderr if as_json else sys.stdout)
    return 0


def new(
    kind: Literal["city", "pathogen", "scenario"],
    file: Path | None = None,
    /,
    *,
    tables: Switch = False,
) -> int:
    """Write a commented scenario to start from.

    Parameters
    ----------
    kind:
        What the template tells first: a city, a pathogen, or a scenario with orders.
    file:
        Where to write it; default: `my-KIND.yaml`. Nothing is overwritten.
    tables:
        With `city`: a city of tables of one's own, with example tables beside it.

    """
    from hyosan.scenario.templates import new as write_template
    from hyosan.scenario.templates import new_tables

    path = file if file is not None else Path(f"my-{kind}.yaml")
    if tables and kind != "city":
        raise ScenarioError(f"--tables goes with `hyosan new city`; a {kind} has no tables of its own")
    for written in new_tables(path) if tables else [write_template(kind, path)]:
        print(written)
    print(f"Next: change it, then `hyosan check {path}` and `hyosan run {path}`.", file=sys.stderr)
    return 0
