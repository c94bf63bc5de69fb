"""From a name, a file or a dict to a checked `Scenario`: read, extend, override, draw what is uncertain, validate, cross-check.

The result goes on to `world/` and `engine/compile.py`. Whatever is wrong with a scenario is a ScenarioError, one line per fault:
`file:line:column: field.path: what is wrong, what is allowed`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from hyosan.errors import ScenarioError
from hyosan.scenario import consistency, messages, msel, observed, overrides, uncertain
from hyosan.scenario.dump import plain as written
from hyosan.scenario.extends import with_parents
from hyosan.scenario.files import LIBRARY, is_library_name, library_names, library_path, read_text, resolve_file
from hyosan.scenario.graphs import with_graphs
from hyosan.scenario.positions import Node, from_python, plain, refused
from hyosan.scenario.reading import read
from hyosan.scenario.root import MOST_DAYS, Scenario, Time
from hyosan.units import DAY_SECONDS

__all__ = ["library_names", "load", "resolve_file", "tree", "uncertain_fields"]

Source = str | Path | Mapping[str, Any] | Scenario


def load(
    source: Source,
    *,
    overrides: Sequence[str] | Mapping[str, Any] = (),
    seed: int | None = None,
    base: Path | None = None,
    orders: str | Path | None = None,
    orders_from: int = 0,
    cut_short: bool = False,
) -> Scenario:
    """The scenario that `source` names or is: a library name, a YAML file, a dict, or a scenario to change.

    `overrides` are `path=value` texts, or a mapping path -> value. `seed` draws the numbers given as `uncertain`; without it
    each is its median. `base` is the folder of the files that a dict names (default: the current one). `orders` is a list of events (MSEL,
    CSV) added after that; its rows may not come before the second `orders_from` of the run. `cut_short`: the scenario is of a run that may have been
    ended early, so that what was to come after its end is no fault.

    Raises ScenarioError: anything wrong, up to 20 faults told at once.
    """
    whole, folder = tree(source, overrides)
    if orders is not None:
        whole = msel.apply(whole, orders, orders_from)
    folder = base if base is not None else folder
    laws: dict[str, Any] = {}
    if uncertain.find_uncertain(whole):
        laws, whole = uncertain.laws(whole), uncertain.resolve(whole, seed)
    try:
        scenario = Scenario.model_validate(plain(whole))
    except ValidationError as error:
        raise refused([*messages.problems(error, whole), *messages.booleans(whole)]) from None
    if found := [
        *messages.booleans(whole),
        *consistency.problems(scenario.model_copy(update={"time": _long(scenario)}) if cut_short else scenario, whole),
    ]:
        raise refused(found)
    scenario = scenario.with_base(folder).with_uncertain(laws)
    observed.read_all(scenario, whole)  # so that what is wrong with them is told before a run, not after it
    return scenario


def _long(scenario: Scenario) -> Time:
    """The times of a scenario as if it ended as late as can be."""
    return scenario.time.model_copy(update={"end": MOST_DAYS * DAY_SECONDS})


def tree(source: Source, changes: Sequence[str] | Mapping[str, Any] = ()) -> tuple[Node, Path]:
    """The values of a scenario with their places, parents merged and overrides made, and the folder that it names files from.

    Raises ScenarioError: it cannot be read, or a parent or override is wrong. Fields are not checked yet.
    """
    opened = _open(source)
    return overrides.apply(with_parents(opened.node, opened.folder, opened.file), changes), opened.folder


def uncertain_fields(source: Source, changes: Sequence[str] | Mapping[str, Any] = ()) -> list[str]:
    """Field paths of the numbers that differ between the runs of a study."""
    return [path for path, _ in uncertain.find_uncertain(tree(source, changes)[0])]


class _Opened(NamedTuple):
    node: Node
    folder: Path
    file: Path | None


def _open(source: Source) -> _Opened:
    if isinstance(source, Scenario):
        return _Opened(from_python(written(source)), source.base, None)
    if isinstance(source, Mapping):
        return _Opened(from_python(with_graphs(source)), Path.cwd(), None)
    if isinstance(source, str) and is_library_name(source):
        path = library_path(source)
        return _Opened(read(read_text(path, shown := f"library/{source}.yaml"), shown), LIBRARY, path)
    if isinstance(source, str) and not source.strip():
        raise ScenarioError("an empty name; name a scenario of the library or a file")
    if isinstance(source, str | Path):
        path = Path(source)
        return _Opened(read(read_text(path, str(source)), str(source)[:300]), path.parent.absolute(), path)
    raise ScenarioError(f"a scenario is a name, a file, a dict or a Scenario, not a {type(source).__name__}")
