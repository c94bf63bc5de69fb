"""The response of the flagship over many seeds: `python tests/verification/flagship_response.py --seeds 1-50 --out FILE`.

One row of JSON per seed, appended as it is done, so that it goes on where it was cut off; then a table of what is asked of the response: authorities
know less than is true, reports come late, calls for rescue wait, the estimate of the incubation period that is made inside the run covers the truth
and narrows, and the quarantine is still in force when martial law ends. Nothing is tuned here; what does not hold is printed as such.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

import hyosan

DAY = 86_400
MEAN, SD = 60.0, 180.0
"""Minutes from bite to turning in the scenario, lognormal: its median is exp(mu)."""
INTERVALS = (2, 3, 4, 6, 10, 20)
"""Days at whose end the estimate is looked at."""
TRUE_MEDIAN = exp(log(MEAN) - log(1 + (SD / MEAN) ** 2) / 2)


def main() -> int:
    """Run the seeds that are missing, then tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", default="1-50")
    parser.add_argument("--out", type=Path, default=Path("runs/flagship-response.jsonl"))
    asked = parser.parse_args()
    first, last = (int(part) for part in asked.seeds.split("-"))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in asked.out.read_text().splitlines()] if asked.out.exists() else []
    for seed in range(first, last + 1):
        if seed not in {row["seed"] for row in rows}:
            rows.append(of_run(hyosan.run("hyosan", seed=seed, threads=1), seed))
            with asked.out.open("a") as stream:
                stream.write(json.dumps(rows[-1]) + "\n")
    tell([row for row in rows if first <= row["seed"] <= last])
    return 0


def of_run(run: hyosan.Run, seed: int) -> dict[str, Any]:
    """What is asked of one run."""
    series: dict[str, list[tuple[int, int]]] = {}
    for row in run.series.to_pylist():
        if row["zone"] == "all":
            series.setdefault(row["quantity"], []).append((row["second"], row["value"]))

    def at(quantity: str, second: int) -> int:
        return next((value for when, value in reversed(series.get(quantity, [])) if when <= second), 0)

    kinds, to, from_ = (run.events[name].cast("string") for name in ("kind", "to", "from"))
    turning = pc.and_(pc.is_in(kinds, pa.array(["progressed", "seeded"])), pc.equal(to, "turned"))
    noticed = pc.and_(pc.equal(kinds, "noticed"), pc.equal(from_, "turned"))
    events = run.events.select(["second", "kind", "person"]).filter(pc.or_(turning, noticed)).to_pylist()
    orders = {row["order"]: row for row in run.orders.to_pylist()}
    waiting = series.get("calls_waiting", [])
    hours_waiting = sum(
        (later[0] - one[0]) / 3600 for one, later in zip(waiting, [*waiting[1:], (run.manifest["end_second"], 0)], strict=True) if one[1] > 0
    )
    since: dict[int, int] = {}
    delays = []
    for event in events:
        if event["kind"] != "noticed":
            since[event["person"]] = event["second"]
        elif event["person"] in since:
            delays.append(event["second"] - since[event["person"]])
    intervals = [
        (at("incubation_low_minutes", day * DAY), at("incubation_high_minutes", day * DAY))
        for day in INTERVALS
        if at("incubation_high_minutes", day * DAY) > 0
    ]
    law, camp = orders.get("martial_law"), orders.get("quarantine")
    end = run.manifest["end_second"]
    over = (law or {}).get("second_ended", -1)
    return {
        "seed": seed,
        "reported_day_1": at("reported_infected", DAY), "infected_day_1": at("infected", DAY),
        "detection_hours": round(statistics.median(delays) / 3600, 2) if delays else None,
        "hours_waiting": round(hours_waiting, 1), "never_served": waiting[-1][1] if waiting else 0,
        "intervals": intervals,
        "martial_law_ended": over, "quarantine_from": (camp or {}).get("second_effective", -1),
        "quarantine_to": (camp or {}).get("second_ended", -1), "why": (camp or {}).get("ended_because", ""), "end": end,
        "alive": run.ending.alive.total, "ever_infected": run.ending.ever_infected, "strikes": run.ending.strikes,
        "beyond": run.ending.outbreaks_beyond, "martial_law_days": run.ending.martial_law_days,
    }  # fmt: skip


def tell(rows: list[dict[str, Any]]) -> None:
    """The table."""
    count = len(rows)
    fell = [row for row in rows if row["martial_law_ended"] >= 0 and row["quarantine_from"] >= 0]
    held = [row for row in fell if row["quarantine_to"] < 0 or row["quarantine_to"] > row["martial_law_ended"]]
    days = [[row["intervals"][at] for row in rows if len(row["intervals"]) > at] for at in range(len(INTERVALS))]
    covers = ", ".join(
        f"{sum(low <= TRUE_MEDIAN <= high for low, high in found)} of {len(found)} on day {day}"
        for day, found in zip(INTERVALS, days, strict=True)
        if found
    )
    narrows = sum(
        row["intervals"][-1][1] - row["intervals"][-1][0] <= row["intervals"][0][1] - row["intervals"][0][0] for row in rows if row["intervals"]
    )
    noticed = sqrt(1 / (1 + (3 / 3) ** 2)) * 3  # the median of a lognormal of mean and standard deviation 3 h
    delays = [row["detection_hours"] for row in rows if row["detection_hours"] is not None]
    for what, found in (
        ("seeds", f"{count}"),
        ("reported below truly infected on day 1", f"{sum(row['reported_day_1'] < row['infected_day_1'] for row in rows)} of {count}"),
        ("median delay from turning to its report", f"{statistics.median(delays):.2f} h (median of the delay in the scenario: {noticed:.2f} h)"),
        ("calls wait for 6 h or more, and one is never served", f"{sum(r['hours_waiting'] >= 6 and r['never_served'] > 0 for r in rows)} of {count}"),
        (f"95 % interval of the median incubation holds {TRUE_MEDIAN:.1f} min", covers),
        ("... and the last is no wider than the first", f"{narrows} of {len(days[0])}"),
        ("quarantine in force when martial law ends", f"{len(held)} of {len(fell)} in which both were"),
        ("days under martial law, median", f"{statistics.median(row['martial_law_days'] for row in rows)}"),
        ("alive, median", f"{statistics.median(row['alive'] for row in rows):,.0f}"),
        ("an outbreak beyond the city", f"{sum(row['beyond'] > 0 for row in rows)} of {count}"),
    ):
        print(f"{what:<62} {found}")


if __name__ == "__main__":
    sys.exit(main())
