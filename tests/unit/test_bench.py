"""Does the bench measure what it says, judge by its targets, leave out what is absent with a word, and tell all of it on its page?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hyosan.bench import bench as benching
from hyosan.bench import compare as comparing
from hyosan.bench import environment, workloads
from hyosan.bench.environment import Own, Peers, scenario
from hyosan.bench.limits import limits
from hyosan.bench.page import page
from hyosan.bench.row import ratio_row, row
from hyosan.bench.workloads import WORKLOADS, Bench, small_world
from hyosan.cli import main
from hyosan.errors import HyosanError
from hyosan.scenario.load import load

FOUND = {"seconds": [4.0, 1.0, 2.0], "person_days": 2_400_000, "people": 20_000, "infected": 17_000, "fights": 600, "rss_mb": 90.0}


class Pretend(Own):
    """In the place of processes: every measurement gives the same, and what was asked is kept."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, what: str, **spec: Any) -> dict[str, Any]:
        self.asked.append({"what": what, **spec})
        if spec.get("overrides") == ["city.residents=1000000"]:
            raise HyosanError("there is not enough memory")
        return {**FOUND, "rows": 100, "phases": {"meet": 1.0}, "quiet_ms_per_hour": 0.5, "days": 150.0} | (
            {"seconds": 14.0} if what == "phases" else {}
        )


class PretendPeers(Peers):
    """Peers that take ten seconds each, but for one that is absent."""

    def __init__(self) -> None:
        super().__init__(Path("python"), lambda text: None, {"starsim": "cannot be installed: no network"})

    def __call__(self, name: str, threads: int = 1, **spec: Any) -> dict[str, Any] | None:
        return None if name in self.absent else {"seconds": [10.0], "infected": 1, "version": f"{name} 1.0"}


def pretend(*, quick: bool = False, most: int = 1_000_000) -> Bench:
    return Bench(Pretend(), PretendPeers(), 2, 3, quick, most)


def test_a_target_is_judged_before_rounding() -> None:
    assert row("a", 2.9996, "x", target=">= 3") == ("a", 3.0, "x", None, ">= 3", False)
    assert row("a", 15.0, "s", target="<= 15").met is True
    assert row("a", 15.0, "s").met is None


def test_the_ratio_is_of_medians() -> None:
    (found,) = ratio_row("work", 2.0, {"seconds": [9.0, 30.0, 10.0], "version": "Other 1.0", "infected": 85}, 100, target=">= 100")
    assert found == ("work: times faster than Other 1.0", 5.0, "x", "Other 1.0: 10 s, 85 % infected", ">= 100", False)
    assert ratio_row("work", 2.0, None, 100) == []


def test_a_city_is_held_beside_those_who_are_there() -> None:
    bench = pretend()
    rows = list(WORKLOADS["city"](bench))
    by_name = {one.name: one for one in rows}
    assert by_name["four slots, 170,000 people, 120 days"].value == 2.0
    assert by_name["four slots, 170,000 people, 120 days: throughput"].value == 1.2
    assert by_name["four slots, 170,000 people, 120 days: infected in the end"].value == 85.0
    assert by_name["four slots, 170,000 people, 120 days: times faster than covasim 1.0"].met is False
    assert not any("starsim" in name or "1M" in name for name in by_name)
    assert [one.name for one in bench.skipped] == ["10M people", "four-slots city.residents=1000000"]
    assert "memory" in bench.skipped[1].why


