"""One person, or one instrument, chosen of all that are known."""

from __future__ import annotations

import streamlit as st

from emfair.identity.tokens import INSTRUMENT
from emfair.service.access import Access
from emfair.service.nouns import instruments, people
from ui_streamlit.components.labels import distinct

_SHOWN = 200


def whom(
    access: Access,
    label: str,
    key: str,
    *,
    also_instruments: bool = False,
    hint: str = "Choose a name",
) -> str | None:
    """Show the choice; return whose subject was chosen. Of many people some words find one."""
    text = st.session_state.get(f"{key}-text", "")
    page = people.people(access, text=text, limit=_SHOWN)
    if text or page.next:
        st.text_input(
            "Words", key=f"{key}-text", placeholder="Name, affiliation, e-mail …", max_chars=200,
            icon=":material/search:", label_visibility="collapsed",
        )  # fmt: skip
    called = {
        row.id: " · ".join(filter(None, (row.card.name, row.card.affiliation, row.card.email)))
        for row in page.rows
    }
    if also_instruments:
        known = instruments.instruments(access, text=text, limit=_SHOWN).rows
        called |= {f"{INSTRUMENT}{row.id}": f"{row.card.title} (instrument)" for row in known}
    if chosen := st.session_state.get(key):
        called.setdefault(chosen, chosen)
    called = distinct(called)
    return st.selectbox(
        label,
        list(called),
        index=None,
        key=key,
        format_func=lambda subject: called.get(subject, subject),
        placeholder=hint,
    )
