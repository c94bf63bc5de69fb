"""What can be asked of a run: a person who is never infected, one infection that does not happen, an order not given, or given at another time."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyosan.errors import CommandError, UnitError
from hyosan.results.names import id_of, names_of
from hyosan.results.run import Run
from hyosan.results.tree import tree
from hyosan.scenario.nearest import did_you_mean, listed
from hyosan.units import parse, say_clock, say_duration


@dataclass(frozen=True)
class Spared:
    """A person (id) is not infected: never again from a second on (`number` None), or the one infection of that number and second is left out."""

    person: int
    number: int | None
    second: int
    seeded: bool
    """Whether that infection was the scenario's own."""
    name: str = ""
    """Of a person who has one."""

    @property
    def who(self) -> str:
        """`person 123`, or `Choi Nam-ra (person 123)`."""
        return say_person(self.person, self.name)

    def said(self) -> str:
        """The question, in words."""
        if self.number is None:
            return f"{self.who} had never been infected"
        return f"the infection of {self.who}" + (f" (number {self.number})" if self.number > 1 else "") + " had not happened"

    def option(self) -> str:
        """As it is asked on the command line."""
        return f"--person {self.person}" if self.number is None else f"--bite {self.person}" + (f"/{self.number}" if self.number > 1 else "")


@dataclass(frozen=True)
class Decided:
    """An order of the run is not given (`moved` None), or decided so many seconds later, or earlier (below 0), than its first giving, at `second`."""

    order: str
    moved: int | None
    second: int

    @property
    def since(self) -> int:
        """The second from which on something is otherwise."""
        return self.second + min(0, self.moved or 0)

    def said(self) -> str:
        """The question, in words."""
        if self.moved is None:
            return f"the order `{self.order}` had not been given"
        return f"the order `{self.order}` had been decided {say_duration(abs(self.moved))} {'earlier' if self.moved < 0 else 'later'}"

    def option(self) -> str:
        """As it is asked on the command line."""
        if self.moved is None:
            return f"--without {self.order}"
        return f"--order {self.order} {'--earlier' if self.moved < 0 else '--later'} {say_duration(abs(self.moved))!r}"

    def overrides(self) -> dict[str, str | None]:
        """As changes of a fork at `since`."""
        if self.moved is None:
            return {f"orders.{self.order}": None}
        return {f"orders.{self.order}.when": f"time >= {self.second + self.moved} s"}


@dataclass(frozen=True)
class Altered:
    """The run's scenario with changes, from its start on: paths and values as of `--set`."""

    changes: tuple[tuple[str, str], ...]

    def said(self) -> str:
        """The question, in words."""
        return " and ".join(f"`{path}` had been {value}" for path, value in self.changes)

    def option(self) -> str:
        """As it is asked on the command line."""
        return " ".join(f"--set {shlex.quote(f'{path}={value}')}" for path, value in self.changes)


Asked = Spared | Decided | Altered


def say_person(person: int, name: str = "") -> str:
    """`person 123`, or `Choi Nam-ra (person 123)`."""
    return f"{name} (person {person})" if name else f"person {person}"


def person_of(run: Run, text: str | int, ids: frozenset[int] | None = None, option: str = "--person") -> int:
    """The id of a person, told by id or name. `ids`: everybody in the city. Raises CommandError: neither, or nobody has the id."""
    infected = tree(run)["infected"].to_pylist()
    some = f"the first to be infected were {listed(map(str, dict.fromkeys(infected[:8])))}" if infected else "nobody was infected"
    try:
        person = id_of(run, text)
    except CommandError as error:
        raise CommandError(f"{option}: {error}; {some}.") from None
    if ids is not None and person not in ids:
        raise CommandError(f"{option}: nobody in this city has the id {person}; {some}.")
    return person


def never_infected(run: Run, person: int) -> Spared | None:
    """The question what if a person had never been infected; None if they never were."""
    found = infections_of(run, person)
    return Spared(person, None, *found[0], names_of(run).get(person, "")) if found else None


