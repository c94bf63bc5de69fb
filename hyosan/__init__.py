"""hyosan simulates an outbreak person by person in a city made of places, and the response to it, and explains how it ended.

import hyosan
run = hyosan.run("hyosan", seed=7)
print(run.ending)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hyosan import export
    from hyosan.counterfactual.answer import WhatIf
    from hyosan.counterfactual.ask import whatif
    from hyosan.errors import HyosanError
    from hyosan.fitting.fit import Fit, fit
    from hyosan.forking import Rerun, fork, rerun
    from hyosan.policy import EndOrder, GiveOrder, Policy
    from hyosan.report.brief import Brief, brief
    from hyosan.report.story import Story, story
    from hyosan.results.run import Run
    from hyosan.running.clock import Progress
    from hyosan.scenario.load import load
    from hyosan.scenario.root import Scenario
    from hyosan.simulate import replicate, run
    from hyosan.studies.study import Study, study

__all__ = [
    "Brief", "EndOrder", "Fit", "GiveOrder", "HyosanError", "Policy", "Progress", "Rerun", "Run", "Scenario", "Story", "Study",
    "WhatIf",
    "brief", "export", "fit", "fork", "load", "replicate", "rerun", "run", "story", "study", "whatif",
]  # fmt: skip
__version__ = "0.1.0"

_WHERE = {
    "HyosanError": "hyosan.errors", "Progress": "hyosan.running.clock", "Run": "hyosan.results.run", "Scenario": "hyosan.scenario.root",
    "Study": "hyosan.studies.study", "study": "hyosan.studies.study", "Rerun": "hyosan.forking", "fork": "hyosan.forking", "rerun": "hyosan.forking",
    "EndOrder": "hyosan.policy", "GiveOrder": "hyosan.policy", "Policy": "hyosan.policy",
    "Fit": "hyosan.fitting.fit", "fit": "hyosan.fitting.fit",
    "WhatIf": "hyosan.counterfactual.answer", "whatif": "hyosan.counterfactual.ask",
    "Story": "hyosan.report.story", "story": "hyosan.report.story",
    "Brief": "hyosan.report.brief", "brief": "hyosan.report.brief",
    "load": "hyosan.scenario.load", "replicate": "hyosan.simulate", "run": "hyosan.simulate",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import public names when they are first used: `hyosan --help` and `check` need no compiler."""
    from importlib import import_module

    if name == "export":  # a room of its own: hyosan.export.write
        return import_module("hyosan.export")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'hyosan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
