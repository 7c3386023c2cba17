"""Empty states: what to type when there is nothing to see yet."""

from __future__ import annotations

import streamlit as st

DEMO = "emfair demo"
DEPOSIT = (
    'emfair deposit scan_012.dm4 --project "Quartz interfaces" '
    '--proposal 2026-A --sample "Lamella 3"'
)


def no_experiments() -> None:
    """Teach how experiments come here."""
    with st.container(border=True):
        st.subheader("No experiments yet", anchor=False)
        st.markdown("See it work with real files of several vendors, in a minute or two:")
        st.code(DEMO, language="shell")
        st.markdown(
            "Or deposit your own. Name files or whole folders; emfair finds out what wrote them."
        )
        st.code(DEPOSIT, language="shell", wrap_lines=True)


def strangers() -> None:
    """Say to someone who is not logged in why there is so little to see."""
    st.info(
        "**You are not logged in, and these pages know no login yet.** They show only what "
        "anybody may see. Your data are there: `emfair login`, then `emfair deposit` and the API "
        "reach them.",
        icon=":material/lock:",
    )
