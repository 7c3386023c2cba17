"""Discover: what widgets say, the address says, and the other way round; what is found is shown."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import pytest
from markupsafe import escape

from emfair.service import searches
from emfair.service.access import local_access
from tests.api.filled import ODD_TITLE
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.test_pages import html, told
from ui_streamlit import stores


def choices(app, label):
    return next(one for one in app.multiselect if one.label == label)


def number(app):
    (found,) = [one.value for one in app.markdown if one.value.startswith("**")]
    return found.replace("*", "")


def address(app):
    return {
        name: said if isinstance(said, list) else [said] for name, said in app.query_params.items()
    }


def identifiers(app):
    """Return the experiments that the titles of the table lead to."""
    return re.findall(r'class="em-found-title"><a href="experiment\?id=([^"&]+)', html(app))


def cells(app, label):
    """Return a column of the table."""
    bodies = [one.proto.body for one in app.get("html")]
    (table,) = [body for body in bodies if 'class="em-found-title"' in body]
    heads = re.findall(r"<th[^>]*>(.*?)</th>", table)
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
    return [row[heads.index(label)] for row in rows]


def test_everything_is_shown_as_pictures_that_lead_to_their_pages(page, made):
    app = page("discover")
    assert number(app) == "3 experiments"
    for name in ("valid", "invalid", "needs-input"):
        assert f'href="experiment?id={made[name]}"' in html(app)
    assert made["sealed"] not in html(app)
    assert "<script>" not in html(app)


def test_facets_narrow_and_stand_in_the_address(page, made):
    app = page("discover")
    assert choices(app, "Element").options == ["O  (2)", "Si  (2)"]
    choices(app, "Element").set_value(["Si"]).run()
    choices(app, "State").set_value(["valid"]).run()
    assert number(app) == "1 experiment"
    assert address(app) == {"element": ["Si"], "state": ["valid"]}
    assert choices(app, "State").options[0] in ("invalid  (1)", "valid  (1)")


def test_a_facet_of_which_nothing_is_chosen_names_no_value(page):
    app = page("discover")
    assert {choices(app, label).placeholder for label in ("State", "Element")} == {"Any"}
    app.text_input(key="find-q").input("no such word").run()
    assert choices(app, "Technique").placeholder == "Nothing to choose"


def test_an_experiment_at_two_instruments_shows_and_counts_under_both(page, made):
    app = page("discover", view="table", instrument="FEI Tecnai Remote")
    assert identifiers(app) == [made["valid"]]
    assert cells(app, "Instrument") == ["FEI Tecnai, FEI Tecnai Remote"]
    assert {"FEI Tecnai  (1)", "FEI Tecnai Remote  (1)"} <= {*choices(app, "Instrument").options}


def test_an_address_is_that_search_in_the_widgets_too(page, made):
    app = page("discover", view="table", element="Si", state="invalid", sort="title")
    assert identifiers(app) == [made["invalid"]]
    assert choices(app, "Element").value == ["Si"]
    app.text_input(key="find-q").input("no such word").run()
    assert "fewer words" in told(app)
    assert address(app)["q"] == ["no such word"]


def field(app, label="Range"):
    return next(one for one in app.text_input if one.label == label)


def ask_for(app, key):
    next(one for one in app.button if "What a value" in one.label).click().run()
    next(one for one in app.selectbox if one.label == "Key").set_value(key).run()


def test_a_range_is_typed_in_one_field_in_any_unit(page, made):
    app = page("discover", view="table")
    ask_for(app, "acceleration_voltage")
    assert field(app).placeholder == "80 kV to 200 kV"
    field(app).input("150-200 kV").run()
    assert address(app)["where"] == ["acceleration_voltage:150-200 kV"]
    assert made["valid"] in identifiers(app)
    field(app).input("> 0.2 MV").run()
    assert number(app) == "0 experiments"
    next(one for one in app.button if one.label == "Remove this condition").click().run()
    assert "where" not in address(app)
    assert len(identifiers(app)) == 3


def test_a_range_that_cannot_be_read_is_told_at_its_field_and_the_last_one_stays(page, made):
    app = page("discover", view="table")
    ask_for(app, "acceleration_voltage")
    field(app).input("200 kV").run()
    found = identifiers(app)
    assert made["valid"] in found
    field(app).input("150").run()
    (warning,) = [one.value.replace("\\", "") for one in app.sidebar.warning]
    assert "'150' has no unit." in warning
    assert "80 kV to 200 kV" in warning
    assert "Until then it is 200 kV." in warning
    assert not app.main.warning
    assert identifiers(app) == found
    links = [one.proto.url for one in app.get("link_button")]
    assert all("200+kV" in link for link in links), "what is downloaded is what is shown"
    choices(app, "Element").set_value(["Si"]).run()
    assert address(app)["where"] == ["acceleration_voltage:150"]
    assert set(identifiers(app)) <= set(found), "the rest of the search goes on"


def test_another_key_begins_with_an_example_of_its_own(page):
    app = page("discover")
    ask_for(app, "acceleration_voltage")
    field(app).input("200 kV").run()
    next(one for one in app.selectbox if one.label == "Key").set_value("dwell_time").run()
    assert field(app).value == ""
    assert field(app).placeholder == "500 ns to 20 µs"
    assert not app.sidebar.warning
    assert "where" not in address(app)


def test_a_range_comes_by_address_and_a_wrong_one_is_told(page):
    app = page("discover", where="acceleration_voltage:..100 kV")
    assert field(app).value == "..100 kV"
    assert number(app) == "0 experiments"
    app = page("discover", where="acceleration_voltage:soon")
    assert "not asked for" in app.sidebar.warning[0].value
    assert number(app) == "3 experiments"


def test_measurements_are_found_one_by_one_with_columns_of_choice(page, made):
    app = page("discover", level="measurements", view="table", element="Si")
    choices(app, "Values to show, too").set_value(["acceleration_voltage", "detector"]).run()
    assert set(cells(app, "Acceleration voltage")) == {"200 kV"}
    assert "DigiScan" in cells(app, "Detector")
    assert all(one.startswith("image, ") for one in cells(app, "Data"))
    assert address(app)["columns"] == ["acceleration_voltage", "detector"]
    app.selectbox(key="find-sort").set_value("-acceleration_voltage").run()
    assert address(app)["sort"] == ["-acceleration_voltage"]
    rows = len(identifiers(app))
    choices(app, "Values to show, too").set_value([]).run()
    assert "sort" not in address(app)
    assert len(identifiers(app)) == rows


def test_kinds_of_data_are_chosen_by_their_words(page):
    app = page("discover", level="measurements")
    assert all(one.startswith("image  (") for one in choices(app, "Data").options)
    choices(app, "Data").set_value(["image_2d"]).run()
    assert address(app)["data"] == ["image_2d"]


def test_a_search_nobody_can_make_is_dropped_or_told(page):
    app = page("discover", level="planets", view="3d", since="yesterday", page="-3", sort="color")
    assert number(app) == "3 experiments"
    app = page("discover", columns="color")
    assert number(app) == "3 experiments"
    app = page("discover", where="color:red")
    assert "no key" in app.sidebar.warning[0].value
    assert number(app) == "3 experiments"
    next(one for one in app.button if one.label == "Begin anew").click().run()
    assert number(app) == "3 experiments"


def test_days_bound_it(page, made):
    app = page("discover", view="table", since="2026-01-22", until="2026-01-22")
    assert set(identifiers(app)) == {made["valid"], made["invalid"]}


def test_begin_anew_forgets_what_was_chosen(page):
    app = page("discover", q="quartz", element="Si", view="table", where="detector:digi")
    assert len(identifiers(app)) == 1
    next(one for one in app.button if one.label == "Begin anew").click().run()
    assert address(app) == {"view": ["table"]}
    assert len(identifiers(app)) == 3


def test_each_search_shows_its_sql_which_finds_the_same(page, services, made):
    app = page("discover", element="Si", q="diffraction")
    (sql,) = [one.value for one in app.code]
    rows = stores_query(services, sql)
    assert [row[0] for row in rows] == [made["valid"]]


def stores_query(services, sql):
    from emfair.service.questions import query

    return query(local_access(services), sql, limit=10).rows


def test_what_is_found_is_taken_away_from_the_api_which_asks_again(page):
    app = page("discover", element="Si", where="acceleration_voltage:80 kV..", view="table")
    links = {one.proto.label: one.proto.url for one in app.get("link_button")}
    asked = "element=Si&where=acceleration_voltage%3A80+kV.."
    assert links == {
        "CSV": f"/api/v1/search/table?{asked}&as=csv",
        "Parquet": f"/api/v1/search/table?{asked}&as=parquet",
    }


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


def test_words_that_cannot_be_looked_for_leave_what_was_found(page):
    app = page("discover", view="table", element="Si")
    found = identifiers(app)
    app.text_input(key="find-q").input("x " * 13).run()
    assert "at most 12" in app.main.warning[0].value
    assert identifiers(app) == found


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


def test_under_another_address_that_cannot_be_read_nothing_of_the_last_search_is_shown(page):
    app = page("discover", view="table", element="Si")
    assert identifiers(app)
    app.query_params.clear()
    app.query_params.update({"view": "table", "q": "x " * 13})
    app.run()
    assert "at most 12" in app.main.warning[0].value
    assert not app.get("link_button")
    assert 'class="em-found-title"' not in html(app)
    app.text_input(key="find-q").input("").run()
    assert number(app) == "3 experiments"


def test_an_address_with_very_many_conditions_is_refused_at_once(page):
    app = open_page("discover", where=["detector:x"] * 500)
    assert "at most 12" in told(app)
    assert len([one for one in app.button if one.label == "Remove this condition"]) == 13


def test_a_name_that_cannot_be_kept_is_a_notice(own):
    app = open_page("discover")
    app.text_input[-1].input("   ")
    next(one for one in app.button if one.label == "Keep").click().run()
    assert "1 to 500 characters" in told(app)


def test_nothing_indexed_teaches(empty):
    app = empty("discover")
    assert any("Deposit" in one.label for one in app.get("page_link"))
    assert not app.multiselect


def test_titles_are_text(page):
    app = page("discover", view="table")
    assert str(escape(ODD_TITLE)) in html(app)
    assert ODD_TITLE not in told(app) + html(app)
