"""The navigation: which pages there are, and what stands around each."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui_streamlit.components.frame import frame

ICON = Path(__file__).with_name("components") / "icon.svg"


def main() -> None:
    """Show the page that the address names."""
    st.set_page_config(page_title="emfair", page_icon=ICON, layout="wide")
    page = st.navigation(
        [
            st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
            st.Page(
                "pages/experiments.py",
                title="Experiments",
                icon=":material/biotech:",
                url_path="experiments",
            ),
            st.Page("pages/sql.py", title="SQL", icon=":material/database:", url_path="sql"),
            st.Page(
                "pages/experiment.py",
                title="Experiment",
                url_path="experiment",
                visibility="hidden",
            ),
        ],
        position="top",
    )
    with frame():
        page.run()


if __name__ == "__main__":
    main()
