"""Turning the pages of a list by cursors: newer and older, from the first page for each search."""

from __future__ import annotations

from typing import cast

import streamlit as st


def cursor(name: str, search: object, begin: str | None = None) -> str | None:
    """Return the cursor of the page that is shown; another search begins at its first page.

    Parameters
    ----------
    begin
        Where whoever comes by an address begins.
    """
    known = st.session_state.get(f"{name}-search")
    if known != search:
        cursors = [begin] if known is None and begin else []
        st.session_state[f"{name}-search"], st.session_state[f"{name}-cursors"] = search, cursors
    turned: list[str] = st.session_state[f"{name}-cursors"]
    return turned[-1] if turned else None


def turn(name: str, following: str | None, *, back: str = "Newer", forth: str = "Older") -> None:
    """Show the buttons, where there is more than a page; `following` is the next one's cursor."""
    cursors: list[str] = st.session_state[f"{name}-cursors"]
    if not (following or cursors):
        return
    with st.container(horizontal=True):
        if st.button(
            back, key=f"{name}-back", disabled=not cursors, icon=":material/chevron_left:"
        ):
            cursors.pop()
            st.rerun()
        if st.button(
            forth, key=f"{name}-forth", disabled=following is None, icon=":material/chevron_right:"
        ):
            cursors.append(cast("str", following))
            st.rerun()
