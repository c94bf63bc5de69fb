"""`hyosan whatif`: what would have been otherwise in a finished run, on the same luck: one answer, and no new folder."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Literal

from hyosan.cli.options import Changes, Files, Json, Threads, whole
from hyosan.cli.telling import as_json_text, watched
from hyosan.errors import CommandError

Count = Annotated[int, whole(1)]
Worlds = Annotated[int, whole(2)]


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
    set_: Changes = (),
    each: Literal["person", "order", "moment"] | None = None,
    top: Count = 10,
    most: Count = 1000,
    ending: str | None = None,
    worlds: Worlds = 64,
    every: str | None = None,
    sets: Count | None = None,
    guard: Count | None = None,
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
        The person with this id or name is never infected.
    bite:
        The first infection of the person with this id or name does not happen; `4711/2`: their second.
    set_:
        Numbers of the scenario are others from the start on, as of `hyosan run --set`, in the same city.
    each:
        Ask it of every infected `person`, or of every `order`, alone and with others; `moment`: the chance of the ending as it stood at each
        moment, all later luck drawn anew, and what each order was worth when it was decided.
    top:
        With `--each person`: how many are told.
    most:
        With `--each person`: how many are asked about at most, those with most people below them in the tree.
    ending:
        A kind of ending, such as `dead <= 100`. With `--each order` the smallest sets of orders that turn it are told; `--each moment` needs it.
    worlds:
        With `--each moment`: how often the run goes on from each.
    every:
        With `--each moment`: the time between two, `12 h`; without it there are some twenty.
    sets:
        With `--each order`: take away sets of at most so many orders, 1 each alone, and tell no shares; quicker where there are many.
    guard:
        With `--each order`: say it again with the scenario's uncertain numbers drawn so many times, and tell as a finding only what keeps its sign.
    as_json:
        Say it as one JSON object.

    """
    one = {"--without": without, "--order": order, "--earlier": earlier, "--later": later, "--person": person, "--bite": bite, "--set": set_ or None}
    given = [name for name, value in one.items() if value is not None]
    if each is not None and given:
        raise CommandError(f"--each {each} asks about all of them; it does not go with {' and '.join(given)}")
    if ending is not None and each not in ("order", "moment"):
        raise CommandError("--ending goes with --each order or --each moment")
    if (every is not None or worlds != 64) and each != "moment":
        raise CommandError(f"--{'every' if every is not None else 'worlds'} goes with --each moment")
    for name, value in (("sets", sets), ("guard", guard)):
        if value is not None and each != "order":
            raise CommandError(f"--{name} goes with --each order")
    if each is None and not given:
        raise CommandError(
            "what is to be otherwise? --without ORDER, --order ORDER with --earlier or --later, --person WHO, --bite WHO, --set PATH=VALUE, or --each"
        )
    if each == "person":
        return _each_person(folder, top, most, files, threads, as_json)
    if each == "order":
        return _each_order(folder, ending, sets, guard, files, threads, as_json)
    if each == "moment":
        if ending is None:
            raise CommandError("--each moment asks for the chance of an ending: say which, as --ending 'dead <= 100'")
        return _each_moment(folder, ending, worlds, every, files, threads, as_json)

    from hyosan.cli.progress import shown
    from hyosan.counterfactual.ask import whatif
    from hyosan.results.run import Run

    run = Run.open(folder)
    with watched(shown("quiet" if as_json else "plain", run.manifest["start_clock_seconds"])) as show:
        found = whatif(
            run, without=without, order=order, earlier=earlier, later=later, person=person, bite=bite, overrides=set_, files=files,
            threads=threads, progress=show,
        )  # fmt: skip
    print(as_json_text(found.to_json()) if as_json else found)
    return 0


def _each_person(folder: Path, top: int, most: int, files: Path | None, threads: int | None, as_json: bool) -> int:
    from hyosan.cli.progress import LINE_SECONDS, now_and_then
    from hyosan.counterfactual.people import each_person

    with watched(nullcontext(now_and_then(LINE_SECONDS, _say))) as show:
        found = each_person(folder, most=most, files=files, threads=threads, progress=lambda done, of: show(f"{done:,} of {of:,} people"))
    print(as_json_text(found.to_json()) if as_json else "\n".join(found.lines(top)))
    return 0


def _each_order(folder: Path, ending: str | None, sets: int | None, guard: int | None, files: Path | None, threads: int | None, as_json: bool) -> int:
    from hyosan.cli.progress import LINE_SECONDS, now_and_then
    from hyosan.counterfactual.decisions import each_order

    with watched(nullcontext(now_and_then(LINE_SECONDS, _say))) as show:
        found = each_order(folder, ending=ending, sets=sets, guard=guard, files=files, threads=threads, progress=show)
    print(as_json_text(found.to_json()) if as_json else found)
    return 0


def _each_moment(folder: Path, ending: str, worlds: int, every: str | None, files: Path | None, threads: int | None, as_json: bool) -> int:
    from hyosan.cli.progress import LINE_SECONDS, now_and_then
    from hyosan.counterfactual.chances import each_moment

    with watched(nullcontext(now_and_then(LINE_SECONDS, _say))) as show:
        found = each_moment(
            folder, ending=ending, worlds=worlds, every=every, files=files, threads=threads,
            progress=lambda done, of: show(f"{done:,} of {of:,} worlds"),
        )  # fmt: skip
    print(as_json_text(found.to_json()) if as_json else found)
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
