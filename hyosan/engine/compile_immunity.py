"""Strains and vaccines as integers: how open people are to infection, and what protects them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.compile_laws import Laws, share
from hyosan.engine.rulebook import DOSES, STRAINS, VACCINES, table
from hyosan.rules.exact import INSTANT_BITS
from hyosan.rules.transmit import OPEN_BITS, WEIGHT
from hyosan.scenario.pathogen import Pathogen
from hyosan.scenario.root import Scenario


def openness(pathogen: Pathogen, state: str) -> float:
    """How open somebody in a state is to infection; 1 = as the susceptible."""
    given = pathogen.states[state].susceptibility
    return given if given is not None else float(state == pathogen.susceptible)


def make_strains(scenario: Scenario) -> tuple[Any, NDArray[np.int64]]:
    """Rows of STRAINS, one where the scenario names none, and protection [before, now] in 2**-20."""
    pathogen = scenario.pathogen
    states, names = list(pathogen.states), list(pathogen.strains)
    made = table(STRAINS, max(1, len(names)), transmission=WEIGHT, infected=states.index(pathogen.infected))
    cross = np.zeros((len(made), len(made)), dtype=np.int64)
    for code, name in enumerate(names):
        strain = pathogen.strains[name]
        made[code].transmission = round(strain.transmission * WEIGHT)
        if strain.infected is not None:
            made[code].infected = states.index(strain.infected)
        for before, other in enumerate(names):
            cross[before, code] = round(strain.immunity_from.get(other, float(other == name)) * (1 << OPEN_BITS))
    return made, cross


def make_vaccines(scenario: Scenario, laws: Laws) -> tuple[Any, Any, NDArray[np.int64]]:
    """Rows of VACCINES and DOSES, and the factor on a vaccine's effect [vaccine, strain] in 2**-20."""
    vaccines, strains = scenario.pathogen.vaccines, list(scenario.pathogen.strains) or [""]
    made, doses = table(VACCINES, len(vaccines)), table(DOSES, sum(len(one.doses) for one in vaccines.values()))
    against = np.full((len(vaccines), len(strains)), 1 << OPEN_BITS, dtype=np.int64)
    first = 0
    for code, vaccine in enumerate(vaccines.values()):
        made[code].leaky = int(vaccine.works == "leaky")
        made[code].first = first
        made[code].lasts_law = -1 if vaccine.lasts is None else laws.add(vaccine.lasts)
        made[code].passes_on = round(vaccine.passes_on * WEIGHT)
        for dose in vaccine.doses:
            doses[first].effect = share(dose.effect)
            doses[first].delay, doses[first].after = round(dose.delay) << INSTANT_BITS, round(dose.after) << INSTANT_BITS
            first += 1
        for strain, name in enumerate(strains):
            against[code, strain] = round(vaccine.against.get(name, 1.0) * (1 << OPEN_BITS))
    return made, doses, against
