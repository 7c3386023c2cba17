"""The form: what it asks, who says what already, what is saved, and why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from emfair.model.annotations import Annotations
from emfair.model.deposits import Whereto
from emfair.model.facts import Source
from emfair.model.states import ExperimentState
from emfair.nxem.annotations import parse_annotations
from emfair.service import deposits, templates, uploads
from emfair.service.access import local_access
from emfair.service.annotations import annotate, current
from emfair.service.arrivals import Arrival, Seen
from emfair.service.chain.fail import fail
from emfair.service.form import form_of, value_at, with_value
from emfair.service.services import Services, open_services
from emfair.service.uploads import Announced
from emfair.settings import read_settings
from tests.api.filled import fill
from tests.catalogue.conftest import a_measurement, text
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.lab import shown
from tests.ui_streamlit.test_deposit import arrive, looked_into
from ui_streamlit.components.single_files import READ, name_in, notes_of, rows_of


@pytest.fixture
def made(tmp_path, corpus, run_folder) -> dict[str, str]:
    """Return the experiments of a home of the test's own: what is saved here, stays here."""
    return fill(tmp_path / "home", corpus, run_folder)


@pytest.fixture
def services(tmp_path, made) -> Iterator[Services]:
    with open_services(read_settings(home=tmp_path / "home")) as opened:
        yield opened


def field(app, name):
    """Return the widget of a field."""
    key = f"say:{name}"
    found = [*app.text_input, *app.text_area, *app.selectbox, *app.multiselect]
    return next(one for one in found if one.key == key)


def box(app, label):
    return next(one for one in [*app.text_input, *app.selectbox] if one.label == label)


def said(services, experiment) -> Annotations:
    return current(services, experiment)[0]


def button(app, label):
    return next(one for one in app.button if one.label == label)


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


def test_a_time_without_an_offset_gets_one(page, services, made):
    app = page("annotate", id=made["needs-input"])
    field(app, "start_time").set_value("2026-03-01 09:00").run()
    button(app, "Save").click().run()
    start = said(services, made["needs-input"]).start_time
    assert start is not None
    assert start.isoformat() == "2026-03-01T09:00:00+00:00"


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


def test_what_is_said_again_and_again_is_kept_as_a_template(page, services, made):
    app = page("annotate", id=made["valid"])
    box(app, "Keep what stands here as").input("Titan *as usual*")
    button(app, "Keep").click().run()
    kept = templates.templates(local_access(services))
    assert kept["Titan *as usual*"]["instrument"]["model"] == "Titan 80-300"
    assert not {"start_time", "title", "files"} & set(kept["Titan *as usual*"])
    app = page("annotate", id=made["needs-input"])
    assert field(app, "instrument.model").value == ""
    field(app, "measurement.acceleration_voltage").set_value("80 kV").run()
    box(app, "Take over from").set_value("Template: Titan *as usual*").run()
    button(app, "Fill in what is empty").click().run()
    assert field(app, "instrument.model").value == "Titan 80-300"
    assert field(app, "sample.atom_types").value == ["Si", "O"]
    told = [one.value for one in app.caption]
    assert r":blue-badge[last time] Template\: Titan \*as usual\*" in told
    assert ":violet-badge[you] not saved yet" in told, "the voltage"
    assert field(app, "measurement.acceleration_voltage").value == "80 kV"
    assert field(app, "start_time").value == ""
    button(app, "Remove").click().run()
    assert templates.templates(local_access(services)) == {}


def test_what_was_said_of_another_experiment_is_taken_over_but_for_its_times(opened):
    access = local_access(opened)
    first, second = (
        deposits.draft(access, Whereto("Steel", "2026-A", "Lamella", title))
        for title in ("Day *1*", "Night")
    )
    said = {
        "title": "Seen by day",
        "start_time": "2026-01-22T12:00:00Z",
        "sample": {"atom_types": ["Fe"]},
    }
    annotate(access, first.id, parse_annotations(said), expected_version=0, reason="by day")
    app = open_page("annotate", id=second.id)
    (offer,) = box(app, "Take over from").options
    assert offer.startswith("Day *1* (")
    assert button(app, "Fill in what is empty").disabled
    box(app, "Take over from").set_value(offer).run()
    button(app, "Fill in what is empty").click().run()
    assert field(app, "sample.atom_types").value == ["Fe"]
    assert [field(app, name).value for name in ("title", "start_time")] == ["", ""]


def test_files_on_their_way_say_what_is_known_and_what_is_odd(opened, corpus):
    file = corpus / "dm3_2D_data" / "test_STEM_image.dm3"
    access = local_access(opened)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella", "Night"))
    notes = parse_annotations({"measurement": {"acceleration_voltage": "80 kV"}})
    annotate(access, row.id, notes, expected_version=0, reason="as planned")
    arrive(opened, row, file.read_bytes(), file.name)
    before = open_page("annotate", id=row.id)
    app = looked_into(open_page("deposit", id=row.id))
    app.switch_page("../pages/annotate.py")
    app.query_params["id"] = row.id
    app.run()
    assert not app.exception
    told = "\n".join(one.value for one in app.caption)
    assert "Replaces :orange-badge[file] 200 kV" in told
    assert "Acceleration voltage" in told
    assert "something else" in told
    assert "200 kV" not in "\n".join(one.value for one in before.caption)


