"""Does the guard draw the uncertain numbers anew on the same luck, count signs as it says, and refuse runs that it cannot draw?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import hyosan
from hyosan.cli import main
from hyosan.counterfactual.asker import Asker
from hyosan.counterfactual.decisions import GUARDED, each_order
from hyosan.counterfactual.guard import Draws, Kept, seed_of_draw
from hyosan.counterfactual.parts import Decisions
from hyosan.errors import CommandError, ScenarioError
from hyosan.results.run import Run

pytestmark = pytest.mark.usefixtures("compiled")

RATE = "pathogen.routes.contact.rates.community"
WIDE = {"uncertain": {"uniform": {"low": "0.2 per day", "high": "1.5 per day"}}}
CROWD: dict[str, Any] = {
    "city.well_mixed": 120, "time.end": "40 days", "seeds.first.count": 6, "pathogen.routes.contact.rates": {"community": "1 per day"}, RATE: WIDE,
}  # fmt: skip
STOP = {"do": "reduce_contacts", "settings": {"community": "0 %"}, "when": "time >= 3 d"}
IDLE = {"do": "reduce_contacts", "settings": {"community": "0 %"}, "compliance": "0 %"}
ORDERS = {"orders.stop": STOP, "orders.dummy": IDLE}
DRAWS = 6


def crowd(out: Path | None = None, seed: int = 4, **more: Any) -> Run:
    return hyosan.run("seir", seed=seed, overrides=CROWD | ORDERS | more, out=out, threads=1)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return crowd(tmp_path_factory.mktemp("runs") / "crowd")


def test_a_run_keeps_what_is_uncertain_in_it(run: Run) -> None:
    assert run.manifest["uncertain"] == {RATE: WIDE}
    assert "uncertain" not in hyosan.run("seir", overrides={"city.well_mixed": 50, "time.end": "2 days"}, threads=1).manifest
    assert hyosan.rerun(run, threads=1).run.manifest["uncertain"] == {RATE: WIDE}


@pytest.mark.parametrize(
    ("kept", "stands"),
    [((19, 1, 0), True), ((18, 2, 0), False), ((10, 0, 10), True), ((9, 0, 11), False), ((0, 0, 20), False), ((0, 20, 0), False), ((1, 0, 0), True)],
)
def test_a_finding_keeps_its_sign_in_95_percent_of_the_draws_that_move_it_which_are_half(kept: tuple[int, int, int], stands: bool) -> None:
    assert Kept(*kept).stands == stands
    assert Kept(*kept).draws == sum(kept)


def test_signs_are_those_of_runs_with_the_drawn_numbers(run: Run) -> None:
    """Each draw is a run of the drawn scenario with the same seed; what was set and what is ordered is as it was in the run."""
    draws = Draws(Asker(run, threads=1))
    signs = []
    for number in range(1, DRAWS + 1):
        scenario = draws.scenario(number)
        assert list(scenario.orders) == ["stop", "dummy"]
        assert scenario.city.well_mixed == 120
        less = hyosan.run(scenario, seed=4, threads=1).ending.ever_infected
        more = hyosan.run(scenario, seed=4, overrides={"orders.stop": None}, threads=1).ending.ever_infected
        signs.append((more > less) - (more < less))
    rates = {draws.scenario(number).pathogen.routes.contact.rates["community"] for number in range(1, DRAWS + 1)}  # type: ignore[union-attr]
    assert len(rates) == DRAWS
    assert len({seed_of_draw(4, number) for number in range(99)} | {seed_of_draw(5, number) for number in range(99)}) == 198
    found = each_order(run, guard=DRAWS, threads=1)
    parts = {part.order: part for part in found.parts}
    assert parts["stop"].infections_kept == Kept(signs.count(1), signs.count(-1), signs.count(0))
    assert (parts["stop"].deaths_kept, parts["dummy"].deaths_kept, parts["dummy"].infections_kept) == (None, None, None)
    assert found.guard is not None
    assert (found.guard.orders, found.guard.draws) == (("stop",), DRAWS)
    assert found.guard.numbers == (f"{RATE}: uniform(low 0.2 per day, high 1.5 per day)",)


def test_what_depends_on_the_numbers_is_no_finding() -> None:
    """Where nearly nobody passes it on in most draws, an order that stopped the run's outbreak comes to nothing in them."""
    law = {"uncertain": {"empirical": {"values": ["0 per day"] * 9 + ["1.5 per day"]}}}
    seed = next(
        seed for seed in range(1, 200) if hyosan.load("seir", overrides=CROWD | {RATE: law}, seed=seed).pathogen.routes.contact.rates["community"]
    )
    found = each_order(crowd(seed=seed, **{RATE: law}), ending="ever_infected <= 60", guard=8, threads=1)
    (stop,) = [part for part in found.parts if part.order == "stop"]
    assert stop.infections_averted > 0
    assert stop.infections_kept is not None
    assert not stop.infections_kept.stands
    text = str(found)
    assert "No finding: stop: that it averted infections depends on numbers that are uncertain: the same sign in " in text
    assert "Finding: " not in text.replace("No finding: ", "")
    assert "Whether stop turned it depends on numbers that are uncertain: the same sign in " in text


