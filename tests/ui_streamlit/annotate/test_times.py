"""Times that people say: in the zone of the clocks, for files that say none."""

from __future__ import annotations

import pytest

from emfair.model.deposits import Whereto
from emfair.service import deposits
from emfair.service.access import local_access
from tests.ui_streamlit.annotate.filling_in import button, field, said
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.test_deposit import arrive, looked_into


def test_a_time_without_an_offset_gets_one(page, services, made):
    app = page("annotate", id=made["needs-input"])
    field(app, "start_time").set_value("2026-03-01 09:00").run()
    button(app, "Save").click().run()
    start = said(services, made["needs-input"]).start_time
    assert start is not None
    assert start.isoformat() == "2026-03-01T09:00:00+00:00"


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


def test_a_time_is_in_the_zone_of_the_clocks(page, made):
    app = page("annotate", id=made["needs-input"])
    field(app, "instrument.time_zone").select("Asia/Tokyo").run()
    field(app, "start_time").set_value("2026-03-01 09:00").run()
    assert any(one.value == r"Taken as 2026\-03\-01T09\:00\:00\+09\:00" for one in app.caption)


def test_a_wrong_time_is_told_in_peoples_words(page, made):
    app = page("annotate", id=made["needs-input"])
    field(app, "start_time").set_value("20.2.2026").run()
    assert any("is no time that can be read" in one.value.replace("\\", "") for one in app.caption)
