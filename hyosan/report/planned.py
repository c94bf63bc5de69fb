"""What the scenario had planned: each order with its authority, its condition, its delay and where its numbers come from, as its own file says."""

from __future__ import annotations

from hyosan.report.counts import Row, say, written
from hyosan.results.run import Run


def planned(run: Run) -> list[Row]:
    """Rows (order, measure, authority, when, delay, until, source) of the orders of the scenario in force at the end, in its order."""
    orders = written(run).get("orders") or {}
    return [
        {
            "order": name, "measure": say(str(order.get("do", ""))), "authority": str(order.get("authority", "")), "when": str(order.get("when", "")),
            "delay": str(order.get("delay", "")), "until": str(order.get("until") or ""), "source": str(order.get("source") or ""),
        }
        for name, order in orders.items()
        if isinstance(order, dict)
    ]  # fmt: skip
