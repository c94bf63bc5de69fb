"""Does a report tell how likely an ending was at each moment: only what is beyond its error, only of its own run, and from that answer alone?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import hyosan
from hyosan.cli import main
from hyosan.counterfactual.asked import identity
from hyosan.counterfactual.chances import Chance, Chances, Worth
from hyosan.errors import CommandError
from hyosan.report.account import account
from hyosan.report.text import text_report
from hyosan.report.whatifs import Answer, read_answers

pytestmark = pytest.mark.usefixtures("compiled")
STOP = {"do": "reduce_contacts", "settings": {"anywhere": "0 %"}, "when": "time >= 3 d"}
CROWD: dict[str, Any] = {"city.well_mixed": 120, "time.end": "40 days", "orders.stop": STOP}
DAY = 86_400


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> hyosan.Run:
    return hyosan.run("seir", seed=4, overrides=CROWD, out=tmp_path_factory.mktemp("runs") / "crowd", threads=1)


def by_hand(run: hyosan.Run, *path: Chance, orders: tuple[Worth, ...] = (), **more: Any) -> Chances:
    """Chances of at most 40 infected, which came about."""
    return Chances(
        "ever_infected <= 40", True, path, orders, int(run.manifest["end_second"]), 0.0,
        "hyosan whatif RUN --each moment --ending 'ever_infected <= 40'", identity(run), **more,
    )  # fmt: skip


def sentences(run: hyosan.Run, found: Chances) -> list[str]:
    told = account(run, whatifs=[Answer(Path("moments.json"), json.loads(json.dumps(found.to_json())))])
    return [one["text"] for one in told["whatif_sentences"]]


def test_json_gives_the_same_again(run: hyosan.Run) -> None:
    worth = Worth("stop", 3 * DAY, Chance(3 * DAY, 60, 64), Chance(3 * DAY, 4, 64), 0.04)
    found = by_hand(run, Chance(0, 16, 64), Chance(3 * DAY, 60, 64), orders=(worth,))
    assert Chances.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_what_moved_is_told_with_its_numbers(run: hyosan.Run) -> None:
    worth = Worth("stop", 3 * DAY, Chance(3 * DAY, 60, 64), Chance(3 * DAY, 4, 64), 0.04)
    told = sentences(run, by_hand(run, Chance(0, 16, 64), Chance(3 * DAY, 60, 64), orders=(worth,)))
    assert told[0] == "At the start the chance of at most 40 ever infected was 25 %; it came about."
    assert "from 25 % to 94 %" in told[1]
    assert told[2].startswith(
        "When the order “stop” (reduce contacts) was decided, on day 4 00:00, it made at most 40 ever infected likelier: 94 % with it, 6 %"
    )


def test_what_lies_within_its_error_is_not_told(run: hyosan.Run) -> None:
    worth = Worth("stop", 3 * DAY, Chance(3 * DAY, 33, 64), Chance(3 * DAY, 30, 64), 0.06)
    told = sentences(run, by_hand(run, *(Chance(day * DAY, 62 + day % 2, 64) for day in range(3)), orders=(worth,)))
    assert len(told) == 2
    assert told[1] == "No order moved the chance by more than its error when it was decided."


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": []},
        {"path": [{"second": 0, "held": 70, "worlds": 64}]},
        {"path": [{"second": 5, "held": 7, "worlds": 64}, {"second": 5, "held": 7, "worlds": 64}]},
        {"orders": [{"order": "stop"}]},
        {"ending": "joy <= 3"},
    ],
)
def test_a_damaged_answer_is_refused(run: hyosan.Run, wrong: dict[str, Any]) -> None:
    data = by_hand(run, Chance(0, 16, 64)).to_json() | wrong
    with pytest.raises(CommandError, match=r"moments\.json: damaged"):
        account(run, whatifs=[Answer(Path("moments.json"), data)])


def test_an_order_of_another_run_is_refused(run: hyosan.Run) -> None:
    worth = Worth("elsewhere", 0, Chance(0, 6, 64), Chance(0, 4, 64), 0.04)
    with pytest.raises(CommandError, match="no order that was given"):
        sentences(run, by_hand(run, Chance(0, 16, 64), orders=(worth,)))


def test_the_command_is_told_on_page_and_as_text(run: hyosan.Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.path is not None
    asked = ["whatif", str(run.path), "--each", "moment", "--ending", "ever_infected <= 40", "--worlds", "8", "--every", "10 d", "--json"]
    assert main([*asked, "--threads", "1"]) == 0
    file = tmp_path / "moments.json"
    file.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["report", str(run.path), "--whatif", str(file)]) == 0
    page = (run.path / "report.html").read_text(encoding="utf-8")
    told = json.loads((run.path / "report.json").read_text(encoding="utf-8"))
    assert told["whatif"][0]["kind"] == "moments"
    assert "How likely the ending was" in page
    assert "whatif-picture-1" in page
    text = text_report(run, whatifs=read_answers(run, [file]))
    assert "How likely at most 40 ever infected was (moments.json)" in text
    other = json.loads(file.read_text(encoding="utf-8"))
    other["run"]["history_hash"] = "0" * 32
    file.write_text(json.dumps(other), encoding="utf-8")
    with pytest.raises(CommandError, match="is about another run"):
        read_answers(run, [file])


def test_turning_needs_more_than_its_error() -> None:
    even = [Chance(day, 32, 64) for day in range(4)]
    found = Chances("dead <= 1", True, tuple(even), (), 9, 0.0, "hyosan whatif RUN --each moment", {})
    turning = found.turning()
    assert turning is not None
    assert turning[1].worlds == 1, "the last of even chances was turned by what came after it"
    assert replace(found, path=(*even[:3], Chance(3, 63, 64))).turning() == (even[2], Chance(3, 63, 64))
    assert replace(found, path=(Chance(0, 63, 64), Chance(1, 64, 64))).turning() is None
