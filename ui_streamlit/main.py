"""The navigation: which pages there are, and what stands around each."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.frame import dress, frame
from ui_streamlit.components.notices import notices
from ui_streamlit.login.account import account_pages
from ui_streamlit.login.outside import outside
from ui_streamlit.login.visit import Visit

ICON = Path(__file__).with_name("components") / "icon.svg"


def main() -> None:
    """Show the page that the address names, or the login page in its place."""
    st.set_page_config(page_title="emfair", page_icon=ICON, layout="wide")
    dress()
    with notices():
        visit = stores.visit()
        if visit.inside:
            _inside(visit)
        else:
            outside(visit, [page.url_path for page in pages()])


def pages() -> list[st.Page]:
    """Return the app's pages, the first one first."""
    return [
        st.Page(links.HOME, title="Home", icon=":material/home:", default=True),
        st.Page(links.EXPERIMENTS, title="Experiments", icon=":material/biotech:"),
        st.Page(links.SQL, title="SQL", icon=":material/database:"),
        st.Page(links.EXPERIMENT, title="Experiment", visibility="hidden"),
    ]


def _inside(visit: Visit) -> None:
    page = st.navigation({"": pages(), **account_pages(visit)}, position="top")
    with stores.visited(visit), frame(visit):
        page.run()
