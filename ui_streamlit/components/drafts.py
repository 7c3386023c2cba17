"""Deposits that one has begun and not sealed: to go on with."""

from __future__ import annotations

import streamlit as st

from emfair.service import overview
from emfair.service.access import Access
from ui_streamlit.components import links
from ui_streamlit.components.rows import brief


def drafts(access: Access) -> None:
    """Show the latest of them; nothing if there is none."""
    part = overview.drafts(access)
    if not part.rows:
        return
    st.header("Not sealed yet", anchor=False)
    for row in part.rows:
        brief(row, part.places[row.id], links.DEPOSIT, go="Go on")
    if part.total > len(part.rows):
        st.caption(f"The {len(part.rows)} touched last, of {part.total:,}.")
