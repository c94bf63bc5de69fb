"""Every law has a check, or says why it has none; every check names laws that exist; the pages are those of the program."""

from __future__ import annotations

import law_pages
import laws
import planted


def test_every_law_is_asked_or_says_why_not() -> None:
    asked = {id_ for check in law_pages.checks() for id_ in check.laws}
    assert asked <= set(laws.BY_ID), "a check names a law that is not in laws.py"
    missing = [law.id for law in laws.LAWS if law.id not in asked and not law.not_asked]
    assert not missing, f"no check asks for {missing}"


def test_every_law_has_a_check_in_the_quick_part() -> None:
    """All but those of open ground have a check that takes seconds."""
    quick = {id_ for check in law_pages.checks() if not check.long for id_ in check.laws}
    assert [law.id for law in laws.LAWS if law.id not in quick] == ["L3", "L5", "L6", "L8"]


def test_pages_of_laws_are_those_of_the_program() -> None:
    made = law_pages.pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in law_pages.FOLDER.glob("*.md")}
    changed = [name for name in made if there.get(name) != made[name]] + sorted(set(there) - set(made))
    assert not changed, f"run `python tests/verification/law_pages.py`: {changed}"


def test_planted_bugs_still_fit() -> None:
    """What each planted bug replaces stands in the engine exactly once."""
    wrong = [bug.name for bug in planted.BUGS if (planted.PACKAGE / bug.file).read_text(encoding="utf-8").count(bug.old) != 1]
    assert not wrong, f"mend these bugs in planted.py: {wrong}"
    assert len({bug.name for bug in planted.BUGS}) == len(planted.BUGS) >= 30
