"""`hyosan whatif`: what would have been otherwise in a finished run, on the same luck: one answer, and no new folder."""

from __future__ import annotations

from pathlib import Path

from hyosan.cli.options import Files, Json, Threads
from hyosan.cli.telling import as_json_text


def whatif(
    folder: Path,
    /,
    *,
    without: str | None = None,
    order: str | None = None,
    earlier: str | None = None,
    later: str | None = None,
    person: str | None = None,
    bite: str | None = None,
    files: Files = None,
    threads: Threads = None,
    as_json: Json = False,
) -> int:
    """Say what would have been otherwise in a finished run, on the same luck: who would have been spared, and who not. Nothing is written.

    Parameters
    ----------
    folder:
        Folder of a finished run.
    without:
        This order is not given.
    order:
        With `--earlier` or `--later`: this order is decided at another time, whatever is known then.
    earlier:
        So much sooner than it was: `3 h`.
    later:
        So much later.
    person:
        The person with this id is never infected.
    bite:
        The first infection of the person with this id does not happen; `4711/2`: their second.
    as_json:
        Say it as one JSON object.

    """
    from hyosan.counterfactual.ask import whatif

    found = whatif(
        folder, without=without, order=order, earlier=earlier, later=later, person=person, bite=bite, files=files, threads=threads
    )  # fmt: skip
    print(as_json_text(found.to_json()) if as_json else found)
    return 0
