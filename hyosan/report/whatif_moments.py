"""The chance of an ending as it stood at each moment, in sentences, a picture and a table: where luck turned it, and what orders were worth."""

from __future__ import annotations

import shlex
from typing import Any, Final

from hyosan.counterfactual.chances import Chance, Chances, Worth
from hyosan.report.counts import Facts, Row
from hyosan.report.figures import chance_curve
from hyosan.report.whatif_orders import named_order, words_of_ending
from hyosan.units import say_clock

MOST: Final = 3
"""Orders that the first page names; the table has all of them."""


def told(data: Any, facts: Facts) -> Row:
    """Sentences, rows of the path and of the orders, the picture. Raises ValueError: the data are not those of such an answer."""
    found = Chances.from_json(data)
    manifest, clock = facts.run.manifest, facts.run.manifest["start_clock_seconds"]
    ending = words_of_ending(found.ending)
    measures = {row["order"]: row["measure"] for row in facts.decisions}
    for one in found.orders:
        if one.order not in measures:
            raise ValueError(f"{one.order[:60]!r} is no order that was given in this run")
    names = {one.order: named_order(one.order, measures[one.order]) for one in found.orders}
    folder = facts.run.path.name if facts.run.path else "RUN"
    again = f"hyosan whatif {shlex.quote(folder)} {found.asked()}"
    path = [{"second": one.second, "when": say_clock(one.second, clock), "chance": one.share, "error": 2 * one.error} for one in found.path]
    return {
        "sentences": [{"text": text, "command": again} for text in _sentences(found, ending, names, clock)],
        "ending": ending,
        "held": found.held,
        "worlds": found.path[0].worlds,
        "path": path,
        "orders": [_row(one, names[one.order], clock) for one in found.orders],
        "command": again,
        "picture": {
            "title": "How likely the ending was",
            "caption": f"Chance of {ending}, as things stood at each moment: {found.path[0].worlds:,} worlds go on from it with other luck. The band "
            "is two standard errors; numbered lines are orders taking effect.",
            "spec": chance_curve(path, int(found.held), facts.decisions, clock, int(manifest["end_second"]), found.path[0].second),
        },
    }  # fmt: skip


def _sentences(found: Chances, ending: str, names: dict[str, str], clock: float) -> list[str]:
    first, turning = found.path[0], found.turning()
    came = f"it {'came' if found.held else 'did not come'} about"
    start = "At the start" if first.second == 0 else f"On {say_clock(first.second, clock)}"
    texts = [f"{start} the chance of {ending} was {_percent(first)}; {came}."]
    if turning is not None:
        one, two = turning
        until = "the end" if two.worlds == 1 else say_clock(two.second, clock)
        texts.append(
            f"Luck moved that chance most between {say_clock(one.second, clock)} and {until}: from {_percent(one)} to "
            f"{_percent(two) if two.worlds > 1 else ('certainty' if found.held else 'nothing')}."
        )
    certain = found.certain()
    for worth in certain[:MOST]:
        made = "likelier" if worth.swing > 0 else "less likely"
        texts.append(
            f"When the order {names[worth.order]} was decided, on {say_clock(worth.second, clock)}, it made {ending} {made}: {_percent(worth.given)} "
            f"with it, {_percent(worth.not_given)} without it."
        )
    if found.orders and not certain:
        texts.append("No order moved the chance by more than its error when it was decided.")
    return texts


def _percent(one: Chance) -> str:
    """`62 %`; of none or all of the worlds a bound, since more worlds might tell otherwise."""
    if one.held == 0:
        return f"below {300 / one.worlds:.0f} %" if one.worlds > 3 else "0 %"
    if one.held == one.worlds:
        return f"above {100 - 300 / one.worlds:.0f} %" if one.worlds > 3 else "100 %"
    return f"{100 * one.share:.0f} %"


def _row(one: Worth, name: str, clock: float) -> Row:
    return {
        "order": one.order, "named": name, "when": say_clock(one.second, clock), "with": one.given.share, "without": one.not_given.share,
        "swing": one.swing, "error": 2 * one.error, "certain": one.is_certain,
    }  # fmt: skip
