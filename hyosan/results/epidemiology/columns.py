"""Every column of every epidemiological table: type, unit, meaning. One declaration; schemas, docs and files come from here.

Unlike the tables of a run, these have nulls: what is not known, or has not come about by the end of the run, is null.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from hyosan.tables import Column

SINCE = "s since start"
"""Unit of moments: seconds since the start of the run. Exports turn them into days since the start, or dates."""
DAY = "day"
"""Unit of calendar days of the run: 1 = the day on which it starts, from midnight to midnight. Exports can turn them into dates."""
_text, _whole, _moment, _number, _yes = pa.string(), pa.int64(), pa.int64(), pa.float64(), pa.bool_()

_ID = Column("id", _text, "", "the case: the person's id; `17_2` is the second infection of person 17")
_STEP = (
    Column("date_start", _moment, SINCE, "start of the window"),
    Column("date_end", _moment, SINCE, "end of the window"),
)
TABLES: dict[str, tuple[Column, ...]] = {
    "line-list-true": (
        _ID,
        Column("case_type", _text, "", "`confirmed`: this list is the truth"),
        Column("age", _whole, "years", "age; null = not in the table of people"),
        Column("date_infection", _moment, SINCE, "when infected"),
        Column("date_onset", _moment, SINCE, "when first in a state that counts as ill, half-turned or turned; null = never so far"),
        Column("date_reporting", _moment, SINCE, "when the authorities first learnt of the case; null = never so far"),
        Column("outcome", _text, "", "`died`, `recovered`, `turned`, `half_turned`; null = the course was not over"),
        Column("date_outcome", _moment, SINCE, "when the outcome came about"),
        Column("place", _whole, "", "id of the place of infection"),
        Column("zone", _text, "", "zone of the place of infection"),
    ),
    "line-list-reported": (
        _ID,
        Column("case_type", _text, "", "`confirmed`: noticed as infected; `suspected`: noticed as dead only"),
        Column("age", _whole, "years", "age; null = not in the table of people"),
        Column("date_infection", _moment, SINCE, "always null: the log does not hold what was told to the authorities about it"),
        Column("date_onset", _moment, SINCE, "always null: the log does not hold what was told to the authorities about it"),
        Column("date_reporting", _moment, SINCE, "when the authorities first learnt of the case"),
        Column("outcome", _text, "", "`died` or `recovered` as noticed, right or not; null = nothing known"),
        Column("date_outcome", _moment, SINCE, "when the outcome was noticed"),
        Column("place", _whole, "", "id of the place where the person was noticed first"),
        Column("zone", _text, "", "zone of that place"),
    ),
    "transmissions": (
        Column("infector", _text, "", "case id of who infected; null = a seed"),
        Column("infected", _text, "", "case id of who was infected"),
        Column("date_infector", _moment, SINCE, "when the infector was infected; null = a seed"),
        Column("date_infection", _moment, SINCE, "when this infection happened"),
        Column("generation_interval", _number, "days", "from the infector's infection to this one; null = a seed"),
        Column("generation", _whole, "", "infections between this one and its seed; 0 = a seed"),
        Column("setting", _text, "", "kind of the place of infection"),
        Column("place", _whole, "", "id of that place"),
        Column("zone", _text, "", "zone of that place"),
        Column("route", _text, "", "route of transmission; null = a seed"),
        Column("strain", _whole, "", "strain: its number in the scenario, from 0"),
        Column("infector_state", _text, "", "state of the infector at that moment; null = a seed"),
        Column("infector_age", _whole, "years", "age of the infector"),
        Column("infected_age", _whole, "years", "age of the infected"),
    ),
    "contacts": (
        Column("from", _text, "", "case id of who infected"),
        Column("to", _text, "", "case id of who was infected"),
        Column("date", _moment, SINCE, "when"),
        Column("setting", _text, "", "kind of the place"),
        Column("was_case", _yes, "", "whether the contact became a case: always true, as only contacts that infected are in the log"),
    ),
    "intervals": (
        Column("infector", _text, "", "case id of who infected"),
        Column("infected", _text, "", "case id of who was infected"),
        Column("date_infection", _moment, SINCE, "when the infected was infected"),
        Column("generation_interval", _number, "days", "from infection to infection"),
        Column("serial_interval", _number, "days", "from onset to onset; negative = the infected fell ill first; null = one has no onset"),
        Column("incubation_period", _number, "days", "from infection to onset of the infected; null = no onset so far"),
    ),
    "offspring": (
        Column("offspring", _whole, "", "infections caused by one case"),
        Column("cases", _whole, "people", "cases that caused so many"),
        Column("cases_over", _whole, "people", "those of them whose course was over at the end of the run"),
    ),
    "dispersion": (
        Column("cases", _text, "", "`all`, or `over`: only those whose course was over at the end of the run"),
        Column("count", _whole, "people", "number of these cases"),
        Column("mean", _number, "", "mean offspring"),
        Column("variance", _number, "", "variance of offspring (n - 1)"),
        Column("k_likelihood", _number, "", "negative binomial dispersion by maximum likelihood; null = no overdispersion"),
        Column("k_moments", _number, "", "the same by moments, mean^2 / (variance - mean); null = no overdispersion"),
        Column("nobody_share", _number, "", "share that infected nobody"),
    ),
    "reproduction-case": (
        Column("day", _whole, DAY, "day on which the infectors were infected"),
        Column("infectors", _whole, "people", "infections on that day, seeds included"),
        Column("offspring", _whole, "people", "infections caused by them so far"),
        Column("reproduction_number", _number, "", "offspring per infector: the case (cohort) reproduction number"),
        Column("open", _whole, "people", "infectors whose course was not over at the end: with any, the number is a lower bound"),
    ),
    "reproduction-instantaneous": (
        *_STEP,
        Column("infections", _whole, "people", "infections by others in the window"),
        Column("pressure", _number, "people", "earlier infections weighted by the generation interval, summed over the window"),
        Column("mean", _number, "", "posterior mean of the instantaneous reproduction number; null = pressure below 1"),
        Column("sd", _number, "", "its standard deviation"),
        Column("q025", _number, "", "its 2.5 % quantile"),
        Column("median", _number, "", "its median"),
        Column("q975", _number, "", "its 97.5 % quantile"),
    ),
    "attack-by-age": (
        Column("ages", _text, "years", "age band; `all`; `unknown` = not in the table of people"),
        Column("population", _whole, "people", "residents of that age; null = not known without the run's world"),
        Column("infected", _whole, "people", "people infected at least once"),
        Column("infections", _whole, "people", "infections, a person's second included"),
        Column("attack_rate", _number, "", "infected / population"),
    ),
    "attack-by-setting": (
        Column("setting", _text, "", "kind of the place of infection; `all`"),
        Column("infections", _whole, "people", "infections by another person, seeds not counted"),
        Column("share", _number, "", "share of all these"),
        Column("attack_rate", _number, "", "infections / all residents, wherever they spend their time"),
    ),
    "growth": (
        Column("date_start", _moment, SINCE, "first infection by another"),
        Column("date_end", _moment, SINCE, "the infection by which 15 % of all have happened, or the tenth"),
        Column("infections", _whole, "people", "infections by others from the one to the other"),
        Column("growth_rate", _number, "per day", "exponential growth rate by maximum likelihood; null = too few infections"),
        Column("low", _number, "per day", "lower end of its 95 % interval (Wald)"),
        Column("high", _number, "per day", "upper end of it"),
        Column("doubling_time", _number, "days", "ln 2 / growth rate; negative = time to halve"),
    ),
}  # fmt: skip
"""Columns of each table, in order."""


def schema(table: str) -> pa.Schema:
    """The Arrow schema of a table, unit and meaning in each field's metadata."""
    return pa.schema([pa.field(c.name, c.type, metadata={"unit": c.unit, "meaning": c.meaning}) for c in TABLES[table]])


def make(table: str, **columns: Any) -> Any:
    """A table (`pyarrow.Table`) of its declared columns. `from_` stands for the column `from`; NaN becomes null."""
    given = {name.rstrip("_"): values for name, values in columns.items()}
    assert set(given) == {column.name for column in TABLES[table]}, set(given) ^ {column.name for column in TABLES[table]}
    fields = schema(table)
    return pa.table([pa.array(given[field.name], field.type, from_pandas=True) for field in fields], schema=fields)


def known(values: Any) -> Any:
    """Whole numbers as an Arrow array in which -1, hyosan's mark of "none", is null."""
    numbers = np.asarray(values, dtype=np.int64)
    return pa.array(numbers, pa.int64(), mask=numbers == -1)