def not_bitten(run: Run, text: str | int) -> Spared:
    """The question what if an infection had not happened: `4711`, a person's first, or `4711/2`, their second. Raises CommandError."""
    words, _, nth = str(text).partition("/")
    person = person_of(run, words, option="--bite")
    name, found = names_of(run).get(person, ""), infections_of(run, person)
    if not found:
        raise CommandError(f"--bite: {say_person(person, name)} was never infected in this run")
    if nth and (not nth.isascii() or not nth.isdigit() or not 1 <= int(nth[:9]) <= len(found)):
        times = f"{len(found)} time{'s' * (len(found) > 1)}"
        raise CommandError(f"--bite: {str(text)[:60]!r}: {say_person(person, name)} was infected {times}; write {words}/1")
    number = int(nth or 1)
    return Spared(person, number, *found[number - 1], name)


def infections_of(run: Run, person: int) -> list[tuple[int, bool]]:
    """Second of each infection of a person, and whether it was the scenario's own."""
    found = tree(run)
    rows = zip(found["infected"].to_pylist(), found["second"].to_pylist(), found["infector"].to_pylist(), strict=True)
    return [(second, infector < 0) for infected, second, infector in rows if infected == person]


def decided(run: Run, order: str, names: tuple[str, ...], earlier: str | None = None, later: str | None = None) -> Decided | None:
    """The question about an order of the scenario (`names`); None if it was never decided.

    Raises CommandError: no such order, no duration, a moment before the start, an order that a policy gave and is to be moved.
    """
    if order not in names:
        raise CommandError(f"there is no order {order[:60]!r} in this run; {did_you_mean(order, names)}")
    rows = run.orders.select(["order", "second_decided", "authority"]).to_pylist()
    given = next((row for row in rows if row["order"] == order), None)
    if given is None:
        return None
    second = int(given["second_decided"])
    if second < (begin := run.manifest.get("follows", {}).get("second", 0)):
        at = say_clock(begin, run.manifest["start_clock_seconds"])
        raise CommandError(f"`{order}` was decided before this run began ({at}); ask the run that it goes on from")
    if earlier is None and later is None:
        return Decided(order, None, second)
    if order in {one["order"] for one in run.manifest.get("orders_changed", [])}:
        raise CommandError(f"`{order}` was given by a policy, which decides when; fork the run with another policy instead")
    name, text = ("earlier", earlier) if earlier is not None else ("later", later)
    try:
        moved = round(parse(text, "duration"))
    except UnitError as error:
        raise CommandError(f"--{name}: {error}") from error
    clock = run.manifest["start_clock_seconds"]
    if moved <= 0:
        raise CommandError(f"--{name}: {text!r} is no time")
    if earlier is not None and moved > second:
        most = say_duration(second) if second else "nothing"
        raise CommandError(f"--earlier: `{order}` was decided on {say_clock(second, clock)}; it can be at most {most} earlier, at the start")
    if later is not None and second + moved >= int(run.manifest["end_second"]):
        raise CommandError(f"--later: {text!r} after {say_clock(second, clock)} is after the end of the run; ask --without {order}")
    return Decided(order, -moved if earlier is not None else moved, second)


def altered(overrides: Sequence[str] | Mapping[str, Any]) -> Altered:
    """The question what if numbers of the scenario had been others; `overrides` as of `hyosan.run`."""
    if isinstance(overrides, Mapping):
        return Altered(tuple((str(path), str(value)) for path, value in overrides.items()))
    return Altered(tuple((path, value) for path, _, value in (text.partition("=") for text in overrides)))


def first_decided(run: Run, names: tuple[str, ...]) -> dict[str, int]:
    """The second at which each order of the scenario (`names`) was first decided, of those that were, and not before this run began."""
    begin = run.manifest.get("follows", {}).get("second", 0)
    standing = {row["order"] for row in run.orders.select(["order", "second_decided"]).to_pylist() if row["second_decided"] < begin}
    return {name: one.second for name in names if name not in standing and (one := decided(run, name, names)) is not None}


def identity(run: Run) -> dict[str, Any]:
    """What tells an answer about this run from one about another: scenario, seed, history hash, results version."""
    manifest = run.manifest
    results = str(manifest["versions"].get("results", "unknown"))
    return {"scenario": manifest["name"], "seed": int(manifest["seed"]), "history_hash": run.history_hash, "results_version": results}


def command(run: Run, asked: Asked | None, otherwise: str = "") -> str:
    """The command that gives the answer again."""
    where = Path(run.path).as_posix() if run.path is not None else "RUN"
    return f"hyosan whatif {where} {asked.option() if asked is not None else otherwise}".strip()
