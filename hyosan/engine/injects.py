"""What the controllers of an exercise put in: carried out at the start of a tick, before orders are taken, and logged.

One method for each kind and moment, found by name: `start_false_report`, `stop_means_lost` ... An inject may look at the world as it truly is
(who is not infected); orders still read what is known. Luck is keyed by the inject's name and the person, so that no inject shifts any other luck.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hyosan.engine import effects
from hyosan.engine.compile import Names
from hyosan.engine.compile_laws import share
from hyosan.engine.course import NOTICED
from hyosan.engine.many import seed_due
from hyosan.engine.plans import Plans, inject_number
from hyosan.engine.response import Response
from hyosan.engine.response_actions import Hands
from hyosan.engine.rulebook import CLASSES, Floor, Rulebook
from hyosan.engine.state import C_INFECTED, HELD, State
from hyosan.luck import NOTICE, bits, bits_array
from hyosan.rules.exact import INSTANT_BITS
from hyosan.scenario.injects import end_of
from hyosan.scenario.msel import action_of
from hyosan.scenario.root import Scenario
from hyosan.units import Moment
from hyosan.world.frame import World

NOT_INFECTED = ("susceptible", "human", "recovered")
"""Classes of states of people of whom a report can be false."""
_REPORTS = {name: number for number, name in enumerate((*CLASSES, "test"), 1)}


@dataclass
class Injected:
    """One inject carried out, as it is logged. `ended` is -1 for what is over at once, lasts for good, or goes on."""

    inject: str
    number: int
    second: int
    ended: int = -1
    reached: int = 0


class Injects:
    """All injects of a scenario: which come next, which are in force, which were carried out."""

    def __init__(
        self, scenario: Scenario, s: State, g: Floor, b: Rulebook, names: Names, world: World, plans: Plans, response: Response, hands: Hands
    ) -> None:
        self.s, self.g, self.b, self.names, self.world, self.plans = s, g, b, names, world, plans
        self.response, self.hands, self.authorities = response, hands, hands.authorities
        self.injects = scenario.injects
        self.done: list[Injected] = []
        self._tick = int(b.one[0].tick_seconds)
        self._moments = {name: max(0, Moment(one.at).second(names.start_clock)) for name, one in self.injects.items()}
        self._coming = sorted(self.injects, key=self._moments.__getitem__)
        self._ends: list[tuple[int, Injected]] = []
        self._losing: dict[str, tuple[Injected, Any]] = {}
        if any(one.do == "lost_report" for one in self.injects.values()):
            self.authorities.is_lost = self.is_lost

    def take(self, now: int) -> bool:
        """What is over ends, and what is due is carried out, in order of their moments; gives whether more is known by it."""
        told = False
        while self._ends and self._ends[0][0] <= now:
            _, one = self._ends.pop(0)
            one.ended = now
            self._do("stop", one, now)
        while self._coming and self._moments[self._coming[0]] <= now:
            one = Injected(self._coming.pop(0), len(self.done) + 1, now)
            self.done.append(one)
            one.reached = self._do("start", one, now)
            self._note_end(one)
            told |= one.reached > 0 and self.injects[one.inject].do == "false_report"
        return told

    def _do(self, moment: str, one: Injected, now: int) -> int:
        inject = self.injects[one.inject]
        act = getattr(self, f"{moment}_{inject.do}", None)
        return int(act(one, inject, now)) if act else 0

    def _note_end(self, one: Injected) -> None:
        """What lasts for a while is put down to be ended."""
        if (end := end_of(self.injects[one.inject], one.second)) is not None:
            self._ends.append((end, one))
            self._ends.sort(key=lambda pair: (pair[0], pair[1].number))

    # what is known -----------------------------------------------------------------------------------------------------------------

    def start_false_report(self, one: Injected, inject: Any, now: int) -> int:
        """Residents who are not infected and not known as cases are reported; of the dead only the number comes."""
        people, persons = self.s.people, self.g.persons
        zones = list(self.world.zones)
        kind = self.b.states["kind"][people["health"]]
        fits = np.isin(kind, [CLASSES.index(name) for name in NOT_INFECTED]) & (people["activity"] < HELD) & (people["death"] == 0)
        if inject.zone is not None:
            fits &= persons["zone"] == zones.index(inject.zone)
        rows = np.flatnonzero(fits)
        luck = bits_array(int(self.b.one[0].seed), NOTICE, persons["id"][rows], inject_number(one.inject))
        seen = next((k for k, row in enumerate(self.b.states) if row.kind == self._class(inject)), -1)
        reached = 0
        for row in rows[np.lexsort((persons["id"][rows], luck))].tolist():
            if reached == inject.count:
                break
            episode, zone = int(people["episode"][row]), int(persons["zone"][row])
            if self.authorities.main.is_known(row, episode):
                continue
            reached += 1
            if not self.authorities.notice(now, zone, CLASSES[self._class(inject)], -1, now, row, episode):
                continue
            cause, at = self.names.seeds.index(one.inject), now << INSTANT_BITS
            effects.log(self.s, self.g, self.b, row, NOTICED, seen, cause, at, now // self._tick)
        return reached

    def _class(self, inject: Any) -> int:
        return CLASSES.index("symptomless" if inject.counts_as == "infected" else inject.counts_as)

    def start_lost_report(self, one: Injected, inject: Any, now: int) -> int:
        """From now on reports are lost."""
        self._losing[one.inject] = one, inject
        return 0

    def stop_lost_report(self, one: Injected, inject: Any, now: int) -> int:
        """Reports come through again."""
        del self._losing[one.inject]
        return 0

    def is_lost(self, how: str, zone: int, what: tuple[Any, ...]) -> bool:
        """Whether a report is lost; see `Authorities.is_lost`. Each report of a person has its own luck."""
        row, episode = what[-2:]
        report = _REPORTS["test" if how == "positive" else what[0]] + len(_REPORTS) * episode
        for name, (one, inject) in self._losing.items():
            if inject.zone is not None and self.world.zones[zone] != inject.zone:
                continue
            if bits(int(self.b.one[0].seed), NOTICE, int(self.g.persons["id"][row]), report, inject_number(name)) >> 30 < share(inject.share):
                one.reached += 1
                return True
        return False

    # means, orders -----------------------------------------------------------------------------------------------------------------

    def start_means_lost(self, one: Injected, inject: Any, now: int) -> int:
        """An order has less."""
        self.hands.means.lose(inject.order, inject.what, inject.count)
        return int(inject.count)

    def stop_means_lost(self, one: Injected, inject: Any, now: int) -> int:
        """It has them again."""
        self.hands.means.lose(inject.order, inject.what, -inject.count)
        return 0

    def start_delay(self, one: Injected, inject: Any, now: int) -> int:
        """An order is held up; gives how many givings that were under way."""
        if inject.of == "decision":
            self.response.hold(inject.order, now + round(inject.later))
            return 0
        return int(self.response.postpone(inject.order, round(inject.later)))

    def start_donation(self, one: Injected, inject: Any, now: int) -> int:
        """A stock grows."""
        self.authorities.works.stocks[inject.stock] += inject.count
        return int(inject.count)

    # the world ---------------------------------------------------------------------------------------------------------------------

    def start_way_blocked(self, one: Injected, inject: Any, now: int) -> int:
        """Ways are blocked."""
        return self.hands.barriers.block(one.inject, inject.gate)

    def stop_way_blocked(self, one: Injected, inject: Any, now: int) -> int:
        """They are free again."""
        self.hands.barriers.unblock(one.inject)
        return 0

    def start_arrival(self, one: Injected, inject: Any, now: int) -> int:
        """Residents come home infected."""
        before = int(self.s.count[C_INFECTED])
        seed_due(self.s, self.g, self.b, self.plans.arrivals[one.inject], self.plans.rows, now // self._tick)
        return int(self.s.count[C_INFECTED]) - before

    # the log -----------------------------------------------------------------------------------------------------------------------

    def to_json(self) -> list[dict[str, Any]]:
        """What was carried out, for a checkpoint; all else follows from it."""
        return [asdict(one) for one in self.done]

    def restore(self, kept: list[dict[str, Any]]) -> None:
        """Take over what a checkpoint kept: what is in force is so again. Its `Response` and `Hands` are restored before."""
        self.done = [Injected(**row) for row in kept]
        carried_out = {one.inject for one in self.done}
        self._coming = [name for name in self._coming if name not in carried_out]
        self._ends, self._losing = [], {}
        for one in self.done:
            inject = self.injects[one.inject]
            if one.ended < 0 and inject.do in ("lost_report", "means_lost", "way_blocked"):
                self._do("start", one, one.second)
                self._note_end(one)

    def rows(self) -> dict[str, list[Any]]:
        """Columns of the table `injects`: everything carried out, in order."""
        told = [(one, self.injects[one.inject]) for one in self.done]
        return {
            "inject": [one.inject for one, _ in told],
            "number": [one.number for one, _ in told],
            "kind": [inject.do for _, inject in told],
            "second": [one.second for one, _ in told],
            "second_ended": [one.ended for one, _ in told],
            "what": [inject.say() for _, inject in told],
            "reached": [one.reached for one, _ in told],
            "from": [inject.sender for _, inject in told],
            "to": [inject.to for _, inject in told],
            "means": [inject.means for _, inject in told],
            "text": [inject.text for _, inject in told],
            "expected": [inject.expected for _, inject in told],
            "action": [action_of(one.inject, inject) for one, inject in told],
            "notes": [json.dumps(inject.notes, sort_keys=True, ensure_ascii=False) for _, inject in told],
        }
