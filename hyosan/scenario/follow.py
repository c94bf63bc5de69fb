"""A scenario that goes on where a run ended: the city and the clock are those of the run, everything else is the scenario's own from then on.

Asked at the door, before anything is computed. `running/follow.py` hands over the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hyosan.errors import HyosanError, ScenarioError
from hyosan.scenario.midrun import FREE_OF_DECIDED
from hyosan.scenario.root import Scenario
from hyosan.units import Moment, say_clock, say_duration

PAST = ("immunity", "importations", "line_list")
"""What says how an outbreak began: it cannot be said anew in the middle of one."""
DATED = ("seeds", "vaccination", "noises", "fires", "injects")
"""What comes at moments."""


def following(old: Scenario, new: Scenario, second: int, until: str | None = None) -> Scenario:
    """`new` as it goes on from the end of a run under `old`, at `second`: in its city, by its clock; `until` ends it early.

    Durations (`at: 3 h`, `time.end`) count from there, moments by the clock (`day 160 08:00`) by the clock of the run. What both scenarios say of a
    moment that is past has happened and is left out.
    Raises ScenarioError: another tick, a moment before the end of the run, or what only the start of an outbreak can say; each with its path.
    """
    start = Moment(old.time.start).seconds
    wrong = []
    if new.time.tick != old.time.tick:
        ticks = f"{say_duration(new.time.tick)}, the run's is {say_duration(old.time.tick)}"
        wrong.append(f"time.tick: is {ticks}; a run goes on in its own ticks")
    for name in PAST:
        if getattr(new, name) and getattr(new, name) != getattr(old, name):
            wrong.append(f"{name}: says how an outbreak begins, and this one goes on from a run; leave it out")
    changed: dict[str, Any] = {name: type(getattr(new, name))() if name != "line_list" else None for name in PAST}
    for part in DATED:
        changed[part] = _dated(part, getattr(old, part), getattr(new, part), second, start, wrong)
    end = second + new.time.end
    if until is not None:
        end = min(end, _until(until, second, start, wrong))
    changed["time"] = old.time.model_copy(update={"end": float(end), "stop_when_over": new.time.stop_when_over})
    changed["city"] = old.city
    changed["orders"] = {name: one.model_copy(update={"repeat": None}) if _is_off(one) else one for name, one in new.orders.items()}
    if wrong:
        raise ScenarioError("\n".join(wrong))
    return new.model_copy(update=changed).with_base(old.base)


def _dated(part: str, old: Mapping[str, Any], new: Mapping[str, Any], second: int, start: float, wrong: list[str]) -> dict[str, Any]:
    """What is still to come of a part, its durations counted on."""
    found = {}
    for name, one in new.items():
        if getattr(one, "ago", None) is not None:
            if old.get(name) != one:
                wrong.append(f"{part}.{name}.ago: lies before this scenario begins, which goes on from a run; give `at`")
            continue
        moment = Moment(one.at)
        if old.get(name) == one:
            if moment.second(start) >= second:
                found[name] = one
        elif not moment.by_clock:
            found[name] = one.model_copy(update={"at": f"{round(moment.seconds) + second} s"})
        elif moment.second(start) < second:
            wrong.append(
                f"{part}.{name}.at: {one.at!r} is before the run ended, on {say_clock(second, start)}; give a later moment, or how long after it"
            )
        else:
            found[name] = one
    return found


def _until(until: str, second: int, start: float, wrong: list[str]) -> int:
    try:
        moment = Moment(until)
    except HyosanError as error:
        wrong.append(f"--until: {error}")
        return second + 1
    end = moment.second(start) if moment.by_clock else second + round(moment.seconds)
    if end <= second:
        wrong.append(f"--until: {until!r} is not after the end of the run that it goes on from ({say_clock(second, start)})")
    return end


def _is_off(order: Any) -> bool:
    """Whether an order is never given, and so not again either."""
    return bool(order.when.strip() == "never" and order.repeat is not None)


def goes_on(old: Any, new: Any) -> bool:
    """Whether an order of the scenario before is the same order in the one after: what may change of it is when it is given, ends and repeats."""
    if type(old) is not type(new):
        return False
    fields = [name for name in type(new).model_fields if name not in (*FREE_OF_DECIDED, "when")]
    return all(getattr(old, name) == getattr(new, name) for name in fields)
