"""Beside Save stands what it waits for, and what is missing still."""

from __future__ import annotations

from emfair.service.form import form_of
from tests.ui_streamlit.annotate.filling_in import field

MISSING = "Still missing for NXem: "


def test_what_is_missing_is_told_in_the_order_of_the_form(page, services, made):
    app = page("annotate", id=made["needs-input"])
    (said,) = (one.value for one in app.caption if MISSING in one.value)
    missing = said.partition(MISSING)[2].partition(".")[0].split(", ")
    form = form_of(services, services.registry.experiments.get(made["needs-input"]))
    titles = [str(field.schema["title"]) for field in form.fields]
    assert missing == [title for title in titles if title in missing]
    assert len(missing) > 3


def test_what_cannot_be_saved_says_why(page, made):
    app = page("annotate", id=made["valid"])
    assert any("Nothing has changed" in one.value for one in app.caption)
    field(app, "measurement.camera_length").set_value("200 kV").run()
    assert any("To be corrected before it can be saved: Camera length" in one.value
               for one in app.caption)  # fmt: skip
