"""How it ended, in plain sentences, each with the rows that it rests on.

Works for a lost city and for measles in a school: only what happened is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from hyosan.report.counts import Facts, Row, begins, clock, gather
from hyosan.report.evidence import INFECTIONS, Said, Source, figures
from hyosan.report.frame import share
from hyosan.results.rows import MANIFEST, condition
from hyosan.results.run import Run
from hyosan.units import say_duration


def status_sentence(status: str) -> str:
    """What a status (`fiction`, `uncalibrated`, `calibrated to ...`) means for the reader."""
    if status == "fiction":
        return "Fiction: the scenario retells a story. It says how the model behaves, not what would happen in a real city."
    if status == "uncalibrated":
        return "Not calibrated: the parameters were not fitted to data. Compare runs with each other; do not read a forecast from one."
    return f"{status[:1].upper()}{status[1:]}."


def count(number: int, one: str, many: str = "") -> str:
    """`3 strikes`, `1 person`: a number and its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def sentences(run: Run | Facts) -> list[Said]:
    """How a run ended and how it came to that, in the order in which one would tell it. Takes a run, or what was gathered of one."""
    facts = run if isinstance(run, Facts) else gather(run)
    return [Said(text, rests(facts)) for tell, rests in _TOLD if (text := tell(facts))]


def _why(facts: Facts) -> str:
    end = facts.run.manifest["end_second"]
    lasted = say_duration(end - begins(facts.run))
    return f"The run ended on {clock(facts.run, end)}, {lasted} after its start: {facts.run.why.rstrip('. ')}."


def _before(facts: Facts) -> str:
    if "follows" not in facts.run.manifest:
        return ""
    told = facts.run.manifest["follows"]
    return f"It goes on from the end of {say_before(told)}: the tables begin there, and the figures of the ending count from the start of that run."


def say_before(told: dict[str, Any]) -> str:
    """The run that another goes on from, and when: `hyosan-s1, day 151 09:40`."""
    return f"{told['parent'] or 'a run in memory'}, {told['clock']}"


def _alive(facts: Facts) -> str:
    ending = facts.ending
    if ending.alive.total == ending.residents:
        text = f"All {count(ending.residents, 'resident')} came out alive"
    else:
        lived = share(ending.alive.total, ending.residents)
        text = f"Of {count(ending.residents, 'resident')}, {ending.alive.total:,} came out alive ({lived})"
    kinds = [f"{ending.alive.symptomless:,} infected without symptoms"] if ending.alive.symptomless else []
    kinds += [f"{ending.alive.half_turned:,} half-turned"] if ending.alive.half_turned else []
    return f"{text}, {' and '.join(kinds)} among them." if kinds else f"{text}."


def _dead(facts: Facts) -> str:
    ending = facts.ending
    if not ending.dead:
        return "Nobody died."
    if not ending.strikes and not ending.killed_in_strikes.total:
        return f"{_people(ending.dead)} died ({share(ending.dead, ending.residents)})."
    struck = ending.killed_in_strikes
    return (
        f"{_people(ending.dead)} died: {struck.total:,} in {count(ending.strikes, 'strike')} ({struck.turned_or_ill:,} turned or ill, "
        f"{struck.symptomless:,} infected without symptoms, {struck.not_infected:,} not infected) and {ending.killed_otherwise:,} otherwise."
    )


def _reported(facts: Facts) -> str:
    ending = facts.ending
    if not ending.strikes:
        return ""
    told, true = ending.reported_killed_in_strikes, ending.killed_in_strikes
    return (
        f"The authorities reported {told.total:,} killed in the strikes, {told.turned_or_ill:,} of them turned or ill; "
        f"in truth it was {true.total:,} and {true.turned_or_ill:,}."
    )


def _open(facts: Facts) -> str:
    ending = facts.ending
    parts = [f"{ending.turned_at_large:,} turned at large"] if ending.turned_at_large else []
    parts += [f"{ending.held_infected:,} held infected"] if ending.held_infected else []
    parts += [f"{ending.missing:,} missing with no body found"] if ending.missing else []
    return f"Not among the living or the dead: {_listed(parts)}." if parts else ""


