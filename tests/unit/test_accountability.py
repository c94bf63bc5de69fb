"""Does the account of the orders say what the tables hold: the toll of each, and the questions that they raise?"""

from __future__ import annotations

import fake_run
import pytest

from hyosan.report.account import account
from hyosan.report.accountability import MAX_FACTS, Question, _shortened, deaths, questions, tolls
from hyosan.report.counts import decisions, gather
from hyosan.report.page import render
from hyosan.report.text import text_report
from hyosan.results.run import Run
from hyosan.tables import TABLES


@pytest.fixture(scope="module")
def lost() -> Run:
    return fake_run.lost_city()


def asked(run: Run) -> dict[str, Question]:
    facts = gather(run)
    return {one.asks: one for one in questions(run, facts.decisions, deaths(run, facts.decisions), facts.curves)}


def test_each_death_is_counted_with_the_giving_that_killed(lost: Run) -> None:
    given = decisions(lost)
    rows = tolls(given, deaths(lost, given))
    killed = [row for row in lost.events.to_pylist() if row["kind"] == "killed"]
    assert [row["order"] for row in rows] == [f"strikes ({n})" for n in (1, 2, 3, 4)]
    for number, row in enumerate(rows):
        mine = [one for one in killed if one["second"] == (5 + number) * fake_run.DAY]
        assert row["killed"] == len(mine) == row["turned or ill"]
    ages = {row["person"]: row["age"] for row in lost.people.to_pylist()}
    assert sum(row["10-19"] for row in rows) == sum(10 <= ages[one["person"]] <= 19 for one in killed)
    assert sum(row["killed"] for row in rows) == sum(value for row in rows for name, value in row.items() if "-" in name or "over" in name)


def test_what_states_count_as_says_who_was_infected(lost: Run) -> None:
    """`turned` is a name like any other: what the scenario says it counts as decides."""
    tables = {table: [lost.table(table)] for table in TABLES}
    run = Run.in_memory(lost.manifest, tables, "name: small\npathogen: {states: {turned: {counts_as: human}}}\n")
    rows = tolls(decisions(run), deaths(run, decisions(run)))
    assert all(row["not infected"] == row["killed"] for row in rows)
    (told,) = next(one for text, one in asked(run).items() if text.startswith("People who were not infected")).facts
    assert told.startswith("strikes by army killed 1,500 people: 1,500 were not infected, ")


def test_questions_of_a_lost_city(lost: Run) -> None:
    found = asked(lost)
    assert "The dead of the strikes were not what was reported. Who counted them, and who was told?" in found
    slow = found["What took the time from decision to effect?"]
    given = {row["order"]: row for row in decisions(lost)}
    assert f"ring by army: 8 h, in which {given['ring']['infected_meanwhile']} people were infected" in slow.facts
    seconds = [row["second"] for row in lost.events.to_pylist() if row["kind"] in ("seeded", "infected")]
    assert given["ring"]["true_infected"] == sum(second <= given["ring"]["second_decided"] for second in seconds)
    assert all(one.rests for one in found.values())
    assert not [text for text in found if text.startswith(("The first report", "These orders took effect", "These orders never"))]


def test_page_and_text_tell_all_of_it(lost: Run) -> None:
    told = account(lost)
    page, text = render(told, gather(lost)), " ".join(text_report(lost).split())
    assert told["tolls"]
    for one in told["questions"]:
        assert all(f'href="#e{number}"' in page for number in one["evidence"])
        for part in (one["asks"], *one["facts"]):
            assert part in page
            assert part in text
    for row in told["decisions"]:
        assert row["true"] in page


def test_late_blind_and_idle_orders_are_asked_about() -> None:
    """A small world made for it: one report on the first morning, an order a day later that knew of one in a hundred."""
    hour = fake_run.HOUR
    events = [{"second": i, "kind": "seeded", "person": i, "other": -1} for i in range(100)]
    events += [{"second": hour, "kind": "noticed", "person": 1, "other": -1}]
    events += [{"second": 2 * hour, "kind": "called", "person": p, "other": -1} for p in (1, 2, 3)]
    events += [{"second": 3 * hour, "kind": "rescued", "person": 2, "other": -1}, {"second": 60 * hour, "kind": "called", "person": 9, "other": -1}]
    orders = [
        fake_run._order("help", 1, "fire rescue", (2, 2, 40), {"reported.infected": 1}, 1, "over"),
        fake_run._order("law", 1, "crown martial_law", (30, 31, None), {"reported.infected": 1}, 0, ""),
        fake_run._order("wall", 1, "army cordon", (39, None, None), {"reported.infected": 99}, 0, ""),
    ]
    people = [{"person": 3, "age": 9, "died_second": 50 * hour}, {"person": 1, "age": 9, "died_second": -1}]
    run = Run.in_memory(
        fake_run.manifest(fake_run.Ending(residents=200, alive=fake_run.Alive(human=199), killed_otherwise=1), start_clock_seconds=0),
        {name: [fake_run.columns(name, rows)] for name, rows in (("events", events), ("orders", orders), ("people", people))},
    )
    facts = {text: one.facts for text, one in asked(run).items()}
    assert facts.pop("The first report came on day 1 01:00. What was waited for before these orders?") == [
        "law by crown was decided on day 2 06:00, 1 day 5 h after the first report",
        "wall by army was decided on day 2 15:00, 1 day 14 h after the first report",
    ]
    blind = next(value for text, value in facts.items() if "less than half" in text)
    assert blind == [f"{who}: 1 infected were reported, 100 people had been infected" for who in ("help by fire", "law by crown")]
    calls = next(value for text, value in facts.items() if text.startswith("Calls"))
    assert calls == [
        "Of 3 people who had called when help by fire ended on day 2 16:00, 2 had not been reached; 1 of these died",
        "1 person called for the first time after that",
    ]
    assert facts["These orders took effect and reached nobody. What were they to do?"] == ["law by crown, in effect from day 2 07:00"]
    assert facts["These orders never took effect. What became of them?"] == ["wall by army, decided on day 2 15:00"]


def test_without_orders_nothing_is_asked() -> None:
    run = fake_run.nothing_happened()
    told = account(run)
    assert (told["tolls"], told["questions"]) == ([], [])
    assert "hearing" not in render(told, gather(run))


def test_long_lists_are_cut_and_say_so() -> None:
    found = _shortened(Question("?", [str(n) for n in range(20)], ()))
    assert len(found.facts) == MAX_FACTS + 1
    assert found.facts[-1] == "and 8 more"
