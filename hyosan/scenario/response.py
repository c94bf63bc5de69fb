"""Orders as data: `when ... do ... delay ... until`, each with a unique name, an authority and what the measure needs.

`when`, `until` and `repeat.as_long_as` are conditions (`scenario/condition.py`) on what the authorities *know*, not on the truth.
A new measure: its model (`response_civil.py`, `response_medical.py`, `response_force.py`), its action in the engine's module of the same
name, its sentence in `cli/checking.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hyosan.scenario.response_civil import (
    Alert,
    Barricade,
    CallOff,
    Close,
    Cordon,
    Curfew,
    Evacuate,
    LimitTravel,
    MartialLaw,
    Quarantine,
    Rescue,
    Research,
    Supply,
)
from hyosan.scenario.response_force import FORCE, Lure, Seize, Strike, Sweep
from hyosan.scenario.response_medical import Campaign, Isolate, ReduceContacts, Surge, Test, Trace, Treat

Civil = Alert | MartialLaw | Curfew | Cordon | Rescue | CallOff | Evacuate | Barricade | Quarantine | Supply | Research | LimitTravel | Close
Medical = Isolate | Trace | Test | ReduceContacts | Campaign | Treat | Surge
AnyOrder = Annotated[Civil | Medical | Lure | Strike | Sweep | Seize, Field(discriminator="do")]
MEDICAL = ("isolate", "trace", "test", "reduce_contacts", "vaccinate", "treat", "surge")
"""Measures that concern single people's health."""
CIVIL = (
    "alert", "martial_law", "curfew", "cordon", "rescue", "call_off", "evacuate", "barricade", "quarantine", "supply", "research",
    "limit_travel", "close",
)  # fmt: skip
"""Measures that concern the city."""
MEASURES = (*CIVIL, *FORCE, *MEDICAL)
"""Names of the measures that exist."""
STANDING = (*MEDICAL, "supply", "research", "limit_travel")
"""Measures that stand as long as there is need, and do not keep a run going that would otherwise be over."""
