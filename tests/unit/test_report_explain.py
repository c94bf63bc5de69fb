"""Are the sentences and the six numbers true to the run, for a lost city and for measles alike?"""

from itertools import pairwise

import fake_run
import numpy as np
import pytest

from hyosan.report.counts import Curve, ages, curves, decisions, gather, spread, zones
from hyosan.report.explain import sentences, status_sentence
from hyosan.report.figures import epidemic_curve, order_marks, truth_and_known
from hyosan.report.frame import share
from hyosan.report.tiles import MAX_TILES, tiles
from hyosan.results.run import Run


@pytest.fixture(scope="module")
def lost():
    return fake_run.lost_city()


@pytest.fixture(scope="module")
def measles():
    return fake_run.measles()


def test_lost_city_is_told(lost):
    told = " ".join(one.text for one in sentences(lost))
    assert "The run ended on day 41 10:20, 40 days after its start: the time that the scenario gives is over." in told
    assert "Of 20,000 residents, 17,000 came out alive (85.0 %), 35 infected without symptoms and 5 half-turned among them." in told
    assert "2,900 people died: 1,800 in 4 strikes (1,500 turned or ill, 60 infected without symptoms, 240 not infected)" in told
    assert "reported 1,800 killed in the strikes, 1,400 of them turned or ill; in truth it was 1,800 and 1,500." in told
    assert "78 turned at large, 2 held infected and 20 missing" in told
    assert "Martial law lasted 34 days and 300 people were held in the quarantine at the end." in told


def test_measles_is_told_without_strikes_or_turned(measles):
    told = " ".join(one.text for one in sentences(measles))
    assert "All 400 residents came out alive." in told
    assert "Nobody died." in told
    assert "It began with 2 infected people on day 1 00:00 and reached 60 people (15.0 % of all)" in told
    assert "The only order, closure (close), was decided on day 21 00:00, when 12 people had been infected and the authorities knew of 6." in told
    for word in ("strike", "turned", "martial", "quarantine", "missing"):
        assert word not in told
    assert [tile.label for tile in tiles(measles)][:4] == ["came out alive", "ever infected", "died", "ill at one time, at most"]


def test_quiet_run_is_told():
    assert [one.text for one in sentences(fake_run.nothing_happened())][1:] == [
        "All 10 residents came out alive.", "Nobody died.", "Nobody was infected.", "No order was given.",
    ]  # fmt: skip


def test_six_tiles_at_most_and_the_ending_in_them(lost):
    found = {tile.label: tile.value for tile in tiles(lost)}
    assert len(found) == MAX_TILES
    assert found == {
        "came out alive": "17,000", "ever infected": "3,000", "killed in strikes": "1,800", "died otherwise": "1,100",
        "turned, at large": "78", "days of martial law": "34",
    }  # fmt: skip


def test_counts_add_up(lost):
    found = spread(lost)
    assert (found.infections, found.seeds) == (3000, 1)
    assert sum(row["count"] for row in found.routes) == sum(row["count"] for row in found.place_kinds) == 2999
    assert found.infectors[0]["offspring"] == max(row["offspring"] for row in found.infectors)
    assert sum(row["infections"] for row in zones(lost)) == 3000
    assert sum(row["killed"] for row in zones(lost)) == 1500
    assert sum(row["people"] for row in ages(lost)) == lost.people.num_rows
    assert sum(row["killed in strikes"] for row in ages(lost)) == 1500


def test_decisions_are_in_order_and_in_words(lost):
    rows = decisions(lost)
    assert [row["no"] for row in rows] == list(range(1, 10))
    assert [row["second_decided"] for row in rows] == sorted(row["second_decided"] for row in rows)
    law = next(row for row in rows if row["order"] == "martial law")
    assert (law["measure"], law["decided"], law["effective"], law["known"]) == (
        "martial law", "day 2 04:20", "day 2 06:20", "reported turned 210",
    )  # fmt: skip
    assert [row["order"] for row in rows if row["measure"] == "strike"] == [f"strikes ({i})" for i in (1, 2, 3, 4)]
    assert rows[-1]["ended"] == "in force"


