"""The widgets that narrow a search: facets with counts, days, and what keys must be.

What does not belong here: what they say together (`asked`).
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from emfair.model.findings import Verdict
from emfair.nxem.keys import keys
from emfair.service.searches import FACETS, Count, Counts
from ui_streamlit.components.asked import Row, add_row, clear, drop_row, is_number, rows, state
from ui_streamlit.components.words import VERDICTS

_FIRST = ("state", "technique", "element", "instrument", "project", "person")
"""The others are behind a fold."""


def narrow(counts: Counts | None) -> None:
    """Show the widgets; without counts only what is chosen."""
    found: Mapping[str, tuple[Count, ...]] = counts.facets if counts else {}
    st.subheader("Narrow it down", anchor=False)
    for name in _FIRST:
        _facet(name, found.get(name, ()))
    first, last = st.columns(2)
    first.date_input("From", key=state("since"), format="YYYY-MM-DD")
    last.date_input("To", key=state("until"), format="YYYY-MM-DD")
    for row in list(rows()):
        _condition(row)
    st.button(
        "What a value must be", icon=":material/add:", on_click=add_row, width="stretch",
        help="Any key, as a range in any unit: 80 kV to 200 kV.",
    )  # fmt: skip
    for name in (name for name in FACETS if name not in _FIRST):
        _facet(name, found.get(name, ()))
    st.button("Begin anew", icon=":material/restart_alt:", type="tertiary", on_click=clear)


def _facet(name: str, found: tuple[Count, ...]) -> None:
    """Show what can be chosen of a facet, the most frequent first; what is chosen stays there."""
    known = {one.value: one for one in found}
    chosen = st.session_state.get(state(name), [])
    st.multiselect(
        FACETS[name].label,
        [*known, *(value for value in chosen if value not in known)],
        key=state(name),
        format_func=lambda value: _named(name, value, known.get(value)),
        placeholder=_hint(name, found) or "nothing to choose",
        select_all=False,
        filter_mode="prefix" if name == "element" else "fuzzy",
        help="All that you choose must be there." if FACETS[name].is_list else None,
    )


def _hint(name: str, found: tuple[Count, ...]) -> str:
    few = ", ".join(_title(name, one.value, one.title) for one in found[:3])
    return (f"{few} …" if len(found) > 3 else few)[:60]


def _named(name: str, value: str, count: Count | None) -> str:
    title = _title(name, value, count.title if count else value)
    return f"{title}  ({count.n:,})" if count else title


def _title(name: str, value: str, title: str) -> str:
    if name == "state" and value in {one.value for one in Verdict}:
        return VERDICTS[Verdict(value)].label
    return title


def _condition(row: Row) -> None:
    with st.container(border=True):
        st.selectbox(
            "Key", list(keys()), key=row.widget("key"), index=None, placeholder="Choose a key",
            format_func=lambda key: keys()[key].label,
        )  # fmt: skip
        chosen = st.session_state.get(row.widget("key"))
        if chosen and is_number(chosen):
            unit = keys()[chosen].shown
            first, last = st.columns(2)
            first.text_input("At least", key=row.widget("low"), placeholder=f"1 {unit}")
            last.text_input("At most", key=row.widget("high"), placeholder=f"2 {unit}")
        elif chosen:
            st.text_input("Words in it", key=row.widget("low"), max_chars=200)
        st.button(
            "Remove this condition", key=row.widget("drop"), type="tertiary",
            icon=":material/close:", on_click=drop_row, args=(row,),
        )  # fmt: skip
