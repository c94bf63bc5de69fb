"""`Asker` answers questions about one run: a single one by running on, many by carrying differences forward, where that is exact and cheap."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hyosan.counterfactual.answer import WhatIf
from hyosan.counterfactual.asked import Asked, Decided, Spared, altered, command, decided, never_infected, not_bitten, person_of, say_person
from hyosan.counterfactual.difference import GivenUpError, Other, Propagated, Propagation
from hyosan.counterfactual.history import FROM_THE_START, Futures, History
from hyosan.counterfactual.outcome import outcome_of
from hyosan.counterfactual.rules import Rules
from hyosan.counterfactual.tape import Nowhere, Tape, unfit
from hyosan.counterfactual.touching import Touch
from hyosan.counterfactual.unlike import refuse_another_world, unlike
from hyosan.errors import CommandError
from hyosan.forking import changed_course, with_changes
from hyosan.policy_record import Given
from hyosan.results.compare import Difference
from hyosan.results.names import names_of
from hyosan.results.run import Run
from hyosan.results.tree import descendants
from hyosan.running.clock import Progress
from hyosan.running.follow import FOLLOWS
from hyosan.running.stages import Stage
from hyosan.scenario.root import Scenario
from hyosan.units import say_clock


class Asker:
    """A finished run that questions are asked of. `many` runs it again once, so that each answer costs less.

    Raises RunFolderError, ScenarioError, PolicyError as `hyosan.fork`.
    """

    def __init__(
        self,
        source: Run | Path | str,
        *,
        many: bool = False,
        policies: Given = None,
        files: Path | str | None = None,
        threads: int | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.run = source if isinstance(source, Run) else Run.open(source)
        self.history = History(self.run, files=files, policies=policies, threads=threads, progress=progress)
        self.here, self.clock = outcome_of(self.run), float(self.run.manifest["start_clock_seconds"])
        self.propagation: Propagation | None = None
        self.why = "for one question that costs least"
        if many:
            self._prepare()

    def without(self, order: str) -> WhatIf:
        """An order is not given."""
        asked = decided(self.run, order, tuple(self.history.stages[-1].scenario.orders))
        return self.answer(asked) if asked is not None else self._nothing(f"the order `{order}` had not been given", f"--without {order}")

    def moved(self, order: str, earlier: str | None = None, later: str | None = None) -> WhatIf:
        """The first giving of an order is decided sooner or later."""
        asked = decided(self.run, order, tuple(self.history.stages[-1].scenario.orders), earlier, later)
        when = f"--earlier {earlier!r}" if earlier is not None else f"--later {later!r}"
        return self.answer(asked) if asked is not None else self._nothing(f"the order `{order}` had come otherwise", f"--order {order} {when}")

    def never_infected(self, person: int | str) -> WhatIf:
        """A person is never infected."""
        who = person_of(self.run, person, frozenset(self.history.ids))
        asked = never_infected(self.run, who)
        return (
            self.answer(asked)
            if asked is not None
            else self._nothing(f"{say_person(who, names_of(self.run).get(who, ''))} had never been infected", f"--person {who}")
        )

    def not_bitten(self, infection: int | str) -> WhatIf:
        """One infection does not happen: a person's id, or `id/2` for their second."""
        return self.answer(not_bitten(self.run, infection))

    def altered(self, overrides: Sequence[str] | Mapping[str, Any]) -> WhatIf:
        """Numbers of the scenario, or anything in it but its city, are others from the start on; `overrides` as of `hyosan.run`.

        Raises CommandError: the run was forked or goes on from another; the city or the clock would be another. ScenarioError: as of `--set`.
        """
        stages, asked = self.history.stages, altered(overrides)
        if len(stages) > 1 or FOLLOWS in self.run.manifest:
            raise CommandError("--set: the past of this run is that of another scenario; ask the run that it was forked from, or goes on from")
        scenario = with_changes(stages[-1].scenario, overrides)
        refuse_another_world(stages[-1].scenario, scenario)
        stage = Stage(scenario, None, stages[-1].policies)
        why = self.why
        if self.propagation is not None:
            try:
                return self._told(asked, self.propagation.under(self.other_numbers(scenario)), "")
            except GivenUpError as error:
                why = str(error)
        return self._told(asked, self.history.otherwise([stage], FROM_THE_START), f"run anew in memory from the start: {why}")

    def other_numbers(self, scenario: Scenario) -> Other:
        """The world of an altered scenario, to be carried forward. Raises GivenUpError: that cannot be, whatever the numbers."""
        assert self.propagation is not None
        fresh = self.history.course([Stage(scenario)], Nowhere(), None).sim
        if why := unlike(self.propagation.tape, fresh):
            raise GivenUpError(why)
        return Other(0, fresh, self.propagation.tape.rules, None)

    def other_orders(self, name: str, tick: int, overrides: Mapping[str, Any]) -> Other:
        """The world with changes of orders, of which `name` is the first, from a tick on, to be carried forward. Raises GivenUpError: as above."""
        assert self.propagation is not None
        history = self.history
        rules = Rules(history.course(self._changed(tick, overrides), Nowhere(), None), self.propagation.last_tick)
        if not rules.by_the_clock:
            raise GivenUpError("orders would follow what is known, or choose people")
        return Other(tick, None, rules, self._decided(name, rules))

    def _changed(self, tick: int, overrides: Mapping[str, Any]) -> list[Stage]:
        stages = self.history.stages
        return changed_course(self.run, stages, tick, overrides, policies=stages[-1].policies)

    def answer(self, asked: Spared | Decided) -> WhatIf:
        """The answer to a question."""
        if isinstance(asked, Decided):
            found = self.decided_otherwise(asked.order, asked.since, asked.overrides())
            why = self._ran_on(asked.since) + (f": more than {self.propagation.most:,} people would differ" if self.propagation is not None else "")
            return self._told(asked, found, why)
        touch = Touch(asked, self.history.ids[asked.person], int(self.run.manifest["seed"]), self.history.length)
        if self.propagation is None:
            return self._told(asked, self.history.otherwise(self.history.stages, asked.second, touch), f"{self._ran_on(asked.second)}: {self.why}")
        try:
            return self._told(asked, self.propagation.of(touch), "")
        except GivenUpError as error:
            why = f"{self._ran_on(asked.second)}: {error}"
            return self._told(asked, self.history.otherwise(self.history.stages, asked.second, touch), why)

    def _prepare(self) -> None:
        """Run the run again, and keep everybody's state by tick, or checkpoints where differences cannot be carried forward."""
        history = self.history
        fresh = history.course(history.stages, Nowhere(), None).sim
        self.why = "the run was forked" if len(history.stages) > 1 else unfit(fresh)
        if self.why:
            history.keep()
        else:
            self.propagation = Propagation(Tape(history), fresh, self.here)

    def decided_otherwise(self, name: str, since: int, overrides: dict[str, str | None]) -> Futures | Propagated:
        """The world with changes as of `hyosan.fork` of orders, of which `name` is the first, from a second on.

        Raises CommandError: it lies in the past of a fork.
        """
        history = self.history
        tick = since // history.length
        if tick < history.forked_at:
            parent = self.run.manifest.get("fork", {}).get("parent") or "another"
            raise CommandError(f"`{name}`: {say_clock(since, self.clock)} lies before this run was itself forked from {parent}; ask that run instead")
        if self.propagation is not None:
            try:
                return self.propagation.under(self.other_orders(name, tick, overrides))
            except GivenUpError:
                pass
        return history.otherwise(self._changed(tick, overrides), tick * history.length)

    def _decided(self, name: str, rules: Rules) -> Difference | None:
        """Where the orders of the run and of a world with other rules first differ, in those of a name."""
        run = next(row for row in self.run.orders.to_pylist() if row["order"] == name)
        given = next((one for one in rules.given if one.order == name), None)
        if given is None:
            return Difference(run["second_decided"], "orders", run, None)
        other = {"second_decided": given.decided, "second_effective": given.effective, "second_ended": given.ended}
        apart = [min(at for at in (int(run[moment]), second) if at >= 0) for moment, second in other.items() if run[moment] != second]
        return Difference(apart[0], "orders", run, {"order": name, "number": given.number, **other}) if apart else None

    def _ran_on(self, since: int) -> str:
        start = self.history.before(since // self.history.length)
        from_ = "the start" if start is None else f"the checkpoint of {say_clock(start.checkpoint.tick * self.history.length, self.clock)}"
        return f"run on in memory from {from_}"

    def _told(self, asked: Asked, found: Futures | Propagated, why: str) -> WhatIf:
        person = below = None
        if isinstance(asked, Spared):
            person, below = asked.person, len(descendants(self.run, asked.person, asked.second if asked.number is not None else None))
        how, recomputed = "fork", 0
        if isinstance(found, Propagated):
            how, recomputed = "difference", found.recomputed
            why = f"the difference was carried forward: {recomputed:,} steps of one person computed anew, {len(found.differing):,} people differ"
        return WhatIf(
            asked.said(), command(self.run, asked), how, why, self.here, found.outcome, found.difference, self.clock, below, person, recomputed,
            names_of(self.run),
        )  # fmt: skip

    def _nothing(self, question: str, option: str) -> WhatIf:
        why = "it did not happen in this run"
        return WhatIf(question, command(self.run, None, option), "nothing", why, self.here, self.here, None, self.clock)
