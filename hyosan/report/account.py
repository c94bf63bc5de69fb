"""The account of a run as plain data: the content of `report.json`, in the eight parts of the page. Everything comes from the run folder
and its world.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hyosan.report import survival
from hyosan.report.accountability import deaths, questions, tolls
from hyosan.report.cast import cast
from hyosan.report.claims import judged, summed
from hyosan.report.counts import Facts, Row, begins, clock, gather
from hyosan.report.descent import branches, descent_rows
from hyosan.report.evidence import INFECTIONS, Register, Source
from hyosan.report.explain import say_before, sentences, status_sentence
from hyosan.report.lessons import Lesson, areas, plan, still_open, strengths
from hyosan.report.notable import notable
from hyosan.report.objectives import verdicts
from hyosan.report.observed import comparisons, summary
from hyosan.report.people import Persons
from hyosan.report.planned import planned
from hyosan.report.story import stories
from hyosan.report.tiles import Tile, tiles
from hyosan.report.timeline import injects, timeline
from hyosan.report.turning import turning_points, turning_rows
from hyosan.results.rows import MANIFEST
from hyosan.results.run import Run
from hyosan.tables import TABLES
from hyosan.units import say_duration

if TYPE_CHECKING:
    from hyosan.report.whatifs import Answer
    from hyosan.studies.study import Study

_TABLES = {
    "curve": (Source("events", (INFECTIONS,), ("second",)), Source("orders", (), ("order", "second_effective"))),
    "known": (Source("series", ("zone=all",), ("second", "view", "quantity", "value")),),
    "data": (Source("series", (), ("second", "zone", "view", "quantity", "value")), Source("events", (INFECTIONS,), ("second", "zone"))),
    "timeline": (Source("orders", ()), Source("injects", ())),
    "decisions": (Source("orders", ()), Source("events", (INFECTIONS,), ("second", "person"))),
    "tolls": (Source("events", ("kind=killed",), ("second", "person", "from", "cause")), Source("people", (), ("person", "age"))),
    "zones": (Source("events", ("kind=seeded|infected|killed",), ("second", "kind", "zone")),),
    "spread": (Source("events", (INFECTIONS,), ("second", "kind", "person", "other", "place_kind", "route")),),
    "ages": (Source("people", (), ("age", "ending")),),
    "set_up": (Source(MANIFEST, ("name", "seed", "scenario_hash", "world_hash")),),
    "checks": (Source(MANIFEST, ("self_checks",)),),
}
"""What tables and pictures rest on."""


def account(source: Run | Facts, study: Study | None = None, whatifs: Sequence[Answer] = ()) -> dict[str, Any]:
    """Everything that the report says, as plain data. Takes a run, or what was gathered of one (with its world, if it is known).

    With a `study` of the same scenario the run is also held beside its seeds; with `whatifs`, answers about it (`whatifs.read_answers`), it is told
    what they say. Raises CommandError: the study is of another scenario, an answer is damaged.
    """
    facts = source if isinstance(source, Facts) else gather(source)
    among = _among(facts, study)
    run, manifest = facts.run, facts.run.manifest
    register = Register(run)
    said, big, wanted, claims = sentences(facts), tiles(facts), verdicts(run), judged(run)
    killed = deaths(run, facts.decisions)
    asked = questions(run, facts.decisions, killed, facts.curves)
    points, persons = turning_points(facts), Persons(run, facts.world)
    groups = survival.survival(facts)
    found = areas(facts, wanted, asked)
    shown = notable(facts)
    told = {
        "title": manifest.get("title") or manifest["name"],
        "name": manifest["name"],
        "seed": manifest["seed"],
        "status": manifest["status"],
        "status_sentence": status_sentence(manifest["status"]),
        "sentences": [one.text for one in said],
        "sentence_evidence": [register.cite(one.rests) for one in said],
        "tiles": [_tile(one, among, register) for one in big],
        "beside": among,
        "ending": facts.ending.to_json(),
        "why": run.why,
        "objectives": [{key: value for key, value in row.items() if key != "rests"} | {"evidence": register.cite((row["rests"],))} for row in wanted],
        "claims": [_claim(row, among, register) for row in claims],
        "claims_summed": summed(claims),
        "set_up": _set_up(run),
        "planned": planned(run),
        "injects": injects(run),
        "timeline": sorted(timeline(run, facts.decisions) + turning_rows(facts, points), key=lambda row: row["second"]),
        "turning_points": [
            {"second": one.second, "time": clock(run, one.second), "text": one.text, "evidence": register.cite(one.rests)} for one in points
        ],
        "data": [summary(one) for one in comparisons(run)],
        "data_files": list(manifest.get("data", {}).values()),
        "survival": [{"by": one.by, "rows": one.rows, "evidence": register.cite(one.rests)} for one in groups],
        "survival_sentences": [register.say(one) for one in survival.told(facts, groups)],
        "everybody": facts.world is not None,
        "zones": facts.zones,
        "spread": {key: value for key, value in facts.spread._asdict().items() if key not in ("seconds", "infectors")},
        "infectors": [{"who": persons.say(row["person"]), **row} for row in facts.spread.infectors],
        "descent": descent_rows(facts, branches(facts), persons),
        "cast": cast(persons, register),
        "stories": [{"because": why, **one.to_json()} for (_, why), one in zip(shown, stories(persons, [who for who, _ in shown]), strict=True)],
        "ages": facts.ages,
        "decisions": facts.decisions,
        "tolls": tolls(facts.decisions, killed),
        "strengths": [_lesson(one, register) for one in strengths(facts, wanted)],
        "areas": [_lesson(one, register) for one in found],
        "questions": [{"asks": one.asks, "facts": one.facts, "evidence": register.cite(one.rests)} for one in asked],
        "open": [register.say(one) for one in still_open(facts)],
        "plan": plan(found),
        "self_checks": [dict(check) for check in manifest.get("self_checks", ())],
        "tables": _tables(run),
        "history_hash": run.history_hash,
        "result_hash": run.result_hash,
        "folder": run.path.name if run.path else "",
    }
    told["cites"] = {name: register.cite(rests) for name, rests in _TABLES.items() if told.get(name, True)}
    return told | _whatifs(facts, whatifs) | {"evidence": register.rows(), "changed_files": run.changed_files}


def _among(facts: Facts, study: Study | None) -> Row | None:
    if study is None:
        return None
    from hyosan.report.beside import beside  # reads studies, which most reports do without

    return beside(facts, study)


def _whatifs(facts: Facts, answers: Sequence[Answer]) -> Row:
    if not answers:
        return {}
    from hyosan.report.whatifs import tell_answers  # reads what-ifs, which most reports do without

    return tell_answers(facts, answers)


def _tile(one: Tile, among: Row | None, register: Register) -> Row:
    where = among["where"].get(one.figure) if among else None
    return {"label": one.label, "value": one.value, "note": one.note, "among": where, "evidence": register.cite(one.rests)}


def _claim(row: Row, among: Row | None, register: Register) -> Row:
    said = among["claims"].get(row["claim"], "") if among else ""
    return {key: value for key, value in row.items() if key != "rests"} | {"among": said, "evidence": register.cite(row["rests"])}


def _lesson(one: Lesson, register: Register) -> Row:
    return {"title": one.title, "facts": one.facts, "evidence": register.cite(one.rests)}


def _set_up(run: Run) -> list[tuple[str, str]]:
    manifest = run.manifest
    versions = ", ".join(f"{name} {version}" for name, version in manifest.get("versions", {}).items())
    timings = manifest.get("timings", {})
    return [
        ("Scenario", str(manifest["name"])),
        ("Seed", str(manifest["seed"])),
        ("Starts", f"{clock(run, begins(run))}{', ' + manifest['date'] if manifest.get('date') else ''}"),
        ("Ends", f"{clock(run, manifest['end_second'])} ({say_duration(manifest['end_second'] - begins(run))})"),
        *(
            [("Goes on from", f"{say_before(manifest['follows'])}, result hash {manifest['follows']['result_hash']}")]
            if "follows" in manifest
            else []
        ),
        *([("Forked from", _say_fork(manifest["fork"]))] if manifest.get("fork") else []),
        ("Tick", say_duration(manifest["tick_seconds"])),
        ("Threads", str(manifest.get("threads", "unknown"))),
        ("Took", f"{timings.get('elapsed_seconds', 0):,.1f} s for {timings.get('person_days', 0):,.0f} person-days"),
        ("Machine", str(manifest.get("hardware", "unknown"))),
        ("Versions", versions),
        ("Hash of the scenario", str(manifest.get("scenario_hash", ""))),
        ("Hash of the world", str(manifest.get("world_hash", ""))),
        ("History hash", run.history_hash),
        ("Result hash", run.result_hash),
    ]


def _say_fork(fork: Row) -> str:
    """`s7, day 2 14:00: orders.strike.delay=6 h`."""
    return f"{fork['parent'] or 'a run in memory'}, {fork['clock']}: {'; '.join(fork['changes']) or 'no change'}"


def _tables(run: Run) -> list[Row]:
    meaning = {
        "events": "what happened, to whom, where, by whom",
        "people": "everybody to whom something happened or who has a name, and how it ended for them",
        "series": "counts over time, the truth and what was known",
        "orders": "every order, with what was known when it was decided",
        "injects": "what the controllers of an exercise put in",
    }
    files = run.manifest.get("files", {})
    rows = []
    for name in TABLES:
        file = f"{name}.parquet"
        digest = files.get(file, {}).get("hash", "")
        rows.append({"file": file, "rows": run.table(name).num_rows, "meaning": meaning[name], "hash": digest})
    return rows
