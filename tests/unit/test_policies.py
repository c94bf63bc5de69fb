"""Does a policy decide on what its authority knows and on nothing else, and does a watcher change nothing?"""

from __future__ import annotations

import gc
import json
import types
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from small_worlds import rows, village

import hyosan
from hyosan.cli import main
from hyosan.engine.knowledge import Knowledge, Works
from hyosan.errors import PolicyError
from hyosan.policy import Known, KnownCase, Now, as_policies, source_hash
from hyosan.results.columns import as_table
from hyosan.scenario.authority import Beliefs
from hyosan.scenario.condition_words import KNOWN_NAMES

pytestmark = pytest.mark.usefixtures("compiled")

HOUR = 3600
VILLAGE = village(300, **{"checkpoints.every": "4 h", "checkpoints.keep": 0, "orders.strike.repeat": None, "orders.cordon.when": "never"})
MAYOR = {"authorities.mayor": {"hears_after": "1 h", "powers": ["cordon", "strike"]}}
Decide = Callable[[Known, Now], Any]


def run(**more: Any) -> hyosan.Run:
    overrides = VILLAGE | more.pop("overrides", {})
    return hyosan.run("hyosan", seed=3, overrides=overrides, **({"threads": 1} | more))


def orders(one: hyosan.Run, by: str = "mayor") -> list[tuple[str, int, int, int, int]]:
    columns = ("order", "number", "second_decided", "second_effective", "second_ended")
    return [tuple(row[name] for name in columns) for row in one.orders.to_pylist() if row["authority"] == by]  # type: ignore[misc]


def at(second: int, *given: Any) -> Decide:
    return lambda knowledge, now: given if now.second == second else ()


def nothing(knowledge: Known, now: Now) -> None:
    """Looks at everything and orders nothing."""
    assert dict(knowledge)
    assert knowledge.by_zone
    assert knowledge.orders


def cordon_when_reported(knowledge: Known, now: Now) -> Any:
    """Closes the ways out on the second report."""
    if knowledge["reported.infected"] >= 2 and not knowledge.orders["cordon"].decided:
        yield hyosan.GiveOrder("cordon", delay="1 h", leak="5 %")


@pytest.fixture(scope="module")
def plain() -> hyosan.Run:
    return run()


def test_a_policy_that_orders_nothing_and_a_watcher_change_nothing(plain: hyosan.Run) -> None:
    batches: list[Any] = []
    seen: list[Now] = []
    policies = {"mayor": lambda k, now: seen.append(now), "army": hyosan.Policy(nothing, every="10 min")}
    for threads in (1, 2):
        batches.clear()
        seen.clear()
        one = run(policies=policies, watchers=[batches.append], threads=threads)
        assert (one.history_hash, one.result_hash) == (plain.history_hash, plain.result_hash)
    assert [now.second for now in seen] == [hour * HOUR for hour in range(24)]
    assert seen[0] == Now(0, 1, 9, 40)
    assert seen[15] == Now(15 * HOUR, 2, 0, 40)
    assert len(batches) > 3
    assert all(isinstance(batch, pa.RecordBatch) for batch in batches)
    assert rows(as_table("events", batches)) == rows(plain.events), "in order, each once"


def test_orders_of_a_policy_are_given_logged_and_the_same_on_all_threads(tmp_path: Path) -> None:
    one = run(policies={"mayor": cordon_when_reported}, out=tmp_path / "a")
    two = run(policies={"mayor": cordon_when_reported}, threads=2)
    assert one.result_hash == two.result_hash
    (cordon,) = [row for row in one.orders.to_pylist() if row["authority"] == "mayor"]
    decided = cordon["second_decided"]
    assert (cordon["order"], cordon["measure"], cordon["second_effective"]) == ("cordon", "cordon", decided + HOUR)
    assert json.loads(cordon["knowledge"])["reported.infected"] == 2
    assert decided % HOUR == 0
    assert one.manifest["orders_changed"] == [
        {"order": "cordon", "number": 1, "authority": "mayor", "second_decided": decided, "settings": {"delay": "1 h", "leak": 0.05}}
    ]
    assert one.manifest["policies"] == {"mayor": {"every_seconds": HOUR, "source_hash": source_hash(hyosan.Policy(cordon_when_reported))}}
    assert "policies" not in run().manifest


