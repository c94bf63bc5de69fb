"""Are claims refused where they are wrong, judged by the rows of a run, and read by nothing that runs it?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import fake_run
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_worlds import NO_CAST

import hyosan
from hyosan.cli import main
from hyosan.errors import CommandError, ScenarioError
from hyosan.quantities import ENDING_PARTS
from hyosan.report.account import account
from hyosan.report.claims import judged
from hyosan.report.page import write_report
from hyosan.report.studies import account_of_study, text_of_study
from hyosan.report.text import text_report
from hyosan.results.claims import Log, distance
from hyosan.results.ending import Alive, Ending, Struck
from hyosan.results.rows import select
from hyosan.results.run import Run
from hyosan.scenario.claims import Claim
from hyosan.scenario.dump import dump
from hyosan.scenario.load import load
from hyosan.scenario.log_words import ending_names, read_figure
from hyosan.studies.nearest import nearest, run_again
from hyosan.studies.statistics import wilson

DAY = 86_400
SMALL = {"city.well_mixed": 200, "time.end": "60 days"}
CLAIMS: dict[str, Any] = {
    "many": {"says": "Many were infected", "figure": "ending.ever_infected", "target": 150, "within": "50 %"},
    "first": {"order": {"the seeds": "events kind=seeded", "the others": "events kind=infected", "the end": "end"}},
    "over": {"holds": "infected >= 1 and ill == 0 at end"},
    "open": {"says": "How many at most?", "shows": {"moved": "events kind=moved", "on day two": "infected at day 2"}},
}
VILLAGE = {
    **NO_CAST,
    "city.residents": 200,
    "city.police": 4,
    "city.school.pupils": 20,
    "city.school.years": 1,
    "seeds.mouse.place": "Hyosan High / class 1-1",
    "time.end": "2 h",
}
WORLD = Path(hyosan.__file__).parent


def seir(claims: dict[str, Any]) -> dict[str, Any]:
    return {"name": "told", "extends": "seir", "claims": claims}


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ({"figure": "ending.alife", "target": 3}, r"claims.c.figure: 'ending.alife' is no figure of the ending; did you mean `alive`\?"),
        ({"figure": "people agge=3", "target": 3}, r"'agge' is no column of people; did you mean `age`"),
        ({"figure": "events kind=eaten", "at_most": 3}, r"'eaten' is no kind of event; did you mean"),
        ({"figure": "people age<old", "at_most": 3}, r"'old' is no whole number"),
        ({"figure": "infectd at end", "target": 3}, r"'infectd at end' is no figure; did you mean `infected`"),
        ({"figure": "infected at noon", "target": 3}, r"'noon' is no moment"),
        ({"figure": "days from start", "target": 3}, r"write `days from MOMENT to MOMENT`"),
        ({"figure": 'people "role=a', "target": 3}, r"in double quotes"),
        ({"figure": "ending.alive"}, r"needs either a `target` or a range"),
        ({"figure": "ending.alive", "target": 3, "at_most": 4}, r"needs either a `target` or a range"),
        ({"figure": "ending.alive", "at_least": 5, "at_most": 4}, r"nothing lies between"),
        ({"figure": "ending.alive", "target": 3, "within": "5 km"}, r"unit 'km' does not fit a share"),
        ({"figure": "ending.alive", "target": 3, "within": 0}, r"`within` must be more than 0"),
        ({"figure": "ending.alive", "at_most": 3, "within": 1}, r"how far a figure may be from its `target`"),
        ({"holds": "strik.effective at end"}, r"claims.c.holds: 'strik.effective' is not a name that is known; did you mean `strike.effective`"),
        ({"holds": "infected at end"}, r"is a number, not a condition"),
        ({"order": {"a": "strik.effective", "b": "end"}}, r"claims.c.order.a: 'strik' is no order; did you mean `strike`"),
        ({"order": {"a": "people age=3", "b": "end"}}, r"rows of people are no moments"),
        ({"order": {"a": "end"}}, r"claims.c.order"),
        ({"holds": "ill == 0", "figure": "ending.alive"}, r"is judged in one way"),
        ({"target": 4}, r"are of a `figure`"),
        ({"shows": {"x": "ending.nobody"}}, r"claims.c.shows.x: 'ending.nobody' is no figure of the ending"),
        ({"tells": "x"}, r"claims.c.tells: unknown field"),
    ],
)
def test_what_is_wrong_is_told_at_the_door(claim: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        load({"name": "told", "extends": "hyosan", "claims": {"c": claim}})


def test_claims_are_written_and_read_back(tmp_path: Path) -> None:
    for source in (seir(CLAIMS), "hyosan"):
        whole = load(source)
        (tmp_path / "dumped.yaml").write_text(dump(whole), encoding="utf-8")
        assert whole.claims
        assert load(tmp_path / "dumped.yaml") == whole
    assert "claims" not in dump(load("seir")), "scenarios without claims keep their hash"


def test_every_figure_of_the_ending_can_be_claimed() -> None:
    ending = Ending(10, Alive(1, 2, 3), Struck(1, 1, 1), Struck(1, 0, 2))
    log = Log({name: Claim(figure=f"ending.{name}", target=0) for name in map(_name, ending_names())}, (), 0)
    manifest = {"ending": ending.to_json(), "end_second": 2 * DAY}
    found = {name: one.value for name, one in log.judge(manifest).items()}
    assert found["alive"] == 6
    assert found["alive.half_turned"] == 3
    assert found["reported_killed_in_strikes"] == 3
    assert found["killed_in_strikes_not_infected"] == 1
    assert found["days"] == 2
    assert all(set(parts) == set(getattr(ending, name).__dict__) for name, parts in ENDING_PARTS.items())


def _name(name: str) -> str:
    return name


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up run folder with claims of which the answers are counted apart."""
    from hyosan.results.store import RunWriter
    from hyosan.tables import TABLES

    run = fake_run.lost_city(400)
    claims = {
        "killed": {"figure": "events kind=killed", "target": 200, "within": 1},
        "killed in A1": {"figure": 'events kind=killed "zone=Ward A1"', "at_most": 5},
        "reported": {"figure": "ending.reported_killed_in_strikes", "at_least": 1},
        "law": {"figure": 'days from "martial law.decided" to "martial law.effective"', "at_most": 1},
        "never": {"figure": "days from strikes.effective to strikes.ended", "target": 3, "within": 1},
        "order": {"order": {"infected": "events kind=infected", "killed": "events kind=killed", "held": "last events kind=quarantined"}},
        "turned round": {"order": {"killed": "events kind=killed", "infected": "events kind=infected"}},
        "holds": {"holds": "ring.effective and infected >= 100 at events kind=quarantined"},
        "open": {"shows": {"quarantined": "events kind=quarantined"}},
    }
    claims["law"]["figure"] = "days from martial law.decided to martial law.effective"
    path = tmp_path_factory.mktemp("runs") / "lost"
    orders = {row["order"]: {"do": "alert"} for row in run.orders.to_pylist()}
    with RunWriter.open(path) as writer:
        writer.write_text("scenario.yaml", json.dumps({"name": "lost", "orders": orders, "claims": claims}))
        for table in TABLES:
            for batch in run.batches(table):
                columns = {name: batch.column(name) for name in batch.schema.names}
                writer.append(table, {name: _plain(column) for name, column in columns.items()})
        writer.finish(run.manifest)
    return path


