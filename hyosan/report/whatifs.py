"""Answers of `hyosan whatif ... --json` in the report of the run that they are about: sentences for its first page, tables for its decisions.

Each kind of answer has a teller of its own; `TELLERS` names them by what the JSON says its `kind` is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from hyosan.errors import CommandError
from hyosan.report import whatif_moments, whatif_orders
from hyosan.report.counts import Facts, Row
from hyosan.results.run import Run

MOST_BYTES: Final = 64 * 2**20
"""Of an answer's file; larger ones are none."""


class Answer(NamedTuple):
    """An answer about a run: its file, and what it says."""

    file: Path
    data: Row


TELLERS: Final[dict[str, Callable[[Any, Facts], Row]]] = {"orders": whatif_orders.told, "moments": whatif_moments.told}
"""kind -> what gives `sentences` (text and command each) and all else that part 5 tells; it raises ValueError where the answer is damaged."""


def read_answers(run: Run, files: Sequence[Path | str]) -> list[Answer]:
    """The answers in these files. Raises CommandError: a file is not there, holds no answer that a report tells, or one about another run."""
    return [_read(run, Path(file)) for file in files]


def tell_answers(facts: Facts, answers: Sequence[Answer]) -> Row:
    """What a report says of answers: `whatif_sentences` for part 1, `whatif` for part 5. Raises CommandError: an answer is damaged."""
    found = []
    for file, data in answers:
        try:
            found.append({"kind": data["kind"], "file": file.name, **TELLERS[data["kind"]](data, facts)})
        except ValueError as error:
            raise CommandError(f"{file}: damaged: {error}. {_again(facts.run)}") from None
    return {"whatif_sentences": [one for told in found for one in told["sentences"]], "whatif": found}


def _read(run: Run, file: Path) -> Answer:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise ValueError("it is far too big")
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise CommandError(f"{file}: cannot be read: {error.strerror or error}. {_again(run)}") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{file}: is no answer of `hyosan whatif ... --json`: {error}. {_again(run)}") from None
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in TELLERS or not isinstance(data.get("run"), dict):
        raise CommandError(f"{file}: is no answer that a report tells ({', '.join(f'--each {name}' for name in _ASKED.values())}). {_again(run)}")
    about = data["run"]
    if about.get("history_hash") != run.history_hash:
        told = f"{about.get('scenario')!s:.60}, seed {about.get('seed')!s:.30}, history hash {about.get('history_hash')!s:.40}"
        raise CommandError(
            f"{file}: is about another run ({told}), not about this one ({run.manifest['name']}, seed {run.manifest['seed']}, history hash "
            f"{run.history_hash}). {_again(run)}"
        )
    return Answer(file, data)


_ASKED: Final = {"orders": "order", "moments": "moment"}
"""kind -> what `--each` takes."""


def _again(run: Run) -> str:
    where = run.path.as_posix() if run.path is not None else "RUN"
    return f"Ask this run, for example: hyosan whatif {where} --each order --json > orders.json"
