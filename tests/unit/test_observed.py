"""Are observations read row by row, kept by the run, and drawn over its curves?"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import hyosan
from hyosan.engine.publish import KNOWN, TRUTH
from hyosan.errors import HyosanError, RunFolderError, ScenarioError
from hyosan.quantities import QUANTITIES
from hyosan.report.account import account
from hyosan.report.counts import gather
from hyosan.report.observed import comparisons, summary
from hyosan.report.page import write_report
from hyosan.report.pictures import pictures
from hyosan.results.run import Run
from hyosan.scenario.dump import dump
from hyosan.scenario.load import load
from hyosan.scenario.observed import read_rows
from hyosan.scenario.root import DAYS

LONG = "day,quantity,value,low,high\n1,new_infected,3,,\n5,infected,40,20,60\n30,infected,700,600,900\n400,dead,0,,\n"


def scenario(folder: Path, text: str = LONG, **changes: Any) -> Path:
    (folder / "observed.csv").write_text(text)
    whole = {"name": "watched", "extends": "seir", "data": {"file": "observed.csv"}} | changes
    path = folder / "watched.yaml"
    path.write_text(json.dumps(whole))
    return path


def test_the_names_are_those_of_the_series() -> None:
    assert {name for name, one in QUANTITIES.items() if one.view == "truth"} == set(TRUTH)
    assert {name for name, one in QUANTITIES.items() if one.view == "known"} == set(KNOWN) - set(TRUTH)


def test_long_and_wide_say_the_same() -> None:
    long = read_rows("date,quantity,value\n2026-03-01,new infected,3\n2026-03-01,Dead,NA\n2026-03-04,dead,1.5\n", "a.csv", "2026-03-01")
    wide = read_rows("day,New infected,dead\n1,3,\n4,,1.5\n", "a.csv", None)
    assert [row[1:] for row in long] == [row[1:] for row in wide] == [(1, "new_infected", "all", 3, None, None), (4, "dead", "all", 1.5, None, None)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("day,quantity,value\n1,infectd,3\n", "o.csv:2: 'infectd' is no quantity; did you mean `infected`?"),
        ("day,quantity,value\n1,dead,3\n2,dead,many\n", "o.csv:3: value 'many' is not a number"),
        ("day,quantity,value\n1,dead,-3\n", "o.csv:2: value '-3' is negative"),
        ("day,quantity,value\n0,dead,3\n", "o.csv:2: day 0 is before the run"),
        ("day,quantity,value\n1.5,dead,3\n", "o.csv:2: day '1.5' is not a whole number"),
        ("day,quantity,value\n1,dead,3\n\n1,dead,4\n", r"o.csv:4: dead of day 1 is given already \(o.csv:2\)"),
        ("day,quantity,value\n1,dead,3,4\n", "o.csv:2: this row has 4 values, the first line names 3 columns"),
        ("day,quantity,value,low\n1,dead,3,4\n", "o.csv:2: value 3 is not between low and high"),
        ("day,quantity,value,zone\n1,reported_dead,3,north\n", "o.csv:2: `reported_dead` is known of the whole city only"),
        ("day,quantity,value,zone\n1,new_dead,3,north\n", "o.csv:2: of zones only `new_infected` is counted by day"),
        ("day,quantity,value,hgih\n1,dead,3,4\n", "o.csv:1: the column `hgih` is not known; did you mean `high`"),
        ("day,quantity\n1,dead\n", "o.csv:1: there is no column `value`"),
        ("day,deaad\n1,3\n", "o.csv:1: the column `deaad` is no quantity; did you mean `dead`?"),
        ("day;dead\n1;3\n", "o.csv:1: 'day;dead' is one column; separate columns by commas"),
        ("when,dead\n1,3\n", "o.csv:1: there is no column `day` or `date`"),
        ("day,date,dead\n1,2026-03-01,3\n", "o.csv:1: both columns `day` and `date`"),
        ("date,dead\n2026-03-01,3\n", "o.csv:1: dates need `time.date`"),
        ("day,dead,dead\n1,2,3\n", "o.csv:1: the column `dead` is given twice"),
        ("day,dead\n1,\n", "o.csv: has no observations"),
        ("", "o.csv: is empty"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_row(text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        read_rows(text, "o.csv", None)


def test_dates_are_held_against_day_1() -> None:
    with pytest.raises(ScenarioError, match=r"o.csv:3: 2026-02-28 is before the run, whose day 1 is 2026-03-01"):
        read_rows("date,dead\n2026-03-02,0\n2026-02-28,0\n", "o.csv", "2026-03-01")
    with pytest.raises(ScenarioError, match=r"o.csv:2: date '1 March' is no date"):
        read_rows("date,dead\n1 March,0\n", "o.csv", "2026-03-01")


def test_all_rows_are_told_at_once() -> None:
    with pytest.raises(ScenarioError) as told:
        read_rows("day,dead\n" + "x,1\n" * 30, "o.csv", None)
    assert str(told.value).count("\n") == 20
    assert str(told.value).endswith("... and 10 more")


def test_a_scenario_with_wrong_rows_does_not_load(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"observed.csv:2: 'ded' is no quantity"):
        load(scenario(tmp_path, "day,quantity,value\n1,ded,2\n"))
    with pytest.raises(ScenarioError, match=r"watched.yaml:1:.*data.file: there is no file 'none.csv'"):
        load(scenario(tmp_path, data={"file": "none.csv"}))
    with pytest.raises(ScenarioError, match=r"data.wave.file: '../x.csv' leads out of the folder"):
        load(scenario(tmp_path, data={"wave": {"file": "../x.csv"}}))
    with pytest.raises(ScenarioError, match=r"data.wave.fille: unknown field; did you mean `file`"):
        load(scenario(tmp_path, data={"wave": {"fille": "x.csv"}}))


def test_a_date_gives_the_weekday(tmp_path: Path) -> None:
    time = {"date": "2026-03-01"}
    found = load(scenario(tmp_path, time=time))
    assert found.time.weekday == DAYS[date(2026, 3, 1).weekday()] == "sunday"
    assert load(_written(tmp_path, dump(found))) == found
    assert load(scenario(tmp_path, time={**time, "weekday": "sunday"})) == found
    with pytest.raises(ScenarioError, match=r"time.weekday: is monday, but 2026-03-01 is a sunday; write `weekday: sunday`"):
        load(scenario(tmp_path, time={**time, "weekday": "monday"}))
    with pytest.raises(ScenarioError, match=r"time.date: '2026-02-30' is no date of the calendar"):
        load(scenario(tmp_path, time={"date": "2026-02-30"}))
    with pytest.raises(ScenarioError, match=r"time.date: .*must be a date such as `2026-03-01`"):
        load(scenario(tmp_path, time={"date": "1.3.2026"}))


def _written(folder: Path, text: str) -> Path:
    path = folder / "again.yaml"
    path.write_text(text)
    return path


def test_files_of_a_parent_elsewhere_are_found(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    scenario(tmp_path / "parts", data={"first": {"file": "observed.csv"}})
    child = tmp_path / "child.yaml"
    child.write_text("name: child\nextends: parts/watched.yaml\n")
    assert load(child).named_data["first"].file == "parts/observed.csv"


@pytest.mark.usefixtures("compiled")
def test_a_run_folder_draws_its_observations_alone(tmp_path: Path) -> None:
    path = scenario(tmp_path, time={"date": "2026-03-01", "end": "60 days"})
    run = hyosan.run(path, seed=4, out=tmp_path / "run")
    path.unlink()
    (tmp_path / "observed.csv").unlink()
    run = Run.open(tmp_path / "run")
    run.verify()
    assert run.text("observed.csv") == LONG
    assert "observed.csv" in run.manifest["files"]
    page = write_report(run).read_text()
    assert "The run and what was observed" in page
    assert json.loads((tmp_path / "run" / "report.json").read_text())["data"] == account(run)["data"]
    shown = [one for one in pictures(gather(run)) if one["part"] == "data"]
    assert [one["title"] for one in shown] == ["New infected per day", "People infected so far", "People who are dead"]
    assert [row["day"] for row in shown[1]["table"]] == ["2026-03-05", "2026-03-30"]
    again = hyosan.run(tmp_path / "run" / "scenario.yaml", seed=4, out=tmp_path / "again")
    assert again.manifest["scenario_hash"] == run.manifest["scenario_hash"]
    assert again.history_hash == run.history_hash
    (tmp_path / "run" / "observed.csv").write_text(LONG.replace("40", "41"))
    with pytest.raises(RunFolderError, match=r"observed.csv: damaged"):
        write_report(Run.open(tmp_path / "run"))


@pytest.mark.usefixtures("compiled")
def test_the_run_beside_the_observations_is_that_of_its_tables(tmp_path: Path) -> None:
    run = hyosan.run(scenario(tmp_path, time={"end": "60 days"}), seed=4)
    plain = hyosan.run("seir", seed=4, overrides=["time.end=60 days"])
    assert run.history_hash == plain.history_hash, "observations are only drawn"
    by_day, infected, dead = comparisons(run)
    second = run.events.filter([kind in ("seeded", "infected") for kind in run.events["kind"].to_pylist()])["second"].to_pylist()
    day = 86_400
    assert by_day.points[0]["run"] == sum(one < day for one in second)
    assert int(by_day.by_day.sum()) == len(second)
    assert [point["run"] for point in infected.points] == [int(infected.curve.at(5 * day)), int(infected.curve.at(30 * day))]
    assert dead.points[0]["run"] is None, "day 400 is after the end of the run"
    told = summary(infected)
    off = [point["run"] - point["value"] for point in infected.points]
    assert told["mean_difference"] == pytest.approx(sum(off) / 2, abs=1e-3)
    assert told["with_range"] == 2
    assert told["within_range"] == sum(20 <= off[0] + 40 <= 60 for _ in "x") + (600 <= off[1] + 700 <= 900)
    assert summary(dead)["after_the_end"] == 1


@pytest.mark.usefixtures("compiled")
def test_zones_are_those_of_the_city(tmp_path: Path) -> None:
    text = "day,quantity,value,zone\n1,infected,3,heer\n"
    with pytest.raises(ScenarioError, match=r"observed.csv:2: zone 'heer' is not one of the city; did you mean `here`"):
        hyosan.run(scenario(tmp_path, text))
    run = hyosan.run(scenario(tmp_path, text.replace("heer", "here"), time={"end": "3 days"}), seed=1)
    (found,) = comparisons(run)
    assert (found.zone, found.title) == ("here", "People infected so far: here")


@pytest.mark.usefixtures("compiled")
def test_several_files_each_have_a_colour(tmp_path: Path) -> None:
    (tmp_path / "second.csv").write_text("day,infected\n2,9\n5,30\n")
    data = {"health office": {"file": "observed.csv"}, "survey": {"file": "second.csv"}}
    run = hyosan.run(scenario(tmp_path, time={"end": "10 days"}, data=data), seed=1, out=tmp_path / "run")
    assert run.manifest["data"] == {"health office": "observed-health_office.csv", "survey": "observed-survey.csv"}
    picture = next(one for one in pictures(gather(run)) if one["title"] == "People infected so far" and one["part"] == "data")
    assert list(picture["table"][0]) == ["day", "observed: health office", "observed: survey", "the run"]
    assert load(tmp_path / "run" / "scenario.yaml").named_data["survey"].file == "observed-survey.csv"


@pytest.mark.usefixtures("compiled")
def test_an_unfinished_run_is_not_resumed_with_other_observations(tmp_path: Path) -> None:
    def stop(now: Any) -> None:
        if now.second > 20 * 86_400:
            raise KeyboardInterrupt

    path = scenario(tmp_path, time={"end": "60 days"}, checkpoints={"every": "5 days"})
    out = tmp_path / "run"
    try:
        hyosan.run(path, seed=1, out=out, progress=stop)
    except KeyboardInterrupt:
        scenario(tmp_path, LONG.replace("40", "41"), time={"end": "60 days"}, checkpoints={"every": "5 days"})
        with pytest.raises(HyosanError, match="holds an unfinished run of another scenario"):
            hyosan.run(path, seed=1, out=out)


@pytest.mark.usefixtures("compiled")
def test_exports_take_the_date_of_the_scenario(tmp_path: Path) -> None:
    run = hyosan.run("classroom", seed=3, overrides=["time.date=2026-03-02", "time.weekday=monday"])
    hyosan.export.write(run, "line-list", tmp_path)
    assert "2026-03-02T" in (tmp_path / "line-list-true.csv").read_text()
