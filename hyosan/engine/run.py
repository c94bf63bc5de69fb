"""One run from its start, or a checkpoint, to its end: `Simulation` owns the state and lets the phases of `engine/step.py` follow each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine import checks, effects
from hyosan.engine.authorities import Authorities
from hyosan.engine.barriers import Barriers, own_gates
from hyosan.engine.compile import compile_scenario
from hyosan.engine.compile_floor import place_row
from hyosan.engine.cpu import Processor
from hyosan.engine.injects import Injects
from hyosan.engine.lists import make_noise_now
from hyosan.engine.many import QUANTITIES, quantity_now, seed_due
from hyosan.engine.named import check_named
from hyosan.engine.plans import P_AT, make_plans, unmatched
from hyosan.engine.policies import Policies
from hyosan.engine.publish import HOUR, Publisher, Sink
from hyosan.engine.redraw import redraw
from hyosan.engine.response import Response
from hyosan.engine.response_actions import Hands
from hyosan.engine.sound import LEVELS
from hyosan.engine.start import allocate, fill, start_of
from hyosan.engine.state import ASK, C_CARRIED, C_INFECTED, State
from hyosan.engine.step import is_quiet, step
from hyosan.engine.today import match_cases, seed_listed
from hyosan.engine.vaccinate import vaccinate_due
from hyosan.policy import Policy
from hyosan.rules.exact import INSTANT_BITS
from hyosan.scenario.root import Scenario
from hyosan.tables import LINE_LIST
from hyosan.units import Moment
from hyosan.world.frame import World

KEPT = (
    "count",
    "people",
    "places",
    "doors",
    "gates",
    "zones",
    "reserves",
    "soon",
    "wake_head",
    "due_head",
    "hot",
    "stirred",
    "infectious",
    "tracked",
    "carried",
    "bites",
    "kills",
    "beds",
    "cuts",
)
"""Arrays of the state that a checkpoint holds; the rest is scratch of a tick."""
TIME_OVER = "its time was over"
NOTHING_ON = "nobody was infected any more and nothing was under way"
"""Why a run ends."""


class Simulation:
    """A scenario in a world under a seed. `advance` runs ticks; rows go to the sink as they become final. `policies` decide beside its orders."""

    def __init__(
        self, scenario: Scenario, world: World, seed: int, sink: Sink, coded: Any, device: Any = None, policies: Mapping[str, Policy] | None = None
    ) -> None:
        self.scenario, self.world, self.seed = scenario, world, seed
        check_named(scenario, world)
        self.book, self.floor, self.names = compile_scenario(scenario, world, seed)
        self.tick_seconds = int(self.book.one[0].tick_seconds)
        self.ticks = -(-round(scenario.time.end) // self.tick_seconds)
        self.plans = make_plans(scenario, world, self.names)
        self.book.one["known_until"] = self.plans.known_until
        self.case_person = np.zeros(len(self.plans.cases), dtype=np.int64)
        self.case_instant = np.zeros(len(self.plans.cases), dtype=np.int64)
        self.noises = self._dated("noises")
        self.fires = self._dated("fires")
        self.device = device or Processor(1)
        own = own_gates(scenario, world, self.floor)
        self.state: State = allocate(world, self.floor, self.book, len(own))
        self.start = start_of(world)
        city = sum(1 for z in world.zones if z not in ("outside", "camp"))
        self.authorities = Authorities(
            world.zones, city, scenario.authorities, scenario.beliefs, {name: one.at_start for name, one in scenario.stocks.items()}
        )
        self.response = Response(scenario, self.names.start_clock)
        barriers = Barriers(self.state, self.floor, world, own)
        self.hands = Hands(self.state, self.floor, self.book, self.names, world, self.authorities, scenario, barriers)
        self.hands.go_by(self.response.now)
        self.policies = Policies(policies or {}, scenario, world, self.response, self.authorities, self.tick_seconds)
        self.injects = Injects(scenario, self.state, self.floor, self.book, self.names, world, self.plans, self.response, self.hands)
        self.publisher = Publisher(self.state, self.floor, self.book, self.names, world, self.authorities, sink, coded)
        self.publisher.estimates = self.response.estimates
        self.publisher.listener = self.hands.hear
        self.levels = np.zeros(LEVELS + 1, dtype=np.int64)
        self.tick = 0
        self.why = ""
        self.dirty = True

    def begin(self) -> None:
        """Set the state to second 0."""
        t = self.start
        fill(self.state, self.floor, self.book, t.members, t.door_state, t.door_kind, t.door_id)
        if len(self.plans.cases):
            match_cases(self.state, self.floor, self.book, self.plans.cases, self.plans.rows, self.case_person, self.case_instant)
            unmatched(self.plans, self.case_person)

    def _dated(self, block: str) -> list[tuple[int, int, int, Any]]:
        """Noises or fires of the scenario: first second, last, place, and the scenario's own row."""
        rows = []
        for name, one in getattr(self.scenario, block).items():
            first = max(0, Moment(one.at).second(self.names.start_clock))
            rows.append((first, first + round(one.lasts), place_row(self.world, one.place, f"{block}.{name}.place"), one))
        return rows

    def advance(self) -> bool:
        """Run one tick: orders, then the phases, then what becomes known. False when the run is over."""
        if self.is_over():
            return False
        s, g, b, tick = self.state, self.floor, self.book, self.tick
        now = tick * self.tick_seconds
        self.take_orders(now)
        self.seed_people(tick)
        quiet = is_quiet(s, g, b, tick)
        if not quiet:
            step(s, g, b, tick, self.device, self.levels)
            self.dirty = True
        self.publisher.publish(tick)
        self.tick += 1
        if (now + self.tick_seconds) // HOUR > now // HOUR and self.dirty:
            self.publisher.series(tick)
            self.dirty = False
        return True

    def take_orders(self, now: int) -> None:
        """What controllers inject comes; the authorities decide on what they know; orders take effect; noises sound, fires break out."""
        if self.injects.take(now):
            self.dirty = True
        if self.response.orders or self.policies:
            self.authorities.advance(now)
            self.response.take(self.authorities, self.hands, now)
            self.policies.take(self.hands, now)
        for first, last, place, noise in self.noises:
            if first <= now < last:
                make_noise_now(self.state, place, round(noise.loudness))
        for first, last, place, _ in self.fires:
            if first <= now < first + self.tick_seconds:
                effects.mask_place(self.state, self.floor, place, -(-last // self.tick_seconds))

    def seed_people(self, tick: int) -> None:
        """Vaccinate and infect those whom the scenario vaccinates and infects in this tick."""
        s, g, b, plans = self.state, self.floor, self.book, self.plans
        if len(plans.doses):
            vaccinate_due(s, g, b, plans.doses, plans.rows, tick)
        if len(plans.seeds):
            seed_due(s, g, b, plans.seeds, plans.rows, tick)
        if len(plans.cases):
            seed_listed(s, g, b, self.case_person, self.case_instant, self.names.seeds.index(LINE_LIST), tick)

    def redraw(self, seed: int) -> None:
        """Draw all luck from this tick on anew, by another seed (`engine/redraw.py`); before the first there is no past: begin with that seed."""
        redraw(self.state, self.floor, self.book, self.start.door_id, seed, self.tick)

    def is_over(self) -> bool:
        """Whether the run ends here, and why."""
        if self.tick >= self.ticks:
            self.why = TIME_OVER
        elif self.scenario.time.stop_when_over and self.tick and self._may_look() and self._nothing_goes_on():
            self.why = NOTHING_ON
        return bool(self.why)

    def _may_look(self) -> bool:
        return self.world.people < 20_000 or self.tick % 24 == 0

    def _nothing_goes_on(self) -> bool:
        begin = self.tick * (self.tick_seconds << INSTANT_BITS)
        coming = (self.plans.seeds, *self.plans.arrivals.values())
        later = any((plans[:, P_AT] >= begin).any() for plans in coming) or bool((self.case_instant >= begin).any())
        busy = self.response.is_busy() or bool(self.hands.beyond.on_the_way)
        return not later and self.quantity("active") == 0 and self.state.count[C_CARRIED] == 0 and not busy

    def quantity(self, name: str) -> int:
        """A quantity of `engine/many.py` now."""
        return int(quantity_now(self.state, self.book, QUANTITIES.index(name), self.tick * self.tick_seconds))

    @property
    def infected(self) -> int:
        """People infected so far."""
        return int(self.state.count[C_INFECTED])

    def finish(self) -> None:
        """Send the last rows."""
        self.publisher.series(max(0, self.tick - 1))
        self.publisher.finish()

    def check(self) -> None:
        """All invariants. Raises SelfCheckError."""
        checks.every_tick(self.state, self.floor, self.book, self.tick - 1)

    def save(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Arrays and notes from which `load` goes on to the same bytes."""
        arrays: dict[str, NDArray[Any]] = {}
        for name in KEPT:
            part = getattr(self.state, name)
            arrays[f"state/{name}"] = part.view(np.int64).reshape(len(part), part.dtype.itemsize // 8) if part.dtype.names else part
        notes = {
            "knowledge": self.authorities.to_json(), "response": self.response.to_json(), "hands": self.hands.to_json(), "dirty": self.dirty,
            "injects": self.injects.to_json(), **({"policies": self.policies.to_json()} if self.policies else {}),
        }  # fmt: skip
        return {**arrays, **self.publisher.to_arrays()}, json.loads(json.dumps(notes))

    def load(self, tick: int, arrays: dict[str, NDArray[Any]], notes: dict[str, Any]) -> None:
        """Take over a checkpoint taken before `tick`."""
        self.begin()
        for name in KEPT:
            part, kept = getattr(self.state, name), arrays[f"state/{name}"]
            if name == "gates":  # those of injects follow from the injects
                part, kept = part[: len(self.world.gates)], kept[: len(self.world.gates)]
            if part.dtype.names:
                part[:] = np.ascontiguousarray(kept).view(part.dtype).reshape(-1)
            else:
                part[:] = kept
        self.state.doses[self.state.places["closed"] > 0] = ASK
        self.publisher.restore(arrays)
        self.authorities.restore(notes["knowledge"])
        self.response.restore(notes["response"])
        self.hands.restore(notes["hands"])
        self.policies.restore(notes.get("policies", {}))
        self.injects.restore(notes.get("injects", []))
        self.dirty = bool(notes["dirty"])
        self.tick = tick
