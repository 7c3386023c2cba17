"""Searches that people keep: what is shown is what is kept, and nothing else is opened."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from emfair.service import searches
from emfair.service.access import local_access
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.discovering import identifiers
from tests.ui_streamlit.test_pages import told
from ui_streamlit import stores


@pytest.fixture
def own(filled_home, made, tmp_path):
    """Open a copy of the filled stores, to be changed."""
    import shutil

    from emfair.service.services import open_services
    from emfair.settings import read_settings

    shutil.copytree(filled_home, tmp_path / "own")
    with open_services(read_settings(home=tmp_path / "own")) as services, stores.use(services):
        yield services


def test_a_search_is_kept_opened_again_and_thrown_away(own):
    app = open_page("discover", element="Si", q="quartz")
    name = "*Gold* 金 <b>"
    app.text_input[-1].input(name)
    next(one for one in app.button if one.label == "Keep").click().run()
    (kept,) = searches.kept_searches(local_access(own))
    assert (kept.name, parse_qs(kept.content)) == (name, {"element": ["Si"], "q": ["quartz"]})
    assert any(r"\*Gold\*" in one.label for one in app.get("page_link"))
    next(one for one in app.button if one.label == "Remove").click().run()
    assert searches.kept_searches(local_access(own)) == ()


def test_a_kept_search_that_says_more_than_a_search_does_no_harm(own):
    searches.keep_search(local_access(own), "odd", "embed=true&element=Si&id=x&embed_options=y")
    app = open_page("discover")
    assert any(one.label == "odd" for one in app.get("page_link"))


def test_what_is_taken_away_and_kept_is_what_is_shown_not_what_cannot_be_read(own):
    app = open_page("discover", view="table", element="Si", q="quartz")
    found = identifiers(app)
    app.text_input(key="find-q").input("x " * 13).run()
    assert identifiers(app) == found
    links = [one.proto.url for one in app.get("link_button")]
    assert links == [
        f"/api/v1/search/table?q=quartz&element=Si&as={kind}" for kind in ("csv", "parquet")
    ]
    app.text_input[-1].input("Quartz")
    next(one for one in app.button if one.label == "Keep").click().run()
    (kept,) = searches.kept_searches(local_access(own))
    searches.read_search(
        {name: said for name, said in parse_qs(kept.content).items() if name != "view"}
    )
    assert parse_qs(kept.content)["q"] == ["quartz"]


def test_a_name_that_cannot_be_kept_is_a_notice(own):
    app = open_page("discover")
    app.text_input[-1].input("   ")
    next(one for one in app.button if one.label == "Keep").click().run()
    assert "1 to 500 characters" in told(app)
