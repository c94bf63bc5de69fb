"""Asks policies, in order of name, after the conditions of orders; what they answer goes through the response like any order.

A policy gets a snapshot of what the authority of its name knows (`hyosan/policy.py`) and nothing else. Its order is the scenario's, given by
that authority, with changed settings where it says so. Estimates for policies are kept apart from those that conditions ask for, so that a
policy which orders nothing changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from traceback import extract_tb
from types import MappingProxyType
from typing import Any

from hyosan.engine.authorities import Authorities
from hyosan.engine.knowledge import Knowledge
from hyosan.engine.named import check_named
from hyosan.engine.response import Actions, Response
from hyosan.errors import HyosanError, PolicyError
from hyosan.estimate.incubation import StandingEstimate
from hyosan.policy import Answer, EndOrder, Known, KnownCase, Now, OrderStanding, Policy, ZoneKnown, answers, asked_of
from hyosan.scenario.condition_words import KNOWN_NAMES, ORDER_NAMES
from hyosan.scenario.nearest import did_you_mean
from hyosan.scenario.order_changes import order_as, settled
from hyosan.scenario.root import Scenario
from hyosan.units import DAY_SECONDS, say_clock
from hyosan.world.frame import World


class _Reader:
    """Makes snapshots of one authority's knowledge for one policy: how far it has read, and its own estimate of the incubation period."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.estimate: StandingEstimate = knowledge.own_estimate()
        self.cases: tuple[KnownCase, ...] = ()
        self.people = [0] * len(knowledge.zone_names)
        self._seen: set[int] = set()

    def read(self, values: Mapping[str, int | Fraction], orders: Mapping[str, OrderStanding]) -> Known:
        """A snapshot of what is known now; `values` are what conditions may ask."""
        known, names = self.knowledge, self.knowledge.zone_names
        new = known.cases[len(self.cases) :]
        self.cases += tuple(KnownCase(case.second, names[case.zone], case.tested) for case in new)
        for case in new:
            if case.row not in self._seen:
                self._seen.add(case.row)
                self.people[case.zone] += 1
        by_zone = {
            name: ZoneKnown(self.people[z], known.by_zone[z], known.active(z), bool(known.works.marked[z])) for z, name in enumerate(names)
        }  # fmt: skip
        return Known(values, by_zone, self.cases, orders)


