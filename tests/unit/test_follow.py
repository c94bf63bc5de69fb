"""Does a run that goes on where another ended begin with everything as it was there, and tell only what came after?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from small_worlds import village

import hyosan
from hyosan.cli import main
from hyosan.errors import CommandError, RunFolderError, ScenarioError
from hyosan.report.account import account
from hyosan.report.page import write_report
from hyosan.report.replay import write_replay
from hyosan.report.text import text_report
from hyosan.results.run import Run

HOUR = 3600
FIRST = village(900, **{"time.end": "9 h", "orders.sweep.delay": "2 h"})
WHOLE = 20 * HOUR


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A village in the midst of its orders."""
    run = hyosan.run("hyosan", seed=3, overrides=FIRST, out=tmp_path_factory.mktemp("runs") / "first", threads=1)
    assert any(row["second_ended"] < 0 for row in run.orders.to_pylist()), "some orders are in force"
    return run


def later(table: list[dict[str, Any]], second: int) -> list[dict[str, Any]]:
    return [row for row in table if row["second"] >= second]


def counts(rows: list[dict[str, Any]], second: int) -> dict[tuple[str, ...], int]:
    """What stands in a series at a second."""
    found = {(row["zone"], row["view"], row["quantity"]): row["value"] for row in rows if row["second"] <= second}
    return {key: value for key, value in found.items() if value}


def test_the_same_scenario_goes_on_as_if_it_had_never_stopped(first: Run) -> None:
    end = first.manifest["end_second"]
    whole = hyosan.run("hyosan", seed=3, overrides=FIRST | {"time.end": f"{WHOLE} s"}, threads=1)
    rest = hyosan.run("hyosan", overrides=FIRST | {"time.end": f"{WHOLE - end} s"}, start_from=first, threads=1, checks_each_tick=True)
    after = later(whole.events.to_pylist(), end)
    assert after
    assert later(rest.events.to_pylist(), end) == after
    assert len(rest.events) - len(after) < 3, "what was exerted late in a tick is dated back"
    assert rest.people.equals(whole.people)
    assert rest.ending == whole.ending
    assert rest.orders.to_pylist() == [row for row in whole.orders.to_pylist() if row["second_ended"] < 0 or row["second_ended"] >= end]
    told = rest.series.to_pylist()
    assert counts(told, WHOLE) == counts(whole.series.to_pylist(), WHOLE)
    assert min(row["second"] for row in told) > end
    assert rest.manifest["seed"] == 3


def test_the_second_season_can_be_run_again_forked_and_told(first: Run, tmp_path: Path) -> None:
    end = first.manifest["end_second"]
    changes = {"checkpoints.every": "12 h"}
    run = hyosan.run("hyosan-2", overrides=changes, until="30 h", start_from=first.path, out=tmp_path / "second", threads=1)
    assert run.manifest["name"] == "hyosan-2"
    assert (run.manifest["follows"]["second"], run.manifest["follows"]["result_hash"]) == (end, first.result_hash)
    assert run.manifest["end_second"] == end + 30 * HOUR
    assert run.manifest["world_hash"] == first.manifest["world_hash"]
    run.verify()
    again = hyosan.rerun(tmp_path / "second", threads=1)
    assert again.same
    memory = hyosan.run("hyosan-2", overrides=changes, until="30 h", start_from=first, threads=1)
    assert memory.history_hash == run.history_hash
    assert hyosan.rerun(memory, threads=1).same
    fork = hyosan.fork(run, at=f"{end + 6 * HOUR} s", overrides={"orders.cordon.until": "always"}, out=tmp_path / "fork", threads=1)
    assert fork.manifest["follows"] == run.manifest["follows"]
    assert fork.manifest["fork"]["first_difference"]["second"] >= end + 5 * HOUR
    assert hyosan.rerun(tmp_path / "fork", threads=1).same
    with pytest.raises(CommandError, match="before the start of the run"):
        hyosan.fork(run, at="1 h", threads=1)
    with pytest.raises(CommandError, match="`quarantine` was decided before this run began"):
        hyosan.whatif(run, without="quarantine", threads=1)
    one, other = (hyosan.brief(of, at=f"{end} s", authority="city", threads=1).to_json() for of in (first, run))
    assert {name for name in one if one[name] != other[name]} <= {"title", "name", "means", "choices", "orders"}, (
        "it knows what it knew, and may order other things"
    )
    text = text_report(run)
    assert "goes on from the end of first" in text.replace("\n  ", " ")
    assert "30 h after its start" in text or "1 day 6 h after its start" in text
    assert "Goes on from" in write_report(run).read_text(encoding="utf-8")
    with pytest.raises(RunFolderError, match="no replay of a run that goes on from another"):
        write_replay(run)


def test_orders_stand_end_or_are_given_anew_by_name(first: Run) -> None:
    end = first.manifest["end_second"]
    standing = {row["order"] for row in first.orders.to_pylist() if row["second_ended"] < 0}
    assert {"cordon", "quarantine"} <= standing
    change = {"time.end": "2 h", "orders.cordon.leak": 0.5, "orders.quarantine.until": "always", "orders.martial_law": None}
    run = hyosan.run("hyosan", overrides=FIRST | change, start_from=first, threads=1, checks_each_tick=True)
    rows = {(row["order"], row["second_decided"] >= end): row for row in run.orders.to_pylist()}
    assert rows["martial_law", False]["second_ended"] == end
    assert "does not go on" in rows["martial_law", False]["ended_because"]
    assert rows["quarantine", False]["second_ended"] == end, "it is the same order with another end"
    assert rows["cordon", True]["second_decided"] == end, "with other settings it is another order"
    assert run.ending.in_quarantine < first.ending.in_quarantine


