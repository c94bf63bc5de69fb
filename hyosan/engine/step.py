"""One tick, as a story: orders take effect, people choose, move, meet; what came of it is settled and made known.

Each phase reads finished columns and writes its own; the order of people and of threads decides nothing. `engine/many.py` runs the
same phases in compiled code, `engine/cuda.py` runs the loops on a device.
"""

from __future__ import annotations

from typing import Any, Protocol

from hyosan.backend import rule
from hyosan.engine.beds import settle_beds
from hyosan.engine.course import SEEDED as SEEDED
from hyosan.engine.deeds import after_moves, before_moves, look_after
from hyosan.engine.exposure import carry_over, clear_fields, line_up, list_exposed
from hyosan.engine.gather import gather_arenas
from hyosan.engine.links import resolve_links
from hyosan.engine.moving import collect_awake, commit_moves, log_ways
from hyosan.engine.pressing import go_in, press_doors
from hyosan.engine.settle import settle_arenas, settle_due, settle_exposed
from hyosan.engine.sound import spread_sound
from hyosan.engine.state import C_ASKING, C_AWAKE, C_CARRIED, C_HOT, C_INFECTIOUS, C_NOISES, C_SOON, C_TRACKED, RING


class Device(Protocol):
    """Where the loops over people and places run: `engine/cpu.py`, `engine/cuda.py`."""

    def choose(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Everybody awake chooses."""

    def follow(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Infected people are looked for where their routine leads."""

    def exert(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Everybody infectious exposes."""

    def add_up(self, s: Any, g: Any, b: Any) -> None:
        """What is exerted makes fields of places."""

    def resolve(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """All arenas are resolved."""

    def expose(self, s: Any, g: Any, b: Any, tick: int) -> None:
        """Everybody exposed spends their reserve."""


def step(s: Any, g: Any, b: Any, tick: int, device: Device, level_head: Any) -> None:
    """Run one tick. Orders were taken before (`engine/response.py`), publishing comes after (`engine/publish.py`)."""
    if is_quiet(s, g, b, tick):
        return
    choose_actions(s, g, b, tick, device)
    move_people(s, g, b, tick)
    follow_infected(s, g, b, tick, device)
    meet(s, g, b, tick, device)
    progress(s, g, b, tick)
    settle(s, g, b, tick, level_head)


@rule
def is_quiet(s: Any, g: Any, b: Any, tick: int) -> bool:
    """Whether nobody acts, bites, exposes or changes in a tick: then it costs next to nothing."""
    busy = s.count[C_HOT] + s.count[C_INFECTIOUS] + s.count[C_CARRIED] + s.count[C_NOISES] + s.count[C_TRACKED] + s.count[C_ASKING]
    waiting = s.count[C_SOON] > 0 or s.wake_head[tick % RING] >= 0 or s.due_head[tick % RING] >= 0 or is_night(g, b, tick)
    return busy == 0 and not waiting


@rule
def is_night(g: Any, b: Any, tick: int) -> bool:
    """Whether it is the hour at which it is seen who is alone, in a city in which somebody cannot live so."""
    return len(g.needy) > 0 and tick % b.one[0].day_ticks == b.one[0].night_tick


def choose_actions(s: Any, g: Any, b: Any, tick: int, device: Device) -> None:
    """Everybody awake decides what to do, from what they see, hear and were told."""
    collect_awake(s, tick)
    if s.count[C_AWAKE]:
        device.choose(s, g, b, tick)


@rule
def move_people(s: Any, g: Any, b: Any, tick: int) -> None:
    """They do to each other what they chose, and go; doors that are pressed give way."""
    if s.count[C_AWAKE] > 0:
        before_moves(s, g, b, tick)
        commit_moves(s, g, b, tick)
        after_moves(s, g, b, tick)
    if b.one[0].has_ways:
        press_doors(s, g, b, tick)
        go_in(s, g, b, tick)


def follow_infected(s: Any, g: Any, b: Any, tick: int, device: Device) -> None:
    """The ways of infected people who follow their routine are logged."""
    if s.count[C_TRACKED] > 0:
        device.follow(s, g, b, tick)
        log_ways(s, g, b, tick)


def meet(s: Any, g: Any, b: Any, tick: int, device: Device) -> None:
    """Where both sides stand together they fight; whoever is near somebody infectious is exposed."""
    gather(s, g, b, tick)
    device.exert(s, g, b, tick)
    line_up(s, b, tick)
    device.add_up(s, g, b)
    find_exposed(s, g, b, tick)
    device.resolve(s, g, b, tick)
    device.expose(s, g, b, tick)


@rule
def gather(s: Any, g: Any, b: Any, tick: int) -> None:
    """List who fights whom, and what was exerted and still counts."""
    gather_arenas(s, g, b, tick)
    resolve_links(s, g, b, tick)
    carry_over(s, b, tick)


@rule
def find_exposed(s: Any, g: Any, b: Any, tick: int) -> None:
    """List who is exposed to it."""
    list_exposed(s, g, b, tick)


@rule
def progress(s: Any, g: Any, b: Any, tick: int) -> None:
    """What the meetings came to happens; the course of everybody else's infection goes on; nobody lives for whom nobody cares."""
    settle_arenas(s, g, b, tick)
    settle_exposed(s, g, b, tick)
    settle_due(s, g, b, tick)
    if len(b.care) > 0:
        settle_beds(s, g, b, tick)
    if is_night(g, b, tick):
        look_after(s, g, b, tick)


@rule
def settle(s: Any, g: Any, b: Any, tick: int, level_head: Any) -> None:
    """Fields are cleared, and the noise of it all wakes who hears it."""
    clear_fields(s, g)
    if b.one[0].has_ways:
        spread_sound(s, g, b, tick, level_head)
