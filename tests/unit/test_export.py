"""Are exports what other programs read, for any run, and are errors said before anything is written?"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import fake_run
import outbreak
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_worlds import TOWN

import hyosan
from hyosan.cli import app, main
from hyosan.errors import CommandError, HyosanError, RunFolderError
from hyosan.export import EXPORTS, Given, write
from hyosan.export.auspice import NO_DATE, auspice, sample
from hyosan.export.dates import decimal_year, moment
from hyosan.export.trees import newick, quoted
from hyosan.export.writing import as_csv, choose
from hyosan.results.epidemiology.cases import cases

NAMES = [export.name for export in EXPORTS]
WORLDLESS = [name for name in NAMES if name != "geojson"]


def read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_everything_is_written_and_every_column_is_in_the_dictionary(tmp_path: Path) -> None:
    paths = write(outbreak.by_hand(), out=tmp_path / "out")
    assert {path.name for path in paths} == {path.name for path in (tmp_path / "out").iterdir()}
    told = {(row["file"], row["column"]): row["meaning"] for row in read(tmp_path / "out" / "columns.csv")}
    for path in paths:
        if path.suffix == ".csv" and path.name != "columns.csv":
            header = path.read_text(encoding="utf-8").splitlines()[0].replace('"', "").split(",")
            assert all(told[path.name, column] for column in header), path.name


def test_moments_are_days_unless_a_date_is_given(tmp_path: Path) -> None:
    run = outbreak.by_hand()
    write(run, "line-list,reproduction", tmp_path / "days")
    rows = read(tmp_path / "days" / "line-list-true.csv")
    assert [row["date_infection"] for row in rows] == ["0", "1.5", "2", "3", "9", "10"]
    assert rows[-1]["date_onset"] == ""
    assert read(tmp_path / "days" / "reproduction-case.csv")[0]["day"] == "1"
    write(run, ["line-list", "reproduction"], tmp_path / "dates", start_date="2026-02-28")
    rows = read(tmp_path / "dates" / "line-list-true.csv")
    assert [row["date_infection"] for row in rows[:2]] == ["2026-02-28T06:00:00", "2026-03-01T18:00:00"]
    assert rows[-1]["date_onset"] == ""
    assert read(tmp_path / "dates" / "reproduction-case.csv")[1]["day"] == "2026-03-01"
    units = {(row["file"], row["column"]): row["unit"] for row in read(tmp_path / "dates" / "columns.csv")}
    assert units["line-list-true.csv", "date_infection"] == "ISO 8601"


def test_decimal_years() -> None:
    assert decimal_year(0, 0, date(2026, 1, 1)) == 2026
    assert decimal_year(182.5 * 86_400, 0, date(2026, 1, 1)) == 2026.5
    assert moment(3600, 6 * 3600, date(2026, 1, 1)).isoformat() == "2026-01-01T07:00:00"


def test_parquet_holds_the_same_with_units(tmp_path: Path) -> None:
    write(outbreak.by_hand(), "intervals", tmp_path, format="parquet")
    table = pq.read_table(tmp_path / "intervals.parquet")
    assert table["serial_interval"].to_pylist() == [3, 4, -1.5, None, None]
    assert table.schema.field("serial_interval").metadata[b"unit"] == b"days"


def test_the_dictionary_keeps_what_else_is_in_the_folder(tmp_path: Path) -> None:
    write(outbreak.by_hand(), "contacts", tmp_path)
    write(outbreak.by_hand(), "intervals", tmp_path)
    assert {row["file"] for row in read(tmp_path / "columns.csv")} == {"contacts.csv", "intervals.csv"}
    (tmp_path / "contacts.csv").unlink()
    write(outbreak.by_hand(), "intervals", tmp_path, force=True)
    assert {row["file"] for row in read(tmp_path / "columns.csv")} == {"intervals.csv"}


def test_no_cell_is_a_formula() -> None:
    table = pa.table({"zone": ["=1+1", "+x", "-x", "@x", "x=1", 'say "no"', "a,b", None], "number": [-1, 2, 3, 4, 5, 6, 7, None]})
    rows = list(csv.reader(io.StringIO(as_csv(table).decode())))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'+x", "'-x", "'@x", "x=1", 'say "no"', "a,b", ""]
    assert rows[1][1] == "-1"


def test_hostile_names_survive_every_format(tmp_path: Path) -> None:
    name = "</script>'=\"\n;[&x]"
    run = fake_run.lost_city(300, hostile_name=name)
    write(run, WORLDLESS, tmp_path)
    zones = {row["zone"] for row in read(tmp_path / "transmissions.csv")}
    assert name in zones
    told = json.loads((tmp_path / "auspice.json").read_text())
    assert told["meta"]["title"] == name


def parse_newick(text: str) -> dict[str, tuple[str | None, str]]:
    """Parent and length of every node of a Newick tree, by a reader of its own: tokens, and a stack."""
    tokens = re.findall(r"'(?:[^']|'')*'|[(),;]|:[-0-9.e+]+", text)
    assert "".join(tokens) == text
    stack: list[list[str]] = [[]]
    parents: dict[str, tuple[str | None, str]] = {}
    waiting: list[str] = []
    for token in tokens:
        if token == "(":
            stack.append([])
        elif token == ")":
            waiting = stack.pop()
        elif token.startswith("'"):
            name = token[1:-1].replace("''", "'")
            parents[name] = (None, "")
            for child in waiting:
                parents[child] = (name, parents[child][1])
            waiting = []
            stack[-1].append(name)
        elif token.startswith(":"):
            parents[stack[-1][-1]] = (None, token[1:])
    assert len(stack) == 1
    return parents


def test_newick_holds_the_tree() -> None:
    trees = newick(cases(outbreak.by_hand()))
    assert trees == ["(('5':1)'1_2':7.5)'2':1.5".join(["(", ",('4':1)'3':2)'1';"])]
    assert parse_newick(trees[0]) == {
        "1": (None, ""), "2": ("1", "1.5"), "3": ("1", "2"), "4": ("3", "1"), "1_2": ("2", "7.5"), "5": ("1_2", "1"),
    }  # fmt: skip
    assert quoted("it's") == "'it''s'"


def test_each_seed_is_a_tree(tmp_path: Path) -> None:
    run = fake_run.measles()
    write(run, "tree", tmp_path)
    lines = (tmp_path / "tree.nwk").read_text().splitlines()
    assert len(lines) == 2
    found = cases(run)
    parents = {name: parent for line in lines for name, (parent, _) in parse_newick(line).items()}
    assert parents == {
        name: None if parent < 0 else found.ids[parent] for name, parent in zip(found.ids.tolist(), found.parent.tolist(), strict=True)
    }
    nexus = (tmp_path / "tree.nex").read_text()
    assert nexus.startswith("#NEXUS\n")
    assert "NTAX=60;" in nexus
    assert nexus.count("  TREE ") == 2
    assert [re.sub(r"^.*\[&R\] ", "", line) for line in nexus.splitlines() if "[&R]" in line] == lines


def check_auspice(told: dict[str, Any]) -> list[dict[str, Any]]:
    """Asserts what the public schema of datasets, version 2, asks for; gives all nodes."""
    assert set(told) == {"version", "meta", "tree"}
    assert told["version"] == "v2"
    meta = told["meta"]
    assert set(meta) <= {"title", "updated", "description", "panels", "colorings", "filters", "display_defaults", "geo_resolutions"}
    assert re.fullmatch(r"[0-9X]{4}-[0-9X]{2}-[0-9X]{2}", meta["updated"])
    assert meta["panels"] == ["tree"]
    keys = set()
    for colour in meta["colorings"]:
        assert set(colour) <= {"key", "title", "type", "scale"}
        assert colour["type"] in ("continuous", "temporal", "ordinal", "categorical", "boolean")
        keys.add(colour["key"])
    assert set(meta["filters"]) <= keys
    nodes, waiting = [], [told["tree"]]
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        assert set(node) <= {"name", "node_attrs", "branch_attrs", "children"}
        assert isinstance(node["name"], str)
        assert " " not in node["name"]
        attributes = node["node_attrs"]
        assert isinstance(attributes["div"], int | float)
        assert attributes.get("hidden", "always") in ("always", "timetree", "divtree")
        assert set(attributes) <= keys | {"div", "num_date", "hidden"}
        for key in set(attributes) - {"div", "hidden"}:
            assert isinstance(attributes[key]["value"], str | int | float)
        for child in node.get("children", ()):
            assert child["node_attrs"]["div"] >= attributes["div"]
            waiting.append(child)
        assert node.get("children") != []
    assert len({node["name"] for node in nodes}) == len(nodes), "names are unique"
    return nodes


def tips(nodes: list[dict[str, Any]]) -> set[str]:
    return {node["name"] for node in nodes if "children" not in node}


@pytest.mark.parametrize("run", [outbreak.by_hand(), fake_run.measles(), fake_run.lost_city(400)], ids=["by hand", "two seeds", "city"])
def test_auspice_is_as_its_schema_asks_and_every_case_is_a_tip(run: Any) -> None:
    for started in (None, date(2026, 3, 1)):
        told = json.loads(next(iter(auspice(Given(run, started)))).content)
        nodes = check_auspice(told)
        assert tips(nodes) == set(cases(run).ids)
        assert told["meta"]["updated"] == (NO_DATE if started is None else "2026-03-01")
        assert all(("num_date" in node["node_attrs"]) == (started is not None) for node in nodes)


def test_auspice_takes_a_sample_of_many_and_says_so() -> None:
    run = fake_run.lost_city(400)
    first, second = (json.loads(next(iter(auspice(Given(run), 50))).content) for _ in "12")
    assert first == second
    assert len(tips(check_auspice(first))) == 50
    assert "Tips are 50 of 400 cases, a sample" in first["meta"]["description"]
    assert sample(cases(run), 50).sum() == 50


def test_long_chains_are_no_deeper_than_the_writers() -> None:
    run = outbreak.chain(3000)
    text = newick(cases(run))[0]
    assert len(parse_newick(text)) == 3000
    assert next(iter(auspice(Given(run)))).content.count(b'"children"') == 2999


def test_hubverse_counts_every_case_by_day_and_zone(tmp_path: Path) -> None:
    write(outbreak.by_hand(), "hubverse", tmp_path, start_date="2026-03-01")
    rows = read(tmp_path / "hubverse.csv")
    assert list(rows[0]) == [
        "scenario_id", "origin_date", "target", "horizon", "target_end_date", "location", "output_type", "output_type_id", "value",
    ]  # fmt: skip
    new = [row for row in rows if row["target"] == "inc infection" and int(row["value"])]
    assert [(row["target_end_date"], row["value"]) for row in new if row["location"] == "all"] == [
        ("2026-03-01", "1"), ("2026-03-02", "1"), ("2026-03-03", "1"), ("2026-03-04", "1"), ("2026-03-10", "1"), ("2026-03-11", "1"),
    ]  # fmt: skip
    assert sum(int(row["value"]) for row in new if row["location"] != "all") == 6
    assert {(row["output_type"], row["output_type_id"]) for row in rows} == {("sample", "7")}
    last = [row["value"] for row in rows if row["target"] == "cum infection" and row["location"] == "all"]
    assert (last[0], last[-1], len(last)) == ("1", "6", 21)
    write(outbreak.by_hand(), "hubverse", tmp_path / "plain")
    assert "origin_date" not in read(tmp_path / "plain" / "hubverse.csv")[0], "no date is made up"


def test_orders_are_in_order_of_decision(tmp_path: Path) -> None:
    write(fake_run.lost_city(50), "orders", tmp_path, start_date="2026-03-01")
    rows = read(tmp_path / "orders.csv")
    assert list(rows[0])[:8] == ["seq", "time", "from", "to", "means", "text", "action", "expected"]
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    assert [row["text"] for row in rows if row["action"] == "strike"] == ["strikes", "strikes (2)", "strikes (3)", "strikes (4)"]
    assert {row["to"] for row in rows} == {row["expected"] for row in rows} == {""}
    law = next(row for row in rows if row["action"] == "martial_law")
    assert (law["from"], law["time"], law["time_effective"]) == ("council", "2026-03-02T04:20:00", "2026-03-02T06:20:00")


def test_every_export_gives_the_files_that_it_names() -> None:
    for export in EXPORTS:
        if export.name != "geojson":
            assert tuple(product.name for product in export.make(Given(outbreak.by_hand()))) == export.files


@pytest.mark.parametrize("run", [outbreak.by_hand([]), outbreak.by_hand(outbreak.EVENTS[:1])], ids=["empty", "one seed"])
def test_runs_in_which_hardly_anything_happens_are_exported_too(run: Any, tmp_path: Path) -> None:
    names = {path.name for path in write(run, out=tmp_path)}
    assert "line-list-true.csv" in names
    assert ("auspice.json" in names) == bool(run.events.num_rows)


def test_exports_that_need_the_world_are_left_out_or_refused_without_it(tmp_path: Path) -> None:
    assert not any(path.suffix == ".geojson" for path in write(outbreak.by_hand(), out=tmp_path))
    with pytest.raises(HyosanError, match="geojson: cannot be made of this run"):
        write(outbreak.by_hand(), "geojson", tmp_path)


def test_wrong_requests_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    run = outbreak.by_hand()
    for arguments, words in (
        ({"to": "linelist"}, "did you mean `line-list`"),
        ({"to": ""}, "no export is named"),
        ({"format": "parket"}, "did you mean `parquet`"),
        ({"start_date": "1 March"}, "write year-month-day"),
        ({"start_date": "9999-12-30"}, "after the year 9999"),
    ):
        with pytest.raises(CommandError, match=words):
            write(run, **{"to": "line-list", "out": tmp_path / "out"} | arguments)
    with pytest.raises(RunFolderError, match="has no folder"):
        write(run, "tree")
    assert not (tmp_path / "out").exists()
    write(run, "tree", tmp_path / "out")
    with pytest.raises(HyosanError, match="--force"):
        write(run, "tree,contacts", tmp_path / "out")
    assert not (tmp_path / "out" / "contacts.csv").exists(), "all or nothing"
    write(run, "tree,contacts", tmp_path / "out", force=True)
    assert [export.name for export in choose("tree, line-list")] == ["line-list", "tree"]


def test_help_names_every_export(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--help"]) == 0
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    listed = re.search(r"separated by commas: ([a-z, -]+)\.", told)
    assert listed is not None
    assert listed[1].split(", ") == NAMES
    assert "export" in app


def test_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    hyosan.run("classroom", seed=3, out="runs/room")
    assert main(["export", "runs/room", "--to", "line-list,tree", "--to", "geojson"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told == [f"runs/room-export/{name}" for name in (
        "line-list-true.csv", "line-list-reported.csv", "tree.nwk", "tree.nex", "zones.geojson", "places.geojson", "columns.csv",
    )]  # fmt: skip
    assert all(Path(path).is_file() for path in told)
    for arguments, code, words in (
        (["runs/room", "--to", "tree"], 1, "--force"),
        (["runs/room", "--to", "trees"], 2, "did you mean `tree`"),
        (["runs/room", "--format", "xls"], 2, "parquet"),
        (["runs/room", "--start-date", "soon"], 2, "--start-date"),
        (["runs"], 4, "holds no run"),
    ):
        assert main(["export", *arguments]) == code
        assert words in capsys.readouterr().err
    before = Path("runs/room-export/tree.nwk").read_bytes()
    assert main(["export", "runs/room", "--to", "tree", "--force"]) == 0
    assert Path("runs/room-export/tree.nwk").read_bytes() == before


def test_a_town_exports_with_all_its_zones_and_ages(tmp_path: Path) -> None:
    run = hyosan.run("hyosan", overrides=TOWN, threads=2, until="14 h", out=tmp_path / "town")
    write(run, out=tmp_path / "out")
    found = cases(run)
    zones = json.loads((tmp_path / "out" / "zones.geojson").read_text())["features"]
    assert sum(zone["properties"]["infections"] for zone in zones) == len(found)
    places = json.loads((tmp_path / "out" / "places.geojson").read_text())["features"]
    assert sum(place["properties"]["infections"] for place in places) == len(found)
    ages = read(tmp_path / "out" / "attack-by-age.csv")
    assert sum(int(row["population"]) for row in ages[:-1]) == int(ages[-1]["population"])
    assert sum(int(row["infected"]) for row in ages[:-1]) == int(ages[-1]["infected"])
    assert len(tips(check_auspice(json.loads((tmp_path / "out" / "auspice.json").read_text())))) == min(len(found), 5000)
