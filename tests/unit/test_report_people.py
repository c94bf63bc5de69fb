"""Are who lived, who infected whom and the story of each person what the tables of a run say? In a small town that is bombed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from small_worlds import village

import hyosan
from hyosan.cli import main
from hyosan.errors import CommandError
from hyosan.report.account import account
from hyosan.report.counts import Facts, gather
from hyosan.report.descent import DRAWN, branches, descent_svg
from hyosan.report.lessons import areas, plan, plan_csv, still_open, strengths
from hyosan.report.people import Persons
from hyosan.report.survival import survival
from hyosan.report.turning import turning_points
from hyosan.results.ending import Alive, Ending
from hyosan.results.rows import select
from hyosan.results.run import Run
from hyosan.results.tree import tree
from hyosan.results.world import world_of
from hyosan.tables import TABLES

Row = dict[str, Any]
ALIVE = ("alive_human", "alive_symptomless", "alive_half_turned")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> hyosan.Run:
    changes = village(800, **{"orders.strike.delay": "14 h", "time.end": "2 days"})
    found = hyosan.run("hyosan", seed=3, threads=1, out=tmp_path_factory.mktemp("runs") / "village", overrides=changes)
    assert found.ending.ever_infected > 20
    return found


@pytest.fixture(scope="module")
def facts(run: hyosan.Run) -> Facts:
    return gather(run, world_of(run))


def test_groups_are_counted_as_by_hand(facts: Facts) -> None:
    assert facts.world is not None
    ground = facts.world.ground
    how = {row["person"]: row for row in facts.run.people.to_pylist()}
    residents = [row for row in range(facts.world.people) if not ground.place_outside[ground.person_slot_place[row, 0]]]
    assert len(residents) == facts.ending.residents
    at_home = Counter(int(ground.person_slot_place[row, 0]) for row in residents)
    groups = {one.by: {row["group"]: row for row in one.rows} for one in survival(facts)}
    never = {"ending": "alive_human", "infected_second": -1}
    ended = {row: how.get(int(ground.person_id[row]), never) for row in residents}
    sets = {
        ("household", "alone"): [row for row in residents if at_home[int(ground.person_slot_place[row, 0])] == 1],
        ("household", "3 people"): [row for row in residents if at_home[int(ground.person_slot_place[row, 0])] == 3],
        ("role", "pupil"): [row for row in residents if facts.world.roles[ground.person_role[row]] == "pupil"],
        ("age", "20-39"): [row for row in residents if 20 <= ground.person_age[row] <= 39],
    }
    for (by, group), rows in sets.items():
        found = groups[by][group]
        assert found["people"] == len(rows) > 0
        assert found["alive"] == sum(ended[row]["ending"] in ALIVE for row in rows)
        assert found["in_strikes"] == sum(ended[row]["ending"] == "killed_in_strikes" for row in rows)
        assert found["infected"] == sum(ended[row]["infected_second"] >= 0 for row in rows)
    for by in ("household", "role", "age", "home zone", "where they spend the day"):
        if by in groups:
            assert sum(row["people"] for row in groups[by].values()) == facts.ending.residents
            assert sum(row["alive"] for row in groups[by].values()) == facts.ending.alive.total
    assert groups["what happened to them"]["were infected"]["people"] == facts.ending.ever_infected


def test_without_its_world_only_those_of_the_table_are_grouped(run: hyosan.Run, facts: Facts) -> None:
    groups = {one.by: one.rows for one in survival(gather(run))}
    assert set(groups) < {one.by for one in survival(facts)} | {"role", "home zone"}
    assert sum(row["people"] for row in groups["age"]) == run.people.num_rows
    told = account(run)
    assert not told["everybody"]


def test_the_tree_counts_everybody_once(facts: Facts) -> None:
    found = branches(facts)
    assert 1 < sum(one.person >= 0 for one in found) <= DRAWN
    infectors = Counter(tree(facts.run)["infector"].to_pylist())
    for position, one in enumerate(found):
        below = [kid for kid in found if kid.parent == position]
        if one.person >= 0:
            assert one.children == sum(kid.infections for kid in below) == infectors[one.person]
            assert one.descendants == sum(kid.infections + kid.descendants for kid in below)
            seconds = [kid.second for kid in below]
            assert seconds == sorted(seconds, reverse=True), "the latest on top, so that no line crosses a label"
            assert all(one.second <= kid.second <= kid.last <= one.last for kid in below)
    assert found[0].parent == -1
    picture = descent_svg(facts, found, Persons(facts.run, facts.world), {found[0].person})
    assert picture.count("<circle") == sum(one.person >= 0 for one in found)
    assert picture.count('class="wedge"') == sum(one.person < 0 for one in found)
    assert picture.count("<a href") == 1


def test_stories_tell_every_row_of_a_person_and_nothing_else(facts: Facts) -> None:
    run = facts.run
    events = run.events.to_pylist()
    for person in tree(run)["infected"].to_pylist()[::2]:
        told = hyosan.story(run, person).to_json()
        assert [one["second"] for one in told["events"]] == sorted(one["second"] for one in told["events"])
        rows = [row for row in events if person in (row["person"], row["other"])]
        shown = [row for one in told["events"] for row in select(run, one["table"], one["where"]).to_pylist()]
        assert sorted(shown, key=str) == sorted(rows, key=str), "each row is behind one line"
        bites = [one for one in told["events"] if one["text"].startswith("bites ")]
        assert len(bites) == sum(row["kind"] == "infected" and row["other"] == person for row in rows)
        (row,) = [row for row in run.people.to_pylist() if row["person"] == person]
        end = told["fate"]["text"]
        assert {"killed_in_strikes": "Was killed in a strike on day", "killed_otherwise": "Died on day"}.get(row["ending"], "") in end
        assert ("Came out alive" in end) == (row["ending"] in ALIVE)


def test_nobody_is_made_up(run: hyosan.Run) -> None:
    with pytest.raises(CommandError, match="no person 999999"):
        hyosan.story(run, 999_999)


def test_somebody_to_whom_nothing_happened_has_a_story(facts: Facts) -> None:
    run, person = facts.run, facts.run.people["person"][7].as_py()
    kept = {name: [run.table(name)] for name in TABLES}
    kept |= {name: [select(run, name, [f"person!={person}"])] for name in ("events", "people")}
    kept["events"] = [kept["events"][0].filter(pc.not_equal(kept["events"][0]["other"], person))]
    spared = Run.in_memory(run.manifest, kept, run.scenario_text)
    told = hyosan.story(spared, person).to_json()
    assert told["fate"]["text"] == "Nothing happened to them that is logged: came out alive."
    assert told["about"][0]["text"].startswith("Lived in ")
    assert told["events"] == []


def test_story_of_the_command_line_is_that_of_the_library(run: hyosan.Run, capsys: pytest.CaptureFixture[str]) -> None:
    person = run.people["person"][0].as_py()
    story = hyosan.story(run, person)
    assert isinstance(story, hyosan.Story)
    assert main(["story", str(run.path), str(person)]) == 0
    assert capsys.readouterr().out == story.text()
    assert main(["story", str(run.path), str(person), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == story.to_json()
    assert story.to_json()["who"] in story._repr_html_()


def test_turning_points_are_rows(facts: Facts) -> None:
    events = facts.run.events.to_pylist()
    points = {one.text: one.second for one in turning_points(facts)}
    assert points["the first infection by another person"] == next(row["second"] for row in events if row["kind"] == "infected")
    assert points["the last infection"] == max(row["second"] for row in events if row["kind"] in ("seeded", "infected"))
    assert points["the first death"] == next(row["second"] for row in events if row["kind"] == "killed")
    assert list(points.values()) == sorted(points.values())


def test_lessons_and_the_plan(facts: Facts) -> None:
    missed = {"objective": "few", "wanted": "at most 3", "told": "missed by 9", "verdict": "missed", "rests": ()}
    met = missed | {"objective": "soon over", "verdict": "met"}
    found = areas(facts, [missed, met], [])
    assert found[0].facts == ["few: at most 3; missed by 9"]
    assert strengths(facts, [missed, met])[0].facts == ["soon over: at most 3; missed by 9"]
    rows = plan(found)
    assert [row["area"] for row in rows] == [one.title for one in found]
    assert {(row["action"], row["owner"], row["by"]) for row in rows} == {("", "", "")}
    assert plan_csv([{"no": 1, "area": "=1+1", "action": "", "owner": "", "by": ""}]).splitlines()[1].startswith("1,'=1+1,")


def test_what_stays_open_is_told_as_long_as_it_is_open(facts: Facts) -> None:
    told = [one.text for one in still_open(facts)]
    going = [row["order"] for row in facts.run.orders.to_pylist() if row["second_effective"] >= 0 and row["second_ended"] < 0]
    assert told[0].endswith(f": {', '.join(going)}.")
    assert any(text == f"{facts.ending.in_quarantine:,} people are held in the quarantine." for text in told)
    assert any(text.startswith(f"Of {facts.ending.ever_infected:,} people ever infected the authorities know of ") for text in told)
    over = [row | {"second_ended": 1} for row in facts.decisions]
    assert still_open(facts._replace(decisions=over, ending=Ending(600, Alive(600)), curves={})) == []


def test_means_that_ran_out_are_told(facts: Facts) -> None:
    lost = {"order": "rescue", "authority": "city", "ended": "day 2 10:00", "because": "all its teams were lost", "used": "teams lost 2", "number": 2}
    found = areas(facts._replace(decisions=[*facts.decisions, lost]), [], [])
    (told,) = [one for one in found if one.title.startswith("Means ran out")]
    assert told.facts[-1] == "rescue by city ended on day 2 10:00: all its teams were lost (used: teams lost 2)"


def test_ids_of_world_and_run_meet(facts: Facts) -> None:
    """Who is in the table is of the world, so that nobody is counted as untouched who was not."""
    assert facts.world is not None
    assert np.isin(facts.run.people["person"].to_numpy(), facts.world.ground.person_id).all()
