"""One column of the board: the things of one level, one of which is chosen, and a new one.

What does not belong here: which levels there are (`ui_streamlit.pages.board`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from emfair.errors import EmfairError
from emfair.registry import CardRow
from emfair.service.nouns.cards import CardPage
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.notices import notice, notices

SHOWN = 50
_SEARCHED = 8
"""From so many on, a level has a field for words."""

Look = Callable[..., CardPage[Any]]
"""Returns a page of a level's cards; takes `text` and `limit`."""


def level(
    name: str,
    title: str,
    look: Look,
    make: Callable[[str], Any] | None,
    *,
    hint: str,
    card: Callable[[CardRow[Any]], None],
) -> str:
    """Show a level; return the identifier of what is chosen, empty for nothing.

    Parameters
    ----------
    name
        Of the level in the address.
    make
        Makes a new one from its title; None if whoever looks may not.
    hint
        What is said where there is nothing.
    card
        Shows more of the one that is chosen, below its name.
    """
    st.subheader(title, anchor=False)
    text = st.session_state.get(f"board-{name}-text", "")
    page = look(text=text, limit=SHOWN)
    if text or len(page.rows) >= _SEARCHED:
        st.text_input(
            "Words", key=f"board-{name}-text", label_visibility="collapsed", max_chars=200,
            placeholder="Words …", icon=":material/search:",
        )  # fmt: skip
    chosen = st.query_params.get(name, "")
    for row in page.rows:
        count = page.experiments.get(row.id, 0)
        st.button(
            f"{escaped(row.card.title)}  :gray[{count}]" if count else escaped(row.card.title),
            key=f"board-{name}-{row.id}",
            type="secondary" if row.id == chosen else "tertiary",
            width="stretch",
            on_click=_choose,
            args=(name, row.id),
        )
        if row.id == chosen:
            with st.container(gap="xxsmall"), notices():
                card(row)
    if not page.rows:
        st.caption("Nothing fits." if text else hint)
    elif page.next:
        st.caption(f"The newest {SHOWN}; use words to find others.")
    if make is not None:
        _new(name, make)
    return chosen if any(row.id == chosen for row in page.rows) else ""


def _choose(name: str, identifier: str) -> None:
    """Choose a thing; what was chosen below another one is not any more."""
    below = {"project": ("proposal", "sample"), "proposal": ("sample",)}
    st.query_params[name] = identifier
    for other in below.get(name, ()):
        if other in st.query_params:
            del st.query_params[other]


def _new(name: str, make: Callable[[str], Any]) -> None:
    with st.popover("New", icon=":material/add:"), st.form(f"board-{name}-new", border=False):
        text = st.text_input(f"Title of the new {name}", max_chars=500)
        if not st.form_submit_button("Make it", type="primary"):
            return
        try:
            row = make(text.strip())
        except EmfairError as error:
            notice(error)
            return
        _choose(name, row.id)
        st.rerun()
