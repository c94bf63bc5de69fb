"""Do fire and debris mask scent and all but loud sounds, where they are and while they last? Are the tired slower?"""

from __future__ import annotations

from typing import Any

import pytest
from small_worlds import built, house, simulation, village

import hyosan
from hyosan.errors import ScenarioError

WAY = {
    "places": {
        "room": {"kind": "home", "people": 10, "x": 0, "y": 0},
        "corridor": {"people": 0, "x": 10, "y": 0},
        "yard": {"people": 0, "x": 30, "y": 0},
    },
    "ways": [{"between": ["room", "corridor"], "takes": "5 s"}, {"between": ["corridor", "yard"], "takes": "20 s"}],
}


def told(loudness: int, **more: Any) -> dict[str, Any]:
    """Ten people in a room who hide when they hear a noise in the yard."""
    return house(
        WAY, seeds={}, noises={"bang": {"place": "yard", "at": "2 min", "lasts": "4 min", "loudness": f"{loudness} dB"}},
        behaviour={"hears": {"hide": 1}}, **more,
    )  # fmt: skip


def heard(source: dict[str, Any]) -> int:
    return len({row["person"] for row in hyosan.run(source, seed=1, threads=1).events.to_pylist() if row["kind"] == "chose"})


def fire(place: str, at: str = "0 min", lasts: str = "1 h") -> dict[str, Any]:
    return {"fires": {"blaze": {"place": place, "at": at, "lasts": lasts}}}


@pytest.mark.parametrize(
    ("loudness", "where", "count"),
    [
        (65, {}, 10),
        (65, fire("yard"), 0),  # drowned where it is made
        (65, fire("corridor"), 0),  # on its way
        (65, fire("room"), 0),  # where they are
        (95, fire("yard"), 10),  # too loud
        (95, fire("room"), 10),
        (65, fire("room", lasts="2 min"), 10),  # out by then
        (65, fire("room", at="10 min"), 10),  # not yet
    ],
)
def test_fire_drowns_sounds_where_it_burns_and_while_it_does(loudness: int, where: dict[str, Any], count: int) -> None:
    assert heard(told(loudness, **where)) == count


def hunted(**more: Any) -> int:
    """Runs of thirty with a bite within half an hour by one who goes by scent alone, two ways from people who never move."""
    source = house(WAY, minutes=30, seeds={}, behaviour={"sees": {"hide": 1}, "hears": {"hide": 1}}, **more)
    source["city"]["rooms"]["places"]["yard"] = {"people": 1, "x": 30, "y": 0}
    source["seeds"] = {"first": {"count": 1, "place": "yard", "state": "turned"}}
    source["pathogen"]["states"]["turned"]["senses"] = {"wander": 1, "sight": 0, "sound": 0, "smell": 200, "rest": 2}
    return sum(
        len([row for row in hyosan.run(source, seed=seed, threads=1).events.to_pylist() if row["kind"] == "infected"]) > 0 for seed in range(1, 31)
    )


def test_fire_masks_the_scent_of_those_behind_it() -> None:
    """Without scent one of three ways from the corridor leads to them (stay, on, back), with it nearly all."""
    assert hunted(**fire("room")) < hunted() - 5


def test_debris_of_a_strike_masks_within_its_radius() -> None:
    order = {"do": "strike", "points": 1, "radius": "60 m", "kills": 0, "burns": "3 h", "when": "reported.turned >= 1"}
    scenario, world = built("hyosan", village(400, orders=None, **{"orders.it": order}) | {"claims": {}, "objectives": {}})
    sim = simulation(scenario, world)
    sim.begin()
    while sim.advance() and not any(one.effective >= 0 for one in sim.response.given):
        pass
    struck = sim.tick - 1
    masked = sim.state.places["masked"]
    assert 0 < (masked > 0).sum() < len(masked)
    assert set(masked[masked > 0].tolist()) == {struck + 18}


def test_a_fire_needs_a_place_that_there_is() -> None:
    with pytest.raises(ScenarioError, match=r"fires\.blaze\.place: .*did you mean `yard`"):
        hyosan.run(told(60, **fire("yrd")), seed=1)


def test_the_tired_are_slower() -> None:
    """Eight ways of a minute each: who tires every two minutes, and is twice as slow for each unit, comes to the end later."""
    rooms = {
        "places": {
            "room": {"people": 5, "x": 0, "y": 0},
            **{f"road {k}": {"people": 0, "x": 100 * k, "y": 0} for k in range(1, 9)},
            "away": {"kind": "outside", "x": 900, "y": 0},
        },
        "ways": [
            {"between": ["room", "road 1"], "takes": "4 min"},
            *({"between": [f"road {k}", f"road {k + 1}"], "takes": "4 min"} for k in range(1, 8)),
            {"between": ["road 8", "away"], "takes": "4 min", "gate": "city"},
        ],
    }  # fmt: skip

    def gone(**feelings: Any) -> int:
        source = house(rooms, minutes=120, seeds={}, noises={"bang": {"place": "room", "at": "2 min", "lasts": "4 min", "loudness": "90 dB"}})
        source["behaviour"] = {"hears": {"flee_out": 1}, "feelings": {"tires_after": "2 min", **feelings}}
        left = [row["second"] for row in hyosan.run(source, seed=1, threads=1).events.to_pylist() if row["kind"] == "left_city"]
        assert len(left) == 5
        return max(left)

    assert gone(tired_slows=0.5) > gone(tired_slows=0) + 300
