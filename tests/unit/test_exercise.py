"""Does each inject do what it says and nothing before its moment, and does a list of events (MSEL) come back as it went out?"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from small_worlds import built, rows, simulation, village

import hyosan
from hyosan.cli import main
from hyosan.errors import ScenarioError
from hyosan.results.run import Run
from hyosan.scenario.injects import KINDS
from hyosan.scenario.msel_file import COLUMNS, as_csv, guarded, read_rows, unguarded

pytestmark = pytest.mark.usefixtures("compiled")

VILLAGE = village(300, **{"checkpoints.every": "2 h", "checkpoints.keep": 0, "orders.strike.repeat": None, "time.end": "10 h", "stocks.masks": {}})
HOUR = 3600
AT = 4 * HOUR
HEAD = ",".join(COLUMNS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten hours in a village: rescue from within the first hour on, a cordon after 5 h, a strike after 6 h 10 min."""
    out = tmp_path_factory.mktemp("runs") / "base"
    hyosan.run("hyosan", seed=3, overrides=VILLAGE, out=out, threads=1)
    return out


@pytest.fixture(scope="module")
def base(folder: Path) -> Run:
    return Run.open(folder)


def injected(inject: dict[str, Any], seed: int = 3, **more: Any) -> Run:
    return hyosan.run("hyosan", seed=seed, overrides=VILLAGE | {"injects.it": {"at": "4 h"} | inject} | more, threads=1)


def events(run: Run, kind: str, since: int = 0, until: int = 1 << 40) -> list[dict[str, Any]]:
    return [row for row in run.events.to_pylist() if row["kind"] == kind and since <= row["second"] < until]


def before(run: Run, second: int) -> list[list[Any]]:
    return [[row for row in rows(run.table(table)) if row[0] < second] for table in ("events", "series")]


def order(run: Run, name: str) -> dict[str, Any]:
    return next(row for row in run.orders.to_pylist() if row["order"] == name)


WHAT: dict[str, dict[str, Any]] = {
    "message": {"do": "message", "text": "the mayor calls"},
    "false_report": {"do": "false_report", "count": 7, "counts_as": "turned", "zone": "A1"},
    "lost_report": {"do": "lost_report", "lasts": "3 h"},
    "means_lost": {"do": "means_lost", "order": "rescue", "what": "teams", "count": 1000},
    "way_blocked": {"do": "way_blocked", "gate": "city"},
    "delay": {"do": "delay", "order": "cordon", "later": "2 h"},
    "donation": {"do": "donation", "stock": "masks", "count": 500},
    "arrival": {"do": "arrival", "count": 5, "role": "resident"},
}
"""One inject of each kind, four hours into the run."""


@pytest.fixture(scope="module")
def run_of() -> Any:
    """The run with one inject, made once."""
    made: dict[str, Run] = {}

    def get(kind: str) -> Run:
        if kind not in made:
            made[kind] = injected(WHAT[kind])
        return made[kind]

    return get


def test_every_kind_is_tried() -> None:
    assert set(WHAT) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_happens_before_its_moment_and_it_is_logged(kind: str, base: Run, run_of: Any) -> None:
    run = run_of(kind)
    assert before(run, AT) == before(base, AT)
    (row,) = run.injects.to_pylist()
    assert (row["inject"], row["number"], row["kind"], row["second"]) == ("it", 1, kind, AT)
    assert row["what"]
    assert base.injects.num_rows == 0


def test_a_message_changes_nothing(base: Run, run_of: Any) -> None:
    run = run_of("message")
    assert run.history_hash == base.history_hash
    assert run.result_hash != base.result_hash
    assert run.injects.to_pylist()[0]["text"] == "the mayor calls"


def test_a_false_report_is_known_and_not_true(base: Run, run_of: Any) -> None:
    run = run_of("false_report")
    false = [row for row in events(run, "noticed", AT) if row["cause"] == "it"]
    assert len(false) == 7 == run.injects.to_pylist()[0]["reached"]
    assert {(row["second"], row["zone"], row["to"]) for row in false} == {(AT, "A1", "turned")}
    infected = {row["person"] for kind in ("seeded", "infected") for row in events(run, kind, 0, AT)}
    assert len({row["person"] for row in false} - infected) == 7

    def known(run: Run) -> int:
        told = [row for row in run.series.to_pylist() if row["quantity"] == "reported_turned" and row["second"] <= AT + HOUR]
        return int(told[-1]["value"]) if told else 0

    assert known(run) >= known(base) + 7 - 2  # some might have been reported in truth by then