class Policies:
    """The policies of a run. `policies` is by name, in order of name."""

    def __init__(
        self, policies: Mapping[str, Policy], scenario: Scenario, world: World, response: Response, authorities: Authorities, tick_seconds: int
    ) -> None:
        self.policies = dict(sorted(policies.items()))
        self.scenario, self.world, self.response, self.authorities, self.tick_seconds = scenario, world, response, authorities, tick_seconds
        self._readers: dict[str, _Reader] = {}
        self._settled: dict[str, dict[str, Any]] = {}

    def __bool__(self) -> bool:
        return bool(self.policies)

    def take(self, actions: Actions, now: int) -> None:
        """Ask those whose turn it is, and do as they say. Raises PolicyError: one failed, or answered what it may not order."""
        for name, policy in self.policies.items():
            if policy.is_due(now, self.tick_seconds):
                self._ask(name, policy, actions, now)

    def _ask(self, name: str, policy: Policy, actions: Actions, now: int) -> None:
        if name not in self._readers:
            self._readers[name] = _Reader(self.authorities.of(name))
        response, start = self.response, self.response.start_clock
        standing = response.standing(now)
        reader = self._readers[name]
        values = reader.knowledge.values(now, start, KNOWN_NAMES, reader.estimate) | standing
        known = reader.read(values, self._orders(standing))
        day, rest = divmod(now + start, DAY_SECONDS)
        at = f"policy `{name}`, {say_clock(now, start)}"
        try:
            found = answers(policy.decide(known, Now(now, day + 1, rest // 3600, rest % 3600 // 60)))
            knowledge = response.noted(values, asked_of(known))
        except PolicyError as error:
            raise PolicyError(f"{at}: {error}") from error
        except Exception as error:
            raise PolicyError(
                f"{at}: failed with {type(error).__name__}: {error}{_line(error)}. The run ends here; one in a folder goes on "
                "from its last checkpoint when it is started again with a policy that answers."
            ) from error
        for one in found:
            self._obey(name, one, actions, now, knowledge, at)

    def _obey(self, name: str, one: Answer, actions: Actions, now: int, knowledge: str, at: str) -> None:
        response = self.response
        if one.name not in response.orders:
            raise PolicyError(f"{at}: {one.name!r} is no order of this scenario; {did_you_mean(str(one.name), response.orders)}")
        described = self.authorities.described.get(name)
        measure = response.orders[one.name].do
        if described is not None and described.powers is not None and measure not in described.powers:
            allowed = ", ".join(described.powers) or "none"
            raise PolicyError(f"{at}: may not order `{one.name}`, which is to `{measure}`: the powers of `{name}` are {allowed}")
        stands = response.current.get(one.name)
        stands = None if stands is None or stands.ended >= 0 else stands
        if isinstance(one, EndOrder):
            if stands is not None:
                response.call_off(stands, actions, now, f"ended by {name}")
            return
        try:
            changes = self._changes(one.name, name, one.changes)
        except HyosanError as error:
            raise PolicyError(f"{at}: order `{one.name}`: {error}") from None
        if stands is not None:
            if (stands.by, stands.changes) == (name, changes) or (not changes and not stands.changes):
                return
            response.call_off(stands, actions, now, f"given anew by {name}")
        before = response.current.get(one.name)
        late = self.authorities.delay_of(name)
        response.give(one.name, before.number + 1 if before else 1, now, late, knowledge, by=name, changes=changes)
        asked = self.authorities.of(name).values(now, response.start_clock, response.asked) | response.standing(now)
        response.carry_on(one.name, response.now[one.name], actions, asked, now)

    def _changes(self, order: str, by: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Changed settings as they are kept. Raises ScenarioError: they are not allowed, or name what the city does not have."""
        key = repr((order, by, sorted(changes.items())))
        if key not in self._settled:
            found = settled(self.scenario, order, by, changes)
            if found:
                given = order_as(self.scenario.orders[order], by, found)
                check_named(self.scenario.model_copy(update={"orders": {order: given}}), self.world)
            self._settled[key] = found
        return self._settled[key]

    def _orders(self, standing: Mapping[str, int | Fraction]) -> dict[str, OrderStanding]:
        response = self.response
        found = {}
        for name, order in response.orders.items():
            asked = {word: standing[f"{name}.{word}"] for word in ORDER_NAMES}
            used = response.current[name].used if name in response.current else {}
            found[name] = OrderStanding(
                order.do,
                bool(asked["decided"]),
                bool(asked["effective"]),
                bool(asked["ended"]),
                bool(asked["done"]),
                Fraction(asked["hours"]),
                int(asked["count"]),
                MappingProxyType(dict(used)),
            )
        return found

    def to_json(self) -> dict[str, Any]:
        """The estimates that policies have seen, for a checkpoint."""
        return {name: reader.estimate.latest() for name, reader in self._readers.items()}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take over what a checkpoint kept, as far as there are policies of these names."""
        self._readers = {}
        for name, estimate in kept.items():
            if name in self.policies:
                reader = self._readers[name] = _Reader(self.authorities.of(name))
                reader.estimate.take_over(estimate)


def _line(error: Exception) -> str:
    """Where a policy failed: the last line of a file that is not hyosan's own."""
    own = Path(__file__).parents[1]
    found = [frame for frame in extract_tb(error.__traceback__) if own not in Path(frame.filename).parents]
    return f" ({found[-1].filename}:{found[-1].lineno})" if found else ""