def _course(facts: Facts) -> str:
    found, followed = facts.spread, begins(facts.run) > 0
    if not found.infections:
        return "Nobody was infected." if not followed else "Nobody was infected any more."
    ending = facts.ending
    if followed:
        first, last = clock(facts.run, found.first_second), clock(facts.run, found.last_second)
        when = f"on {first}" if first == last else f"from {first} to {last}"
        return f"After that {_people(found.infections)} {'was' if found.infections == 1 else 'were'} infected, {when}."
    began = f"It began with {count(found.seeds, 'infected person', 'infected people')} on {clock(facts.run, found.first_second)}"
    if found.infections == found.seeds:
        return f"{began} and went no further."
    return (
        f"{began} and reached {_people(ending.ever_infected)} ({share(ending.ever_infected, ending.residents)} of all), "
        f"the last on {clock(facts.run, found.last_second)}."
    )


def _known_cases(facts: Facts) -> str:
    found = facts.spread
    if not found.listed:
        return ""
    which = f"All {found.seeds:,}" if found.listed == found.seeds else f"{found.listed:,} of the {found.seeds:,}"
    return f"{which} infected by the scenario are cases of a line list, which the run followed before it went on freely."


def _peak(facts: Facts) -> str:
    peak, second, word = peak_curve(facts)
    return f"At most {peak:,} were {word} at one time, on {clock(facts.run, second)}." if peak else ""


def _where(facts: Facts) -> str:
    found = facts.spread
    if not found.place_kinds:
        return ""
    kind = found.place_kinds[0]
    most = [one["name"] for one in found.place_kinds if one["share"] == kind["share"]]
    which = "Most infections" if kind["share"] > 0.5 else "Half of the infections" if kind["share"] == 0.5 else "The largest part of the infections"
    text = f"{which} by another person, {share(kind['share'], 1)}, took place in places of the kind “{kind['name']}”"
    if len(most) == 2:
        text += f", and as many in those of the kind “{most[1]}”"
    elif len(most) > 2:
        text = f"The infections by another person took place {'most often ' if len(found.place_kinds) > len(most) else ''}"
        text += f"in places of {len(most)} kinds, as many in each"
    there = facts.zones
    if len(there) > 1:
        text += f", and the hardest hit zone was {there[0]['zone']} with {share(there[0]['share'], 1)} of all"
    return text + "."


def _chains(facts: Facts) -> str:
    found = facts.spread
    if not found.generations:
        return ""
    return (
        f"The longest chain is {count(found.generations, 'infection')} long; {share(found.nobody_share, 1)} of the infected infected nobody, "
        f"and the tenth who infected most account for {share(found.top_tenth_share, 1)} of the infections."
    )


def _first_order(facts: Facts) -> str:
    orders = _decided(facts)
    if not orders:
        return "No order was given." if not facts.decisions else "No order was given any more."
    first = orders[0]
    name = first["order"] if first["order"] == first["measure"] else f"{first['order']} ({first['measure']})"
    which = "The only order" if len(orders) == 1 else f"The first of {len(orders):,} orders"
    text = f"{which}, {name}, was decided on {first['decided']}"
    known = first["reported_infected"]
    if known is None and (curve := facts.curves.get(("known", "reported_infected"))) is not None:
        known = int(curve.at(first["second_decided"]))
    if known is None:
        return text + "."
    return f"{text}, when {_people(first['true_infected'])} had been infected and the authorities knew of {known:,}."


def _decided(facts: Facts) -> list[Row]:
    """The orders decided in this run; some that stand may be of the one before it."""
    return [row for row in facts.decisions if row["second_decided"] >= begins(facts.run)]


