"""Are all pictures of a report drawn in a real browser, without a network and without evaluating text as code?"""

import re
import shutil
import subprocess

import fake_run
import pytest

from hyosan.report.counts import gather
from hyosan.report.page import write_report
from hyosan.report.pictures import pictures
from hyosan.results.run import Run
from hyosan.tables import TABLES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def observed(run):
    """The same run with observations of three quantities, by two offices."""
    texts = {"a.csv": "day,new_infected,reported_dead\n1,3,0\n4,60,2\n7,1,200\n", "b.csv": "day,quantity,value,low,high\n3,infected,90,50,140\n"}
    told = run.manifest | {"data": {"office": "a.csv", "survey": "b.csv"}}
    return Run.in_memory(told, {name: [run.table(name)] for name in TABLES}, run.scenario_text, texts)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_every_picture_is_drawn(tmp_path):
    run, world = observed(fake_run.lost_city(300)), fake_run.world()
    assert sum(one["part"] == "data" for one in pictures(gather(run, world))) == 3
    page = write_report(run, world, folder=tmp_path)
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000"]
    done = subprocess.run([CHROMIUM, *options, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=60, check=True)
    body = re.sub(r"<script.*?</script>", "", done.stdout, flags=re.S)
    assert body.count("<svg") == len(pictures(gather(run, world))) + body.count('class="descent"')
    assert "could not be drawn" not in body
    assert "day 2" in body.split('id="curve-new-infections"')[1].split("</svg>")[0]
