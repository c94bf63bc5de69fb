"""Do the numbers of the library agree with the rows that they cite, and does a changed digit show?"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from hyosan.cli import sources as command
from hyosan.cli.sources import CITING, OUTBREAKS
from hyosan.scenario import citations
from hyosan.scenario.citations import DATA, WRONG, assumed_share, findings
from hyosan.scenario.files import LIBRARY, library_path

LIMIT = 0.15
"""Share of the numbers about the world that may be assumed."""


@pytest.mark.parametrize("name", CITING)
def test_every_number_agrees_with_its_source(name: str) -> None:
    found = findings(library_path(name))
    assert [one for one in found if one.verdict in (*WRONG, "not opened")] == []
    assumed, claims = assumed_share(found)
    assert claims >= 15
    assert assumed <= LIMIT * claims
    assert [one.field for one in found if one.verdict == "assumed" and not re.search(r"range \d", one.cited)] == []


@pytest.mark.parametrize("name", OUTBREAKS)
def test_every_number_of_an_outbreak_agrees_with_its_source(name: str) -> None:
    found = findings(library_path(name))
    assert [one for one in found if one.verdict in (*WRONG, "not opened")] == []
    assumed, claims = assumed_share(found)
    assert assumed <= LIMIT * claims


@pytest.mark.parametrize("name", CITING)
def test_any_digit_changed_in_a_cited_number_is_found(name: str, tmp_path: Path) -> None:
    text = library_path(name).read_text(encoding="utf-8")
    cited = [one for one in findings(library_path(name)) if one.verdict == "agrees"]
    lines = text.splitlines()
    changed = 0
    for number, line in enumerate(lines):
        found = re.match(r"^ +(mean|sd|after|share|dispersion|home|school|work|leisure): ([\d.]+)( |$)", line)
        if not found:
            continue
        at = found.start(2) + len(found[2]) - 1
        other = "7" if line[at] != "7" else "3"
        path = tmp_path / "changed.yaml"
        path.write_text("\n".join([*lines[:number], line[:at] + other + line[at + 1 :], *lines[number + 1 :]]), encoding="utf-8")
        before, after = findings(library_path(name)), findings(path)
        field = next(new for old, new in zip(before, after, strict=True) if old.written != new.written)
        assert field.verdict in ("DIFFERS", "assumed"), field
        changed += field.verdict == "DIFFERS"
    assert changed >= 10
    assert len(cited) >= changed


def test_the_command_prints_a_table_and_fails_on_a_mismatch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["mers"]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in ("field", "cited value", "verdict", "agrees", "assumed (0%)", "Every number agrees"))
    wrong = (LIBRARY / "mers.yaml").read_text(encoding="utf-8").replace("mean: 5.98 days", "mean: 5.99 days")
    (tmp_path / "mers.yaml").write_text(wrong, encoding="utf-8")
    monkeypatch.setattr(command, "library_path", lambda name: tmp_path / f"{name}.yaml")
    assert command.main(["mers"]) == 1
    assert "DIFFERS" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "written", "verdict"),
    [
        ("data epiparameter.csv index=64: mean days", "10.3 days", "agrees"),
        ("data epiparameter.csv index=64: mean days; in hours", "247.2 h", "agrees"),
        ("data epiparameter.csv index=64: mean days", "10.4 days", "DIFFERS"),
        ("data epiparameter.csv index=64: 1 / mean per day", "0.0971 per day", "agrees"),
        ("data papers.csv id=ebola-death: value %", "0.708", "agrees"),
        ("data papers.csv id=ebola-death: value %", "71 %", "agrees"),
        ("data papers.csv id=nothing: value %", "71 %", "CANNOT BE OPENED"),
        ("data nothing.csv id=1: value %", "71 %", "CANNOT BE OPENED"),
        ("data papers.csv name=1: value %", "71 %", "CANNOT BE OPENED"),
        ("data papers.csv id=ebola-death: other %", "71 %", "CANNOT BE OPENED"),
        ("data papers.csv id=ebola-death: __import__('os') %", "71 %", "CANNOT BE OPENED"),
        ("data papers.csv id=ebola-death: value.real %", "71 %", "CANNOT BE OPENED"),
        ("data epiparameter.csv index=64: median days", "1 day", "CANNOT BE OPENED"),
        ("data papers.csv id=ebola-death: value / 0 %", "71 %", "CANNOT BE OPENED"),
        ("assumed: nobody knows; range 1-2", "71 %", "assumed"),
        ("chosen: for speed", "71 %", "chosen"),
        ("Somebody 2001", "71 %", "not opened"),
        (None, "71 %", "NO SOURCE"),
    ],
)
def test_verdicts(source: str | None, written: str, verdict: str) -> None:
    number = citations.Number(("pathogen", "x"), written, source)
    assert citations._judged(number).verdict == verdict


def test_a_field_of_a_field_can_have_a_source_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("""\
name: x
pathogen: {routes: {air: {rates: {home: 1 per day, work: 2 per day}, source: {rates: all, rates.home: only home}}}}
""")
    assert [(one.path[-1], one.source) for one in citations.numbers(path)] == [("home", "only home"), ("work", "all")]


def test_cited_files_hold_what_is_cited_and_nothing_else() -> None:
    text = "".join(library_path(name).read_text(encoding="utf-8") for name in CITING + OUTBREAKS)
    cited = set(re.findall(r"\b(?:id|index|parameter_data_id)=([\w-]+)", text))
    for file, column in (
        ("papers.csv", "id"),
        ("epiparameter.csv", "index"),
        ("epireview_ebola.csv", "parameter_data_id"),
    ):
        with (DATA / file).open(encoding="utf-8", newline="") as stream:
            assert {row[column] for row in csv.DictReader(stream)} <= cited, file
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in DATA.glob("*.csv") if f"`{path.name}`" not in readme} == set()
