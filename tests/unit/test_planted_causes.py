"""Twenty small outbreaks in each of which one order decides by construction, or two of which either is enough, beside one that can do nothing:
does the first page of the report name the cause, both of two, and never the dummy?

What is planted is shown apart from what is tested: by running the scenario without the cause, without the dummy, and without both of two.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import hyosan
from hyosan.counterfactual.decisions import each_order
from hyosan.report.account import account
from hyosan.report.text import text_report
from hyosan.report.whatifs import Answer, read_answers
from hyosan.results.run import Run

pytestmark = pytest.mark.usefixtures("compiled")

Changes = dict[str, Any]

SETTINGS = ("home", "school", "work", "leisure")
AT_ONCE = {"share": "100 %", "after": "0 s"}
JAB = {"works": "all_or_nothing", "doses": [{"effect": "100 %"}]}
ONLY_THE_ILL: Changes = {
    "pathogen.states.before symptoms.infectious": {"air": 0}, "pathogen.states.without symptoms.infectious": {"air": 0},
    "pathogen.states.ill.noticed": AT_ONCE,
}  # fmt: skip
"""Influenza that only the ill pass on, all of whom are known at once."""


def town(people: int, **rates: str) -> Changes:
    """Influenza in a small town, passed on in the settings that are named alone."""
    return {
        "city.residents": people, "time.end": "60 days", "seeds.travellers.count": 12,
        "pathogen.routes.air.rates": {setting: rates.get(setting, "0 per day") for setting in SETTINGS},
    }  # fmt: skip


def crowd(people: int) -> Changes:
    """The model of the textbooks: everybody at one place by day, passed on there alone."""
    return {
        "city.well_mixed": people, "time.end": "60 days", "seeds.first.count": 8, "pathogen.routes.contact.rates": {"community": "1.5 per day"},
        "pathogen.states.infectious.noticed": AT_ONCE,
    }  # fmt: skip


def less(*settings: str, left: str = "0 %", **more: Any) -> Changes:
    return {"do": "reduce_contacts", "settings": dict.fromkeys(settings, left), **more}


class Planted(NamedTuple):
    """A scenario, its changes, the orders of which each alone decides, and one that does nothing."""

    scenario: str
    seed: int
    changes: Changes
    causes: Changes
    dummy: tuple[str, Changes]

    @property
    def orders(self) -> Changes:
        return self.causes | dict([self.dummy])

    def run(self, *without: str) -> Run:
        orders = {f"orders.{name}": order for name, order in self.orders.items() if name not in without}
        return hyosan.run(self.scenario, seed=self.seed, overrides=self.changes | orders, threads=1)


SCHOOL, WORK = "14 per day", "9 per day"
PUPILS = {"seeds.travellers.count": 5, "seeds.travellers.ages": "7-15"}
IDLE = ("dummy", less(*SETTINGS, compliance="0 %"))
EVEN = ("dummy", less(*SETTINGS, left="100 %"))
NOWHERE = ("dummy", less("camp"))
LATE = ("dummy", less(*SETTINGS, delay="300 days"))
DRY = ("dummy", {"do": "vaccinate", "vaccine": "jab", "stock": 0})
ALONE = ("dummy", {"do": "isolate", "compliance": "0 %"})
NO_DRUGS = ("dummy", {"do": "treat", "left": "0 %", "share": "0 %"})
STOP = less(*SETTINGS, when="time >= 2 d")
SHUT = {"do": "close", "setting": "school", "when": "time >= 2 d"}
IDLE_CROWD = ("dummy", less("community", compliance="0 %"))
LATE_CROWD = ("dummy", less("community", delay="300 days"))
APART = {"do": "isolate", "where": "apart", "lasts": "30 days"}
STOP_CROWD = less("community", when="time >= 2 d")
DOSES = {"do": "vaccinate", "vaccine": "jab", "when": "time >= 2 d"}
WITH_JAB = {"pathogen.vaccines.jab": JAB}
CURFEW = {"do": "curfew", "compliance": "100 %", "when": "time >= 2 d"}
LAW = {"do": "martial_law", "compliance": "100 %", "when": "time >= 2 d"}
EVERYWHERE = {"home": "2 per day", "school": "6 per day", "work": "4 per day", "leisure": "12 per day"}

PLANTED = {
    "all contacts": Planted("influenza", 1, town(200, **EVERYWHERE), {"stop": STOP}, IDLE),
    "schools": Planted("influenza", 22, town(300, school=SCHOOL, home="0.5 per day") | PUPILS, {"schools": SHUT}, EVEN),
    "either of two": Planted("influenza", 3, town(200, **EVERYWHERE), {"stop": STOP, "again": STOP}, IDLE),
    "isolation": Planted("seir", 4, crowd(200), {"isolation": APART}, LATE_CROWD),
    "workplaces": Planted("influenza", 5, town(300, work=WORK), {"offices": SHUT | {"setting": "work"}}, NOWHERE),
    "masks": Planted("influenza", 6, town(250, **EVERYWHERE), {"masks": less(*SETTINGS, left="8 %", when="time >= 2 d")}, LATE),
    "vaccination": Planted("influenza", 7, WITH_JAB | town(200, **EVERYWHERE), {"doses": DOSES}, DRY),
    "isolation in a town": Planted("influenza", 8, ONLY_THE_ILL | town(200, **EVERYWHERE), {"isolation": APART}, ALONE),
    "treatment": Planted("influenza", 9, ONLY_THE_ILL | town(200, **EVERYWHERE), {"drugs": {"do": "treat", "left": "0 %"}}, NO_DRUGS),
    "curfew": Planted("influenza", 10, town(250, work=WORK, leisure="9 per day"),
                      {"curfew": CURFEW}, EVEN),
    "martial law": Planted("influenza", 11, town(250, work=WORK, leisure="9 per day"),
                           {"law": LAW}, NOWHERE),
    "contacts of a crowd": Planted("seir", 12, crowd(150), {"stop": STOP_CROWD}, IDLE_CROWD),
    "vaccination of a crowd": Planted("seir", 13, WITH_JAB | crowd(300), {"doses": DOSES}, DRY),
    "treatment of a crowd": Planted("seir", 14, crowd(250), {"drugs": {"do": "treat", "left": "0 %"}}, NO_DRUGS),
    "masks of a crowd": Planted("seir", 15, crowd(200), {"masks": less("community", left="5 %", when="time >= 2 d")}, ALONE),
    "schools or masks": Planted("influenza", 16, town(300, school=SCHOOL) | PUPILS,
                                {"schools": SHUT, "masks": less("school", when="time >= 2 d")}, EVEN),
    "offices or curfew": Planted("influenza", 17, town(250, work=WORK), {"offices": SHUT | {"setting": "work"}, "curfew": CURFEW}, IDLE),
    "doses or distance": Planted("seir", 18, WITH_JAB | crowd(200), {"doses": DOSES, "distance": STOP_CROWD}, LATE_CROWD),
    "drugs or isolation": Planted("seir", 19, crowd(200), {"drugs": {"do": "treat", "left": "0 %"}, "isolation": APART}, IDLE_CROWD),
    "law or stop": Planted("influenza", 20, town(250, work=WORK, leisure="9 per day"),
                           {"law": LAW, "stop": STOP}, LATE),
}  # fmt: skip
MARGIN = 4
"""Infections by which the world without the cause differs at least."""


class Told(NamedTuple):
    """What the report says made the difference: the sentences of its part 1, as data and as text."""

    sentences: list[str]
    text: str


def asked(planted: Planted, folder: Path, run: Run, bound: int) -> Told:
    """The answer about every order of a run, taken by way of its file, as the report tells it."""
    file = folder / "orders.json"
    file.write_text(json.dumps(each_order(run, ending=f"ever_infected <= {bound}", threads=1).to_json()), encoding="utf-8")
    answers: list[Answer] = read_answers(run, [file])
    told = account(run, whatifs=answers)["whatif_sentences"]
    text = text_report(run, whatifs=answers).partition("What made the difference")[2].partition("\n\n")[0]
    return Told([one["text"] for one in told], " ".join(text.split()))


def named(told: Told, name: str) -> list[str]:
    """The sentences that name an order; in the data and the text alike."""
    found = [one for one in told.sentences if f"“{name}”" in one]
    assert (f"“{name}”" in told.text) == bool(found)
    return found


def check(told: Told, causes: list[str], dummy: str) -> None:
    """The cause is named, both of two in one sentence; the dummy never."""
    assert not named(told, dummy)
    if len(causes) == 1:
        (name,) = causes
        found = named(told, name)
        assert len(found) == 2, found
        of_ending, of_order = found
        assert re.search(rf"came about: without “{name}”.* it would not have\.", of_ending)
        assert re.search(rf"Without the order “{name}”.* alone, on the same luck, [0-9]+ more people would have been infected", of_order)
    else:
        found = named(told, causes[0])
        assert found == named(told, causes[1])
        assert len(found) == 1, found
        assert re.search(r"came about: either “.*”.* or “.*”.* would have been enough for it; without both it would not have\.", found[0])


def look(planted: Planted, folder: Path) -> tuple[Told, Run]:
    """What is told of a planted scenario, once it is certain that what was planted is there."""
    run, free = planted.run(), planted.run(*planted.causes)
    assert planted.run(planted.dummy[0]).history_hash == run.history_hash, "the dummy does something"
    most = run.ending.ever_infected
    assert free.ending.ever_infected >= most + MARGIN, "the cause does nothing"
    if len(planted.causes) > 1:
        assert {planted.run(name).ending.ever_infected for name in planted.causes} == {most}, "one of both is not enough"
    return asked(planted, folder, run, most + MARGIN // 2), run


@pytest.mark.parametrize("name", PLANTED)
def test_the_first_page_names_the_planted_cause_and_never_the_dummy(name: str, tmp_path: Path) -> None:
    planted = PLANTED[name]
    told, run = look(planted, tmp_path)
    assert {row["order"] for row in run.orders.to_pylist()} == set(planted.orders), "every order was given"
    check(told, list(planted.causes), planted.dummy[0])


@pytest.mark.parametrize("name", ["all contacts", "either of two"])
def test_what_was_planted_wrongly_is_not_named(name: str, tmp_path: Path) -> None:
    """The same checks fail where the cause and the dummy change places."""
    planted = PLANTED[name]
    told, _ = look(planted, tmp_path)
    first, *others = planted.causes
    with pytest.raises(AssertionError):
        check(told, [planted.dummy[0], *others], first)
    assert not named(told, planted.dummy[0])


def test_a_cause_that_comes_too_late_is_not_named(tmp_path: Path) -> None:
    """The same order as in the first scenario, once everybody is infected who will be."""
    planted = PLANTED["all contacts"]
    late = planted._replace(causes={"stop": STOP | {"when": "time >= 45 d"}})
    run = late.run()
    assert run.history_hash == late.run("stop").history_hash
    told = asked(late, tmp_path, run, run.ending.ever_infected + 2)
    assert not named(told, "stop")
    with pytest.raises(AssertionError):
        check(told, ["stop"], "dummy")
    assert told.sentences == [
        f"The ending that was asked about, at most {run.ending.ever_infected + 2} ever infected, came about, and no set of the orders turns that.",
        "Taken away alone, none of the orders would have changed how many died or were infected.",
    ]
