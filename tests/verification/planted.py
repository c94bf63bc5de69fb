"""Does verification see bugs? Plants each of some sixty in a copy of the package and runs checks of small populations against it.

    python tests/verification/planted.py [--only NAME ...] [--compiled] [--jobs N]

Rules run as plain Python (`HYOSAN_PLAIN=1`), so that nothing is compiled anew; a bug that survives is asked again of compiled kernels with
`--compiled` (minutes each). The copy without a bug comes first and must be green. Exit status 1: fewer than 90 % are caught.
"""

# ruff: noqa: E501 - pieces of the engine stand here as they stand there

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "hyosan"
ENOUGH = 0.9
COMPILED = ("zombie", "epidemic", "invariants", "lattice", "rings")
"""Asked of compiled kernels beside the file that should have seen the bug."""


class Bug(NamedTuple):
    """A bug: in `file`, `old` (which must be there exactly once) becomes `new`; `needs` is a line of imports that `new` needs."""

    name: str
    file: str
    old: str
    new: str
    what: str
    needs: str = ""
    asks: str = "small"
    """The file of checks that is to see it, `test_<asks>.py`; of compiled kernels others are asked too."""


BUGS = (
    Bug("kill rate for bite rate", "engine/arena.py", "total += b.bite_rate[row - KINDS, kind] *", "total += b.kill_rate[row - KINDS, kind] *",
        "the turned bite as often as they are killed"),
    Bug("clock lost at the tick's end", "engine/arena.py", "s.reserves[i] = max(1, t.mark - w[W_CLOCK_T + t.kind])\n        if",
        "s.reserves[i] = max(1, t.mark)\n        if", "what was spent of the threshold of a bite is forgotten at each tick"),
    Bug("kill clock lost", "engine/arena.py", "t.left = max(1, t.mark - w[W_CLOCK_H + t.kind])", "t.left = max(1, t.mark)",
        "what was spent of the threshold of being killed is forgotten at each tick"),
    Bug("kills before bites", "engine/arena.py", "continue\n        if best_row < 0 or time", "continue\n        if best_row < 0 or (row >= KINDS + fighters and time < left) or time",
        "an event of being killed goes first whatever its time"),
    Bug("fresh threshold missing", "engine/arena.py", "t.mark += w[W_CLOCK_H + hostile]", "t.mark += 0",
        "the newly turned of a tick begin with the spent clock of the others"),
    Bug("bitten stays a target", "engine/arena.py", "quit_side(s, w, start, i, 0)\n        t.role = R_OTHER\n        s.people[i].leave_reserve = 0",
        "quit_list(s, w, start, i, 0)\n        t.role = R_OTHER\n        s.people[i].leave_reserve = 0", "who was bitten still counts among those who fight"),
    Bug("the dead still bite", "engine/arena.py", "quit_side(s, w, start, i, 1)\n        t.role = R_GONE", "quit_list(s, w, start, i, 1)\n        t.role = R_GONE",
        "who was killed still counts among those who bite within the tick"),
    Bug("rate of a pair halved", "engine/arena.py", "factor = b.settings[g.grounds[place].setting].bite", "factor = b.settings[g.grounds[place].setting].bite // 2",
        "fights are half as fast"),
    Bug("first biter always", "engine/opponents.py", "if first_of(luck, max(1, rate >> shift), best_luck, best_weight):\n                best, best_luck",
        "if best < 0:\n                best, best_luck", "the first in the list is the biter"),
    Bug("a coarse instant", "rules/exact.py", "return mul_shift(rate, instants, INSTANT_BITS + rate_bits)",
        "return mul_shift(rate, instants, INSTANT_BITS + rate_bits + 1)", "clocks spend half of what time says"),
    Bug("links weigh double", "engine/exposure.py", "s.link_fields[j, strain] += amount * g.link_weight[k] >> 10", "s.link_fields[j, strain] += amount * g.link_weight[k] >> 9",
        "contact along a link counts twice"),
    Bug("weight of links ignored", "engine/links.py", "return (b.bite_rate[s.travel[i].kind, kind_of(s, g, b, j, tick)] >> 10) * weight",
        "return b.bite_rate[s.travel[i].kind, kind_of(s, g, b, j, tick)]", "a heavy link bites like a light one"),
    Bug("one neighbour forgotten", "engine/links.py", "for link in range(g.link_start[i], g.link_start[i + 1]):\n            rate = min",
        "for link in range(g.link_start[i] + 1, g.link_start[i + 1]):\n            rate = min", "the first neighbour does not fight"),
    Bug("link clock lost", "engine/links.py", "s.reserves[i] = max(1, left)", "pass", "thresholds of link fights are not written back"),
    Bug("carry lost", "engine/course.py", "if end <= at or s.people[i].notes & F_APART:\n        return\n    for route", "if end <= at or at >= 0:\n        return\n    for route",
        "what is exerted after turning infectious within a tick is lost"),
    Bug("carried twice", "engine/exposure.py", "start, stop = max(begin, s.people[i].since), min(end, s.people[i].next_at)", "start, stop = max(begin - (end - begin), s.people[i].since), min(end, s.people[i].next_at)",
        "the tick before counts again"),
    Bug("infectious until the tick's end", "engine/exposure.py", "min(end, s.people[i].next_at)", "end", "the infectious period is rounded up to whole ticks"),
    Bug("frequency for density", "engine/infectors.py", "max(1, s.places[place].members) if frequency else rate", "max(1, s.places[place].members) if not frequency else rate",
        "the two mixings are exchanged"),
    Bug("susceptibility ignored", "engine/immunity.py", "factor = b.states[s.people[i].health].open * b.host_susceptibility[s.people[i].host] >> OPEN_BITS", "factor = b.states[s.people[i].health].open if b.host_susceptibility[s.people[i].host] else 0",
        "a leaky vaccine does nothing"),
    Bug("age matrix transposed", "engine/exposure.py", "s.age_fields[row, other] += mul_shift(amount, b.age_mix[matrix, other, group], 16)",
        "s.age_fields[row, group] += mul_shift(amount, b.age_mix[matrix, group, other], 16)", "the field of a group is filled by the exposed, not by the source"),
    Bug("infector at random", "engine/infectors.py", "if first_of(luck, weight, best_luck, best_weight):", "if first_of(luck, 1, best_luck, min(1, best_weight)):",
        "the race for the infector ignores how infectious each is"),
    Bug("the last infector", "engine/infectors.py", "if first_of(luck, weight, best_luck, best_weight):", "if weight > 0:",
        "whoever stands last in the list is the infector"),
    Bug("infector drawn at random", "engine/infectors.py", "if factor > 0 and (word & ((1 << 24) - 1)) * top < part(s, g, b, i, entry, factor, off) << 24:",
        "if factor > 0:", "among many who infect, how infectious each is counts for nothing"),
    Bug("dispersion ignored", "engine/course.py", "factor = draw(b, b.one[0].dispersion_law, word)", "pass",
        "all are equally infectious"),
    Bug("recovered can be infected again", "engine/course.py", "s.count[C_CLASS + b.states[state].kind] += 1\n", "s.count[C_CLASS + b.states[state].kind] += 1\n    state = 0 if b.states[state].kind == 6 else state\n",
        "the recovered go back to the first state"),
    Bug("latency ignored", "engine/course.py", "s.people[i].next_at = at + out_instants(b, g, i, s.people[i].luck, out)", "s.people[i].next_at = at + 1",
        "all durations are nothing"),
    Bug("one tick late", "engine/course.py", "return max(0, (at - 1) // length)", "return max(0, (at - 1) // length) + 1", "states change a tick late"),
    Bug("never is soon", "rules/exact.py", "NEVER: Final = 1 << 60", "NEVER: Final = 1 << 36", "what never happens happens after 18 hours"),
    Bug("one draw for all durations", "engine/fate.py", "word = duration_luck(b.one[0].seed, g.persons[i].id, luck, out)", "word = duration_luck(b.one[0].seed, 0, luck, out)",
        "all durations share one draw"),
    Bug("household link lost", "engine/presence.py", "if slot == 0:\n        return sent_home", "if slot == 0 and i % 2 == 0:\n        return sent_home",
        "every second person is not found at home"),
    Bug("share of a course reversed", "engine/fate.py", "if word < b.out_cut[bedless, k, host, age]:", "if (1 << 32) - 1 - word < b.out_cut[bedless, k, host, age] and k == start or word >= b.out_cut[bedless, start, host, age] and k > start:",
        "the shares of transitions overlap"),
    Bug("exponential durations doubled", "distributions.py", "a + (1 << 27)) >> 28", "a + (1 << 27)) >> 27", "exponential durations last twice as long"),
    Bug("luck by tick", "engine/exposure.py", "s.reserves[i] -= total\n", "s.reserves[i] = threshold(b.one[0].seed, WHO, g.persons[i].id, tick, 7)\n",
        "a new threshold each tick: the law is right, the luck of people is not kept", "from hyosan.luck import WHO, threshold"),
    Bug("the isolated stay among others", "engine/response_medical.py", "self.confinement.confine(row, now, until, order.where == \"apart\")",
        "self.confinement.confine(row, now, now - until, order.where == \"apart\")", "isolation ends before it begins", asks="small_response"),
    Bug("apart and at home exchanged", "engine/response_medical.py", "self.confinement.confine(row, now, until, order.where == \"apart\")",
        "self.confinement.confine(row, now, until, order.where != \"apart\")", "who should keep apart is at home, and the other way round", asks="small_response"),
    Bug("the untested are isolated", "engine/response_medical.py", "order.cases == \"all\" or case.tested",
        "order.cases == \"all\" or not case.tested", "isolation of tested cases takes the others", asks="small_response"),
    Bug("those free are kept", "engine/confinement.py", "F_APART if apart > now else F_HOME if home > now else 0",
        "F_APART if 0 < apart <= now else F_HOME if 0 < home <= now else 0", "people are apart once their time is over, not before", asks="small_response"),
    Bug("who does not comply complies", "engine/response_cases.py", "return int(self.s.people[\"obeys\"][row]) < asked",
        "return int(self.s.people[\"obeys\"][row]) >= asked", "compliance is reversed", asks="small_response"),
    Bug("compliance grows", "engine/fading.py", "part - part * rest // (2 * half)",
        "part + part * rest // (2 * half)", "compliance rises between halvings", asks="small_response"),
    Bug("compliance is halved at once", "engine/fading.py", "part >>= min(whole, 62)",
        "part >>= min(whole + 1, 62)", "fading is a half-life ahead", asks="small_response"),
    Bug("contacts not named are found", "engine/response_medical.py", "self._luck(NAMED, row, self._id(j), episode) < part",
        "self._luck(NAMED, row, self._id(j), episode) >= part", "the share of contacts who are named is reversed", asks="small_response"),
    Bug("contacts found before they are named", "engine/response_medical.py", "heapq.heappush(due, [now + round(order.takes)",
        "heapq.heappush(due, [now - round(order.takes)", "the delay of tracing has its sign turned round", asks="small_response"),
    Bug("positive is negative", "engine/response_medical.py", "return self._luck(SWAB, row, now // 3600, 1) < finds",
        "return self._luck(SWAB, row, now // 3600, 1) >= finds", "tests say the opposite", asks="small_response"),
    Bug("specificity for its rest", "engine/response_medical.py", "else WHOLE - share(kind.specificity)",
        "else share(kind.specificity)", "others are positive with the specificity", asks="small_response"),
    Bug("contacts grow", "engine/response_medical.py", "rest = round(left * (1 << OPEN_BITS))",
        "rest = round((2 - left) * (1 << OPEN_BITS))", "reduced contacts infect more", asks="small_response"),
    Bug("the weaker order holds", "engine/response_medical.py", "if row.share == 0 or rest < row.left:",
        "if row.share == 0 or rest > row.left:", "of two orders the one that leaves most holds", asks="small_response"),
    Bug("who does not comply reduces contacts", "engine/presence.py", "if cut.share > 0 and s.people[i].obeys < cut.share *",
        "if cut.share > 0 and s.people[i].obeys >= cut.share *", "those who do not comply reduce their contacts", asks="small_response"),
    Bug("the treated infect more", "engine/response_care.py", "round(order.left * 1024) >> 10",
        "round((2 - order.left) * 1024) >> 10", "treatment has its sign turned round", asks="small_response"),
    Bug("who is not to be treated is", "engine/response_care.py", "self._luck(COURSES, case.row, 0, episode) < share(order.share)",
        "self._luck(COURSES, case.row, 0, episode) >= share(order.share)", "the share that is treated is reversed", asks="small_response"),
    Bug("those who do not want a dose get one", "engine/response_care.py", "self.g.persons[\"id\"], 0) >> 30 < share(order.uptake)",
        "self.g.persons[\"id\"], 0) >> 30 >= share(order.uptake)", "uptake is reversed", asks="small_response"),
    Bug("protected from the beginning", "engine/immunity.py", "if now < p.dosed_at + b.doses[dose].delay:",
        "if now >= p.dosed_at + b.doses[dose].delay:", "a dose protects until it should begin to", asks="small_response"),
    Bug("the vaccinated are more open", "engine/immunity.py", "factor = factor * (OPEN - protection(",
        "factor = factor * (OPEN + protection(", "a vaccine works the wrong way", asks="small_response"),
    Bug("a ring a step too wide", "engine/meetings.py", "for _ in range(radius):",
        "for _ in range(radius + 1):", "rings reach a link further", asks="small_response"),
    Bug("all but the ring", "engine/meetings.py", "<= metres * metres",
        "> metres * metres", "those outside the distance are vaccinated", asks="small_response"),
    Bug("beds are taken away", "engine/response_care.py", "].more += have - there",
        "].more -= have - there", "a surge takes beds away", asks="small_response"),
    Bug("closed is open", "engine/response_civil.py", "return self._close(order, 1)",
        "return self._close(order, 0)", "closing opens", asks="small_response"),
    Bug("never opened again", "engine/response_civil.py", "self._close(order, 0)\n        return 0",
        "self._close(order, 1)\n        return 0", "what is closed stays closed", asks="small_response"),
    Bug("the positive go free", "engine/response_medical.py", "            if positive:\n                self._confine(",
        "            if not positive:\n                self._confine(", "release by test keeps the negative", asks="small_response"),
)  # fmt: skip