@pytest.mark.parametrize(("known", "shown"), [("", ""), ("{", "{"), ("[1]", "[1]"), ('{"a_b": null, "c": 1.5}', "a b unknown, c 1.5")])
def test_any_knowledge_can_be_shown(known, shown):
    row = {"order": "o", "number": 1, "knowledge": known, "second_effective": -1, "second_ended": -1}
    run = fake_run.nothing_happened()
    found = decisions(Run.in_memory(run.manifest, {"orders": [fake_run.columns("orders", [row])]}))
    assert (found[0]["known"], found[0]["effective"], found[0]["ended"]) == (shown, "not yet", "in force")


def test_curves_hold_their_value_until_the_next_row(lost):
    curve = Curve(np.array([10, 20]), np.array([5, 3]))
    assert curve.at([0, 10, 19, 20, 99]).tolist() == [0, 5, 5, 3, 3]
    assert curve.peak == (5, 10)
    assert curves(lost)["truth", "infected"].peak[0] == 3000
    assert curves(lost, "Ward A1") == {}


def test_curve_of_the_report_covers_every_infection_and_order(measles):
    start, end = 0, measles.manifest["end_second"]
    spec = epidemic_curve(spread(measles), decisions(measles), start, end)
    assert sum(bar["infections"] for bar in spec["layer"][0]["data"]["values"]) == 60
    assert [mark["orders"] for mark in spec["layer"][1]["data"]["values"]] == ["1 closure"]
    titles = [title for title, _, _ in truth_and_known(curves(measles), decisions(measles), start, end)]
    assert titles == ["People infected so far", "Ill at the time"]


def test_numbers_over_a_curve_never_touch():
    """Each label has the room of its letters on a picture of 900 pixels (7.6 of them a letter); no order is lost."""
    orders = [{"no": no, "order": f"o{no}", "second_effective": (no * no * 977) % 86_400} for no in range(1, 60)]
    marks = order_marks(orders, 0, 86_400)
    assert len(marks) > 8
    for one, other in pairwise(marks):
        assert (other["x"] - one["x"]) / 86_400 * 900 >= 7.6 * (len(one["label"]) + len(other["label"])) / 2
    assert order_marks(orders[:1], 0, 86_400)[0]["label"] == "1"


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 0, "0 %"), (1, 8, "12.5 %"), (1, 10**5, "under 0.1 %"), (99_999, 10**5, "over 99.9 %"), (3, 3, "100.0 %")]
)
def test_shares_never_round_something_to_nothing(part, whole, text):
    assert share(part, whole) == text


def test_status_is_said_in_words():
    assert status_sentence("fiction").startswith("Fiction")
    assert status_sentence("uncalibrated").startswith("Not calibrated")
    assert status_sentence("calibrated to 3 outbreaks") == "Calibrated to 3 outbreaks."


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([3, 1], "Most infections by another person, 75.0 %, took place in places of the kind “a”"),
        ([2, 1, 1], "Half of the infections by another person, 50.0 %, took place in places of the kind “a”"),
        ([2, 2], "Half of the infections by another person, 50.0 %, took place in places of the kind “a”, and as many in those of the kind “b”"),
        ([3, 2, 2], "The largest part of the infections by another person, 42.9 %, took place in places of the kind “a”"),
        ([1, 1, 1], "The infections by another person took place in places of 3 kinds, as many in each"),
        ([2, 2, 2, 1], "The infections by another person took place most often in places of 3 kinds, as many in each"),
    ],
)
def test_where_most_were_infected_is_said_of_a_majority_alone(measles, counts, said):
    kinds = [{"name": name, "count": number, "share": number / sum(counts)} for name, number in zip("abcd", counts, strict=False)]
    facts = gather(measles)
    told = " ".join(one.text for one in sentences(facts._replace(spread=facts.spread._replace(place_kinds=kinds))))
    assert f" {said}." in told or f" {said}, and the hardest" in told
