"""Discover: what widgets say, the address says, and the other way round; what is found is shown."""

from __future__ import annotations

from urllib.parse import parse_qs

from markupsafe import escape

from emfair.service.access import local_access
from tests.api.filled import ODD_TITLE
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.discovering import address, cells, choices, identifiers, number
from tests.ui_streamlit.test_pages import html, told


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


def test_pictures_of_measurements_tell_their_files_and_those_of_experiments_none(page):
    single = html(page("discover", level="measurements"))
    assert single.count('</b>\n<span class="em-end" title=') == single.count("<figcaption>") > 1
    assert "<bdi>test_STEM_image.dm3</bdi>" in single
    assert "<bdi>" not in html(page("discover"))


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


def test_the_sql_answers_all_that_is_found_not_a_page_of_it(page, services):
    app = page("discover", level="measurements")
    (sql,) = [one.value for one in app.code]
    assert "LIMIT" not in sql
    assert len(stores_query(services, sql)) == int(number(app).split()[0])
    (to,) = [one.proto for one in app.get("page_link") if "SQL page" in one.proto.label]
    assert parse_qs(to.query_string)["sql"] == [sql]


def test_quotes_and_a_minus_are_explained_at_the_field_and_read(page, made):
    app = page("discover", view="table", q='-quartz "diffraction pattern"')
    assert number(app) == "0 experiments"
    assert "Without quotes" in told(app)
    assert "in quotes a minus is a minus" in told(app)
    (words,) = [one for one in app.text_input if one.key == "find-q"]
    assert not words.proto.label_visibility.value, "a field without its label shows no help"
    assert '"EELS map"' in words.help
    assert "-EDS" in words.help


def test_a_quantity_among_words_that_find_nothing_is_led_to_its_range(page):
    app = page("discover", q="gold 200 kV")
    assert number(app) == "0 experiments"
    said = told(app).replace("\\", "")
    assert "200 kV is a quantity: add it as a range of Acceleration voltage" in said


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


def test_words_that_cannot_be_looked_for_leave_what_was_found(page):
    app = page("discover", view="table", element="Si")
    found = identifiers(app)
    app.text_input(key="find-q").input("x " * 13).run()
    assert "at most 12" in app.main.warning[0].value
    assert identifiers(app) == found


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


def test_nothing_indexed_teaches(empty):
    app = empty("discover")
    assert any("Deposit" in one.label for one in app.get("page_link"))
    assert not app.multiselect


def test_titles_are_text(page):
    app = page("discover", view="table")
    assert str(escape(ODD_TITLE)) in html(app)
    assert ODD_TITLE not in told(app) + html(app)
