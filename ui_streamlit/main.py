"""The navigation: which pages there are, and what stands around each."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui_streamlit.components import links
from ui_streamlit.components.frame import frame

ICON = Path(__file__).with_name("components") / "icon.svg"


def main() -> None:
    """Show the page that the address names."""
    st.set_page_config(page_title="emfair", page_icon=ICON, layout="wide")
    page = st.navigation(
        [
            st.Page(links.HOME, title="Home", icon=":material/home:", default=True),
            st.Page(links.EXPERIMENTS, title="Experiments", icon=":material/biotech:"),
            st.Page(links.SQL, title="SQL", icon=":material/database:"),
            st.Page(links.EXPERIMENT, title="Experiment", visibility="hidden"),
        ],
        position="top",
    )
    with frame():
        page.run()
