"""A secret that is shown once: until whoever made it says that they have it, or leaves the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from emfair.errors import EmfairError


@dataclass(frozen=True)
class Secret:
    """What is shown: a sentence, the secret, and how it is used."""

    said: str
    text: str
    usage: str = ""


def turn_of(name: str) -> int:
    """Return how often the form `name` was sent: part of its key, so that each is another one."""
    return int(st.session_state.get(f"{name}-turn", 0))


@contextmanager
def once(name: str) -> Iterator[list[Secret]]:
    """Make something once, however often its form is sent; yield where its secret is put.

    When a form is sent again, Streamlit ends the run that is on its way at the next touch of page
    or session, and begins anew. So the form is another one before anything is made, and a secret
    is put into a plain list. What fails gives the form back as it was.
    """
    held: list[Secret] = []
    turn = turn_of(name)
    st.session_state[_key(name)] = held
    st.session_state[f"{_key(name)}-fresh"] = True
    st.session_state[f"{name}-turn"] = turn + 1
    try:
        yield held
    except EmfairError:
        st.session_state[f"{name}-turn"] = turn
        raise


def show_kept(name: str) -> None:
    """Show the secret that is kept, if there is one."""
    fresh = st.session_state.pop(f"{_key(name)}-fresh", False)
    held: list[Secret] = st.session_state.get(_key(name), [])
    if not held:
        return
    if not fresh and f"{_key(name)}-done" not in st.session_state:  # the page was left
        del st.session_state[_key(name)]
        return
    secret = held[0]
    with st.container(border=True):
        st.markdown(f"**{secret.said}** It is shown only now: copy it to a safe place.")
        st.code(secret.text, language=None, wrap_lines=True)
        if secret.usage:
            st.markdown("Use it so:")
            st.code(secret.usage, language=None, wrap_lines=True)
        if st.button("I have copied it", key=f"{_key(name)}-done", icon=":material/check:"):
            del st.session_state[_key(name)]
            st.rerun()


def _key(name: str) -> str:
    return f"once-{name}"
