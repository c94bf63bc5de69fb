"""Is the past of a fork the past of its run, byte for byte, and is what cannot be decided in mid-run refused?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_worlds import rows, village

import hyosan
from hyosan.cli import main
from hyosan.errors import CommandError, RunFolderError, ScenarioError
from hyosan.results.compare import first_difference
from hyosan.results.family import draw
from hyosan.results.run import Run

pytestmark = pytest.mark.usefixtures("compiled")

VILLAGE = village(300, **{"checkpoints.every": "4 h", "checkpoints.keep": 0, "orders.strike.repeat": None})
HOUR = 3600


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A day in a village: a strike decided at 5 h 40 min, in effect at 6 h 10 min."""
    out = tmp_path_factory.mktemp("runs") / "base"
    hyosan.run("hyosan", seed=3, overrides=VILLAGE, out=out, threads=1)
    return out


def before(table: object, second: int) -> list[tuple[object, ...]]:
    return [row for row in rows(table) if row[0] < second]  # type: ignore[index]


def decided(run: Run, name: str) -> list[tuple[int, int, int]]:
    columns = ("order", "second_decided", "second_effective", "second_ended")
    return [tuple(moments) for order, *moments in rows(run.orders.select(columns)) if order == name]  # type: ignore[misc]


def test_a_fork_without_changes_is_the_run_itself(folder: Path, tmp_path: Path) -> None:
    base = Run.open(folder)
    for at in ("0 s", "3 h", "4 h", "day 1 17:43", "24 h"):
        longer = {"until": "26 h"} if at == "24 h" else {}
        one = hyosan.fork(folder, at=at, out=tmp_path / at.replace(" ", "-").replace(":", ""), threads=1, **longer)
        assert one.manifest["fork"]["first_difference"] is None
        if not longer:
            assert (one.history_hash, one.result_hash) == (base.history_hash, base.result_hash)
        else:
            whole = hyosan.run("hyosan", seed=3, overrides=VILLAGE | {"time.end": "26 h"}, threads=1)
            assert one.history_hash == whole.history_hash


def test_an_order_on_its_way_keeps_the_time_that_its_authority_takes(tmp_path: Path) -> None:
    """The army passes on what it decided two hours later; a fork in between changes nothing of that, unless it changes the delay."""
    slow = VILLAGE | {"authorities.army": {"decides_in": "2 h"}}
    base = hyosan.run("hyosan", seed=3, overrides=slow, out=tmp_path / "base", threads=1)
    ((decided_at, effective, _),) = decided(base, "strike")
    assert effective == decided_at + 1800 + 2 * HOUR
    between = f"{decided_at + HOUR} s"
    assert hyosan.fork(base, at=between, threads=1).result_hash == base.result_hash
    later = hyosan.fork(base, at=between, overrides=["orders.strike.delay=1 h"], threads=1)
    assert decided(later, "strike")[0][1] == effective + 1800


@pytest.mark.parametrize("at", ["3 h", "5 h 30 min", "6 h"])
def test_the_past_is_the_same_and_the_first_difference_is_told(folder: Path, tmp_path: Path, at: str) -> None:
    at = at.replace("5 h 30 min", "330 min")
    second = {"3 h": 3 * HOUR, "330 min": 330 * 60, "6 h": 6 * HOUR}[at]
    base = Run.open(folder)
    one = hyosan.fork(folder, at=at, overrides=["orders.strike.delay=6 h"], out=tmp_path / "later", threads=1)
    told = one.manifest["fork"]
    assert told["second"] == second
    assert told["changes"] == ["orders.strike.delay=6 h"]
    for table in ("events", "series"):
        assert before(one.table(table), second) == before(base.table(table), second)
    (was,), (now,) = decided(base, "strike"), decided(one, "strike")
    assert now[0] == was[0]
    assert now[1] == was[0] + 6 * HOUR
    first = told["first_difference"]
    assert second <= first["second"] <= was[1]
    assert first == {"clock": first["clock"]} | first_difference(base.batches, one.batches).to_json()  # type: ignore[union-attr]
    assert before(one.events, first["second"]) == before(base.events, first["second"])