def test_the_policy_of_an_authority_knows_what_that_authority_hears() -> None:
    """The mayor hears an hour late: each snapshot is what one who hears at once knew an hour before."""
    kept: dict[str, list[Known]] = {"mayor": [], "city": []}

    def keep(name: str) -> Decide:
        return lambda knowledge, now: kept[name].append(knowledge)

    run(overrides=MAYOR, policies={name: keep(name) for name in kept})
    early = [known["reported.infected"] for known in kept["city"]]
    assert [known["reported.infected"] for known in kept["mayor"]][1:] == early[:-1]
    assert max(early) >= 2
    last = kept["city"][-1]
    assert len(last.cases) == last["reported.infected"] == sum(zone.cases for zone in last.by_zone.values())
    assert all(isinstance(case, KnownCase) and case.zone in last.by_zone and not case.tested for case in last.cases)
    assert last.orders["alert"].decided
    assert last.orders["alert"].ended
    assert not last.orders["alert"].stands
    assert last.orders["martial_law"].hours == Fraction(23 - 4)
    assert last["martial_law.effective"] == 1


def reachable(start: object) -> list[object]:
    """Everything that can be reached from an object, but for classes, functions and modules."""
    found, waiting = {id(start): start}, [start]
    while waiting:
        for one in gc.get_referents(waiting.pop()):
            if id(one) not in found and not isinstance(one, type | types.ModuleType | types.FunctionType | types.BuiltinFunctionType):
                found[id(one)] = one
                waiting.append(one)
    return list(found.values())


def test_a_snapshot_is_plain_and_cannot_be_changed(plain: hyosan.Run) -> None:
    def spoil(knowledge: Known, now: Now) -> None:
        with pytest.raises(TypeError):
            knowledge["reported.infected"] = 99  # type: ignore[index]
        with pytest.raises(TypeError):
            knowledge.by_zone["x"] = 1  # type: ignore[index]
        with pytest.raises(TypeError):
            knowledge.orders["alert"] = None  # type: ignore[index]
        with pytest.raises(TypeError):
            knowledge.orders["alert"].used["x"] = 1  # type: ignore[index]
        with pytest.raises(AttributeError):
            knowledge.orders["alert"].decided = True  # type: ignore[misc]
        with pytest.raises(AttributeError):
            knowledge.cases = ()
        with pytest.raises(AttributeError):
            del knowledge.cases
        with pytest.raises(KeyError, match=r"did you mean `reported\.infected`"):
            knowledge["reported.infectd"]
        parts = {type(one) for one in reachable(knowledge)}
        assert {part.__module__ for part in parts if part.__module__ != "builtins"} <= {"hyosan.policy", "fractions"}
        assert {str, int, Known} <= parts
        object.__setattr__(knowledge, "_values", {"reported.infected": 1_000_000})  # who goes so far spoils their own copy

    assert run(policies={"mayor": spoil}).result_hash == plain.result_hash


def test_orders_are_ended_called_off_and_given_anew() -> None:
    def decide(knowledge: Known, now: Now) -> Any:
        hour = now.second // HOUR
        if hour < 4:
            return {"cordon": {"delay": "0 s"}}  # given once, left as it is later
        if hour == 4:
            return [hyosan.GiveOrder("cordon", delay="2 h", leak="1 %"), hyosan.EndOrder("sweep"), {"quarantine": None}]
        if hour == 5:
            return hyosan.EndOrder("cordon")
        return "cordon" if hour == 8 else None

    one = run(policies={"mayor": decide})
    assert orders(one) == [
        ("cordon", 1, 0, 0, 4 * HOUR), ("cordon", 2, 4 * HOUR, -1, 5 * HOUR), ("cordon", 3, 8 * HOUR, 13 * HOUR, -1),
    ]  # fmt: skip
    assert [row["ended_because"] for row in one.orders.to_pylist() if row["order"] == "cordon"] == ["given anew by mayor", "ended by mayor", ""]


