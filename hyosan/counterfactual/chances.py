"""The chance of an ending as it stood at each moment of a run: all luck from there on drawn anew, the past as it was.

What moves it between two moments is luck, since what rules would decide is counted on; what an order was worth is told beside it: the chance at
the moment of its decision, with it and without it, in the same worlds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from pathlib import Path
from typing import Any

from hyosan.counterfactual.asked import command, first_decided, identity
from hyosan.counterfactual.decisions import Ended
from hyosan.counterfactual.history import History, checkpoint_of
from hyosan.counterfactual.outcome import outcome_now, outcome_of
from hyosan.counterfactual.plain import number, text, whole, yes
from hyosan.counterfactual.tape import Nowhere
from hyosan.errors import CommandError, UnitError
from hyosan.forking import changed_course
from hyosan.luck import REDRAWN_WORLD, bits
from hyosan.policy_record import Given
from hyosan.results.card import card
from hyosan.results.checkpoint import Checkpoint
from hyosan.results.run import Run
from hyosan.rules.exact import INSTANT_BITS
from hyosan.running.follow import start_of
from hyosan.running.stages import Stage, Staged
from hyosan.units import parse, say_clock

KIND = "moments"
"""What the JSON of this answer says it is."""
WORLDS = 64
"""Worlds at each moment, if nothing else is asked."""
MOMENTS = 20
"""Moments, if nothing else is asked, beside those at which orders were decided."""
MOST_MOMENTS = 400
MOST_WORLDS = 10_000
Told = tuple[bool, ...]
"""Of each world, whether it ended so; the same position is the same luck."""


@dataclass(frozen=True)
class Chance:
    """The chance of the ending at a moment: `held` of `worlds` ended so."""

    second: int
    held: int
    worlds: int

    @property
    def share(self) -> float:
        """The chance, 0 to 1."""
        return self.held / self.worlds

    @property
    def error(self) -> float:
        """Its standard error; of none or all of the worlds as if half a world more were otherwise."""
        share = (self.held + 0.5) / (self.worlds + 1)
        return sqrt(share * (1 - share) / self.worlds)


@dataclass(frozen=True)
class Worth:
    """What an order was worth when it was decided: the chance of the ending with it and without it, luck from then on drawn anew."""

    order: str
    second: int
    given: Chance
    not_given: Chance
    error: float
    """Standard error of the difference, world by world."""

    @property
    def swing(self) -> float:
        """By how much giving it moved the chance, -1 to 1."""
        return self.given.share - self.not_given.share

    @property
    def is_certain(self) -> bool:
        """Whether it lies more than two standard errors from nothing."""
        return abs(self.swing) > 2 * self.error


@dataclass(frozen=True)
class Chances:
    """How the chance of an ending moved through a run."""

    ending: str
    held: bool
    """Whether it held in the run."""
    path: tuple[Chance, ...]
    orders: tuple[Worth, ...]
    end_second: int
    clock: float
    command: str
    run: dict[str, Any]
    """Of which run: scenario, seed, history_hash, results_version."""

    def swings(self) -> list[tuple[Chance, Chance]]:
        """From moment to moment; the last is the ending itself."""
        last = Chance(self.end_second, int(self.held), 1)
        return list(zip(self.path, [*self.path[1:], last], strict=True))

    def turning(self) -> tuple[Chance, Chance] | None:
        """Between which two moments luck moved the chance most; None if nowhere by more than two standard errors."""
        one, two = max(self.swings(), key=lambda pair: abs(pair[1].share - pair[0].share))
        error = sqrt(one.error**2 + (two.error**2 if two.worlds > 1 else 0))
        return (one, two) if abs(two.share - one.share) > 2 * error else None

    def certain(self) -> list[Worth]:
        """Orders that moved the chance beyond their error, those first that moved it most."""
        return sorted((worth for worth in self.orders if worth.is_certain), key=lambda worth: -abs(worth.swing))

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data; chances and errors 0 to 1."""

        def told(one: Chance) -> dict[str, Any]:
            return {"second": one.second, "chance": one.share, "error": one.error, "held": one.held, "worlds": one.worlds}

        orders = [
            {
                "order": one.order, "second": one.second, "given": told(one.given), "not_given": told(one.not_given), "swing": one.swing,
                "error": one.error,
            }
            for one in self.orders
        ]  # fmt: skip
        turning = self.turning()
        return {
            "kind": KIND, "ending": self.ending, "held": self.held, "path": [told(one) for one in self.path], "orders": orders,
            "turning": [told(one) for one in turning] if turning else None, "end_second": self.end_second, "command": self.command,
            "clock": self.clock, "run": self.run,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Any) -> Chances:
        """What `to_json` wrote. Raises ValueError: anything else."""
        try:
            path = tuple(_chance(one) for one in data["path"])
            orders = tuple(
                Worth(text(one["order"]), whole(one["second"]), _chance(one["given"]), _chance(one["not_given"]), number(one["error"]))
                for one in data["orders"]
            )
            ending, again = text(data["ending"]), text(data["command"])
            found = cls(ending, yes(data["held"]), path, orders, whole(data["end_second"]), number(data["clock"]), again, dict(data["run"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"something is missing in it ({error!s:.60})") from None
        if not path or [one.second for one in path] != sorted({one.second for one in path}):
            raise ValueError("its moments do not follow each other")
        return found

    def asked(self) -> str:
        """The options that ask for it."""
        return self.command[self.command.index("--each moment") :]

    def lines(self) -> list[str]:
        """As a table of text."""
        told = [f"{'moment':>16}  {'chance':>7}   of `{self.ending}`, luck from then on drawn anew"]
        for one in self.path:
            bar = "#" * round(40 * one.share)
            told.append(f"{say_clock(one.second, self.clock):>16}  {one.share:>7.0%}  {bar:40} +- {2 * one.error:.0%}")
        told.append(f"{say_clock(self.end_second, self.clock):>16}  {'':>7}  it {'held' if self.held else 'did not hold'}")
        if self.orders:
            told += ["", f"{'order':20}  {'decided':>16}  {'with it':>8}  {'without':>8}  {'it moved the chance by':>23}"]
        for worth in self.orders:
            moved = f"{worth.swing:+.0%} +- {2 * worth.error:.0%}"
            when = say_clock(worth.second, self.clock)
            told.append(f"{worth.order:20}  {when:>16}  {worth.given.share:>8.0%}  {worth.not_given.share:>8.0%}  {moved:>23}")
        return [*told, "", *self.notes()]

    def notes(self) -> list[str]:
        """Where it turned, and how all of it was found."""
        turning = self.turning()
        told = []
        if turning is None:
            told.append("Nowhere did luck move the chance by more than its own error.")
        else:
            one, two = turning
            until = "the end" if two.worlds == 1 else say_clock(two.second, self.clock)
            told.append(f"Luck moved it most from {say_clock(one.second, self.clock)} to {until}: from {one.share:.0%} to {two.share:.0%}.")
        certain = self.certain()
        for worth in certain:
            told.append(
                f"When it was decided, `{worth.order}` made this ending {'likelier' if worth.swing > 0 else 'less likely'} by {abs(worth.swing):.0%}."
            )
        if self.orders and not certain:
            told.append("No order moved it by more than its own error.")
        worlds = self.path[0].worlds
        told.append(f"How it was found: {worlds:,} worlds from each moment, with the past as it was; the same {worlds:,} at each.")
        return [*told, "What follows +- is two standard errors.", f"Again: {self.command}"]

    def _repr_html_(self) -> str:
        """A card for notebooks."""
        rows = [(say_clock(one.second, self.clock), f"{one.share:.0%}", f"{2 * one.error:.0%}") for one in self.path]
        return card(f"The chance of {self.ending}", self.notes(), ("moment", "chance", "+-"), rows)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def _chance(data: Any) -> Chance:
    """A chance from JSON. Raises ValueError, KeyError, TypeError."""
    second, held, worlds = whole(data["second"]), whole(data["held"]), whole(data["worlds"])
    if not (second >= 0 and 0 <= held <= worlds and worlds >= 2):
        raise ValueError(f"{held} of {worlds} worlds is no chance")
    return Chance(second, held, worlds)


class _Futures:
    """Worlds that go on from moments of a run."""

    def __init__(self, history: History, bound: Ended, worlds: int, progress: Callable[[int, int], None] | None) -> None:
        self.history, self.bound, self.progress = history, bound, progress
        seed = int(history.run.manifest["seed"])
        self.seeds = [bits(seed, REDRAWN_WORLD, number, 0, 0) for number in range(worlds)]
        self.done = self.of = 0

    def from_start(self) -> Told:
        """Worlds of which nothing is settled yet: those of other seeds."""
        history = self.history
        return self._told(lambda seed: history.course(history.stages, Nowhere(), None, seed))

    def at(self, point: Checkpoint, stages: Sequence[Stage]) -> Told:
        """Worlds that go on from a moment by these stages, the first of which may be over with it."""
        return self._told(lambda seed: self._redrawn(point, stages, seed))

    def _redrawn(self, point: Checkpoint, stages: Sequence[Stage], seed: int) -> Staged:
        staged = self.history.course(stages, Nowhere(), point)
        staged.hand_over()
        staged.sim.redraw(seed)
        return staged

    def _told(self, begun: Callable[[int], Staged]) -> Told:
        told = []
        for seed in self.seeds:
            staged = begun(seed)
            while staged.advance():
                pass
            staged.sim.finish()
            told.append(self.bound.holds(outcome_now(staged.sim)))
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, self.of)
        return tuple(told)


def each_moment(
    source: Run | Path | str,
    *,
    ending: str,
    worlds: int = WORLDS,
    every: str | None = None,
    policies: Given = None,
    files: Path | str | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Chances:
    """The chance of an ending as it stood at each moment of a finished run, and what each order was worth when it was decided.

    `ending` is a bound on a figure of the ending, such as "dead <= 100". At each moment, `every` ("12 h") or some twenty, the run goes on
    `worlds` times (2 to 10,000) with all later luck drawn anew: thresholds that are not spent, stays and doors of which some time has passed, and
    all that is keyed later. Kept are traits fixed at birth and reports on their way. The same worlds are run from each moment. At the second 0
    nothing is settled: there the worlds are those of other seeds. `progress` is told how many worlds of how many were run.

    Of an order the first giving counts; one that a policy gave is left out. A run that is a fork is asked from its fork on.
    Raises CommandError: no such figure or time, too many moments. RunFolderError, ScenarioError, PolicyError as `hyosan.fork`.
    """
    bound = Ended.read(ending)
    if not 2 <= worlds <= MOST_WORLDS:
        raise CommandError(f"--worlds: {worlds} is not from 2 to {MOST_WORLDS:,}")
    history = History(source if isinstance(source, Run) else Run.open(source), files=files, policies=policies, threads=threads)
    run = history.run
    staged = history.course(history.stages, Nowhere(), None)
    moments = _moments(history, _first_tick(history, staged), every)
    orders = _orders(history, moments[0])
    futures = _Futures(history, bound, worlds, progress)
    ticks = sorted({*moments, *orders.values()})
    fresh = start_of(run) is None  # nothing is settled at tick 0: the run goes on from no other
    futures.of = worlds * (len(ticks) + len(orders) + (fresh and 0 in orders.values()))
    path, worth = [], []
    for tick in ticks:
        while staged.sim.tick < tick and staged.advance():
            pass
        staged.hand_over()
        point, second, now = checkpoint_of(staged.sim), tick * history.length, [name for name, at in orders.items() if at == tick]
        settled = tick > 0 or not fresh
        held = futures.at(point, [history.stages[-1]]) if settled or now else ()
        path.append(Chance(second, sum(held if settled else futures.from_start()), worlds))
        for name in now:
            without = changed_course(run, history.stages, tick, {f"orders.{name}": None}, policies=history.stages[-1].policies)
            worth.append(_worth(name, second, held, futures.at(point, without[-2:])))
    end, clock = int(run.manifest["end_second"]), float(run.manifest["start_clock_seconds"])
    option = f"--each moment --ending {ending!r}" + (f" --worlds {worlds}" if worlds != WORLDS else "") + (f" --every {every!r}" if every else "")
    kept = bound.holds(outcome_of(run))
    return Chances(bound.say(), kept, tuple(path), tuple(worth), end, clock, command(run, None, option), identity(run))


def _worth(name: str, second: int, given: Told, without: Told) -> Worth:
    """From the same worlds with and without an order."""
    size = len(given)
    apart = [int(one) - int(other) for one, other in zip(given, without, strict=True)]
    mean = sum(apart) / size
    spread = sum((one - mean) ** 2 for one in apart) + 0.5  # as if half a world more were otherwise: no difference seen is not no difference
    return Worth(name, second, Chance(second, sum(given), size), Chance(second, sum(without), size), sqrt(spread / (size - 1) / size))


def _moments(history: History, begin: int, every: str | None) -> list[int]:
    """Ticks at which the chance is asked for, from `begin` on."""
    length = history.length
    last = int(history.run.manifest["end_second"]) // length
    if begin >= last:
        raise CommandError("nothing was left to luck in this run: it was over when it, or its fork, began, or all of it lies in the line list")
    step = max(1, ceil((last - begin) / MOMENTS))
    if every is not None:
        try:
            seconds = parse(every, "duration")
        except UnitError as error:
            raise CommandError(f"--every: {error}") from error
        step = round(seconds / length)
        if step < 1:
            raise CommandError(f"--every: {every!r} is shorter than a tick of this run, {length:,} s")
    moments = list(range(begin, last, step))
    if len(moments) > MOST_MOMENTS:
        raise CommandError(f"--every: {every!r} makes {len(moments):,} moments of this run; at most {MOST_MOMENTS} are possible")
    return moments


def _first_tick(history: History, begun: Staged) -> int:
    """The first tick with luck to come under the run's last scenario: cases of a line list belong to the past. `begun` stands at its start."""
    plans = begun.sim.plans
    until = -(-int(plans.known_until >> INSTANT_BITS) // history.length) if len(plans.cases) else 0
    return max(history.forked_at, begun.first_tick, until)


def _orders(history: History, begin: int) -> dict[str, int]:
    """The tick at which each order of the run was first decided, of those that the scenario gave."""
    by_policy = {one["order"] for one in history.run.manifest.get("orders_changed", [])}
    found = first_decided(history.run, tuple(history.stages[-1].scenario.orders))
    ticks = {name: second // history.length for name, second in found.items() if name not in by_policy}
    return {name: tick for name, tick in sorted(ticks.items(), key=lambda pair: (pair[1], pair[0])) if tick >= begin}
