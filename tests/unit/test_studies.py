"""Does a study come to the same bytes whoever runs it and however often it is killed, and does it say what is wrong with one?"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hyosan
from hyosan.cli import main
from hyosan.errors import CommandError, HyosanError, RunFolderError, ScenarioError
from hyosan.results.run import Run
from hyosan.scenario.reading import read
from hyosan.studies import statistics, workers
from hyosan.studies import study as studying
from hyosan.studies.member import read_member
from hyosan.studies.plan import latin, read_plan

pytestmark = pytest.mark.usefixtures("compiled")

RATE = "pathogen.routes.contact.rates.anywhere"
SMALL = {"city.well_mixed": 300, "time.end": "90 days"}
HALVES = {"list": [{"name": "base"}, {"name": "half", "set": {RATE: "0.25 per day"}}]}
PLAN: dict[str, Any] = {"name": "small", "scenario": "seir", "set": SMALL, "seeds": "1-6", "variations": HALVES}
FILES = ("study.yaml", "results.parquet", "quantiles.parquet", "summary.parquet", "differences.parquet")


def content(folder: Path) -> dict[str, bytes]:
    """Every file that must not depend on who ran the study."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in [*(folder / name for name in FILES), *folder.glob("members/*")]}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> hyosan.Study:
    return hyosan.study(PLAN, out=tmp_path_factory.mktemp("studies") / "here")


def value(table: Any, **keys: Any) -> float:
    (found,) = [row["value"] for row in table.to_pylist() if all(row[name] == wanted for name, wanted in keys.items())]
    return float(found)


def test_members_are_the_runs_that_hyosan_run_gives(done: hyosan.Study) -> None:
    one = hyosan.run("seir", seed=4, overrides=SMALL | {RATE: "0.25 per day"}, threads=1)
    kept = read_member(done.path / "members" / "0001-s4.member")
    assert (kept.variation, kept.seed, kept.history_hash, kept.result_hash) == ("half", 4, one.history_hash, one.result_hash)
    assert kept.figures["ever_infected"] == one.ending.ever_infected
    people = one.people.to_pylist()
    assert kept.infected.tolist() == sorted(row["person"] for row in people if row["infected_second"] >= 0)
    truth = [row for row in one.series.to_pylist() if row["zone"] == "all" and row["view"] == "truth" and row["quantity"] == "ill"]
    at_day = {day: [row["value"] for row in truth if row["second"] <= day * 86_400][-1] for day in (10, 30, 90)}
    assert {day: int(kept.series[2][day]) for day in at_day} == at_day


def test_tables_say_what_the_members_came_to(done: hyosan.Study) -> None:
    rows = done.results.to_pylist()
    counts = {name: [row["value"] for row in rows if row["variation"] == name and row["figure"] == "ever_infected"] for name in ("base", "half")}
    assert [row["seed"] for row in rows if row["variation"] == "base" and row["figure"] == "dead"] == [1, 2, 3, 4, 5, 6]
    assert value(done.summary, variation="half", figure="ever_infected", statistic="mean") == pytest.approx(np.mean(counts["half"]))
    assert value(done.summary, variation="half", figure="ever_infected", statistic="q0.5") == sorted(counts["half"])[2]
    differences = np.array(counts["half"]) - np.array(counts["base"])
    told = {row["statistic"]: row["value"] for row in done.differences.to_pylist() if row["figure"] == "ever_infected"}
    error = differences.std(ddof=1) / math.sqrt(6)
    assert told["mean"] == pytest.approx(differences.mean())
    assert told["mc_error"] == pytest.approx(error)
    assert told["high"] - told["mean"] == pytest.approx(2.5705818 * error)
    assert told["variance_reduction"] == pytest.approx((np.var(counts["base"], ddof=1) + np.var(counts["half"], ddof=1)) / differences.var(ddof=1))
    assert told["verdict"] == 1
    last = [
        row for row in done.quantiles.to_pylist() if row["variation"] == "half" and row["quantity"] == "infected" and row["second"] == 90 * 86_400
    ]
    assert [row["value"] for row in last if row["quantile"] == 0.5] == [sorted(counts["half"])[2]]
    assert done.failed == []
    done.verify()


def test_who_escaped_is_never_infected_by_less_contact(done: hyosan.Study) -> None:
    """In a plain contact model a rate that is only ever lower infects nobody who escaped: all that differs are infections averted."""
    told = {(row["figure"], row["statistic"]): row["value"] for row in done.differences.to_pylist()}
    assert told["infected_only_here", "mean"] == 0
    assert told["infected_only_there", "mean"] == -told["ever_infected", "mean"]


@pytest.mark.parametrize("count", [1, 2])
def test_the_number_of_workers_decides_nothing(done: hyosan.Study, tmp_path: Path, count: int) -> None:
    told: list[studying.StudyProgress] = []
    found = hyosan.study(PLAN, out=tmp_path / "there", workers=count, progress=told.append)
    assert content(found.path) == content(done.path)
    assert found.study_hash == done.study_hash
    assert (told[-1].done, told[-1].failed, told[-1].members) == (12, 0, 12)
    assert told[-1].left_seconds == 0


def test_order_decides_nothing(done: hyosan.Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studying.MemberFolder, "tasks", lambda self: iter([workers.Task(v, s) for v in (1, 0) for s in (5, 2, 6, 1, 3, 4)]))
    assert content(hyosan.study(PLAN, out=tmp_path / "other").path) == content(done.path)


def test_ray_gives_the_same_bytes(done: hyosan.Study, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    assert content(hyosan.study(PLAN, out=tmp_path / "ray", ray="auto").path) == content(done.path)


def test_without_ray_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(CommandError, match="Ray is not installed"):
        hyosan.study(PLAN, out=tmp_path / "no", ray="auto")


def kill_every(monkeypatch: pytest.MonkeyPatch, nth: int) -> list[int]:
    """Kill the worker at every nth task, just after it was asked."""
    asks, killed, lock = [0], [], threading.Lock()
    ask = workers._Process._ask

    def ask_or_die(self: workers._Process, task: workers.Task) -> workers.Outcome:
        with lock:
            asks[0] += 1
            now = asks[0] % nth == 0
        if now and self._process is not None:
            threading.Timer(0.01, self._process.kill).start()
            killed.append(self._process.pid)
        return ask(self, task)

    monkeypatch.setattr(workers._Process, "_ask", ask_or_die)
    return killed


def test_workers_that_are_killed_lose_nothing(done: hyosan.Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed = kill_every(monkeypatch, 5)
    found = hyosan.study(PLAN, out=tmp_path / "killed", workers=2)
    assert killed
    assert content(found.path) == content(done.path)


@pytest.mark.long
def test_two_hundred_runs_with_workers_killed_at_random(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = PLAN | {"seeds": "1-100"}
    whole = hyosan.study(plan, out=tmp_path / "whole", workers=2)
    killed = kill_every(monkeypatch, 17)
    found = hyosan.study(plan, out=tmp_path / "killed", workers=2)
    assert len(killed) >= 10
    assert content(found.path) == content(whole.path)
    assert found.study_hash == whole.study_hash


KILLED = """
import os, signal, sys
import hyosan.results.atomic as atomic
count = 0
def counted(act):
    def wrapped(*arguments):
        global count
        count += 1
        if count == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*arguments)
    return wrapped
atomic.os.replace, atomic.os.fsync = counted(os.replace), counted(os.fsync)
from hyosan.cli import main
sys.exit(main(["study", sys.argv[1], "--out", sys.argv[2], "--workers", sys.argv[4], "-q"]))
"""


MOMENTS = [(3, 0), (8, 0), (17, 2), (30, 0), (44, 0), (52, 0)]
"""Some of the writes, fsyncs and renames of a study of 12 runs, with how many workers; all others take minutes."""
EVERY = [pytest.param(moment, 0, marks=pytest.mark.long) for moment in range(1, 55) if (moment, 0) not in MOMENTS]


@pytest.mark.parametrize(("moment", "count"), [*MOMENTS, *EVERY])
def test_killed_at_any_moment_it_goes_on(done: hyosan.Study, tmp_path: Path, moment: int, count: int) -> None:
    file, out = tmp_path / "plan.yaml", tmp_path / "out"
    file.write_text(done.plan_text, encoding="utf-8")
    path = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])
    command = [sys.executable, "-c", KILLED, str(file), str(out), str(moment), str(count)]
    died = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=300)
    assert died.returncode == -signal.SIGKILL, died.stderr[-2000:]
    kept = {one.name: one.stat().st_mtime_ns for one in out.glob("members/*.member")}
    found = hyosan.study(file, out=out)
    assert content(out) == content(done.path)
    assert found.study_hash == done.study_hash
    assert {name: (out / "members" / name).stat().st_mtime_ns for name in kept} == kept  # none twice
    assert not list(out.glob("**/.*.tmp"))