def test_with_and_without_checkpoints_and_folders_it_is_the_same(folder: Path, tmp_path: Path) -> None:
    changes = ["orders.strike.delay=6 h"]
    one = hyosan.fork(folder, at="5 h", overrides=changes, out=tmp_path / "a", threads=1)
    bare = hyosan.run("hyosan", seed=3, overrides=VILLAGE | {"checkpoints.every": "30 days"}, out=tmp_path / "bare", threads=1)
    assert not list((tmp_path / "bare").glob("checkpoints/*"))
    again = hyosan.fork(bare, at="5 h", overrides=changes, out=tmp_path / "b", threads=2)
    memory = hyosan.fork(folder, at="5 h", overrides=changes, threads=1)
    assert one.history_hash == again.history_hash == memory.history_hash
    assert one.result_hash == memory.result_hash
    assert one.manifest["ending"] == again.manifest["ending"]


def test_orders_new_ended_and_called_off(folder: Path) -> None:
    base = Run.open(folder)
    new = "orders.second={do: alert, when: time >= 1, delay: 1 h, authority: assembly}"
    one = hyosan.fork(folder, at="10 h", overrides=[new, "orders.cordon=null"], threads=1)
    assert decided(one, "second") == [(10 * HOUR, 11 * HOUR, 11 * HOUR)]
    (cordon,) = decided(one, "cordon")
    assert decided(base, "cordon")[0][2] == -1
    assert cordon == (*decided(base, "cordon")[0][:2], 10 * HOUR)
    off = hyosan.fork(folder, at="6 h", overrides={"orders.strike": None}, threads=1)
    assert decided(off, "strike") == [(decided(base, "strike")[0][0], -1, 6 * HOUR)]
    assert off.ending.strikes == 0
    assert off.orders.to_pylist()[[row["order"] for row in off.orders.to_pylist()].index("strike")]["ended_because"] == "called off"
    never = hyosan.fork(folder, at="5 h", overrides={"orders.strike": None}, threads=1)
    assert decided(never, "strike") == []


def test_causes_of_rows_that_wait_keep_their_names(folder: Path) -> None:
    """Importations and line lists stand behind the orders in the list of causes, so a new order moves their numbers."""
    base = Run.open(folder)
    new = {
        "orders.extra": {"do": "alert", "when": "never"},
        "noises.bell": {"place": "Hyosan High / class 1-1", "at": "23 h", "lasts": "10 min", "loudness": "1 dB"},
    }
    for hours in (4, 7):
        one = hyosan.fork(folder, at=f"{hours} h", overrides=new, threads=1)
        assert before(one.events, 22 * HOUR) == before(base.events, 22 * HOUR)


def test_forks_of_forks_are_rerun_from_their_folders(folder: Path, tmp_path: Path) -> None:
    one = hyosan.fork(folder, at="3 h", overrides=["orders.strike.delay=2 h"], out=tmp_path / "one", threads=1)
    two = hyosan.fork(one, at="7 h", overrides=["orders.sweep.teams=3"], out=tmp_path / "two", threads=1)
    assert [stage["until_tick"] for stage in two.manifest["earlier"]] == [18, 42]
    found = hyosan.rerun(two, out=tmp_path / "again", threads=1)
    assert found.same
    assert found.difference is None
    assert Run.open(tmp_path / "again").result_hash == two.result_hash
    same_moment = hyosan.fork(one, at="3 h", overrides=["orders.strike.delay=4 h"], out=tmp_path / "three", threads=1)
    assert [stage["until_tick"] for stage in same_moment.manifest["earlier"]] == [18]
    with pytest.raises(CommandError, match="itself forked from base"):
        hyosan.fork(one, at="2 h", threads=1)


def test_turn_by_turn_each_turn_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    turn = hyosan.run("hyosan", seed=3, overrides=VILLAGE | {"checkpoints.every": "30 days"}, until="5 h", out=tmp_path / "t1", threads=1)
    assert [path.name for path in (tmp_path / "t1" / "checkpoints").iterdir()] == ["000030.checkpoint"]
    turn = hyosan.fork(turn, at="5 h", until="8 h", out=tmp_path / "t2", threads=1)
    turn = hyosan.fork(turn, at="8 h", until="24 h", out=tmp_path / "t3", threads=1)
    assert turn.manifest["fork"]["first_difference"] is None
    assert turn.history_hash == hyosan.run("hyosan", seed=3, overrides=VILLAGE, threads=1).history_hash
    with pytest.raises(ScenarioError, match=r"time.end: .*--until"):
        hyosan.fork(tmp_path / "t1", at="5 h", threads=1)


