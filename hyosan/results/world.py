"""The world that a run took place in: as kept beside the run, or built anew from the scenario that the run keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyosan.errors import ScenarioError
from hyosan.results.run import Run

if TYPE_CHECKING:
    from hyosan.scenario.root import Scenario
    from hyosan.world.frame import World


def world_of(run: Run) -> World | None:
    """The world of a run; None where it is not kept and cannot be built as it was, and for one without zones, which has no map.

    Raises RunFolderError: the world kept beside the run is damaged.
    """
    from hyosan.world.build import build
    from hyosan.world.store import load_world

    world_hash = str(run.manifest.get("world_hash", ""))
    kept = [folder / "worlds" / world_hash for folder in (run.path, run.path.parent)] if run.path is not None else []
    for path in kept:
        if world_hash and path.is_dir():
            return load_world(path)
    scenario = _scenario_of(run)
    if scenario is None or not any(getattr(scenario.city, ground) for ground in ("korea", "country", "school", "rooms")):
        return None  # one zone, or tables that are not beside the run: no map
    world = build(scenario.city, scenario.base)
    return world if world.content_hash == world_hash else None  # another version built it: better no map than a wrong one


def _scenario_of(run: Run) -> Scenario | None:
    """The scenario that a run kept; None where it cannot be read, as by a version with other fields."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    from hyosan.scenario.load import load

    try:
        if run.path is not None:
            return load(run.path / "scenario.yaml")
        kept = YAML(typ="safe").load(run.scenario_text)
        # Observations are no part of the world, and those of a run in memory lie in no folder.
        return load({key: value for key, value in kept.items() if key != "data"}) if isinstance(kept, dict) else None
    except (ScenarioError, YAMLError):
        return None
