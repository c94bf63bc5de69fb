"""`hyosan pathogen`: what a pathogen does, on one card: states, durations, shares, routes, R0, generation time, and where it is from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from hyosan.distributions import draw_seconds
from hyosan.engine.compile_laws import make_law
from hyosan.reproduction import days, moments_of, reproduction
from hyosan.scenario.block import Block, Varies
from hyosan.scenario.pathogen import ByAge, ByHost
from hyosan.scenario.root import Scenario
from hyosan.units import DAY_SECONDS
from hyosan.world.build import build
from hyosan.world.frame import World

WIDTH = 120
"""Columns of the card where the output is no terminal."""
_WORDS = (round(0.025 * 2**62), round(0.975 * 2**62))
"""The random bits that draw the ends of the interval that holds 95 %."""


def card(scenario: Scenario) -> dict[str, Any]:
    """Everything the card says, as plain data: durations in days, rates per day, shares of one."""
    pathogen = scenario.pathogen
    world = build(scenario.city, scenario.base)
    routes = {name: route for name in ("contact", "air", "bite") if (route := getattr(pathogen.routes, name)) is not None}
    return {
        "name": scenario.name,
        "pathogen": pathogen.name,
        "status": scenario.status,
        "states": {
            name: {
                "label": state.label or name, "counts_as": state.counts_as, "does": state.does, "infectious": dict(state.infectious),
                "source": _source(state),
            }
            for name, state in pathogen.states.items()
        },
        "transitions": [
            {"from": one.origin, "to": one.to, "share": _share(one.share), "after": duration(one.after), "source": _source(one)}
            for one in pathogen.transitions
        ],
        "routes": {name: _route(name, route) for name, route in routes.items()},
        "dispersion": pathogen.dispersion,
        "hosts": {name: {"share": host.share, "susceptibility": host.susceptibility} for name, host in pathogen.hosts.items()},
        "strains": {
            name: {"transmission": one.transmission, "infected": one.infected or pathogen.infected, "immunity_from": dict(one.immunity_from),
                   "source": _source(one)}
            for name, one in pathogen.strains.items()
        },
        "vaccines": {
            name: {
                "works": one.works, "doses": [{"effect": d.effect, "delay_days": days(d.delay), "after_days": days(d.after)} for d in one.doses],
                "lasts": duration(one.lasts) if one.lasts is not None else None, "against": dict(one.against), "passes_on": one.passes_on,
                "source": _source(one),
            }
            for name, one in pathogen.vaccines.items()
        },
        "immunity": {name: {"share": immune.share, "ages": immune.ages, "source": _source(immune)} for name, immune in scenario.immunity.items()},
        "source": _own(pathogen),
        **_together(scenario, world),
    }  # fmt: skip


def duration(spread: float | Varies) -> dict[str, Any]:
    """A duration's law, mean and the interval that holds 95 % of it, in days."""
    low, high = _interval(spread)
    return {
        "law": spread.varies.kind if isinstance(spread, Varies) else "fixed",
        "mean_days": round(days(moments_of(spread)[0]), 4), "low_days": round(days(low), 4), "high_days": round(days(high), 4),
    }  # fmt: skip


def _interval(spread: float | Varies) -> tuple[float, float]:
    """The quantiles 2.5 % and 97.5 % of what a run draws from, in seconds."""
    law = make_law(spread)
    draw = getattr(draw_seconds, "py_func", draw_seconds)
    low, high = sorted(float(draw(law.kind, law.a, law.b, law.values, 0, word)) for word in _WORDS)
    return low, high


def _share(share: float | ByAge | ByHost) -> float | dict[str, Any]:
    if isinstance(share, ByAge):
        return {"by_age": dict(share.by_age), "otherwise": share.otherwise}
    if isinstance(share, ByHost):
        return {"by_host": dict(share.by_host), "otherwise": share.otherwise}
    return share


def _route(name: str, route: Any) -> dict[str, Any]:
    if name == "bite":
        fights = [{"fighter": one.fighter, "bites_per_day": one.bite * DAY_SECONDS, "kills_per_bite": one.kills_per_bite} for one in route.fights]
        return {"mixing": route.mixing, "fights": fights, "source": _source(route)}
    found = {"mixing": route.mixing, "per_day": {setting: rate * DAY_SECONDS for setting, rate in route.rates.items()}, "ages": dict(route.ages)}
    return {**found, "source": _source(route)}


def _together(scenario: Scenario, world: World) -> dict[str, Any]:
    found = reproduction(scenario, world)
    if found is None:
        return {"r0": None, "generation_days": None, "why": "it passes by bites or not at all: how many one infects depends on who fights back"}
    return {
        "r0": round(found.people, 3),
        "r_start": round(found.people * found.susceptible, 3),
        "exposures": round(found.exposures, 3),
        "by_setting": {name: round(value, 3) for name, value in found.by_setting.items()},
        "generation_days": round(days(found.generation_seconds), 2),
        "residents": world.people,
        "why": "people infected directly by one resident, each as likely, all others susceptible, durations at their means",
    }


def _own(block: Block) -> dict[str, str]:
    """Sources that a block itself gives, by field; `` is all of it."""
    return {"": block.source} if isinstance(block.source, str) else dict(block.source or {})