def test_lost_reports_reach_nobody_for_a_while(base: Run, run_of: Any) -> None:
    run = run_of("lost_report")
    assert len(events(base, "noticed", AT + HOUR, AT + 3 * HOUR)) > 0
    assert events(run, "noticed", AT + 1, AT + 3 * HOUR + 1) == []
    (row,) = run.injects.to_pylist()
    assert row["reached"] > 0
    assert row["second_ended"] == AT + 3 * HOUR
    all_here, half = (
        sum(injected(WHAT["lost_report"] | {"zone": "A1"} | part, seed).injects.to_pylist()[0]["reached"] for seed in range(3, 8))
        for part in ({}, {"share": 0.5})
    )
    assert 0 < half < all_here
    none = injected(WHAT["lost_report"] | {"zone": "outside"})
    assert none.history_hash == base.history_hash


def test_teams_that_are_lost_do_not_set_out(base: Run, run_of: Any) -> None:
    run = run_of("means_lost")
    assert len(events(base, "rescued", AT)) > 0
    assert events(run, "rescued", AT) == []
    back = injected(WHAT["means_lost"] | {"lasts": "1 h"})
    assert events(back, "rescued", AT, AT + HOUR) == []
    assert len(events(back, "rescued", AT + HOUR)) > 0


def test_nobody_gets_out_by_a_blocked_gate(base: Run) -> None:
    early = {"at": "1 h", "lasts": "4 h"} | WHAT["way_blocked"]
    run = injected(early)
    assert len(events(base, "left_city", HOUR, 5 * HOUR)) > 0
    assert events(run, "left_city", HOUR, 5 * HOUR) == []
    assert run.injects.to_pylist()[0]["reached"] > 0
    assert order(run, "cordon")["second_effective"] == order(base, "cordon")["second_effective"]


def test_a_cordon_and_a_blocked_gate_do_not_open_each_other() -> None:
    cordon = {"do": "cordon", "when": "time >= 1 h", "until": "time >= 3 h", "leak": 0.25}
    block = {"do": "way_blocked", "gate": "city", "at": "2 h", "lasts": "2 h"}
    more = {"at": "30 min", "lasts": "1 h", "do": "way_blocked", "gate": "city"}
    scenario, world = built("hyosan", VILLAGE | {"orders": {"cordon": cordon}, "injects": {"bridge": block, "flood": more}})
    sim = simulation(scenario, world, 3)
    sim.begin()
    found = []
    while sim.tick * sim.tick_seconds < 5 * HOUR:
        sim.advance()
        if sim.tick % 3 == 1:
            found.append((int(sim.state.gates[0].closed), int(sim.state.gates[0].leak) >> 30))
    assert found == [(0, 0), (2, 0), (2, 0), (1, 1), (2, 0), (2, 0), (2, 0), (2, 0), (0, 0), (0, 0)]


