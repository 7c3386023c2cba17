"""What is typed and not saved outlives a look at another page, until it is saved or discarded."""

from __future__ import annotations

import pytest

from tests.ui_streamlit.annotate.filling_in import button, field, said


@pytest.fixture
def typed(page, made):
    """Return the page of an experiment in whose form something was typed before it was left."""
    app = page("annotate", id=made["needs-input"])
    field(app, "instrument.model").set_value("Scios 2").run()
    field(app, "measurement.camera_length").set_value("200 kV").run()
    return back(app, made["needs-input"])


def back(app, experiment):
    """Look at another page, and come back."""
    app.switch_page("../pages/home.py").run()
    app.switch_page("../pages/annotate.py")
    app.query_params["id"] = experiment
    return app.run()


def test_what_was_typed_still_stands_and_is_not_saved(typed, services, made):
    assert field(typed, "instrument.model").value == "Scios 2"
    assert field(typed, "measurement.camera_length").value == "200 kV"
    assert said(services, made["needs-input"]).instrument.model is None
    field(typed, "measurement.camera_length").set_value("98 mm").run()
    button(typed, "Save").click().run()
    assert said(services, made["needs-input"]).instrument.model == "Scios 2"
    again = back(typed, made["needs-input"])
    assert any("Nothing has changed" in one.value for one in again.caption)


def test_it_is_of_one_experiment_alone(typed, made):
    other = back(typed, made["valid"])
    assert field(other, "instrument.model").value != "Scios 2"
    assert field(other, "measurement.camera_length").value != "200 kV"
    again = back(other, made["needs-input"])
    assert field(again, "instrument.model").value == "Scios 2"


def test_it_can_be_discarded(typed, made):
    button(typed, "Discard changes").click().run()
    assert not field(typed, "instrument.model").value
    assert not any(one.label == "Discard changes" for one in typed.button)
    assert not field(back(typed, made["needs-input"]), "instrument.model").value


def test_what_someone_else_saved_meanwhile_is_told(page, typed, services, made):
    app = typed
    app.switch_page("../pages/home.py").run()
    other = page("annotate", id=made["needs-input"])
    field(other, "instrument.location").set_value("Room 3").run()
    button(other, "Save").click().run()
    again = back(app, made["needs-input"])
    assert any("Someone changed it meanwhile" in one.value for one in again.warning)
    assert field(again, "instrument.location").value == "Room 3"
    assert field(again, "instrument.model").value == "Scios 2"


def test_a_part_stays_open_while_it_is_typed_into(page, made):
    app = page("annotate", id=made["needs-input"])
    labels = [one.label for one in app.expander]
    (part,) = (one for one in app.expander if one.label.startswith("Optics"))
    assert not part.proto.expanded
    field(app, "measurement.camera_length").set_value("98 mm").run()
    assert [one.label for one in app.expander] == labels
    field(app, "measurement.camera_length").set_value("200 kV").run()
    field(app, "measurement.camera_length").set_value("98 mm").run()
    (part,) = (one for one in app.expander if one.label.startswith("Optics"))
    assert part.proto.expanded, "what was wrong in it is mended"
