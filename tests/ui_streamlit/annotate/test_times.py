"""Times that people say: in the zone of the clocks, for files that say none."""

from __future__ import annotations

import pytest

from emfair.model.deposits import Whereto
from emfair.model.nouns import InstrumentCard
from emfair.nxem.annotations import parse_annotations
from emfair.service import deposits
from emfair.service.access import Granted, local_access
from emfair.service.annotations import annotate
from emfair.service.arrivals import looked_into as seen_so_far
from emfair.service.form import form_of
from emfair.service.nouns.instruments import edit_instrument
from tests.ui_streamlit.annotate.filling_in import button, field, said
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.depositing import arrive, looked_into


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
    opened.registry.instruments.create("titan", card=InstrumentCard(title="Titan"), actor="s")
    whereto = Whereto("Steel", "2026-A", "Lamella", "Night")
    row = deposits.draft(local_access(opened), whereto, instrument="titan")
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
    assert "says no time zone" not in "\n".join(one.value for one in app.caption)
    form = form_of(opened, row, seen_so_far(opened, row).seen)
    fields = {one.name: one for one in form.fields}
    assert not fields["instrument.time_zone"].wanted
    assert not fields["start_time"].doubts
    assert fields["start_time"].known[-1].value_text.endswith(("+01:00", "+02:00"))


def test_what_the_zone_makes_of_times_is_seen_by_the_other_person_too(opened, local_clock):
    row, app = local_clock
    access = local_access(opened)
    notes = parse_annotations({"instrument": {"time_zone": "Europe/Rome"}})
    annotate(access, row.id, notes, expected_version=0, reason="by someone else")
    app.run()
    assert not app.exception
    assert "says no time zone" not in "\n".join(one.value for one in app.caption)


def test_what_the_instruments_profile_makes_of_times_is_seen_at_once(opened, local_clock):
    row, app = local_clock
    card = InstrumentCard.model_validate(
        {"title": "Titan", "profile": {"instrument": {"time_zone": "Europe/Rome"}}}
    )
    editing = Granted(local_access(opened), opened.registry.instruments.get("titan"))
    edit_instrument(editing, card, expected_version=1)
    form = form_of(opened, row, seen_so_far(opened, row).seen)
    (zone,) = [one for one in form.fields if one.name == "instrument.time_zone"]
    assert not zone.wanted
    app.run()
    assert not app.exception
    assert "says no time zone" not in "\n".join(one.value for one in app.caption)


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


def test_a_time_that_clocks_never_show_is_asked_for_its_offset(page, made):
    app = page("annotate", id=made["needs-input"])
    field(app, "instrument.time_zone").select("Europe/Berlin").run()
    field(app, "start_time").set_value("2026-03-29 02:30").run()
    assert not any("Taken as" in one.value for one in app.caption)
    assert any("offset" in one.value for one in app.caption)
    assert button(app, "Save").disabled