def test_what_only_some_files_say_is_asked_too(opened):
    row = deposits.draft(local_access(opened), Whereto("Steel", "2026-A", "Lamella", "Night"))
    some = a_measurement("m-0", [text("vendor", "Gatan"), text("model", "K3")])
    other = a_measurement("m-1", [text("vendor", "Gatan"), text("model", "?", warning="odd")])
    arrival = Arrival("a.dm4", (Seen(some, b""), Seen(other, b"")), ())
    fields = {field.name: field for field in form_of(opened, row, [arrival]).fields}
    vendor, model = fields["instrument.vendor"], fields["instrument.model"]
    assert (vendor.asked, vendor.lacking, vendor.of) == (False, 0, 2)
    assert (model.asked, model.lacking, model.of) == (True, 1, 2)
    assert [fact.value_text for fact in model.known] == ["K3"]


@pytest.fixture
def local_clock(opened, corpus):
    """Return a draft with a file that tells its local time, and the page that shows it."""
    row = deposits.draft(local_access(opened), Whereto("Steel", "2026-A", "Lamella", "Night"))
    for end in (".emi", "_1.ser"):
        file = corpus / "FEI_new" / f"128x128-TEM_search{end}"
        arrive(opened, row, file.read_bytes(), file.name)
    app = looked_into(open_page("deposit", id=row.id))
    app.switch_page("../pages/annotate.py")
    app.query_params["id"] = row.id
    return row, app.run()


def waits(app) -> str:
    """Return what is said beside Save."""
    return next(one.value for one in app.caption if "missing for NXem" in one.value)


def test_whoever_tells_the_zone_of_the_clock_needs_to_tell_no_times(opened, local_clock):
    row, app = local_clock
    assert not app.exception
    told = "\n".join(one.value for one in app.caption)
    assert "says no time zone" in told
    assert "“Instrument › Time zone of its clocks” for all" in told.replace("\\", "")
    assert "Start of the acquisition" in waits(app)
    field(app, "instrument.time_zone").select("Europe/Rome").run()
    assert "Start of the acquisition" not in waits(app)
    button(app, "Save").click().run()
    assert not app.exception
    assert said(opened, row.id).instrument.time_zone == "Europe/Rome"


def test_a_time_for_all_is_for_files_that_say_none_and_replaces_nothing(page, made):
    app = page("annotate", id=made["valid"])
    field(app, "end_time").set_value("2020-01-01T09:00:00Z").run()
    told = [one.value for one in app.caption]
    assert any("counts for 1 of 2 measurements, which say nothing" in one for one in told)
    assert not any(str(one.key).startswith("annotate-reason") for one in app.text_input)
    assert not button(app, "Save").disabled


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


def test_folders_that_are_one_file_are_listed_as_one(opened):
    row = deposits.draft(local_access(opened), Whereto("Steel", "2026-A", "Lamella", "Night"))
    for name in ("a.zspy/.zgroup", "a.zspy/data/0.0", "a.zspy/data/0.1", "b.tif"):
        arrive(opened, row, name.encode(), name)
    assert form_of(opened, row).files == ("a.zspy", "b.tif")


def test_what_cannot_be_saved_says_why(page, made):
    app = page("annotate", id=made["valid"])
    assert any("Nothing has changed" in one.value for one in app.caption)
    field(app, "measurement.camera_length").set_value("200 kV").run()
    assert any("To be corrected before it can be saved: Camera length" in one.value
               for one in app.caption)  # fmt: skip


def test_what_is_said_of_single_files_stands_beside_what_they_say(services, made):
    form = form_of(services, services.registry.experiments.get(made["valid"]))
    said = {"test_STEM_image.dm3": {"title": "grain 3", "measurement": {"dwell_time": "1 µs"}}}
    first, second = rows_of(form, said, ["title", "start_time", "dwell_time"])
    assert (first["file"], first["title"], first["dwell_time"]) == (
        "test_STEM_image.dm3", "grain 3", "1 µs"
    )  # fmt: skip
    assert first[f"{READ}start_time"] == "2016-08-08T15:26:20+00:00"
    assert first[f"{READ}dwell_time"] == "3.5 µs"
    assert second[f"{READ}start_time"] == ""
    assert second["start_time"] == second["title"] == ""


def test_what_one_saves_oneself_is_nobody_elses(page, services, made):
    app = page("annotate", id=made["needs-input"])
    field(app, "sample.description").set_value("grey").run()
    button(app, "Save").click().run()
    assert not app.warning
    field(app, "sample.description").set_value("greyer").run()
    assert not app.warning


