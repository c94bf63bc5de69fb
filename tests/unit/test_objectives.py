"""Are objectives refused where they are wrong, said in words, and judged by what the run holds?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hyosan
from hyosan.cli import main
from hyosan.cli.checking import as_text, summary
from hyosan.errors import ScenarioError
from hyosan.quantities import FIGURES, QUANTITIES
from hyosan.report.account import account
from hyosan.report.objectives import verdicts
from hyosan.report.page import write_report
from hyosan.report.studies import account_of_study, text_of_study, write_study_report
from hyosan.report.text import text_report
from hyosan.results.ending import Alive, Ending
from hyosan.results.run import Run
from hyosan.results.verdicts import judge
from hyosan.scenario.dump import dump
from hyosan.scenario.load import load
from hyosan.scenario.objectives import Objective

DAY = 86_400
SMALL = {"city.well_mixed": 300, "time.end": "90 days"}
FEW = {"quantity": "infected", "by": "10 days", "at_most": 40}


def scenario(folder: Path, objectives: str) -> Path:
    path = folder / "wanted.yaml"
    path.write_text(f"name: wanted\nextends: seir\nobjectives:\n  few:\n{objectives}\n")
    return path


def lines(**fields: Any) -> str:
    return "\n".join(f"    {name}: {value}" for name, value in fields.items())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"quantity": "infectd", "at_most": 3}, "wanted.yaml:5:15: objectives.few.quantity: 'infectd' is not counted; did you mean `infected`?"),
        ({"quantity": "infected"}, "objectives.few: .*give exactly one of `at_most`, `at_least`"),
        ({"quantity": "infected", "at_most": 3, "at_least": 2}, "give exactly one of `at_most`, `at_least`"),
        ({"quantity": "infected", "at_most": -3}, "wanted.yaml:6:14: objectives.few.at_most"),
        ({"quantity": "infected", "at_mots": 3}, "objectives.few.at_mots: unknown field; did you mean `at_most`"),
        ({"quantity": "infected", "at_most": 3, "by": "noon"}, "wanted.yaml:7:9: objectives.few.by: "),
        ({"quantity": "infected", "at_most": 3, "by": "day 0 10:00"}, "wanted.yaml:7:9: objectives.few.by: "),
        ({"quantity": "infected", "at_most": 3, "view": "known"}, "`infected` stands in the view `truth` only; did you mean `reported_infected`?"),
        ({"quantity": "reported_dead", "at_most": 3, "view": "truth"}, "the view `known` only; did you mean `dead`?"),
        ({"quantity": "infected", "at_most": 3, "view": "told"}, "objectives.few.view"),
        ({"quantity": "reported_dead", "at_most": 3, "zone": "north"}, "is known of the whole city only; leave the zone out"),
        ({"quantity": "alive", "at_least": 3, "zone": "north"}, "is a figure of the ending of the whole city only"),
        ({"quantity": "alive", "at_least": 3, "by": "2 days"}, "is a figure of the ending and has no earlier value; leave `by` out"),
    ],
)
def test_what_is_wrong_is_told_at_the_door(tmp_path: Path, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        load(scenario(tmp_path, lines(**fields)))


def test_a_zone_is_held_against_the_city(tmp_path: Path) -> None:
    path = scenario(tmp_path, lines(quantity="infected", at_most=3, zone="heer"))
    with pytest.raises(ScenarioError, match=r"objectives.few.zone: 'heer' is no zone of this city; did you mean `here`\?"):
        hyosan.run(path, overrides=SMALL)
    told = verdicts(hyosan.run(path, overrides=SMALL | {"objectives.few.zone": "here", "time.end": "2 days"}))
    assert told[0]["value"] > 0
    assert told[0]["rests"].where[:3] == ("zone=here", "view=truth", "quantity=infected")


def test_zones_of_a_plan_are_told_before_a_run() -> None:
    plan = {"places": {"hall": {"kind": "room", "people": 4, "zone": "east"}}}
    whole = {"name": "plan", "extends": "seir", "city": {"well_mixed": None, "rooms": plan}, "objectives": {"few": FEW | {"zone": "est"}}}
    with pytest.raises(ScenarioError, match=r"objectives.few.zone: 'est' is not a zone of the plan; did you mean `east`"):
        load(whole)


def test_check_says_each_as_a_sentence(tmp_path: Path) -> None:
    found = load(scenario(tmp_path, lines(quantity="ill", at_most=1200, by="day 30 12:00", zone="here")))
    text = as_text(summary(found, []))
    assert "few: at most 1,200 people who are ill in zone here, on day 30 12:00." in text
    one = found.objectives["few"]
    assert Objective(quantity="reported_infected", at_least=5).say(0).endswith("at the end, as the authorities know it")
    assert (
        Objective(quantity="quarantined", at_least=5, view="known").say(0)
        == "at least 5 people in the quarantine, at the end, as the authorities know it"
    )
    assert Objective(quantity="martial_law_days", at_most=0.5).say(0) == "at most 0.5 days under martial law"
    late = found.model_copy(update={"objectives": {"late": one.model_copy(update={"by": "1000 days"})}})
    assert "after the end of the run" in as_text(summary(late, []))
    assert load(_written(tmp_path, dump(found))) == found


def _written(folder: Path, text: str) -> Path:
    (folder / "dumped.yaml").write_text(text)
    return folder / "dumped.yaml"


SECONDS, VALUES = np.array([3600, DAY, 3 * DAY]), np.array([2, 10, 30])


@pytest.mark.parametrize(
    ("wanted", "verdict", "value", "why"),
    [
        ({"quantity": "infected", "at_most": 30}, "met", 30, ""),
        ({"quantity": "infected", "at_most": 29}, "missed", 30, ""),
        ({"quantity": "infected", "at_least": 30}, "met", 30, ""),
        ({"quantity": "infected", "at_most": 10, "by": "2 days"}, "met", 10, ""),
        ({"quantity": "infected", "at_most": 10, "by": "3 days"}, "missed", 30, ""),
        ({"quantity": "infected", "at_most": 10, "by": "0 s"}, "cannot be told", None, "nothing had been counted by then"),
        ({"quantity": "infected", "at_most": 50, "by": "9 days"}, "cannot be told", 30, "the run ended before"),
        ({"quantity": "infected", "at_most": 20, "by": "9 days"}, "missed", 30, "the run ended before, and this number only grows"),
        ({"quantity": "infected", "at_least": 20, "by": "9 days"}, "met", 30, "the run ended before, and this number only grows"),
        ({"quantity": "infected", "at_least": 20, "by": "9 days", "zone": "north"}, "cannot be told", 30, "the run ended before"),
        ({"quantity": "ill", "at_least": 20, "by": "9 days"}, "cannot be told", 30, "the run ended before"),
        ({"quantity": "alive", "at_least": 100}, "missed", 90, ""),
        ({"quantity": "days", "at_most": 4}, "met", 4, ""),
    ],
)
def test_verdicts(wanted: dict[str, Any], verdict: str, value: float | None, why: str) -> None:
    ending = Ending(residents=100, alive=Alive(human=90), killed_otherwise=10)
    found = judge(Objective(**wanted), SECONDS, VALUES, ending, 4 * DAY, 0, over=False)
    assert (found.verdict, found.value, found.why) == (verdict, value, why)


@pytest.mark.parametrize(
    ("wanted", "verdict"),
    [
        ({"quantity": "infected", "at_most": 40}, "met"),
        ({"quantity": "ill", "at_least": 40}, "missed"),
        ({"quantity": "ill", "at_most": 40, "zone": "north"}, "cannot be told"),
        ({"quantity": "left_city", "at_most": 40}, "cannot be told"),
        ({"quantity": "reported_infected", "at_most": 40}, "cannot be told"),
    ],
)
def test_a_run_in_which_nothing_is_under_way_any_more_stands_as_it_ended(wanted: dict[str, Any], verdict: str) -> None:
    """Else the policy that ends an outbreak soonest would be the one of which least can be told."""
    found = judge(Objective(**wanted, by="90 days"), SECONDS, VALUES, Ending(residents=0), 4 * DAY, 0, over=True)
    assert found.verdict == verdict


def test_what_was_never_counted_cannot_be_told() -> None:
    empty = np.empty(0, dtype=np.int64)
    found = judge(Objective(quantity="turned", at_most=3), empty, empty, Ending(residents=0), DAY, 0, over=False)
    assert (found.verdict, found.why) == ("cannot be told", "it was never counted in this run")


def test_figures_of_the_ending_have_one_name_each() -> None:
    ending = Ending(residents=100, alive=Alive(human=60, symptomless=2), killed_otherwise=38)
    found = ending.figures(3 * DAY)
    assert list(found) == list(FIGURES)
    assert (found["alive"], found["dead"], found["days"]) == (62, 38, 3)
    assert set(FIGURES) & set(QUANTITIES) == {"dead"}, "where both count the same, objectives ask the series"


WANTED = {
    "few": FEW,
    "many": {"quantity": "infected", "at_least": 250},
    "known": {"quantity": "reported_infected", "at_least": 1},
    "short": {"quantity": "days", "at_most": 30.5},
    "late": {"quantity": "ill", "at_most": 10, "by": "400 days"},
}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("wanted") / "run"
    return hyosan.run({"name": "wanted", "extends": "seir", "objectives": WANTED}, overrides=SMALL, seed=2, out=out)


def test_the_account_is_made_from_the_folder_alone(done: Run) -> None:
    assert done.path is not None
    rows = {row["objective"]: row for row in verdicts(Run.open(done.path))}
    truth = [row for row in done.series.to_pylist() if (row["zone"], row["view"], row["quantity"]) == ("all", "truth", "infected")]
    few = [row["value"] for row in truth if row["second"] <= 10 * DAY][-1]
    assert rows["few"]["value"] == few
    assert (rows["few"]["off"], rows["few"]["verdict"]) == ((few - 40, "missed") if few > 40 else (None, "met"))
    assert rows["many"]["value"] == truth[-1]["value"] == done.ending.ever_infected
    assert rows["many"]["rests"].where == ("zone=all", "view=truth", "quantity=infected", f"second={truth[-1]['second']}")
    assert rows["short"]["told"].startswith("missed by ")
    assert rows["late"]["told"].startswith("cannot be told: the run ended before; it was ") == (done.why == "its time was over")


def test_page_text_and_json_say_the_same(done: Run) -> None:
    page = write_report(done).read_text(encoding="utf-8")
    told = account(done)["objectives"]
    text = " ".join(text_report(done).split())
    for row in told:
        assert row["wanted"] in page
        assert f'href="#e{row["evidence"][0]}"' in page
        assert f"* {row['objective']}: {row['wanted']}: {row['told']}" in text
    assert done.path is not None
    assert json.loads((done.path / "report.json").read_text())["objectives"] == told


def test_a_report_without_objectives_says_nothing_of_them(tmp_path: Path) -> None:
    run = hyosan.run("seir", overrides=SMALL | {"time.end": "3 days"})
    assert account(run)["objectives"] == []
    assert "Objectives" not in text_report(run)


def test_objectives_change_nothing_that_happens(done: Run) -> None:
    bare = hyosan.run({"name": "wanted", "extends": "seir"}, overrides=SMALL, seed=2)
    assert (bare.history_hash, bare.ending) == (done.history_hash, done.ending)
    assert "objectives" not in bare.scenario_text, "a scenario without any keeps its hash, and so its result's"


def test_a_fork_may_want_something_else(done: Run) -> None:
    fork = hyosan.fork(done, at="20 days", overrides={"objectives.few.at_most": 1, "objectives.late": None})
    assert fork.history_hash == done.history_hash
    rows = {row["objective"]: row for row in verdicts(fork)}
    assert "late" not in rows
    assert rows["few"]["wanted"].startswith("at most 1 ")
    with pytest.raises(ScenarioError, match=r"objectives.few.zone: 'north' is no zone"):
        hyosan.fork(done, at="20 days", overrides={"objectives.few.zone": "north"})


def test_a_run_cut_short_can_be_gone_on_with(tmp_path: Path) -> None:
    first = hyosan.run({"name": "wanted", "extends": "seir", "objectives": {"few": FEW}}, overrides=SMALL, until="5 days", out=tmp_path / "turn1")
    assert verdicts(first)[0]["verdict"] in ("cannot be told", "missed")
    later = hyosan.fork(first, at="5 days", until="20 days")
    assert verdicts(later)[0]["verdict"] in ("met", "missed")


def test_studies_count_the_runs_that_meet_each(tmp_path: Path) -> None:
    half = {"name": "half", "set": {"pathogen.routes.contact.rates.anywhere": "0.25 per day"}}
    wanted = {"name": "wanted", "extends": "seir", "objectives": {"few": {"quantity": "infected", "at_most": 100}, "short": WANTED["short"]}}
    plan = {"name": "s", "scenario": wanted, "set": SMALL, "seeds": "1-4", "variations": {"list": [{"name": "base"}, half]}}
    found = hyosan.study(plan, out=tmp_path / "s")
    told = account_of_study(found)
    rows = {(row["objective"], row["variation"]): row for row in told["met"]}
    for name, changes in (("base", {}), ("half", half["set"])):
        runs = [hyosan.run(wanted, overrides=SMALL | changes, seed=seed) for seed in range(1, 5)]  # type: ignore[dict-item]
        for position, objective in enumerate(("few", "short")):
            met = [verdicts(run)[position]["verdict"] == "met" for run in runs]
            assert rows[objective, name]["share"] == np.mean(met)
    assert rows["few", "half"]["only_here"] > 0
    assert rows["few", "half"]["pairs"] == 4
    few = rows["few", "half"]
    assert (
        f"few, half: {few['share']:.1%} of 4 runs (Monte Carlo error {few['mc_error']:.1%}); met only here in {few['only_here']},"
        in text_of_study(found)
    )
    assert "Share of the runs that meet each objective" in write_study_report(found).read_text()


def test_the_command_says_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(scenario(tmp_path, lines(quantity="dead", at_most=0)))]) == 0
    assert "few: at most 0 people who are dead, at the end." in capsys.readouterr().out