def test_those_that_did_most_are_guarded_and_the_others_named(tmp_path: Path) -> None:
    some = {f"orders.less{k}": STOP | {"settings": {"community": f"{90 - 5 * k} %"}, "when": f"time >= {2 + k} d"} for k in range(GUARDED + 1)}
    found = each_order(hyosan.run("seir", seed=4, overrides=CROWD | some, threads=1), guard=1, threads=1)
    assert found.guard is not None
    moved = [part.order for part in found.ranked() if part.did_something]
    assert found.guard.orders == tuple(moved[:GUARDED])
    assert (f"Not guarded, as others did more: {', '.join(sorted(moved[GUARDED:]))}." in str(found)) == (len(moved) > GUARDED)


def test_the_answer_is_the_same_again_and_as_plain_data(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["whatif", str(run.path), "--each", "order", "--ending", "ever_infected <= 60", "--guard", "3", "--threads", "1"]
    assert main([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["run"]["history_hash"], told["guard"]["draws"]) == ("orders", run.history_hash, 3)
    assert told["command"].endswith("--each order --ending 'ever_infected <= 60' --guard 3")
    found = Decisions.from_json(told)
    steps: list[str] = []
    assert found == each_order(run, ending="ever_infected <= 60", guard=3, threads=1, progress=steps.append)
    assert list(dict.fromkeys(steps)) == ["1 worlds", "2 worlds", "3 worlds", *(f"the guard: draw {number} of 3" for number in (1, 2, 3))]
    assert found.to_json() == told
    assert main(asked) == 0
    assert "The guard: 3 draws of 1 uncertain number, each on the same luck." in capsys.readouterr().out


def test_what_cannot_be_drawn_is_refused(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    certain = hyosan.run("seir", overrides=CROWD | ORDERS | {RATE: "1 per day"}, out=tmp_path / "certain", threads=1)
    assert main(["whatif", str(certain.path), "--each", "order", "--guard", "3"]) == 2
    assert "no number of its scenario is `uncertain`" in (told := capsys.readouterr().err)
    assert "--set pathogen.routes.contact.rates.anywhere='{uncertain:" in told
    assert main(["whatif", str(run.path), "--guard", "3", "--without", "stop"]) == 2
    assert main(["whatif", str(run.path), "--each", "order", "--guard", "0"]) == 2
    with pytest.raises(CommandError, match="no number of draws"):
        each_order(run, guard=0)
    with pytest.raises(CommandError, match="was forked"):
        each_order(hyosan.fork(run, at="2 days", overrides={"orders.stop": None}, threads=1), guard=2, threads=1)
    longer = {"time.end": "60 days"}
    with pytest.raises(CommandError, match="goes on from another run"):
        each_order(hyosan.run("seir", overrides=CROWD | ORDERS | longer, start_from=run, threads=1), guard=2, threads=1)
    policies = {"city": lambda knowledge, now: []}
    decided = hyosan.run("seir", seed=4, overrides=CROWD | ORDERS, policies=policies, threads=1)
    with pytest.raises(CommandError, match="was run with policies"):
        each_order(decided, guard=2, policies=policies, threads=1)
    ends = {"time.end": {"uncertain": {"uniform": {"low": "30 days", "high": "60 days"}}}}
    short = hyosan.run("seir", seed=4, overrides=CROWD | ORDERS | ends, until="9 days", threads=1)
    with pytest.raises(CommandError, match="are not those of the run"):
        each_order(short, guard=2, threads=1)


def test_a_draw_that_is_no_scenario_is_told_before_anything_is_run() -> None:
    shares = {"orders.stop": STOP | {"compliance": {"uncertain": {"lognormal": {"mean": 0.5, "sd": 0.6}}}}}
    seed = next(seed for seed in range(1, 99) if _loads(CROWD | shares, seed))
    run = hyosan.run("seir", seed=seed, overrides=CROWD | shares, threads=1)
    with pytest.raises(ScenarioError, match=r"--guard: draw [0-9]+: .*compliance(.|\n)*Give the uncertain number a law"):
        each_order(run, guard=60, threads=1)


def _loads(changes: dict[str, Any], seed: int) -> bool:
    try:
        hyosan.load("seir", overrides=changes, seed=seed)
    except ScenarioError:
        return False
    return True


def test_a_city_whose_size_is_uncertain_is_built_for_each_draw() -> None:
    people = {"city.well_mixed": {"uncertain": {"uniform": {"low": 60, "high": 200}}}}
    found = each_order(crowd(**people), guard=3, threads=1)
    assert found.guard is not None
    assert len(found.guard.numbers) == 2
    assert found.guard.worlds == 6
