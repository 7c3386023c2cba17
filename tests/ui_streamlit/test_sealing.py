"""The seal: before all else, whatever becomes of the page; and what is told where it fails."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from emfair.model.states import ExperimentState
from emfair.service import deposits, uploads
from emfair.service.access import local_access
from emfair.service.uploads import Announced
from tests.ui_streamlit.conftest import open_page
from tests.ui_streamlit.depositing import arrive, begun, button, there


def left_while_it_runs():
    """Show a page that is left as soon as its button is pressed."""
    import streamlit as st

    from ui_streamlit.components.sealing import seal_button

    if "shown" in st.session_state:
        st.stop()
    st.session_state["shown"] = True
    seal_button(st.session_state["experiment"], disabled=False)


def test_whoever_leaves_the_page_at_once_has_sealed(opened):
    row = there(opened)
    arrive(opened, row)
    app = AppTest.from_function(left_while_it_runs)
    app.session_state["experiment"] = row.id
    app.run().button[0].click().run()
    assert not app.exception
    assert opened.registry.experiments.get(row.id).state is ExperimentState.SEALED


def test_a_sealed_deposit_leads_to_its_experiment(opened):
    _, row = begun(opened)
    arrive(opened, row)
    app = open_page("deposit", id=row.id)
    button(app, "Seal the deposit").click().run()
    assert not app.exception
    assert [one.value for one in app.title] == ["Night"]
    assert not any("This deposit is closed" in one.value for one in app.info)


def test_one_that_another_has_sealed_meanwhile_is_no_error(opened):
    _, row = begun(opened)
    arrive(opened, row)
    app = open_page("deposit", id=row.id)
    deposits.seal(local_access(opened), row.id)
    button(app, "Seal the deposit").click().run()
    assert not app.warning
    assert [one.value for one in app.title] == ["Night"]


def test_what_forbids_the_seal_is_told_until_something_else_is_done(opened):
    _, row = begun(opened)
    arrive(opened, row)
    app = open_page("deposit", id=row.id)
    uploads.announce(local_access(opened), row.id, [Announced("b.mrc", 7, opened.now())])
    button(app, "Seal the deposit").click().run()
    assert opened.registry.experiments.get(row.id).state is ExperimentState.UPLOADING
    assert [one.value for one in app.warning if "b\\.mrc" in one.value]
    assert not app.exception
    app.run()
    assert not [one.value for one in app.warning if "b\\.mrc" in one.value]
