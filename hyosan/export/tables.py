"""Exports that are tables of `results/epidemiology`: each file has the name of its table, its columns are declared there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hyosan.export.given import Export, Given, Product
from hyosan.results.epidemiology import attack, growth, linelist, offspring, reproduction, transmissions


def line_list(given: Given) -> Iterator[Product]:
    """The line list as it was, and as the authorities had it: two files."""
    yield Product("line-list-true", linelist.true_list(given.cases))
    yield Product("line-list-reported", linelist.reported_list(given.run, given.cases))


def all_transmissions(given: Given) -> Iterator[Product]:
    """Who infected whom."""
    yield Product("transmissions", transmissions.transmissions(given.cases))


def all_contacts(given: Given) -> Iterator[Product]:
    """Contacts that infected."""
    yield Product("contacts", transmissions.contacts(given.cases))


def all_intervals(given: Given) -> Iterator[Product]:
    """Generation and serial intervals, incubation periods."""
    yield Product("intervals", transmissions.intervals(given.cases))


def all_offspring(given: Given) -> Iterator[Product]:
    """How many each case infected, and how unevenly."""
    yield Product("offspring", offspring.offspring(given.cases))
    yield Product("dispersion", offspring.dispersion(given.cases))


def reproduction_numbers(given: Given) -> Iterator[Product]:
    """Reproduction numbers over time: of cases, and instantaneous."""
    yield Product("reproduction-case", reproduction.case_numbers(given.cases))
    yield Product("reproduction-instantaneous", reproduction.instantaneous(given.cases))


def attack_rates(given: Given) -> Iterator[Product]:
    """Attack rates by age and by setting."""
    yield Product("attack-by-age", attack.by_age(given.cases, _ages(given)))
    yield Product("attack-by-setting", attack.by_setting(given.cases))


def early_growth(given: Given) -> Iterator[Product]:
    """Growth rate and doubling time early on."""
    yield Product("growth", growth.growth(given.cases))


TABLE_EXPORTS = (
    Export(
        "line-list",
        "one row per case, as it was and as the authorities knew it (two files), as R's simulist",
        ("line-list-true", "line-list-reported"),
        line_list,
    ),
    Export("transmissions", "who infected whom, when, where, by what route, in which state", ("transmissions",), all_transmissions),
    Export("contacts", "contacts that infected, as R's epicontacts", ("contacts",), all_contacts),
    Export("intervals", "generation and serial intervals, incubation periods", ("intervals",), all_intervals),
    Export("offspring", "how many each case infected, and the dispersion k", ("offspring", "dispersion"), all_offspring),
    Export(
        "reproduction",
        "reproduction number by day of infection, and instantaneous as R's EpiEstim",
        ("reproduction-case", "reproduction-instantaneous"),
        reproduction_numbers,
    ),
    Export("attack-rates", "people infected by age, infections by setting", ("attack-by-age", "attack-by-setting"), attack_rates),
    Export("growth", "growth rate and doubling time early on", ("growth",), early_growth),
)


def _ages(given: Given) -> NDArray[np.int16] | None:
    """Ages of all residents; soldiers, who live beyond the gates, are none."""
    if given.world is None:
        return None
    ground = given.world.ground
    ages = ground.person_age
    if len(ages) == given.cases.residents or "soldier" not in given.world.roles:
        return ages
    civil = ground.person_role != given.world.roles.index("soldier")
    return np.asarray(ages[civil], dtype=np.int16)
