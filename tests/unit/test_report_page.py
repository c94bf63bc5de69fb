"""Does the report say all that the run says, to everybody, without a network, and never run what a name contains?"""

import html
import json
import re
from html.parser import HTMLParser
from importlib import resources

import fake_run
import pytest

import hyosan
from hyosan.errors import RunFolderError
from hyosan.report.account import account
from hyosan.report.counts import gather
from hyosan.report.frame import number
from hyosan.report.page import render, write_report
from hyosan.report.pictures import pictures
from hyosan.report.text import text_report
from hyosan.results.run import Run
from hyosan.results.store import RunWriter
from hyosan.tables import TABLES

HOSTILE = "</script><script>alert('x')</script><b onclick=\"y\">"
RUNS = {"lost city": fake_run.lost_city, "measles": fake_run.measles, "quiet": fake_run.nothing_happened}


class Page(HTMLParser):
    """The text a reader sees, the scripts, and every address in an attribute."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.scripts, self.addresses, self.tags, self.ids = [], [], [], [], []
        self._inside = ""
        self.feed(text)
        self.text = " ".join(" ".join(self.seen).split())

    def handle_starttag(self, tag, attributes):
        self._inside = tag
        self.tags.append(tag)
        self.ids += [value for name, value in attributes if name == "id"]
        self.addresses += [value for name, value in attributes if name in ("src", "href", "action", "data", "srcset")]
        assert not [name for name, _ in attributes if name.startswith("on")]

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        (self.scripts if self._inside == "script" else [] if self._inside == "style" else self.seen).append(data)


@pytest.fixture(scope="module")
def lost():
    return fake_run.lost_city()


@pytest.fixture(scope="module")
def lost_page(lost):
    return page_of(lost, fake_run.world())


def page_of(run, world=None):
    facts = gather(run, world)
    return render(account(facts), facts)


def test_every_number_of_the_account_is_on_the_page(lost, lost_page):
    told = account(lost)
    text = Page(lost_page).text
    for sentence in told["sentences"]:
        assert sentence in text
    for tile in told["tiles"]:
        assert f"{tile['value']} {tile['label']} {tile['note']}" in text
    for row in told["decisions"]:
        for shown in (row["order"], row["decided"], row["effective"], row["ended"], row["known"], f"{row['reached']:,}", row["because"]):
            assert shown in text
    for row in told["zones"][:15]:
        assert f"{row['zone']} {row['infections']:,}" in text
    for row in told["spread"]["place_kinds"] + told["spread"]["routes"]:
        assert f"{row['name']} {row['count']:,}" in text
    for _, value in told["set_up"]:
        assert value in text
    for check in told["self_checks"]:
        assert f"passed {check['name']} {check['detail']}" in text
    for table, columns in TABLES.items():
        assert f"{table}.parquet {lost.table(table).num_rows:,}" in text
        assert all(column.meaning in text for column in columns)
    assert lost.result_hash in text
    assert lost.history_hash in text


def test_pictures_hold_what_the_tables_hold(lost):
    shown = {picture["id"]: picture for picture in pictures(gather(lost, fake_run.world()))}
    assert [picture["part"] for picture in shown.values()] == ["curve", "known", "known", "known", "map", "places"]
    bars = shown["curve-new-infections"]["spec"]["layer"][0]["data"]["values"]
    marks = shown["curve-new-infections"]["spec"]["layer"][1]["data"]["values"]
    assert sum(bar["infections"] for bar in bars) == 3000
    assert marks[0]["label"] == "1–2"
    assert {mark["when"] for mark in marks} <= {row["effective"] for row in account(lost)["decisions"]}
    zones = shown["map-infections-by-zone"]["spec"]["data"]["values"]
    assert sum(zone["properties"]["infections"] for zone in zones) == 3000
    assert shown["known-people-infected-so-far"]["table"][-1] == {"when": "day 41 10:20", "truth": 3000, "known": 2100}


@pytest.mark.parametrize("name", RUNS)
def test_nothing_is_fetched(name):
    run = RUNS[name]()
    page = page_of(run, fake_run.world() if name == "lost city" else None)
    parsed = Page(page)
    assert [one for one in parsed.addresses if not one.startswith("#")] == [one for one in parsed.addresses if one.startswith("data:text/csv")]
    assert {one[1:] for one in parsed.addresses if one.startswith("#")} <= set(parsed.ids)
    assert not {"link", "iframe", "img", "object", "base"} & set(parsed.tags)
    assert "default-src 'none'" in page
    assert "unsafe-eval" not in page
    libraries = [_library(name) for name in ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js")]
    own = page
    for library in libraries:
        own = own.replace(library, "")
    assert "http://" not in own
    assert "https://" not in own
    assert "sourceMappingURL" not in own


def test_libraries_cannot_end_their_script_element():
    for name in ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js"):
        text = resources.files("hyosan.report").joinpath("static", name).read_text(encoding="utf-8")
        assert "</script" not in text.lower()
        assert "<!--" not in text


def test_hostile_names_stay_text():
    run = fake_run.lost_city(300, hostile_name=HOSTILE)
    world = fake_run.world()
    world.zone_geojson["features"][7]["properties"]["zone"] = HOSTILE
    told, page = account(gather(run, world)), page_of(run, world)
    parsed = Page(page)
    assert HOSTILE not in page
    assert html.escape(HOSTILE, quote=False)[:20] in page.replace("&#39;", "'").replace("&#34;", '"')
    assert "alert('x')" in parsed.text
    assert parsed.tags.count("b") == len(told["tiles"])
    specs = json.loads(parsed.scripts[-2])
    assert HOSTILE in json.dumps(specs, ensure_ascii=False).replace('\\"', '"')
    assert len(parsed.scripts) == 5
    assert not any("alert(" in script for script in parsed.scripts if "vegaEmbed(" in script[:400])


def test_report_is_written_beside_the_run(tmp_path, lost):
    with RunWriter.open(tmp_path / "run") as writer:
        writer.write_text("scenario.yaml", lost.scenario_text)
        for table in TABLES:
            for batch in lost.batches(table):
                writer.append(table, {column: _plain(batch.column(column)) for column in batch.schema.names})
        writer.finish(lost.manifest)
    run = Run.open(tmp_path / "run")
    path = write_report(run)
    assert path == tmp_path / "run" / "report.html"
    told = json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))
    assert told["ending"] == run.ending.to_json()
    assert told["result_hash"] == lost.result_hash
    assert [row["hash"] for row in told["tables"]] == [run.manifest["files"][f"{table}.parquet"]["hash"] for table in TABLES]
    assert "hyosan rerun run" in Page(path.read_text(encoding="utf-8")).text
    Run.open(tmp_path / "run").verify()
    with pytest.raises(RunFolderError, match="in memory"):
        write_report(lost)


@pytest.mark.parametrize("name", RUNS)
def test_text_report_tells_the_same(name):
    run = RUNS[name]()
    text = " ".join(text_report(run).split())
    told = account(run)
    for sentence in told["sentences"]:
        assert sentence in text
    for tile in told["tiles"]:
        assert f"{tile['value']} {tile['label']}" in text
    assert run.result_hash in text
    assert "Self-checks: 2 of 2 passed" in text


def test_failed_check_stands_out(lost):
    manifest = lost.manifest | {"self_checks": [{"name": "kills and bites balance", "passed": False, "detail": "z = 9"}]}
    run = Run.in_memory(manifest, {table: [lost.table(table)] for table in TABLES})
    assert "FAILED: kills and bites balance: z = 9" in text_report(run)
    assert re.search(r"FAILED</span></td><td>kills and bites balance", page_of(run))


def _plain(column):
    return (column.indices.to_numpy(), tuple(column.dictionary.to_pylist())) if hasattr(column, "indices") else column.to_pylist()


def _library(name):
    text = resources.files("hyosan.report").joinpath("static", name).read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("//#"))


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (12.34567, "12.35"), (9999.7, "10,000"), (9999, "9,999"), (123456.7, "123,457"), (-0.00012, "-0.00012")]
)
def test_numbers_of_pages(value, said):
    assert number(value) == said


def test_commands_of_the_page_can_be_given_as_they_stand(tmp_path):
    changes = {
        "city.well_mixed": 50,
        "time.end": "20 days",
        "seeds.first.count": 20,
        "pathogen.states.infectious.noticed": {"share": 1, "after": "0 s"},
    }
    calm = {"do": "reduce_contacts", "settings": {"anywhere": "50 %"}, "when": "always"}
    run = hyosan.run("seir", overrides=changes | {"orders.stay calm": calm}, threads=1, out=tmp_path / "my runs")
    text = Page(write_report(run).read_text(encoding="utf-8")).text
    assert """hyosan fork 'my runs' --at "day 1 00:00" --set 'orders.stay calm=null'""" in text
    assert "hyosan rerun 'my runs'" in text
    assert "What was planned: 1 order, its condition" in text