def _plain(column: Any) -> Any:
    return (column.indices.to_numpy(), tuple(column.dictionary.to_pylist())) if hasattr(column, "indices") else column.to_pylist()


def test_verdicts_follow_from_the_rows(lost: Path) -> None:
    run = Run.open(lost)
    rows = {row["claim"]: row for row in judged(run)}
    killed = [row for row in run.events.to_pylist() if row["kind"] == "killed"]
    assert rows["killed"]["value"] == len(killed) == 200
    assert rows["killed"]["verdict"] == "met"
    assert rows["killed in A1"]["value"] == sum(row["zone"] == "Ward A1" for row in killed)
    assert "in truth" in rows["reported"]["told"]
    law = next(row for row in run.orders.to_pylist() if row["order"] == "martial law")
    assert rows["law"]["value"] == (law["second_effective"] - law["second_decided"]) / DAY
    assert rows["order"]["verdict"] == "met"
    assert rows["turned round"]["verdict"] == "missed"
    assert "killed" in rows["turned round"]["told"]
    assert "came after" in rows["turned round"]["told"]
    assert rows["holds"]["verdict"] == "met"
    assert rows["open"]["told"] == "quarantined: 300"


def test_each_claim_names_the_rows_that_it_rests_on(lost: Path) -> None:
    run, told = Run.open(lost), account(Run.open(lost))
    evidence = {one["no"]: one for one in told["evidence"]}
    for row in told["claims"]:
        assert row["evidence"], row["claim"]
        for one in (evidence[number] for number in row["evidence"]):
            if one["table"] != "manifest":
                assert select(run, one["table"], one["where"]).num_rows == one["rows"]
    killed = next(row for row in told["claims"] if row["claim"] == "killed")
    assert evidence[killed["evidence"][0]]["where"] == ["kind=killed"]
    assert evidence[killed["evidence"][0]]["rows"] == 200


