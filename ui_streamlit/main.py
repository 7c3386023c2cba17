"""The navigation: which pages there are, and what stands around each."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import streamlit as st

from ui_streamlit import leaving, stores
from ui_streamlit.components import links
from ui_streamlit.components.frame import dress, frame
from ui_streamlit.components.notices import notices
from ui_streamlit.lab import MENU, closed_to, lab_pages
from ui_streamlit.login.account import TOKENS, account_pages
from ui_streamlit.login.outside import outside
from ui_streamlit.login.visit import Visit

ICON = Path(__file__).with_name("components") / "icon.svg"


def main() -> None:
    """Show the page that the address names, or the login page in its place."""
    st.set_page_config(page_title="emfair", page_icon=ICON, layout="wide")
    leaving.arrive()
    dress()
    with notices():
        visit = stores.visit()
        if visit.inside:
            _inside(visit)
        else:
            known = [*pages(), *lab_pages(visit.access)]
            outside(visit, [*(page.url_path for page in known), TOKENS])


def pages(hidden: Collection[Path] = ()) -> list[st.Page]:
    """Return the app's pages, the first one first; those `hidden` stand in no menu."""
    shown = {
        links.HOME: ("Home", "home"),
        links.DEPOSIT: ("Deposit", "upload"),
        links.BOARD: ("Projects", "view_column"),
        links.EXPERIMENTS: ("Experiments", "biotech"),
        links.DISCOVER: ("Discover", "search"),
        links.SQL: ("SQL", "database"),
    }
    return [
        *(
            st.Page(
                path,
                title=title,
                icon=f":material/{icon}:",
                default=path == links.HOME,
                visibility="hidden" if path in hidden else "visible",
            )
            for path, (title, icon) in shown.items()
        ),
        st.Page(links.ANNOTATE, title="Annotate", visibility="hidden"),
        st.Page(links.EXPERIMENT, title="Experiment", visibility="hidden"),
    ]


def _inside(visit: Visit) -> None:
    closed = closed_to(visit.access)
    groups = {"": pages(closed), MENU: lab_pages(visit.access), **account_pages(visit)}
    page = st.navigation(groups, position="top")
    with stores.visited(visit), frame(visit):
        page.run()
