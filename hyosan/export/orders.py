"""The orders of a run as a table: one row per order, in order of decision, with what was known then. It has the columns of a list of events
(MSEL); the one that can be read back, with injects, is `export/msel.py`.

What a run cannot know is empty: to whom an order is said to go, and what whoever plays it is expected to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from hyosan.export.given import Export, Given, Product
from hyosan.results.epidemiology.columns import SINCE
from hyosan.tables import Column

COLUMNS = (
    Column("seq", pa.int64(), "", "number in order of decision"),
    Column("time", pa.int64(), SINCE, "when it was decided"),
    Column("from", pa.string(), "", "authority that gave it"),
    Column("to", pa.string(), "", "always null: to fill in"),
    Column("means", pa.string(), "", "means used, as JSON"),
    Column("text", pa.string(), "", "name of the order, and how many times it had been given"),
    Column("action", pa.string(), "", "measure"),
    Column("expected", pa.string(), "", "always null: to fill in"),
    Column("time_effective", pa.int64(), SINCE, "when it took effect; null = never"),
    Column("time_ended", pa.int64(), SINCE, "when it ended; null = in force at the end"),
    Column("ended_because", pa.string(), "", "why it ended"),
    Column("reached", pa.int64(), "people", "people (or for barricades ways) it touched"),
    Column("known", pa.string(), "", "what the authorities knew when it was decided, as JSON"),
)
"""Columns of the table, in order."""


def orders(given: Given) -> Iterator[Product]:
    """The table `orders`."""
    rows = sorted(given.run.orders.to_pylist(), key=lambda row: (row["second_decided"], row["order"], row["number"]))
    values = [_row(number, row) for number, row in enumerate(rows, 1)]
    fields = [pa.field(one.name, one.type, metadata={"unit": one.unit, "meaning": one.meaning}) for one in COLUMNS]
    yield Product("orders", pa.Table.from_pylist(values, schema=pa.schema(fields)))


ORDERS = Export("orders", "every order with what was known then, in the columns of a list of events (MSEL)", ("orders",), orders)


def _row(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "seq": number,
        "time": row["second_decided"],
        "from": row["authority"],
        "to": None,
        "means": row["used"],
        "text": row["order"] if row["number"] <= 1 else f"{row['order']} ({row['number']})",
        "action": row["measure"],
        "expected": None,
        "time_effective": row["second_effective"] if row["second_effective"] >= 0 else None,
        "time_ended": row["second_ended"] if row["second_ended"] >= 0 else None,
        "ended_because": row["ended_because"] or None,
        "reached": row["reached"],
        "known": row["knowledge"],
    }
