"""`hyosan.whatif`: one question about a finished run, one answer, nothing is written."""

from __future__ import annotations

from pathlib import Path

from hyosan.counterfactual.answer import WhatIf
from hyosan.counterfactual.asked import Asked, Decided, Spared, command, decided, never_infected, not_bitten, person_of
from hyosan.counterfactual.history import Futures, History
from hyosan.counterfactual.outcome import outcome_of
from hyosan.counterfactual.touching import Touch
from hyosan.errors import CommandError
from hyosan.forking import changed_course
from hyosan.policy_record import Given
from hyosan.results.run import Run
from hyosan.results.tree import descendants
from hyosan.units import say_clock


def whatif(
    source: Run | Path | str,
    *,
    without: str | None = None,
    order: str | None = None,
    earlier: str | None = None,
    later: str | None = None,
    person: int | str | None = None,
    bite: int | str | None = None,
    policies: Given = None,
    files: Path | str | None = None,
    threads: int | None = None,
) -> WhatIf:
    """What would have been otherwise in a finished run, on the same luck.

    Main arguments, one question: `without`, an order that is not given; `order` with `earlier` or `later` ("3 h"), one whose first giving is
    decided so much sooner or later, whatever is known then; `person`, an id: that person is never infected; `bite`, a person's id: their first
    infection does not happen (`"4711/2"`: their second), and they go on with a fresh threshold.
    Other arguments: `policies` of a run that had some; `files` and `threads` as of `hyosan.fork`.

    Raises CommandError: no such order or person, no question or two. RunFolderError, ScenarioError, PolicyError as `hyosan.fork`.
    """
    run = source if isinstance(source, Run) else Run.open(source)
    given = {"without": without, "order": order, "person": person, "bite": bite}
    names = [name for name, value in given.items() if value is not None]
    if len(names) != 1:
        raise CommandError(f"what if what? Give one of {', '.join(given)}" + (f", not {' and '.join(names)}" if names else ""))
    if (order is not None) != (earlier is not None or later is not None) or (earlier is not None and later is not None):
        raise CommandError("`order` goes with `earlier` or with `later`, and these with it: order='cordon', earlier='3 h'")
    history = History(run, files=files, policies=policies, threads=threads)
    if person is not None:
        who = person_of(run, person, frozenset(history.ids))
        return answer(history, never_infected(run, who), f"person {who} had never been infected", f"--person {who}")
    if bite is not None:
        return answer(history, not_bitten(run, bite))
    name = str(without if without is not None else order)
    asked = decided(run, name, tuple(history.stages[-1].scenario.orders), earlier, later)
    return answer(
        history, asked, f"the order `{name}` had not been given" if without else f"the order `{name}` had come otherwise", f"--without {name}"
    )


def answer(history: History, asked: Asked | None, question: str = "", option: str = "") -> WhatIf:
    """The answer to a question; None = what it asks about never happened, which `question` and `option` say."""
    run, here = history.run, outcome_of(history.run)
    clock = run.manifest["start_clock_seconds"]
    if asked is None:
        return WhatIf(question, command(run, None, option), "nothing", "it did not happen in this run", here, here, None, clock)
    found = by_fork(history, asked)
    below = person = None
    if isinstance(asked, Spared):
        person, below = asked.person, len(descendants(run, asked.person, asked.second if asked.number is not None else None))
    since = asked.since if isinstance(asked, Decided) else asked.second
    start = history.before(since // history.length)
    from_ = "the start" if start is None else f"the checkpoint of {say_clock(start.checkpoint.tick * history.length, clock)}"
    why = f"run on in memory from {from_}"
    return WhatIf(asked.said(), command(run, asked), "fork", why, here, found.outcome, found.difference, clock, below, person)


def by_fork(history: History, asked: Asked) -> Futures:
    """Run on with the question in force. Raises CommandError: it lies in the past of a fork."""
    if isinstance(asked, Spared):
        touch = Touch(asked, history.ids[asked.person], int(history.run.manifest["seed"]), history.length)
        return history.otherwise(history.stages, asked.second, touch)
    tick = asked.since // history.length
    if tick < history.forked_at:
        fork = history.run.manifest.get("fork", {})
        raise CommandError(
            f"`{asked.order}`: {say_clock(asked.since, history.run.manifest['start_clock_seconds'])} lies before this run was itself forked from "
            f"{fork.get('parent') or 'another'}; ask that run instead"
        )
    policies = history.stages[-1].policies
    return history.otherwise(changed_course(history.run, history.stages, tick, asked.overrides(), policies=policies), tick * history.length)
