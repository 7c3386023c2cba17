"""The form: what it asks, who says what already, what is saved, and why."""

from __future__ import annotations

from emfair.model.deposits import Whereto
from emfair.model.facts import Source
from emfair.model.states import ExperimentState
from emfair.nxem.annotations import parse_annotations
from emfair.service import deposits
from emfair.service.access import local_access
from emfair.service.annotations import annotate
from emfair.service.arrivals import Arrival, Seen
from emfair.service.chain.fail import fail
from emfair.service.form import form_of, value_at, with_value
from tests.catalogue.conftest import a_measurement, text
from tests.ui_streamlit.annotate.filling_in import box, button, field, said
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.lab import shown


def test_what_nobody_says_is_asked_first_and_what_is_known_is_told(page, made):
    app = page("annotate", id=made["needs-input"])
    assert "What NXem asks for" in [one.value for one in app.subheader]
    asked = [one.label for one in [*app.text_input, *app.selectbox, *app.multiselect]]
    for title in ("Instrument's model *", "Elements in the sample *", "Simulated *"):
        assert title in asked
    assert any("record-badge" not in one.value and "Quartz lamella" in one.value
               for one in app.caption)  # fmt: skip


def test_it_is_filled_in_saved_and_kept_with_its_author(page, services, made):
    app = page("annotate", id=made["needs-input"])
    field(app, "instrument.model").set_value("Titan 80-300")
    field(app, "sample.atom_types").set_value(["Si", "O"])
    field(app, "sample.is_simulation").set_value(False)
    field(app, "measurement.acceleration_voltage").set_value("0.2 MV").run()
    button(app, "Save").click().run()
    assert not app.exception
    notes = said(services, made["needs-input"])
    assert notes.instrument.model == "Titan 80-300"
    assert notes.sample.atom_types == ("Si", "O")
    assert notes.sample.is_simulation is False
    assert notes.measurement == {"acceleration_voltage": "0.2 MV"}
    history = services.registry.annotations.history(made["needs-input"])
    assert history[0].reason == "filled in"
    assert f":violet-badge[you] {history[0].created_at:%Y-%m-%d}" in [
        one.value for one in app.caption
    ]
    assert field(app, "instrument.model").value == "Titan 80-300"


def test_whoever_leaves_the_page_and_comes_back_finds_what_was_said(page, services, made):
    app = page("annotate", id=made["valid"])
    before = said(services, made["valid"])
    app.switch_page("../pages/home.py").run()
    app.switch_page("../pages/annotate.py")
    app.query_params["id"] = made["valid"]
    app.run()
    assert field(app, "instrument.model").value == before.instrument.model
    assert button(app, "Save").disabled, "nothing has changed"


def test_what_is_wrong_is_told_at_its_field_and_not_saved(page, services, made):
    before = said(services, made["needs-input"])
    app = page("annotate", id=made["needs-input"])
    field(app, "measurement.camera_length").set_value("200 kV").run()
    assert any(one.value.startswith(":red[") for one in app.caption)
    assert button(app, "Save").disabled
    assert said(services, made["needs-input"]) == before


def test_to_replace_what_is_known_one_says_why(page, services, made):
    app = page("annotate", id=made["valid"])
    title = field(app, "sample.name")
    title.set_value("another lamella").run()
    assert button(app, "Save").disabled
    (why,) = [one for one in app.text_input if str(one.key).startswith("annotate-reason")]
    assert "Sample" in why.label
    why.set_value("the label was wrong").run()
    button(app, "Save").click().run()
    newest = services.registry.annotations.history(made["valid"])[0]
    assert newest.reason == "the label was wrong"
    assert [change.field for change in newest.changes] == ["sample.name"]


def test_what_is_said_as_the_file_says_it_needs_no_reason(page, made):
    app = page("annotate", id=made["valid"])
    told = field(app, "measurement.dwell_time")
    told.set_value("3500 ns").run()
    assert not button(app, "Save").disabled
    told.set_value("4 µs").run()
    assert button(app, "Save").disabled, "it asks why"


def test_what_has_failed_is_processed_again_by_a_button(page, services, made):
    fail(services, made["valid"], "the disk was full")
    app = page("experiment", id=made["valid"])
    button(app, "Process again").click().run()
    assert not app.exception
    assert "It is processed again by itself." in shown(app)
    assert services.registry.experiments.get(made["valid"]).state is ExperimentState.SEALED


def test_files_say_what_is_known(services, made):
    row = services.registry.experiments.get(made["valid"])
    form = form_of(services, row)
    known = {field.name: field.known for field in form.fields}
    assert known["start_time"][0].source is Source.VENDOR
    assert known["sample.name"][0].source is Source.RECORD
    assert known["sample.preparation_date"] == ()
    assert value_at(form.document, "sample.atom_types") == ["Si", "O"]


def test_a_document_is_changed_without_touching_the_old_one():
    old = {"sample": {"name": "a"}}
    assert with_value(old, "sample.name", "b") == {"sample": {"name": "b"}}
    assert with_value(old, "measurement.x", "1 m") == {
        "sample": {"name": "a"}, "measurement": {"x": "1 m"}
    }  # fmt: skip
    assert with_value(old, "sample.name", None) == {"sample": {}}
    assert old == {"sample": {"name": "a"}}


def test_elements_that_were_looked_for_are_offered(opened):
    row = deposits.draft(local_access(opened), Whereto("Steel", "2026-A", "Lamella", "Night"))
    some, others = (
        a_measurement(name, [text("elements", elements)])
        for name, elements in (("m-0", "Fe,Cu"), ("m-1", "Cu,Si"))
    )
    arrival = Arrival("a.dm4", (Seen(some, b""), Seen(others, b"")), ())
    fields = {field.name: field for field in form_of(opened, row, [arrival]).fields}
    assert fields["sample.atom_types"].offer == ("Fe", "Cu", "Si")
    assert fields["sample.name"].offer == ()


def test_what_one_saves_oneself_is_nobody_elses(page, services, made):
    app = page("annotate", id=made["needs-input"])
    field(app, "sample.description").set_value("grey").run()
    button(app, "Save").click().run()
    assert not app.warning
    field(app, "sample.description").set_value("greyer").run()
    assert not app.warning


def test_what_someone_else_saves_meanwhile_is_told_and_takes_nothing(opened):
    access = local_access(opened)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella", "Night"))
    app = open_page("annotate", id=row.id)
    field(app, "sample.description").set_value("mine")
    field(app, "instrument.model").set_value("mine, too").run()
    theirs = {"instrument": {"model": "theirs", "vendor": "Gatan"}}
    annotate(access, row.id, parse_annotations(theirs), expected_version=0, reason="faster")
    app.run()
    assert field(app, "sample.description").value == "mine"
    assert field(app, "instrument.model").value == "mine, too"
    assert field(app, "instrument.vendor").value == "Gatan"
    (told,) = [one.value for one in app.warning]
    assert "model" in told
    assert "manufacturer" in told
    box(app, "Why is another value right? (Instrument's model)").set_value("I was there").run()
    button(app, "Save").click().run()
    notes = said(opened, row.id)
    assert (notes.instrument.model, notes.instrument.vendor) == ("mine, too", "Gatan")
    assert notes.sample.description == "mine"
    assert not app.warning