def _source(block: Block) -> dict[str, str]:
    """Sources of a block and of the blocks in it, by field."""
    own = _own(block)
    for name, value in block:
        if isinstance(value, Block):
            own |= {".".join(part for part in (name, field) if part): text for field, text in _source(value).items()}
    return own


def show(found: dict[str, Any]) -> None:
    """The card for a terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    sources: list[str] = []

    def cite(texts: dict[str, str]) -> str:
        marks = []
        for text in texts.values():
            if text not in sources:
                sources.append(text)
            marks.append(f"[{sources.index(text) + 1}]")
        return " ".join(dict.fromkeys(marks))

    gap = Text("")
    parts: list[Table | Text] = [_headline(found), _states(found, cite), gap, _transitions(found, cite), gap, _routes(found, cite), gap]
    if found["dispersion"] is not None:
        parts.append(Text(f"Infectiousness varies between people: gamma, shape k = {found['dispersion']:g} {cite(found['source'])}"))
    for name, one in found["strains"].items():
        kept = ", ".join(f"{_percent(value)} after {other}" for other, value in one["immunity_from"].items())
        protected = f"; protected from it: {kept}" if kept else ""
        parts.append(Text(f"Strain {name}: {one['transmission']:g} times as infectious{protected} {cite(one['source'])}"))
    for name, one in found["vaccines"].items():
        doses = ", ".join(f"{_percent(dose['effect'])} from {dose['delay_days']:g} days after dose {k}" for k, dose in enumerate(one["doses"], 1))
        lasts = f", for {one['lasts']['mean_days']:.3g} days" if one["lasts"] else ""
        parts.append(Text(f"Vaccine {name}, {one['works'].replace('_', ' ')}: {doses}{lasts} {cite(one['source'])}"))
    for name, immune in found["immunity"].items():
        ages = f" of those aged {immune['ages']}" if immune["ages"] else ""
        parts.append(Text(f"Immune from the start: {name}, {_percent(immune['share'])}{ages} {cite(immune['source'])}"))
    cited = Text("\n".join(f"[{number}] {text}" for number, text in enumerate(sources, 1)), style="dim")
    console.print(Panel(Group(*parts), title=Text(f"{found['pathogen']} ({found['name']}, {found['status']})"), width=min(console.width, 140)))
    if sources:
        console.print(cited)


def _headline(found: dict[str, Any]) -> Text:
    if found["r0"] is None:
        return Text(f"R0: none; {found['why']}.")
    where = ", ".join(f"{name} {value:.2f}" for name, value in found["by_setting"].items())
    start = f" With those who are immune at the start: {found['r_start']:.2f}." if found["r_start"] != found["r0"] else ""
    told = Text(f"R0 {found['r0']:.2f}, mean generation time {found['generation_days']:.1f} days.{start}\n", style="bold")
    told.append(f"R0: {found['why']} ({found['residents']:,} people). Exposures by setting: {where}.\n", style="not bold")
    return told


def _states(found: dict[str, Any], cite: Any) -> Table:
    rows = []
    for name, state in found["states"].items():
        label = name if state["label"] == name else f"{name}: {state['label']}"
        weights = ", ".join(f"{route} {weight:g}" for route, weight in state["infectious"].items())
        rows.append((label, state["counts_as"], state["does"], weights, cite(state["source"])))
    return _table(("state", "counts as", "does", "infectious", "source"), rows)


def _transitions(found: dict[str, Any], cite: Any) -> Table:
    rows = []
    for one in found["transitions"]:
        after = one["after"]
        spread = "" if after["law"] == "fixed" else f" ({after['low_days']:.3g} to {after['high_days']:.3g})"
        rows.append((one["from"], one["to"], say_share(one["share"]), f"{after['mean_days']:.3g}{spread}", after["law"], cite(one["source"])))
    return _table(("from", "to", "share", "after, days (95 %)", "law", "source"), rows)


def say_share(share: float | dict[str, Any]) -> str:
    """A share in words: `20 %`, or by age or host type."""
    if not isinstance(share, dict):
        return _percent(share)
    rows: dict[str, float] = share["by_age"] if "by_age" in share else share["by_host"]
    said = ", ".join(f"{key} {_percent(value)}" for key, value in rows.items())
    return f"{said}, otherwise {_percent(share['otherwise'])}" if share["otherwise"] else said


def _percent(value: float) -> str:
    return f"{100 * value:.4g} %"


def _routes(found: dict[str, Any], cite: Any) -> Table:
    rows = []
    for name, route in found["routes"].items():
        for number, (setting, rate) in enumerate(route.get("per_day", {}).items()):
            source = cite(route["source"]) if number == 0 else ""
            rows.append((name, route["mixing"], setting, f"{rate:.4g}", route["ages"].get(setting, "all alike"), source))
        for fight in route.get("fights", ()):
            said = f"{fight['bites_per_day']:.4g} bites, {fight['kills_per_bite']:g} kills per bite"
            rows.append((name, route["mixing"], f"against {fight['fighter']}", said, "", cite(route["source"])))
    return _table(("route", "mixing", "setting", "per day", "who meets whom", "source"), rows)


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
