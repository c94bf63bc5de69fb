"""`--set` changes what it names, and nothing else; what it cannot name it refuses with the nearest name."""

from __future__ import annotations

from typing import Any

import pytest

from hyosan.errors import ScenarioError
from hyosan.scenario.behaviour import Behaviour
from hyosan.scenario.load import load
from hyosan.scenario.response import Cordon, Lure

CHANGES: dict[str, Any] = {
    "extends": "classroom",
    "orders": {"cordon": {"do": "cordon", "delay": "1 h"}, "first wave": {"do": "lure", "points": 2, "loudness": "90 dB", "lasts": "5 min"}},
}


def refusal(*overrides: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(CHANGES, overrides=overrides)
    return str(caught.value)


def test_a_value_is_set_and_nothing_else_changes() -> None:
    before, after = load(CHANGES), load(CHANGES, overrides=["orders.cordon.delay=3 h"])
    assert after.orders["cordon"].delay == 3 * 3600
    assert after.model_copy(update={"orders": before.orders}) == before


def test_later_changes_see_earlier_ones() -> None:
    changed = load(CHANGES, overrides=["orders.net={do: cordon, delay: 5 h}", "orders.net.delay=6 h", "orders.cordon=null"])
    assert set(changed.orders) == {"net", "first wave", "cordon"}
    assert changed.orders["cordon"].when == "never", "switched off, so that others may still name it"
    assert changed.orders["net"].delay == 6 * 3600


def test_null_takes_a_field_back_to_its_default() -> None:
    assert load(CHANGES, overrides=["orders.cordon.delay=null"]).orders["cordon"].delay == 0


def test_lists_are_changed_by_number() -> None:
    scenario = load("seir", overrides=["pathogen.transitions.1.after=9 days"])
    assert scenario.pathogen.transitions[1].after == 9 * 86_400
    assert scenario.pathogen.transitions[0] == load("seir").pathogen.transitions[0]


def test_names_with_blanks_can_be_named() -> None:
    order = load(CHANGES, overrides=["orders.first wave.points=7"]).orders["first wave"]
    assert isinstance(order, Lure)
    assert order.points == 7


def test_one_entry_of_a_default_mapping_keeps_the_others() -> None:
    sees = load("seir", overrides=["behaviour.sees.flee_home=9"]).behaviour.sees
    assert sees == {**Behaviour().sees, "flee_home": 9}


def test_a_block_left_out_is_made() -> None:
    assert load("seir", overrides=["checkpoints.keep=5", "behaviour.doors.steel=1 h"]).behaviour.doors.steel == 3600


def test_values_may_come_from_python() -> None:
    scenario = load(CHANGES, overrides={"orders.cordon.leak": 0.25, "orders.extra": {"do": "cordon"}})
    order = scenario.orders["cordon"]
    assert isinstance(order, Cordon)
    assert order.leak == 0.25


def test_a_scenario_can_be_changed() -> None:
    scenario = load(CHANGES)
    assert load(scenario) == scenario
    assert load(scenario, overrides=["time.end=45 min"]).time.end == 45 * 60


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("orders.cordn.delay=3 h", "--set orders.cordn.delay: orders.cordn: there is no `cordn`; did you mean `cordon`?"),
        ("orders.cordon.dely=3 h", "--set orders.cordon.dely: unknown field `dely`; did you mean `delay`?"),
        ("order.cordon.delay=3 h", "did you mean `orders`?"),
        ("orders.cordon.points=3", "unknown field `points`; allowed: source, authority, when"),
        ("orders.cordn=null", "there is no `cordn`; did you mean `cordon`?"),
        ("orders.cordn=3", "there is no `cordn`"),
        ("orders.cordon.until=null", "nothing is set there"),
        ("orders.cordon.delay=3", '--set orders.cordon.delay: 3 has no unit; write "3 h"'),
        ("orders.cordon.delay.x=3", "`orders.cordon.delay` is a single value, it has no fields"),
        ("name.x=3", "`name` is a single value"),
        ("pathogen.routes.bite.fights.4.bite=1 per h", "numbered 0 to 0"),
        ("pathogen.routes.bite.fights.first.bite=1 per h", "is a list"),
        ("orders.cordon.delay", "has no `=`"),
        ("=3", "names no field before the `=`"),
        ("orders.cordon.delay=[3", "not valid YAML"),
        ("orders.cordon.delay=!!binary x", "tag"),
        ("orders.cordon.delay=.nan", "not a finite number"),
        ("orders.new={do: cordon, dely: 3 h}", "--set orders.new: orders.new.dely: unknown field; did you mean `delay`?"),
        ("..=3", "unknown field ``"),
    ],
)
def test_wrong_changes_are_refused_with_their_place(override: str, words: str) -> None:
    message = refusal(override)
    assert words in message
    assert message.startswith(f"--set {override.partition('=')[0] or override}")
    assert "\n" not in message


def test_a_value_that_could_be_a_mapping_is_set_whole() -> None:
    assert "`behaviour.hide_for` is written as a single value here" in refusal("behaviour.hide_for=3 h", "behaviour.hide_for.varies={}")


def test_one_text_instead_of_a_list_is_refused() -> None:
    with pytest.raises(ScenarioError, match="must be a list"):
        load("seir", overrides="time.end=3 days")


def test_an_order_switched_off_may_still_be_named() -> None:
    """Others wait for it in vain; nothing else about the scenario changes."""
    off = load("hyosan", overrides=["orders.strike=null"])
    on = load("hyosan")
    assert off.orders["strike"].when == "never"
    assert {name: order for name, order in off.orders.items() if name != "strike"} == {n: o for n, o in on.orders.items() if n != "strike"}