def test_a_finished_study_is_handed_out_and_a_damaged_one_mended(done: hyosan.Study, tmp_path: Path) -> None:
    out = tmp_path / "again"
    first = hyosan.study(PLAN, out=out)
    before = (out / "manifest.json").read_bytes()
    assert hyosan.study(PLAN, out=out).study_hash == first.study_hash
    assert (out / "manifest.json").read_bytes() == before
    member = out / "members" / "0000-s3.member"
    data = bytearray(member.read_bytes())
    data[len(data) // 2] ^= 1
    member.write_bytes(bytes(data))
    with pytest.raises(RunFolderError, match=r"0000-s3.member: missing or damaged"):
        hyosan.Study.open(out).verify()
    table = out / "results.parquet"
    table.write_bytes(table.read_bytes()[:-1])
    with pytest.raises(RunFolderError, match=r"results\.parquet"):
        hyosan.Study.open(out)
    assert content(hyosan.study(PLAN, out=out, force=True).path) == content(done.path)


def test_a_member_that_fails_is_told_with_its_seed_and_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    run = workers.Worker.run

    def run_or_fail(self: workers.Worker, variation: int, seed: int) -> bytes:
        if (variation, seed) == (1, 2):
            raise HyosanError("no luck today")
        if (variation, seed) == (0, 5):
            raise ZeroDivisionError("nought")
        return run(self, variation, seed)

    file = tmp_path / "plan.yaml"
    file.write_text(read_plan(PLAN).resolved(), encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(workers.Worker, "run", run_or_fail)
        assert main(["study", str(file), "--out", str(tmp_path / "out"), "--workers", "0"]) == 1
        told = capsys.readouterr().out
        assert "FAILED: half, seed 2: no luck today" in told
        assert "FAILED: base, seed 5: a bug in hyosan: ZeroDivisionError: nought" in told
    found = hyosan.Study.open(tmp_path / "out")
    assert [(one["variation"], one["seed"]) for one in found.failed] == [("base", 5), ("half", 2)]
    assert value(found.differences, figure="dead", statistic="pairs") == 4
    assert value(found.summary, variation="half", figure="dead", statistic="runs") == 5
    found.verify()
    mended = hyosan.study(file, out=tmp_path / "out")
    assert mended.failed == []
    assert mended.manifest["timings"]["members_run"] == 2


def test_a_worker_that_always_dies_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ATTEMPTS", 2)
    monkeypatch.setattr(workers.sys, "executable", "/bin/false" if Path("/bin/false").exists() else "/usr/bin/false")
    found = hyosan.study(PLAN | {"seeds": [1]}, out=tmp_path / "out", workers=1)
    assert [one["message"] for one in found.failed] == ["its worker process died 2 times (exit code 1); there may be too little memory"] * 2
    assert found.results.num_rows == found.quantiles.num_rows == 0


def test_folders_of_others_are_left_alone(done: hyosan.Study, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(RunFolderError, match="files that belong to no study"):
        hyosan.study(PLAN, out=tmp_path / "mine", force=True)
    with pytest.raises(RunFolderError, match="another study"):
        hyosan.study(PLAN | {"seeds": "1-7"}, out=done.path)
    with pytest.raises(RunFolderError, match="holds a study, not a run"):
        Run.open(done.path)
    hyosan.run("szr", out=tmp_path / "run", threads=1)
    with pytest.raises(RunFolderError, match="holds a run, not a study"):
        hyosan.Study.open(tmp_path / "run")
    with pytest.raises(RunFolderError, match="belong to no study"):
        hyosan.study(PLAN, out=tmp_path / "run", force=True)
    for count in (-1, 5000, True):
        with pytest.raises(CommandError, match="workers"):
            hyosan.study(PLAN, out=tmp_path / "x", workers=count)


def test_the_resolved_study_is_the_same_study(tmp_path: Path) -> None:
    variations = HALVES | {
        "grid": {RATE: ["0.3 per day", "0.4 per day"], "seeds.first.count": [5, 10]},
        "latin_hypercube": {"points": 5, "over": {RATE: {"from": "0.3 per day", "to": "0.6 per day"}}},
    }
    plan = read_plan(PLAN | {"variations": variations, "seeds": [3, 9], "until": "30 days", "quantiles": [0.1, 0.9], "title": "A: study"})
    (tmp_path / "plan.yaml").write_text(plan.resolved(), encoding="utf-8")
    again = read_plan(tmp_path / "plan.yaml")
    assert again.resolved() == plan.resolved()
    assert (again.tree, again.variations, list(again.seeds)) == (plan.tree, plan.variations, [3, 9])
    assert [one.name for one in plan.variations] == [
        "base", "half", "anywhere=0.3 per day, count=5", "anywhere=0.3 per day, count=10", "anywhere=0.4 per day, count=5",
        "anywhere=0.4 per day, count=10", *(f"sample-{k}" for k in range(1, 6)),
    ]  # fmt: skip
    found = hyosan.study(tmp_path / "plan.yaml", out=tmp_path / "out")
    assert value(found.summary, variation="half", figure="days", statistic="q0.9") <= 30
    assert sorted({row["quantile"] for row in found.quantiles.to_pylist()}) == [0.1, 0.9]


def test_uncertain_numbers_are_drawn_by_the_seed_alike_in_all_variations(tmp_path: Path) -> None:
    plan = read_plan(PLAN | {"set": SMALL | {RATE: {"uncertain": {"uniform": {"low": "0.2 per day", "high": "0.9 per day"}}}}, "variations": {
        "list": [{"name": "a"}, {"name": "b", "set": {"seeds.first.count": 10}}]}})  # fmt: skip
    (tmp_path / "plan.yaml").write_text(plan.resolved(), encoding="utf-8")
    found = hyosan.study(tmp_path / "plan.yaml", out=tmp_path / "out", workers=1)
    assert value(found.differences, figure="ever_infected", statistic="equal") == 6
    infected = {row["value"] for row in found.results.to_pylist() if row["figure"] == "ever_infected"}
    assert max(infected) - min(infected) > 100


@pytest.mark.parametrize("points", [1, 2, 7, 50])
def test_a_latin_hypercube_has_one_point_in_each_part(points: int) -> None:
    for name in ("a", "b"):
        assert sorted(int(u * points) for u in latin(3, name, points)) == list(range(points))
    assert points < 7 or latin(3, "a", points) != latin(3, "b", points) != latin(4, "b", points)


WRONG = [
    ("seeds: 1-5\n", r"plan.yaml:1:1: `scenario` is missing"),
    ("scenario: seir\n", "`seeds` is missing"),
    ("scenario: seir\nseeds: 9-1\n", "plan.yaml:2:8: seeds: .*lower seed first"),
    ("scenario: seir\nseeds: []\n", "different seeds"),
    ("scenario: seir\nseeds: [1, 1]\n", "different seeds"),
    ("scenario: seir\nseeds: soon\n", "says no seeds"),
    ("scenario: seir\nseeds: 1-99999999\n", "at most 1,000,000"),
    ("scenario: seir\nseeds: 0\n", "a whole number from 1"),
    ("scenario: sier\nseeds: 1\n", "sier"),
    ("scenario: seir\nseeds: 1\nvariation: {}\n", "plan.yaml:3:1: variation: unknown field; did you mean `variations`"),
    ("scenario: seir\nseeds: 1\nvariations: {}\n", "is empty"),
    ("scenario: seir\nseeds: 1\nvariations: {list: [{name: a}, {name: a}]}\n", "two variations are called 'a'"),
    ("scenario: seir\nseeds: 1\nvariations: {list: [{name: a, set: {time.ende: 3 days}}]}\n", "variation 'a': .*did you mean `end`"),
    ("scenario: seir\nseeds: 1\nvariations: {list: [{name: a, set: {time.end: 3}}]}\n", "variation 'a': .*has no unit"),
    ("scenario: seir\nseeds: 1\nvariations: {grid: {time.end: []}}\n", "is empty"),
    ("scenario: seir\nseeds: 1\nvariations: {latin_hypercube: {points: 3, over: {time.end: {from: 3 h, to: 5 days}}}}\n", "one unit"),
    ("scenario: seir\nseeds: 1\nvariations: {latin_hypercube: {points: 3, over: {time.end: {from: 3 h, to: 1 h}}}}\n", "less than"),
    ("scenario: seir\nseeds: 1\nvariations: {latin_hypercube: {points: 0, over: {time.end: {from: 3 h, to: 9 h}}}}\n", "points: 0"),
    ("scenario: seir\nseeds: 1\nseries: {quantities: [il]}\n", "unknown quantity 'il'; did you mean `ill`"),
    ("scenario: seir\nseeds: 1\nseries: {every: 1 s}\n", "a minute or more"),
    ("scenario: seir\nseeds: 1\nquantiles: [2]\n", "numbers from 0 to 1"),
    ("scenario: seir\nseeds: 1\ncompare: {to: nobody}\n", "no variation is called 'nobody'"),
    ("scenario: seir\nseeds: 1\ncompare: {objectives: {ded: less}}\n", "did you mean `dead`"),
    ("scenario: seir\nseeds: 1\ncompare: {objectives: {dead: fewer}}\n", "`less` or `more`"),
    ("scenario: seir\nseeds: 1\nuntil: 21:30\n", "until"),
    ("[]\n", "must be a mapping"),
    ("", "plan.yaml"),
]


@pytest.mark.parametrize(("text", "told"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_with_a_study_is_told_before_any_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plan.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=told):
        hyosan.study("plan.yaml", out="out")
    assert not Path("out").exists()


def test_quantiles_in_bins_are_near_the_exact_ones_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    rows = np.concatenate([(rng.random((400, 5)) ** 6 * 1e6).astype(np.int64), np.arange(500).reshape(100, 5)])
    exact = statistics.Quantiles(5, len(rows))
    monkeypatch.setattr(statistics, "EXACT_BYTES", 0)
    binned, other = statistics.Quantiles(5, len(rows)), statistics.Quantiles(5, len(rows))
    for row in rows:
        exact.add(row)
        binned.add(row)
    for row in rng.permutation(rows):
        other.add(row)
    assert (exact.exact, binned.exact) == (True, False)
    for share in (0, 0.05, 0.5, 0.95, 1):
        assert exact.at(share).tolist() == [sorted(rows[:, k])[max(0, math.ceil(share * 500) - 1)] for k in range(5)]
        assert np.all(np.abs(binned.at(share) - exact.at(share)) <= exact.at(share) / 128)
        assert binned.at(share).tolist() == other.at(share).tolist()


def test_intervals_are_those_of_student() -> None:
    t = pytest.importorskip("scipy.stats").t
    for freedom in (1, 2, 3, 4, 9, 10, 57, 300, 301, 5000):
        assert statistics.student(0.95, freedom) == pytest.approx(t.ppf(0.975, freedom), rel=1e-6)


def test_the_report_of_a_study(done: hyosan.Study, capsys: Any) -> None:
    assert main(["report", str(done.path), "--text"]) == 0
    text = capsys.readouterr().out
    assert "12 runs of 'seir': 2 variations, each with 6 seeds (1 to 6)." in text
    assert "fewer are infected under 'half'. Infected only under it, though it is the better one: 0 on average of 6 pairs." in text
    assert "ever_infected, half: -" in text
    assert "95 % interval" in text
    assert "dead, half: the same in all 6 pairs" in text
    assert done.study_hash in text
    assert main(["report", str(done.path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["only"] == [{"variation": "half", "better": "half", "pairs": 6, "mean": 0.0}]
    assert main(["report", str(done.path)]) == 0
    page = (done.path / "report.html").read_text(encoding="utf-8")
    first = (done.path / "report.html").read_bytes()
    assert 'id="series-infected"' in page
    assert "http://" not in page.replace("http://www.w3.org", "").partition("<script>")[0]
    assert main(["report", str(done.path)]) == 0
    assert (done.path / "report.html").read_bytes() == first
    assert json.loads((done.path / "report.json").read_text(encoding="utf-8")) == told


def test_the_command_says_how_far_it_is(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(read_plan(PLAN | {"seeds": 2}).resolved(), encoding="utf-8")
    assert main(["study", str(file), "--out", str(tmp_path / "out"), "--workers", "0", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[0] == {"event": "started", "name": "small", "members": 4, "study": str(tmp_path / "out"), "compiling": told[0]["compiling"]}
    assert told[-1]["event"] == "finished"
    assert told[-1]["failed"] == []
    assert read((tmp_path / "out" / "study.yaml").read_text(encoding="utf-8"), "study.yaml").mapping
    assert main(["study", str(tmp_path / "none.yaml")]) == 2


def test_a_study_is_exported_as_hubverse_quantiles(done: hyosan.Study, tmp_path: Path) -> None:
    import csv

    assert main(["export", str(done.path), "--out", str(tmp_path / "out"), "--start-date", "2026-03-01"]) == 0
    rows = list(csv.DictReader((tmp_path / "out" / "hubverse.csv").open(encoding="utf-8")))
    chosen = [row for row in rows if (row["scenario_id"], row["target"], row["horizon"]) == ("half", "cum infection", "9")]
    assert [row["output_type_id"] for row in chosen] == ["0.05", "0.25", "0.5", "0.75", "0.95"]
    assert {row["target_end_date"] for row in chosen} == {"2026-03-10"}
    assert float(chosen[2]["value"]) == value(done.quantiles, variation="half", quantity="infected", second=10 * 86_400, quantile=0.5)
    assert main(["export", str(done.path), "--out", str(tmp_path / "out")]) == 1
    assert main(["export", str(done.path), "--to", "tree", "--out", str(tmp_path / "no")]) == 2
