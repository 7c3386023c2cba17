"""What stands around every page: the style sheet, notices for errors, the foot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from urllib.parse import urlencode

import streamlit as st

from ui_streamlit.components.markup import show, style
from ui_streamlit.components.notices import notices
from ui_streamlit.components.tour import AGAIN
from ui_streamlit.login.account import greet
from ui_streamlit.login.visit import Standing, Visit

MARK = """
<svg xmlns="http://www.w3.org/2000/svg" width="132" height="32" viewBox="0 0 132 32">
<g fill="none" stroke="#1b8b91" stroke-width="2.2" stroke-linecap="round">
<circle cx="16" cy="16" r="10.5"/><circle cx="16" cy="16" r="3.4" fill="#1b8b91" stroke="none"/>
<path d="M16 1.5v6M16 24.5v6M1.5 16h6M24.5 16h6"/></g>
<text x="38" y="23" font-family="Georgia, 'Source Serif 4', serif" font-size="22" font-weight="600"
 fill="#1b8b91">emfair</text></svg>
"""
"""A probe on its target; one tone that reads on both light and dark."""


def dress() -> None:
    """Add the style sheet and the logo."""
    style()
    st.logo(MARK, size="large")


@contextmanager
def frame(visit: Visit) -> Iterator[None]:
    """Surround a page."""
    with notices():
        greet(visit)
    with notices():
        yield
    local = visit.standing is Standing.LOCAL
    lake = visit.access.services.lake.url if local else ""
    toured = visit.standing is not Standing.REFEREE
    again = f"/?{urlencode([AGAIN])}" if toured else ""
    show("foot", version=version("emfair"), local=local, lake=lake, tour=again)