WRONG = [
    ("5 h", ["city.residents=400"], "city.residents: cannot change in mid-run"),
    ("5 h", ["pathogen.transitions.0.to=dead"], "pathogen.transitions.*cannot change in mid-run"),
    ("5 h", ["seeds.mouse.count=2"], "seeds.mouse.count: cannot change in mid-run"),
    ("5 h", ["behaviour.leave=30 per day"], "behaviour.leave: cannot change in mid-run: how people behave is no decision"),
    ("5 h", ["time.tick=20 min"], "time.tick: cannot change in mid-run"),
    ("5 h", ["time.end=4 h"], "time.end: the run would end"),
    ("6 h", ["orders.strike.points=1"], "orders.strike.points: this order was decided on"),
    ("6 h", ["orders.strike.delay=1 min"], "orders.strike.delay: decided on .* would have taken effect"),
    ("8 h", ["orders.strike.delay=20 h"], "orders.strike: it had ended by"),
    ("8 h", ["orders.cordon.delay=20 h"], "orders.cordon.delay: it took effect on"),
    ("8 h", ["orders.cordon.when=day >= 2"], "orders.cordon.when: this order was decided"),
    ("8 h", ["fires.blaze={place: Hyosan High / class 1-1, at: 1 h, lasts: 1 h}"], "fires.blaze: burns on .* before the fork"),
    ("8 h", ["noises.bell={place: Hyosan High / class 1-1, at: 1 h, lasts: 1 h, loudness: 60 dB}"], "noises.bell: sounds on .* before the fork"),
    ("8 h", ["orders.strke.delay=1 h"], "did you mean `strike`"),
]


@pytest.mark.parametrize(("at", "changes", "told"), WRONG, ids=[changes[0][:40] for _, changes, _ in WRONG])
def test_what_cannot_be_decided_is_refused_at_the_door(folder: Path, tmp_path: Path, at: str, changes: list[str], told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        hyosan.fork(folder, at=at, overrides=changes, out=tmp_path / "no", threads=1)
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("at", "told"), [("21:30", "on which day"), ("day 1 01:00", "before the start"), ("day 9 01:00", "after the end"), ("x", "--at")]
)
def test_moments_that_are_none_are_refused(folder: Path, at: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        hyosan.fork(folder, at=at, threads=1)


def test_other_versions_and_the_folder_itself_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="choose another --out"):
        hyosan.fork(folder, at="5 h", out=folder, force=True)
    with pytest.raises(CommandError, match="choose another --out"):
        hyosan.rerun(folder, out=folder, force=True)
    monkeypatch.setattr("hyosan.provenance.RESULTS_VERSION", 999)
    with pytest.raises(RunFolderError, match="results version"):
        hyosan.fork(folder, at="5 h")


KILLED = """
import os, signal, sys
import hyosan
from hyosan.engine.run import Simulation
advance = Simulation.advance
def advance_or_die(self):
    if self.tick == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return advance(self)
Simulation.advance = advance_or_die
hyosan.fork(sys.argv[1], at="5 h", overrides=["orders.strike.delay=6 h"], out=sys.argv[2], threads=1)
"""


@pytest.mark.parametrize("tick", [31, 49, 140])
def test_a_killed_fork_goes_on(folder: Path, tmp_path: Path, tick: int) -> None:
    out = tmp_path / "killed"
    path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    command = [sys.executable, "-c", KILLED, str(folder), str(out), str(tick)]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with pytest.raises(RunFolderError, match="unfinished"):
        Run.open(out)
    one = hyosan.fork(folder, at="5 h", overrides=["orders.strike.delay=6 h"], out=out, threads=1)
    whole = hyosan.fork(folder, at="5 h", overrides=["orders.strike.delay=6 h"], threads=1)
    assert one.result_hash == whole.result_hash
    one.verify()


