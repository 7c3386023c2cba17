"""Discover: the index by words, facets and numbers; what is found can be shared and taken away."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

import streamlit as st

from emfair.errors import BadCall, EmfairError
from emfair.identity.table import Action
from emfair.nxem.keys import keys
from emfair.service import searches
from emfair.service.access import Access
from emfair.service.hints import hints
from emfair.service.searches import Search, SearchCounts, read_search, rows_sql
from ui_streamlit import stores
from ui_streamlit.components import found, links
from ui_streamlit.components.asked import KNOWN, LAST, NAMES, Said, asked, state
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.narrowing import narrow
from ui_streamlit.components.notices import notice, notices
from ui_streamlit.components.teach import no_experiments

SHOWN = 48  # a page
_ORDERS = {
    "-date": "Newest first",
    "date": "Oldest first",
    "title": "By title",
    "-title": "By title, from the end",
    "-size": "Largest first",
    "size": "Smallest first",
}


_WORDS = (
    "Each word must stand somewhere: in a title, a name, a person, an instrument, a file. Quotes "
    'find a phrase: "EELS map". A minus leaves out: -EDS. Values are asked for on the left.'
)
_NOTHING = "Nothing fits. Use fewer words, take something out on the left, or widen a range."
_NONE = ":material/search_off:"


@dataclass(frozen=True)
class _Read:
    """A search as it is said, to be kept and taken away, and as it was read, to be shown."""

    said: Said
    search: Search


def discover() -> None:
    """Show the page."""
    access = stores.access()
    access.service(Action.QUERY_INDEX)
    st.title("Discover", anchor=False)
    said = asked()
    words = st.container()
    read = _read(said)
    counts = _counts(access, read.search) if read is not None else None
    if read is not None and read.search == Search() and counts is not None and not counts.total:
        no_experiments(access)
        return
    with words:
        _words()
    with st.sidebar:
        narrow(counts)
    if read is not None and counts is not None:
        _head(access, read, counts)
        with notices():
            _page(access, read.search, counts.total)
        _as_sql(read.search)


def _read(said: Said) -> _Read | None:
    """Return the search that is shown; what cannot be one is told, to be mended.

    Meanwhile the last one at this address that could be stays.
    """
    try:
        read = _Read(said, read_search(_of_search(said)))
    except BadCall as error:
        notice(error)
        last: _Read | None = st.session_state.get(state(LAST))
        return last
    st.session_state[state(LAST)] = read
    return read


def _counts(access: Access, search: Search) -> SearchCounts | None:
    """Return how much a search finds; None, and a notice, if it cannot be told."""
    try:
        return searches.counts(access, search)
    except EmfairError as error:
        notice(error)
        return None


def _of_search(said: Said) -> Said:
    """Return what is said of the search itself, not of how it is shown."""
    return {name: one for name, one in said.items() if name != "view"}


def _words() -> None:
    """Show the field for words, and the choice of what is found and how it is shown."""
    st.text_input(
        "Words",
        key=state("q"),
        placeholder="Title, sample, person, instrument, file …",
        icon=":material/search:",
        max_chars=200,
        help=_WORDS,
    )
    with st.container(horizontal=True):
        for name, label in (("level", "Find"), ("view", "Show as")):
            st.segmented_control(
                label, KNOWN[name], key=state(name), required=True, format_func=str.capitalize,
                label_visibility="collapsed",
            )  # fmt: skip


def _head(access: Access, read: _Read, counts: SearchCounts) -> None:
    """Show how much is found, its order, and what can be done with it."""
    search = read.search
    number, what = counts.total, search.level if counts.total != 1 else search.level[:-1]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{number:,}** {what}", width="stretch")
        st.selectbox(
            "Order", list(orders := _orders(search)), key=state("sort"), width=200,
            format_func=lambda one: orders[one], label_visibility="collapsed",
        )  # fmt: skip
        with st.popover("Columns", icon=":material/view_column:"):
            st.multiselect(
                "Values to show, too", list(keys()), key=state("columns"),
                max_selections=searches.MOST_COLUMNS, select_all=False,
                format_func=lambda key: keys()[key].label,
            )  # fmt: skip
        with st.popover("Keep", icon=":material/bookmark:"), notices():
            _kept(access, read.said)
        with st.popover("Download", icon=":material/download:"):
            _downloads(read.said)


def _orders(search: Search) -> dict[str, str]:
    by_value = {
        f"{sign}{key}": f"{keys()[key].label}, {word}"
        for key in search.columns
        for sign, word in (("-", "largest first"), ("", "smallest first"))
    }
    return _ORDERS | by_value


def _page(access: Access, search: Search, total: int) -> None:
    if not total:
        st.info("\n\n".join([_NOTHING, *map(escaped, hints(search.words))]), icon=_NONE)
        return
    pages = -(-total // SHOWN)
    number = min(st.session_state.get(state("page"), 1), pages)
    hits = searches.find(access, search, limit=SHOWN, offset=(number - 1) * SHOWN).to_pylist()
    (found.table if st.session_state[state("view")] == "table" else found.pictures)(search, hits)
    if pages > 1:
        st.session_state[state("page")] = number
        st.pagination(pages, key=state("page"))


def _kept(access: Access, said: Said) -> None:
    for one in searches.kept_searches(access):
        with st.container(horizontal=True, vertical_alignment="center"):
            address = {name: said for name, said in parse_qs(one.content).items() if name in NAMES}
            st.page_link(
                links.DISCOVER, label=escaped(one.name), query_params=address,
                icon=":material/bookmark:", width="stretch",
            )  # fmt: skip
            st.button(
                "Remove", key=f"forget-{one.name}", type="tertiary", icon=":material/delete:",
                on_click=_forget, args=(one.name,),
            )  # fmt: skip
    with st.form("keep", border=False, clear_on_submit=True):
        name = st.text_input("Keep this search as", max_chars=200, placeholder="Gold at 300 kV")
        if st.form_submit_button("Keep", icon=":material/bookmark_add:"):
            searches.keep_search(access, name, urlencode(said, doseq=True))
            st.rerun()
    st.caption("Or copy the address of this page: whoever opens it sees what they may see of it.")


def _forget(name: str) -> None:
    with notices():
        searches.forget_search(stores.access(), name)


def _downloads(said: Said) -> None:
    """Lead to the API, which asks once more who takes it."""
    st.caption(f"All that is found, up to {searches.MOST_ROWS:,} rows; numbers are SI.")
    for kind in ("CSV", "Parquet"):
        asked_for = _of_search(said) | {"as": [kind.lower()]}
        st.link_button(
            kind, f"{links.SEARCH}/table?{urlencode(asked_for, doseq=True)}",
            icon=":material/download:", width="stretch",
        )  # fmt: skip


def _as_sql(search: Search) -> None:
    with st.expander("As SQL", icon=":material/database:"):
        sql = rows_sql(search)
        st.code(sql, language="sql", wrap_lines=True)
        st.page_link(
            links.SQL, label="Go on with it on the SQL page", query_params={"sql": sql},
            icon=":material/edit:",
        )  # fmt: skip


if __name__ == "__main__":
    discover()
