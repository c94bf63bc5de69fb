"""The last step of building a city: its cast is found, its people are tied, and the world is finished."""

from __future__ import annotations

from hyosan.scenario.city import City
from hyosan.world.cast import place_cast
from hyosan.world.draft import Draft
from hyosan.world.finish import Check, Links, People, finish
from hyosan.world.frame import World
from hyosan.world.ties import tie_people, told_ties


def finish_city(city: City, draft: Draft, people: People, links: Links | None = None, checks: tuple[Check, ...] = ()) -> World:
    """The frozen world of a draft and its people, with the cast and the ties of the scenario.

    Raises ScenarioError: somebody of the cast whom no resident fits.
    """
    cast = place_cast(city, draft, people)
    ties = tie_people(city.ties, city.population_seed, draft, cast.people, told_ties(city.cast, cast.rows))
    return finish(draft, cast.people, links, checks, ties, cast.knows(city.cast), cast.names())
