"""The objectives of a run's scenario, each with its verdict, the number it hangs on, and where that number stands. From the run folder alone."""

from __future__ import annotations

from pydantic import TypeAdapter

from hyosan.report.counts import Curve, Row, clock, curves, written
from hyosan.report.evidence import Source
from hyosan.results.rows import MANIFEST, condition
from hyosan.results.run import Run
from hyosan.results.verdicts import MISSED, UNKNOWN, Verdict, judge
from hyosan.scenario.objectives import Objective, say_number
from hyosan.units import parse

_OBJECTIVES = TypeAdapter(dict[str, Objective])


def objectives_of(run: Run) -> dict[str, Objective]:
    """The objectives in force at the end of a run, by name, as its own scenario file says them."""
    return _OBJECTIVES.validate_python(written(run).get("objectives") or {})


def verdicts(run: Run) -> list[Row]:
    """A row for each objective, in the order of the scenario: name, wanted, verdict, value, when, off, told, and the rows that it `rests` on."""
    manifest, ending = run.manifest, run.ending
    wanted = objectives_of(run)
    allotted = (written(run).get("time") or {}).get("end")
    over = allotted is not None and manifest["end_second"] < parse(allotted, "duration")
    by_zone = {zone: curves(run, zone) for zone in dict.fromkeys(one.place for one in wanted.values() if not one.is_figure)}
    found = []
    for name, one in wanted.items():
        curve = by_zone.get(one.place, {}).get((one.seen, one.quantity), Curve.empty())
        judged = judge(one, curve.seconds, curve.values, ending, manifest["end_second"], manifest["start_clock_seconds"], over)
        found.append(_row(run, name, one, judged))
    return found


def _row(run: Run, name: str, one: Objective, judged: Verdict) -> Row:
    off = None if judged.value is None or judged.verdict != MISSED else round(abs(judged.value - one.bound), 6)
    return {
        "objective": name,
        "wanted": one.say(run.manifest["start_clock_seconds"]),
        "verdict": judged.verdict,
        "value": judged.value,
        "when": "at the end" if judged.second is None and judged.value is not None else "" if judged.second is None else clock(run, judged.second),
        "off": off,
        "told": _told(one, judged, off),
        "rests": _rests(run, one, judged),
    }


def _told(one: Objective, judged: Verdict, off: float | None) -> str:
    """`missed by 12: it was 52`."""
    was = "" if judged.value is None else f"it was {say_number(judged.value)}"
    if judged.verdict == UNKNOWN:
        return f"{judged.verdict}: {judged.why}" + (f"; {was} then" if was else "")
    by = "" if off is None else f" by {say_number(off)}"
    return f"{judged.verdict}{by}: {was}" + (f" ({judged.why})" if judged.why else "")


def _rests(run: Run, one: Objective, judged: Verdict) -> Source:
    """The rows that the number was read from."""
    if one.is_figure:
        return Source(MANIFEST, ("ending" if one.quantity != "days" else "end_second",))
    at = (f"second={judged.second}",) if judged.second is not None else ()
    where = (condition("zone", one.place), condition("view", one.seen), condition("quantity", one.quantity), *at)
    return Source("series", where, ("second", "value"))
