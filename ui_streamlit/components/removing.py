"""A button that deletes what is empty, after one more press; shown only where it can be done.

What does not belong here: what may go, and when (`emfair.service.nouns.removal`).
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui_streamlit.components.notices import notices


def removal(name: str, about: str, remove: Callable[[], None]) -> None:
    """Show the button.

    Parameters
    ----------
    name
        Tells it from others on the page.
    about
        What goes with it, in a sentence.
    remove
        Deletes it and leads elsewhere; errors are told on the page.
    """
    with st.popover("Delete", icon=":material/delete:", type="tertiary", key=f"remove-{name}"):
        st.write(f"{about} This cannot be undone; the audit log keeps that it was there.")
        st.button("Delete it", key=f"remove-{name}-now", on_click=_remove, args=(remove,))


def _remove(remove: Callable[[], None]) -> None:
    with notices():
        remove()
        st.toast("Deleted.", icon=":material/check:")
