"""Whatever is wrong with a scenario file is told as a ScenarioError at the right place, fast, and never as another exception."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hyosan
from hyosan.errors import ScenarioError
from hyosan.scenario.files import LIBRARY
from hyosan.scenario.load import load
from hyosan.scenario.positions import MAX_ERRORS

BASE = """\
name: small
time:
  tick: 1 h
  end: 10 days
city:
  rooms:
    places:
      hall: {people: 10}
      yard: {kind: outside}
    ways:
      - {between: [hall, yard], takes: 10 s}
pathogen:
  name: p
  infected: exposed
  states:
    susceptible: {counts_as: susceptible}
    exposed: {counts_as: symptomless}
    turned: {counts_as: turned, infectious: {bite: 1}}
    half: {counts_as: half_turned}
    dead: {counts_as: dead}
  transitions:
    - {from: exposed, to: turned, share: {by_host: {odd: 0.1}, otherwise: 0.9}, after: 5 min}
    - {from: exposed, to: half, share: {by_host: {odd: 0.9}, otherwise: 0.1}, after: 5 min}
  routes:
    bite:
      fights:
        - {bite: 6 per h, kills_per_bite: 0.1}
        - {fighter: soldiers, against: turned, bite: 1 per h, kills_per_bite: 9}
  hosts:
    plain: {share: 0.9}
    odd: {share: 0.1}
behaviour:
  walk: 1.3 m/s
  fighters:
    soldiers: {roles: [soldier]}
seeds:
  first: {count: 1, at: 1 h, place: hall}
noises:
  bell: {place: yard, at: 2 h, lasts: 1 min, loudness: 80 dB}
orders:
  cordon:
    do: cordon
    when: reported.turned >= 3
    delay: 3 h
