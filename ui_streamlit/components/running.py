"""What the chain is at, looked at anew by itself while there is something."""

from __future__ import annotations

import streamlit as st

from emfair.registry import ExperimentRow
from emfair.service import overview
from emfair.service.overview import Part
from ui_streamlit import stores
from ui_streamlit.components.notices import notices
from ui_streamlit.components.rows import brief

_EVERY = "5s"
Which = tuple[frozenset[str], int]


def running(*, mine: bool) -> None:
    """Show it; nothing where nothing runs.

    Parameters
    ----------
    mine
        Only what whoever looks deposited themselves.
    """
    part = overview.running(stores.access(), mine=mine)
    if part.total:
        _live(mine, _which(part))


@st.fragment(run_every=_EVERY)
def _live(mine: bool, before: Which) -> None:
    """Show it; once it is not what it was `before`, all of the page anew: the rest moved, too."""
    with notices():
        part = overview.running(stores.access(), mine=mine)
        if _which(part) != before:
            st.rerun()
        st.header("Runs now or next", anchor=False)
        for row in part.rows:
            brief(row, part.places[row.id])
        if part.total > len(part.rows):
            st.caption(f"The {len(part.rows)} that changed last, of {part.total:,}.")


def _which(part: Part[ExperimentRow]) -> Which:
    """Return what tells whether one began or ended, of more than are shown, too."""
    return frozenset(row.id for row in part.rows), part.total
