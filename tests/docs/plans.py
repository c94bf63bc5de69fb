"""The plan of the school and the map of the city of the flagship, as SVG drawn from the world that is built: `python tests/docs/plans.py`."""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

import numpy as np

import hyosan
from hyosan.world.build import build
from hyosan.world.frame import World

DOCS = Path(__file__).parents[2] / "docs"
SCHOOL = "Hyosan High / "
ROOM, TALL, STEP = 63, 40, 66
"""Width of a room, its height, and from one floor to the next, in px."""
DOORS = ("#b5651d", "#37474f")
"""Colours of doors of wood and of steel."""
WAY = ("Hyosan High / back gate", *(f"mountain way {k}" for k in range(1, 5)), "Yangdong")
SHOWN = {
    "Hyosan High / hall": "Hyosan High", "teacher's house": "the teacher's house", "construction site / yard": "construction site",
    "Cheong-san Chicken": "Cheong-san Chicken", "Yangdong": "Yangdong",
}  # fmt: skip
"""Places on the map, and what they are called there."""
STYLE = "text{font:11px sans-serif;fill:#222}.s{font-size:9px;fill:#555}.b{font-weight:bold}"


def pictures() -> dict[Path, str]:
    """The text of each picture."""
    world = build(hyosan.load("hyosan").city)
    return {DOCS / "hyosan-school.svg": school(world), DOCS / "hyosan-map.svg": city(world)}


