"""Does the command line say what is asked, on the right stream, with the right exit code, and fast enough?"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import fake_run
import pytest

import hyosan.simulate
from hyosan.cli import EXIT_CODES, main
from hyosan.cli.checking import summary
from hyosan.cli.progress import line, say_speed, shown
from hyosan.cli.running import checks_line, ending_lines, speed_line
from hyosan.errors import HyosanError, ResourceError, RunFolderError, SelfCheckError
from hyosan.report.account import account
from hyosan.running.clock import Progress
from hyosan.scenario.load import load
from hyosan.scenario.response import MEASURES

ALL_ORDERS = """\
name: all-orders
extends: seir
city: {well_mixed: 500}
pathogen: {states: {dead: {counts_as: dead}}, vaccines: {jab: {works: leaky, doses: [{effect: 70 %}]}}}
care: {ward: {beds: 10}}
stocks: {rations: {at_start: 1000}}
tests: {swab: {detects: {infectious: 90 %}, specificity: 99 %, takes: 1 day}}
authorities: {health agency: {hears_after: 6 h, decides_in: 2 h, powers: [isolate, trace, test, vaccinate, treat]}}
orders:
  warn: {do: alert, when: reported.ill >= 3 and not shut.decided, delay: 90 min, until: days_since_report >= 7}
  law: {do: martial_law, authority: assembly, when: warn.effective}
  ring: {do: cordon, leak: 2 %}
  help: {do: rescue, teams: 4}
  noise: {do: lure, points: 3, loudness: 110 dB, lasts: 2 h, repeat: {every: 1 day, as_long_as: reported.zones >= 1, times: 4}}
  bomb: {do: strike, points: 3, radius: 300 m, when: noise.effective}
  clean: {do: sweep, teams: 10, cells_per_day: 4}
  camp: {do: quarantine, capacity: 900, needs: {rations: 2}, questions: 30 %}
  shut: {do: close, setting: school, when: time >= 'day 4 08:00'}
  apart: {do: isolate, authority: health agency, where: apart, cases: tested, after: 1 day, lasts: 7 days, compliance: 80 %, per_day: 40}
  find: {do: trace, authority: health agency, names: {home: 90 %, work: 50 %}, staff: 5, backward: 30 %}
  swabs: {do: test, authority: health agency, test: swab, whom: contacts, share: 70 %, per_day: 100, costs: {tests: 30}}
  masks: {do: reduce_contacts, settings: {anywhere: 60 %}, compliance: 75 %, when: reported.week >= 5}
  jabs: {do: vaccinate, authority: health agency, vaccine: jab, groups: [{ages: 60-120}, {}], uptake: 80 %, per_day: 50, stock: 400}
  pills: {do: treat, authority: health agency, left: 40 %, share: 50 %, courses: 30}
  beds: {do: surge, care: ward, beds: 20}
  nights: {do: curfew, first: 22, last: 5, compliance: 80 %, slips_out: 2 %, when: ring.effective}
  halt: {do: call_off, order: help, when: help.hours >= 4}
  buses: {do: evacuate, vehicles: 12, seats: 40, to: out, zones: [here]}
  boards: {do: barricade, kinds: [community], per_day: 30}
  food: {do: supply, stock: rations, per_day: 500, when: stock.rations < 200}
  study: {do: research, aim: vaccine, work: 4000, staff: 20, hosts_needed: 1, when: hosts_held >= 1}
  planes: {do: limit_travel, routes: [air, sea], left: 10 %, when: outbreaks_beyond >= 1 or study.done}
  search: {do: seize, place: town}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def seconds_of(*arguments: str) -> tuple[float, str]:
    """The least of three processor times of a command in a process of its own, and which slow modules it imported."""
    slow = "[m for m in ('numba', 'pyarrow', 'pydantic', 'numpy') if m in sys.modules]"
    code = f"import sys, time; from hyosan.cli import main; main({list(arguments)!r}); print(time.process_time(), {slow}, file=sys.stderr)"
    times = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        seconds, _, imported = done.stderr.partition(" ")
        times.append(float(seconds))
    return min(times), imported


