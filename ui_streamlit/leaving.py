"""Leaving a page: what ran there by itself runs no more.

A browser asks for a page's fragments every few seconds, also while the next page is on its way.
Streamlit answers after that page, under the old one's address: the browser then takes the new page
for left, empties it, and breaks on what comes next for it. What does not belong here: where to.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_PAGE = "page-that-is-shown"


def arrive() -> None:
    """Forget the fragments of the page before, if this run shows another one."""
    context = get_script_run_ctx()
    page = context.page_script_hash if context else ""
    before = st.session_state.get(_PAGE, page)
    st.session_state[_PAGE] = page
    if before != page:
        forget()


def forget() -> None:
    """Forget all fragments: whoever asks for one from now on gets no answer."""
    context = get_script_run_ctx()
    if context is not None:
        context.fragment_storage.clear()