def test_rerun_says_the_same_or_what_differs(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["rerun", str(folder), "--threads", "1"]) == 0
    assert "The same: result hash" in capsys.readouterr().out
    small = hyosan.run("szr", seed=2, out=tmp_path / "szr", threads=1)
    assert hyosan.rerun(small, threads=1).same

    from hyosan.engine.publish import Publisher

    send = Publisher._columns

    def other(self: Publisher, columns: dict[str, object]) -> dict[str, object]:
        found = send(self, columns)  # type: ignore[arg-type]
        return found | {"place": np.where(found["second"] > 7200, found["place"] + 1, found["place"])}

    monkeypatch.setattr(Publisher, "_columns", other)
    assert main(["rerun", str(tmp_path / "szr"), "--threads", "1", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["same"] is False
    assert told["differing"] == ["events"]
    assert told["first_difference"]["table"] == "events"
    assert told["first_difference"]["second"] == min(second for second in small.events["second"].to_pylist() if second > 7200)
    assert main(["rerun", str(tmp_path / "szr"), "--threads", "1"]) == 1
    assert "NOT the same: events differ" in capsys.readouterr().out
    assert main(["rerun", str(tmp_path / "nowhere")]) == 4


def test_the_tree_of_forks_is_drawn(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = folder.with_name("one"), folder.with_name("two")
    assert main(["fork", str(folder), "--at", "5 h", "--set", "orders.strike.delay=6 h", "--out", str(one), "--threads", "1"]) == 0
    assert "the same until day 1" in capsys.readouterr().out
    assert main(["fork", str(one), "--at", "day 1 18:00", "--set", "orders.sweep=null", "--out", str(two), "--threads", "1", "-q"]) == 0
    assert main(["fork", str(folder), "--at", "7 h", "--threads", "1", "--json"]) == 0
    assert folder.with_name("base-fork1").is_dir()
    capsys.readouterr()
    assert main(["report", str(one), "--text"]) == 0
    lines = capsys.readouterr().out.partition("\nForks\n")[2].splitlines()
    assert [line.strip("│├└─ ").split("  ")[0] for line in lines] == ["base", "one", "two", "base-fork1"]
    assert lines[1].startswith("├─ one  from day 1 14:40: orders.strike.delay=6 h  (differs from day 1")
    assert lines[1].endswith("<- this run")
    assert lines[2].startswith("│  └─ two  from day 1 18:00: orders.sweep=null")
    assert lines[3].endswith("no change  (the same logs)")
    assert draw(hyosan.run("szr", threads=1)) == []


FORECAST = """
name: forecast
extends: seir
time: {end: 29 days, stop_when_over: false}
city: {well_mixed: 2000}
pathogen: {states: {infectious: {noticed: {share: 70 %, after: {varies: {gamma: {mean: 2 days, sd: 1 day}}}}}}}
seeds: {first: null}
line_list: {file: cases.csv, until: day 13 00:00}
importations: {home: {file: home.csv}}
data: {file: seen.csv}
"""


def test_runs_with_tables_and_observations_are_forked_and_rerun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tables").mkdir()
    Path("tables/cases.csv").write_text("onset,age,reported\n4,31,6\n6,8,9\n9,36,11\n9.5,,12\n", encoding="utf-8")
    Path("tables/home.csv").write_text("day,count\n3,2\n20,5\n", encoding="utf-8")
    Path("tables/seen.csv").write_text("day,infected\n2,3\n5,8\n", encoding="utf-8")
    Path("tables/forecast.yaml").write_text(FORECAST, encoding="utf-8")
    base = hyosan.run("tables/forecast.yaml", seed=2, out="base", threads=1)
    with pytest.raises(ScenarioError, match=r"(cases|home)\.csv.*--files"):
        hyosan.fork("base", at="day 15", out="no", threads=1)
    new = {"orders.warn": {"do": "alert", "when": "always"}, "orders.shut": {"do": "close", "setting": "community", "until": "time >= 400"}}
    one = hyosan.fork("base", at="day 15", overrides=new, out="one", files="tables", threads=1)
    # Rows of importations, which stand behind the orders in the list of causes, keep theirs.
    imported = [row[-1] for row in rows(one.events) if row[1] == "seeded"]
    assert imported.count("home") >= 5
    assert imported == [row[-1] for row in rows(base.events) if row[1] == "seeded"]
    assert one.manifest["fork"]["first_difference"]["table"] == "orders"
    assert one.text("observed.csv") == base.text("observed.csv")
    assert hyosan.rerun("one", files="tables", threads=1).same
    assert hyosan.rerun("base", files="tables", threads=1).same
    memory = hyosan.run("tables/forecast.yaml", seed=2, threads=1)
    assert hyosan.fork(memory, at="day 15", overrides=new, files="tables", threads=1).result_hash == one.result_hash
    with pytest.raises(ScenarioError, match=r"data\.file: cannot change in mid-run"):
        hyosan.fork("base", at="day 15", overrides={"data": {"file": "seen.csv"}}, files="tables", threads=1)
    assert main(["report", "one", "--json"]) == 0
    assert dict(json.loads(capsys.readouterr().out)["set_up"])["Forked from"].startswith("base, day 15 00:00: orders.warn=")