def test_without_its_rows_a_claim_is_not_met(lost: Path, tmp_path: Path) -> None:
    import shutil

    copy = shutil.copytree(lost, tmp_path / "lost")
    table = pq.read_table(copy / "events.parquet")
    pq.write_table(pa.Table.from_pylist([row for row in table.to_pylist() if row["kind"] != "killed"], table.schema), copy / "events.parquet")
    rows = {row["claim"]: row for row in judged(Run.open(copy, force=True))}
    assert (rows["killed"]["verdict"], rows["killed"]["value"]) == ("missed", 0)
    assert rows["order"]["told"] == "killed never came"


def test_distance_is_in_tolerances() -> None:
    near = Claim(figure="ending.alive", target=100, within="10 %")
    assert distance(near, 95, True) == pytest.approx(0.5)
    assert distance(near, 130, False) == pytest.approx(3)
    assert distance(near, None, False) == pytest.approx(10), "a figure that a run does not have counts as 0"
    span = Claim(figure="ending.alive", at_least=100, at_most=110)
    assert [distance(span, value, 100 <= value <= 110) for value in (105, 110, 115)] == [0, 1, 2]
    assert [distance(Claim(figure="ending.alive", target=4), value, value == 4) for value in (4, 9)] == [0, 1]
    assert [distance(Claim(figure="ending.alive", at_least=4), value, value >= 4) for value in (4, 1)] == [0, 1]


def test_claims_change_nothing_that_happens() -> None:
    bare, told = (hyosan.run(one, seed=4, overrides=SMALL) for one in (seir({}), seir(CLAIMS)))
    assert (bare.history_hash, bare.result_hash) == (told.history_hash, told.result_hash)


def test_nothing_that_makes_a_world_or_runs_it_reads_them() -> None:
    rooms = ("engine", "world", "rules", "estimate", "running", "counterfactual", "backend.py", "luck.py", "policy.py", "simulate.py")
    files = [file for room in rooms for file in ([WORLD / room] if room.endswith(".py") else sorted((WORLD / room).rglob("*.py")))]
    assert len(files) > 80
    assert [file.name for file in files if re.search(r"\.claims\b|import.*\bclaims?\b|\bClaim\b", file.read_text(encoding="utf-8"))] == []


