"""The pages of docs/laws, made from `laws.py` and from what the checks say of themselves: `python tests/verification/law_pages.py` writes them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

import laws

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "docs" / "laws"
NAMED = re.compile(r"^[MZELR]\d+\. ")


class Check(NamedTuple):
    """A check, as its source says."""

    file: str
    name: str
    laws: tuple[str, ...]
    doc: str
    long: bool


def checks() -> list[Check]:
    """All checks that name a law, in order of files and lines."""
    found = []
    for path in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            named = tuple(id_ for mark in marks if mark.startswith("pytest.mark.law(") for id_ in re.findall(r"'(\w+)'", mark))
            if named:
                text = NAMED.sub("", " ".join((ast.get_docstring(node) or "").split()))
                found.append(Check(path.name, node.name, named, text, "pytest.mark.long" in marks))
    return found


def page(law: laws.Law, asked: list[Check]) -> str:
    """The page of one law."""
    lines = [f"# {law.id}. {law.name}", "", law.statement, "", f"    {law.formula}", "", f"Source: {law.source}"]
    lines += ["", "## How the engine is asked", ""]
    for check in asked:
        when = " (only in the long part)" if check.long else ""
        lines.append(f"* `{check.file}`, `{check.name}`{when}: {check.doc}")
    if law.not_asked:
        lines += [""] * bool(asked) + [f"Not asked: {law.not_asked}."]
    if law.failure:
        lines += ["", "## If it fails", "", law.failure]
    return "\n".join(lines) + "\n"


def table(found: list[Check]) -> str:
    """The list of all laws."""
    lines = [
        "# The laws that the engine is held against", "",
        "`make verify` asks for all of them and writes `runs/verification.html`; `make verify ARGS=--quick` for the part that takes minutes.",
        "These pages are made from `tests/verification/laws.py` by `python tests/verification/law_pages.py`; do not change them by hand.",
        "", "| law | what | formula | checks |", "|---|---|---|---|",
    ]  # fmt: skip
    for law in laws.LAWS:
        number = sum(law.id in check.laws for check in found)
        lines.append(f"| [{law.id}]({law.id}.md) | {law.name} | {law.formula.replace('|', chr(92) + '|')} | {number or 'not applicable'} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """File name -> text."""
    found = checks()
    made = {"README.md": table(found)}
    for law in laws.LAWS:
        made[f"{law.id}.md"] = page(law, [check for check in found if law.id in check.laws])
    return made


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{FOLDER}: {len(pages())} pages")
