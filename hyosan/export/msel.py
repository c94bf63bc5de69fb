"""What was injected and ordered in a run as a master scenario events list (MSEL), which `--orders` reads back to the same history.

Injects that the run carried out, and orders with all of their settings at the moments of their decisions. A message that passes an order on
shares its row. Of a fork, orders are written as they stood at its end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from hyosan.errors import ScenarioError
from hyosan.export.given import Export, Given, Product
from hyosan.results.run import SCENARIO_NAME, Run
from hyosan.scenario.load import load
from hyosan.scenario.msel import action_of_order, clock
from hyosan.scenario.msel_file import as_csv
from hyosan.scenario.root import Scenario
from hyosan.tables import Column

COLUMNS = (
    Column("seq", pa.string(), "", "number in order of time"),
    Column("time", pa.string(), "", "when it was carried out or decided: `day 2 14:10` by the clock of the run"),
    Column("from", pa.string(), "", "in whose name it came; of an order, the authority that gave it"),
    Column("to", pa.string(), "", "to whom it went"),
    Column("means", pa.string(), "", "by what means; of an order, the means it used, as JSON"),
    Column("text", pa.string(), "", "what the players were told; of an order, its name if nothing else was told"),
    Column("action", pa.string(), "", "what the program does: `inject: ...` or `order: ...`; empty = a message"),
    Column("expected", pa.string(), "", "what the players were expected to do"),
)
"""Columns of the file, in order; any that a list read in had besides follow."""
Cells = dict[str, str]
Event = tuple[tuple[int, int, int], Cells]


def msel(given: Given) -> Iterator[Product]:
    """The file `msel.csv`."""
    run = given.run
    orders, scenario = run.orders.to_pylist(), _scenario(run)
    injects = run.injects.to_pylist()
    passed_on = {order: row for row in injects if (order := _passed_on(row, scenario)) is not None}
    events = [_order_event(run, row, scenario, passed_on.get(row["order"])) for row in orders]
    told = {row["order"] for row in orders}
    events += [_inject_event(run, row) for row in injects if _passed_on(row, scenario) not in told]
    rows = [{"seq": str(number)} | cells for number, (_, cells) in enumerate(sorted(events, key=lambda event: event[0]), 1)]
    extra = [Column(name, pa.string(), "", "kept from the list that was read in") for row in injects for name in _notes(row)]
    fields = [pa.field(one.name, one.type, metadata={"unit": one.unit, "meaning": one.meaning}) for one in dict.fromkeys((*COLUMNS, *extra))]
    yield Product("msel.csv", as_csv(rows).encode(), pa.schema(fields))


MSEL = Export("msel", "what was injected and ordered, as a list of events that `--orders` reads back (MSEL, CSV)", ("msel.csv",), msel)


def _scenario(run: Run) -> Scenario | None:
    """The scenario that the run keeps; None = it keeps none that can be read."""
    with TemporaryDirectory() as folder:
        path = Path(folder, SCENARIO_NAME)
        for name in (SCENARIO_NAME, *run.manifest.get("data", {}).values()):
            Path(folder, name).write_text(run.text(name), encoding="utf-8")
        try:
            return load(path)
        except ScenarioError:
            return None


def _passed_on(row: Any, scenario: Scenario | None) -> str | None:
    """The order that a message passes on."""
    inject = scenario.injects.get(row["inject"]) if scenario is not None else None
    return getattr(inject, "order", None) if row["kind"] == "message" else None


def _inject_event(run: Run, row: Any) -> Event:
    cells = {name: row[name] for name in ("from", "to", "means", "text", "action", "expected")}
    return (row["second"], 0, row["number"]), {"time": _clock(run, row["second"])} | cells | _notes(row)


def _order_event(run: Run, row: Any, scenario: Scenario | None, message: Any) -> Event:
    name, number = row["order"], row["number"]
    order = scenario.orders.get(name) if scenario is not None else None
    action = action_of_order(name, order, number) if order is not None else f"order: {name}" + (f" number={number}" if number > 1 else "")
    cells = {"from": row["authority"], "to": "", "means": row["used"] if row["used"] != "{}" else "", "text": name, "action": action, "expected": ""}
    if message is not None and number == 1:
        cells |= {column: message[column] for column in ("from", "to", "text", "expected")} | _notes(message)
    return (row["second_decided"], 1, number), {"time": _clock(run, row["second_decided"])} | cells


def _notes(row: Any) -> Cells:
    return {str(name): str(text) for name, text in json.loads(row["notes"] or "{}").items()}


def _clock(run: Run, second: int) -> str:
    return clock(second, float(run.manifest["start_clock_seconds"]))
