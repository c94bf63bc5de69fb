"""What may change while a run is under way: what is decided from a moment on. The world, and what has happened by then, may not.

`changed` compares a scenario with the one it is to give way to, refuses what reaches into the past, and says what to do with orders
that were decided before. It is asked at the door, before anything is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from hyosan.errors import HyosanError, ScenarioError
from hyosan.scenario.dump import plain
from hyosan.scenario.root import Scenario
from hyosan.units import Moment, say_clock

FREE = ("orders", "injects", "noises", "fires", "objectives", "claims", "checkpoints", "title", "about")
"""Parts of a scenario that may change; `time` may in `END`."""
END = ("end", "stop_when_over")
FREE_OF_DECIDED = ("until", "repeat", "delay", "source")
"""What may change of an order that was decided before: when it ends, whether it is given again, and how late."""
_WHY = {
    "city": "the city stands as it is",
    "pathogen": "the pathogen is as it is",
    "seeds": "who is infected by the scenario is no decision",
    "behaviour": "how people behave is no decision; an alert or martial law is",
    "vaccination": "vaccination by the scenario is planned at the start",
    "time": "only `time.end` and `time.stop_when_over` can change",
}


class Standing(NamedTuple):
    """How the last giving of an order stood at a moment, in seconds; -1 = not yet."""

    decided: int
    effective: int
    ended: int


def changed(old: Scenario, new: Scenario, second: int, standing: Mapping[str, Standing]) -> Scenario:
    """`new` as it follows `old` from `second` on; `standing` are the orders decided before then.

    Raises ScenarioError: a change of what cannot change in mid-run or has happened already; each told with its path.
    """
    start = Moment(old.time.start).seconds
    wrong = [*_fixed(old, new), *_end(new, second, start), *_noises(old, new, second, start), *_injects(old, new, second, start)]
    orders = dict(new.orders)
    for name, stood in standing.items():
        if name not in new.orders:
            wrong.append(f"orders.{name}: was decided on {say_clock(stood.decided, start)} and cannot be removed; write `null` to end it")
        elif old.orders[name] != new.orders[name]:
            wrong += _order(name, old.orders[name], new.orders[name], stood, second, start, orders)
    if wrong:
        raise ScenarioError("\n".join(wrong))
    return new.model_copy(update={"orders": orders}).with_base(new.base)


def _fixed(old: Scenario, new: Scenario) -> list[str]:
    one, other = plain(old), plain(new)
    for parts in (one, other):
        for name in FREE:
            parts.pop(name, None)
        for name in END:
            parts["time"].pop(name, None)
    return [
        f"{path}: cannot change in mid-run: {_WHY.get(path.split('.')[0], 'it is part of what the run started from')}. "
        "Allowed are orders, injects, noises, fires, objectives and the end of the run; for anything else run the scenario anew."
        for path in _differing(one, other)
    ]


def _differing(one: Any, other: Any, path: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        names = [*one, *(name for name in other if name not in one)]
        return [found for name in names for found in _differing(one.get(name), other.get(name), f"{path}.{name}" if path else str(name))]
    return [] if one == other else [path]


def _end(new: Scenario, second: int, start: float) -> list[str]:
    if new.time.end > second:
        return []
    return [
        f"time.end: the run would end on {say_clock(new.time.end, start)}, not after the fork ({say_clock(second, start)}); "
        "give a later end with `--until`"
    ]


def _noises(old: Scenario, new: Scenario, second: int, start: float) -> list[str]:
    wrong = []
    for block, does, done, what in (("noises", "sounds", "sounded", "noise"), ("fires", "burns", "burnt", "fire")):
        earlier, later = getattr(old, block), getattr(new, block)
        for name in sorted({*earlier, *later}):
            pair = (earlier.get(name), later.get(name))
            begun = [at for one in pair if one is not None and (at := Moment(one.at).second(start)) < second]
            if pair[0] != pair[1] and begun:
                said = f"{does} on {say_clock(max(0, begun[0]), start)}, before the fork ({say_clock(second, start)})"
                wrong.append(f"{block}.{name}: {said}; what has {done} cannot change. Add a {what} under another name, from the fork on.")
    return wrong


def _injects(old: Scenario, new: Scenario, second: int, start: float) -> list[str]:
    wrong = []
    for name in sorted({*old.injects, *new.injects}):
        before, after = old.injects.get(name), new.injects.get(name)
        early = [at for one in (before, after) if one is not None and (at := Moment(one.at).second(start)) < second]
        if before != after and early:
            wrong.append(
                f"injects.{name}: comes on {say_clock(early[0], start)}, before the fork ({say_clock(second, start)}); "
                "what was injected cannot change. Add an inject under another name, from the fork on."
            )
    return wrong


def _order(name: str, old: Any, new: Any, stood: Standing, second: int, start: float, orders: dict[str, Any]) -> list[str]:
    """What is wrong with changing an order that was decided; `orders` gets what comes of ending it."""
    decided = say_clock(stood.decided, start)
    off = new.when.strip() == "never" and old.when.strip() != "never"
    fields = [field for field in type(new).model_fields if field not in FREE_OF_DECIDED and (field != "when" or not off)]
    if type(old) is not type(new) or (differing := [field for field in fields if getattr(old, field) != getattr(new, field)]):
        told = "do" if type(old) is not type(new) else differing[0]
        return [
            f"orders.{name}.{told}: this order was decided on {decided}, before the fork ({say_clock(second, start)}); of it only "
            "`until`, `repeat` and `delay` can change, or all of it be ended (`null`). Give an order of another name for the rest."
        ]
    if stood.ended >= 0 and (off or (new.repeat is None and (old.until, old.delay) != (new.until, new.delay))):
        return [
            f"orders.{name}: it had ended by {say_clock(stood.ended, start)}, before the fork; there is nothing left to change. Give a new order."
        ]
    if off and stood.effective >= 0:  # in force: it ends at once
        orders[name] = new.model_copy(update={"when": old.when, "until": "always", "repeat": None})
    elif not off and old.delay != new.delay and stood.effective < 0:
        at = stood.decided + round(new.delay)
        if at < second:
            return [
                f"orders.{name}.delay: decided on {decided}, it would have taken effect on {say_clock(at, start)}, "
                f"before the fork ({say_clock(second, start)}); a longer delay is needed, or an earlier fork"
            ]
    elif old.delay != new.delay and new.repeat is None:
        return [f"orders.{name}.delay: it took effect on {say_clock(stood.effective, start)}, before the fork; its delay is past"]
    return []


def ending_at(scenario: Scenario, until: str, *, limit: bool = True) -> Scenario:
    """The scenario, ending at a moment; `limit`: at the latest when it ended before."""
    try:
        clock = Moment(scenario.time.start).seconds
        second = Moment(until).second(round(clock))
    except HyosanError as error:
        raise ScenarioError(f"--until: {error}") from error
    if second <= 0:
        raise ScenarioError(f"--until: {until!r} is not after the start of the run ({scenario.time.start})")
    time_ = scenario.time.model_copy(update={"end": float(min(second, scenario.time.end) if limit else second)})
    return scenario.model_copy(update={"time": time_}).with_base(scenario.base)