def test_ways_of_a_place_and_into_a_zone_are_blocked_and_free_again() -> None:
    scenario, world = built(
        "hyosan",
        VILLAGE
        | {"city.residents": 900, "city.zone_size": "300 m", "orders": {}}
        | {"injects.zone": {"do": "way_blocked", "zone": "A1", "at": "1 h", "lasts": "1 h"}}
        | {"injects.room": {"do": "way_blocked", "place": "Hyosan High / class 1-1", "at": "1 h"}},
    )
    sim = simulation(scenario, world, 3)
    ways, grounds = sim.floor.ways, sim.floor.grounds
    zone = world.zones.index("A1")
    crossing = (grounds["zone"][ways["from_"]] == zone) != (grounds["zone"][ways["to"]] == zone)
    assert crossing.any()
    sim.begin()
    for hours, closed in ((0.9, {0}), (1.2, {2}), (2.2, {0})):
        while sim.tick * sim.tick_seconds < hours * HOUR:
            sim.advance()
        gates = ways["gate"][crossing & (world.ground.way_gate < 0)]
        assert {int(sim.state.gates[gate].closed) for gate in gates} == closed
    assert [row["reached"] for row in (vars(one) for one in sim.injects.done)] == [int((crossing & (world.ground.way_gate < 0)).sum()) // 2, 1]


def test_an_order_comes_later(base: Run, run_of: Any) -> None:
    was, now = order(base, "cordon"), order(run_of("delay"), "cordon")
    assert now["second_decided"] == was["second_decided"] < AT
    assert now["second_effective"] == was["second_effective"] + 2 * HOUR
    held = injected({"do": "delay", "order": "strike", "later": "4 h", "of": "decision"})
    assert order(base, "strike")["second_decided"] < 8 * HOUR
    assert order(held, "strike")["second_decided"] == 8 * HOUR
    coming = order(injected({"do": "delay", "order": "strike", "later": "1 h"}), "strike")
    assert coming["second_decided"] == order(base, "strike")["second_decided"]
    assert coming["second_effective"] == order(base, "strike")["second_effective"] + HOUR


def test_a_donation_adds_to_a_stock(base: Run, run_of: Any) -> None:
    assert run_of("donation").history_hash == base.history_hash
    scenario, world = built(
        "seir",
        {"time.end": "3 days", "stocks.masks": {"at_start": 7}, "injects.it": {"do": "donation", "stock": "masks", "count": 500, "at": "1 day"}},
    )
    sim = simulation(scenario, world)
    sim.begin()
    while sim.advance():
        assert sim.authorities.works.stocks == {"masks": 507 if sim.tick > 1 else 7}


def test_residents_come_home_infected(base: Run, run_of: Any) -> None:
    new = [row for row in events(run_of("arrival"), "seeded", AT) if row["cause"] == "it"]
    assert len(new) == 5 == run_of("arrival").injects.to_pylist()[0]["reached"]
    assert {row["second"] for row in new} == {AT}
    beside = {"injects.other": {"do": "arrival", "count": 1, "at": "1 h"}}
    with pytest.raises(ScenarioError, match=r"injects\.it: 5000 people are to come, but only \d+ residents fit"):
        injected(WHAT["arrival"] | {"count": 5000})
    with_other = injected(WHAT["arrival"] | {"at": "2 h"}, **beside)
    alone = injected(WHAT["arrival"] | {"at": "2 h"})
    both = [{row["person"] for row in events(run, "seeded") if row["cause"] == "it"} for run in (with_other, alone)]
    assert len(both[0] & both[1]) >= 4  # their luck is their own; one of them may be ill by then


TOWN: dict[str, Any] = {
    "city.residents": 1200, "time.end": "40 days", "seeds.first": {"count": 30}, "pathogen.states.ill.noticed": {"share": 0.6, "after": "1 day"},
    "pathogen.vaccines.jab": {"works": "leaky", "doses": [{"effect": "80 %"}]},
    "tests.swab": {"detects": {"ill": "90 %"}, "specificity": "100 %", "takes": "12 h"},
    "care": {"ward": {"beds": 5}},
}  # fmt: skip
MEDICAL: dict[str, tuple[dict[str, Any], str, str]] = {
    "staff": ({"do": "trace", "names": {"home": 1, "school": 1}, "staff": 3, "cases_each": 2, "takes": "1 h"}, "confined", "interviews"),
    "per_day": ({"do": "test", "test": "swab", "whom": "everybody", "every": "4 days", "per_day": 40}, "tested", "tests"),
    "stock": ({"do": "vaccinate", "vaccine": "jab", "stock": 500, "per_day": 20}, "vaccinated", "doses"),
    "courses": ({"do": "treat", "left": "20 %", "courses": 5000}, "treated", "courses"),
}
"""Medical orders by the means that they lose: the events they make, and the means they use."""


@pytest.mark.parametrize("what", MEDICAL)
def test_medical_orders_lose_means_for_a_while(what: str) -> None:
    medical, kind, used = MEDICAL[what]
    lost = {"do": "means_lost", "order": "it", "what": what, "count": 1_000_000, "at": "10 days"}
    runs = [
        hyosan.run("influenza", overrides=TOWN | {"orders": {"it": medical}} | more, seed=3, threads=1)
        for more in ({}, {"injects.it": lost}, {"injects.it": lost | {"lasts": "8 days"}})
    ]
    first, meanwhile, after = ([len(events(run, kind, *(day * 86_400 for day in days))) for run in runs] for days in ((2, 10), (11, 17), (19, 30)))
    assert first[0] == first[1] == first[2] > 0
    assert meanwhile[0] > 0 == meanwhile[1] == meanwhile[2]
    assert after[1] == 0 < after[2]
    means = [json.loads(order(run, "it")["used"])[used] for run in runs]
    assert means[1] < min(means[0], means[2])


def test_a_part_of_the_means_is_lost() -> None:
    vaccinate = MEDICAL["stock"][0]
    lost = {"do": "means_lost", "order": "it", "what": "per_day", "count": 15, "at": "5 days"}
    run = hyosan.run("influenza", overrides=TOWN | {"orders": {"it": vaccinate}, "injects.it": lost}, seed=3, threads=1)
    days = [len(events(run, "vaccinated", day * 86_400, (day + 1) * 86_400)) for day in range(12)]
    assert days[2:4] == [20, 20]
    assert days[6:] == [5] * 6


def test_beds_that_are_lost_are_missing() -> None:
    surge = {"do": "surge", "care": "ward", "beds": 10, "until": "time >= 6 days"}
    lost = {"do": "means_lost", "order": "it", "what": "beds", "count": 4, "at": "2 days", "lasts": "2 days"}
    scenario, world = built("influenza", TOWN | {"orders": {"it": surge}, "injects.it": lost})
    sim = simulation(scenario, world)
    sim.begin()
    more = []
    for day in (1, 3, 5, 7):
        while sim.tick * sim.tick_seconds < day * 86_400:
            sim.advance()
        more.append(int(sim.state.beds[0].more))
    assert more == [10, 6, 10, 0]


def test_a_false_report_costs_what_a_case_costs() -> None:
    isolate = {"do": "isolate", "where": "apart", "per_day": 5}
    false = {"do": "false_report", "count": 12, "at": "1 day"}
    quiet = TOWN | {"seeds": {}, "orders": {"it": isolate}, "injects.it": false, "time.end": "6 days", "time.stop_when_over": False}
    run = hyosan.run("influenza", overrides=quiet, seed=3, threads=1)
    assert len(events(run, "confined")) == 12 == len(events(run, "noticed"))
    assert {row["second"] // 86_400 for row in events(run, "confined")} == {1, 2}  # five a day, and what the day before left
    assert run.ending.ever_infected == 0
    known = [row["value"] for row in run.series.to_pylist() if row["quantity"] == "reported_infected"]
    assert known[-1] == 12


def test_a_fork_keeps_what_an_authority_takes_to_decide(tmp_path: Path) -> None:
    close = {"do": "close", "setting": "school", "authority": "office", "delay": "2 days", "when": "time >= 1 day"}
    town = TOWN | {"orders": {"it": close}, "authorities": {"office": {"decides_in": "3 days"}}, "time.end": "12 days"}
    later = {"injects.it": {"do": "delay", "order": "it", "later": "1 day", "at": "2 days"}}
    for more, day in (({}, 6), (later, 7)):
        run = hyosan.run("influenza", overrides=town | more, seed=3, threads=1)
        assert order(run, "it")["second_effective"] == day * 86_400
        assert hyosan.fork(run, at="4 days", threads=1).result_hash == run.result_hash


@pytest.mark.parametrize(("of", "effective"), [("decision", 6), ("effect", 8)])
def test_an_order_that_is_held_up_is_still_so_after_a_checkpoint(of: str, effective: int) -> None:
    close = {"do": "close", "setting": "school", "delay": "1 day", "when": "time >= 3 days"}
    held = {"do": "delay", "order": "it", "of": of, "later": "4 days", "at": "1 day"}
    run = hyosan.run("influenza", overrides=TOWN | {"orders": {"it": close}, "injects.it": held, "time.end": "12 days"}, seed=3, threads=1)
    assert order(run, "it")["second_effective"] == effective * 86_400
    assert hyosan.fork(run, at="2 days", threads=1).result_hash == run.result_hash


NOTHING: dict[str, dict[str, Any]] = {
    "false report where nobody lives": {"do": "false_report", "count": 7, "zone": "outside", "at": "7 h"},
    "no report is lost": {"do": "lost_report", "share": 0},
    "teams of an order never given": {"do": "means_lost", "order": "never", "what": "teams", "count": 2},
    "delay of an order never given": {"do": "delay", "order": "never", "later": "2 h"},
    "decision of an order never given": {"do": "delay", "order": "never", "later": "2 h", "of": "decision"},
    "a shut-off place is blocked": {"do": "way_blocked", "zone": "outside", "at": "0 s", "lasts": "1 s"},
    "message after the end": {"do": "message", "at": "20 h"},
}


@pytest.mark.parametrize("name", NOTHING)
def test_an_inject_that_hits_nothing_leaves_the_history(name: str, base: Run) -> None:
    never = {"orders.never": {"do": "rescue", "teams": 4, "when": "never"}}
    assert injected(NOTHING[name], **never).history_hash == base.history_hash


MANY = {f"injects.{name}": inject for name, inject in {
    "rumour": {"at": "1 h"} | WHAT["false_report"],
    "silence": {"at": "2 h"} | WHAT["lost_report"],
    "fewer": {"at": "100 min", "lasts": "5 h"} | WHAT["means_lost"] | {"count": 20},
    "bridge": {"at": "90 min", "lasts": "4 h"} | WHAT["way_blocked"],
    "late": {"at": "3 h"} | WHAT["delay"],
    "held": {"at": "3 h", "do": "delay", "order": "strike", "later": "4 h", "of": "decision"},
    "gift": {"at": "3 h"} | WHAT["donation"],
    "coach": {"at": "5 h"} | WHAT["arrival"],
    "call": {"at": "7 h", "from": "mayor", "to": "players", "text": "=cmd() and so on", "notes": {"room": "2"}} | {"do": "message"},
}.items()}  # fmt: skip


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same village with nine injects."""
    out = tmp_path_factory.mktemp("runs") / "many"
    hyosan.run("hyosan", seed=3, overrides=VILLAGE | MANY, out=out, threads=1)
    return out


@pytest.mark.parametrize("at", ["1 h", "2 h", "4 h", "6 h", "8 h"])
def test_from_a_checkpoint_with_injects_pending_it_goes_on_to_the_same_bytes(at: str, many: Path) -> None:
    """A fork without changes goes on from a checkpoint and hands the state over once more."""
    run = Run.open(many)
    again = hyosan.fork(many, at=at, threads=1)
    assert (again.history_hash, again.result_hash) == (run.history_hash, run.result_hash)
    assert again.injects.to_pylist() == run.injects.to_pylist()


def test_from_any_tick_a_saved_simulation_goes_on_the_same() -> None:
    scenario, world = built("hyosan", VILLAGE | MANY | {"time.end": "4 h"})

    def end(sim: Any) -> Any:
        while sim.advance():
            pass
        told = sim.injects.rows(), sim.authorities.to_json(), sim.response.to_json(), sim.hands.to_json()
        return json.dumps(told, sort_keys=True), sim.state.people.tobytes(), sim.state.gates.tobytes()

    whole = simulation(scenario, world, 3)
    whole.begin()
    kept = {}
    while whole.tick < 23:
        if whole.tick in (7, 9, 11, 14, 20):
            arrays, notes = whole.save()
            kept[whole.tick] = {name: array.copy() for name, array in arrays.items()}, json.loads(json.dumps(notes))
        whole.advance()
    wanted = end(whole)
    for tick, (arrays, notes) in kept.items():
        sim = simulation(scenario, world, 3)
        sim.load(tick, arrays, notes)
        assert end(sim) == wanted, tick


def test_threads_do_not_matter(many: Path) -> None:
    run = Run.open(many)
    assert hyosan.run("hyosan", seed=3, overrides=VILLAGE | MANY, threads=2).result_hash == run.result_hash


def test_what_was_injected_cannot_change(many: Path) -> None:
    for changes in (["injects.rumour=null"], ["injects.rumour.count=8"], ["injects.new={do: message, at: 1 h}"]):
        with pytest.raises(ScenarioError, match=r"injects\.(rumour|new): comes on .* before the fork .* cannot change"):
            hyosan.fork(many, at="4 h", overrides=changes, threads=1)
    one = hyosan.fork(many, at="4 h", overrides=["injects.coach=null", "injects.call.at=8 h"], threads=1)
    assert events(one, "seeded", AT) == []
    assert next(row["second"] for row in one.injects.to_pylist() if row["inject"] == "call") == 8 * HOUR


# lists of events ------------------------------------------------------------------------------------------------------------------------


def exported(run: Run | Path, out: Path) -> Path:
    paths = hyosan.export.write(run, "msel", out)
    assert [path.name for path in paths] == ["msel.csv", "columns.csv"]
    return paths[0]


@pytest.mark.parametrize("source", ["orders alone", "with injects"])
def test_a_list_written_is_read_back_to_the_same_history(source: str, folder: Path, many: Path, tmp_path: Path) -> None:
    done = Run.open(folder if source == "orders alone" else many)
    path = exported(done, tmp_path)
    again = hyosan.run("hyosan", seed=3, overrides=VILLAGE, orders=path, threads=1)
    assert again.history_hash == done.history_hash
    assert again.injects.to_pylist() == done.injects.to_pylist()
    assert exported(again, tmp_path / "again").read_text() == path.read_text()


def test_a_list_alone_gives_all_orders(folder: Path, tmp_path: Path) -> None:
    """What is written says the whole of each order: a scenario without any has the same history."""
    path = exported(Run.open(folder), tmp_path)
    names = hyosan.load("hyosan", overrides=VILLAGE).orders
    bare = {f"orders.{name}.when": "never" for name in names}
    again = hyosan.run("hyosan", seed=3, overrides=VILLAGE | bare, orders=path, threads=1)
    assert again.history_hash == Run.open(folder).history_hash


def test_cells_are_written_safely(many: Path, tmp_path: Path) -> None:
    with exported(Run.open(many), tmp_path).open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert list(table[0])[: len(COLUMNS)] == list(COLUMNS)
    assert [row["seq"] for row in table] == [str(number) for number in range(1, len(table) + 1)]
    (call,) = (row for row in table if row["from"] == "mayor")
    assert (call["time"], call["to"], call["text"], call["room"]) == ("day 1 16:40", "players", "'=cmd() and so on", "2")
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in table for cell in row.values())


@pytest.mark.parametrize("text", ["=cmd()", "'=cmd()", "''=x", "-1", "@a", "plain", "it's", "'quoted'", "", "\tx"])
def test_guards_come_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    if text not in ("plain", "it's", "'quoted'", ""):
        assert guarded(text)[0] == "'"


def listed(path: Path, *lines: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def test_rows_become_injects_and_orders(base: Run, tmp_path: Path) -> None:
    path = listed(
        tmp_path / "msel.csv",
        '1,day 1 11:00,controller,mayor,phone,"Lights out, everywhere",,asks for generators',
        '2,3 h,,,,,"inject: false report zone=""A1"" count=3 name=rumour",',
        "",
        "3,day 1 15:00:00,police,,radio,strike,order: strike delay=1 h points=2,",
        '4,day 1 16:00,,,,,"order: strike as=""second strike"" delay=30 min",',
        '5,300 min,,city,,Close it,"inject: message order=""cordon""",=cmd()',
    )
    scenario = hyosan.load("hyosan", overrides=VILLAGE, orders=path)
    old = base.manifest["name"] and hyosan.load("hyosan", overrides=VILLAGE)
    assert list(scenario.injects) == ["row 1", "rumour", "row 5"]
    assert scenario.injects["row 1"].text == "Lights out, everywhere"
    assert (scenario.injects["row 1"].sender, scenario.injects["row 1"].means) == ("controller", "phone")
    assert scenario.injects["row 5"].expected == "=cmd()"
    strike, second = scenario.orders["strike"], scenario.orders["second strike"]
    assert strike.model_copy(update={"when": "", "delay": 0, "points": 0}) == old.orders["strike"].model_copy(
        update={"when": "", "delay": 0, "points": 0}
    )
    assert (strike.when, strike.delay, strike.points) == ("time >= 'day 1 15:00:00'", 3600, 2)
    assert (second.when, second.delay, second.points) == ("time >= 'day 1 16:00'", 1800, old.orders["strike"].points)
    run = hyosan.run("hyosan", seed=3, overrides=VILLAGE, orders=path, threads=1)
    second_of = {row["order"]: row["second_decided"] for row in run.orders.to_pylist()}
    start = run.manifest["start_clock_seconds"]
    assert second_of["strike"] == -(-(15 * HOUR - start) // 600) * 600
    assert second_of["second strike"] == -(-(16 * HOUR - start) // 600) * 600


def test_an_order_with_words_for_the_players_is_a_message_too(tmp_path: Path) -> None:
    head = f"{HEAD},room"
    path = listed(tmp_path / "a.csv", "7,day 1 12:00,mayor,police,,Strike now,order: strike,they ask back,3", head=head)
    scenario = hyosan.load("hyosan", overrides=VILLAGE, orders=path)
    (message,) = scenario.injects.values()
    assert (message.order, message.text, message.to, message.expected, message.notes) == (
        "strike",
        "Strike now",
        "police",
        "they ask back",
        {"room": "3"},
    )
    run = hyosan.run("hyosan", seed=3, overrides=VILLAGE, orders=path, threads=1)
    again = exported(run, tmp_path / "out")
    (row,) = (row for row in read_rows(again) if row.cells["action"].startswith("order: strike "))
    assert row.cells["text"] == "Strike now"
    assert row.notes == {"room": "3"}
    assert not any("message" in row.cells["action"] for row in read_rows(again))
    assert hyosan.run("hyosan", seed=3, overrides=VILLAGE, orders=again, threads=1).history_hash == run.history_hash


def test_dates_are_moments_where_the_scenario_has_one(tmp_path: Path) -> None:
    path = listed(tmp_path / "a.csv", "1,2026-03-02 14:00,,,,x,,")
    dated = {"time.date": "2026-03-01", "time.weekday": "sunday", "time.end": "3 days"}
    assert hyosan.load("seir", overrides=dated | {"time.tick": "8 h"}, orders=path).injects["row 1"].at == "day 2 14:00"
    with pytest.raises(ScenarioError, match=r"a\.csv:2: time: .* is a date, and the scenario has none"):
        hyosan.load("seir", orders=path)


WRONG = [
    ("1,noon,,,,x,,", r":2: time: 'noon' is not a duration|:2: time: 'noon' is not a"),
    ("1,,,,,x,,", r":2: time: is empty"),
    ("1,14:00,,,,x,,", r":2: time: .* does not say on which day"),
    ("1,day 1 01:00,,,,x,,", r":2: time: .* is before the start of the run"),
    ("1,1 h,,,,,call the mayor,", r":2: action: 'call the mayor' is no action; it begins with `inject:` or `order:`"),
    ("1,1 h,,,,,inject: flse report count=3,", r":2: action: 'flse report' is no kind of inject; did you mean `false_report`"),
    ("1,1 h,,,,,order: stike,", r":2: action: there is no order `stike`; did you mean `strike`"),
    ("1,1 h,,,,,order: strike delay=soon,", r":2: action: orders\.strike\.delay: 'soon' is not a duration"),
    ("1,1 h,,,,,order: strike dely=1 h,", r":2: action: orders\.strike\.dely: unknown field; did you mean `delay`"),
    ("1,1 h,,,,,order: strike when=always,", r":2: action: `when` is the moment of the row"),
    ("1,1 h,,,,,order: strike delay={1 h,", r":2: action: a quote or bracket is not closed"),
    ("1,1 h,,,,,order: strike delay=1 h delay=2 h,", r":2: action: `delay` is given twice"),
    ("1,1 h,,,,,order: strike\n2,2 h,,,,,order: strike,", r":2: has 7 cells, the first line names 8 columns"),
    ("1,1 h,,,,,order: strike,\n2,2 h,,,,,order: strike,", r":3: action: the order `strike` is given twice, first in line 2; .*`as=`"),
    ('1,1 h,,,,"two\nlines",,\n2,2 h,,,,,"order: rescue as=""strike""",', r":4: action: there is an order `strike` already"),
    ("1,1 h,,,,,inject: false report,", r":2: action: injects\.row 1\.count: is missing"),
    ("1,1 h,,,,,inject: false report count=many,", r":2: action: injects\.row 1\.count: must be a whole number"),
    ("1,1 h,,,,,inject: means lost order=strike what=teams count=2,", r":2: action: injects\.row 1\.what: 'teams' is not something that the order"),
    ("1,1 h,,,,,inject: delay order=nobody later=1 h,", r":2: action: injects\.row 1\.order: 'nobody' is not an order"),
    ("1,1 h,,,,,inject: message text=hello,", r":2: action: `text` is no setting of an inject"),
    ("1,1 h,,,,,inject: way blocked,", r":2: action: injects\.row 1: give exactly one of `gate`, `zone`, `place`"),
    ("1,1 h,,,,x,inject: message name=a,\n2,2 h,,,,x,inject: message name=a,", r":3: action: the inject `a` is given twice, first in line 2"),
    ('1,1 h,,,,"x,,', r":2: cannot be read as CSV: "),
]


@pytest.mark.parametrize(("lines", "told"), WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_malformed_rows_are_told_by_line_and_column(lines: str, told: str, tmp_path: Path) -> None:
    path = listed(tmp_path / "msel.csv", lines)
    with pytest.raises(ScenarioError, match=r"msel\.csv" + told.replace("|", r"|msel\.csv")):
        hyosan.load("hyosan", overrides=VILLAGE, orders=path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seq,time,from,to,means,text,action\n", r"msel\.csv:1: expected: this column is missing; needed are seq, time"),
        (HEAD + ",text\n", r"msel\.csv:1: text: this column is given twice"),
        (HEAD + ",\n", r"msel\.csv:1: column 9 has no name"),
        (HEAD.replace(",", ";") + "\n", r"msel\.csv:1: columns must be separated by commas"),
        ("\n", r"msel\.csv:1: the file is empty"),
        (HEAD + "\n1,1 h,\x07,,,,,\n", r"msel\.csv:2: from: holds a control character"),
    ],
)
def test_malformed_files_are_told(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "msel.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=told):
        hyosan.load("hyosan", overrides=VILLAGE, orders=tmp_path / "msel.csv")
    with pytest.raises(ScenarioError, match="there is no such file"):
        hyosan.load("hyosan", orders=tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes(HEAD.encode() + b"\n1,1 h,\xe9,,,,,\n")
    with pytest.raises(ScenarioError, match=r"latin\.csv:2:7: is not UTF-8"):
        hyosan.load("hyosan", orders=tmp_path / "latin.csv")


def test_what_is_not_in_the_city_is_told_before_the_run() -> None:
    for inject, told in (
        ({"do": "false_report", "count": 1, "zone": "A9"}, r"injects\.it\.zone: this city has no zone `A9`"),
        ({"do": "way_blocked", "gate": "city wall"}, r"injects\.it\.gate: this city has no gate `city wall`; did you mean `city`"),
        ({"do": "way_blocked", "place": "Hyosan High / class 9-1"}, r"injects\.it\.place: this city has no place named"),
    ):
        with pytest.raises(ScenarioError, match=told):
            injected(inject)


def test_an_order_that_is_switched_off_may_name_what_the_city_has_not() -> None:
    order = {"orders.it": {"do": "seize", "place": "nowhere"}, "time.end": "2 min"}
    with pytest.raises(ScenarioError, match=r"orders\.it\.place: this city has no place named 'nowhere'"):
        hyosan.run("classroom", overrides=order, threads=1)
    assert hyosan.run("classroom", overrides={**order, "orders.it": {**order["orders.it"], "when": "never"}}, threads=1).orders.num_rows == 0


def test_a_csv_is_as_the_standard_says() -> None:
    text = as_csv([{"seq": "1", "text": 'say "go", then\nwait', "room": "2"}, {"seq": "2", "=x": "y"}])
    head, first, second = list(csv.reader(io.StringIO(text)))
    assert head == [*COLUMNS, "room", "'=x"]
    assert first[5] == 'say "go", then\nwait'
    assert second[-2:] == ["", "y"]


# forks ----------------------------------------------------------------------------------------------------------------------------------


def test_a_fork_with_a_list_keeps_the_past(folder: Path, base: Run, tmp_path: Path) -> None:
    path = listed(
        tmp_path / "turn.csv",
        "1,4 h,control,fire service,,Two stations burn,inject: means lost order=rescue what=teams count=24,regroup",
        "2,5 h,,,,,order: sweep,",
        '3,5 h,assembly,,,,"order: again do=""alert"" authority=""assembly"" delay=""10 min""",',
    )
    one = hyosan.fork(folder, at="4 h", orders=path, out=tmp_path / "turn2", threads=1)
    assert before(one, AT) == before(base, AT)
    assert one.manifest["fork"]["changes"] == ["orders of turn.csv"]
    assert order(one, "sweep")["second_decided"] == 5 * HOUR
    assert order(one, "again")["second_effective"] == 5 * HOUR + 600
    assert one.injects.to_pylist()[0]["expected"] == "regroup"
    assert hyosan.rerun(one, threads=1).same
    late = hyosan.fork(folder, at="4 h", overrides=["orders.cordon=null"], orders=path, threads=1)
    assert before(late, AT) == before(base, AT)


def test_lists_of_several_turns_may_number_their_rows_alike(folder: Path, tmp_path: Path) -> None:
    one = hyosan.fork(folder, at="4 h", orders=listed(tmp_path / "a.csv", "1,4 h,,,,one,,", "2,9 h,,,,later,,"), threads=1)
    two = hyosan.fork(one, at="5 h", orders=listed(tmp_path / "b.csv", "1,5 h,,,,two,,", "2,6 h,,,,three,,"), threads=1)
    assert [(row["inject"], row["text"]) for row in two.injects.to_pylist()] == [
        ("row 1", "one"), ("row 1-2", "two"), ("row 2-2", "three"), ("row 2", "later"),
    ]  # fmt: skip


def test_rows_before_the_fork_are_refused(folder: Path, tmp_path: Path) -> None:
    path = listed(tmp_path / "turn.csv", "1,5 h,,,,x,,", "2,day 1 11:00,,,,x,,")
    with pytest.raises(ScenarioError, match=r"turn\.csv:3: time: 'day 1 11:00' is before the fork \(day 1 13:40\)"):
        hyosan.fork(folder, at="4 h", orders=path, out=tmp_path / "no", threads=1)
    assert not (tmp_path / "no").exists()


def test_what_is_not_in_the_city_is_told_before_a_fork(folder: Path, tmp_path: Path) -> None:
    path = listed(tmp_path / "turn.csv", "1,5 h,,,,,inject: way blocked place=Seoul,", "2,5 h,,,,,inject: arrival count=1 role=nurse,")
    with pytest.raises(ScenarioError, match=r"injects\.row 1\.place: this city has no place named `Seoul`"):
        hyosan.fork(folder, at="4 h", orders=path, out=tmp_path / "no", threads=1)
    assert not (tmp_path / "no").exists()


def test_an_order_in_force_is_not_given_by_a_row(folder: Path, tmp_path: Path) -> None:
    path = listed(tmp_path / "turn.csv", "1,8 h,,,,x,order: cordon,")
    with pytest.raises(ScenarioError, match=r"orders\.cordon\.when: this order was decided on"):
        hyosan.fork(folder, at="7 h", orders=path, threads=1)


# the doors ------------------------------------------------------------------------------------------------------------------------------


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    listed(tmp_path / "msel.csv", '1,day 3 00:00,control,all,,Fever in town,"inject: arrival count=4 name=""coach""",', "2,day 5 00:00,,,,All well,,")
    common = ["--orders", "msel.csv", "--set", "time.end=10 days"]
    assert main(["check", "seir", *common]) == 0
    told = capsys.readouterr().out
    assert "Injects (2)" in told
    assert "coach, on day 3 00:00, from control to all: 4 residents come home infected: “Fever in town”." in " ".join(told.split())
    assert main(["run", "seir", *common, "--out", "base", "--threads", "1", "--quiet"]) == 0
    assert main(["report", "base", "--text"]) == 0
    told = capsys.readouterr().out
    assert "Timeline\n" in told
    assert "day 3 00:00: inject: coach: 4 residents come home infected “Fever in town”" in told
    page = Path("base/report.html").read_text(encoding="utf-8")
    assert 'id="timeline"' in page
    assert "4 residents come home infected" in page
    listed(tmp_path / "next.csv", "1,day 7 00:00,,,,The end is near,,")
    assert main(["fork", "base", "--at", "day 7 00:00", "--orders", "next.csv", "--out", "turn2", "--threads", "1", "--quiet"]) == 0
    assert [row["text"] for row in Run.open("turn2").injects.to_pylist()] == ["Fever in town", "All well", "The end is near"]
    assert main(["fork", "base", "--at", "day 8 00:00", "--orders", "next.csv", "--out", "turn3", "--threads", "1"]) == 2
    assert "next.csv:2: time: 'day 7 00:00' is before the fork" in capsys.readouterr().err
    assert main(["export", "turn2", "--to", "msel"]) == 0
    assert [row.cells["text"] for row in read_rows("turn2-export/msel.csv")] == ["Fever in town", "All well", "The end is near"]


def test_many_small_runs_take_no_injects() -> None:
    with pytest.raises(ScenarioError, match="has orders, noises, fires or injects"):
        hyosan.replicate("seir", seeds=[1], overrides={"injects.it": {"do": "message", "at": "1 day"}})
