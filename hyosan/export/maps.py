"""Maps as GeoJSON: zones with what happened in them, and the places where somebody was infected.

Coordinates are metres from a corner of the simulated ground, east and north. No city of hyosan lies anywhere on Earth, so there is
no longitude and latitude to give: a map program shows them once it is told that they are plain metres.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from hyosan.export.given import Export, Given, Product

NOTE = "Coordinates are metres of a simulated ground, east and north; they are no longitudes and latitudes."


def geojson(given: Given) -> Iterator[Product]:
    """`zones.geojson` and `places.geojson`; nothing without the run's world."""
    if given.world is None:
        return
    yield Product("zones.geojson", _collection(_zones(given)))
    yield Product("places.geojson", _collection(_places(given)))


GEOJSON = Export(
    "geojson",
    "zones and places with counts, in metres; left out for runs whose world is not known",
    ("zones.geojson", "places.geojson"),
    geojson,
)


def _zones(given: Given) -> list[dict[str, Any]]:
    assert given.world is not None
    found = given.cases
    shapes: Any = given.world.zone_geojson.get("features", [])
    features = []
    for shape in shapes:
        here = found.zone == shape["properties"]["zone"]
        counts = {
            "infections": int(here.sum()),
            "seeds": int((here & found.seeds).sum()),
            "reported": int((here & (found.reported >= 0)).sum()),
            "died": int((here & (found.outcome == "died")).sum()),
            "first_infection_day": round(float(found.second[here].min()) / 86_400, 6) if here.any() else None,
        }
        features.append({"type": "Feature", "properties": {"zone": shape["properties"]["zone"], **counts}, "geometry": shape["geometry"]})
    return features


def _places(given: Given) -> list[dict[str, Any]]:
    assert given.world is not None
    found, ground = given.cases, given.world.ground
    ids, first, counts = np.unique(found.place, return_index=True, return_counts=True)
    row_of = {int(one): row for row, one in enumerate(np.asarray(ground.place_id).tolist())}
    features = []
    for place, case, count in zip(ids.tolist(), first.tolist(), counts.tolist(), strict=True):
        row = row_of.get(place)
        if row is None:
            continue
        properties = {
            "place": place,
            "name": given.world.place_names.get(row),
            "setting": found.setting[case],
            "zone": found.zone[case],
            "infections": count,
            "first_infection_day": round(float(found.second[case]) / 86_400, 6),
        }
        point = {"type": "Point", "coordinates": [int(ground.place_x[row]), int(ground.place_y[row])]}
        features.append({"type": "Feature", "properties": properties, "geometry": point})
    return features


def _collection(features: list[dict[str, Any]]) -> bytes:
    whole = {"type": "FeatureCollection", "note": NOTE, "features": features}
    return (json.dumps(whole, ensure_ascii=True, allow_nan=False) + "\n").encode()
