"""A brief: one page of what an authority knew at a moment of a run, its means, its choices, and the orders that it knew of. Nothing else.

Made of that authority's knowledge alone (`brief_facts.py`): no byte of it changes when only what the authority cannot know changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyosan.errors import CommandError
from hyosan.policy_record import Given, of_manifest
from hyosan.replay import state_at
from hyosan.report.brief_facts import Teller
from hyosan.report.frame import page
from hyosan.results.run import Run
from hyosan.scenario.nearest import did_you_mean, listed, nearest

Row = dict[str, Any]


@dataclass(frozen=True)
class Brief:
    """A brief as plain data. In a notebook it shows its page."""

    told: Row

    def to_json(self) -> Row:
        """Everything that it says."""
        return dict(self.told)

    def html(self) -> str:
        """The page: one file, nothing else is needed. All text is escaped."""
        return page("report/brief.html", None, told=self.told)

    def _repr_html_(self) -> str:
        return self.html()


def brief(
    source: Run | Path | str, *, at: str, authority: str, policies: Given = None, files: Path | str | None = None, threads: int | None = None
) -> Brief:
    """What `authority` knew at a moment of a finished run, before the orders of that moment are decided.

    Main arguments: `source`, the run or its folder; `at`, the moment ("day 1 09:00", "36 h"): the last tick that begins then or before;
    `authority`, one of the scenario's.
    Other arguments: `policies` of a run that had some, needed where no checkpoint lies at that very tick; `files` and `threads` as of `hyosan.fork`.
    The time since the newest checkpoint before is run again in memory.

    Raises CommandError: no such moment or authority. PolicyError, RunFolderError, ScenarioError.
    """
    run = source if isinstance(source, Run) else Run.open(source)
    sim, stage = state_at(run, at, policies=policies, files=files, threads=threads, verb="brief")
    deciding = {name for names in of_manifest(run.manifest) for name in names}
    known = sorted({*sim.scenario.authorities, *(order.authority for order in sim.scenario.orders.values()), *deciding})
    if authority not in known:
        raise CommandError(f"--as: {authority!r} is no authority of this run; {_who_there_is(authority, known)}.")
    sim.authorities.advance(second := sim.tick * sim.tick_seconds)
    sim.hands.begin_tick(second)
    return Brief(Teller(sim, authority, authority in stage.policies).tell())


def _who_there_is(authority: str, known: list[str]) -> str:
    if not known:
        return "its scenario has no authorities and no orders"
    return f"{did_you_mean(authority, known)} There are: {listed(known)}" if nearest(authority, known) else f"there are: {listed(known)}"
