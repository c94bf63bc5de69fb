"""Does a city of one's own tables hold what they say, whatever the order of their rows, and is every fault told with file and row?"""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from pydantic import ValidationError

import hyosan.scenario.templates
from hyosan.errors import ResourceError, ScenarioError
from hyosan.scenario.city import City
from hyosan.scenario.load import load
from hyosan.simulate import run
from hyosan.world import table_file
from hyosan.world.build import build, check_table
from hyosan.world.frame import World
from hyosan.world.store import load_world, save

EXAMPLE = Path(hyosan.scenario.templates.__file__).parent / "templates" / "tables"
NAMES = ("people", "places", "membership", "contacts")
PEOPLE = "id,age,household,role,zone\n7,40,a,teacher,north\n3,9,a,,north\n12,30,,,south\n"
PLACES = "id,kind,setting,zone,x,y\nroom,classroom,school,north,10,20\nmill,mill,work,south,-5.4,7\n"
MEMBERS = "person,place,slot\n7,room,work\n3,room,school\n12,mill,work\n"
LINKS = "from,to,weight\n7,12,0.5\n3,12,2\n"


def make(folder: Path, **texts: str) -> World:
    """A world of these tables, written into a folder."""
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return build(City(**{name: f"{name}.csv" for name in texts}), folder)


def test_people_and_places_are_those_of_the_tables(tmp_path: Path) -> None:
    w = make(tmp_path, people=PEOPLE, places=PLACES, membership=MEMBERS, contacts=LINKS)
    g = w.ground
    assert g.person_id.tolist() == [3, 7, 12]
    assert g.person_age.tolist() == [9, 40, 30]
    assert [w.roles[role] for role in g.person_role] == ["resident", "teacher", "resident"]
    assert w.zones == ("north", "south")
    row = {name: place for place, name in w.place_names.items()}
    assert [w.kinds[g.place_kind[row[name]]] for name in ("mill", "room")] == ["mill", "classroom"]
    assert [w.settings[g.place_setting[row[name]]] for name in ("mill", "room")] == ["work", "school"]
    assert (g.place_x[row["mill"]], g.place_y[row["mill"]], g.place_x[row["room"]]) == (-5, 7, 10)
    assert g.person_slot_place[:, 1].tolist() == [row["room"], row["room"], row["mill"]]
    home = g.person_slot_place[:, 0]
    assert home[0] == home[1] != home[2]
    assert [w.zones[g.place_zone[place]] for place in home] == ["north", "north", "south"]
    start = np.repeat(np.arange(3), np.diff(g.link_start))
    assert sorted(zip(start.tolist(), g.link_to.tolist(), g.link_weight.tolist(), strict=True)) == [
        (0, 2, 2048), (1, 2, 512), (2, 0, 2048), (2, 1, 512),
    ]  # fmt: skip


def test_routines_follow_school_and_work(tmp_path: Path) -> None:
    w = make(tmp_path, people=PEOPLE, membership=MEMBERS)
    tuesday = w.ground.schedule_slot[w.ground.person_schedule][:, 24:48]
    assert tuesday[:, 10].tolist() == [1, 1, 1]
    assert tuesday[0, 15] != 1, "pupils under 12 are at school until 14 h"
    assert tuesday[1, 17] == tuesday[2, 17] == 1
    assert [w.settings[w.ground.place_setting[place]] for place in w.ground.person_slot_place[:, 1]] == ["school", "school", "work"]


def test_only_people_are_needed(tmp_path: Path) -> None:
    w = make(tmp_path, people="id,age\n5,10\n2,70\n")
    assert w.people == w.places == 2
    assert w.ground.person_id.tolist() == [2, 5]
    assert (w.settings, w.roles, w.zones) == (("home",), ("resident",), ("here",))


def test_a_home_can_be_a_place(tmp_path: Path) -> None:
    people = "id,age,home\n1,80,care home\n2,85,care home\n3,30,\n"
    w = make(tmp_path, people=people, places="id,kind,setting\ncare home,institution,home\n")
    home = w.ground.person_slot_place[:, 0]
    assert home[0] == home[1] != home[2]
    assert w.kinds[w.ground.place_kind[home[0]]] == "institution"
    by_membership = make(tmp_path, people="id,age\n1,80\n2,85\n3,30\n", membership="person,place,slot\n1,x,home\n2,x,home\n")
    assert len(set(by_membership.ground.person_slot_place[:, 0].tolist())) == 2


