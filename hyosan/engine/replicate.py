"""Many small runs: seeds shared out over threads, each running `engine/many.py` with a state of its own."""

from __future__ import annotations

import ast
from concurrent.futures import ThreadPoolExecutor
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyosan.engine import many
from hyosan.engine.compile import compile_scenario
from hyosan.engine.many import QUANTITIES, run_seeds
from hyosan.engine.plans import make_plans
from hyosan.engine.sound import LEVELS
from hyosan.engine.start import allocate, start_of
from hyosan.errors import ScenarioError, SelfCheckError
from hyosan.scenario.root import Scenario
from hyosan.world.frame import World

_COMPARE = {ast.Lt: many.LESS, ast.LtE: many.AT_MOST, ast.Gt: many.MORE, ast.GtE: many.AT_LEAST, ast.Eq: many.EQUAL, ast.NotEq: many.UNEQUAL}
_ARITHMETIC = {ast.Add: many.ADD, ast.Sub: many.SUBTRACT, ast.Mult: many.MULTIPLY}


def program(text: str | None) -> NDArray[np.int64]:
    """A condition on quantities in reverse Polish notation, [k, 2]. Raises ScenarioError with what is allowed."""
    rows: list[tuple[int, int]] = []
    if text:
        if len(text) > 500:
            raise ScenarioError("until: a condition of at most 500 characters is allowed")
        try:
            _emit(ast.parse(text, mode="eval").body, rows)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise ScenarioError(f"until: {text!r} cannot be read; write for example 'turned >= 300 or turned_at_large == 0'") from None
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def _emit(node: ast.AST, rows: list[tuple[int, int]]) -> None:
    match node:
        case ast.BoolOp(op=op, values=values):
            _emit(values[0], rows)
            for value in values[1:]:
                _emit(value, rows)
                rows.append((many.AND if isinstance(op, ast.And) else many.OR, 0))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _emit(operand, rows)
            rows.append((many.NOT, 0))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            _emit(left, rows)
            _emit(right, rows)
            rows.append((_COMPARE[type(op)], 0))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            _emit(left, rows)
            _emit(right, rows)
            rows.append((_ARITHMETIC[type(op)], 0))
        case ast.Constant(value=int(value)) if not isinstance(value, bool) and abs(value) < 1 << 60:
            rows.append((many.NUMBER, value))
        case ast.Name(id=name):
            rows.append((many.QUANTITY, code_of(name, "until")))
        case _:
            raise ScenarioError(f"until: {ast.unparse(node)!r} is not allowed; comparisons of quantities and whole numbers, `and`, `or`, `not`")


def code_of(name: str, field: str) -> int:
    """The code of a quantity. Raises ScenarioError with the nearest."""
    if name not in QUANTITIES:
        near = get_close_matches(name, QUANTITIES, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ScenarioError(f"{field}: {name!r} is no quantity; allowed: {', '.join(QUANTITIES)}{hint}")
    return QUANTITIES.index(name)


def replicate_runs(scenario: Scenario, world: World, seeds: NDArray[np.int64], until: str | None, quantities: tuple[str, ...], threads: int) -> Any:
    """The table of `hyosan.replicate`."""
    import pyarrow as pa

    if scenario.noises or scenario.fires or scenario.injects or any(order.when.strip() != "never" for order in scenario.orders.values()):
        raise ScenarioError(f"replicate: {scenario.name!r} has orders, noises, fires or injects; run it with `hyosan.run` seed by seed")
    if len(seeds) == 0 or (seeds < 0).any() or (seeds >= 1 << 62).any():
        raise ScenarioError("replicate: at least one seed is needed, each from 0 to 2**62 - 1")
    condition = program(until)
    wanted = np.array([code_of(name, "quantities") for name in quantities], dtype=np.int64)
    book, floor, names = compile_scenario(scenario, world, 0)
    plans = make_plans(scenario, world, names)
    book.one["known_until"] = plans.known_until
    start = start_of(world)
    ticks = -(-round(scenario.time.end) // int(book.one[0].tick_seconds))
    table = np.zeros((len(seeds), len(wanted) + 1), dtype=np.int64)

    def work(part: slice) -> None:
        own = book._replace(one=book.one.copy())
        state = allocate(world, floor, own)
        doors = (start.members, start.door_state, start.door_kind, start.door_id)
        run_seeds(
            state, floor, own, doors, plans.seeds, plans.rows, plans.doses, plans.cases, seeds[part], ticks, condition, wanted, table[part],
            np.zeros(LEVELS + 1, dtype=np.int64),
        )  # fmt: skip

    parts = [slice(len(seeds) * k // threads, len(seeds) * (k + 1) // threads) for k in range(threads)]
    parts = [part for part in parts if part.stop > part.start]
    if len(parts) == 1:
        work(parts[0])
    else:
        with ThreadPoolExecutor(len(parts)) as pool:
            list(pool.map(work, parts))
    if table[:, -1].any():
        raise SelfCheckError("replicate: a buffer was too small for a tick. This is a bug in hyosan.")
    columns = {"seed": pa.array(seeds)} | {name: pa.array(table[:, k]) for k, name in enumerate(quantities)}
    return pa.table(columns)
