"""What each order did, in sentences: which one, taken away alone, would have cost or spared how many; which of them together turned the ending.

An order that did nothing is never named in a sentence. Where numbers were drawn anew, only what keeps its sign is told as what an order did.
"""

from __future__ import annotations

import shlex
from typing import Any, Final

from hyosan.counterfactual.decisions import Ended
from hyosan.counterfactual.guard import Kept
from hyosan.counterfactual.parts import ALL_SUBSETS_HOW, DEPENDS, Decisions, Part
from hyosan.errors import CommandError
from hyosan.report.counts import Facts, Row

MOST: Final = 5
"""Orders, and sets of them, that the first page names; the table has all of them."""
_BOUNDS: Final = {"<=": "at most", ">=": "at least", "<": "fewer than", ">": "more than"}
_MEASURED: Final = {"days": "days of the run", "martial_law_days": "days of martial law", "strikes": "strikes", "residents": "residents",
                    "reached_beyond": "arrivals of infected people beyond the city", "outbreaks_beyond": "outbreaks beyond the city"}  # fmt: skip
"""Figures that do not count people, in words."""


def told(data: Any, facts: Facts) -> Row:
    """Sentences, a row for each order, and how they were found. Raises ValueError: the data are not those of such an answer."""
    found, run = Decisions.from_json(data), facts.run.path.name if facts.run.path else "RUN"
    measures = {row["order"]: row["measure"] for row in facts.decisions}
    names = {part.order: named_order(part.order, measures.get(part.order, "")) for part in found.parts}
    for order in {order for names_of in found.flips for order in names_of} - names.keys():
        raise ValueError(f"{order[:60]!r} turns the ending, but is none of its orders")
    return {
        "sentences": [*_sentences_of_ending(found, names, run), *_sentences_of_orders(found, names, run)],
        "rows": [_row(part, names[part.order], found) for part in found.ranked()],
        "ending": words_of_ending(found.ending) if found.ending else "",
        "held": found.held,
        "flips": [list(one) for one in found.flips],
        "turned": _sets(found),
        "worlds": found.worlds,
        "how": found.how,
        "guard": found.guard.say() if found.guard is not None else "",
        "numbers": list(found.guard.numbers) if found.guard is not None else [],
        "command": _command(found, run),
    }


def named_order(order: str, measure: str) -> str:
    """`“stop” (reduce contacts)`; the measure is left out where the name says it."""
    plain = measure.replace("_", " ")
    return f"“{order}”" if not measure or order.replace("_", " ").startswith(plain) else f"“{order}” ({plain})"


def _sentences_of_orders(found: Decisions, names: dict[str, str], run: str) -> list[Row]:
    """What each order did alone, those first that did most; and what is to be said where none did anything alone."""
    if not found.parts:
        return [_say("No order was given in this run, so there is none to take away.", _command(found, run))]
    alike: dict[str, list[str]] = {}  # what would have been -> the orders of which it is so
    for part in found.ranked():
        if text := _alone(part, found):
            alike.setdefault(text, []).append(part.order)
    sentences = [_say(f"Without {_any_of([names[one] for one in orders])} alone, on the same luck, {text}.", _command_alone(orders, found, run))
                 for text, orders in list(alike.items())[:MOST]]  # fmt: skip
    more = sum(map(len, list(alike.values())[MOST:]))
    if more:
        sentences.append(
            _say(
                f"{more} more order{'s' * (more > 1)} made a difference, each a smaller one; the table of orders (part 5) has all.",
                _command(found, run),
            )
        )
    if text := _left_open(found):
        sentences.append(_say(text, _command(found, run)))
    if not any(part.did_something for part in found.parts):
        sentences.append(_say(_nothing_alone(found), _command(found, run)))
    return sentences


def _any_of(names: list[str]) -> str:
    """`the order X`, `either of the orders X and Y`, `any of the orders X, Y and Z`."""
    if len(names) == 1:
        return f"the order {names[0]}"
    return f"{'either' if len(names) == 2 else 'any'} of the orders {', '.join(names[:-1])} and {names[-1]}"


def _alone(part: Part, found: Decisions) -> str:
    """`12 more people would have been infected`: what would have been without an order alone; nothing where nothing stands."""
    statements = [
        (value, verb, kept)
        for value, verb, kept in (
            (part.deaths_averted, "have died", part.deaths_kept),
            (part.infections_averted, "have been infected", part.infections_kept),
        )
        if value and (found.guard is None or (kept is not None and kept.stands))
    ]
    if not statements:
        return ""
    value, verb, _ = statements[0]
    text = f"{_people(value)} would {verb}"
    if len(statements) == 2:
        value, verb, _ = statements[1]
        joined = "and" if (statements[0][0] > 0) == (value > 0) else "but"
        text += f", {joined} {abs(value):,} {'more' if value > 0 else 'fewer'} would {verb}"
    return f"{text}{_in_draws([kept for _, _, kept in statements if kept is not None])}"


def _people(value: int) -> str:
    """`1 more person`, `12 fewer people`."""
    return f"{abs(value):,} {'more' if value > 0 else 'fewer'} {'person' if abs(value) == 1 else 'people'}"


def _in_draws(kept: list[Kept]) -> str:
    if not kept:
        return ""
    least = min(kept, key=lambda one: one.kept)
    which = "all" if least.kept == least.draws else f"{least.kept:,} of"
    return f"; the sign is the same in {which} {least.draws:,} draws of the uncertain numbers"


