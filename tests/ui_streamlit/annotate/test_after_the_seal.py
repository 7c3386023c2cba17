"""Between the seal and the first conversion: what is known stays, and what is not read is told."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from emfair.model.deposits import Whereto
from emfair.service import deposits
from emfair.service.access import local_access
from emfair.service.chain.convert import convert, store
from emfair.service.chain.receive import receive
from tests.ui_streamlit.annotate.filling_in import button
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.depositing import arrive, looked_into

STILL_MISSING, UNREAD = "Still missing for NXem", "Neither said nor read so far"


@pytest.fixture
def row(opened, corpus):
    """Return an experiment whose only file has arrived."""
    row = deposits.draft(local_access(opened), Whereto("Steel", "2026-A", "Lamella", "Night"))
    picture = (corpus / "dm3_2D_data" / "test_STEM_image.dm3").read_bytes()
    arrive(opened, row, picture, "a.dm3")
    return row


def told(app) -> str:
    assert not app.exception
    return "\n".join(one.value for one in app.caption)


def convert_all(services, row, folder):
    receive(services, row.id, run="test")
    store(services, convert(services, row.id, folder, run="test"))


def test_what_was_read_before_the_seal_is_known_after_it(opened, row):
    looked_into(open_page("deposit", id=row.id))
    before = told(open_page("annotate", id=row.id))
    deposits.seal(local_access(opened), row.id)
    after = told(open_page("annotate", id=row.id))
    assert "200 kV" in before
    assert after == before
    assert STILL_MISSING in after
    assert "Acceleration voltage" not in after.partition(STILL_MISSING)[2]


def test_nothing_is_claimed_to_be_missing_that_is_still_to_be_read(opened, row, tmp_path):
    deposits.seal(local_access(opened), row.id)
    app = open_page("annotate", id=row.id)
    assert "Still to be read: 1 of 1 file. What they say is added then." in told(app)
    assert "Some of it may stand in files that are still to be read." in told(app)
    assert UNREAD in told(app)
    assert STILL_MISSING not in told(app)
    convert_all(opened, row, tmp_path)
    app.run()
    assert "200 kV" in told(app)
    assert "to be read" not in told(app)
    assert UNREAD not in told(app)
    assert STILL_MISSING in told(app)


def page_of_the_line() -> None:
    """Show the line beside a form that was filled in before anything was read."""
    from dataclasses import replace

    import streamlit as st

    from emfair.service.form import form_of
    from ui_streamlit import stores
    from ui_streamlit.components.read_so_far import still_to_be_read

    services = stores.services()
    row = services.registry.experiments.get(st.query_params["id"])
    if "anew" in st.session_state:
        st.text("the form anew")
    st.session_state.anew = True
    form = replace(form_of(services, row), unread=("a.dm3",))
    still_to_be_read(row, form)


def test_what_was_read_meanwhile_is_added_where_someone_says_so(opened, row, tmp_path):
    deposits.seal(local_access(opened), row.id)
    app = AppTest.from_function(page_of_the_line)
    app.query_params["id"] = row.id
    app.run()
    assert button(app, "Show what they say").disabled
    convert_all(opened, row, tmp_path)
    app = AppTest.from_function(page_of_the_line)
    app.query_params["id"] = row.id
    app.run()
    assert "All files have been read." in told(app)
    button(app, "Show what they say").click().run()
    assert [one.value for one in app.text] == ["the form anew"]
