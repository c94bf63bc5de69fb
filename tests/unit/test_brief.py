"""Does a brief say what its authority knows, exactly, and nothing that it cannot know?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_worlds import village

import hyosan
from hyosan.cli import main
from hyosan.cli.briefing import show
from hyosan.errors import CommandError, PolicyError, RunFolderError
from hyosan.units import say_clock

pytestmark = pytest.mark.usefixtures("compiled")

DAY = 86_400
SICK = {"counts_as": "ill", "noticed": {"share": 1, "after": "1 h"}}
TOWN: dict[str, Any] = {
    "city.residents": 2000, "city.zone_size": "250 m", "time.end": "14 days", "time.stop_when_over": False,
    "seeds.travellers": {"count": 40, "ages": "0-20"},
    "pathogen.routes.air.rates": {"school": "1.5 per day"},
    "pathogen.states.ill.noticed": {"share": 0.6, "after": "1 day"},
    "pathogen.states.silent": {"counts_as": "symptomless"}, "pathogen.states.shown": SICK,
    "authorities.agency": {"hears_after": "2 days", "decides_in": "3 h", "powers": ["isolate", "close"]},
    "beliefs": {"generation_mean": "3 days", "generation_sd": "2 days"},
    "orders.alone": {"do": "isolate", "authority": "agency", "per_day": 5, "costs": {"visits": 40}, "when": "reported.infected >= 3"},
    "orders.shut": {"do": "close", "authority": "agency", "setting": "school", "when": "reported.week >= 15", "delay": "2 days"},
    "orders.masks": {"do": "reduce_contacts", "authority": "city", "settings": {"work": "80 %"}, "when": "reported.week >= 12", "delay": "20 days"},
    "checkpoints.every": "3 days", "checkpoints.keep": 0,
}  # fmt: skip
"""An outbreak that stays in a school; grown-ups who are infected besides infect nobody."""
HIDDEN = {"seeds.more": {"count": 400, "ages": "30-120", "state": "silent"}}
COMING = {"seeds.more": {"count": 400, "ages": "30-120", "state": "shown", "at": "day 9 00:00"}}


def run(changes: dict[str, Any], **more: Any) -> hyosan.Run:
    return hyosan.run("influenza", overrides=TOWN | changes, seed=5, threads=1, **more)


def told(one: hyosan.Run | Path, capsys: pytest.CaptureFixture[str], at: str, authority: str = "agency", **more: Any) -> str:
    """All of a brief, in all its forms."""
    found = hyosan.brief(one, at=at, authority=authority, threads=1, **more)
    show(found.to_json())
    return "\n".join([json.dumps(found.to_json(), sort_keys=True), found.html(), capsys.readouterr().out])


@pytest.fixture(scope="module")
def base() -> hyosan.Run:
    return run({})


@pytest.mark.parametrize("at", ["day 4 12:00", "day 10 13:00", "14 days"])
def test_nobody_is_told_of_infected_who_show_nothing(base: hyosan.Run, at: str, capsys: pytest.CaptureFixture[str]) -> None:
    other = run(HIDDEN)
    assert hyosan.brief(base, at="14 days", authority="agency").to_json()["counts"][0]["value"] > 30, "too little is told to see anything in it"
    assert other.ending.ever_infected == base.ending.ever_infected + 400
    for authority in ("agency", "city"):
        assert told(other, capsys, at, authority) == told(base, capsys, at, authority)


def test_nothing_is_told_that_is_still_on_its_way(base: hyosan.Run, capsys: pytest.CaptureFixture[str]) -> None:
    """400 cases are reported on day 9; the agency hears of them on day 11, the city at once. The city then decides on masks, which the agency
    does not learn before they are in force."""
    other = run(COMING)
    assert told(other, capsys, "day 10 22:00") == told(base, capsys, "day 10 22:00")
    for authority, at in (("agency", "day 12 00:00"), ("city", "day 10 22:00")):
        assert told(other, capsys, at, authority) != told(base, capsys, at, authority)
    names = [[row["order"] for row in hyosan.brief(other, at="day 10 22:00", authority=by).to_json()["orders"]] for by in ("city", "agency")]
    assert "masks" in names[0]
    assert "masks" not in names[1]


def test_nothing_is_told_of_zones_that_it_does_not_hear_of(capsys: pytest.CaptureFixture[str]) -> None:
    zones = hyosan.brief(run({}), at="14 days", authority="city").to_json()["zones"]
    assert len(zones) >= 4
    deaf, *heard = (row["zone"] for row in zones)
    ears = {"authorities.agency.zones": heard, "authorities.agency.hears_after": "0 s"}
    shown = {"seeds.more": {"count": 60, "ages": "30-120", "state": "shown", "at": "day 3 00:00", "zones": [deaf]}}
    plain, more = run(ears), run(ears | shown)
    assert more.ending.ever_infected == plain.ending.ever_infected + 60
    for at in ("day 5 12:00", "14 days"):
        assert told(plain, capsys, at) == told(more, capsys, at)
        assert told(plain, capsys, at, "city") != told(more, capsys, at, "city")
    assert deaf not in {row["zone"] for row in hyosan.brief(plain, at="14 days", authority="agency").to_json()["zones"]}


def test_what_is_told_is_what_was_known_when_orders_were_decided(base: hyosan.Run) -> None:
    """At the tick in which an order is decided its condition holds, by the figures that the log notes; a tick before it does not."""
    rows = {row["order"]: row for row in base.orders.to_pylist()}
    for name, by in (("alone", "agency"), ("shut", "agency"), ("masks", "city")):
        second = rows[name]["second_decided"]
        then = hyosan.brief(base, at=f"{second} s", authority=by).to_json()
        before = hyosan.brief(base, at=f"{second - 1} s", authority=by).to_json()
        assert (then["second"], before["second"]) == (second, second - 12 * 3600)
        holds = [[row["holds"] for row in one["choices"] if row["order"] == name] for one in (before, then)]
        assert holds == [[False], [True]], name
        known = json.loads(rows[name]["knowledge"])
        counts = {row["name"]: row["value"] for row in then["counts"]}
        assert {word: counts.get(word, 0) for word in known} == known
        assert known["reported.infected"] > 0
        assert sum(zone["cases"] for zone in then["zones"]) == known["reported.infected"]


def test_means_choices_and_orders(base: hyosan.Run) -> None:
    rows = {row["order"]: row for row in base.orders.to_pylist()}
    clock = {name: [say_clock(row[f"second_{what}"], 0) for what in ("decided", "effective")] for name, row in rows.items()}
    found = hyosan.brief(base, at="14 days", authority="agency").to_json()
    alone, _ = found["means"]
    used = json.loads(rows["alone"]["used"])
    assert (alone["standing"], alone["means"], alone["used"]) == (f"in force since {clock['alone'][1]}", {"per_day": 5}, {"visits": used["visits"]})
    assert alone["cost"] == 40 * used["visits"] > 0
    assert found["choices"] == []
    assert [row["order"] for row in found["orders"]] == ["alone", "shut"]
    assert found["orders"][0]["decided"] == clock["alone"][0]
    at = hyosan.brief(base, at=f"{rows['shut']['second_decided'] + 12 * 3600} s", authority="agency").to_json()
    assert at["means"][1]["standing"] == f"decided on {clock['shut'][0]}, in effect from {say_clock(rows['shut']['second_decided'] + 51 * 3600, 0)}"
    assert found["hears"] == [
        "It hears of all zones, 2 days late.",
        "From knowing to passing an order on it takes 3 h.",
        "It may order isolate, close.",
    ]
    assert found["growth"]["low"] <= found["growth"]["percent_a_day"] <= found["growth"]["high"]
    assert found["reproduction"]["low"] <= found["reproduction"]["estimate"]
    start = hyosan.brief(base, at="0 s", authority="agency").to_json()
    assert [row["order"] for row in start["choices"]] == ["alone", "shut"]
    assert start["choices"][1]["in_effect_after"] == "2 days 3 h"
    assert (start["counts"], start["zones"], start["orders"], start["last_report"]) == (
        [{"name": "reported.infected", "label": "infected people noticed so far", "value": 0}], [], [], None,
    )  # fmt: skip


def test_the_incubation_period_is_told_with_its_interval() -> None:
    known = {"pathogen.states.ill.noticed": {"share": 0.9, "after": "1 day", "period_known": 1.0}, "authorities.agency.hears_after": "0 s"}
    found = hyosan.brief(run(known), at="14 days", authority="agency").to_json()["incubation"]
    assert found["cases"] >= 50
    for name in ("median", "mean", "within_99_percent"):
        assert 0 < found[name]["low"] < found[name]["estimate"] < found[name]["high"]
    assert "; 99 of 100 within " in found["said"]


def test_from_a_checkpoint_or_the_start_it_is_the_same(base: hyosan.Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = run({}, out=tmp_path / "kept")
    fork = hyosan.fork(kept, at="day 5 00:00", overrides=["orders.shut=null"], out=tmp_path / "fork", threads=1)
    for at in ("day 3 00:00", "day 4 00:00", "day 4 18:00"):
        assert told(kept, capsys, at) == told(base, capsys, at) == told(fork, capsys, at)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    at = "day 5 00:00"
    assert [[row["order"] for row in hyosan.brief(one, at=at, authority="agency").to_json()["choices"]] for one in (kept, fork)] == [
        ["alone", "shut"], ["alone"],
    ]  # fmt: skip
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files, "a brief writes nothing"


def close(knowledge: Any, now: Any) -> Any:
    return [hyosan.GiveOrder("shut", delay="1 day")] if now.day >= 5 else ()


def test_runs_with_policies_are_told_with_them_or_at_a_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mayor = {"orders.shut.when": "never", "authorities.mayor": {"powers": ["close"]}}
    one = run(mayor, policies={"mayor": close}, out=tmp_path / "run")
    with pytest.raises(PolicyError, match=r"policies mayor; to brief it.*hyosan\.brief.*not needed \(day 4 00:00, day 7 00:00, day 10 00:00, day"):
        hyosan.brief(one, at="day 6 00:00", authority="mayor")
    with pytest.raises(PolicyError, match="not the text that decided"):
        hyosan.brief(one, at="day 6 00:00", authority="mayor", policies={"mayor": lambda knowledge, now: ()})
    found = hyosan.brief(one, at="day 6 12:00", authority="mayor", policies={"mayor": close}).to_json()
    assert [(row["order"], row["by"], row["settings"]) for row in found["orders"] if row["by"] == "mayor"] == [("shut", "mayor", {"delay": "1 days"})]
    assert main(["brief", str(tmp_path / "run"), "--at", "day 4 00:00", "--as", "mayor", "--json"]) == 0
    (choice,) = json.loads(capsys.readouterr().out)["choices"]
    assert (choice["order"], choice["when"], choice["holds"]) == ("shut", "as its policy decides", None)


def test_what_is_wrong_is_told(base: hyosan.Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match=r"--as: 'agencie' is no authority of this run; did you mean `agency`\? There are: agency, city\."):
        hyosan.brief(base, at="day 2 00:00", authority="agencie")
    for at, text in (("day 99 00:00", "after the end"), ("9:00", "on which day"), ("-3 h", "--at")):
        with pytest.raises(CommandError, match=text):
            hyosan.brief(base, at=at, authority="agency")
    with pytest.raises(RunFolderError):
        hyosan.brief(tmp_path / "nowhere", at="day 1", authority="agency")
    assert main(["brief", str(tmp_path), "--at", "day 2 00:00", "--as", "agency"]) == 4


def test_the_flagship_as_text_page_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyosan.cli.briefing.WIDTH", 200)  # so that no cell wraps
    hyosan.run("hyosan", seed=3, overrides=village(300, **{"authorities.army": {"hears_after": "1 h"}}), threads=1, out=tmp_path / "run")
    command = ["brief", str(tmp_path / "run"), "--at", "day 1 15:30", "--threads", "1", "--as"]
    assert main([*command, "government"]) == 0
    assert "per day 120,000, stock rations" in capsys.readouterr().out, "a supply names its stock; it is no number that could run out"
    assert main([*command, "army"]) == 0
    text = capsys.readouterr().out
    for line in ("What army knew on day 1 15:30", "It hears of all zones, 1 h late.", "Orders that it knows of", "the order `strike` is in force"):
        assert line in text
    assert main([*command, "fire service", "--html", str(tmp_path / "<b>.html")]) == 0
    page = (tmp_path / "<b>.html").read_text(encoding="utf-8")
    assert main([*command, "fire service", "--html", str(tmp_path / "<b>.html")]) == 0, "a brief may be written again"
    capsys.readouterr()
    (tmp_path / "mine.yaml").write_text("name: mine")
    assert main([*command, "fire service", "--html", str(tmp_path / "mine.yaml")]) == 2
    assert "mine.yaml: holds something else than a brief; name another file" in capsys.readouterr().err
    assert (tmp_path / "mine.yaml").read_text() == "name: mine"
    assert "teams free" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert main([*command, "army", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    seed = {"seed", "history_hash", "result_hash", "reached"}
    assert not seed & {key for row in [found, *found["orders"], *found["means"]] for key in row}