def test_the_order_of_rows_decides_nothing(tmp_path: Path) -> None:
    for name in NAMES:
        first, *rest = (EXAMPLE / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        for number in range(3):
            order = np.random.default_rng(number).permutation(len(rest)) if number else np.arange(len(rest))
            folder = tmp_path / str(number)
            folder.mkdir(exist_ok=True)
            (folder / f"{name}.csv").write_text("\n".join([first, *(rest[k] for k in order)]) + "\n", encoding="utf-8")
    city = City(**{name: f"{name}.csv" for name in NAMES})
    worlds = [build(city, tmp_path / str(number)) for number in range(3)]
    assert len({w.content_hash for w in worlds}) == 1
    loaded = load_world(save(worlds[0], tmp_path))
    assert loaded.content_hash == worlds[1].content_hash


def test_parquet_and_csv_are_the_same(tmp_path: Path) -> None:
    for name in NAMES:
        table = pyarrow.csv.read_csv(EXAMPLE / f"{name}.csv")
        if name == "people":  # as pandas writes whole numbers beside missing ones
            table = table.set_column(0, "id", table.column("id").cast(pa.float64()))
        pyarrow.parquet.write_table(table, tmp_path / f"{name}.parquet")
    from_parquet = build(City(**{name: f"{name}.parquet" for name in NAMES}), tmp_path)
    assert from_parquet.content_hash == build(City(**{name: f"{name}.csv" for name in NAMES}), EXAMPLE).content_hash


def test_ids_of_text_are_numbered_and_it_is_said(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match=r"people.csv: ids are texts; people are numbered from 0"):
        w = make(tmp_path, people="id,age,household\nzoe,30,h\nann,4,h\n", contacts="from,to\nzoe,ann\n")
    assert w.ground.person_id.tolist() == [0, 1]
    assert w.ground.person_age.tolist() == [4, 30]
    assert "ids are texts" in check_table(w)[0].what


def test_ids_stand_in_the_log(tmp_path: Path) -> None:
    scenario = hyosan.scenario.templates.new_tables(tmp_path / "village.yaml")[-1]
    done = run(scenario, seed=1, threads=1)
    known = set(pyarrow.csv.read_csv(EXAMPLE / "people.csv").column("id").to_pylist())
    assert set(done.people.column("person").to_pylist()) <= known
    assert set(done.events.column("person").to_pylist()) <= known
    assert min(known) == 100


def test_files_are_taken_from_the_folder_of_the_scenario(tmp_path: Path) -> None:
    inner = tmp_path / "tables"
    shutil.copytree(EXAMPLE, inner)
    (inner / "base.yaml").write_text("extends: seir\ncity: {well_mixed: null, people: people.csv}\nname: base\n")
    (tmp_path / "outer.yaml").write_text("extends: tables/base.yaml\nname: outer\n")
    assert load(tmp_path / "outer.yaml").city.people == "tables/people.csv"
    with pytest.raises(ScenarioError, match=r"city.places.*leads out of the folder"):
        load(inner / "base.yaml", overrides={"city.places": "../p.csv"})


def test_blank_lines_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    w = make(tmp_path, people="\ufeffid, age\n\n1 , 30\n\n2,40\n\n")
    assert w.ground.person_id.tolist() == [1, 2]
    with pytest.raises(ScenarioError, match=r"people.csv:5: age 'x'"):
        make(tmp_path, people="id,age\n\n1,30\n\n2,x\n")


WRONG = {
    "empty": ({"people": ""}, "people.csv: is empty; the first line must name the columns"),
    "names only": ({"people": "id,age\n"}, "people.csv: has no rows"),
    "no column": ({"people": "id,aeg\n1,2\n"}, "people.csv:1: there is no column `age`; is it `aeg`"),
    "no such column": ({"people": "id,weight\n1,2\n"}, "there is no column `age`; found are id, weight"),
    "mistyped column": ({"people": "id,age,houshold\n1,2,3\n"}, "`houshold` is not known; did you mean `household`"),
    "column twice": ({"people": "id,age,age\n1,2,3\n"}, "`age` is given twice"),
    "semicolons": ({"people": "id;age\n1;2\n"}, "separate columns by commas"),
    "row too long": ({"people": "id,age\n1,2\n3,4,5\n"}, "people.csv:3: this row has 3 values, the first line names 2"),
    "text in a number": ({"people": "id,age\n1,2\n2,old\n"}, "people.csv:3: age 'old' is not a whole number; it is a whole number from 0 to 120"),
    "no age": ({"people": "id,age\n1,\n"}, "people.csv:2: has no age"),
    "too old": ({"people": "id,age\n1,121\n"}, "people.csv:2: age '121' is not from 0 to 120"),
    "negative age": ({"people": "id,age\n1,-1\n"}, "people.csv:2: age '-1' is not from 0"),
    "id too large": ({"people": "id,age\n2147483648,1\n"}, "people.csv:2: id '2147483648' is not from 0 to 2147483647"),
    "names alone": ({"people": "id,age"}, "people.csv: has no rows below its names"),
    "short row": ({"people": "id,age\n1\n"}, "people.csv:2: this row has 1 value, the first line names 2 columns"),
    "negative id": ({"people": "id,age\n-4,1\n"}, "people.csv:2: id '-4' is not from 0"),
    "two kinds of ids": ({"people": "id,age\n1,1\nx2,1\n"}, "people.csv:3: id 'x2' is not a whole number as other ids are"),
    "id twice": ({"people": "id,age\n1,1\n2,1\n1,3\n"}, r"people.csv:4: id '1' is given already \(people.csv:2\)"),
    "home and household": ({"people": "id,age,home,household\n1,1,a,b\n"}, "people.csv:2: has a household and a home"),
    "two zones": ({"people": "id,age,household,zone\n1,1,a,n\n2,1,a,s\n"}, "people.csv:3: household 'a' is in zone 's' here and in 'n'"),
    "role": ({"people": "id,age,role\n1,1,4x\n"}, "people.csv:2: role '4x' is not a word"),
    "place twice": ({"people": PEOPLE, "places": PLACES + "room,x,x,x,1,1\n"}, r"places.csv:4: id 'room' is given already \(places.csv:2\)"),
    "no kind": ({"people": PEOPLE, "places": "id,kind\na,\n"}, "places.csv:2: has no kind"),
    "only x": ({"people": PEOPLE, "places": "id,kind,x\na,b,1\n"}, "places.csv: has only one of the columns `x` and `y`"),
    "x of text": ({"people": PEOPLE, "places": "id,kind,x,y\na,b,1,east\n"}, "places.csv:2: y 'east' is not a number"),
    "no room": ({"people": PEOPLE, "places": "id,kind,capacity\na,b,0\n"}, "places.csv:2: capacity '0' is not from 1"),
    "unknown person": ({"people": PEOPLE, "membership": MEMBERS + "99,room,school\n"}, "membership.csv:5: person '99' is not an id in people.csv"),
    "unknown place": ({"people": PEOPLE, "places": PLACES, "membership": "person,place,slot\n7,roam,work\n"},
                      "membership.csv:2: place 'roam' is not an id in places.csv; did you mean `room`"),
    "unknown home": ({"people": "id,age,home\n1,1,rom\n", "places": PLACES}, "people.csv:2: place 'rom' is not an id in places.csv"),
    "unknown slot": ({"people": PEOPLE, "membership": "person,place,slot\n7,room,wrok\n"}, "slot 'wrok' is not known; did you mean `work`"),
    "two in the day": ({"people": PEOPLE, "membership": MEMBERS + "3,mill,work\n"},
                       r"membership.csv:5: person '3' has a place of the day .* already \(membership.csv:3\)"),
    "two homes": ({"people": PEOPLE, "membership": "person,place,slot\n3,x,home\n"}, "membership.csv:2: person '3' has a home in people.csv"),
    "unknown end": ({"people": PEOPLE, "contacts": LINKS + "7,8,1\n"}, "contacts.csv:4: to '8' is not an id in people.csv"),
    "linked to itself": ({"people": PEOPLE, "contacts": LINKS + "7,7,1\n"}, "contacts.csv:4: person '7' is linked to itself"),
    "linked twice": ({"people": PEOPLE, "contacts": LINKS + "12,7,1\n"}, r"contacts.csv:4: these two are linked already \(contacts.csv:2\)"),
    "negative weight": ({"people": PEOPLE, "contacts": "from,to,weight\n7,3,-1\n"}, "contacts.csv:2: weight '-1' is not from 1/1,024 to 2,097,151"),
    "weight nan": ({"people": PEOPLE, "contacts": "from,to,weight\n7,3,nan\n"}, "contacts.csv:2: weight 'nan' is not a number"),
    "no weight": ({"people": PEOPLE, "contacts": "from,to,weight\n7,3,\n"}, "contacts.csv:2: has no weight"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_with_file_and_row(name: str, tmp_path: Path) -> None:
    texts, words = WRONG[name]
    with pytest.raises(ScenarioError, match=words):
        make(tmp_path, **texts)


def test_an_unknown_text_id_brings_the_nearest(tmp_path: Path) -> None:
    with (
        pytest.warns(UserWarning, match="ids are texts"),
        pytest.raises(ScenarioError, match=r"contacts.csv:2: to 'zoa' is not an id in people.csv; did you mean `zoe`"),
    ):
        make(tmp_path, people="id,age\nzoe,30\nann,4\n", contacts="from,to\nann,zoa\n")


def test_files_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("id,age\n1,2\n")
    (tmp_path / "a.parquet").write_text("id,age\n1,2\n")
    (tmp_path / "a.csv").write_bytes(b"id,age\n1,\xff\n")
    for name, words in (
        ("a.txt", "must end in"),
        ("a.parquet", "a.parquet: "),
        ("a.csv", "a.csv:2: is not CSV in UTF-8"),
        ("b.csv", "city.people: there is no file"),
    ):
        with pytest.raises(ScenarioError, match=words):
            build(City(people=name), tmp_path)


def test_rows_of_parquet_are_counted_from_one(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pa.table({"id": [1, 2], "age": [4, 400], "extra": [[1], [2]]}), tmp_path / "p.parquet")
    with pytest.raises(ScenarioError, match=r"p.parquet: row 2: age '400' is not from 0 to 120"):
        build(City(people="p.parquet"), tmp_path)


def test_other_tables_need_people() -> None:
    with pytest.raises(ValidationError, match="`contacts` needs `people`"):
        City(well_mixed=3, contacts="c.csv")


def test_a_table_larger_than_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_file, "free_bytes", lambda: 20)
    with pytest.raises(ResourceError, match=r"people.csv: reading this table needs .* free is 20 bytes"):
        make(tmp_path, people=PEOPLE)