def svg(width: int, height: int, title: str, parts: list[str]) -> str:
    """A picture of its parts."""
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">'
    return "\n".join(
        [head, f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>\n"]
    )


def text(x: float, y: float, said: str, more: str = "") -> str:
    """Words in the middle of a point."""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="middle"{more}>{escape(said)}</text>'


def box(x: float, y: float, width: float, height: float, said: str, fill: str) -> str:
    """A room."""
    words = said.split(" ") if len(said) > 9 else [said]
    lines = "".join(text(x + width / 2, y + height / 2 + 4 + 12 * (k - (len(words) - 1) / 2), word) for k, word in enumerate(words))
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" stroke="#555"/>{lines}'


def door(x: float, y: float, kind: int, upright: bool = False) -> str:
    """A door at the middle of its opening."""
    width, height = (5, 14) if upright else (14, 5)
    return f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" fill="{DOORS[kind]}"/>'


def doors_of(world: World) -> dict[tuple[str, str], int]:
    """The kind of door between two places with names, -1 = none; every way both ways."""
    ground, names = world.ground, world.place_names
    found = {}
    for row in names:
        for way in range(int(ground.way_start[row]), int(ground.way_start[row + 1])):
            to, shut = int(ground.way_to[way]), int(ground.way_door[way])
            found[names[row], names.get(to, "street")] = int(ground.door_kind[shut]) if shut >= 0 else -1
    return found


def school(world: World) -> str:
    """The school as its rooms hang together, floor over floor."""
    kinds, rows = doors_of(world), {name: row for row, name in world.place_names.items()}
    floors = sorted(name for name in rows if name.startswith(SCHOOL + "corridor"))
    rooms = {
        floor: sorted((to for (from_, to), kind in kinds.items() if from_ == floor and kind >= 0), key=lambda n: int(world.ground.place_x[rows[n]]))
        for floor in floors
    }
    most = max(len(some) for some in rooms.values())
    left, ground_floor = 290, 40 + STEP * len(floors) + 44
    parts = [
        text(
            left + most * ROOM / 2,
            22,
            "Hyosan High, as it is built: doors of wood brown, of steel dark; stairs and corridors have none",
            ' class="b"',
        )
    ]

    def plain(name: str) -> str:
        return name.removeprefix(SCHOOL)

    for number, floor in enumerate(floors):
        y = ground_floor - STEP * (number + 1)
        stairs = left - 58
        for k, room in enumerate(rooms[floor]):
            parts += [
                box(left + k * ROOM, y, ROOM, TALL, plain(room), "#eef3fb" if "class" in room else "#fbf3e2"),
                door(left + (k + 0.5) * ROOM, y + TALL, kinds[floor, room]),
            ]
        parts.append(f'<rect x="{left}" y="{y + TALL}" width="{len(rooms[floor]) * ROOM}" height="{STEP - TALL - 6}" fill="#e8e8e8" stroke="#555"/>')
        parts.append(text(left + most * ROOM / 2, y + TALL + 14, plain(floor), ' class="s"'))
        up = f"{SCHOOL}stairs {number + 1}"
        parts.append(box(stairs, y - 10, 50, STEP - 16, plain(up), "#ddd"))
        above = next(to for (from_, to) in kinds if from_ == up and to != floor)
        if above not in floors:
            parts += [box(stairs - 70, 44, 200, 30, plain(above), "#f4e4e4"), door(stairs + 25, y - 10, kinds[up, above])]
    hall, gym, courts, gate = (SCHOOL + name for name in ("hall", "gym", "tennis courts", "back gate"))
    y = ground_floor - STEP + 8
    parts += [box(left - 60, ground_floor + 2, 120, 34, "hall", "#e8e8e8"), door(left, ground_floor + 36, kinds[hall, "street"])]
    parts.append(f'<path d="M{left + 40} {ground_floor - 6} v8" stroke="#555"/>')
    parts.append(text(left, ground_floor + 56, "street"))
    parts += [box(left - 160, ground_floor + 2, 88, 34, "gym", "#fbf3e2"), door(left - 66, ground_floor + 19, kinds[hall, gym], upright=True)]
    parts += [box(left - 240, y, 76, 46, "tennis courts", "#e7f4e4"), door(left - 162, ground_floor - 6, kinds[gym, courts], upright=True)]
    parts.append(f'<path d="M{left - 160} {ground_floor + 10} L{left - 180} {y + 46}" stroke="#555"/>')
    parts += [door(left - 202, y + 46, kinds[courts, "street"]), text(left - 215, y + 64, "street")]
    parts += [box(left - 240, y - 66, 76, 40, "back gate", "#e7f4e4"), f'<path d="M{left - 202} {y - 26} V{y}" stroke="#555"/>']
    parts += [door(left - 202, y - 66, kinds[gate, "mountain way 1"]), text(left - 202, y - 78, "mountain way, Yangdong")]
    return svg(left + most * ROOM + 20, ground_floor + 70, "Plan of Hyosan High", parts)


def city(world: World) -> str:
    """Zones, open ground by how many live on it, and the places with a part in the story."""
    ground, names = world.ground, world.place_names
    x, y = np.asarray(ground.place_x, dtype=float), np.asarray(ground.place_y, dtype=float)
    kinds, zone = np.array(world.kinds)[ground.place_kind], np.asarray(ground.place_zone)
    street = kinds == "street"
    low_x, high_x, high_y, low_y = x[street].min(), x[street].max(), y[street].max(), y[street].min()
    scale, edge = 620 / (high_x - low_x), 90
    side = float(np.diff(np.unique(x[street])).min()) * scale

    def at(px: float, py: float) -> tuple[float, float]:
        return edge + (px - low_x) * scale, max(edge + (high_y - py) * scale, 44)

    def square(west: float, north: float, width: float, height: float, more: str) -> str:
        return f'<rect x="{west - side / 2:.1f}" y="{north - side / 2:.1f}" width="{width:.1f}" height="{height:.1f}" {more}/>'

    people = np.zeros(world.places, dtype=int)
    np.add.at(people, np.asarray(ground.person_slot_place[:, 0]), 1)
    corners = np.unique(np.column_stack([x[street], y[street]]), axis=0)
    homes = np.flatnonzero((kinds == "home") & (people > 0))
    nearest = [int(np.argmin((corners[:, 0] - x[row]) ** 2 + (corners[:, 1] - y[row]) ** 2)) for row in homes]
    living = np.bincount(nearest, weights=people[homes], minlength=len(corners))
    few, many = int(living.min()), int(living.max())
    parts = [text(edge + 310, 24, f"Hyosan: {world.people:,} people; a block has {few} (white) to {many} (blue) of them", ' class="b"')]
    for (a, b), count in zip(corners, living, strict=True):
        part = (count - few) / max(1, many - few)
        fill = ",".join(f"{round(high - part * (high - low))}" for high, low in ((248, 120), (250, 165), (252, 205)))
        parts.append(square(*at(a, b), side, side, f'fill="rgb({fill})"'))
    for number, name in enumerate(world.zones):
        inside = street & (zone == number)
        if inside.any():
            (west, north), (east, south) = at(x[inside].min(), y[inside].max()), at(x[inside].max(), y[inside].min())
            parts.append(square(west, north, east - west + side, south - north + side, 'fill="none" stroke="#777"'))
            parts.append(f'<text x="{west - side / 2 + 4:.1f}" y="{north - side / 2 + 12:.1f}" class="s">{name}</text>')
    rows = {name: row for row, name in names.items()}
    way = " ".join("{:.0f},{:.0f}".format(*at(x[rows[name]], y[rows[name]])) for name in WAY)
    parts.append(f'<polyline points="{way}" fill="none" stroke="#2e7d32" stroke-width="2" stroke-dasharray="5 4"/>')
    halo = 'class="b" paint-order="stroke" stroke="#fff" stroke-width="3"'
    for name, shown in SHOWN.items():
        px, py = at(x[rows[name]], y[rows[name]])
        parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="5" fill="#c62828" stroke="#fff"/>')
        parts.append(f'<text x="{px + 9:.1f}" y="{py + 4:.1f}" {halo}>{escape(shown)}</text>')
    height = round(2 * edge + (high_y - low_y) * scale)
    parts.append(text(edge + 310, height - 34, "Zones of a kilometre. Green: the mountain way. The quarantine camp lies outside.", ' class="s"'))
    return svg(2 * edge + 620, height, "Map of Hyosan", parts)


if __name__ == "__main__":
    for file, drawn in pictures().items():
        file.write_text(drawn, encoding="utf-8")
    sys.exit(0)
