"""People of a run by name: those of the cast, as `people.parquet` names them."""

from __future__ import annotations

import pyarrow.compute as pc

from hyosan.errors import CommandError
from hyosan.results.run import Run
from hyosan.scenario.nearest import did_you_mean


def names_of(run: Run) -> dict[int, str]:
    """Name by person id, of all who have one, by id."""
    people = run.people
    chosen = people.filter(pc.not_equal(people["name"].cast("string"), "")) if people.num_rows else people
    return dict(zip(chosen["person"].to_pylist(), chosen["name"].to_pylist(), strict=True))


def id_of(run: Run, text: str | int) -> int:
    """The id that a text is, or that of the person so named. Raises CommandError: neither an id nor the name of anybody."""
    words = " ".join(str(text).split())
    if words.isascii() and words.isdigit() and len(words) <= 10:
        return int(words)
    names = names_of(run)
    found = [person for person, name in names.items() if name.casefold() == words.casefold()]
    if found:
        return found[0]
    if not names:
        raise CommandError(f"{words[:60]!r} is no id; people of this run have no names and go by their ids, whole numbers, as in people.parquet")
    raise CommandError(f"{words[:60]!r} is neither an id nor a name of this run; {did_you_mean(words, names.values())}")
