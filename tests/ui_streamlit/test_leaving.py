"""A page that is left: nothing of it runs by itself any more."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    """Show whether a fragment of the page before can still be asked for."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from ui_streamlit import leaving

    context = get_script_run_ctx()
    context.fragment_storage.register("old", lambda: None)
    if "before" in st.query_params:
        st.session_state["page-that-is-shown"] = st.query_params["before"]
    leaving.arrive()
    st.text(str(context.fragment_storage.contains("old")))


@pytest.mark.parametrize(("before", "there"), [("another", "False"), (None, "True")])
def test_fragments_of_another_page_are_forgotten_before_this_one_is_shown(before, there):
    app = AppTest.from_function(page)
    if before:
        app.query_params["before"] = before
    app.run()
    assert not app.exception
    assert [one.value for one in app.text] == [there]
