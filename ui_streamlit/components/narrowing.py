"""The widgets that narrow a search: facets with counts, days, and what keys must be.

What does not belong here: what they say together (`asked`).
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from emfair.errors import BadCall
from emfair.model.findings import Verdict
from emfair.nxem.keys import keys
from emfair.nxem.show import kind_in_words
from emfair.service.ranges import example_of
from emfair.service.searches import FACETS, FacetValue, SearchCounts
from ui_streamlit.components.asked import (
    Row,
    add_row,
    clear,
    drop_row,
    forget_text,
    is_number,
    rows,
    state,
)
from ui_streamlit.components.labels import distinct
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.words import VERDICTS

_FIRST = ("state", "technique", "element", "instrument", "project", "person")
"""The others are behind a fold."""
_RANGES = (
    "80 kV to 200 kV, 80-200 kV, > 100 kV, at most 1.2 nm, or one value: 200 kV or ~200 kV finds "
    "what rounds to it, 199.5 to 200.5 kV; 200.0 kV is narrower, = 200 kV exact."
)


def narrow(counts: SearchCounts | None) -> None:
    """Show the widgets; without counts only what is chosen."""
    found: Mapping[str, tuple[FacetValue, ...]] = counts.facets if counts else {}
    st.subheader("Narrow it down", anchor=False)
    for name in _FIRST:
        _facet(name, found.get(name, ()))
    st.date_input("From", key=state("since"), format="YYYY-MM-DD")
    st.date_input("To", key=state("until"), format="YYYY-MM-DD")
    for row in list(rows()):
        _condition(row)
    st.button(
        "What a value must be", icon=":material/add:", on_click=add_row, width="stretch",
        help="Any key: a range in any unit, or words.",
    )  # fmt: skip
    for name in (name for name in FACETS if name not in _FIRST):
        _facet(name, found.get(name, ()))
    st.button("Begin anew", icon=":material/restart_alt:", type="tertiary", on_click=clear)


def _facet(name: str, found: tuple[FacetValue, ...]) -> None:
    """Show what can be chosen of a facet, the most frequent first; what is chosen stays there."""
    known = {one.value: one for one in found}
    chosen = st.session_state.get(state(name), [])
    values = [*known, *(value for value in chosen if value not in known)]
    labels = distinct({value: _named(name, value, known.get(value)) for value in values})
    st.multiselect(
        FACETS[name].label,
        values,
        key=state(name),
        format_func=lambda value: labels.get(value, value),
        placeholder="Any" if values else "Nothing to choose",
        select_all=False,
        filter_mode="prefix" if name == "element" else "fuzzy",
        help="All that you choose must be there." if FACETS[name].is_list else None,
    )


def _named(name: str, value: str, count: FacetValue | None) -> str:
    title = _title(name, value, count.title if count else value)
    return f"{title}  ({count.n:,})" if count else title


def _title(name: str, value: str, title: str) -> str:
    if name == "state" and value in {one.value for one in Verdict}:
        return VERDICTS[Verdict(value)].label
    return kind_in_words(value) if name == "data" else title


def _condition(row: Row) -> None:
    with st.container(border=True):
        key = st.selectbox(
            "Key", list(keys()), key=row.widget("key"), index=None, placeholder="Choose a key",
            format_func=lambda key: keys()[key].label, on_change=forget_text, args=(row,),
        )  # fmt: skip
        if key and is_number(key):
            st.text_input(
                "Range", key=row.widget("text"), placeholder=example_of(keys()[key]), help=_RANGES,
            )  # fmt: skip
        elif key:
            st.text_input("Words in it", key=row.widget("text"), max_chars=200)
        if row.problem:
            _problem(row, row.problem)
        st.button(
            "Remove this condition", key=row.widget("drop"), type="tertiary",
            icon=":material/close:", on_click=drop_row, args=(row,),
        )  # fmt: skip


def _problem(row: Row, problem: BadCall) -> None:
    before = row.last.partition(":")[2].strip()
    meanwhile = f"Until then it is {before}." if before else "Until then it is not asked for."
    text = f"{escaped(problem.message)}\n\n{escaped(problem.remedy)}\n\n{escaped(meanwhile)}"
    st.warning(text, icon=":material/error:")
