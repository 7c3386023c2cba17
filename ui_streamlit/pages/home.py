"""Home: what needs the reader, what runs, what ended; for stewards and administrators of all."""

from __future__ import annotations

import streamlit as st

from emfair.identity.policy import SERVICE
from emfair.identity.table import Action
from emfair.model.states import ExperimentState as State
from emfair.service import overview
from emfair.service.access import Access
from emfair.service.new_projects import may_deposit_somewhere
from emfair.service.overview import Glance
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.drafts import drafts
from ui_streamlit.components.markup import show
from ui_streamlit.components.notices import notices
from ui_streamlit.components.overseen import alike, longest, upkeep
from ui_streamlit.components.rows import brief, mending
from ui_streamlit.components.running import running
from ui_streamlit.components.teach import no_experiments
from ui_streamlit.components.tour import tour
from ui_streamlit.components.words import STATES

CARDS = (
    (State.NEEDS_INPUT, "wait for values only a person knows"),
    (State.INVALID, "have something to mend"),
    (State.FAILED, "could not be processed"),
    (State.UPLOADING, "are still arriving"),
    (State.SEALED, "wait for their turn"),
    (State.PROCESSING, "are being processed"),
    (State.VALID, "are valid NXem"),
)
MINE, ALL = "mine", "all"
_WHOSE = {MINE: "My deposits", ALL: "All I may see"}
_CHOSEN = "home-whose"


def home() -> None:
    """Show the page."""
    access = stores.access()
    tour(access)
    head = st.container()
    mine = _whose(access) == MINE
    glance = overview.glance(access, mine=mine)
    with head:
        _head(access, glance)
    drafts(access)
    if glance.is_empty:
        no_experiments(access)
        return
    _counts(glance, mine=mine)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _needy(access, glance, mine=mine)
        longest(access, glance)
    with right:
        with notices():
            running(mine=mine)
        _finished(access, glance, mine=mine)
        alike(glance)
        if access.may(Action.ADMIN, SERVICE):
            with notices():
                upkeep(access)


def _head(access: Access, glance: Glance) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        st.title("What needs you", anchor=False, width="content")
        if not glance.is_empty and may_deposit_somewhere(access):
            st.page_link(
                links.DEPOSIT, label="**Deposit a session**", icon=":material/upload:",
                width="content",
            )  # fmt: skip


def _whose(access: Access) -> str:
    """Let people choose whose experiments they look at, if they see others'; stewards see all."""
    if access.principal is None or not overview.sees_others(access):
        return ALL
    usual = ALL if overview.oversees(access) else MINE
    if _CHOSEN not in st.session_state:
        asked = st.query_params.get("whose", "")
        st.session_state[_CHOSEN] = asked if asked in _WHOSE else usual
    chosen = st.segmented_control(
        "Whose", list(_WHOSE), key=_CHOSEN, format_func=_WHOSE.__getitem__, required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    whose = chosen or usual
    st.query_params.from_dict({} if whose == usual else {"whose": whose})
    return whose


def _of(mine: bool, **asked: str) -> dict[str, str]:
    return {**asked, "mine": "yes"} if mine else asked


def _counts(glance: Glance, *, mine: bool) -> None:
    with st.container(horizontal=True, key="counts"):
        for state, text in CARDS:
            with st.container(border=True, gap="xsmall", height="stretch"):
                number = glance.counts[state]
                show("count", number=f"{number:,}", tone=STATES[state].tone, quiet=not number)
                st.page_link(
                    links.EXPERIMENTS,
                    label=f"**{STATES[state].label.capitalize()}**",
                    query_params=_of(mine, state=state.value),
                    disabled=not number,
                )
                st.caption(text)


def _needy(access: Access, glance: Glance, *, mine: bool) -> None:
    others = overview.sees_others(access) and not mine
    st.header("Waits for someone" if others else "Waits for you", anchor=False)
    if not glance.needy.rows:
        st.caption("Nothing: whatever was processed is as it should be.")
    for row in glance.needy.rows:
        to, go = mending(access, row)
        by = glance.name_of(row) if others else ""
        brief(row, glance.needy.places[row.id], to, go=go, picture=True, by=by)
    if glance.needy.total > len(glance.needy.rows):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("All of them:", width="content")
            for state in overview.NEEDY:
                if number := glance.counts[state]:
                    st.page_link(
                        links.EXPERIMENTS,
                        label=f"{number:,} {STATES[state].label}",
                        query_params=_of(mine, state=state.value),
                        width="content",
                    )


def _finished(access: Access, glance: Glance, *, mine: bool) -> None:
    if not glance.finished.rows:
        return
    others = overview.sees_others(access) and not mine
    st.header("Valid of late", anchor=False)
    for row in glance.finished.rows:
        by = glance.name_of(row) if others else ""
        brief(row, glance.finished.places[row.id], picture=True, by=by)
    if glance.finished.total > len(glance.finished.rows):
        st.page_link(
            links.EXPERIMENTS, label="All experiments", query_params=_of(mine),
            icon=":material/arrow_forward:",
        )  # fmt: skip


if __name__ == "__main__":
    home()
