"""A study as written: a scenario, seeds, variations, and what to keep of each run. Read from YAML with the place of each fault.

`resolved` writes it with nothing left to look up: the scenario with its parents merged, each variation of a grid or a Latin hypercube by
name and value. Running what it writes is the same study.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyosan.errors import ScenarioError
from hyosan.quantities import FIGURES, QUANTITIES
from hyosan.scenario.dump import as_yaml
from hyosan.scenario.extends import with_parents
from hyosan.scenario.files import is_library_name, read_text, resolve_file
from hyosan.scenario.load import Source, tree
from hyosan.scenario.nearest import did_you_mean, short
from hyosan.scenario.positions import Node, Problem, from_python, plain, refused
from hyosan.scenario.positions import Path as FieldPath
from hyosan.scenario.reading import read
from hyosan.scenario.uncertain import fraction
from hyosan.units import parse, write_duration

FIELDS = ("name", "title", "scenario", "set", "until", "seeds", "variations", "series", "quantiles", "compare")
VARIATIONS = ("list", "grid", "latin_hypercube")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SERIES = ("infected", "symptomless", "ill", "turned", "recovered", "dead", "killed", "reported_infected")
"""Quantities followed when nobody says which."""
MAX_SEED = (1 << 62) - 1
MAX_SEEDS, MAX_VARIATIONS, MAX_MEMBERS = 1_000_000, 10_000, 10_000_000
AS_IS = "as is"
_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,59}$")
_QUANTITY = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?)\s*(.{0,40}?)\s*")


@dataclass(frozen=True)
class Variation:
    """A way to run the scenario: a name, and changes as of `--set`, path -> value."""

    name: str
    changes: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """A study, checked but for the scenarios themselves."""

    name: str
    title: str
    tree: dict[str, Any]
    """The scenario, parents merged, changes for all made; numbers that nobody knows are still laws."""
    base: Path
    """Folder of the files that the scenario names."""
    seeds: Sequence[int]
    variations: tuple[Variation, ...]
    until: str | None = None
    quantities: tuple[str, ...] = SERIES
    every: float | None = None
    """Seconds between two points of a series; None = a day, or an hour in runs of at most five days."""
    zone: str = "all"
    quantiles: tuple[float, ...] = QUANTILES
    reference: str = ""
    objectives: dict[str, str] = field(default_factory=dict)
    """Figure -> `less` or `more`: which way is better."""

    @property
    def members(self) -> int:
        """How many runs it is."""
        return len(self.seeds) * len(self.variations)

    def resolved(self) -> str:
        """The study as YAML with nothing left to look up."""
        whole: dict[str, Any] = {"name": self.name}
        whole |= {"title": self.title} if self.title else {}
        whole |= {"until": self.until} if self.until is not None else {}
        whole["seeds"] = _write_seeds(self.seeds)
        whole["variations"] = {"list": [{"name": one.name, "set": one.changes} for one in self.variations]}
        series: dict[str, Any] = {"quantities": list(self.quantities), "zone": self.zone}
        whole["series"] = series | ({"every": write_duration(self.every)} if self.every is not None else {})
        whole["quantiles"] = list(self.quantiles)
        whole["compare"] = {"to": self.reference, "objectives": self.objectives}
        return as_yaml(whole | {"scenario": self.tree})


def read_plan(source: Path | str | Mapping[str, Any], changes: Sequence[str] | Mapping[str, Any] = ()) -> Plan:
    """The study in a file or a mapping; `changes` are made to its scenario.

    Raises ScenarioError: anything wrong with the study or its scenario, with file, line and column.
    """
    if isinstance(source, Mapping):
        given = dict(source)
        scenario = given.pop("scenario", None)  # may be a Scenario, which is no plain value
        node, folder = from_python(given), Path.cwd()
    else:
        path, scenario = Path(source), None
        node, folder = read(read_text(path, str(source)), str(source)), path.parent.absolute()
    return _Reader(node, folder, scenario, changes).plan()


class _Reader:
    """Reads the fields of a study one by one; each fault with its place."""

    def __init__(self, root: Node, folder: Path, scenario: Any, changes: Sequence[str] | Mapping[str, Any]) -> None:
        self.root, self.folder, self.scenario, self.changes = root, folder, scenario, changes

    def plan(self) -> Plan:
        fields = self.entries(self.root, (), FIELDS)
        if "seeds" not in fields or ("scenario" not in fields and self.scenario is None):
            missing = "seeds" if "seeds" not in fields else "scenario"
            raise self.wrong(self.root, (), f"`{missing}` is missing; a study has a `scenario` and `seeds`, for example `seeds: 1-100`")
        scenario, base = self.scenario_tree(fields)
        name = self.text(fields["name"], ("name",)) if "name" in fields else f"{scenario.get('name', 'study')}-study"
        if not _NAME.match(name):
            raise self.wrong(fields.get("name", self.root), ("name",), "must hold only small letters, digits and `-` (at most 60)")
        variations = self.variations(fields.get("variations"))
        seeds = self.seeds(fields["seeds"])
        if len(seeds) * len(variations) > MAX_MEMBERS:
            raise self.wrong(self.root, (), f"{len(seeds)} seeds x {len(variations)} variations are more than {MAX_MEMBERS:,} runs")
        return Plan(
            name=name, title=self.text(fields["title"], ("title",)) if "title" in fields else "", tree=scenario, base=base, seeds=seeds,
            variations=variations, until=self.text(fields["until"], ("until",)) if "until" in fields else None,
            quantiles=self.quantiles(fields["quantiles"]) if "quantiles" in fields else QUANTILES,
            **self.series(fields.get("series")), **self.compare(fields.get("compare"), variations),
        )  # fmt: skip

    def scenario_tree(self, fields: dict[str, Node]) -> tuple[dict[str, Any], Path]:
        source: Source
        base = self.folder
        if self.scenario is not None:
            source = self.scenario
        else:
            node = fields["scenario"]
            value = plain(node)
            if isinstance(value, Mapping):
                whole = with_parents(node, self.folder, None)
                shared = self.changes_at(fields["set"], ("set",)) if "set" in fields else {}
                source = plain(tree(plain(whole), shared)[0])
                return plain(tree(source, self.changes)[0]), self.folder
            text = self.text(node, ("scenario",))
            source = text if is_library_name(text) else resolve_file(self.folder, text)
        shared = self.changes_at(fields["set"], ("set",)) if "set" in fields else {}
        found, base = tree(source, shared)
        if self.changes:
            found, _ = tree(plain(found), self.changes)
        return plain(found), base

    def variations(self, node: Node | None) -> tuple[Variation, ...]:
        if node is None:
            return (Variation(AS_IS, {}),)
        fields = self.entries(node, ("variations",), VARIATIONS)
        found: list[tuple[Variation, Node]] = []
        if "list" in fields:
            found += self.listed(fields["list"])
        if "grid" in fields:
            found += ((one, fields["grid"]) for one in self.grid(fields["grid"]))
        if "latin_hypercube" in fields:
            found += ((one, fields["latin_hypercube"]) for one in self.hypercube(fields["latin_hypercube"]))
        if not found:
            raise self.wrong(node, ("variations",), f"is empty; give {', '.join(f'`{name}`' for name in VARIATIONS)}, or leave it out")
        if len(found) > MAX_VARIATIONS:
            raise self.wrong(node, ("variations",), f"{len(found)} variations; at most {MAX_VARIATIONS:,} are possible")
        names: set[str] = set()
        for one, where in found:
            if one.name in names:
                raise self.wrong(where, ("variations",), f"two variations are called {one.name!r}; names must differ")
            names.add(one.name)
        return tuple(one for one, _ in found)

    def listed(self, node: Node) -> list[tuple[Variation, Node]]:
        found = []
        for number, item in enumerate(self.items(node, path := ("variations", "list"))):
            fields = self.entries(item, (*path, number), ("name", "set"))
            if "name" not in fields:
                raise self.wrong(item, (*path, number), "`name` is missing")
            changes = self.changes_at(fields["set"], (*path, number, "set")) if "set" in fields else {}
            found.append((Variation(self.label(fields["name"], (*path, number, "name")), changes), item))
        return found

    def grid(self, node: Node) -> Iterable[Variation]:
        path = ("variations", "grid")
        axes = {name: [plain(item) for item in self.items(values, (*path, name))] for name, values in self.mapping(node, path).items()}
        if not axes or any(not values for values in axes.values()):
            raise self.wrong(node, path, "is empty; write `path: [value, value]`")
        size = 1
        for values in axes.values():
            size *= len(values)
            if size > MAX_VARIATIONS:
                raise self.wrong(node, path, f"has more than {MAX_VARIATIONS:,} combinations")
        ends = [name.rpartition(".")[2] for name in axes]
        called = dict(zip(axes, ends if len(set(ends)) == len(ends) else axes, strict=True))
        for combination in itertools.product(*axes.values()):
            changes = dict(zip(axes, combination, strict=True))
            yield Variation(", ".join(f"{called[name]}={_said(value)}" for name, value in changes.items())[:200], changes)

    def hypercube(self, node: Node) -> Iterable[Variation]:
        path = ("variations", "latin_hypercube")
        fields = self.entries(node, path, ("points", "over", "seed"))
        if "points" not in fields or "over" not in fields:
            raise self.wrong(node, path, "needs `points`, how many, and `over`, `path: {from: 0.3 per day, to: 0.6 per day}`")
        points = self.whole(fields["points"], (*path, "points"), 1, MAX_VARIATIONS)
        seed = self.whole(fields["seed"], (*path, "seed"), 0, MAX_SEED) if "seed" in fields else 1
        axes = {name: self.span(one, (*path, "over", name)) for name, one in self.mapping(fields["over"], (*path, "over")).items()}
        if not axes:
            raise self.wrong(fields["over"], (*path, "over"), "is empty; name at least one path")
        columns = {name: latin(seed, name, points) for name in axes}
        width = len(str(points))
        for number in range(points):
            changes = {}
            for name, (low, high, unit, geometric, integer) in axes.items():
                u = columns[name][number]
                value: float = low * (high / low) ** u if geometric else low + (high - low) * u
                shown = int(value) if integer else float(f"{value:.12g}")
                changes[name] = f"{shown!r} {unit}" if unit else shown
            yield Variation(f"sample-{number + 1:0{width}d}", changes)

    def span(self, node: Node, path: FieldPath) -> tuple[float, float, str, bool, bool]:
        fields = self.entries(node, path, ("from", "to", "scale", "whole"))
        if "from" not in fields or "to" not in fields:
            raise self.wrong(node, path, "needs `from` and `to`")
        (low, unit), (high, other) = (self.quantity(fields[end], (*path, end)) for end in ("from", "to"))
        if unit != other:
            raise self.wrong(fields["to"], (*path, "to"), f"is in {other or 'no unit'!r}, `from` in {unit or 'no unit'!r}; write both in one unit")
        scale = self.text(fields["scale"], (*path, "scale")) if "scale" in fields else "linear"
        if scale not in ("linear", "log"):
            raise self.wrong(fields["scale"], (*path, "scale"), "must be `linear` or `log`")
        integer = plain(fields["whole"]) if "whole" in fields else False
        if not isinstance(integer, bool):
            raise self.wrong(fields["whole"], (*path, "whole"), "must be true or false")
        if not low < high or (scale == "log" and low <= 0):
            raise self.wrong(node, path, "`from` must be less than `to`" + (", and more than 0 on a log scale" if scale == "log" else ""))
        return low, high + (1 if integer else 0), unit, scale == "log", integer

    def quantity(self, node: Node, path: FieldPath) -> tuple[float, str]:
        value = node.value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value), ""
        found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
        if not found:
            raise self.wrong(node, path, f"{short(plain(node))} is no number; write for example `0.3 per day`")
        return float(found[1]), found[2]

    def seeds(self, node: Node) -> Sequence[int]:
        value = node.value
        if isinstance(value, list):
            found = [self.whole(item, ("seeds", number), 0, MAX_SEED) for number, item in enumerate(value)]
            if not found or len(set(found)) != len(found) or len(found) > MAX_SEEDS:
                raise self.wrong(node, ("seeds",), f"must be 1 to {MAX_SEEDS:,} different seeds")
            return tuple(sorted(found))
        if isinstance(value, int) and not isinstance(value, bool):
            return range(1, self.whole(node, ("seeds",), 1, MAX_SEEDS) + 1)
        match = re.fullmatch(r"\s*(\d{1,19})\s*-\s*(\d{1,19})\s*", value) if isinstance(value, str) else None
        if match is None:
            raise self.wrong(node, ("seeds",), f"{short(plain(node))} says no seeds; write `1-100`, a list, or how many (from 1 on)")
        first, last = int(match[1]), int(match[2])
        if not first <= last <= MAX_SEED or last - first >= MAX_SEEDS:
            raise self.wrong(node, ("seeds",), f"{short(value)}: write the lower seed first, at most {MAX_SEEDS:,} of them, none above 2**62 - 1")
        return range(first, last + 1)

    def series(self, node: Node | None) -> dict[str, Any]:
        if node is None:
            return {}
        fields = self.entries(node, ("series",), ("quantities", "every", "zone"))
        found: dict[str, Any] = {}
        if "quantities" in fields:
            names = [
                self.text(item, ("series", "quantities", k)) for k, item in enumerate(self.items(fields["quantities"], ("series", "quantities")))
            ]
            for k, name in enumerate(names):
                if name not in QUANTITIES:
                    raise self.wrong(
                        fields["quantities"], ("series", "quantities", k), f"unknown quantity {short(name)}; {did_you_mean(name, QUANTITIES)}"
                    )
            found["quantities"] = tuple(dict.fromkeys(names))
        if "every" in fields:
            try:
                found["every"] = parse(plain(fields["every"]), "duration")
            except ScenarioError as error:
                raise self.wrong(fields["every"], ("series", "every"), str(error)) from None
            if found["every"] < 60:
                raise self.wrong(fields["every"], ("series", "every"), "must be a minute or more")
        if "zone" in fields:
            found["zone"] = self.text(fields["zone"], ("series", "zone"))
        return found

    def quantiles(self, node: Node) -> tuple[float, ...]:
        found = [plain(item) for item in self.items(node, ("quantiles",))]
        if not found or len(found) > 101 or any(isinstance(q, bool) or not isinstance(q, int | float) or not 0 <= q <= 1 for q in found):
            raise self.wrong(node, ("quantiles",), "must be numbers from 0 to 1, such as [0.05, 0.5, 0.95]")
        return tuple(sorted({float(q) for q in found}))

    def compare(self, node: Node | None, variations: tuple[Variation, ...]) -> dict[str, Any]:
        names = [one.name for one in variations]
        found: dict[str, Any] = {"reference": names[0], "objectives": {"ever_infected": "less", "dead": "less"}}
        if node is None:
            return found
        fields = self.entries(node, ("compare",), ("to", "objectives"))
        if "to" in fields:
            found["reference"] = self.text(fields["to"], ("compare", "to"))
            if found["reference"] not in names:
                told = f"no variation is called {short(found['reference'])}; {did_you_mean(found['reference'], names)}"
                raise self.wrong(fields["to"], ("compare", "to"), told)
        if "objectives" in fields:
            found["objectives"] = {}
            for name, item in self.mapping(fields["objectives"], ("compare", "objectives")).items():
                if name not in FIGURES:
                    raise self.wrong(item, ("compare", "objectives", name), f"is no figure; {did_you_mean(name, FIGURES)}")
                if item.value not in ("less", "more"):
                    raise self.wrong(item, ("compare", "objectives", name), "must be `less` or `more`: which way is better")
                found["objectives"][name] = str(item.value)
        return found

    # the smallest parts -----------------------------------------------------------------------------------------------------------

    def changes_at(self, node: Node, path: FieldPath) -> dict[str, Any]:
        return {name: plain(child) for name, child in self.mapping(node, path).items()}

    def entries(self, node: Node, path: FieldPath, allowed: Sequence[str]) -> dict[str, Node]:
        found = self.mapping(node, path)
        for key in found:
            if key not in allowed:
                raise refused([Problem(node.keys[key], (*path, key), f"unknown field; {did_you_mean(key, allowed)}")])
        return found

    def mapping(self, node: Node, path: FieldPath) -> dict[str, Node]:
        if node.mapping is None:
            raise self.wrong(node, path, f"must be a mapping, not {short(plain(node))}")
        return node.mapping

    def items(self, node: Node, path: FieldPath) -> list[Node]:
        if not isinstance(node.value, list):
            raise self.wrong(node, path, f"must be a list, not {short(plain(node))}")
        return node.value

    def text(self, node: Node, path: FieldPath) -> str:
        if not isinstance(node.value, str) or not node.value.strip():
            raise self.wrong(node, path, f"must be text, not {short(plain(node))}")
        return node.value

    def label(self, node: Node, path: FieldPath) -> str:
        text = str(node.value) if isinstance(node.value, int | float) and not isinstance(node.value, bool) else self.text(node, path)
        if len(text) > 200:
            raise self.wrong(node, path, "must be at most 200 characters long")
        return text

    def whole(self, node: Node, path: FieldPath, least: int, most: int) -> int:
        if isinstance(node.value, bool) or not isinstance(node.value, int) or not least <= node.value <= most:
            raise self.wrong(node, path, f"{short(plain(node))}: a whole number from {least} to {most:,} is needed")
        return node.value

    def wrong(self, node: Node, path: FieldPath, text: str) -> ScenarioError:
        return refused([Problem(node.place, path, text)])


def latin(seed: int, name: str, points: int) -> list[float]:
    """One coordinate of a Latin hypercube: in each of `points` equal parts of 0 .. 1 one number, in an order of its own, by keyed luck."""
    order = sorted(range(points), key=lambda k: (fraction(seed, f"order:{name}:{k}"), k))
    return [(part + float(fraction(seed, f"within:{name}:{k}"))) / points for k, part in enumerate(order)]


def _said(value: Any) -> str:
    if value is None:
        return "none"
    return str(value) if not isinstance(value, dict) else str(value.get("do", "..."))


def _write_seeds(seeds: Sequence[int]) -> Any:
    return f"{seeds[0]}-{seeds[-1]}" if seeds[-1] - seeds[0] == len(seeds) - 1 else list(seeds)
