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
