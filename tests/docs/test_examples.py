"""Is every example of the documentation true? Python blocks of a page run one after another, as a reader would, beside its YAML
blocks saved under their names; YAML blocks load."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pages import ROOT, Block, blocks

from hyosan.scenario.load import load
from hyosan.scenario.sources import unsourced

PYTHON: dict[Path, list[Block]] = {}
for _block in blocks("python"):
    PYTHON.setdefault(_block.page, []).append(_block)
YAML: dict[Path, list[Block]] = {}
for _block in blocks("yaml"):
    YAML.setdefault(_block.page, []).append(_block)


@pytest.mark.parametrize("page", PYTHON, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_python_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One namespace for a page: later blocks use names of earlier ones. What they assert is part of the test."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    for block in YAML.get(page, []):
        name = re.match(r"name: (\S+)", block.text)
        if name:
            Path(f"{name[1]}.yaml").write_text(block.text, encoding="utf-8")
    for block in PYTHON[page]:
        exec(compile(block.text, block.id, "exec"), namespace)
    assert "hyosan" in namespace


@pytest.mark.parametrize("block", blocks("yaml"), ids=lambda block: block.id)
def test_yaml_loads(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(block.text, encoding="utf-8")
    assert load(path).name in block.text
    assert unsourced(path) == [], "examples say where their numbers come from, as everybody should"
