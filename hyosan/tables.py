"""Every column of every table of a run folder: type, unit, meaning. One declaration; schemas, docs and exports come from here."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa


class Column(NamedTuple):
    """One column: name, Arrow type, unit ("" = none) and what it means."""

    name: str
    type: pa.DataType
    unit: str
    meaning: str


_name = pa.dictionary(pa.int16(), pa.string())

EVENTS = (
    Column("second", pa.int64(), "s", "when, in seconds since the start of the run; rows are in order of their exact times"),
    Column("kind", _name, "", "what happened; see EVENT_KINDS"),
    Column("person", pa.int64(), "", "id of the person it happened to; -1 = nobody"),
    Column("other", pa.int64(), "", "id of the other person (who infected, who killed); -1 = nobody or unknown"),
    Column("place", pa.int64(), "", "id of the place where it happened"),
    Column("place_kind", _name, "", "kind of that place"),
    Column("zone", _name, "", "zone of that place"),
    Column("route", _name, "", "route of transmission, of infections"),
    Column("strain", pa.int16(), "", "strain of the infection: its number in the scenario, from 0"),
    Column("from", _name, "", "state before, of changes of state; place kind left, of moves"),
    Column("to", _name, "", "state after; place kind reached, of moves"),
    Column("cause", _name, "", "why: name of the order, seed or noise, or the option chosen"),
)
EVENT_KINDS = {
    "seeded": "a person is infected by the scenario itself",
    "infected": "a person is infected by another",
    "progressed": "a person's state changes in the course of the infection",
    "killed": "a person dies in a fight, a strike or a sweep, by another's hand, or left alone",
    "chose": "a person who noticed danger chooses what to do (cause = the option; other = whom they put out or kill)",
    "moved": "an infected person, until they recover, gets into another zone",
    "left_building": "such a person leaves a building for the street",
    "left_city": "a person gets out of the city",
    "door_broken": "a door is broken (person = -1)",
    "door_shut": "a door is shut behind one who leaves",
    "called": "a person calls for rescue",
    "rescued": "a team reaches a person who called",
    "quarantined": "a person arrives in the quarantine",
    "captured": "one of the turned is captured",
    "released": "a person is released from the quarantine",
    "noticed": "the authorities learn of a person's state",
    "vaccinated": "a person gets a dose of a vaccine",
    "confined": "a case or contact begins to keep at home, or apart, by order",
    "tested": "a person is tested",
    "treated": "a case is treated",
    "evacuated": "vehicles fetch a person from where they live or hide",
    "slipped_out": "a person gets out of the quarantine, for a while or for good",
    "crossed_in": "a person who had left the city crosses the cordon inward",
    "arrived_beyond": "an infected person arrives beyond the city (cause = where)",
    "began_beyond": "an outbreak begins there, from such a person (cause = where)",
}
LEFT_ALONE = "left alone"
"""The cause of deaths of people who cannot live without somebody who looks after them."""
LINE_LIST = "line list"
"""The cause of infections that a line list tells of."""
PEOPLE = (
    Column("person", pa.int64(), "", "id"),
    Column("age", pa.int16(), "years", "age"),
    Column("role", _name, "", "role in the city"),
    Column("host", _name, "", "host type: fixed at birth, or by the last infection where the scenario says so"),
    Column("home", pa.int64(), "", "id of the home"),
    Column("home_zone", _name, "", "zone of the home"),
    Column("state", _name, "", "state at the end"),
    Column("ending", _name, "", "class of the ending, see ENDING_CLASSES"),
    Column("place", pa.int64(), "", "id of the place at the end"),
    Column("infected_second", pa.int64(), "s", "when infected; -1 = never"),
    Column("infector", pa.int64(), "", "id of who infected them; -1 = nobody or a seed"),
    Column("died_second", pa.int64(), "s", "when killed or dead; -1 = alive"),
    Column("name", _name, "", "name, of the cast of the scenario; empty for others"),
)
SERIES = (
    Column("second", pa.int64(), "s", "end of the interval"),
    Column("zone", _name, "", "zone; `all` = the whole city"),
    Column("view", _name, "", "`truth` or `known` (to the authorities)"),
    Column("quantity", _name, "", "what is counted"),
    Column("value", pa.int64(), "people or as named", "the count"),
)
ORDERS = (
    Column("order", _name, "", "name of the order in the scenario"),
    Column("number", pa.int32(), "", "how many times it had been given, this one included"),
    Column("authority", _name, "", "who gave it"),
    Column("measure", _name, "", "what was ordered"),
    Column("second_decided", pa.int64(), "s", "when it was decided"),
    Column("second_effective", pa.int64(), "s", "when it took effect; -1 = never"),
    Column("second_ended", pa.int64(), "s", "when it ended; -1 = in force at the end"),
    Column("knowledge", pa.string(), "", "what was known when it was decided, as JSON"),
    Column("used", pa.string(), "", "means used, as JSON"),
    Column("reached", pa.int64(), "people", "people (or for barricades ways) it touched"),
    Column("ended_because", pa.string(), "", "why it ended"),
)
INJECTS = (
    Column("inject", _name, "", "name of the inject in the scenario"),
    Column("number", pa.int32(), "", "its number in the order of being carried out, from 1"),
    Column("kind", _name, "", "what kind of inject"),
    Column("second", pa.int64(), "s", "when it was carried out: at the start of the first tick that begins at its moment or later"),
    Column("second_ended", pa.int64(), "s", "when what lasts for a while ended; -1 = over at once, for good, or not over"),
    Column("what", pa.string(), "", "what it does, in words"),
    Column(
        "reached", pa.int64(), "people or as named", "people reported or infected, reports lost, means lost or given, ways blocked, orders held up"
    ),
    Column("from", pa.string(), "", "in whose name it came"),
    Column("to", pa.string(), "", "to whom it went"),
    Column("means", pa.string(), "", "by what means it came"),
    Column("text", pa.string(), "", "what the players were told"),
    Column("expected", pa.string(), "", "what they were expected to do"),
    Column("action", pa.string(), "", "what it does, as in a list of events (MSEL)"),
    Column("notes", pa.string(), "", "what else was kept beside it, as JSON"),
)
TABLES = {"events": EVENTS, "people": PEOPLE, "series": SERIES, "orders": ORDERS, "injects": INJECTS}
ENDING_CLASSES = (
    "alive_human", "alive_symptomless", "alive_half_turned", "killed_in_strikes", "killed_otherwise", "turned_at_large",
    "held_infected", "missing",
)  # fmt: skip
"""Every resident is in exactly one of these at the end."""


def schema(table: str) -> pa.Schema:
    """The Arrow schema of a table, unit and meaning in each field's metadata."""
    return pa.schema([pa.field(c.name, c.type, nullable=False, metadata={"unit": c.unit, "meaning": c.meaning}) for c in TABLES[table]])
