"""What orders have at hand now: what the scenario gives them, less what they lost. Whoever carries out an order asks here, not the order."""

from __future__ import annotations

from typing import TypeVar

Number = TypeVar("Number", int, float)


class Means:
    """Losses by order and by the name of the field that is lost from. Made anew from the injects in force, so no checkpoint holds them."""

    def __init__(self) -> None:
        self._lost: dict[tuple[str, str], int] = {}

    def __call__(self, order: str, what: str, given: Number) -> Number:
        """How many an order has of `what` (`teams`, `staff`, `per_day`, ...), given so many by the scenario; at least 0."""
        return max(given - self._lost.get((order, what), 0), given * 0)

    def any_lost(self, order: str, what: str) -> bool:
        """Whether an order has less than the scenario gives it."""
        return self._lost.get((order, what), 0) > 0

    def lose(self, order: str, what: str, count: int) -> None:
        """So many fall out; fewer than 0 = so many are back."""
        self._lost[order, what] = self._lost.get((order, what), 0) + count
