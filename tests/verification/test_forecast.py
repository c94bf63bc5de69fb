"""A run that starts from the line list of another: does it cover what that other run went on to do?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from judge import share_is, within

import hyosan

TODAY = 18
AHEAD = 14
TOWN = {
    "time.end": f"{TODAY + AHEAD} days",
    "time.stop_when_over": False,
    "seeds.first.count": 20,
    "pathogen.states.infectious.noticed": {"share": "60 %", "after": {"varies": {"gamma": {"mean": "3 days", "sd": "2 days"}}}},
}
"""R0 2; three in five of those who fall ill are ever reported, days later."""


def covered(folder: Path, truths: int, forecasts: int, people: int) -> list[bool]:
    """For each of so many runs: whether the people infected by 14 days after the end of its line list lie in the middle 90 % of forecasts."""
    found = []
    town = {**TOWN, "city.well_mixed": people}
    for seed in range(truths):
        run = hyosan.run("seir", overrides=town, seed=1000 + seed)
        rows = run.events.to_pylist()
        onset = {row["person"]: row["second"] / 86_400 + 1 for row in rows if row["to"] == "infectious"}
        told = {row["person"]: row["second"] / 86_400 + 1 for row in rows if row["kind"] == "noticed"}
        known = [(onset[i], day) for i, day in told.items() if day < TODAY + 1]
        (folder / "cases.csv").write_text("onset,reported\n" + "".join(f"{a:.6f},{b:.6f}\n" for a, b in known))
        list_ = {"line_list": {"file": "cases.csv", "until": f"{TODAY} days"}}
        scenario = hyosan.load("seir", overrides={**town, **list_}).with_base(folder)
        sizes = hyosan.replicate(scenario, seeds=range(forecasts), quantities=["infected"])["infected"].to_numpy()
        low, high = np.quantile(sizes, [0.05, 0.95])
        found.append(bool(low <= run.ending.ever_infected <= high))
    return found


@pytest.mark.long
def test_forecasts_from_a_line_list_cover_what_comes(tmp_path: Path) -> None:
    """The middle 90 % of forecasts hold the truth in nine of ten runs, 14 days on. Pass: in at least 80 of 100 (60 forecasts each), 2,000 people."""
    hits = sum(covered(tmp_path, 100, 60, 2000))
    within("runs of 100 in the 90 % interval", 90, hits, 10)


def test_forecasts_from_a_line_list_are_not_far_off(tmp_path: Path) -> None:
    """The same, in few runs. Pass: an exact binomial test of 90 % in 12 runs of 800 people (40 forecasts each). False alarm 6.3e-5."""
    share_is(covered(tmp_path, 12, 40, 800), 0.9, "runs in the 90 % interval")