def _rule(facts: Facts) -> str:
    ending = facts.ending
    parts = [f"martial law lasted {ending.martial_law_days:,.0f} days"] if ending.martial_law_days else []
    parts += [f"{_people(ending.in_quarantine)} were held in the quarantine at the end"] if ending.in_quarantine else []
    text = _listed(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _still_held(facts: Facts) -> str:
    """Why a quarantine outlasted martial law, from what the log holds of both."""
    orders = facts.run.orders.to_pylist()
    law = max((row["second_ended"] for row in orders if row["measure"] == "martial_law"), default=-1)
    camps = [row for row in orders if row["measure"] == "quarantine" and 0 <= row["second_effective"] <= law]
    camp = next((row for row in camps if row["second_ended"] < 0 or row["second_ended"] > law), None)
    if law < 0 or camp is None:
        return ""
    went_on = "went on to the end" if camp["second_ended"] < 0 else f"went on until {clock(facts.run, camp['second_ended'])}"
    text = f"When martial law ended on {clock(facts.run, law)}, the quarantine {went_on}"
    used = json.loads(camp["used"])
    if camp["second_ended"] >= 0:
        return f"{text}: {camp['ended_because']}."
    if "periods needed" not in used:
        return f"{text}."
    if used["known periods"] < used["periods needed"]:
        counts = f"{used['periods needed']:,} periods were known, and {used['known periods']:,} were"
        return f"{text}: a bound on the incubation period was to be believed once {counts}."
    return f"{text}: the time without a case did not outlast the bound on the incubation period."


def _beyond(facts: Facts) -> str:
    ending = facts.ending
    if not ending.reached_beyond:
        return ""
    begun = f"an outbreak began at {count(ending.outbreaks_beyond, 'place')}" if ending.outbreaks_beyond else "no outbreak began there"
    return f"Infected people arrived beyond the city {'once' if ending.reached_beyond == 1 else count(ending.reached_beyond, 'time')}, and {begun}."


def peak_curve(facts: Facts) -> tuple[int, int, str]:
    """Most turned at one time, or most ill where nobody turns; when; and which of the two."""
    for quantity in ("turned", "ill"):
        curve = facts.curves.get(("truth", quantity))
        if curve is not None and curve.peak[0]:
            return *curve.peak, quantity
    return 0, 0, ""


def _people(number: int) -> str:
    return count(number, "person", "people")


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


ORDERS_GIVEN: Final = Source("orders", (), ("order", "number"))
"""The rows that the number of orders rests on."""


def of_peak(facts: Facts) -> tuple[Source, ...]:
    """The rows that the peak rests on."""
    quantity = peak_curve(facts)[2]
    return (Source("series", ("zone=all", "view=truth", condition("quantity", quantity)), ("second", "value")),)


def of_chains(_: Facts) -> tuple[Source, ...]:
    """The rows that chains of infections rest on."""
    return (Source("events", (INFECTIONS,), ("kind", "person", "other")),)


def _of_course(_: Facts) -> tuple[Source, ...]:
    return (Source("events", (INFECTIONS,), ("second", "kind")), *figures("residents", "ever_infected"))


def _of_places(_: Facts) -> tuple[Source, ...]:
    return (Source("events", ("kind=infected",), ("place_kind",)), Source("events", (INFECTIONS,), ("zone",)))


def _of_first_order(facts: Facts) -> tuple[Source, ...]:
    if not (decided := _decided(facts)):
        return (ORDERS_GIVEN,)
    first = decided[0]["second_decided"]
    before = f"second<={first}"
    orders = Source("orders", (), ("order", "measure", "second_decided", "knowledge"))
    known = Source("series", ("zone=all", "view=known", "quantity=reported_infected", before), ("second", "value"))
    by_series = decided[0]["reported_infected"] is None and ("known", "reported_infected") in facts.curves
    return (orders, Source("events", (INFECTIONS, before), ("second", "person")), *((known,) if by_series else ()))


def _of_held(_: Facts) -> tuple[Source, ...]:
    return (Source("orders", ("measure=martial_law|quarantine",), ("second_effective", "second_ended", "used", "ended_because")),)


def _manifest(*keys: str) -> Callable[[Facts], tuple[Source, ...]]:
    return lambda _: tuple(Source(MANIFEST, (key,)) for key in keys)


def _ending(*keys: str) -> Callable[[Facts], tuple[Source, ...]]:
    return lambda _: figures(*keys)


_TOLD: Final[tuple[tuple[Callable[[Facts], str], Callable[[Facts], tuple[Source, ...]]], ...]] = (
    (_why, _manifest("end_second", "why")),
    (_before, lambda facts: (Source(MANIFEST, ("follows",)),)),
    (_alive, _ending("residents", "alive")),
    (_dead, _ending("residents", "strikes", "killed_in_strikes", "killed_otherwise")),
    (_reported, _ending("strikes", "reported_killed_in_strikes", "killed_in_strikes")),
    (_open, _ending("turned_at_large", "held_infected", "missing")),
    (_course, _of_course),
    (_known_cases, lambda _: (Source("events", (INFECTIONS,), ("kind", "cause")),)),
    (_peak, of_peak),
    (_where, _of_places),
    (_chains, of_chains),
    (_first_order, _of_first_order),
    (_rule, _ending("martial_law_days", "in_quarantine")),
    (_still_held, _of_held),
    (_beyond, _ending("reached_beyond", "outbreaks_beyond")),
)
"""What is told, in order, and the rows that each sentence rests on."""
