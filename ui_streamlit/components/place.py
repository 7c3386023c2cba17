"""Where an experiment hangs, and at which instruments it was: each leads to more of it.

What does not belong here: changing it (`deciding`).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import streamlit as st

from emfair.errors import Forbidden, NotFound
from emfair.identity.table import Action
from emfair.model.nouns import InstrumentCard
from emfair.service.access import Access
from emfair.service.browse import ExperimentPage
from emfair.service.measurements import instruments
from emfair.service.naming import place_of
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped

_MOST = 4
"""Instruments that are named."""


def place(access: Access, page: ExperimentPage) -> None:
    """Show project, proposal, sample, and the instruments.

    One with a card leads there; one that only files or people name, to what else was made at it.
    """
    card = _card(access, page.row.instrument)
    names = [one for one in instruments(page.measurements) if one not in _names(card)]
    with st.container(horizontal=True, vertical_alignment="center", key="place"):
        st.caption(escaped(place_of(page.titles)), width="content")
        if card is not None:
            _link(links.INSTRUMENTS, card.title, id=page.row.instrument or "")
        for name in names[:_MOST]:
            _link(links.DISCOVER, name, instrument=name)


def _link(page: Path, name: str, **query: str) -> None:
    st.page_link(
        page, label=escaped(name), query_params=query, icon=":material/precision_manufacturing:",
        width="content",
    )  # fmt: skip


def _card(access: Access, instrument: str | None) -> InstrumentCard | None:
    """Return the card of an experiment's instrument, to whoever may see it."""
    if instrument is not None:
        with suppress(NotFound, Forbidden):
            return access.instrument(Action.READ_INSTRUMENT, instrument).card
    return None


def _names(card: InstrumentCard | None) -> set[str]:
    """Return what an instrument is called in an experiment's measurements."""
    if card is None:
        return set()
    notes = card.profile.instrument
    model = card.model.name if card.model else None
    return {card.title} | {one for one in (notes.name, notes.model, model) if one}
