"""An order as a policy gives it: that of the scenario, by the policy's authority, with some of its settings changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from hyosan.errors import ScenarioError
from hyosan.scenario import consistency
from hyosan.scenario.load import load
from hyosan.scenario.positions import SET, dotted, from_python
from hyosan.scenario.response_base import Order
from hyosan.scenario.root import Scenario

FIXED: Final = ("do", "authority", "when", "costs", "source")
"""What of an order is not changed by who gives it."""


def order_as(order: Order, authority: str, changes: Mapping[str, Any]) -> Any:
    """`order` given by an authority, with `changes` as `settled` gives them."""
    return type(order).model_validate({**_written(order), **changes, "authority": authority})


def settled(scenario: Scenario, name: str, authority: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What differs between the scenario's order `name` and the same with `changes` (`None` = as if it were not written), in plain values.

    Raises ScenarioError: no such setting, one that is fixed, a value that is not allowed, or names what the scenario does not have.
    """
    if not changes:
        return {}
    for field in FIXED:
        if field in changes:
            raise ScenarioError(f"{field}: is fixed by the scenario; a policy may change the other settings of an order")
    old = scenario.orders[name]
    wanted = {key: value for key, value in {**_written(old), **_plain(name, changes)}.items() if value is not None} | {"authority": authority}
    try:
        new = type(old).model_validate(wanted)
    except ValidationError as error:
        raise ScenarioError(_said(scenario, name, changes) or str(error)) from None
    for key, value in changes.items():
        if isinstance(value, bool) and not isinstance(getattr(old, key), bool):
            raise ScenarioError(f"{key}: must not be {str(value).lower()}")
    changed = scenario.model_copy(update={"orders": {**scenario.orders, name: new}})
    if found := consistency.problems(changed, from_python({})):
        raise ScenarioError("; ".join(f"{dotted(one.path)}: {one.text}" for one in found))
    before, after = _written(old), _written(new)
    return {key: after.get(key) for key in sorted({*before, *after}) if key != "authority" and before.get(key) != after.get(key)}


def _written(order: Order) -> dict[str, Any]:
    return order.model_dump(mode="json", by_alias=True, exclude_none=True)


def _plain(name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    from_python(dict(changes), path=("orders", name))  # raises for what cannot stand in a scenario
    return dict(changes)


def _said(scenario: Scenario, name: str, changes: Mapping[str, Any]) -> str:
    """What is wrong, in the words of a scenario that says so."""
    bare = scenario.model_copy(update={"data": None}).with_base(scenario.base)
    try:
        load(bare, overrides={f"orders.{name}.{key}": value for key, value in changes.items()})
    except ScenarioError as error:
        return str(error).replace(f"{SET}orders.{name}.", "")
    return ""
