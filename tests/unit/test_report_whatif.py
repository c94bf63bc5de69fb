"""Does a report tell what a what-if found about its own run, name no order that did nothing, and refuse what is no such answer?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import hyosan
from hyosan.cli import main
from hyosan.counterfactual.guard import Guard, Kept
from hyosan.counterfactual.parts import Decisions, Part
from hyosan.errors import CommandError
from hyosan.report.account import account
from hyosan.report.page import write_report
from hyosan.report.text import text_report
from hyosan.report.whatifs import Answer, read_answers
from hyosan.results.run import Run

pytestmark = pytest.mark.usefixtures("compiled")

ORDERS = {
    "orders.stop": {"do": "reduce_contacts", "settings": {"community": "0 %"}, "when": "time >= 3 d"},
    "orders.dummy": {"do": "reduce_contacts", "settings": {"community": "0 %"}, "compliance": "0 %"},
}
CROWD: dict[str, Any] = {"city.well_mixed": 120, "time.end": "40 days", "pathogen.routes.contact.rates": {"community": "1 per day"}, **ORDERS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "crowd"
    hyosan.run("seir", seed=4, overrides=CROWD, out=out, threads=1)
    return out


@pytest.fixture(scope="module")
def answer(folder: Path) -> str:
    """What the command gives."""
    from contextlib import redirect_stdout
    from io import StringIO

    said = StringIO()
    with redirect_stdout(said):
        assert main(["whatif", str(folder), "--each", "order", "--ending", "ever_infected <= 90", "--json", "--threads", "1"]) == 0
    return said.getvalue()


def told_of(run: Run, *parts: Part, **more: Any) -> list[str]:
    """The sentences of an answer made by hand."""
    usual: dict[str, Any] = {"ending": "", "held": False, "flips": (), "worlds": 9, "how": "all subsets", "command": "hyosan whatif"}
    found = Decisions({"scenario": "seir", "seed": 4, "history_hash": run.history_hash, "results_version": "4"}, parts, **(usual | more))
    told = account(run, whatifs=[Answer(Path("by-hand.json"), found.to_json())])
    return [one["text"] for one in told["whatif_sentences"]]


def test_the_command_tells_it(folder: Path, answer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "orders.json"
    file.write_text(answer, encoding="utf-8")
    assert main(["report", str(folder)]) == 0
    plain = {name: (folder / name).read_bytes() for name in ("report.html", "report.json")}
    assert main(["report", str(folder), "--whatif", str(file)]) == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    told = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    first = page[: page.index('id="part-2"')]
    averted = json.loads(answer)["orders"][1]["infections_averted"]
    assert f"Without the order “stop” (reduce contacts) alone, on the same luck, {averted} more people would have been infected." in first
    assert "came about: without “stop” (reduce contacts) it would not have." in first
    assert "hyosan whatif crowd --without stop" in first
    assert "“dummy”" not in first
    assert "What each order did" in page[page.index('id="part-5"') :]
    assert [row["order"] for row in told["whatif"][0]["rows"]] == ["stop", "dummy"]
    assert told["whatif_sentences"][1]["command"] == "hyosan whatif crowd --without stop"
    assert told["whatif_sentences"][0]["command"] == "hyosan whatif crowd --each order --ending 'ever_infected <= 90'"
    capsys.readouterr()
    assert main(["report", str(folder), "--whatif", str(file), "--text"]) == 0
    text = capsys.readouterr().out
    assert "What made the difference\n* The ending that was asked about, at most 90 ever infected, came about: without “stop”" in text
    assert "What each order did (orders.json)" in text
    assert main(["report", str(folder), "--whatif", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["whatif_sentences"] == told["whatif_sentences"]
    assert main(["report", str(folder)]) == 0
    assert {name: (folder / name).read_bytes() for name in plain} == plain, "without an answer the report is what it was"
    assert "What made the difference" not in text_report(Run.open(folder))


def test_what_is_no_answer_about_this_run_is_refused(folder: Path, answer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, data = Run.open(folder), json.loads(answer)
    other = data | {"run": data["run"] | {"history_hash": "0" * 32}}
    wrong = {
        "none.json": (None, "cannot be read"),
        "text.json": ("no JSON", "is no answer of `hyosan whatif ... --json`"),
        "list.json": ("[1]", "is no answer that a report tells"),
        "kind.json": (json.dumps(data | {"kind": "weather"}), "is no answer that a report tells"),
        "unasked.json": (json.dumps({"question": "x"}), "is no answer that a report tells"),
        "other.json": (json.dumps(other), "is about another run .*seed 4, history hash 0000.*not about this one"),
    }
    for name, (text, message) in wrong.items():
        if text is not None:
            (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(CommandError, match=f"{name}: {message}"):
            read_answers(run, [tmp_path / name])
        assert main(["report", str(folder), "--whatif", str(tmp_path / name)]) == 2
        assert name in capsys.readouterr().err
    broken = [
        {name: value for name, value in data.items() if name != "flips"}, data | {"orders": 3}, data | {"ending": "dead is 3"},
        data | {"flips": [["nobody"]]}, data | {"orders": [data["orders"][0] | {"deaths_averted": "many"}]}, data | {"held": 1},
        data | {"guard": {"draws": 3}}, data | {"orders": [data["orders"][0] | {"infections_share": None}]},
    ]  # fmt: skip
    for one in broken:
        (tmp_path / "damaged.json").write_text(json.dumps(one), encoding="utf-8")
        with pytest.raises(CommandError, match=r"damaged\.json: damaged: "):
            account(run, whatifs=read_answers(run, [tmp_path / "damaged.json"]))
    assert main(["report", str(folder), "--whatif", str(tmp_path / "other.json"), "--claims"]) == 2
    assert "does not go with --claims" in capsys.readouterr().err


def test_sentences_of_single_orders(folder: Path) -> None:
    run = Run.open(folder)
    assert told_of(run, Part("stop", 2, -1, 2.0, -1.0, False), Part("dummy", 0, 0, 0.0, 0.0, False)) == [
        "Without the order “stop” (reduce contacts) alone, on the same luck, 2 more people would have died, but 1 fewer would have been infected."
    ]
    assert told_of(run, Part("stop", -1, -5, -1.0, -5.0, False), Part("dummy", -1, -5, 0.0, 0.0, False)) == [
        "Without either of the orders “stop” (reduce contacts) and “dummy” (reduce contacts) alone, on the same luck, 1 fewer person would have "
        "died, and 5 fewer would have been infected."
    ]
    assert told_of(run) == ["No order was given in this run, so there is none to take away."]
    many = [Part(f"order {k}", 0, 20 - k, 0.0, 0.0, False) for k in range(7)]
    assert told_of(run, *many)[5:] == ["2 more orders made a difference, each a smaller one; the table of orders (part 5) has all."]
    assert told_of(run, Part("stop", 0, 0, 0.0, 20.0, False), Part("dummy", 0, 0, 0.0, 20.0, False)) == [
        "Taken away alone, none of the orders would have changed how many died or were infected; without all of them 40 more people would have been "
        "infected. So some were enough without the others; asked with --ending, the answer names them."
    ]


def test_what_all_orders_did_is_told_where_none_did_anything_alone(folder: Path) -> None:
    run, parts = Run.open(folder), [Part(name, 0, 0, 1.0, 20.0, False) for name in ("a", "b")]
    alone = "Taken away alone, none of the orders would have changed how many died or were infected"
    asked: dict[str, Any] = {"ending": "dead <= 3", "held": True, "flips": (("a", "b"),)}
    assert (
        told_of(run, *parts, **asked)[1] == f"{alone}; without all of them 2 more people would have died and 40 more people would have been infected."
    )
    kept = Kept(4, 0, 0)
    assert told_of(run, *parts, **asked, guard=Guard(4, ("x",), (), 8), flips_kept={("a", "b"): kept}) == [
        "The ending that was asked about, at most 3 dead, came about: either “a” or “b” would have been enough for it; without both it would not "
        "have; the sign is the same in all 4 draws of the uncertain numbers.",
        f"{alone}.",
    ]


def test_sentences_of_the_ending(folder: Path) -> None:
    run, parts = Run.open(folder), [Part(name, 1, 0, 1.0, 0.0, False) for name in ("a", "b", "c")]
    asked: dict[str, Any] = {"ending": "dead <= 3", "held": True}
    came = "The ending that was asked about, at most 3 dead, came about"
    assert told_of(run, *parts, **asked)[0] == f"{came}, and no set of the orders turns that."
    assert told_of(run, *parts, **asked, how="64 random orders of decisions")[0] == f"{came}, and no set of the orders that was looked at turns that."
    assert told_of(run, *parts, **asked, flips=(("a",), ("b", "c")))[:2] == [
        f"{came}: without “a” it would not have.",
        "Also: either “b” or “c” would have been enough for it; without both it would not have.",
    ]
    assert told_of(run, *parts, **asked, flips=(("a", "b", "c"),))[0] == (
        f"{came}: any one of “a”, “b” and “c” would have been enough for it; without all of them it would not have."
    )
    not_so = {"ending": "days >= 2.5", "held": False, "flips": (("a", "b"),)}
    assert told_of(run, *parts, **not_so)[0] == (
        "The ending that was asked about, at least 2.5 days of the run, did not come about: either “a” or “b” was enough to prevent it; without both "
        "it would have."
    )


def test_with_a_guard_only_what_keeps_its_sign_is_told(folder: Path) -> None:
    run, sure, unsure = Run.open(folder), Kept(19, 0, 1), Kept(11, 8, 1)
    parts = (
        Part("a", 5, 3, 5.0, 3.0, True, sure, Kept(20, 0, 0)), Part("b", 4, 2, 4.0, 2.0, False, unsure, sure),
        Part("c", 3, 0, 3.0, 0.0, False, unsure, None), Part("d", 1, 1, 1.0, 1.0, False),
    )  # fmt: skip
    guard = Guard(20, ("x: uniform(low 1, high 2)",), ("a", "b", "c"), 80)
    said = told_of(run, *parts, ending="dead <= 3", held=True, flips=(("a",), ("b", "c")), guard=guard, flips_kept={("a",): sure, ("b", "c"): unsure})
    assert said == [
        "The ending that was asked about, at most 3 dead, came about: without “a” it would not have; the sign is the same in 19 of 20 draws of the "
        "uncertain numbers.",
        "Whether 1 other set of orders turned it depends on numbers that are uncertain.",
        "Without the order “a” alone, on the same luck, 5 more people would have died, and 3 more would have been infected; the sign is the same in "
        "19 of 20 draws of the uncertain numbers.",
        "Without the order “b” alone, on the same luck, 2 more people would have been infected; the sign is the same in 19 of 20 draws of the "
        "uncertain numbers.",
        "What 1 other order did depends on numbers that are uncertain; the table of orders (part 5) has the counts.",
    ]
    said = told_of(run, *parts[2:], ending="dead <= 3", held=True, flips=(("c",),), guard=guard, flips_kept={("c",): unsure})
    assert said == [
        "The ending that was asked about, at most 3 dead, came about. Which orders turned it depends on numbers that are uncertain; the table of "
        "orders (part 5) has the counts.",
        "What 1 order did depends on numbers that are uncertain; the table of orders (part 5) has the counts.",
    ]


def test_part_5_says_what_came_of_the_guard(folder: Path, tmp_path: Path) -> None:
    run = Run.open(folder)
    parts = (Part("stop", 0, 3, 0.0, 3.0, True, None, Kept(1, 1, 0)), Part("<b>", 0, 2, 0.0, 2.04, False), Part("c", 0, 0, 0.0, 0.0, False))
    found = Decisions({"history_hash": run.history_hash, "scenario": "", "seed": 4, "results_version": ""}, parts, "ever_infected <= 90", True,
                      (("stop",),), 4, "all subsets", "", Guard(2, ("x: uniform",), ("stop",), 4), {("stop",): Kept(1, 1, 0)})  # fmt: skip
    page = write_report(run, folder=tmp_path, whatifs=[Answer(Path("one.json"), found.to_json())]).read_text(encoding="utf-8")
    assert "infections averted: depends on numbers that are uncertain: the same sign in 1 of 2 draws, the other in 1, nothing in 0" in page
    assert "not guarded: others did more" in page
    assert "That it turns without stop depends on numbers that are uncertain: the same sign in 1 of 2 draws, the other in 1, nothing in 0." in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page[page.index('id="whatif-1"') : page.index('id="part-6"')]
    assert "2 draws of 1 uncertain number, each on the same luck: x: uniform." in page
