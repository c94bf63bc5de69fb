"""Does every sentence of a report rest on the rows that it names: change when they do, stand when others do, go when they go?"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import fake_run
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hyosan.cli import main
from hyosan.errors import CommandError, RunFolderError
from hyosan.report.account import account
from hyosan.report.counts import gather
from hyosan.report.page import write_report
from hyosan.results.rows import condition, select
from hyosan.results.run import Run
from hyosan.results.store import RunWriter
from hyosan.tables import TABLES

Row = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lost = fake_run.lost_city(400)
    path = tmp_path_factory.mktemp("runs") / "lost"
    with RunWriter.open(path) as writer:
        writer.write_text("scenario.yaml", lost.scenario_text)
        for table in TABLES:
            for batch in lost.batches(table):
                writer.append(table, {name: plain(batch.column(name)) for name in batch.schema.names})
        writer.finish(lost.manifest)
    return path


def plain(column: Any) -> Any:
    return (column.indices.to_numpy(), tuple(column.dictionary.to_pylist())) if hasattr(column, "indices") else column.to_pylist()


def changed(folder: Path, to: Path, change: Any) -> Path:
    """A copy of a run whose events are other ones."""
    shutil.copytree(folder, to)
    table = pq.read_table(to / "events.parquet")
    rows = change(table.to_pylist())
    pq.write_table(pa.Table.from_pylist(rows, table.schema), to / "events.parquet")
    return to


def meets(row: Row, text: str) -> bool:
    """A condition, evaluated apart from the program."""
    column, sign, value = re.fullmatch(r"([a-z_]+)(<=|>=|!=|=|<|>)(.*)", text).groups()  # type: ignore[union-attr]
    if sign in ("=", "!="):
        return (str(row[column]) in value.split("|")) == (sign == "=")
    return eval(f"{row[column]} {sign} {int(value)}")


def touched(evidence: Row, before: Row, after: Row) -> bool:
    """Whether a changed row of the events is among the rows and columns of a piece of evidence."""
    if evidence["table"] != "events":
        return False
    was, now = (all(meets(row, text) for text in evidence["where"]) for row in (before, after))
    return was != now or (was and any(before[name] != after[name] for name in evidence["columns"] or before))


def say(told: Row) -> dict[str, tuple[str, ...]]:
    """Every sentence of an account with the fingerprints that stand behind it."""
    prints = {one["no"]: one["fingerprint"] for one in told["evidence"]}
    said = dict(zip(told["sentences"], told["sentence_evidence"], strict=True))
    said |= {one["text"]: one["evidence"] for one in told["survival_sentences"] + told["turning_points"]}
    for one in told["areas"] + told["strengths"]:
        said |= {f"{one['title']} {fact}": one["evidence"] for fact in one["facts"]}
    return {text: tuple(prints[number] for number in numbers) for text, numbers in said.items()}


def a_bite(rows: list[Row]) -> int:
    return next(at for at, row in enumerate(rows) if row["kind"] == "infected" and at > 40)


@pytest.mark.parametrize("column", ["zone", "place_kind", "other", "cause", "second"])
def test_one_changed_bite_changes_what_rests_on_it_and_nothing_else(folder: Path, tmp_path: Path, column: str) -> None:
    seen: list[Row] = []

    def change(rows: list[Row]) -> list[Row]:
        at = a_bite(rows)
        other = {"zone": "Ward A1", "place_kind": "shop", "other": rows[0]["person"], "cause": "nobody knows", "second": rows[at + 1]["second"]}
        assert other[column] != rows[at][column]
        seen.extend([dict(rows[at]), rows[at] | {column: other[column]}])
        rows[at] = seen[1]
        return rows

    copy = changed(folder, tmp_path / "lost", change)
    with pytest.raises(RunFolderError, match=r"events\.parquet: damaged"):
        account(Run.open(copy))
    before, after = account(Run.open(folder)), account(Run.open(copy, force=True))
    assert (before["changed_files"], after["changed_files"]) == ([], ["events.parquet"])
    assert [(one["table"], one["where"]) for one in before["evidence"]] == [(one["table"], one["where"]) for one in after["evidence"]]
    for one, now in zip(before["evidence"], after["evidence"], strict=True):
        assert (one["fingerprint"] != now["fingerprint"]) == touched(one, *seen), one
    old, new = say(before), say(after)
    unmoved = {text for text, prints in old.items() if new.get(text) == prints}
    assert {text for text in old if text not in new} <= set(old) - unmoved, "a sentence changed whose rows did not"
    assert unmoved, "some sentences do not rest on this bite"
    assert len(unmoved) < len(old) or column == "cause"


def test_removing_rows_removes_sentences(folder: Path, tmp_path: Path) -> None:
    spared = changed(folder, tmp_path / "spared", lambda rows: [row | {"from": "susceptible"} if row["kind"] == "killed" else row for row in rows])
    copy = changed(spared, tmp_path / "lost", lambda rows: [row for row in rows if row["kind"] not in ("killed", "quarantined")])
    before, after = account(Run.open(spared, force=True)), account(Run.open(copy, force=True))
    assert before["tolls"]
    assert after["tolls"] == []
    assert any("killed by orders" in one["title"] for one in before["areas"]) > any("killed by orders" in one["title"] for one in after["areas"])
    assert {"the first arrival in the quarantine", "the first death"} <= {one["text"] for one in before["turning_points"]}
    assert not {"the first arrival in the quarantine", "the first death"} & {one["text"] for one in after["turning_points"]}


def test_a_report_of_changed_files_says_so(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = changed(folder, tmp_path / "lost", lambda rows: rows[:-1])
    assert main(["report", str(copy)]) == 4
    assert "events.parquet" in capsys.readouterr().err
    assert main(["report", str(copy), "--force"]) == 0
    assert "Not as the run left it: events.parquet" in (copy / "report.html").read_text(encoding="utf-8")
    assert main(["report", str(copy), "--force", "--text"]) == 0
    assert "Not as the run left it: events.parquet" in capsys.readouterr().out


def test_what_is_no_tree_any_more_is_said(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bite by somebody who was never infected is no bug of the program, if the file was changed."""
    copy = changed(folder, tmp_path / "lost", lambda rows: [row | {"other": 999_999} if row["kind"] == "infected" else row for row in rows])
    assert main(["report", str(copy), "--force"]) == RunFolderError.exit_code
    assert "was changed, and who infected whom is no tree any more" in capsys.readouterr().err