def test_the_report_tells_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = hyosan.run(seir(CLAIMS), seed=4, overrides=SMALL, out=tmp_path / "told")
    page = write_report(run).read_text(encoding="utf-8")
    assert "Beside the sources" in page
    assert "Beside the sources" in text_report(run)
    assert main(["report", str(tmp_path / "told"), "--claims", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["claim"] for row in told["claims"]] == list(CLAIMS)
    assert told["claims_summed"]["judged"] == 3
    assert told["claims_summed"]["met"] == sum(row["verdict"] == "met" for row in told["claims"])
    assert main(["report", str(tmp_path / "told"), "--claims"]) == 0
    assert "Many were infected" in capsys.readouterr().out
    bare = hyosan.run("seir", seed=4, overrides=SMALL, out=tmp_path / "bare")
    assert "Beside the sources" not in write_report(bare).read_text(encoding="utf-8")
    assert main(["report", str(tmp_path / "bare"), "--claims"]) == 0
    assert "no claims" in capsys.readouterr().out


def test_a_study_counts_them_and_finds_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = CLAIMS | {"none": {"figure": "days from start to events kind=killed", "target": 3, "within": 1}}
    found = hyosan.study({"scenario": seir(claims), "set": SMALL, "seeds": "1-6"}, out=tmp_path / "told")
    runs = {seed: {row["claim"]: row for row in judged(hyosan.run(seir(claims), seed=seed, overrides=SMALL))} for seed in range(1, 7)}
    rows = {row["claim"]: row for row in account_of_study(found)["claims"]}
    for name in ("many", "first", "over", "none"):
        met = sum(run[name]["verdict"] == "met" for run in runs.values())
        assert (rows[name]["met"], rows[name]["runs"]) == (met, 6)
        assert rows[name]["low"] <= met / 6 <= rows[name]["high"]
    values = sorted(run["many"]["value"] for run in runs.values())
    assert [rows["many"]["figures"][0][name] for name in ("quarter", "middle", "three_quarters")] == [values[1], values[2], values[4]]
    assert rows["none"]["told"].endswith("no run has its figure")
    assert [one["label"] for one in rows["open"]["figures"]] == ["moved", "on day two"]
    assert "Beside the sources" in text_of_study(found)
    away = {seed: sum(row["distance"] for row in run.values()) for seed, run in runs.items()}
    best = nearest(found, 6)
    assert [one.seed for one in best] == sorted(away, key=lambda seed: (away[seed], -len(_met(runs[seed])), seed))
    assert best[0].distance == pytest.approx(away[best[0].seed])
    again = run_again(found, best[0], tmp_path / "again", threads=1)
    assert again.manifest["seed"] == best[0].seed
    assert main(["nearest", str(tmp_path / "told"), "--count", "2"]) == 0
    assert f"seed {best[0].seed}" in capsys.readouterr().out
    beside = account(again, found)
    assert all(row["among"] for row in beside["claims"])


def _met(run: dict[str, Any]) -> list[str]:
    return [name for name, row in run.items() if row["verdict"] == "met"]


def test_a_study_without_claims_has_no_nearest(tmp_path: Path) -> None:
    found = hyosan.study({"scenario": "seir", "set": SMALL | {"time.end": "2 days"}, "seeds": 2}, out=tmp_path / "bare")
    with pytest.raises(CommandError, match="makes no claims that are judged"):
        nearest(found)
    assert account_of_study(found)["claims"] == []


def test_only_claims_of_all_variations_are_counted(tmp_path: Path) -> None:
    other = {"name": "another target", "set": {"claims.many.target": 20}}
    plan = {"scenario": seir(CLAIMS), "set": SMALL | {"time.end": "2 days"}, "seeds": 2, "variations": {"list": [{"name": "as it is"}, other]}}
    found = hyosan.study(plan, out=tmp_path / "told")
    assert {row["claim"] for row in account_of_study(found)["claims"]} == {"first", "over", "open"}


def test_the_interval_of_wilson() -> None:
    assert wilson(0, 200) == pytest.approx((0, 0.018846), abs=1e-5)
    assert wilson(34, 200) == pytest.approx((0.12422, 0.22816), abs=1e-4)
    assert wilson(1, 1)[1] == 1


def test_of_an_order_that_is_not_there_nothing_that_is_claimed_is_true() -> None:
    whole = {"name": "quiet", "extends": "hyosan", "orders": None}
    told = {row["claim"]: row for row in judged(hyosan.run(whole, overrides=VILLAGE, threads=1))}
    assert (told["F6"]["verdict"], told["F6"]["told"]) == ("missed", "martial_law.ended never came")
    assert told["F6 months later"]["told"] == "the run ended before 120 days"
    assert told["F5"]["distance"] == pytest.approx(107.5 / 1.5)
    assert told["F2"]["value"] > 0
    with pytest.raises(ScenarioError, match=r"claims.F2.figure"):
        load(whole | {"claims": {"F2": {"figure": "ending.alife", "target": 3}}})


def test_terms_are_added() -> None:
    assert [term.text for term in read_figure("ending.alive + events kind=killed", ())] == ["ending.alive", "events kind=killed"]