"""

# (what is written instead of what, `@` marking the place that must be named; the field path; words of the message)
WRONG: list[tuple[str, str, str, tuple[str, ...]]] = [
    ("name: small", "name: @Small Town", "name", ("'Small Town'", "small letters")),
    ("name: small", "name: @3", "name", ("must be text, not 3", "quotes")),
    ("name: small\n", "@", "name", ("is missing",)),
    ("name: small", "name: small\n@titel: x", "titel", ("unknown field", "did you mean `title`?")),
    ("name: small", "name: small\n@name: other", "", ("`name` is given twice", "line 1", "remove")),
    ("name: small", "name: small\nstatus: @real", "status", ("fiction", "calibrated to")),
    ("tick: 1 h", "tick: @1", "time.tick", ("1 has no unit", '"3 h"')),
    ("tick: 1 h", "tick: @1 hr", "time.tick", ("unit 'hr'", "hours")),
    ("tick: 1 h", "tick: @-1 h", "time.tick", ("negative",)),
    ("tick: 1 h", "tick: @11 min", "time.tick", ("does not divide a week",)),
    ("tick: 1 h", "tick: @90.5 s", "time.tick", ("not a whole number of seconds",)),
    ("tick: 1 h", "tick: @2 weeks", "time.tick", ("at most 7 days",)),
    ("tick: 1 h", "tick: @true", "time.tick", ("True is not a duration",)),
    ("tick: 1 h", "tick: @21:30", "time.tick", ("unit ':30'",)),
    ("tick: 1 h", "tick: @{lognormal: {mean: 1 h, sd: 1 h}}", "time.tick", ("is not a duration",)),
    ("end: 10 days", "end: @30 min", "time.end", ("before its first tick",)),
    ("end: 10 days", "end: 10 days\n  start: @day 1 25:00", "time.start", ("hours 0-23",)),
    ("end: 10 days", "end: 10 days\n  start: @day 2 08:00", "time.start", ("day 1 08:00",)),
    ("end: 10 days", "end: 10 days\n  weekday: @mondey", "time.weekday", ("did you mean `monday`?",)),
    ("end: 10 days", "end: @1e12", "time.end", ("has no unit",)),
    ("  rooms:", "  @lattice: {rows: 3, columns: 3}\n  rooms:", "city", ("exactly one ground", "lattice, rooms")),
    ("hall: {people: 10}", "hall: {people: @ten}", "city.rooms.places.hall.people", ("whole number", "'ten'")),
    ("hall: {people: 10}", "hall: {people: @1.5}", "city.rooms.places.hall.people", ("whole number",)),
    ("hall: {people: 10}", "hall: {people: @-1}", "city.rooms.places.hall.people", ("at least 0",)),
    ("hall: {people: 10}", "hall: {people: @true}", "city.rooms.places.hall.people", ("must not be true",)),
    ("hall: {people: 10}", "hall: {people: @null}", "city.rooms.places.hall.people", ("has no value",)),
    ("hall: {people: 10}", "hall: @10", "city.rooms.places.hall", ("must be a mapping", "10")),
    ("[hall, yard]", "[hall, @yrad]", "city.rooms.ways.0.between.1", ("did you mean `yard`?",)),
    ("[hall, yard]", "@[hall]", "city.rooms.ways.0.between.1", ("missing",)),
    ("[hall, yard], takes", "[hall, yard], @taeks", "city.rooms.ways.0.taeks", ("did you mean `takes`?",)),
    ("infected: exposed", "infected: @exposd", "pathogen.infected", ("not a state", "did you mean `exposed`?")),
    ("infected: exposed", "infected: exposed\n  susceptible: @nobody", "pathogen.susceptible", ("not a state",)),
    ("infected: exposed", "infected: exposed\n  killed: @gone", "pathogen.killed", ("not a state", "killed")),
    ("infected: exposed", "infected: exposed\n  killed: half", "pathogen.states.half.counts_as", ("must be `dead`",)),
    ("counts_as: half_turned", "counts_as: @half-turned", "pathogen.states.half.counts_as", ("did you mean `half_turned`?",)),
    ("    half: {counts_as", "    @2half: {counts_as", "pathogen.states.2half", ("begin with a letter",)),
    ("infectious: {bite: 1}", "infectious: {bite: 1, contact: @2}", "pathogen.states.turned.infectious.contact", ("no route",)),
    ("infectious: {bite: 1}", "infectious: @{bit: 1}", "pathogen.states.turned.infectious", ("'bit' is not a route",)),
    ("infectious: {bite: 1}", "infectious: @{droplet: 1}", "pathogen.states.turned.infectious", ("does not exist yet",)),
    ("to: half,", "to: @hlaf,", "pathogen.transitions.1.to", ("did you mean `half`?",)),
    ("to: half,", "to: @exposed,", "pathogen.transitions.1.to", ("to itself",)),
    ("{odd: 0.9}, otherwise", "{od: @0.9}, otherwise", "pathogen.transitions.1.share.by_host.od", ("did you mean `odd`?",)),
    ("{odd: 0.1}, otherwise: 0.9", "{odd: 0.1}, otherwise: 0.8", "pathogen.transitions.0.share", ("0.9 for host type `plain`",)),
    ("{odd: 0.1}, otherwise", "{odd: @1.1}, otherwise", "pathogen.transitions.0.share.by_host.odd", ("between 0 and 1",)),
    ("{bite: 6 per h, kills", "{bite: @6 h, kills", "pathogen.routes.bite.fights.0.bite", ("not one of a rate",)),
    ("{bite: 6 per h, kills", "@{kills", "pathogen.routes.bite.fights.0.bite", ("is missing",)),
    ("fighter: soldiers", "fighter: @soldier", "pathogen.routes.bite.fights.1.fighter", ("did you mean `soldiers`?",)),
    ("against: turned", "against: @turnd", "pathogen.routes.bite.fights.1.against", ("did you mean `turned`?",)),
    ("plain: {share: 0.9}", "plain: {share: 0.8}", "pathogen.hosts", ("add up to 0.9",)),
    ("walk: 1.3 m/s", "walk: @1.3", "behaviour.walk", ("has no unit", "m/s")),
    ("walk: 1.3 m/s", "dependants: @{carer_age: 6, up_to_age: 6}", "behaviour.dependants", ("carer_age: 6", "not above up_to_age")),
    ("walk: 1.3 m/s", "sees: {@fly: 1}", "behaviour.sees.fly", ("unknown name", "flee_home")),
    ("first: {count: 1, at: 1 h", "first: {count: 1, at: @+11 days", "seeds.first.at", ("after the end of the run",)),
    ("first: {count: 1, at: 1 h", "first: {count: 1, at: @1", "seeds.first.at", ("text",)),
    ("first: {count: 1, at: 1 h", "first: {count: 1, at: @'21:30'", "seeds.first.at", ("on which day",)),
    ("first: {count: 1", "first: @{share: 0.1, count: 1", "seeds.first", ("exactly one of `count`, `share`",)),
    ("first: {count: 1", "first: {count: @11", "seeds.first.count", ("only 10",)),
    ("first: {count: 1", "first: {count: 1, state: @turn", "seeds.first.state", ("did you mean `turned`?",)),
    ("first: {count: 1", "first: {count: 1, role: @pupil", "seeds.first.role", ("resident",)),
    ("first: {count: 1", "first: {count: 1, ages: @young", "seeds.first.ages", ("15-18",)),
    ("bell: {place: yard", "bell: {place: @yrd", "noises.bell.place", ("did you mean `yard`?",)),
    ("    do: cordon\n", "    do: @cordn\n", "orders.cordon.do", ("did you mean `cordon`?",)),
    ("    do: cordon\n    when", "    @when", "orders.cordon.do", ("is missing", "martial_law")),
    ("    delay: 3 h", "    @dely: 3 h", "orders.cordon.dely", ("did you mean `delay`?",)),
    ("    delay: 3 h", "    leak: @1.2", "orders.cordon.leak", ("between 0 and 1",)),
    ("when: reported.turned >= 3", "when: @reported.tuned >= 3", "orders.cordon.when", ("did you mean `reported.turned`?",)),
    ("when: reported.turned >= 3", "when: @reported.turned = 3", "orders.cordon.when", ("write `==`",)),
    ("when: reported.turned >= 3", "until: @reported.turned", "orders.cordon.until", ("compare it",)),
    ("when: reported.turned >= 3", "repeat: {every: @1 min, as_long_as: always, times: 2}", "orders.cordon.repeat.every", ("tick",)),
    ("delay: 3 h", "delay: {uncertain: @{unifrm: {low: 1 h, high: 2 h}}}", "orders.cordon.delay.uncertain", ("did you mean `uniform`?",)),
    ("delay: 3 h", "delay: {uncertain: {uniform: {low: 1 h, @hi: 2 h}}}", "orders.cordon.delay.uncertain.uniform.hi", ("high",)),
    ("delay: 3 h", "delay: {uncertain: {uniform: @{low: 3 h, high: 2 h}}}", "orders.cordon.delay.uncertain.uniform", ("below",)),
    ("after: 5 min}\n  routes", "after: @{gamma: {mean: 1 h, sd: 1 h}}}\n  routes", "pathogen.transitions.1.after", ("varies", "uncertain")),
]  # fmt: skip


def error_of(text: str | bytes, tmp_path: Path) -> str:
    path = tmp_path / "bad.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    started = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert time.process_time() - started < 1.0
    return str(caught.value).replace(str(path), "bad.yaml")


def test_the_file_that_the_wrong_ones_are_made_from_is_right(tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(BASE)
    assert load(path).orders["cordon"].delay == 3 * 3600


@pytest.mark.parametrize(("old", "new", "field", "words"), WRONG, ids=[f"{case[2] or 'top'}-{n}" for n, case in enumerate(WRONG)])
def test_each_fault_is_told_once_with_place_field_and_remedy(old: str, new: str, field: str, words: tuple[str, ...], tmp_path: Path) -> None:
    assert BASE.count(old) == 1
    marked = BASE.replace(old, new)
    text = marked.replace("@", "")
    message = error_of(text, tmp_path)
    assert "\n" not in message
    if "@" in marked:
        before = marked[: marked.index("@")]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        assert message.startswith(f"bad.yaml:{line}:{column}: "), message
    assert field in message
    assert f": {field}: " in message or not field
    for word in words:
        assert word in message, message
    for jargon in ("Value error", "Input should", "pydantic", "union", "tagged-union"):
        assert jargon not in message


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    message = error_of(BASE.replace("tick: 1 h", "tick: 1").replace("delay: 3 h", "dely: 3 h").replace("people: 10", "people: x"), tmp_path)
    assert len(message.splitlines()) == 3


def test_at_most_twenty_faults_are_told(tmp_path: Path) -> None:
    many = "".join(f"  place{n}: {{count: x}}\n" for n in range(50))
    lines = error_of(BASE.replace("seeds:\n", "seeds:\n" + many), tmp_path).splitlines()
    assert len(lines) == MAX_ERRORS + 1
    assert lines[-1] == "... and 30 more"


TRAPS: list[tuple[str, str | bytes, tuple[str, ...]]] = [
    ("empty", "", ("the file is empty",)),
    ("only a comment", "# nothing\n", ("the file is empty",)),
    ("null", "null", ("the file is empty",)),
    ("a list", "- a\n- b\n", ("bad.yaml:1:1", "must be a mapping", "a list")),
    ("text", "hello", ("must be a mapping", "'hello'")),
    ("two documents", BASE + "---\na: 1\n", ("second document",)),
    ("YAML 1.1", "%YAML 1.1\n---\n" + BASE, ("only YAML 1.2",)),
    ("not closed", "a: [1, 2", ("not valid YAML", "bad.yaml:1:")),
    ("bad indentation", "a:\n  b: 1\n c: 2\n", ("not valid YAML", "bad.yaml:3:")),
    ("tab", "a:\n\tb: 1\n", ("not valid YAML",)),
    ("binary", "name: !!binary aGk=\n", ("bad.yaml:1:7", "name", "tag", "not allowed")),
    ("python object", "name: !!python/object/apply:os.system [ls]\n", ("tag", "not allowed")),
    ("local tag", "name: !mine x\n", ("tag `!mine` is not allowed",)),
    ("set", "name: !!set {a, b}\n", ("tag", "not allowed")),
    ("nan", BASE.replace("1.3 m/s", ".nan"), ("bad.yaml:33:9", "behaviour.walk", "not a finite number")),
    ("infinity", BASE.replace("1.3 m/s", "-.inf"), ("not a finite number",)),
    ("1e999", BASE.replace("1.3 m/s", "1e999"), ("not a finite number",)),
    ("nan as text", BASE.replace("kills_per_bite: 0.1", "kills_per_bite: 'nan'"), ("finite number",)),
    ("1e999 with a unit", BASE.replace("1.3 m/s", "1e999 m/s"), ("not a finite number",)),
    ("5,000 digits", BASE.replace("1.3 m/s", "1" * 5000), ("5000 characters",)),
    ("5,000 digits in quotes", BASE.replace("people: 10", f"people: '{'1' * 5000}'"), ("whole number",)),
    ("5,000 digits with a unit", BASE.replace("1.3 m/s", "1" * 5000 + " m/s"), ("behaviour.walk", "not a speed")),
    ("hexadecimal digits", BASE.replace("people: 10", f"people: 0x{'f' * 5000}"), ("characters",)),
    ("lone surrogate", 'name: "\\ud800"\n', ("lone surrogate",)),
    ("lone surrogate in a key", '"\\udc00": 1\n', ("lone surrogate",)),
    ("surrogate as bytes", b"name: \xed\xa0\x80\n", ("bad.yaml:1:7", "not UTF-8")),
    ("invalid UTF-8", b"name: small\ntitle: \xff\xfe\n", ("bad.yaml:2:8", "not UTF-8", "0xff")),
    ("UTF-16", BASE.encode("utf-16"), ("not UTF-8",)),
    ("a zero byte", "name: a\x00b\n", ("bad.yaml:1:8", "U+0000")),
    ("a bell", 'name: "\\a"\n', ("control character",)),
    ("contains itself", "name: small\ncity: &c {city: *c}\n", ("bad.yaml:2:17", "city.city", "cannot contain itself")),
    ("list contains itself", "name: &n [*n]\n", ("cannot contain itself",)),
    ("unknown alias", "name: *nobody\n", ("refers to nothing",)),
    ("alias bomb", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)), ("more than 500000 values",)),
    ("alias ladder", "a: &a [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1 if n else ''}]\n" for n in range(60)), ("deeper than 40",)),
    ("merge key", "base: &b {x: 1}\nname: {<<: *b}\n", ("merge keys", "extends")),
    ("duplicate key deep", BASE.replace("{count: 1, at: 1 h", "{count: 1, count: 2, at: 1 h"), ("seeds", "`count` is given twice")),
    ("key is a list", "? [1, 2]\n: 3\n", ("a key must be plain text",)),
    ("empty key", "'': 3\n", ("a key is empty",)),
    ("deep lists", "a: " + "[" * 100_000, ("nested deeper than 40",)),
    ("deep mappings", "{a: " * 50_000, ("nested deeper than 40",)),
    ("deep blocks", "".join(f"{' ' * n}a:\n" for n in range(500)), ("nested deeper than 40",)),
    ("too large", "# " + "x" * 2_100_000, ("larger than 2 MB",)),
    ("a very long key", "name: small\n" + "x" * 1000 + ": 1\n", ("unknown field",)),
    ("a very long value", BASE.replace("to: half,", f"to: {'half' * 20_000},"), ("pathogen.transitions.1.to", "not a state")),
    ("a very long condition", BASE.replace("reported.turned >= 3", "always and " * 1000 + "always"), ("orders.cordon.when", "at most 500")),
    ("a condition of parentheses", BASE.replace("reported.turned >= 3", "'" + "(" * 400 + "'"), ("at most 120",)),
    ("Norway", BASE.replace("do: cordon", "do: NO"), ("orders.cordon.do", "'NO'")),
    ("instant circle", BASE.replace("  routes:\n", "    - {from: turned, to: exposed, after: 0 s}\n  routes:\n").replace(
        "otherwise: 0.9}, after: 5 min", "otherwise: 0.9}, after: 0 s"), ("in no time",)),
    ("extends itself", "extends: bad.yaml\n", ("bad.yaml:1:10", "extends itself")),
    ("extends upwards", "extends: ../bad.yaml\n", ("leads out of the folder",)),
    ("extends an absolute path", "extends: /etc/passwd.yaml\n", ("absolute path",)),
    ("extends a drive", "extends: 'C:\\x.yaml'\n", ("portable path",)),
    ("extends nothing known", "extends: sier\n", ("did you mean `seir`?",)),
    ("extends a list", "extends: [seir]\n", ("name of a library scenario",)),
    ("extends a missing file", "extends: other.yaml\n", ("no file 'other.yaml'",)),
    ("extends a folder", "extends: ./.\n", ("not a regular file",)),
    ("data file upwards", BASE.replace("  rooms:", "  network: {edges: ../../edges.csv}\n  rooms:"), ("exactly one ground",)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), [case[1:] for case in TRAPS], ids=[case[0] for case in TRAPS])
def test_traps_are_refused_in_one_clear_error(text: str | bytes, words: tuple[str, ...], tmp_path: Path) -> None:
    message = error_of(text, tmp_path)
    assert message.startswith("bad.yaml")
    assert len(message) < 4000
    for word in words:
        assert word in message, message


@pytest.mark.parametrize("name", ["../../edges.csv", "/etc/passwd", "a/../../b.csv", "~/edges.csv", "C:\\edges.csv", "a\\b.csv", "\x7f"])
def test_data_files_out_of_the_folder_are_refused(name: str) -> None:
    scenario = {"extends": "seir", "city": {"well_mixed": None, "network": {"people": 5, "edges": name}}}
    with pytest.raises(ScenarioError, match=r"city\.network\.edges"):
        load(scenario)


def test_links_that_lead_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "base.yaml").write_text(BASE)
    (inside / "link.yaml").symlink_to(outside / "base.yaml")
    (inside / "circle.yaml").symlink_to(inside / "circle.yaml")
    for name, words in (("link.yaml", "leads out"), ("circle.yaml", r"cannot be found|no file")):
        (inside / "scenario.yaml").write_text(f"extends: {name}\n")
        with pytest.raises(ScenarioError, match=words):
            load(inside / "scenario.yaml")


def test_folders_pipes_and_missing_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "here.yaml").write_text(BASE)
    for path, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "pipe.yaml", "not a regular file"),
        (tmp_path / "heer.yaml", "did you mean `here.yaml`"),
    ):
        with pytest.raises(ScenarioError, match=words):
            load(path)


def test_strange_python_values_are_refused() -> None:
    circle: dict[str, object] = {}
    circle["city"] = circle
    for source in (circle, {"name": object()}, {1.5: 2}, {"name": float("nan")}, {"name": 10**5000}, {"name": "\ud800"}, {"a": b"x"}, {}):
        with pytest.raises(ScenarioError, match="<python>"):
            load(source)
    for nothing in (None, 3, [], ""):
        with pytest.raises(ScenarioError):
            load(nothing)  # type: ignore[arg-type]


def test_a_wrong_file_is_told_within_a_second_from_the_start_of_python(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BASE.replace("delay: 3 h", "dely: 3 h"))
    program = "import sys, time; from hyosan.scenario.load import load\ntry: load(sys.argv[1])\nexcept Exception as error: print(error)"
    program += "\nprint(time.process_time())"  # of the processor: waiting for a busy machine is none of it
    command = [sys.executable, "-c", program, str(tmp_path / "bad.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    assert "did you mean `delay`?" in done.stdout
    assert float(done.stdout.split()[-1]) < 1.5


PIECES = [
    ":", "- ", "{", "}", "[", "]", "\n", "  ", "'", '"', "&a ", "*a", "!!int ", "? ", "#", "|\n", ">-\n", "%", "@", "`", "\t", "null", "~",
    "true", ".nan", "1e400", "-1", "0", "9" * 40, "3 h", "50 %", "extends: seir\n", "uncertain: ", "{uniform: {low: 1, high: 2}}", "varies: ",
    "by_age: {0-9: 1}", "do: strike", "\ufeff", "\u2028", "\U0001f9df", "\x85", "day 2 08:00", "21:30", "---\n", "...\n", "<<: *a",
]  # fmt: skip


def told(source: Any, **options: Any) -> str | None:
    """The message of the ScenarioError that `load` raises, None if it raises nothing; any other exception goes through."""
    try:
        load(source, **options)
    except ScenarioError as error:
        return str(error)
    return None


def mutated(text: str, draw: random.Random) -> str:
    """`text` with one to four pieces put in, cut out, doubled, or lines swapped."""
    for _ in range(draw.randint(1, 4)):
        at, end = draw.randrange(len(text) + 1), draw.randrange(len(text) + 1)
        lines = text.splitlines(keepends=True) or [""]
        text = draw.choice([
            lambda text=text, at=at: text[:at] + draw.choice(PIECES) + text[at:],
            lambda text=text, at=at: text[:at] + text[at + draw.randint(1, 12):],
            lambda text=text, at=at, end=end: text[:at] + text[end:end + 60] + text[at:],
            lambda text=text, at=at: text[:at] + chr(draw.choice([*range(32, 127), 0xE9, 0x4E00, 0x1F600])) + text[at + 1:],
            lambda lines=lines: "".join(draw.sample(lines, len(lines)) if len(lines) < 4 else lines[: draw.randrange(len(lines))] + lines[2:]),
        ])()  # fmt: skip
        text = text or "x"
    return text


SOURCES = [BASE, *(path.read_text() for path in sorted(LIBRARY.glob("*.yaml")))]
SOURCES = [text for text in SOURCES if len(text) < 8000]


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SOURCES), st.randoms(use_true_random=False))
def test_no_mutated_file_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, source: str, draw: random.Random) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.yaml"
    path.write_text(mutated(source, draw), encoding="utf-8")
    started = time.process_time()
    message = told(path, seed=draw.randrange(100))
    assert time.process_time() - started < 2
    assert message is None or ".yaml" in message
    assert "Input should" not in (message or "")


@settings(max_examples=150, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["3 h", "seir", "contact", "0.5 per day"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["name", "time", "city", "pathogen", "orders", "do", "uncertain", "uniform", "low", "high", "extends", "states", "x"]), inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_no_python_value_raises_anything_else(value: object) -> None:
    for source in ({"extends": "seir", "city": value}, {"extends": "seir", "pathogen": value}, {"extends": "seir", "orders": value}):
        assert told(source, seed=1) != ""


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_no_override_raises_anything_else(path: str, value: str) -> None:
    for text in (f"{path}={value}", f"orders.{path}={value}", f"pathogen.transitions.{path}={value}", f"time.tick={value}", value):
        assert told("seir", overrides=[text]) != ""


@pytest.mark.parametrize("seed", [-1, 1.5, True, 1 << 63, "x", None])
def test_what_is_no_seed_is_told(seed: Any) -> None:
    with pytest.raises(ScenarioError, match="whole number from 0"):
        hyosan.replicate("szr", seeds=[3, seed])
    if seed is not None:
        with pytest.raises(ScenarioError, match="whole number from 0"):
            hyosan.run("szr", seed=seed)


@pytest.mark.parametrize(("seeds", "said"), [(5, "5 is not a list"), ([], "at least one seed")])
def test_replicate_needs_seeds(seeds: Any, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        hyosan.replicate("szr", seeds=seeds)
