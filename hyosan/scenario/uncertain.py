"""`uncertain: {distribution}` in place of any number: one that nobody knows, the same throughout a run, different between runs.

Without a seed it is the median; with a seed it is drawn by luck keyed by the seed and the field path alone, so that no other
change to the scenario shifts it. With `as: NAME` beside it luck is keyed by the name: fields of one name are one number that nobody knows.
Exponentials and logarithms are those of `decimal`: the same on every platform.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any, NamedTuple

from hyosan.errors import UnitError
from hyosan.scenario.nearest import did_you_mean, listed, short
from hyosan.scenario.positions import Node, Path, Place, Problem, dotted, plain, refused
from hyosan.scenario.shape import ROOT, Shape, is_free, step
from hyosan.units import parse

_NUMBER = re.compile(r"\s*([+-]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][+-]?\d{1,2})?)\s*(.{0,40}?)\s*")
_BASE_UNITS = {"duration": "s", "rate": "per s", "length": "m", "speed": "m/s", "share": ""}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,59}")
_HALF = Decimal("0.5")
_PI = Decimal("3.14159265358979323846264338327950288")


def fraction(seed: int, path: str) -> Decimal:
    """The luck of one field: a number between 0 and 1 (53 bits), from a seed and a field path alone."""
    digest = hashlib.blake2b(f"{seed}:{path}".encode(), digest_size=8, person=b"uncertain").digest()
    with localcontext() as context:
        context.prec = 60
        return (Decimal(int.from_bytes(digest, "big") >> 11) + _HALF) / Decimal(2**53)


def resolve(node: Node, seed: int | None, shape: Shape = ROOT, path: Path = ()) -> Node:
    """A copy of the tree with each `uncertain` replaced by a number: drawn with `seed`, or the median without.

    Raises ScenarioError: not a distribution, parameters missing, unknown, out of range or in units that do not fit.
    """
    if isinstance(node.value, list):
        children = [resolve(child, seed, step(shape, index, node), (*path, index)) for index, child in enumerate(node.value)]
        return Node(children, node.place, node.keys)
    if node.mapping is None:
        return node
    if "uncertain" in node.mapping and not is_free(shape):  # where names are the user's own it is a name like any other
        return _drawn(node, seed, shape, path)
    entries = {key: resolve(child, seed, step(shape, key, node), (*path, key)) for key, child in node.mapping.items()}
    return Node(entries, node.place, node.keys)


def find_uncertain(node: Node, path: Path = ()) -> list[tuple[str, Place]]:
    """Field paths that hold an `uncertain` number, with their places."""
    if isinstance(node.value, list):
        return [found for index, child in enumerate(node.value) for found in find_uncertain(child, (*path, index))]
    if node.mapping is None:
        return []
    if "uncertain" in node.mapping:
        return [(dotted(path), node.place)]
    return [found for key, child in node.mapping.items() for found in find_uncertain(child, (*path, key))]


class Parameter(NamedTuple):
    """A number that nobody knows: what its luck is keyed by, the fields that it stands in, and its law."""

    key: str
    """The field path, or the name given with `as`."""
    paths: tuple[str, ...]
    place: Place
    law: str
    numbers: dict[str, Decimal]
    unit: str
    whole: bool
    """Whether its field takes whole numbers alone."""
    source: str
    """What is written as its source, of the law or of the field ("" = nothing)."""

    def at(self, u: Decimal) -> float:
        """Its value where a share `u` (0 < u < 1) of its law lies below, in `unit`."""
        with localcontext() as context:
            context.prec = 40
            value = _LAWS[self.law][1](u, **self.numbers)
            context.prec = 15
            value = +value
        return int(value.to_integral_value()) if self.whole else float(value)

    def drawn(self, seed: int) -> float:
        """Its value in runs with this seed."""
        return self.at(fraction(seed, self.key))

    def written(self, value: float) -> str | float:
        """A value as it would stand in the field."""
        return f"{float(value)!r} {self.unit}" if self.unit else value

    def said(self) -> str:
        """The law in words: `lognormal(mean 0.5 per day, sd 0.2 per day)`."""
        values = list(self.numbers.items())
        if self.law == "empirical":
            return f"one of {len(values)} values ({values[0][1]:f} ... {values[-1][1]:f} {self.unit})".replace(" )", ")")
        told = [f"{name} {value.normalize():f}{f' {self.unit}' if self.unit and name != 'shape' else ''}" for name, value in values]
        return f"{self.law}({', '.join(told)})"


def parameters(root: Node) -> tuple[Parameter, ...]:
    """The uncertain numbers of a scenario in the order of its fields, those that are `fixed` left out; fields with the same `as` are one.

    Raises ScenarioError: as `resolve`; fields with one name but other laws.
    """
    found: dict[str, Parameter] = {}
    for node, path, shape in _standing(root, ROOT, ()):
        one = _read(node, shape, path)
        before = found.get(one.key)
        if before is None:
            found[one.key] = one
        elif (before.law, before.numbers, before.unit, before.whole) != (one.law, one.numbers, one.unit, one.whole):
            told = f"is named {one.key[:60]!r} like `{before.paths[0]}`, but has another law ({one.said()}, there {before.said()})"
            raise refused([Problem(node.place, path, f"{told}; write the same law, or another name")])
        else:
            found[one.key] = before._replace(paths=(*before.paths, *one.paths))
    return tuple(one for one in found.values() if one.law != "fixed")


def laws(root: Node) -> dict[str, Any]:
    """Every uncertain number as it is written: field path -> `{uncertain: law}`, with `as` and `source` where they stand beside it."""
    return {dotted(path): plain(node) for node, path, _ in _standing(root, ROOT, ())}


def _standing(node: Node, shape: Shape, path: Path) -> Iterator[tuple[Node, Path, Shape]]:
    """Every mapping with `uncertain` that stands for a number, with its path and what the field takes."""
    if isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from _standing(child, step(shape, index, node), (*path, index))
    elif node.mapping is not None and "uncertain" in node.mapping and not is_free(shape):
        yield node, path, shape
    else:
        for key, child in (node.mapping or {}).items():
            yield from _standing(child, step(shape, key, node), (*path, key))


def _drawn(node: Node, seed: int | None, shape: Shape, path: Path) -> Node:
    one = _read(node, shape, path)
    value = one.at(_HALF) if seed is None else one.drawn(seed)
    return Node(one.written(value), node.place)


def _read(node: Node, shape: Shape, path: Path) -> Parameter:
    """The law in `{uncertain: {law}}` at a path. Raises ScenarioError: as `resolve`."""
    entries = node.mapping or {}
    extra = entries.keys() - {"uncertain", "source", "as"}
    if extra:
        name = sorted(extra)[0]
        raise refused([Problem(node.keys[name], (*path, name), "stands beside `uncertain`; only `source` and `as` may")])
    key = dotted(path)
    if "as" in entries:
        given = entries["as"].value
        if not isinstance(given, str) or not _NAME.fullmatch(given):
            raise refused([Problem(entries["as"].place, (*path, "as"), "must be a name: letters, digits, spaces, `-` and `_`, at most 60")])
        key = given
    law = {name: child for name, child in (entries["uncertain"].mapping or {}).items() if name != "source"}
    inside = (*path, "uncertain")
    if len(law) != 1 or (name := next(iter(law))) not in _LAWS:
        found = next((given for given in law if given not in _LAWS), None)
        hint = did_you_mean(found, _LAWS) if found is not None else f"name exactly one of {listed(_LAWS)}"
        shown = f"`{found[:60]}` is no distribution that can be uncertain" if found is not None else "is not one distribution"
        raise refused([Problem(entries["uncertain"].place, inside, f"{shown}; {hint}")])
    numbers, unit = _parameters(name, law[name], (*inside, name))
    sources = [entries.get("source"), (entries["uncertain"].mapping or {}).get("source"), (law[name].mapping or {}).get("source")]
    source = next((one.value for one in sources if one is not None and isinstance(one.value, str)), "")
    one = Parameter(key, (dotted(path),), node.place, name, numbers, unit, int in shape, source)
    try:
        one.at(_HALF)
    except ValueError as error:
        raise refused([Problem(law[name].place, (*inside, name), str(error))]) from None
    return one


def _parameters(name: str, node: Node, path: Path) -> tuple[dict[str, Decimal], str]:
    """The parameters of a law as numbers in one unit, and that unit as text ("" = none)."""
    wanted = _LAWS[name][0]
    given = {key: child for key, child in (node.mapping or {}).items() if key != "source"}
    for key in given:
        if key not in wanted:
            raise refused([Problem(node.keys[key], (*path, key), f"unknown field; {did_you_mean(key, wanted)}")])
    missing = [key for key in wanted if key not in given]
    if missing:
        raise refused([Problem(node.place, (*path, missing[0]), f"is missing; `{name}` takes {listed(wanted)}")])
    if name == "empirical":
        items = given["values"].value
        if not isinstance(items, list) or not items or len(items) > 100_000:
            raise refused([Problem(given["values"].place, (*path, "values"), "must be a list of 1 to 100,000 values")])
        given = {str(index): child for index, child in enumerate(items)}
    read = {key: _quantity(child, (*path, key)) for key, child in given.items()}
    units = {unit for key, (_, unit) in read.items() if key != "shape"}
    if len(units) <= 1:
        return {key: value for key, (value, _) in read.items()}, next(iter(units), "")
    for dimension, base in _BASE_UNITS.items():
        try:
            values = {key: Decimal(repr(parse(child.value, dimension))) for key, child in given.items() if key != "shape"}
        except UnitError:
            continue
        return values | {key: value for key, (value, _) in read.items() if key == "shape"}, base
    raise refused([Problem(node.place, path, f"its parameters are in units that do not fit together: {listed(sorted(units))}")])


def _quantity(node: Node, path: Path) -> tuple[Decimal, str]:
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return Decimal(repr(node.value)), ""
    found = _NUMBER.fullmatch(node.value) if isinstance(node.value, str) else None
    if found is None:
        raise refused([Problem(node.place, path, f"{short(node.value)} is not a number, with or without a unit")])
    return Decimal(found[1]), found[2]


def _uniform(u: Decimal, low: Decimal, high: Decimal) -> Decimal:
    if high < low:
        raise ValueError("`high` must not be below `low`")
    return low + (high - low) * u


def _exponential(u: Decimal, mean: Decimal) -> Decimal:
    _positive(mean=mean)
    return -mean * (1 - u).ln()


def _lognormal(u: Decimal, mean: Decimal, sd: Decimal) -> Decimal:
    _positive(mean=mean, sd=sd)
    square = (1 + (sd / mean) ** 2).ln()
    return (mean.ln() - square / 2 + square.sqrt() * normal_quantile(u)).exp()


def _weibull(u: Decimal, shape: Decimal, scale: Decimal) -> Decimal:
    _positive(shape=shape, scale=scale)
    return scale * (-(1 - u).ln()) ** (1 / shape)


def _fixed(u: Decimal, value: Decimal) -> Decimal:
    return value


def _empirical(u: Decimal, **values: Decimal) -> Decimal:
    return sorted(values.values())[int(u * len(values))]


def _positive(**numbers: Decimal) -> None:
    for name, value in numbers.items():
        if not Decimal("1e-30") < value < Decimal("1e30"):
            raise ValueError(f"`{name}` must be more than 0 (and below 1e30)")
    if numbers.get("shape", 1) < Decimal("0.1") or numbers.get("shape", 1) > 50:
        raise ValueError("`shape` must lie between 0.1 and 50")


@lru_cache(maxsize=4096)
def normal_quantile(u: Decimal) -> Decimal:
    """The standard normal's quantile at 0 < u < 1, to about 20 digits.

    Bisection of the series of the distribution function. Source: Abramowitz & Stegun (1964), 26.2.10.
    """
    with localcontext() as context:
        context.prec = 40
        low, high = Decimal(-9), Decimal(9)
        for _ in range(72):
            middle = (low + high) / 2
            if _normal_share(middle) < u:
                low = middle
            else:
                high = middle
        return (low + high) / 2


def _normal_share(x: Decimal) -> Decimal:
    term, total, k = x, x, 0
    while abs(term) > Decimal("1e-32"):
        k += 1
        term = -term * x * x * (2 * k - 1) / (2 * k * (2 * k + 1))
        total += term
    return _HALF + total / (2 * _PI).sqrt()


_LAWS: dict[str, tuple[tuple[str, ...], Callable[..., Decimal]]] = {
    "uniform": (("low", "high"), _uniform),
    "lognormal": (("mean", "sd"), _lognormal),
    "exponential": (("mean",), _exponential),
    "weibull": (("shape", "scale"), _weibull),
    "fixed": (("value",), _fixed),
    "empirical": (("values",), _empirical),
}
