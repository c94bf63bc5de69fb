"""`Clock` runs the ticks of a course and tells how far it is; compiling is timed apart."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from hyosan.backend import compile_clock, compiled_seconds
from hyosan.running.stages import Staged
from hyosan.units import DAY_SECONDS


class Progress(NamedTuple):
    """How far a run is, handed to the `progress` function about five times a second."""

    second: int
    end_second: int
    infected: int
    done_share: float
    elapsed_seconds: float
    person_days_per_second: float


def _nothing() -> None:
    """After a tick of a course that keeps no checkpoints."""


class Clock:
    """Runs the ticks of a course; `progress` is told about five times a second."""

    def __init__(self, staged: Staged, progress: Callable[[Progress], None] | None = None) -> None:
        self.staged, self.progress = staged, progress
        self.first_tick = staged.sim.tick
        self.elapsed = 0.0
        self.compiling = 0.0

    def run(self, each_tick: bool = False, keep: Callable[[], None] = _nothing) -> None:
        """Run to the end. `each_tick` tests all invariants after each tick, `keep` is called after each."""
        staged, begun, told = self.staged, time.perf_counter(), 0.0
        with compile_clock() as compiling:
            while staged.advance():
                if each_tick:
                    staged.sim.check()
                keep()
                now = time.perf_counter()
                if self.progress and now - told > 0.2:
                    told = now
                    self.progress(self._state(now - begun - compiled_seconds(compiling)))
            self.compiling = compiled_seconds(compiling)
            self.elapsed = time.perf_counter() - begun - self.compiling
            staged.sim.finish()
        if self.progress:
            self.progress(self._state(self.elapsed))

    def timings(self) -> dict[str, Any]:
        """How long it took, for a manifest."""
        return {"elapsed_seconds": round(self.elapsed, 3), "person_days": round(self._person_days()), "compile_seconds": round(self.compiling, 3)}

    def _person_days(self) -> float:
        sim = self.staged.sim
        return (sim.tick - self.first_tick) * sim.tick_seconds * sim.world.people / DAY_SECONDS

    def _state(self, elapsed: float) -> Progress:
        sim, last = self.staged.sim, self.staged.last_tick
        done = sim.tick / max(1, last) if not sim.why else 1.0
        speed = self._person_days() / max(elapsed, 1e-9)
        return Progress(sim.tick * sim.tick_seconds, last * sim.tick_seconds, sim.infected, done, elapsed, speed)
