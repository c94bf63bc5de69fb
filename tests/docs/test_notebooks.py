"""Do the notebooks of the documentation run, and do their results show themselves? Their cells are run as a notebook would, without one."""

from __future__ import annotations

import ast
import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pages import ROOT

NOTEBOOKS = ROOT / "docs" / "notebooks"
JUPYTER = sorted(NOTEBOOKS.glob("*.ipynb"))
MARIMO = sorted(NOTEBOOKS.glob("*.py"))


def run_cell(text: str, name: str, namespace: dict[str, Any]) -> Any:
    """Run a cell; gives the value of its last line, if that is an expression."""
    body = ast.parse(text, name)
    last = body.body.pop() if body.body and isinstance(body.body[-1], ast.Expr) else None
    exec(compile(body, name, "exec"), namespace)
    return eval(compile(ast.Expression(last.value), name, "eval"), namespace) if isinstance(last, ast.Expr) else None


@pytest.mark.parametrize("path", JUPYTER, ids=lambda path: path.name)
def test_jupyter_notebooks_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], {cell["cell_type"] for cell in notebook["cells"]}) == (4, {"markdown", "code"})
    namespace: dict[str, Any] = {}
    shown = []
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            assert not cell["outputs"], "kept without outputs, which a change of results would make untrue"
            shown.append(run_cell("".join(cell["source"]), f"{path.name}, cell {number}", namespace))
    cards = {type(value).__name__: value._repr_html_() for value in shown if hasattr(value, "_repr_html_")}
    assert {"Run", "Story", "Study"} <= set(cards)
    assert all(text.startswith("<") and "<script" not in text for text in cards.values())


class Notebook:
    """As much of marimo's App as a notebook needs: its cells, and the order in which their names let them run."""

    def __init__(self, **_: Any) -> None:
        self.cells: list[Callable[..., Any]] = []

    def cell(self, function: Callable[..., Any]) -> Callable[..., Any]:
        self.cells.append(function)
        return function

    def run_all(self, given: dict[str, tuple[str, ...]]) -> dict[str, Any]:
        """Run each cell when all names that it takes are there; `given` has the names that each returns, by first line."""
        names: dict[str, Any] = {}
        left = list(self.cells)
        while left:
            ready = next(cell for cell in left if set(arguments(cell)) <= set(names))
            left.remove(ready)
            found = ready(**{name: names[name] for name in arguments(ready)})
            names |= dict(zip(given[str(ready.__code__.co_firstlineno)], found or (), strict=True))
        return names


def arguments(cell: Callable[..., Any]) -> tuple[str, ...]:
    return cell.__code__.co_varnames[: cell.__code__.co_argcount]


def returned(path: Path) -> dict[str, tuple[str, ...]]:
    """The names that each cell of a marimo notebook hands on, by the line that it begins at."""
    found = {}
    for part in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(part, ast.FunctionDef):
            last = part.body[-1]
            assert isinstance(last, ast.Return)
            names = last.value.elts if isinstance(last.value, ast.Tuple) else []
            found[str(part.decorator_list[0].lineno)] = tuple(name.id for name in names if isinstance(name, ast.Name))
    return found


@pytest.mark.parametrize("path", MARIMO, ids=lambda path: path.name)
def test_marimo_notebooks_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marimo: Any = ModuleType("marimo")
    marimo.App, marimo.md = Notebook, str
    marimo.ui = SimpleNamespace(slider=lambda low, high, value, label: SimpleNamespace(value=value))
    monkeypatch.setitem(sys.modules, "marimo", marimo)
    monkeypatch.chdir(tmp_path)
    names = runpy.run_path(str(path), run_name="notebook")["app"].run_all(returned(path))
    assert names["hyosan"].__name__ == "hyosan"
    assert names["infected"]
    assert names["story"]._repr_html_().startswith("<div")