def test_the_report_is_rebuilt_from_the_folder_alone(folder: Path, tmp_path: Path) -> None:
    first = write_report(Run.open(folder), fake_run.world(), tmp_path)
    pages = [first.read_bytes(), first.with_name("report.json").read_bytes()]
    shutil.copytree(folder, tmp_path / "elsewhere" / "lost")
    again = write_report(Run.open(tmp_path / "elsewhere" / "lost"), fake_run.world())
    assert [again.read_bytes(), again.with_name("report.json").read_bytes()] == pages
    assert len(pages[0]) < 5e6


def test_every_command_shows_its_rows(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(folder.parent)
    told = account(gather(Run.open(folder), fake_run.world()))
    assert len(told["evidence"]) > 20
    for one in told["evidence"]:
        program, *arguments = shlex.split(one["command"])
        assert program == "hyosan"
        assert main([*arguments, "--limit", "1"] if one["table"] != "manifest" else arguments) == 0
        said = capsys.readouterr()
        assert f"{one['rows']:,} row" in said.err if one["table"] != "manifest" else len(said.out.splitlines()) == one["rows"]


def test_rows_are_chosen_as_by_hand(folder: Path) -> None:
    run = Run.open(folder)
    rows = run.events.to_pylist()
    tests = [["kind=infected"], ["kind=seeded|killed", "second>3600"], ["kind!=infected", "person<=150"], ["zone=Ward A1", "second>=0", "other!=-1"]]
    for where in tests:
        wanted = [row for row in rows if all(meets(row, text) for text in where)]
        assert select(run, "events", where).to_pylist() == wanted
        assert wanted, where
    assert select(run, "events", [], ["second"]).column_names == ["second"]


def test_names_with_bars_are_one_value(folder: Path) -> None:
    run = fake_run.lost_city(50, hostile_name="a|b\\c")
    assert select(run, "events", [condition("zone", "a|b\\c")]).num_rows == sum(row["zone"] == "a|b\\c" for row in run.events.to_pylist()) > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["event"], "did you mean `events`"),
        (["events", "knd=infected"], "did you mean `kind`"),
        (["events", "infected"], "is no condition"),
        (["events", "kind=infcted"], "did you mean `infected`"),
        (["events", "kind<3"], "holds names"),
        (["events", "second=soon"], "is no whole number"),
        (["events", "second<99999999999999999999"], "is no whole number"),
        (["events", "--columns", "perso"], "did you mean `person`"),
        (["manifest", "ending.alve"], "did you mean `alive`"),
    ],
)
def test_what_is_no_row_is_said(folder: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rows", str(folder), *arguments]) == CommandError.exit_code
    assert message in capsys.readouterr().err


def test_the_hash_of_rows_is_that_of_their_values(folder: Path) -> None:
    """However the names of a column happen to be coded, and in whatever batches its rows come."""
    from hyosan.results.hashes import hash_rows

    rows = Run.open(folder).events.select(["second", "zone"])
    names = sorted(set(rows["zone"].cast(pa.string()).to_pylist()), reverse=True)
    codes = pa.array(np.array([names.index(name) for name in rows["zone"].cast(pa.string()).to_pylist()], dtype=np.int16))
    other = pa.table({"second": rows["second"], "zone": pa.DictionaryArray.from_arrays(codes, pa.array(names))})
    assert hash_rows(other) == hash_rows(rows) == hash_rows(pa.concat_tables([rows.slice(0, 7), rows.slice(7)]))
    assert hash_rows(rows.slice(1)) != hash_rows(rows)
