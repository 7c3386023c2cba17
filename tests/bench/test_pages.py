"""The benchmark of pages opens every page that there is."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from bench.pages import ISSUER, QUERIES, claims, paths
from emfair.service.services import open_services
from emfair.settings import read_settings
from ui_streamlit import stores

ROOT = Path(__file__).resolve().parents[2]


def test_each_page_of_the_app_is_measured_or_left_out_on_purpose(tmp_path):
    with open_services(read_settings(home=tmp_path)) as services:
        with stores.use(services):
            local = paths({})
        settings = services.settings.model_copy(update={"oidc_issuer": ISSUER})
        with stores.use(replace(services, settings=settings)):
            known = paths(claims(("emfair-steward",)))
    assert {*local, *known} == set(QUERIES)


def test_pages_are_measured_beside_their_target(tmp_path):
    target = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--only", "pages", "--json", target,
         "--cache", tmp_path / "cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    figures = json.loads(target.read_text("utf-8"))["figures"]
    assert [figure["remark"] for figure in figures if figure["ours"] is None] == []
    assert {figure["part"] for figure in figures} == {"pages of the app"}
    assert all(figure["ours"] > 0 for figure in figures)
    whole = {
        figure["what"].split()[0].strip(",") for figure in figures if "local" in figure["what"]
    }
    assert whole == {path or "home" for path, queries in QUERIES.items() if queries}
    assert list((tmp_path / "cache").iterdir()) == [], "what was filled is removed"
