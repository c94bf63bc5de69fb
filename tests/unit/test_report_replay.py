"""Does the replay show at each moment what the tables hold, in one file that needs nothing else, drawn by a real browser?"""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any

import fake_run
import numpy as np
import pytest
from small_worlds import village

import hyosan
from hyosan.cli import main
from hyosan.errors import RunFolderError
from hyosan.report.counts import curves
from hyosan.report.replay import KEPT, LOOKS, content, pack, replay, write_replay
from hyosan.results.world import world_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
COLUMNS = ("start", "x", "y", "spread", "tick", "person", "place", "look")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> hyosan.Run:
    changes = village(600, **{"orders.strike.delay": "14 h", "time.end": "2 days"})
    return hyosan.run("hyosan", seed=6, threads=1, out=tmp_path_factory.mktemp("runs") / "village", overrides=changes)


def unpacked(told: dict[str, Any], data: bytes) -> dict[str, list[int]]:
    """The columns of a replay, read byte by byte as a browser does."""
    read = iter(zlib.decompress(data))
    found = {}
    for name in COLUMNS:
        column, before = [], 0
        for _ in range(told["people"] if name == "start" else told["places"] if name in COLUMNS[1:4] else told["events"]):
            value, shift = 0, 0
            while True:
                byte = next(read)
                value |= (byte & 127) << shift
                shift += 7
                if not byte & 128:
                    break
            before += -(value + 1) // 2 if value % 2 else value // 2
            column.append(before)
        found[name] = column
    assert next(read, None) is None
    return found


def counted(told: dict[str, Any], columns: dict[str, list[int]], tick: int) -> list[int]:
    """People by look at a tick."""
    looks = [0] * told["people"]
    for when, person, look in zip(columns["tick"], columns["person"], columns["look"], strict=True):
        if when <= tick and look != KEPT:
            looks[person] = look
    return np.bincount(looks, minlength=len(LOOKS)).tolist()


@pytest.mark.parametrize("numbers", [[], [0], [5, 5, 4, -1, 127, 128, -128, 2**31 - 1, -(2**31), 16_384], list(range(-300, 300, 7))])
def test_what_is_packed_is_unpacked(numbers: list[int]) -> None:
    told = {"people": len(numbers), "places": 0, "events": 0}
    assert unpacked(told, zlib.compress(pack(np.array(numbers, dtype=np.int64))))["start"] == numbers


def test_people_are_counted_as_in_the_series(run: hyosan.Run) -> None:
    told, data = content(run, world_of(run))
    columns = unpacked(told, data)
    assert told["people"] == run.ending.residents
    assert columns["tick"] == sorted(columns["tick"])
    codes = {name: code for code, (name, _, _) in enumerate(LOOKS)}
    series = curves(run)
    seconds = series["truth", "infected"].seconds.tolist()
    assert len(seconds) > 3
    for second in seconds:
        now = counted(told, columns, second // told["tick"])
        for quantity in ("dead", "turned", "symptomless", "half_turned"):
            assert now[codes[quantity]] == series["truth", quantity].at(second), (second, quantity)
    assert counted(told, columns, told["last"])[codes["dead"]] == run.ending.dead


def test_people_stand_where_it_happened(run: hyosan.Run) -> None:
    world = world_of(run)
    assert world is not None
    told, data = content(run, world)
    columns, ground = unpacked(told, data), world.ground
    first = next(row for row in run.events.to_pylist() if row["kind"] == "infected")
    at = next(n for n, (tick, person) in enumerate(zip(columns["tick"], columns["person"], strict=True))
              if person == sorted(ground.person_id.tolist()).index(first["person"]) and tick == first["second"] // told["tick"] + 1)  # fmt: skip
    place = columns["place"][at]
    row = int(np.flatnonzero(ground.place_id == first["place"])[0])
    assert (columns["x"][place], columns["y"][place]) == (ground.place_x[row], ground.place_y[row])
    homes = {int(ground.person_id[n]): int(ground.person_slot_place[n, 0]) for n in range(world.people)}
    for n, person in enumerate(sorted(homes)[:50]):
        assert (columns["x"][columns["start"][n]], columns["y"][columns["start"][n]]) == (
            ground.place_x[homes[person]],
            ground.place_y[homes[person]],
        )


def test_without_places_all_stand_in_one_square() -> None:
    run = hyosan.run("seir", overrides={"city.well_mixed": 200, "time.end": "40 days"}, seed=3, threads=1)
    told, data = content(run, world_of(run))
    columns = unpacked(told, data)
    assert (told["places"], told["zones"]) == (1, [])
    assert columns["spread"][0] >= 4 * told["people"] ** 0.5
    codes = {name: code for code, (name, _, _) in enumerate(LOOKS)}
    assert counted(told, columns, told["last"])[codes["recovered"]] > 0


def test_nothing_is_fetched_and_names_stay_text() -> None:
    hostile = "</script><script>alert(1)</script>"
    page = replay(fake_run.lost_city(200, hostile_name=hostile), fake_run.world())
    assert hostile not in page
    assert "default-src 'none'" in page
    assert not re.search(r"https?://", page)
    assert len(re.findall(r"<script", page)) == 4
    quiet = replay(fake_run.nothing_happened(), None)
    assert '"events":0' in quiet.replace(" ", "")


def test_a_run_in_memory_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="in memory"):
        write_replay(fake_run.measles())
    assert write_replay(fake_run.measles(), folder=tmp_path).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_command_writes_it_too(run: hyosan.Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.path is not None
    assert main(["report", str(run.path), "--replay"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [str(run.path / name) for name in ("report.html", "report.json", "replay.html")]
    assert (run.path / "replay.html").stat().st_size < 5e6
    first = (run.path / "replay.html").read_bytes()
    write_replay(run, world_of(run))
    assert (run.path / "replay.html").read_bytes() == first


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_browser_shows_these_numbers(run: hyosan.Run, tmp_path: Path) -> None:
    told, data = content(run, world_of(run))
    tick = told["busy"] * 2 // 3
    page = write_replay(run, world_of(run), tmp_path)
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000"]
    done = subprocess.run([CHROMIUM, *options, "--dump-dom", f"{page.as_uri()}#t={tick}"], capture_output=True, text=True, timeout=60, check=True)
    shown = [int(text.replace(",", "")) for text in re.findall(r'<tr id="look-\d+".*?class="number">([\d,]+)</td>', done.stdout, re.DOTALL)]
    assert shown == counted(told, unpacked(told, data), tick)
    second = told["start"] + tick * told["tick"]
    assert f'id="when">day {second // 86_400 + 1} {second % 86_400 // 3600:02d}:{second % 3600 // 60:02d}' in done.stdout
    assert re.search(r'<p id="wrong"[^>]*hidden', done.stdout)
