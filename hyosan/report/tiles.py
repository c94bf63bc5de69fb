"""The six numbers that say most about a run, each with the rows that it rests on."""

from __future__ import annotations

from typing import NamedTuple

from hyosan.report.counts import Facts, clock, gather
from hyosan.report.evidence import INFECTIONS, Source, figures
from hyosan.report.explain import ORDERS_GIVEN, count, of_chains, of_peak, peak_curve
from hyosan.report.frame import share
from hyosan.results.run import Run
from hyosan.units import DAY_SECONDS, say_duration

MAX_TILES = 6


class Tile(NamedTuple):
    """One big number: what it is, the number, and a word on it."""

    label: str
    value: str
    note: str
    rests: tuple[Source, ...]
    figure: str = ""
    """The figure of a study that is the same number; "" = none."""


def tiles(run: Run | Facts) -> list[Tile]:
    """The six numbers that say most about a run. Takes a run, or what was gathered of one."""
    facts = run if isinstance(run, Facts) else gather(run)
    ending, found, given = facts.ending, facts.spread, len(facts.decisions)
    peak, second, _ = peak_curve(facts)
    lasted = found.last_second - found.first_second
    fought = ending.strikes or ending.turned_at_large or ending.martial_law_days or ending.killed_in_strikes.total
    first_to_last = (Source("events", (INFECTIONS,), ("second",)),)
    candidates = [
        (True, Tile("came out alive", f"{ending.alive.total:,}", f"{share(ending.alive.total, ending.residents)} of {ending.residents:,}",
                    figures("residents", "alive"), "alive")),
        (True, Tile("ever infected", f"{ending.ever_infected:,}", f"{share(ending.ever_infected, ending.residents)} of all",
                    figures("residents", "ever_infected"), "ever_infected")),
        (ending.strikes, Tile("killed in strikes", f"{ending.killed_in_strikes.total:,}",
                              f"{ending.killed_in_strikes.not_infected:,} of them not infected", figures("killed_in_strikes"), "killed_in_strikes")),
        (True, Tile("died otherwise" if ending.strikes else "died", f"{ending.killed_otherwise:,}",
                    share(ending.killed_otherwise, ending.residents) + " of all", figures("residents", "killed_otherwise"), "killed_otherwise")),
        (fought, Tile("turned, at large", f"{ending.turned_at_large:,}", f"{ending.missing:,} missing, {ending.held_infected:,} held",
                      figures("turned_at_large", "missing", "held_infected"), "turned_at_large")),
        (ending.martial_law_days > 0, Tile("days of martial law", f"{ending.martial_law_days:,.0f}", f"{count(given, 'order')} in all",
                                           (*figures("martial_law_days"), ORDERS_GIVEN), "martial_law_days")),
        (peak > 0, Tile("ill at one time, at most", f"{peak:,}", clock(facts.run, second), of_peak(facts))),
        (lasted > 0, Tile("first to last infection", say_duration(_rounded(lasted)), f"{count(found.infections, 'infection')}", first_to_last)),
        (found.generations > 0, Tile("longest chain", f"{found.generations:,}", "infections after its start", of_chains(facts))),
        (True, Tile("orders given", f"{given:,}", "see the decisions", (ORDERS_GIVEN,))),
    ]  # fmt: skip
    return [tile for relevant, tile in candidates if relevant][:MAX_TILES]


def _rounded(seconds: int) -> int:
    """Long durations to the day, shorter ones to the minute: nobody wants the seconds of a month."""
    unit = DAY_SECONDS if seconds > 3 * DAY_SECONDS else 60
    return max(unit, round(seconds / unit) * unit)
