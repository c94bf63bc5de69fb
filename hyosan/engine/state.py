"""The only thing that changes: `State`. It never leaves the engine.

Each part is an array of records of int64 (`state.people[i].health`): one meaning, no silent overflow, the same in plain Python, compiled
and on CUDA, and all of a person in a few cache lines. Times are instants (2**-20 s since the start) unless a name says `_tick`.
Who is at a place, who wakes and whose state changes are doubly linked lists over person rows (`engine/lists.py`), so that work follows
those who are active.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyosan.engine.records import lines, records
from hyosan.handles import by_address

ROUTINE, FLEE, HIDE, PURSUE, STILL, HELD, GONE = range(7)
"""What a person does: follows the routine; moves to a goal; stays hidden; pursues; stays put; is held in a camp or cell; is out of the play
(dead, or left the city). All but ROUTINE and GONE stand at `people.place`."""
RING = 4096
"""Buckets of the calendar queues; entries further ahead go round."""
ASK = -1
"""In `State.ease` and `State.doses`: to be looked at in full (engine/glance.py)."""
SOON = -2
"""`people.wake_next` of those in `State.soon`."""
COUNTERS = 64
"""Size of `State.count`."""

# Positions in `State.count`: lengths of the dense lists, then totals.
C_EVENTS, C_AWAKE, C_HOT, C_INFECTIOUS, C_ENTRIES, C_ARENAS, C_OCCUPANTS, C_CANDIDATES, C_NOISES, C_TRACKED = range(10)
C_CARRIED, C_LINKED, C_INFECTED, C_KILLED, C_LEFT, C_HELD, C_CAMP, C_OVERFLOW, C_STIRRED = range(10, 19)
C_ASKING = 19
C_CLASS = 20  # people by class, 8 positions
C_LAST = 30  # instant of the last infection or death
C_ROOM = 31  # people whom the camp lets in during this tick
C_ESCORTS = 32  # people whom soldiers take from the barricades to the camp during this tick
C_DAY = 33  # day since the start, for those who slip out
C_SOON, C_NEXT = 34, 35  # length of State.soon, and the first tick for which nobody was woken yet
C_GLANCE = 36  # 1 = in this tick routines and places alone decide about exposure (engine/glance.py)
C_FOLLOWED, C_FOLLOW_TICK = 37, 38  # how many of State.tracked were followed before, and in which tick last
C_NEW_WAYS = 39  # 1 = orders changed since then where routines lead

PEOPLE = {  # what is read together stands together: 8 columns are a line of the cache
    "health": "state of the infection",
    "activity": "ROUTINE ... GONE",
    "place": "where those are who left their routine; -1 = routine",
    "ready": "instant from which one is free to go on",
    "press": "way whose door one presses; -1",
    "decision": "decisions made so far",
    "since": "instant the state was entered",
    "wake_tick": "-1 = asleep",
    # those who wake, and lists of places
    "wake_next": "calendar of those who wake; SOON = wakes in the next tick",
    "wake_prev": "calendar; position in State.soon",
    "occ_next": "list of the place",
    "occ_prev": "",
    "goal": "place one is on the way to; -1",
    "alarm": "0 none, 1 told, 2 heard, 3 saw",
    "notes": "bits F_*",
    # how open one is
    "host": "host type, fixed at birth",
    "vaccine": "-1 = none",
    "past": "strains infected by since last susceptible, a bit each",
    "doses": "doses had",
    "dosed_at": "instant of the last dose; may lie before the start",
    "strain": "strain of the last infection",
    "luck": "what luck is keyed by: the number of the infection (`episode`, and those a line list ruled out), and how often its course came back",
    "episode": "times infected",
    # the course
    "next_at": "instant it changes of itself; NEVER",
    "next_out": "transition taken then",
    "due_tick": "-1 = none",
    "due_next": "calendar of changes of state",
    "due_prev": "",
    "infectious_at": "position in State.infectious; -1",
    "tracked_at": "position in State.tracked; -1",
    "track": "place where an infected person in the routine was last; -1",
    # the rest
    "kill_reserve": "unspent threshold of being killed, of those who bite",
    "leave_reserve": "unspent threshold of getting out of the present place; 0 = not drawn",
    "obeys": "luck of keeping to orders, 2**-32, fixed at birth",
    "infectiousness": "factor on what one exerts, 1/1024, drawn at each infection",
    "infector": "row; -1",
    "infected_at": "instant; NEVER",
    "died_at": "instant; NEVER",
    "death": "why: D_*",
    "dead_from": "state before",
    "counted": "zone, flags and class as last counted, packed",
    # the mind
    "heading": "goal, as others see it: that of the last tick",
    "fear": "fights stood in, less half of it each calm_ticks",
    "fear_tick": "when that was",
    "anger": "people tied to them who were bitten or killed where they were",
    "walked": "ticks on the move since last hiding",
    "alone": "ticks without anybody to look after them",
}
TRAVEL = {  # the first line is what one chose
    "place": "where one gets to in this tick; -1 = stays", "ready": "instant of getting there",
    "activity": "what one does from now on; -1 = as before", "wake": "tick to decide again; -1 = none", "option": "chosen; -1",
    "barricade": "1 = blocks the doors here", "camp": "1 = let into the camp at a gate", "deed": "bits DEED_*",
    "exposed_at": "instant", "exposed_by": "row", "exposed_place": "-1 = through a link", "exposed_route": "as of ENTRIES", "exposed_strain": "",
    "bite_at": "outcome of this tick's meetings, instants; -1", "bite_by": "row",
    "kill_at": "", "kill_by": "", "exit_at": "", "exit_way": "", "shut": "1 = shuts the door behind",
    "role": "R_* in the arena", "state": "of the infection, in the arena", "kind": "kind of those who bite, in the arena",
    "mark": "clock value at which something happens", "mark_leave": "",
    "spot": "position in the arena's list of its role",
    "next_at": "as in PEOPLE, within the arena", "next_out": "", "left": "unspent threshold of being killed after the arena; -1",
    "luck": "as in PEOPLE, within the arena",
    "link_amount": "exerted through links", "link_entry": "the entry of it",
    "entry_tick": "tick in which last exerting", "entry_last": "last entry of it", "entry_count": "how many",
    "link_rate": "rate of an event through links", "link_last": "instant up to which it is spent", "link_turn": "version of the queue entry",
    "harmed": "whom one puts out or kills", "harm_tick": "when last somebody chose to kill them", "harm_by": "who of these, by id",
    "carry_tick": "when last family took them along", "carry_by": "who of these, by id", "host": "type of the infection, in the arena",
    "candidate_tick": "tick in which last exposed", "arena_tick": "tick in which last in an arena", "arena": "which one",
}  # fmt: skip
PLACES = {
    "occ_head": "first person who left the routine; -1",
    "hostiles": "people there who bite",
    "targets": "people there who left their routine and can be bitten",
    "bitten": "people there who left their routine and are in the state that follows a bite",
    "routine": "memberships of people who follow their routine and can be bitten: where there is none, nobody need be looked for",
    "heard": "dB that arrive", "heard_way": "way towards the source; -1 = here", "heard_tick": "in which tick",
    "noise": "dB made there in this tick",
    # sound
    "warned_tick": "when people there were last alarmed",
    "calm_tick": "until when a sound of calm_level alarms nobody in the dead ends here", "calm_level": "dB",
    "queue_next": "list of the flood of sound", "queue_prev": "",
    "hot_at": "position in State.hot; -1",
    "closed": "1 = who belongs there stays at home",
    "members": "people who belong there",
    # exposure
    "field_entry": "first entry of exposure in this tick; -1", "field_count": "how many", "field_top": "greatest amount of them",
    "field_last": "highest id of those who exert", "field_chain": "most entries of one of them in this tick",
    "turning_tick": "when somebody was last about to turn there, where nobody bit yet",
    "served_tick": "when teams cleared it",
    "masked": "tick until which fire or debris masks scent and sound",
}  # fmt: skip
DOORS = {
    "state": "DOOR_*",
    "reserve": "instants of pressing left",
    "broken_at": "instant; -1",
    "turn": "times shut anew",
    "kind": "kind of door now",
    "pressed": "in this tick",
}
GATES = {"closed": "1 = by order, 2 = blocked", "leak": "share that gets through, 2**-32"}
ZONES = {
    "curfew": "share of people who stay at home by order, 2**-32", "slips": "share of those who slip out on a day, 2**-32",
    "trust": "in authorities, 2**-20", "swept": "1 = marked safe",
}  # fmt: skip
ENTRIES = {
    "person": "who exerts",
    "route": "0 contact, 1 air",
    "strain": "",
    "place": "-1 = through links",
    "amount": "",
    "start": "from",
    "end": "to",
    "next": "next of the same place",
    "before": "the one before of the same person; -1",
}
EVENTS = {"at": "", "kind": "", "person": "", "other": "", "place": "", "route": "", "from_": "", "to": "", "cause": "", "strain": ""}
WORDS = 64
"""Scratch words per arena."""

BEDS = {"beds": "beds that can be had", "taken": "of them taken", "more": "beds that orders added"}
CUTS = {"share": "who keeps to it, 2**-32; 0 = no order", "left": "what each of them still exerts and takes in, 2**-20"}
F_NOTICED, F_CALLED, F_LEFT, F_SERVED, F_DEAD_NOTICED, F_LEAK_TRIED, F_STIRRED = 1, 2, 4, 8, 16, 32, 64
F_LISTED, F_IN_BED, F_NO_BED, F_HOME, F_APART, F_CAPTURED, F_LURING, F_OPENED = 128, 256, 512, 1024, 2048, 4096, 8192, 16384
"""Bits of `people.notes`."""
DEED_CALL, DEED_LURE, DEED_WARN, DEED_EXPEL, DEED_KILL, DEED_TELL = 1, 2, 4, 8, 16, 32
"""What people do besides going somewhere."""
D_NONE, D_FIGHT, D_FORCE, D_SWEEP, D_COURSE = range(5)
"""Why a person died."""
R_TARGET, R_HOSTILE, R_OTHER, R_GONE, R_COMING = range(5)
"""Roles in an arena."""


@by_address
class State(NamedTuple):
    """All that changes. n people, m places, d doors."""

    count: NDArray[np.int64]  # type: ignore[assignment]  # [COUNTERS] see C_*; hides tuple.count, which nobody needs
    people: Any  # [n] PEOPLE
    travel: Any  # [n] TRAVEL: what phases hand to each other within a tick
    places: Any  # [m] PLACES
    doors: Any  # [d] DOORS
    gates: Any  # GATES
    zones: Any  # ZONES
    reserves: NDArray[np.int64]  # [n] unspent threshold of infection, 2**-44
    ease: NDArray[np.int64]  # [n] how open one is, 2**-20, while only state and host say so; ASK = not known, or not so
    doses: NDArray[np.int64]  # [m] what a place spends of a reserve in this tick; ASK; -2 - row of age_doses
    age_doses: NDArray[np.int64]  # [places with contact matrices, 16] the same by age
    soon: NDArray[np.int64]  # [n] who wakes in tick C_NEXT
    wake_head: NDArray[np.int64]  # [RING]
    due_head: NDArray[np.int64]  # [RING]
    awake: NDArray[np.int64]  # [n] who decides in this tick
    hot: NDArray[np.int64]  # [m] places with people who bite
    stirred: NDArray[np.int64]  # [n] people whose place or health changed since they were last counted
    infectious: NDArray[np.int64]  # [n] people infectious by contact
    tracked: NDArray[np.int64]  # [n] infected people in their routine
    noises: NDArray[np.int64]  # [m] places with noise
    entries: Any  # [2 n + 16] ENTRIES
    carried: Any  # [n] ENTRIES for the next tick
    fields: NDArray[np.int64]  # [m, 2 strains] exposure in this tick, by strain contact, then air
    age_fields: NDArray[np.int64]  # [places with contact matrices * 2 strains, 16] the same by age of those exposed
    link_fields: NDArray[np.int64]  # [n, strains] exposure through links
    candidates: NDArray[np.int64]  # [n] people exposed in this tick; afterwards -1 for those who were not infected
    arena_place: NDArray[np.int64]  # [m]
    arena_start: NDArray[np.int64]  # [m + 1]
    occupants: NDArray[np.int64]  # [n + 1]
    heaps: NDArray[np.int64]  # [3 + fighters + hostiles, n + 1] scratch by segment: timers, arrivals, leavers, targets and hostiles by kind
    lists: NDArray[np.int64]  # [2, n + 1] scratch: targets, hostiles
    words: NDArray[np.int64]  # [arenas, WORDS]
    beds: Any  # BEDS by kind of care
    cuts: Any  # CUTS by setting: contacts reduced by order
    asking: NDArray[np.int64]  # [n] people who entered a state that needs a bed, in this tick
    bites: NDArray[np.int64]  # [fighters, hostiles] so far
    kills: NDArray[np.int64]
    events: Any  # [events_per_tick] EVENTS


def new_state(
    n: int,
    m: int,
    d: int,
    gates: int,
    zones: int,
    fights: tuple[int, int],
    arenas: int,
    exerting: int,
    aged: int,
    events: int,
    strains: int,
    linked: bool,
    care: int,
    settings: int,
) -> State:
    """Allocate a state; `engine/start.py` fills it. `exerting` is how many entries of exposure a tick can make, `aged` places have contact matrices.

    Memory that is never touched is never really taken.
    """
    fighters = n if fights[1] else 0

    def row(size: int) -> NDArray[np.int64]:
        return np.zeros(size, dtype=np.int64)

    return State(
        count=row(COUNTERS), people=lines(PEOPLE, n), travel=lines(TRAVEL, n), places=lines(PLACES, m), doors=lines(DOORS, d),
        gates=records(GATES, gates), zones=records(ZONES, zones), reserves=row(n), ease=row(n), doses=row(m),
        age_doses=np.zeros((max(1, aged), 16), dtype=np.int64), soon=row(n), wake_head=row(RING), due_head=row(RING), awake=row(n), hot=row(m),
        stirred=row(n), infectious=row(n), tracked=row(n), noises=row(m), entries=records(ENTRIES, 2 * exerting + 16),
        carried=records(ENTRIES, exerting + 1), fields=np.zeros((m, 2 * strains), dtype=np.int64),
        age_fields=np.zeros((max(1, 2 * aged * strains), 16), dtype=np.int64),
        link_fields=np.zeros((n if linked else 1, strains), dtype=np.int64),
        candidates=row(n), arena_place=row(m), arena_start=row(m + 1), occupants=row(n + 1),
        heaps=np.zeros((3 + sum(fights), fighters + 1), dtype=np.int64), lists=np.zeros((2, fighters + 1), dtype=np.int64),
        words=np.zeros((arenas, WORDS), dtype=np.int64), beds=records(BEDS, max(1, care)), cuts=records(CUTS, settings), asking=row(n if care else 1),
        bites=np.zeros(fights, dtype=np.int64), kills=np.zeros(fights, dtype=np.int64), events=records(EVENTS, events),
    )  # fmt: skip
