"""Markov chains of a handful of people, solved exactly: where they are after a time, and where they end. Shares nothing with the engine."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import expm_multiply, spsolve

Floats = NDArray[np.float64]
Rates = Callable[[Any], Iterable[tuple[float, Hashable]]]
"""From a state: the rate of each change, and the state it leads to."""


class Chain:
    """A chain in continuous time on all states that can be reached from `start` (state -> probability)."""

    def __init__(self, start: Mapping[Any, float], rates: Rates) -> None:
        self.states: list[Any] = list(start)
        index = {state: k for k, state in enumerate(self.states)}
        rows, columns, values = [], [], []
        for k, state in enumerate(self.states):  # grows on the way
            for rate, to in rates(state):
                if rate > 0:
                    if to not in index:
                        index[to] = len(self.states)
                        self.states.append(to)
                    rows += [k, k]
                    columns += [index[to], k]
                    values += [rate, -rate]
        self.flow = csr_matrix((values, (rows, columns)), shape=(len(index), len(index)))
        self.begin = np.zeros(len(index))
        self.begin[[index[state] for state in start]] = list(start.values())

    def at(self, time: float, of: Callable[[Any], int]) -> Floats:
        """The law of a number of the state after a time."""
        return self._law(expm_multiply(self.flow.T.tocsr() * time, self.begin), of)

    def in_the_end(self, of: Callable[[Any], int]) -> Floats:
        """The law of a number of the state in which nothing happens any more."""
        going = self.flow.diagonal() < 0
        spent = spsolve(-self.flow[going][:, going].T.tocsc(), self.begin[going])
        ended = np.where(going, 0, self.begin)
        ended[~going] += self.flow[going][:, ~going].T @ spent
        return self._law(ended, of)

    def _law(self, probability: Floats, of: Callable[[Any], int]) -> Floats:
        values = np.array([of(state) for state in self.states])
        return np.bincount(values, weights=probability)


def changed(state: tuple[Any, ...], k: int, to: Any) -> tuple[Any, ...]:
    """The state of all, where person k is in another one."""
    return (*state[:k], to, *state[k + 1 :])


def one_of(people: int, first: Any, others: Any) -> dict[Any, float]:
    """Somebody is the first, each alike."""
    return {changed((others,) * people, k, first): 1 / people for k in range(people)}


def sir(rates: Floats, recovery: float) -> Rates:
    """SIR where person j infects i at `rates[i, j]`; states are texts of S, I, R per person."""

    def changes(state: tuple[str, ...]) -> Iterable[tuple[float, Hashable]]:
        for k, one in enumerate(state):
            if one == "I":
                yield recovery, changed(state, k, "R")
            elif one == "S":
                yield sum(rates[k, j] for j, other in enumerate(state) if other == "I"), changed(state, k, "I")

    return changes


def szr(rates: Floats, alpha: float) -> Rates:
    """SZR where j bites i at `rates[i, j]`, and is killed by i `alpha` times as often; states are texts of S, Z, R per person."""

    def changes(state: tuple[str, ...]) -> Iterable[tuple[float, Hashable]]:
        for k, one in enumerate(state):
            for j, other in enumerate(state):
                if one == "S" and other == "Z":
                    yield rates[k, j], changed(state, k, "Z")
                    yield alpha * rates[k, j], changed(state, j, "R")

    return changes


def final_size(others: int, escape: Callable[[int], float]) -> Floats:
    """The law of how many of `others` one case leads to, where so many people all escape one case with probability `escape(number)`.

    Source: Ball 1986, doi:10.2307/1427301, triangular equations; the period, and how infectious one is, may have any law.
    """
    law = np.zeros(others + 1)
    for hit in range(others + 1):
        left = escape(others - hit)
        fewer = sum(comb(others - k, hit - k) * law[k] / left ** (k + 1) for k in range(hit))
        law[hit] = (comb(others, hit) - fewer) * left ** (hit + 1)
    return law