def test_quick_measures_the_smallest_alone() -> None:
    bench = pretend(quick=True)
    list(WORKLOADS["city"](bench))
    assert [one["overrides"] for one in bench.own.asked] == [["city.residents=20000"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["patches", "fights", "flagship", "many", "folder", "scaling", "policy", "pull", "memory", "korea"])
def test_every_workload_gives_figures_with_units(name: str) -> None:
    rows = list(WORKLOADS[name](pretend()))
    assert all(one.value >= 0 and one.unit and (one.target is None) == (one.met is None) for one in rows)
    assert len({one.name for one in rows}) == len(rows) > 0 or name == "memory"


def test_a_small_world_is_a_network_of_its_degree() -> None:
    ends = small_world(1000)
    assert len(np.unique(ends, axis=0)) == len(ends)
    assert 4900 < len(ends) <= 5000
    assert (ends[:, 0] < ends[:, 1]).all()
    far = np.minimum(ends[:, 1] - ends[:, 0], 1000 - (ends[:, 1] - ends[:, 0])) > 5
    assert 0.06 < far.mean() < 0.14


@pytest.mark.parametrize("path", sorted((environment.HERE / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_scenarios_of_the_bench_load(path: Path) -> None:
    assert load(path).name == path.stem


def test_one_process_measures_a_run(tmp_path: Path) -> None:
    found = Own()(
        "run", source=scenario("patches"), overrides=["city.households.sizes={300: 2}", "seeds.first.count=5"], threads=1, repeats=2, until="9 days"
    )
    assert (found["people"], found["person_days"], len(found["seconds"])) == (600, 5400, 2)
    assert 5 <= found["infected"] <= 600
    with pytest.raises(HyosanError, match="no scenario"):
        Own()("run", source="nowhere", threads=1, repeats=1)


def test_absent_peers_are_told_once_and_left_out() -> None:
    told: list[str] = []
    peers = Peers(Path(sys.executable), told.append)
    assert peers("covasim", people=10, days=1, repeats=1) is None
    assert peers("covasim", people=20, days=1, repeats=1) is None
    assert len(told) == 1
    assert "No module named 'covasim'" in peers.absent["covasim"]


@pytest.mark.long
def test_what_cannot_be_installed_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    told: list[str] = []
    with environment.peers_installed(tmp_path / "there", ("covasim",), told.append) as peers:
        assert peers("covasim", people=10, days=1, repeats=1) is None
    assert told[0] == "installing covasim==4.0.1"
    assert peers.absent["covasim"].startswith("cannot be installed: ")
    assert len(told) == 2


def test_limits_of_the_machine_are_measured() -> None:
    found = limits(1, 2, 1 << 16)
    assert all(0.01 < value < 1e5 for value in found.values())


def measured(name: str, *rows: Any) -> dict[str, Any]:
    """A workload as it stands in results."""
    return {
        "workload": name, "threads": 2, "repeats": 3, "most": 170_000, "quick": False, "commit": "abc", "date": "2026-01-01", "load": 3.4,
        "minutes": 7.0, "rows": [one._asdict() for one in rows], "skipped": [{"name": "starsim", "why": "cannot be\ninstalled"}],
    }  # fmt: skip


RESULTS: dict[str, Any] = {
    "machine": "2 cores of Something",
    "versions": {"hyosan": "0"},
    "workloads": [
        measured("city", row("fast", 12345.0, "x", peer="Covasim 4: 9 s")),
        measured("policy", row("with", 1.24, "x", target="<= 1.5"), row("other", 2.0, "x", target="<= 1.5")),
    ],
}


def test_the_page_tells_what_is_met_and_what_is_not() -> None:
    told = page(RESULTS)
    assert "1 of 2 targets are met." in told
    assert "| other | 2 | x |  | ≤ 1.5 | **not met** |" in told
    assert "| fast | 12,300 | x | Covasim 4: 9 s |  |  |" in told
    assert "`hyosan bench --only policy --threads 2 --repeats 3 --people-at-most 170000`: commit abc" in told
    assert "on an idle machine times are shorter" in told
    assert "* starsim: cannot be installed" in told


def test_workloads_measured_anew_replace_those_of_before() -> None:
    newer = {**RESULTS, "workloads": [measured("machine"), measured("policy", row("with", 9.0, "x"))]}
    found = benching.merged(RESULTS, newer)
    assert [one["workload"] for one in found["workloads"]] == ["machine", "city", "policy"]
    assert found["workloads"][2]["rows"][0]["value"] == 9.0
    assert benching.merged(None, newer) == newer


@pytest.mark.parametrize(
    ("text", "words"),
    [(json.dumps(RESULTS), "results of other machine"), ("[1]", "something else than results"), ("{", "something else than results")],
)
def test_a_file_of_something_else_is_refused_first(text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "results.json").write_text(text)
    assert main(["bench", "--out", str(tmp_path / "results.json")]) == 2
    assert words in capsys.readouterr().err
    assert (tmp_path / "results.json").read_text() == text


def test_the_command_says_rows_and_keeps_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(benching, "Own", Pretend)
    out = tmp_path / "results.json"
    assert main(["bench", "--only", "policy,fights", "--no-peers", "--json", "--out", str(out), "--people-at-most", "20000"]) == 0
    told = capsys.readouterr()
    rows = json.loads(told.out)
    assert {tuple(one) for one in rows} == {("name", "value", "unit", "peer", "target", "met")}
    assert [one["workload"] for one in json.loads(out.read_text())["workloads"]] == ["fights", "policy"]
    assert main(["bench", "--only", "machine", "--quick", "--no-peers", "--json", "--out", str(out)]) == 0
    assert [one["workload"] for one in json.loads(out.read_text())["workloads"]] == ["machine", "fights", "policy"]
    capsys.readouterr()
    assert main(["bench", "--only", "policy", "--no-peers", "-q"]) == 0
    assert "1 x" in (said := capsys.readouterr().out)
    assert "[<= 1.5: met]" in said
    assert main(["bench", "--only", "speed"]) == 2
    assert "there is no workload 'speed'" in capsys.readouterr().err


def test_an_interrupted_bench_keeps_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(bench: Bench) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(benching, "Own", Pretend)
    monkeypatch.setitem(WORKLOADS, "policy", stop)
    out = tmp_path / "results.json"
    assert main(["bench", "--only", "policy,fights", "--no-peers", "-q", "--out", str(out)]) == 130
    assert [one["workload"] for one in json.loads(out.read_text())["workloads"]] == ["fights"]


def test_base_and_head_are_measured_by_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    roots: list[Path] = []

    def both(self: Own, what: str, **spec: Any) -> dict[str, Any]:
        roots.append(self.root)
        assert (self.root / "hyosan" / "__init__.py").exists()
        return {"seconds": [1.0 if len(roots) % 2 else 0.5], "infected": 3}

    monkeypatch.setattr(Own, "__call__", both)
    assert main(["bench", "--base", "HEAD", "--quick", "--repeats", "2", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found == {"name": "four slots, 20,000 people", "base": 1.0, "head": 0.5, "unit": "s", "ratio": 2.0, "same": True}
    assert roots[1] == roots[3] == environment.HERE.parent.parent
    assert roots[0] == roots[2] != roots[1]
    assert not roots[0].exists()
    assert main(["bench", "--base", "no-such-commit"]) == 2
    assert "cannot be checked out" in capsys.readouterr().err


def test_what_is_compared_stands_in_files_of_the_bench() -> None:
    assert all(Path(spec["source"]).exists() or spec["source"] == "hyosan" for spec in comparing.COMPARED.values())


def test_every_workload_says_what_it_is() -> None:
    assert all((function.__doc__ or "").strip().endswith(".") for function in WORKLOADS.values())
    assert set(workloads.NEEDS) <= set(WORKLOADS)
