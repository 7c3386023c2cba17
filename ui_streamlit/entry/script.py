"""Runs `ui_streamlit.main`."""

from ui_streamlit.main import main

main()
