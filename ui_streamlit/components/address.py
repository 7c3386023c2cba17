"""Filters that stand in the page's address, so that a search can be shared and comes back.

The widget of a filter has the key ``page-name``; the address has the name alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import streamlit as st

_YES = "yes"
_SHORT = 200  # characters, of which a field for words takes no more


def settle(*names: str) -> dict[str, str]:
    """Return what the address says of `names`, and let the browser show that and nothing else.

    A link from a page to itself changes what is asked for, but not the browser's address.
    """
    asked = {name: st.query_params[name] for name in names if st.query_params.get(name)}
    st.query_params.from_dict(asked)
    return asked


def take(
    page: str, names: Iterable[str], read: Mapping[str, Callable[[str], Any]] | None = None
) -> None:
    """Fill the filters in from an address that the reader came by; else they stay.

    Parameters
    ----------
    read
        Reads the text of some filters, however long; the others are short texts. None is no
        filter.
    """
    address = st.query_params.to_dict()
    keys = {name: f"{page}-{name}" for name in names}
    known = st.session_state.get(f"{page}-address")
    if address == known and all(key in st.session_state for key in keys.values()):
        return
    for name, key in keys.items():
        st.session_state[key] = (read or {}).get(name, _text)(address.get(name, ""))
    st.session_state[f"{page}-address"] = address


def follow(page: str, names: Iterable[str]) -> None:
    """Let the address say what the filters say."""
    said = {name: st.session_state.get(f"{page}-{name}") for name in names}
    address = {name: _YES if value is True else str(value) for name, value in said.items() if value}
    st.session_state[f"{page}-address"] = address
    st.query_params.from_dict(address)


def words(text: str) -> str:
    """Read what stands in a field for words: empty, if nothing is asked for."""
    return text[:_SHORT]


def yes(text: str) -> bool:
    """Read a switch."""
    return text == _YES


def _text(text: str) -> str | None:
    return words(text) or None
