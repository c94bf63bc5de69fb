"""Are people told by name wherever they are told: in tables, stories, what-ifs, the report and the replay, from rows and nothing else?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from small_worlds import village

import hyosan
from hyosan.cli import main
from hyosan.errors import CommandError
from hyosan.report.account import account
from hyosan.report.counts import gather
from hyosan.report.people import Persons
from hyosan.report.replay import content
from hyosan.report.text import text_report
from hyosan.results.hashes import hash_table
from hyosan.results.names import id_of, names_of
from hyosan.results.run import Run
from hyosan.results.world import world_of
from hyosan.tables import TABLES

ROOM = "Hyosan High / class 1-1"
CAST = {
    "Mia Sol": {"role": "pupil", "place": ROOM, "ties": {"friend": ["Ben O'Hara"], "bully": ["Ben O'Hara"]}},
    "Ben O'Hara": {"role": "pupil", "place": ROOM, "lives_with": ["Ben's mother"], "ties": {"friend": ["Mia Sol"]}},
    "Ben's mother": {"age": 45},
    "Hermit": {"age": 80},
}
TIES = {"friends": 2, "source": "assumed: a test"}
CHANGES = village(300, **{"time.end": "20 h"}) | {"city.cast": CAST, "city.ties": TIES, "seeds.mouse.person": "Mia Sol"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return hyosan.run("hyosan", seed=3, threads=1, out=tmp_path_factory.mktemp("runs") / "village", overrides=CHANGES)


def test_the_table_of_people_names_the_cast_and_nobody_else(run: Run) -> None:
    world = world_of(run)
    assert world is not None
    assert names_of(run) == world.person_names
    assert sorted(name for name in run.people["name"].to_pylist() if name) == sorted(CAST)
    seeded = run.events.filter(pc.equal(run.events["cause"], "mouse"))["person"].to_pylist()
    assert [names_of(run)[person] for person in seeded] == ["Mia Sol"]


def test_people_are_found_by_name(run: Run) -> None:
    by_id = {name: person for person, name in names_of(run).items()}
    assert id_of(run, "Mia Sol") == id_of(run, " mia  sol ") == id_of(run, by_id["Mia Sol"]) == by_id["Mia Sol"]
    with pytest.raises(CommandError, match=r"'Mia Sal' is neither an id nor a name of this run; did you mean `Mia Sol`"):
        id_of(run, "Mia Sal")
    persons = Persons(run, None)
    assert persons.say(by_id["Mia Sol"]) == f"Mia Sol (no. {by_id['Mia Sol']})"
    other = next(person for person in run.people["person"].to_pylist() if person not in names_of(run))
    assert persons.say(other) == persons.introduce(other) == persons.describe(other)


def test_stories_are_told_by_name(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    mia = id_of(run, "Mia Sol")
    assert hyosan.story(run, "Mia Sol").to_json() == hyosan.story(run, mia).to_json()
    assert main(["story", str(run.path), "Mia Sol"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"Mia Sol, pupil of {15} (no. {mia})")
    bitten = [row for row in run.events.to_pylist() if row["kind"] == "infected" and row["other"] == mia]
    assert bitten
    assert "by Mia Sol (no." in hyosan.story(run, bitten[0]["person"]).text()
    assert "with" in hyosan.story(run, "Ben O'Hara").text()
    assert f"Friends with Mia Sol (no. {mia}; " in hyosan.story(run, "Ben O'Hara").text()
    assert f"Is bullied by Mia Sol (no. {mia}; " in hyosan.story(run, "Ben O'Hara").text()
    assert "Bullies Ben O'Hara (no." in told
    assert "Ben's mother (no." in hyosan.story(run, "Ben O'Hara").text()
    assert main(["story", str(run.path), "Mia Sal"]) != 0
    assert "did you mean `Mia Sol`?" in capsys.readouterr().err
    assert main(["story", str(run.path), "-3"]) != 0


def test_what_ifs_take_names(run: Run) -> None:
    mia = id_of(run, "Mia Sol")
    found = hyosan.whatif(run, person="Mia Sol", threads=1)
    assert found.question == f"Mia Sol (person {mia}) had never been infected"
    assert mia in found.infected_only_here
    assert "(Mia Sol, " in str(found), "who has a name is told first"
    assert found.to_json() == hyosan.whatif(run, person=mia, threads=1).to_json()
    with pytest.raises(CommandError, match=r"--person: 'Mio' is neither an id nor a name .*Mia Sol"):
        hyosan.whatif(run, person="Mio", threads=1)
    with pytest.raises(CommandError, match=r"--bite: Hermit \(person \d+\) was never infected"):
        hyosan.whatif(run, bite="Hermit", threads=1)


def test_the_report_tells_of_each_of_the_cast(run: Run) -> None:
    told = account(gather(run, world_of(run)))
    assert [one["name"] for one in told["cast"]] == list(CAST), "in the order of the scenario"
    evidence = {row["no"]: row for row in told["evidence"]}
    for one in told["cast"]:
        assert one["who"].startswith(f"{one['name']}, ")
        for said in (*one["sentences"], one["fate"]):
            cited = [evidence[number] for number in said["evidence"]]
            assert cited
            assert all(row["rows"] for row in cited if "kind=noticed" not in row["where"]), "a sentence stands on rows"
    (mia,) = [one for one in told["cast"] if one["name"] == "Mia Sol"]
    assert any("is infected by the scenario itself (mouse)" in said["text"] for said in mia["sentences"])
    assert any("Hyosan High / class 1-1" in said["text"] for said in mia["sentences"])
    words = text_report(run)
    assert "The cast" in words
    assert all(f"* {name}: " in words for name in CAST)


def changed(run: Run, **tables: Callable[[Any], Any]) -> Run:
    """The run with some tables altered."""
    found = {name: [tables.get(name, lambda rows: rows)(run.table(name))] for name in TABLES}
    return Run.in_memory(run.manifest, found, run.scenario_text)


def sentences_of(run: Run, name: str) -> list[str]:
    cast = {one["name"]: one for one in account(gather(run))["cast"]}
    return [] if name not in cast else [said["text"] for said in (*cast[name]["sentences"], cast[name]["fate"])]


def test_a_sentence_goes_with_its_rows(run: Run) -> None:
    chose = {row["person"] for row in run.events.to_pylist() if row["kind"] == "chose"}
    person, name = next((person, name) for person, name in names_of(run).items() if person in chose)
    whole = sentences_of(changed(run), name)
    assert any("notices danger" in text for text in whole)
    choices = pc.and_(pc.equal(run.events["person"], person), pc.equal(run.events["kind"], "chose"))
    without = sentences_of(changed(run, events=lambda rows: rows.filter(pc.invert(choices))), name)
    assert without == [text for text in whole if "notices danger" not in text]
    gone = changed(run, people=lambda rows: rows.filter(pc.not_equal(rows["person"], person)))
    assert sentences_of(gone, name) == []


def test_who_died_and_was_seen_by_nobody_is_missing(run: Run) -> None:
    ben, state = id_of(run, "Ben O'Hara"), "dead"

    def died(rows: Any) -> Any:
        told = rows.to_pylist()
        for row in told:
            if row["person"] == ben:
                row.update(state=state, ending="killed_otherwise", died_second=5000)
        return pa.Table.from_pylist(told, schema=rows.schema)

    def noticed(rows: Any) -> Any:
        seen = rows.slice(0, 1).to_pylist()[0] | {"second": 9000, "kind": "noticed", "person": ben, "from": state, "to": state}
        return pa.concat_tables([died_events(rows), pa.Table.from_pylist([seen], schema=rows.schema)])

    def died_events(rows: Any) -> Any:
        return rows.filter(pc.invert(pc.and_(pc.equal(rows["person"], ben), pc.equal(rows["kind"], "noticed"))))

    missing = sentences_of(changed(run, people=died, events=died_events), "Ben O'Hara")[-1]
    assert missing.startswith("Missing, no body found; in truth died on day 1 11:03.")
    assert sentences_of(changed(run, people=died, events=noticed), "Ben O'Hara")[-1].startswith("Died on")


def test_what_people_do_to_each_other_is_told_of_both(run: Run) -> None:
    mia, ben = id_of(run, "Mia Sol"), id_of(run, "Ben O'Hara")

    def deeds(rows: Any) -> Any:
        deed = rows.slice(0, 1).to_pylist()[0] | {"second": 60, "kind": "chose", "person": mia, "other": ben}
        more = [deed | {"cause": "expel"}, deed | {"cause": "kill"}, deed | {"cause": "seek", "other": -1}]
        more.append(deed | {"kind": "killed", "person": ben, "other": -1, "cause": "left alone"})
        return pa.concat_tables([rows, pa.Table.from_pylist(more, schema=rows.schema)])

    altered = changed(run, events=deeds)
    told = hyosan.story(altered, mia).text()
    assert f"puts out Ben O'Hara (no. {ben}) in" in told
    assert f"decides to kill Ben O'Hara (no. {ben}) in" in told
    assert "and goes for family who are elsewhere" in told
    told = hyosan.story(altered, ben).text()
    assert f"is put out by Mia Sol (no. {mia}) in" in told
    assert f"is to be killed by Mia Sol (no. {mia}) in" in told
    assert "dies, left alone in" in told


def test_the_replay_knows_the_cast(run: Run) -> None:
    world = world_of(run)
    assert world is not None
    told, _ = content(run, world)
    ids = sorted(world.ground.person_id.tolist())
    assert {ids[at]: name for at, name in told["names"]} == names_of(run)
    json.dumps(told)


def test_names_are_part_of_the_hash_only_where_there_are_some(run: Run) -> None:
    people = run.people
    at, field = people.schema.get_field_index("name"), people.schema.field("name")
    bare = people.set_column(at, field, pa.array([""] * len(people)).cast(field.type))
    assert hash_table("people", [bare]) != hash_table("people", [people])
    other = pc.replace_substring(people["name"].cast("string"), "Hermit", "Hermes").cast(people["name"].type)
    renamed = people.set_column(at, field, other)
    assert hash_table("people", [renamed]) != hash_table("people", [people])
    assert hash_table("people", [people.slice(0, 3), people.slice(3)]) == hash_table("people", [people])


def test_a_file_of_a_version_without_names_is_read(run: Run, tmp_path: Path) -> None:
    from hyosan.results.tablefile import read_batches, write_table

    write_table(tmp_path / "people.parquet", "people", [run.people])
    pq.write_table(pq.read_table(tmp_path / "people.parquet").drop_columns(["name"]), tmp_path / "old.parquet")
    (old,) = read_batches(tmp_path / "old.parquet", "people")
    assert set(old["name"].to_pylist()) == {""}
    assert old.drop_columns(["name"]).to_pydict() == run.people.drop_columns(["name"]).to_pydict()