def test_what_is_said_as_the_file_says_it_needs_no_reason(page, made):
    app = page("annotate", id=made["valid"])
    told = field(app, "measurement.dwell_time")
    told.set_value("3500 ns").run()
    assert not button(app, "Save").disabled
    told.set_value("4 µs").run()
    assert button(app, "Save").disabled, "it asks why"


def test_a_template_fills_in_nothing_that_is_known(page, services, made):
    access = local_access(services)
    templates.keep(access, "T", {"sample": {"name": "of another", "atom_types": ["Fe"]}})
    app = page("annotate", id=made["needs-input"])
    box(app, "Take over from").set_value("Template: T").run()
    button(app, "Fill in what is empty").click().run()
    assert field(app, "sample.atom_types").value == ["Fe"]
    assert field(app, "sample.name").value == "", "the sample's record says it"


def test_a_time_is_in_the_zone_of_the_clocks(page, made):
    app = page("annotate", id=made["needs-input"])
    field(app, "instrument.time_zone").select("Asia/Tokyo").run()
    field(app, "start_time").set_value("2026-03-01 09:00").run()
    assert any(one.value == r"Taken as 2026\-03\-01T09\:00\:00\+09\:00" for one in app.caption)


def test_a_wrong_time_is_told_in_peoples_words(page, made):
    app = page("annotate", id=made["needs-input"])
    field(app, "start_time").set_value("20.2.2026").run()
    assert any("is no time that can be read" in one.value.replace("\\", "") for one in app.caption)


def test_a_file_in_no_folder_is_not_confused_with_its_namesake():
    files = ["scan.tif", "b/scan.tif"]
    assert [name_in(one, files) for one in files] == ["/scan.tif", "b/scan.tif"]
    assert name_in("a.tif", files) == "a.tif"


def test_a_column_that_is_put_away_takes_nothing_with_it():
    said = {"title": "old", "measurement": {"dwell_time": "1 µs", "camera_length": "2 m"}}
    row = {"file": "a.dm4", "title": " new ", "start_time": None, "camera_length": ""}
    notes = notes_of(row, said, ["camera_length"])
    assert notes == {"title": "new", "measurement": {"dwell_time": "1 µs"}}


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


def test_a_file_that_is_taken_out_says_nothing_any_more(opened, corpus):
    access = local_access(opened)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella", "Night"))
    file = corpus / "dm3_2D_data" / "test_STEM_image.dm3"
    arrive(opened, row, file.read_bytes(), file.name)
    app = looked_into(open_page("deposit", id=row.id))
    (upload,) = uploads.of_experiment(opened, row.id)
    uploads.remove(access, upload)
    app.switch_page("../pages/annotate.py")
    app.query_params["id"] = row.id
    app.run()
    assert not app.exception
    assert "200 kV" not in "\n".join(one.value for one in app.caption)


def so_far(app) -> str:
    return next((one.value for one in app.caption if "looked into" in one.value), "")


def test_before_the_seal_the_form_says_how_many_files_it_knows(opened, corpus):
    access = local_access(opened)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella", "Night"))
    assert not so_far(open_page("annotate", id=row.id)), "there is no file"
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    arrive(opened, row, picture, "a.dm3")
    uploads.announce(access, row.id, [Announced("b.dm3", len(picture), opened.now())])
    app = open_page("annotate", id=row.id)
    assert so_far(app) == "No file looked into yet; what they say will be added as they are read."
    looked_into(open_page("deposit", id=row.id))
    app.run()
    assert (
        so_far(app) == "1 of 2 files looked into; what the others say will be added as they arrive."
    )
    assert "200 kV" in "\n".join(one.value for one in app.caption)
    (late,) = [one for one in uploads.of_experiment(opened, row.id) if one.name == "b.dm3"]
    uploads.remove(access, late)
    assert not so_far(app.run())


def page_of_the_line() -> None:
    """Show the line beside a form that was filled in when no file was looked into."""
    import streamlit as st

    from emfair.service.arrivals import LookedInto
    from ui_streamlit import stores
    from ui_streamlit.components.read_so_far import read_so_far

    row = stores.services().registry.experiments.get(st.query_params["id"])
    shown = LookedInto((), (), "a.dm3", 1, arriving=False)
    if "anew" in st.session_state:
        st.text("the form anew")
    st.session_state.anew = True
    read_so_far(row, shown)


def test_what_was_read_meanwhile_is_added_where_someone_says_so(opened, corpus):
    row = deposits.draft(local_access(opened), Whereto("Steel", "2026-A", "Lamella", "Night"))
    file = corpus / "dm3_2D_data" / "test_STEM_image.dm3"
    arrive(opened, row, file.read_bytes(), file.name)
    app = AppTest.from_function(page_of_the_line)
    app.query_params["id"] = row.id
    app.run()
    assert button(app, "Show what they say").disabled
    looked_into(open_page("deposit", id=row.id))
    app = AppTest.from_function(page_of_the_line)
    app.query_params["id"] = row.id
    app.run()
    assert not app.exception
    assert so_far(app) == "All files were looked into."
    assert not app.text
    button(app, "Show what they say").click().run()
    assert [one.value for one in app.text] == ["the form anew"]