def _left_open(found: Decisions) -> str:
    """How many orders are not named because what they did does not keep its sign."""
    if found.guard is None:
        return ""
    open_ones = {one.order for one in found.guarded_statements() if not one.kept.stands}
    stand = {one.order for one in found.guarded_statements() if one.kept.stands}
    count = len(open_ones - stand)
    if not count:
        return ""
    return f"What {count} {'other order' if stand else 'order'}{'s' * (count > 1)} did {DEPENDS}; the table of orders (part 5) has the counts."


def _nothing_alone(found: Decisions) -> str:
    """What is told where no order did anything alone; all of them together are not guarded, so with a guard nothing is said of them."""
    text = "Taken away alone, none of the orders would have changed how many died or were infected"
    deaths, infections = (round(value) for value in found.together)
    if found.guard is not None or (not deaths and not infections):
        return f"{text}."
    parts = [f"{_people(value)} would {verb}" for value, verb in ((deaths, "have died"), (infections, "have been infected")) if value]
    hint = "" if found.ending else " So some were enough without the others; asked with --ending, the answer names them."
    return f"{text}; without all of them {' and '.join(parts)}.{hint}"


def _sentences_of_ending(found: Decisions, names: dict[str, str], run: str) -> list[Row]:
    """Which sets of orders, the smallest ones, turned the ending that was asked about."""
    if not found.ending:
        return []
    came = f"The ending that was asked about, {words_of_ending(found.ending)}, {'came' if found.held else 'did not come'} about"
    if not found.flips:
        sets = "no set of the orders" if found.how == ALL_SUBSETS_HOW else "no set of the orders that was looked at"
        return [_say(f"{came}, and {sets} turns that.", _command(found, run))]
    standing = [one for one in found.flips if found.guard is None or ((kept := found.flips_kept.get(one)) is not None and kept.stands)]
    if not standing:
        return [_say(f"{came}. Which orders turned it {DEPENDS}; the table of orders (part 5) has the counts.", _command(found, run))]
    texts = [f"{came if at == 0 else 'Also'}: {_turned(which, names, found)}" for at, which in enumerate(standing[:MOST])]
    more = len(standing) - MOST
    texts += [f"{more} more sets of orders turn it; the table of orders (part 5) has all of them."] if more > 0 else []
    unsure = sum(not kept.stands for kept in found.flips_kept.values())
    texts += [f"Whether {unsure} other set{'s' * (unsure > 1)} of orders turned it {DEPENDS}."] if unsure else []
    return [_say(text, _command(found, run)) for text in texts]


def _turned(which: tuple[str, ...], names: dict[str, str], found: Decisions) -> str:
    """`either X or Y would have been enough for it; without both it would not have.`"""
    otherwise = "it would not have" if found.held else "it would have"
    enough = "would have been enough for it" if found.held else "was enough to prevent it"
    *others, last = [names[one] for one in which]
    if not others:
        text = f"without {last} {otherwise}"
    elif len(others) == 1:
        text = f"either {others[0]} or {last} {enough}; without both {otherwise}"
    else:
        text = f"any one of {', '.join(others)} and {last} {enough}; without all of them {otherwise}"
    kept = found.flips_kept.get(which)
    return f"{text}{_in_draws([kept] if kept is not None else [])}."


def words_of_ending(ending: str) -> str:
    """`dead <= 100` as `at most 100 dead`. Raises ValueError: it is no bound."""
    try:
        bound = Ended.read(ending)
    except CommandError as error:
        raise ValueError(str(error)) from None
    return f"{_BOUNDS[bound.sign]} {bound.number()} {_MEASURED.get(bound.figure, bound.figure.replace('_', ' '))}"


def _row(part: Part, name: str, found: Decisions) -> Row:
    """A row of the table of part 5."""
    return {
        "order": part.order, "named": name, "deaths_averted": part.deaths_averted, "infections_averted": part.infections_averted,
        "deaths_share": part.deaths_share, "infections_share": part.infections_share,
        "turns": [" and ".join(one) for one in found.flips if part.order in one], "draws": _draws(part, found),
    }  # fmt: skip


def _draws(part: Part, found: Decisions) -> list[str]:
    """What came of the guard for an order, a text for each statement."""
    if found.guard is None or not part.did_something:
        return []
    if part.order not in found.guard.orders:
        return ["not guarded: others did more"]
    statements = (one for one in found.guarded_statements() if one.order == part.order)
    return [f"{one.what} {one.did}: {'' if one.kept.stands else f'{DEPENDS}: '}{one.kept.say()}" for one in statements]


def _sets(found: Decisions) -> list[str]:
    """What came of the guard for each set that turns the ending, a sentence each."""
    return [
        f"That it turns without {' and '.join(one)}{'' if kept.stands else f' {DEPENDS}'}: {kept.say()}." for one, kept in found.flips_kept.items()
    ]


def _command(found: Decisions, run: str) -> str:
    if "--each order" in found.command:
        return f"hyosan whatif {shlex.quote(run)} {found.command[found.command.index('--each order') :]}"
    ending = f" --ending {shlex.quote(found.ending)}" if found.ending else ""
    return f"hyosan whatif {shlex.quote(run)} --each order{ending}{f' --guard {found.guard.draws}' if found.guard is not None else ''}"


def _command_alone(orders: list[str], found: Decisions, run: str) -> str:
    if found.guard is not None or len(orders) > 1:
        return _command(found, run)
    return f"hyosan whatif {shlex.quote(run)} --without {shlex.quote(orders[0])}"


def _say(text: str, command: str) -> Row:
    return {"text": text, "command": command}
