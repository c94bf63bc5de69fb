"""Commented files to start from: `new("scenario", "mine.yaml")`."""

from __future__ import annotations

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
    target = Path(path)
    text = (TEMPLATES / f"{kind}.yaml").read_text(encoding="utf-8")
    try:
        with target.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise ScenarioError(f"{str(path)[:300]}: exists already and is not overwritten; choose another name") from None
    except FileNotFoundError:
        raise ScenarioError(f"{str(path)[:300]}: the folder does not exist; make it first") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise ScenarioError(f"{str(path)[:300]!r}: cannot be written: {reason}") from None
    return target