def test_an_order_that_is_switched_off_is_not_repeated(first: Run) -> None:
    """`null` is an order that is never given, and one that would be given again is not."""
    change = {"orders.strike.repeat": {"every": "1 h", "as_long_as": "always", "times": 90}}
    again, off = (hyosan.run("hyosan", overrides=FIRST | change | more, start_from=first, threads=1) for more in ({}, {"orders.strike": None}))
    assert max(row["number"] for row in again.orders.to_pylist() if row["order"] == "strike") > 2
    assert all(row["number"] == 1 for row in off.orders.to_pylist() if row["order"] == "strike")


def test_states_are_matched_by_name(first: Run) -> None:
    """The same states in another order, and one more: everybody is in the state that they were in."""
    states = hyosan.load("hyosan").pathogen.states
    turned_round = {name: json.loads(states[name].model_dump_json(by_alias=True, exclude_none=True)) for name in reversed(states)}
    whole = json.loads(hyosan.load("hyosan", overrides={**FIRST, "time.end": "1 h"}).model_dump_json(by_alias=True, exclude_none=True))
    whole["pathogen"]["states"] = {"new": {"counts_as": "ill"}, **turned_round}
    run = hyosan.run(whole, start_from=first, threads=1, checks_each_tick=True)
    before = {row["person"]: row["state"] for row in first.people.to_pylist()}
    after = {row["person"]: row["state"] for row in run.people.to_pylist()}
    moved = {row["person"] for row in run.events.to_pylist()}
    assert {who: state for who, state in after.items() if who in before and who not in moved} == {
        who: state for who, state in before.items() if who not in moved
    }
    assert len(set(before.values())) > 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"time.tick": "5 min"}, r"time.tick: is 5 min, the run's is 10 min"),
        ({"seeds.more": {"count": 1, "at": "day 1 12:00"}}, r"seeds.more.at: 'day 1 12:00' is before the run ended, on day 1 18:40"),
        ({"immunity": {"some": {"share": 0.1, "state": "dead"}}}, r"immunity"),
        ({"pathogen.states.turned.does": "hide"}, r"pathogen.states.turned.does: people are in this state, which is another in the run"),
        ({"care": {"ward": {"beds": 3}}}, r"care: are ward, in the run none"),
        ({"noises.bang": {"place": "nowhere", "at": "1 h", "lasts": "1 h", "loudness": "90 dB"}}, r"no place named 'nowhere'"),
        ({"objectives.few": {"quantity": "infected", "at_most": 3, "zone": "Z99"}}, r"objectives.few.zone: 'Z99' is no zone of this city"),
    ],
)
def test_what_does_not_fit_is_told(first: Run, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        hyosan.run("hyosan", overrides=FIRST | changes, start_from=first, threads=1)


def test_a_state_or_course_that_is_not_there_is_told() -> None:
    small = {"city.well_mixed": 200, "time.end": "10 days"}
    run = hyosan.run("seir", overrides=small, threads=1)
    whole = json.dumps(json.loads(hyosan.load("seir", overrides=small).model_dump_json(by_alias=True, exclude_none=True)))
    with pytest.raises(ScenarioError, match=r"pathogen.states: [\d,]+ people of the run are or were 'exposed', which this scenario does not have"):
        hyosan.run(json.loads(whole.replace('"exposed"', '"latent"')), start_from=run)
    with pytest.raises(ScenarioError, match=r"pathogen.hosts: 200 people of the run are or were 'ordinary', which this scenario does not have"):
        hyosan.run(json.loads(whole.replace("ordinary", "odd")), start_from=run)


def test_the_luck_is_that_of_the_run(first: Run) -> None:
    with pytest.raises(ScenarioError, match="seed 4: a run goes on with its own luck, seed 3"):
        hyosan.run("hyosan-2", seed=4, start_from=first, threads=1)
    assert hyosan.run("hyosan-2", seed=3, until="1 h", start_from=first, threads=1).manifest["seed"] == 3


def test_the_command_line(first: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "second"
    assert main(["run", "hyosan-2", "--from", str(first.path), "--until", "2 h", "--out", str(out), "--json", "--threads", "1"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["seed"] == 3
    assert Run.open(out).manifest["follows"]["folder"]
    assert main(["run", "hyosan-2", "--from", str(tmp_path / "nothing"), "--out", str(tmp_path / "no")]) == 4
    assert main(["run", "hyosan-2", "--from", str(first.path), "--out", str(first.path), "--force"]) == 2
    told = account(Run.open(out))
    assert [name for name, _ in told["set_up"] if name == "Goes on from"] == ["Goes on from"]
    assert any(row["claim"] == "S14" for row in told["claims"])


@pytest.mark.long
def test_killed_it_goes_on_to_the_same(first: Run, tmp_path: Path) -> None:
    changes = ["--until", "12 days", "--set", "checkpoints.every=1 day"]
    command = [sys.executable, "-m", "hyosan.cli", "run", "hyosan-2", "--from", str(first.path), *changes, "--threads", "1", "--out"]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run([*command, str(whole)], check=True, capture_output=True)
    process = subprocess.Popen([*command, str(killed)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        if any((killed / "checkpoints").glob("*.checkpoint")) or process.poll() is not None:
            break
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (killed / "manifest.json").exists(), "it was killed in the middle"
    subprocess.run([*command, str(killed)], check=True, capture_output=True)
    assert Run.open(killed).result_hash == Run.open(whole).result_hash
    Run.open(killed).verify()
