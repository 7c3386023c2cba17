"""Files on their way: what they say, and how many of them are known."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from emfair.model.deposits import Whereto
from emfair.nxem.annotations import parse_annotations
from emfair.service import deposits, uploads
from emfair.service.access import local_access
from emfair.service.annotations import annotate
from emfair.service.arrivals import Arrival, Seen
from emfair.service.form import form_of
from emfair.service.uploads import Announced
from tests.catalogue.conftest import a_measurement, text
from tests.ui_streamlit.annotate.filling_in import button
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.depositing import arrive, looked_into


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


def test_what_is_odd_is_what_the_form_says_now_whoever_changed_it(opened, corpus):
    file = corpus / "dm3_2D_data" / "test_STEM_image.dm3"
    access = local_access(opened)
    row = deposits.draft(access, Whereto("Steel", "2026-A", "Lamella", "Night"))
    arrive(opened, row, file.read_bytes(), file.name)
    looked_into(open_page("deposit", id=row.id))
    app = open_page("annotate", id=row.id)

    def odd():
        assert not app.exception
        told = "\n".join(one.value for one in app.caption).replace("\\", "")
        return [line for line in told.splitlines() if "something else" in line]

    assert not odd()
    for version, (voltage, doubts) in enumerate((("300 kV", 1), ("200 kV", 0), ("80 kV", 1))):
        notes = parse_annotations({"measurement": {"acceleration_voltage": voltage}})
        annotate(access, row.id, notes, expected_version=version, reason="by someone else")
        app.run()
        assert len(odd()) == doubts, voltage
        assert all(voltage in line for line in odd())


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
