"""Does a report say where a run lies among the seeds of a study, and only of a study of the very same scenario?"""

from __future__ import annotations

from pathlib import Path

import pytest

import hyosan
from hyosan.cli import main
from hyosan.errors import CommandError
from hyosan.report.account import account
from hyosan.report.beside import beside
from hyosan.report.counts import gather

SMALL = {"city.well_mixed": 150, "time.end": "60 days"}
HALF = {"pathogen.routes.contact.rates.anywhere": "0.25 per day"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> hyosan.Study:
    plan = {
        "name": "contacts", "scenario": "seir", "set": SMALL, "seeds": "1-5",
        "variations": {"list": [{"name": "as it is"}, {"name": "fewer", "set": HALF}, {"name": "nothing else"}]},
    }  # fmt: skip
    return hyosan.study(plan, out=tmp_path_factory.mktemp("studies") / "contacts")


def test_a_run_stands_among_its_seeds(study: hyosan.Study) -> None:
    run = hyosan.run("seir", seed=3, overrides=SMALL)
    told = account(run, study)
    found = told["beside"]
    mine = sorted(row["value"] for row in study.results.to_pylist() if (row["variation"], row["figure"]) == ("as it is", "ever_infected"))
    assert found["runs"] == len(mine) == 5
    assert (found["where"]["ever_infected"]["middle"], run.ending.ever_infected in mine) == (mine[2], True)
    (tile,) = [one for one in told["tiles"] if one["label"] == "ever infected"]
    assert tile["among"] == found["where"]["ever_infected"]
    assert account(run)["beside"] is None


def test_variations_are_told_by_how_much_they_change(study: hyosan.Study) -> None:
    rows = beside(gather(hyosan.run("seir", seed=3, overrides=SMALL)), study)["compared"]
    assert {row["variation"] for row in rows} == {"fewer"}, "what changes nothing is not told"
    values = {(row["variation"], row["seed"]): row["value"] for row in study.results.to_pylist() if row["figure"] == "ever_infected"}
    mean = sum(values["fewer", seed] - values["as it is", seed] for seed in range(1, 6)) / 5
    (row,) = [row for row in rows if row["figure"] == "ever infected"]
    assert row["mean"] == pytest.approx(mean)
    assert f"{mean:+,.4g} on average (95 % interval " in row["told"]


@pytest.mark.parametrize(
    ("scenario", "changes", "message"),
    [
        ("measles-school", {"city.school.pupils": 60, "time.end": "2 days"}, "a study of 'seir', not of 'measles-school'"),
        ("seir", SMALL | HALF, "not a study of this run's scenario: with seed 3"),
        ("seir", SMALL | {"city.well_mixed": 140}, "not a study of this run's scenario"),
    ],
)
def test_another_scenario_is_refused(study: hyosan.Study, scenario: str, changes: dict[str, object], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        account(hyosan.run(scenario, seed=3, overrides=changes), study)


def test_the_command_tells_it(study: hyosan.Study, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hyosan.run("seir", seed=9, overrides=SMALL, out=tmp_path / "run")
    assert main(["report", str(tmp_path / "run"), "--beside", str(study.path)]) == 0
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Other decisions, over many seeds" in page
    assert study.study_hash in page
    assert main(["report", str(tmp_path / "run"), "--beside", str(study.path), "--text"]) == 0
    assert "fewer, ever infected: " in capsys.readouterr().out
    assert main(["report", str(tmp_path / "run"), "--beside", str(tmp_path)]) == 4


def test_a_study_shows_itself(study: hyosan.Study) -> None:
    shown = study._repr_html_()
    assert all(text in shown for text in ("as it is", "fewer", "ever infected", "15 runs", study.study_hash))
    middle = sorted(row["value"] for row in study.results.to_pylist() if (row["variation"], row["figure"]) == ("fewer", "ever_infected"))[2]
    assert f">{middle:,.6g} (" in shown


def test_a_run_shows_itself(study: hyosan.Study) -> None:
    run = hyosan.run({"extends": "seir", "name": "x", "title": "<b>bold</b>"}, seed=9, overrides=SMALL)
    shown = run._repr_html_()
    assert "<b>bold" not in shown
    assert f">{run.ending.ever_infected:,}<" in shown
    assert run.result_hash in shown
