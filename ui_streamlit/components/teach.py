"""Empty states: what to do when there is nothing to see yet. The pages first, then the commands."""

from __future__ import annotations

import streamlit as st

from emfair.service.access import Access
from emfair.service.new_projects import may_deposit_somewhere
from ui_streamlit.components import links

DEMO = "emfair demo"
DEPOSIT = (
    'emfair deposit scan_012.dm4 --project "Quartz interfaces" '
    '--proposal 2026-A --sample "Lamella 3"'
)


def no_experiments(access: Access) -> None:
    """Teach how experiments come here; whoever may not deposit learns whom to ask."""
    with st.container(border=True):
        st.subheader("No experiments yet", anchor=False)
        if not may_deposit_somewhere(access):
            st.markdown(
                "Nothing is shown to you here, and there is no project that you may deposit into. "
                "Ask whoever invited you, an owner of the project, or a steward."
            )
            return
        st.markdown(
            "Drop the files of a session as the microscope wrote them, whole folders too. emfair "
            "finds out what wrote them, reads what they say, and asks for the rest."
        )
        st.page_link(
            links.DEPOSIT, label="**Deposit your first session**", icon=":material/upload:",
        )  # fmt: skip
        with st.expander("From the command line"):
            st.markdown("A session of your own:")
            st.code(DEPOSIT, language="shell", wrap_lines=True)
            st.markdown("Or see it work with real files of several vendors, in a minute or two:")
            st.code(DEMO, language="shell")


def nothing_indexed() -> None:
    """Teach what the index holds, where nothing is in it yet."""
    with st.container(border=True):
        st.subheader("Nothing to count yet", anchor=False)
        st.markdown(
            "Figures appear once a deposit is sealed. Choose a longer period, or begin with a "
            "deposit."
        )
        st.page_link(links.DEPOSIT, label="**Deposit a session**", icon=":material/upload:")
