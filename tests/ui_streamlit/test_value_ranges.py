"""Values that are looked for between bounds: typed in one field, in any unit."""

from __future__ import annotations

from tests.ui_streamlit.discovering import address, choices, identifiers, number


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
    assert address(app)["where"] == ["acceleration_voltage:200 kV"], "nobody is sent the other"
    choices(app, "Element").set_value(["Si"]).run()
    assert address(app)["where"] == ["acceleration_voltage:200 kV"]
    assert field(app).value == "150"
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
    assert address(app)["where"] == ["acceleration_voltage:soon"], "it stays as it was"
    assert number(app) == "3 experiments"


def test_about_a_value_is_shared_as_it_is_typed(page, made):
    app = page("discover", view="table", where="acceleration_voltage:~200 kV")
    assert not app.sidebar.warning
    assert field(app).value == "~200 kV"
    assert made["valid"] in identifiers(app)
    field(app).input("~200 kv").run()
    (warning,) = [one.value.replace("\\", "") for one in app.sidebar.warning]
    assert "'kv' is no unit of it." in warning
    assert "Did you mean kV?" in warning
