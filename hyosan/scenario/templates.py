"""Commented files to start from: `new("scenario", "mine.yaml")`, and a city's own tables: `new_tables("mine.yaml")`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, get_args

from hyosan.errors import ScenarioError
from hyosan.scenario.nearest import did_you_mean

Kind = Literal["city", "pathogen", "scenario"]
TEMPLATES = Path(__file__).parent / "templates"


def new(kind: Kind, path: str | Path) -> Path:
    """Write a commented template of a scenario, told from its city, its pathogen or its orders, to `path`; returns the path.

    Raises ScenarioError: an unknown kind, a file that exists already, a folder that does not exist or cannot be written to.
    """
    if kind not in get_args(Kind):
        raise ScenarioError(f"there is no template {str(kind)[:60]!r}; {did_you_mean(str(kind), get_args(Kind))}")
    return _write(Path(path), (TEMPLATES / f"{kind}.yaml").read_text(encoding="utf-8"))


def new_tables(path: str | Path) -> list[Path]:
    """Write a scenario of a city of the user's own tables to `path`, and the tables, `PATH-people.csv` and others, beside it.

    Returns all paths, the scenario last. Raises ScenarioError: as `new`, also if one of the tables exists; then nothing is written.
    """
    target = Path(path)
    prefix = re.sub(r"[^A-Za-z0-9_-]+", "-", target.stem).strip("-") or "my-city"
    tables = {source: target.with_name(f"{prefix}-{source.name}") for source in sorted((TEMPLATES / "tables").glob("*.csv"))}
    for written in (target, *tables.values()):
        if written.exists():
            raise ScenarioError(f"{str(written)[:300]}: exists already and is not overwritten; choose another name")
    text = (TEMPLATES / "tables" / "city.yaml").read_text(encoding="utf-8").replace("PREFIX", prefix)
    return [*(_write(written, source.read_text(encoding="utf-8")) for source, written in tables.items()), _write(target, text)]


def _write(target: Path, text: str) -> Path:
    path = target
    try:
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        raise ScenarioError(f"{str(path)[:300]}: exists already and is not overwritten; choose another name") from None
    except FileNotFoundError:
        raise ScenarioError(f"{str(path)[:300]}: the folder does not exist; make it first") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise ScenarioError(f"{str(path)[:300]!r}: cannot be written: {reason}") from None
    return target