def planted(bug: Bug | None, folder: Path) -> Path:
    """A copy of the package with a bug in it (None = without); gives the folder to import from. Raises ValueError: the bug fits nowhere."""
    shutil.copytree(PACKAGE, folder / "hyosan", ignore=shutil.ignore_patterns("__pycache__"))
    if bug is not None:
        path = folder / "hyosan" / bug.file
        text = path.read_text(encoding="utf-8")
        if text.count(bug.old) != 1:
            raise ValueError(
                f"{bug.name}: its text stands {text.count(bug.old)} times in {bug.file}, not once; the engine has changed, so mend the bug"
            )
        text = text.replace("from hyosan.backend import", f"{bug.needs}\nfrom hyosan.backend import", 1) if bug.needs else text
        path.write_text(text.replace(bug.old, bug.new), encoding="utf-8")
    return folder


def asked(bug: Bug | None, compiled: bool) -> tuple[bool, str, float]:
    """Run checks against a copy: whether all pass, the first that fails, seconds."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = planted(bug, Path(name))
        own = {"PYTHONPATH": str(folder), "HYOSAN_CACHE_DIR": str(folder / "cache"), "NUMBA_NUM_THREADS": "1"}
        environment = {**os.environ, **own} | ({} if compiled else {"HYOSAN_PLAIN": "1"})
        asks = ("small", "small_response") if bug is None else (bug.asks,)
        files = [HERE / f"test_{part}.py" for part in (*asks, *(COMPILED if compiled else ()))]
        command = [
            sys.executable,
            "-P",
            "-m",
            "pytest",
            "-x",
            "-q",
            "--tb=line",
            "-p",
            "no:cacheprovider",
            "-m",
            "not long and not ensemble",
            *map(str, files),
        ]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=3600 if compiled else 900)
        except subprocess.TimeoutExpired:
            return False, "does not end", time.perf_counter() - begun
    found = re.search(r"^(?:FAILED|ERROR) \S*::(\S+)", done.stdout, re.MULTILINE)
    return done.returncode == 0, found.group(1) if found else done.stdout[-300:] + done.stderr[-300:], time.perf_counter() - begun


def main() -> int:
    """Plant, run, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", help="names of bugs")
    parser.add_argument("--compiled", action="store_true", help="ask compiled kernels about those that survive plain Python")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    bugs = [bug for bug in BUGS if not given.only or bug.name in given.only]
    green, why, seconds = asked(None, False)
    print(f"without a bug: {'green' if green else 'RED: ' + why}, {seconds:.0f} s", flush=True)
    if not green:
        return 1

    def one(bug: Bug) -> bool:
        passed, where, seconds = asked(bug, False)
        if passed and given.compiled:
            passed, where, more = asked(bug, True)
            seconds += more
        print(f"{'SURVIVED' if passed else 'caught  '} {bug.name}: {bug.what}. {'' if passed else where}, {seconds:.0f} s", flush=True)
        return not passed

    with ThreadPoolExecutor(given.jobs) as pool:
        caught = sum(pool.map(one, bugs))
    print(f"{caught} of {len(bugs)} caught")
    return int(caught < ENOUGH * len(bugs))


if __name__ == "__main__":
    sys.exit(main())
