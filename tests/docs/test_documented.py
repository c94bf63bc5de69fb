"""Is everything that a user can name documented, and does every link lead somewhere?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from pages import (
    EXPORTS_PAGE,
    PAGES,
    PERFORMANCE_PAGE,
    ROOT,
    TABLES_PAGE,
    anchors,
    blocks,
    exports_page,
    links,
    performance_page,
    tables_page,
)
from plans import pictures
from pydantic import BaseModel

import hyosan
from hyosan.bench.workloads import WORKLOADS
from hyosan.cli import EXIT_CODES, app
from hyosan.scenario import (
    authority,
    behaviour,
    beyond,
    block,
    cast,
    city,
    claims,
    injects,
    pathogen,
    response,
    response_base,
    response_civil,
    response_force,
    response_medical,
    root,
    ties,
    who,
)
from hyosan.scenario.condition import KNOWN_NAMES, ORDER_NAMES
from hyosan.scenario.files import library_names

README = (ROOT / "README.md").read_text(encoding="utf-8")
SCENARIO = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
UNSECTIONED = {"Block", "Varies", "Distribution", "Order", "Confining", "AtHome", "Inject"}
"""Described as a whole: `source`, `varies`, the list of distributions, the fields of every order and inject."""


def models() -> list[type[BaseModel]]:
    """Every part of a scenario."""
    found = {
        value
        for module in (
            root,
            cast,
            city,
            pathogen,
            response_civil,
            response_force,
            response_medical,
            behaviour,
            beyond,
            block,
            who,
            authority,
            injects,
            claims,
            ties,
        )
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, block.Block)
    }
    return sorted((model for model in found if model.__name__ not in UNSECTIONED), key=lambda model: model.__name__)


def section(name: str) -> str:
    """What the page of the scenario says under a heading, or in the table row of a distribution."""
    found = re.search(rf"^#+ {name}\n(.*?)(?=^#|\Z)", SCENARIO, re.MULTILINE | re.DOTALL)
    row = re.search(rf"^\| {name} \|.*$", SCENARIO, re.MULTILINE)
    assert found or row, f"docs/scenario.md has no section or row {name!r}"
    return found[1] if found else row[0]  # type: ignore[index]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_field_of_a_scenario_is_described(model: type[BaseModel]) -> None:
    bases = (response_base.Order, injects.Inject, block.Block)
    common = set(next(base for base in bases if issubclass(model, base)).model_fields)
    names = {field.alias or name for name, field in model.model_fields.items() if name not in common}
    described = section(model.__name__)
    assert {name for name in names if not re.search(rf"`(do: )?{name}\b", described)} == set()


def test_fields_of_every_order_are_described() -> None:
    described = section("Order")
    assert all(f"`{name}`" in described for name in response_base.Order.model_fields if name != "source")
    assert all(f"do: {measure}" in SCENARIO for measure in response.MEASURES)


def test_fields_of_every_inject_are_described() -> None:
    described = section("Injects")
    fields = [field.alias or name for name, field in injects.Inject.model_fields.items()]
    assert all(f"`{name}`" in described for name in fields if name != "source")
    assert all(f"do: {kind}" in SCENARIO for kind in injects.KINDS)


def test_names_of_conditions_are_described() -> None:
    described = section("Conditions")
    assert all(f"`{name}`" in described for name in KNOWN_NAMES)
    assert all(f"ORDER.{name}`" in described for name in ORDER_NAMES)


def test_choices_are_described() -> None:
    for field, annotation in (("counts_as", pathogen.CountsAs), ("does", pathogen.Does), ("sees", behaviour.Option)):
        line = next(line for line in SCENARIO.splitlines() if f"`{field}`" in line)
        assert all(f"`{choice}`" in line for choice in get_args(annotation)), field
    assert all(f"`{name}`" in section("Distributions") for name in block.DISTRIBUTIONS)


def test_every_command_is_in_the_readme() -> None:
    commands = {name for name in app if not name.startswith("-")}
    assert {name for name in commands if f"hyosan {name}" not in README} == set()
    assert commands == {
        "run",
        "fork",
        "whatif",
        "study",
        "nearest",
        "fit",
        "rerun",
        "check",
        "pathogen",
        "city",
        "new",
        "report",
        "story",
        "rows",
        "brief",
        "export",
        "bench",
        "cache",
    }


def test_every_public_name_is_documented() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert {name for name in hyosan.__all__ if not re.search(rf"\b{name}\b", text)} == set()


def test_every_key_of_a_report_is_documented() -> None:
    from hyosan.report.account import account

    told = account(hyosan.run("seir", overrides={"city.well_mixed": 50, "time.end": "2 days"}))
    text = (ROOT / "docs" / "how-to" / "report.md").read_text(encoding="utf-8")
    assert {key for key in told if f"`{key}`" not in text} == set()


def test_exit_codes_are_those_of_the_program() -> None:
    told = dict(re.findall(r"^\| (\d+) \| (.+) \|$", README, re.MULTILINE))
    assert told == {str(code): meaning for code, meaning in EXIT_CODES.items()}


def test_every_scenario_of_the_library_is_named() -> None:
    line = next(line for line in README.splitlines() if "Scenarios that come with hyosan" in line)
    assert set(re.findall(r"`([a-z0-9-]+)`", line)) == set(library_names())


def test_all_quantities_are_named() -> None:
    from hyosan.engine.many import QUANTITIES

    text = (ROOT / "docs" / "small-models.md").read_text(encoding="utf-8")
    assert {name for name in QUANTITIES if f"`{name}`" not in text} == set()


def test_the_page_of_columns_is_that_of_the_program() -> None:
    assert TABLES_PAGE.read_text(encoding="utf-8") == tables_page(), "renew it: python tests/docs/pages.py"


def test_the_page_of_exports_is_that_of_the_program() -> None:
    assert EXPORTS_PAGE.read_text(encoding="utf-8") == exports_page(), "renew it: python tests/docs/pages.py"


def test_the_plan_and_the_map_are_those_of_the_world_that_is_built() -> None:
    for file, drawn in pictures().items():
        assert file.read_text(encoding="utf-8") == drawn, "renew it: python tests/docs/plans.py"


def test_the_page_of_performance_is_that_of_its_results() -> None:
    assert PERFORMANCE_PAGE.read_text(encoding="utf-8") == performance_page(), "renew it: python tests/docs/pages.py"


def test_every_workload_of_the_bench_is_in_the_how_to() -> None:
    text = (ROOT / "docs" / "how-to" / "bench.md").read_text(encoding="utf-8")
    assert {name for name in WORKLOADS if f"| `{name}` |" not in text} == set()


def test_every_export_is_in_the_how_to() -> None:
    from hyosan.export import EXPORTS

    text = (ROOT / "docs" / "how-to" / "export.md").read_text(encoding="utf-8")
    assert {one.name for one in EXPORTS if f"`{one.name}`" not in text} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in links(page):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.id)
def test_commands_are_as_the_program_takes_them(block: object) -> None:
    import shlex

    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for line in block.text.splitlines():  # type: ignore[attr-defined]
        program, *arguments = shlex.split(line)
        if program == "hyosan":
            app.parse_args(arguments, print_error=False, exit_on_error=False)
        elif program == "make":
            assert set(arguments) <= targets, line
        else:
            assert program in (".", "pytest"), line


def test_nothing_names_a_machine() -> None:
    """The lock takes packages from wherever its user does; no page holds a path of the machine it was written on."""
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if re.search(r"/(home|root)/", page.read_text(encoding="utf-8"))] == []