def test_help_is_there_at_once() -> None:
    seconds, imported = seconds_of("--help")
    assert imported.strip() == "[]"
    assert seconds < 0.6, "aim: 0.2 s on a machine that does nothing else"


def test_check_needs_no_compiler() -> None:
    seconds, imported = seconds_of("check", "measles-school")
    assert "numba" not in imported
    assert "pyarrow" not in imported
    assert seconds < 1.5, "aim: 0.5 s on a machine that does nothing else"


def test_help_says_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert all(f"{code}: {meaning}" in told for code, meaning in EXIT_CODES.items())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == hyosan.__version__


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chek", "seir"], 'Did you mean "check"'),
        (["run"], "SOURCE"),
        (["run", "seir", "--sed", "1"], "Did you mean --seed"),
        (["run", "seir", "--seed", "-1"], "--seed"),
        (["run", "seir", "--seed", "1.5"], "'1.5' is not a whole number"),
        (["run", "seir", "--seed", "1e3"], "'1e3' is not a whole number"),
        (["study", "any.yaml", "--workers", "0.5"], "'0.5' is not a whole number"),
        (["rows", "any", "people", "--limit", "2.5"], "'2.5' is not a whole number"),
        (["run", "seir", "--threads", "0"], "--threads"),
        (["check", "seir", "--set", "city.well_mixed=null", "--set", "city.country=Urugay", "--set", "city.residents=5000"], "did you mean `URY`"),
        (["check", "seir", "--set", "city.well_mixed=null", "--set", "city.korea=Dangjn-si"], "nearest names: Dangjin-si"),
        (["run", "seir", "--device", "abacus"], "--device"),
        (["new", "town"], "scenario"),
        (["check", "clasroom"], "did you mean `classroom`"),
        (["check", "seir", "--set", "time.end=30"], "time.end"),
        (["check", "seir", "--set", "nonsense"], "--set"),
        (["check", "no/such/file.yaml"], "no/such/file.yaml"),
        (["run", "seir", "--set", "time.tik=1 h"], "did you mean `tick`"),
        (["run", "seir", "--until", "21:30"], "does not say on which day"),
    ],
)
def test_wrong_commands_and_scenarios_end_with_2(arguments: list[str], words: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert words in " ".join(told.err.replace("│", " ").split())
    assert "Traceback" not in told.err
    assert told.out == ""


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (HyosanError("no luck"), 1, "no luck"),
        (ResourceError("too big"), 3, "too big"),
        (RunFolderError("cut"), 4, "cut"),
        (SelfCheckError("lost one"), 5, "lost one"),
        (MemoryError(), 3, "not enough memory"),
        (PermissionError(13, "Permission denied", "there"), 1, "there: Permission denied"),
        (ZeroDivisionError("x"), 5, "bug in hyosan (ZeroDivisionError: x)"),
    ],
)
def test_errors_are_messages_with_a_code(
    error: Exception, code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("hyosan.scenario.load.load", fail)
    assert main(["check", "seir"]) == code
    told = capsys.readouterr().err
    assert words in told
    assert "Traceback" not in told
    with pytest.raises(type(error)):
        main(["check", "seir", "--debug"])


def interrupt(*_: Any, **__: Any) -> None:
    """In the place of what computes."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("command", "computes"),
    [
        (["run", "seir"], "hyosan.simulate.run"),
        (["fit", "seir", "--to", "observed.csv"], "hyosan.fitting.fit.fit"),
        (["study", "plan.yaml"], "hyosan.studies.study.study"),
    ],
)
def test_interrupted_says_how_to_go_on(
    command: list[str], computes: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "plan.yaml").write_text("scenario: seir\nseeds: 2\n", encoding="utf-8")
    monkeypatch.setattr(computes, interrupt)
    assert main(command) == 130
    assert "same command again" in capsys.readouterr().err


def test_the_first_interrupt_waits_for_the_step(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    steps = []

    def pretend(*_: Any, progress: Any, **__: Any) -> None:
        progress(NOW)
        signal.raise_signal(signal.SIGINT)  # in the middle of a step: nothing is raised here
        steps.append("finished")
        progress(NOW)

    monkeypatch.setattr(hyosan.simulate, "run", pretend)
    assert main(["run", "seir", "--quiet"]) == 130
    assert steps == ["finished"]
    assert "Stopping after this step" in capsys.readouterr().err


def test_what_fails_because_of_an_interrupt_is_one(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def pretend(*_: Any, **__: Any) -> None:
        signal.raise_signal(signal.SIGINT)
        raise RuntimeError("no compiled object yet")

    monkeypatch.setattr(hyosan.simulate, "run", pretend)
    assert main(["run", "seir"]) == 130
    assert "bug" not in capsys.readouterr().err


def test_new_writes_a_template_that_checks(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "pathogen"]) == 0
    assert capsys.readouterr().out.strip() == "my-pathogen.yaml"
    assert main(["check", "my-pathogen.yaml"]) == 0
    assert main(["new", "pathogen"]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["city", "pathogen", "scenario"])
def test_what_new_writes_runs(kind: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", kind, "mine.yaml"]) == 0
    smaller = ["--set", "city.well_mixed=200"] if kind == "scenario" else ["--set", "city.residents=600"] if kind == "city" else []
    assert main(["run", "mine.yaml", *smaller, "--until", "1 day", "--threads", "1", "-q"]) == 0, capsys.readouterr().err


def test_check_reads_the_tables_that_a_scenario_names(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "city", "mine.yaml", "--tables"]) == 0
    capsys.readouterr()
    assert main(["check", "mine.yaml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"] == {"people": 69, "places": 27, "links": 30}
    with open("mine-people.csv", "a") as file:
        file.write("100,30,,,\n")
    assert main(["check", "mine.yaml"]) == 2
    assert "mine-people.csv:71: id '100' is given already (mine-people.csv:2)" in capsys.readouterr().err
    assert main(["check", "mine.yaml", "--set", "city.people=gone.csv"]) == 2
    assert "there is no file 'gone.csv'" in capsys.readouterr().err
    Path("cases.csv").write_text("onset\n3\n0\n")
    assert main(["check", "seir", "--set", "line_list={file: cases.csv}"]) == 2
    assert "cases.csv:3: onset '0' is before day 1" in capsys.readouterr().err
    Path("cases.csv").write_text("day,count\n3,4\n5,1\n")
    assert main(["check", "seir", "--set", "importations={flights: {file: cases.csv}}"]) == 0
    assert "tables 5 arrivals in them" in " ".join(capsys.readouterr().out.split())


def test_new_writes_a_city_of_tables_that_runs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "city", "--tables"]) == 0
    written = capsys.readouterr().out.split()
    assert written == ["my-city-contacts.csv", "my-city-membership.csv", "my-city-people.csv", "my-city-places.csv", "my-city.yaml"]
    assert main(["check", "my-city.yaml"]) == 0
    assert "the people of my-city-people.csv, my-city-places.csv" in " ".join(capsys.readouterr().out.split())
    Path("my-city-people.csv").write_text("id,age,role\nann,9,pupil\nbob,9,pupil\n")
    alone = [f"--set=city.{name}=null" for name in ("places", "membership", "contacts")]
    assert main(["run", "my-city.yaml", *alone, "--until", "1 day", "-q"]) == 0
    assert "Note: my-city-people.csv: ids are texts; people are numbered from 0" in capsys.readouterr().err
    assert main(["new", "pathogen", "--tables"]) == 2
    assert "goes with `hyosan new city`" in capsys.readouterr().err


def test_check_says_a_city_of_a_country(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "seir", "--json", "--set", "city.well_mixed=null", "--set", "city.country=KEN", "--set", "city.residents=20000"]) == 0
    assert json.loads(capsys.readouterr().out)["city"] == "KEN: built from the statistics of KEN, 20,000 residents"


def test_check_says_orders_as_sentences(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyosan.cli.scenarios.MOST_BUILT", 0)  # the sentences are asked for, not whether this city has what they name
    Path("all.yaml").write_text(ALL_ORDERS)
    assert main(["check", "all.yaml"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert (
        "warn, by city: alert everybody (it reaches 90 %), when the number of ill people reported so far is at least 3 and the order `shut` has "
        "not been decided, 1 h 30 min after the decision, until the time since the last report is at least 7 days." in told
    )
    assert "again every 1 day, at most 4 times in all" in told
    assert "Force is used by: noise, bomb, clean, search." in told
    assert (
        "apart, by health agency: isolate tested cases (everybody) apart from everybody for 7 days (80 % comply), 1 day after their report, at most "
        "40 cases a day, from the start." in told
    )
    assert (
        "find, by health agency: interview cases (5 staff, 4 cases a day each) and find contacts (90 % of those in home, 50 % of those in "
        "work) after 1 day; for 30 % also who infected them; they keep at home for 14 days (100 % comply), from the start." in told
    )
    assert "swabs, by health agency: test 70 % of contacts found (everybody) with `swab`, at most 100 tests a day, from the start." in told
    assert "jabs, by health agency: vaccinate 80 % of people aged 60-120, then everybody with `jab`, at most 50 doses a day, 400 doses in all" in told
    for sentence in (
        "nights, by city: keep everybody at home from 22 to 5 o'clock (80 % obey; 2 % of them slip out on a day), when the order `ring` is in force.",
        "halt, by city: call off `help`, when the time it has been in force (order `help`) is at least 4 hours.",
        "buses, by city: fetch people from here with 12 vehicles of 40 seats, 1 h a trip, out of the city (90 % come), from the start.",
        "boards, by city: block the doors of each community in all zones, at most 30 places a day, from the start.",
        "food, by city: bring 500 rations a day, when the stock of rations is less than 200.",
        "study, by city: have 20 people work towards a vaccine (4,000 person-days, 1 host needed), when",
        "planes, by city: let 10 % of those who travel by air and sea through, when the number of places beyond the city where an outbreak is "
        "known is at least 1 or the order `study` is done.",
        "search, by city: search town, seize 1 set of records and hold who bites there, from the start.",
        "camp, by city: hold up to 900 survivors until they outlast 99 % of the incubation periods, once 50 are known; questioning finds 30 % of "
        "infected arrivals; each needs 2 rations a day, from the start.",
    ):
        assert sentence in told, sentence
    found = summary(load("all.yaml"), [])
    assert len(found["orders"]) == len(MEASURES)


def test_check_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "measles-school", "--json", "--set", "city.school.pupils=90"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "uncalibrated"
    assert told["city"] == "the school `the school` with 90 pupils in 3 years"
    assert told["hosts"] == {"ordinary": 0.1, "immune": 0.9}


def test_check_names_what_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "seir", "--set", "time.end={uncertain: {uniform: {low: 9 days, high: 11 days}}}"]) == 0
    assert "uncertain time.end (the median is taken here" in " ".join(capsys.readouterr().out.split())


NOW = Progress(second=180_000, end_second=864_000, infected=1234, done_share=0.25, elapsed_seconds=30.0, person_days_per_second=2.5e6)


def test_progress_as_a_line() -> None:
    assert line(NOW, 8 * 3600) == " 25.0 %  day 3 10:00  1,234 infected  2.50 million person-days/s  1 min 30 s left"
    assert [say_speed(number) for number in (123e6, 12.3e6, 1230)] == [
        "123 million person-days/s", "12.3 million person-days/s", "0.001 million person-days/s",
    ]  # fmt: skip


def test_progress_away_from_a_terminal_is_rare(capsys: pytest.CaptureFixture[str]) -> None:
    with shown("plain", 0) as watcher:
        for _ in range(1000):
            watcher(NOW)
    told = capsys.readouterr()
    assert told.err.count("\n") <= 1
    assert told.out == ""


def test_progress_as_json_and_as_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("hyosan.cli.progress.JSON_SECONDS", 0.0)
    with shown("json", 8 * 3600) as watcher:
        watcher(NOW)
    told = json.loads(capsys.readouterr().out)
    assert told["event"] == "progress"
    assert told["clock"] == "day 3 10:00"
    assert told["infected"] == 1234
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with shown("plain", 8 * 3600) as watcher:
        watcher(NOW)
    assert capsys.readouterr().out == ""


def test_the_ending_in_the_terminal() -> None:
    run = fake_run.lost_city(300)
    told = account(run)
    lines = ending_lines(run, told, verbose=True)
    assert lines[1].startswith("Fiction:")
    assert sum(line.startswith("* ") for line in lines) == len(told["sentences"])
    assert "self-checks passed (2)" in lines
    assert f"history hash: {run.history_hash}" in lines
    assert (
        lines[-1]
        == "12.5 s after 4.0 s of compiling (once) · 0.064 million person-days/s · 2 threads · 2 cores of a test, 4 GiB memory, Linux x86_64"
    )


def test_failed_checks_cannot_be_overlooked() -> None:
    failed = [{"name": "census", "passed": False, "detail": "one too many"}, {"name": "odds", "passed": True, "detail": ""}]
    assert checks_line(failed) == "SELF-CHECKS FAILED, do not use this result: census (one too many)"
    assert speed_line({"threads": 1}) == "0.0 s · 1 thread"


def test_a_run_from_start_to_report(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "classroom", "--seed", "3"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("One of the turned in a classroom of 25\nFiction:")
    assert "self-checks passed" in told.out
    assert told.out.rstrip().endswith("report  runs/classroom-s3/report.html")
    assert "Traceback" not in told.err
    assert main(["run", "classroom", "--seed", "3"]) == 4
    assert "--force" in capsys.readouterr().err
    assert main(["run", "classroom", "--seed", "3", "--force", "--json"]) == 0
    rows = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    assert rows[0]["event"] == "started"
    assert rows[-1]["event"] == "finished"
    assert rows[-1]["ending"]["residents"] == 25
    assert main(["run", "classroom", "--seed", "3", "--out", "again", "--quiet", "--threads", "2"]) == 0
    assert capsys.readouterr().out == "again/report.html\n"
    assert main(["report", "again", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["history_hash"] == rows[-1]["history_hash"]
    Path("again/report.html").unlink()
    assert main(["report", "again"]) == 0
    assert capsys.readouterr().out == "again/report.html\nagain/report.json\n"
    assert Path("again/report.html").exists()
    assert main(["report", "again", "--text"]) == 0
    assert "Self-checks" in capsys.readouterr().out


def test_a_folder_without_a_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "nowhere"]) == 4
    assert "holds no run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("{do: reduce_contacts, settings: {hoem: 50 %}}", "did you mean `home`?"),
        ("{do: close, setting: schol}", "did you mean `school`?"),
        ("{do: curfew, zones: [Z9]}", "this city has no zone `Z9`"),
    ],
)
def test_check_looks_up_names_in_the_city(order: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "influenza", "--set", f"orders.it={order}", "--set", "city.residents=400"]) == 2
    assert told in capsys.readouterr().err
    assert main(["check", "influenza", "--set", f"orders.it={order}", "--set", "city.residents=300000"]) == 0
    assert "are looked up when the city is built" in capsys.readouterr().out