def test_policies_decide_in_order_of_name_after_conditions() -> None:
    seen = {}

    def look(name: str, *given: str) -> Decide:
        def decide(knowledge: Known, now: Now) -> Any:
            if now.second == 0:
                seen[name] = [order for order, standing in knowledge.orders.items() if standing.decided]
                return given
            return ()

        return decide

    run(policies={"b": look("b"), "a": look("a", "cordon")})
    assert seen == {"a": ["martial_law"], "b": ["martial_law", "cordon"]}


FAULTS = [
    (at(2 * HOUR, "cordn"), r"policy `mayor`, day 1 11:40: 'cordn' is no order of this scenario; did you mean `cordon`\?"),
    (at(2 * HOUR, "alert"), r"may not order `alert`, which is to `alert`: the powers of `mayor` are cordon, strike"),
    (at(2 * HOUR, hyosan.EndOrder("sweep")), r"may not order `sweep`"),
    (at(2 * HOUR, hyosan.GiveOrder("strike", raduis="3 m")), r"order `strike`: .*raduis.*did you mean `radius`"),
    (at(2 * HOUR, hyosan.GiveOrder("strike", radius="3 h")), r"order `strike`: radius: .*'h' is not one of a length"),
    (at(2 * HOUR, hyosan.GiveOrder("strike", points=True)), r"order `strike`: points: must not be true"),
    (at(2 * HOUR, hyosan.GiveOrder("strike", when="always")), r"order `strike`: when: is fixed by the scenario"),
    (at(2 * HOUR, hyosan.GiveOrder("strike", until="reported.dad >= 1")), r"orders\.strike\.until: .*did you mean `reported\.dead`"),
    (at(2 * HOUR, 7), r"policy `mayor`, day 1 11:40: answered 7; an order is a name"),
    (lambda knowledge, now: 7, r"policy `mayor`, day 1 09:40: answered 7; an iterable of orders"),
    (at(2 * HOUR, {"strike": 7}), r"answered 7 for the order 'strike'"),
    (
        lambda knowledge, now: [][: 1 // (now.second - 2 * HOUR)],
        r"policy `mayor`, day 1 11:40: failed with ZeroDivision.*test_policies\.py:\d+\)",
    ),
    (lambda knowledge: (), r"policy `mayor`, day 1 09:40: failed with TypeError"),
]


@pytest.mark.parametrize(("decide", "told"), FAULTS, ids=[told[:40] for _, told in FAULTS])
def test_what_a_policy_may_not_do_is_told_with_day_and_hour(decide: Decide, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        run(policies={"mayor": decide}, overrides=MAYOR)


@pytest.mark.parametrize(
    ("policies", "told"),
    [
        ([nothing], "a mapping from name to function"),
        ({"": nothing}, "is no name"),
        ({"mayor": "cordon"}, "'mayor' is str; a function"),
        ({"mayor": hyosan.Policy(nothing, every="3")}, "every='3'"),
        ({"mayor": hyosan.Policy(nothing, every="0 s")}, "once in a second"),
    ],
)
def test_policies_that_are_none_are_refused_before_the_run(policies: Any, told: str) -> None:
    with pytest.raises(PolicyError, match=told):
        as_policies(policies)


def test_a_run_whose_policy_failed_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    def decide(knowledge: Known, now: Now, until: int = 1 << 40) -> Any:
        if now.second >= until:
            raise ConnectionError("no answer")
        return cordon_when_reported(knowledge, now)

    whole = run(policies={"mayor": decide}, out=tmp_path / "whole")
    with pytest.raises(PolicyError, match="no answer"):
        run(policies={"mayor": lambda k, now: decide(k, now, 10 * HOUR)}, out=tmp_path / "cut")
    assert [path.stem for path in sorted((tmp_path / "cut" / "checkpoints").iterdir())] == ["000024", "000048"]
    with pytest.raises(PolicyError, match=r"begun with the policies `mayor` \(every 3,600 s\), and is to go on with no policies"):
        run(out=tmp_path / "cut")
    with pytest.raises(PolicyError, match="to go on with the policies `sheriff`"):
        run(policies={"sheriff": decide}, out=tmp_path / "cut")
    batches: list[Any] = []
    with pytest.warns(UserWarning, match="the policy `mayor` is not the text that decided up to the checkpoint"):
        again = run(policies={"mayor": decide}, out=tmp_path / "cut", watchers=[batches.append], threads=2)
    assert again.result_hash == whole.result_hash
    assert rows(as_table("events", batches)) == rows(whole.events), "a watcher of a resumed run is told all of it"
    told = again.manifest["policies"]["mayor"]
    assert told["source_hash"] == source_hash(hyosan.Policy(decide))
    assert len(told["earlier_source_hashes"]) == 1


def test_a_watcher_that_fails_is_told(tmp_path: Path) -> None:
    def stumble(batch: Any) -> None:
        if batch["second"][-1].as_py() > 6 * HOUR:
            raise ValueError("too much")

    with pytest.raises(PolicyError, match=r"watcher `stumble` failed on the events from day 1 .* with ValueError: too much"):
        run(watchers=[stumble], out=tmp_path / "run")
    with pytest.raises(PolicyError, match="cannot be called"):
        run(watchers=["print"])
    assert run(out=tmp_path / "run").result_hash == run().result_hash


def close(knowledge: Known, now: Now) -> Any:
    return ["cordon"] if now.second >= 3 * HOUR else ()


def strike(knowledge: Known, now: Now) -> Any:
    return [] if knowledge.orders["strike"].decided else [hyosan.GiveOrder("strike", delay="30 min")]


def test_runs_with_policies_are_rerun_and_forked_with_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = run(policies={"mayor": close}, out=tmp_path / "base")
    for verb, more in (("rerun", {}), ("fork", {"at": "6 h"})):
        with pytest.raises(PolicyError, match=rf"was run with the policies mayor; .*hyosan\.{verb}\(\.\.\., policies={{'mayor'"):
            getattr(hyosan, verb)(base, **more)
        assert main([verb, str(tmp_path / "base"), *(["--at", "6 h"] if more else [])]) == 1
        assert "was run with the policies mayor" in capsys.readouterr().err
    assert hyosan.rerun(base, policies={"mayor": close}, threads=1).same
    found = hyosan.rerun(base, policies={"mayor": strike}, threads=1)
    assert not found.same
    assert set(found.versions) == {"policy mayor"}
    with pytest.raises(PolicyError, match="asked every 3,600 s, the one given every 7,200 s"):
        hyosan.rerun(base, policies={"mayor": hyosan.Policy(close, every="2 h")})

    same = hyosan.fork(base, at="6 h", policies={"mayor": close}, out=tmp_path / "same", threads=1)
    assert same.result_hash == base.result_hash
    new = hyosan.fork(base, at="5 h", policies={"mayor": close, "army": strike}, threads=1)
    assert orders(new, "army")[0] == ("strike", 1, 5 * HOUR, 5 * HOUR + 1800, 5 * HOUR + 1800)
    assert set(new.manifest["policies"]) == {"mayor", "army"}
    assert set(new.manifest["earlier"][0]["policies"]) == {"mayor"}
    assert hyosan.rerun(new, policies={"mayor": close, "army": strike}, threads=1).same


def test_another_policy_of_the_same_name_decides_from_a_checkpoint_on(tmp_path: Path) -> None:
    base = run(policies={"mayor": close}, out=tmp_path / "base", until="12 h")
    with pytest.raises(PolicyError, match=r"`mayor` is not the text that decided.*\(day 1 13:40, day 1 17:40, day 1 21:40"):
        hyosan.fork(base, at="6 h", policies={"mayor": strike}, out=tmp_path / "no")
    assert not (tmp_path / "no").exists()
    one = hyosan.fork(base, at="8 h", policies={"mayor": strike}, out=tmp_path / "one", threads=1)
    assert [row[0] for row in orders(one)] == ["cordon", "strike"]
    assert hyosan.rerun(one, policies=[{"mayor": close}, {"mayor": strike}], threads=1).same
    with pytest.raises(PolicyError, match="has 2 stages"):
        hyosan.rerun(one, policies=[{"mayor": close}])


def test_a_policy_that_goes_by_chance_is_found_out(tmp_path: Path) -> None:
    calls: list[int] = []

    def fickle(knowledge: Known, now: Now) -> Any:
        calls.append(now.second)
        return ["alert"] if len(calls) == 1 else ()

    bare = {"checkpoints.every": "30 days", "orders.alert.when": "never", "orders.alert.delay": "0 s"}
    base = run(policies={"mayor": fickle}, out=tmp_path / "base", overrides=bare)
    with pytest.raises(PolicyError, match="a policy does not decide again as it did"):
        hyosan.fork(base, at="6 h", policies={"mayor": fickle}, threads=1, out=tmp_path / "fork")


TOWN: dict[str, Any] = {
    "city.residents": 800, "time.end": "30 days", "time.stop_when_over": False, "seeds.first": {"count": 8},
    "pathogen.states.ill.noticed": {"share": 0.6, "after": "1 day", "period_known": 0.9}, "checkpoints.every": "8 days",
    "pathogen.vaccines.jab": {"works": "leaky", "doses": [{"effect": "80 %", "delay": "3 days"}]},
    "tests.swab": {"detects": {"ill": "90 %"}, "specificity": "99 %", "takes": "12 h"},
}  # fmt: skip
SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "isolate": ({"do": "isolate"}, {"who": {"ages": "0-30"}, "compliance": "70 %", "per_day": 6}),
    "trace": ({"do": "trace", "names": {"home": "90 %"}}, {"staff": 3, "takes": "12 h"}),
    "test": ({"do": "test", "test": "swab"}, {"per_day": 15, "who": {"ages": "10-90"}}),
    "reduce_contacts": ({"do": "reduce_contacts", "settings": {"home": "90 %"}}, {"settings": {"home": "50 %", "work": "70 %"}, "fades": "9 days"}),
    "vaccinate": ({"do": "vaccinate", "vaccine": "jab"}, {"groups": [{"ages": "20-50"}], "uptake": "60 %", "per_day": 40, "stock": 300}),
    "treat": ({"do": "treat", "left": "90 %"}, {"left": "10 %", "who": {"ages": "0-60"}}),
    "close": ({"do": "close", "setting": "school"}, {"setting": "work", "until": "time >= 300"}),
}


def town(orders: dict[str, Any], decide: Decide | None = None, **more: Any) -> hyosan.Run:
    policies = {"agency": hyosan.Policy(decide, every="12 h")} if decide else None
    return hyosan.run("influenza", overrides=TOWN | orders, seed=4, threads=1, policies=policies, **more)


def on_day_5(changes: dict[str, dict[str, Any]]) -> Decide:
    """Gives orders with changed settings, once."""
    return lambda knowledge, now: [changes] if now.second == 96 * HOUR else ()


@pytest.fixture(scope="module")
def untouched() -> str:
    return town({}).history_hash


@pytest.mark.parametrize("measure", SETTINGS)
def test_changed_settings_do_what_the_same_settings_of_a_scenario_do(measure: str, untouched: str) -> None:
    order, changes = SETTINGS[measure]
    written = town({"orders.it": {**order, **changes, "when": "time >= 96"}})
    given = town({"orders.it": {**order, "when": "never"}}, on_day_5({"it": changes}))
    assert given.history_hash == written.history_hash != untouched


def test_changed_settings_hold_after_a_checkpoint(tmp_path: Path) -> None:
    given = {f"orders.{name}": {**order, "when": "never"} for name, (order, _) in SETTINGS.items()}
    decide = on_day_5({name: changes for name, (_, changes) in SETTINGS.items()})

    def fail(knowledge: Known, now: Now) -> Any:
        if now.day > 18:
            raise InterruptedError
        return decide(knowledge, now)

    whole = town(given, decide)
    with pytest.raises(PolicyError, match="InterruptedError"):
        town(given, fail, out=tmp_path / "cut")
    with pytest.warns(UserWarning, match="is not the text"):
        assert town(given, decide, out=tmp_path / "cut").result_hash == whole.result_hash
    assert len(whole.manifest["orders_changed"]) == len(SETTINGS)


def test_estimates_that_a_policy_reads_move_no_other(tmp_path: Path) -> None:
    """An estimate stands for a while; a policy has its own, from a checkpoint on the same again."""
    latent = {"varies": {"lognormal": {"mean": "4 days", "sd": "3 days"}}}
    here = {"seeds.first": {"count": 40}, "checkpoints.keep": 0, "pathogen.transitions.0.after": latent} | {
        "orders.it": {"do": "isolate", "when": "reported.infected >= 90 and incubation_bound_days < 30"}
    }
    told: list[tuple[int, Any]] = []

    def watch(knowledge: Known, now: Now) -> None:
        told.append((now.second, knowledge["incubation_bound_days"]))

    plain = town(here)
    policies = {"agency": hyosan.Policy(watch, every="12 h")}
    one = hyosan.run("influenza", overrides=TOWN | here, seed=4, threads=1, policies=policies, out=tmp_path / "one")
    assert one.result_hash == plain.result_hash
    assert plain.orders.num_rows == 1
    assert len({bound for _, bound in told}) > 2, "it was never estimated, or never anew"
    whole = told.copy()
    told.clear()
    hyosan.fork(one, at="24 days", policies=policies, threads=1, out=tmp_path / "two")
    assert told == [row for row in whole if row[0] >= 24 * 86_400]


def test_a_reader_with_an_estimate_of_its_own_leaves_the_shared_one_alone() -> None:
    """The camp asks for the bound only once it holds somebody; had a policy asked before, on the same estimate, it would be an older one."""

    def knowledge() -> Knowledge:
        one = Knowledge(("Z1",), 1, Works(1), Beliefs())
        for case in range(60):
            one.notice(case * HOUR + 200 * HOUR, 0, "ill", case * HOUR, (case + 20 + case % 17) * HOUR, case, 1)
        return one

    first, second = 300 * HOUR, 310 * HOUR
    left_alone, read, shared = knowledge(), knowledge(), knowledge()
    assert read.values(first, 0, KNOWN_NAMES, read.own_estimate())["incubation_bound_days"] < 10
    shared.values(first, 0, KNOWN_NAMES)
    for one in (left_alone, read, shared):
        one.notice(second, 0, "ill", first - 90 * HOUR, first, 99, 1)
        one.bound_days(0.99, 50, second)
    assert left_alone.to_json() == read.to_json() != shared.to_json()


def test_the_hash_of_a_policy_is_of_its_text_and_what_is_bound_to_it() -> None:
    def made(limit: int) -> Decide:
        return lambda knowledge, now: ["cordon"] if knowledge["reported.infected"] >= limit else ()

    class Careful:
        def __call__(self, knowledge: Known, now: Now) -> None:
            """Orders nothing."""

    assert source_hash(hyosan.Policy(made(3))) == source_hash(hyosan.Policy(made(3))) != source_hash(hyosan.Policy(made(4)))
    assert source_hash(hyosan.Policy(Careful())) is not None
    assert source_hash(hyosan.Policy(eval("lambda knowledge, now: ()"))) is None
