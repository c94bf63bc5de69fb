"""Does a what-if say what the same run would have come to, and name what is asked wrongly?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small_worlds import village

import hyosan
from hyosan.cli import main
from hyosan.counterfactual.asked import infections_of
from hyosan.counterfactual.decisions import ALL_SUBSETS, each_order
from hyosan.counterfactual.history import History
from hyosan.counterfactual.parts import Decisions
from hyosan.counterfactual.people import each_person
from hyosan.counterfactual.tape import Nowhere
from hyosan.engine.state import C_EVENTS
from hyosan.errors import CommandError
from hyosan.results.run import Run
from hyosan.results.tree import descendant_counts, descendants, offspring, tree

pytestmark = pytest.mark.usefixtures("compiled")

FEW = {f"orders.{name}": None for name in ("travel", "seizure", "donations", "abandon", "quarantine", "rescue", "sweep", "alert")}
VILLAGE = village(300, **{"checkpoints.every": "4 h", "checkpoints.keep": 0, "orders.strike.repeat": None})
TOWN: dict[str, Any] = {
    "city.residents": 300, "time.end": "60 days", "pathogen.states.ill.noticed": {"share": 0.8, "after": "1 day"}, "seeds.travellers": {"count": 10},
}  # fmt: skip
LESS = {"do": "reduce_contacts", "settings": {"home": "0 %", "school": "0 %", "work": "0 %", "leisure": "0 %"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "base"
    hyosan.run("hyosan", seed=3, overrides=VILLAGE, out=out, threads=1)
    return out


def decided(run: Run, name: str) -> int:
    return int(next(row["second_decided"] for row in run.orders.to_pylist() if row["order"] == name))


def test_without_an_order_it_is_the_fork_that_never_gives_it(folder: Path) -> None:
    run = Run.open(folder)
    fork = hyosan.fork(run, at=f"{decided(run, 'strike')} s", overrides={"orders.strike": None}, threads=1)
    found = hyosan.whatif(folder, without="strike", threads=1)
    assert found.otherwise.ending == fork.ending
    assert found.difference is not None
    assert found.difference.second == fork.manifest["fork"]["first_difference"]["second"]
    assert set(found.dead_only_here) == dead(run) - dead(fork) != set()
    assert set(found.infected_only_there) == infected(fork) - infected(run)
    assert found.how == "fork"
    assert "the checkpoint of" in found.why


def test_what_is_logged_while_a_tick_is_published_outlives_a_handover(folder: Path) -> None:
    """A fork at any moment without a change is the same run: each row that waits for the next tick is handed over."""
    run, length = Run.open(folder), int(Run.open(folder).manifest["tick_seconds"])
    history = History(run, threads=1)
    staged, late = history.course(history.stages, Nowhere(), None), []
    while staged.advance():
        late += [staged.sim.tick] if staged.sim.state.count[C_EVENTS] else []
    assert late, "no tick of this village leaves a row to the next one; choose another"
    fork = hyosan.fork(run, at=f"{late[0] * length} s", threads=1)
    assert fork.history_hash == run.history_hash


def dead(run: Run) -> set[int]:
    return {row["person"] for row in run.people.to_pylist() if row["died_second"] >= 0}


def infected(run: Run) -> set[int]:
    return {row["person"] for row in run.people.to_pylist() if row["infected_second"] >= 0}


@pytest.mark.parametrize(("options", "moved"), [({"earlier": "1 h"}, -3600), ({"later": "2 h"}, 7200)])
def test_an_order_is_moved(folder: Path, options: dict[str, str], moved: int) -> None:
    run = Run.open(folder)
    found = hyosan.whatif(folder, order="strike", threads=1, **options)  # type: ignore[arg-type]
    at = decided(run, "strike")
    changes = {"orders.strike.when": f"time >= {at + moved} s"}
    fork = hyosan.fork(run, at=f"{min(at, at + moved)} s", overrides=changes, threads=1)
    assert decided(fork, "strike") == at + moved
    assert found.otherwise.ending == fork.ending


def test_a_person_who_is_never_infected_infects_nobody(folder: Path) -> None:
    run = Run.open(folder)
    most = offspring(run)["person"][0].as_py()
    found = hyosan.whatif(run, person=most, threads=1)
    assert most in found.infected_only_here
    assert found.descendants == len(descendants(run, most)) > 0
    assert found.spared_others() == len(found.infected_only_here) - 1 - len(found.infected_only_there)
    assert found.difference is not None
    assert abs(found.difference.second - infections_of(run, most)[0][0]) <= int(run.manifest["tick_seconds"])
    bitten = hyosan.whatif(run, bite=f"{most}/1", threads=1)
    assert bitten.difference is not None
    assert (bitten.difference.second, bitten.difference.one) == (found.difference.second, found.difference.one)


def test_nothing_is_otherwise_where_nothing_happened(folder: Path) -> None:
    run = Run.open(folder)
    never = next(person for person in range(300) if person not in infected(run))
    found = hyosan.whatif(run, person=never, threads=1)
    assert (found.how, found.difference, found.otherwise) == ("nothing", None, found.run)
    assert "all would have gone as it went" in str(found)


WRONG = [
    ({"without": "strke"}, "did you mean `strike`"),
    ({"order": "strike"}, "goes with `earlier` or with `later`"),
    ({"earlier": "3 h"}, "what if what"),
    ({"order": "strike", "earlier": "3 h", "later": "3 h"}, "goes with"),
    ({"without": "strike", "person": 3}, "given are without and person"),
    ({"order": "strike", "earlier": "3"}, "--earlier: .*of a duration"),
    ({"order": "strike", "earlier": "9 h"}, "at most 5 h"),
    ({"order": "strike", "later": "9 days"}, "after the end of the run; ask --without strike"),
    ({"person": "Nobody"}, "is no id.*the first to be infected were"),
    ({"person": 300_000}, "nobody in this city has the id 300000"),
    ({"bite": "1/2/3"}, "was never infected|infected 1 time"),
    ({}, "what if what"),
]


@pytest.mark.parametrize(("question", "told"), WRONG, ids=[str(question) for question, _ in WRONG])
def test_what_is_asked_wrongly_is_told(folder: Path, question: dict[str, Any], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        hyosan.whatif(folder, **question, threads=1)


def test_the_command_tells_it_and_how_to_have_it_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["whatif", str(folder), "--without", "strike", "--threads", "1"]) == 0
    text = capsys.readouterr().out
    for part in (
        "What if the order `strike` had not been given?",
        "The same until day 1",
        "Dead in the run, and not otherwise: ",
        "The run ended",
        "Again: hyosan",
    ):
        assert part in text
    assert main(["whatif", str(folder), "--order", "strike", "--later", "1 h", "--json", "--threads", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["deaths_averted"] == len(told["dead_only_here"])
    again = told["command"].split("hyosan ")[1].replace("'", "")
    assert again.endswith("--order strike --later 1 h")
    assert main(["whatif", str(folder), "--without", "strke"]) == 2
    assert "did you mean" in capsys.readouterr().err
    assert main(["whatif", str(folder), "--each", "person", "--without", "strike"]) == 2
    assert main(["whatif", str(folder), "--ending", "dead < 3"]) == 2
    assert main(["whatif", str(folder)]) == 2
    assert "only in the run" in hyosan.whatif(folder, without="strike", threads=1)._repr_html_()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["base", "worlds"]


def test_a_run_in_memory_and_a_fork_can_be_asked(folder: Path) -> None:
    run = hyosan.run("hyosan", seed=3, overrides=VILLAGE, threads=1)
    assert hyosan.whatif(run, without="strike", threads=1).otherwise == hyosan.whatif(folder, without="strike", threads=1).otherwise
    fork = hyosan.fork(folder, at="3 h", overrides=["orders.strike.delay=2 h"], threads=1)
    assert hyosan.whatif(fork, without="strike", threads=1).otherwise.ending.strikes == 0
    with pytest.raises(CommandError, match="itself forked from base"):
        hyosan.whatif(fork, without="martial_law", threads=1)


def test_everybody_is_spared_in_turn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = hyosan.run("influenza", seed=2, overrides=TOWN, out=tmp_path / "town", threads=1)
    found = each_person(run, most=12, threads=1)
    assert [row.person for row in found.rows if row.how == "difference"]
    assert {row.person for row in found.rows} < infected(run)
    assert len(found.rows) == 12
    assert "Spared in turn" in found._repr_html_()
    assert [row.averted for row in found.rows] == sorted((row.averted for row in found.rows), reverse=True)
    for row in found.rows[:2]:
        alone = hyosan.whatif(run, person=row.person, threads=1)
        assert alone.how == "fork"
        assert (alone.spared_others(), alone.descendants) == (row.averted, row.descendants)
    assert main(["whatif", str(tmp_path / "town"), "--each", "person", "--top", "2", "--most", "4", "--threads", "1"]) == 0
    text = capsys.readouterr().out
    assert "4 of " in text
    assert "by carrying the difference forward" in text
    assert len([line for line in text.splitlines() if line.strip()[:1].isdigit() and "infected people" not in line]) == 2


def test_descendants_are_those_of_the_tree(folder: Path) -> None:
    run = Run.open(folder)
    assert descendant_counts(run) == {person: len(descendants(run, person)) for person in set(tree(run)["infected"].to_pylist())}


PLANTED: dict[str, dict[str, Any]] = {
    "one": {
        "orders.stop": LESS | {"when": "time >= 4 d"},
        "orders.dummy": {"do": "reduce_contacts", "settings": {"camp": "0 %"}, "when": "time >= 4 d"},
    },
    "two": {"orders.stop": LESS | {"when": "time >= 4 d"}, "orders.again": LESS | {"when": "time >= 4 d"}},
}
"""One decision that makes the ending beside one that does nothing; two of which each would have been enough."""


def test_a_planted_cause_is_found_and_a_dummy_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = hyosan.run("influenza", seed=2, overrides=TOWN | PLANTED["one"], out=tmp_path / "one", threads=1)
    free = hyosan.run("influenza", seed=2, overrides=TOWN, threads=1)
    bound = run.ending.ever_infected + 5
    assert free.ending.ever_infected > bound
    found = each_order(run, ending=f"ever_infected <= {bound}", threads=1)
    assert found.flips == (("stop",),)
    assert "Without stop it would not hold." in found._repr_html_()
    parts = {part.order: part for part in found.parts}
    assert (parts["dummy"].infections_averted, parts["dummy"].infections_share, parts["dummy"].flips) == (0, 0, False)
    whole = free.ending.ever_infected - run.ending.ever_infected
    assert parts["stop"].infections_averted == parts["stop"].infections_share == whole
    assert main(["whatif", str(tmp_path / "one"), "--each", "order", "--ending", f"ever_infected <= {bound}", "--threads", "1"]) == 0
    assert "Without stop it would not hold." in capsys.readouterr().out


def test_two_redundant_causes_are_told_together() -> None:
    run = hyosan.run("influenza", seed=2, overrides=TOWN | PLANTED["two"], threads=1)
    found = each_order(run, ending=f"ever_infected <= {run.ending.ever_infected + 5}", threads=1)
    assert found.flips == (("again", "stop"),)
    assert [part.infections_averted for part in found.parts] == [0, 0]
    assert found.parts[0].infections_share == found.parts[1].infections_share > 0
    assert not any(part.flips for part in found.parts)


def test_sets_of_one_are_each_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A world for each order, no shares, the same numbers; the command and the report say so."""
    run = hyosan.run("influenza", seed=2, overrides=TOWN | PLANTED["two"], threads=1, out=tmp_path / "run")
    ending = f"ever_infected <= {run.ending.ever_infected + 5}"
    found, whole = (each_order(run, ending=ending, sets=sets, threads=1) for sets in (1, None))
    assert (found.worlds, found.flips, found.has_shares) == (3, (), False)
    assert [one.infections_averted for one in found.parts] == [one.infections_averted for one in whole.parts]
    assert each_order(run, ending=ending, sets=2, threads=1).flips == whole.flips
    assert Decisions.from_json(json.loads(json.dumps(found.to_json()))) == found
    with pytest.raises(CommandError, match="--sets"):
        each_order(run, sets=0, threads=1)
    assert main(["whatif", str(tmp_path / "run"), "--each", "order", "--sets", "1", "--json", "--threads", "1"]) == 0
    (tmp_path / "one.json").write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["report", str(tmp_path / "run"), "--whatif", str(tmp_path / "one.json"), "--text"]) == 0
    assert "--each order --sets 1" in capsys.readouterr().out
    assert main(["report", str(tmp_path / "run"), "--whatif", str(tmp_path / "one.json")]) == 0
    assert "its Shapley value" not in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert main(["whatif", str(tmp_path / "run"), "--person", "1", "--sets", "1"]) == 2


def test_shares_add_up_to_what_all_orders_did(monkeypatch: pytest.MonkeyPatch) -> None:
    run = hyosan.run("hyosan", seed=3, overrides=VILLAGE | FEW, threads=1)
    orders = {row["order"] for row in run.orders.to_pylist()}
    assert 3 <= len(orders) <= ALL_SUBSETS
    bare = hyosan.fork(run, at="0 s", overrides=dict.fromkeys((f"orders.{name}" for name in orders), None), threads=1)
    whole = each_order(run, threads=1)
    monkeypatch.setattr("hyosan.counterfactual.decisions.ALL_SUBSETS", 1)
    monkeypatch.setattr("hyosan.counterfactual.decisions.PERMUTATIONS", 4)
    drawn = each_order(run, threads=1)
    for found in (whole, drawn):
        assert sum(part.deaths_share for part in found.parts) == pytest.approx(len(dead(bare)) - len(dead(run)))
    assert (whole.how, drawn.how) == ("all subsets", "4 random orders of decisions")
    with pytest.raises(CommandError, match=r"did you mean `dead`"):
        each_order(run, ending="deed <= 3")
    with pytest.raises(CommandError, match="no bound"):
        each_order(run, ending="dead is 3")
