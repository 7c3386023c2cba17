"""Experiments: a table with filters that stand in the address, so that a search can be shared."""

from __future__ import annotations

from typing import Any, cast

import streamlit as st

from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow
from emfair.service import browse
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.teach import no_experiments
from ui_streamlit.components.words import STATES

ROWS = 100
ROW_HEIGHT, HEADING, SHOWN = 56, 38, 12  # pixels, pixels, rows before the table scrolls
KNOWN = 500  # newest experiments whose projects are offered as a filter


def experiments() -> None:
    """Show the page."""
    access = stores.access()
    st.title("Experiments", anchor=False)
    known = browse.experiments(access, limit=KNOWN).rows
    if not known:
        no_experiments()
        return
    text, state, project = _filters(sorted({row.project for row in known}))
    filters = (text, state, project)
    if st.session_state.get("filters") != filters:  # another search begins at its first page
        st.session_state.filters, st.session_state.cursors = filters, []
    cursors: list[str] = st.session_state.cursors
    page = browse.experiments(
        access,
        text=text,
        state=state,
        project=project,
        limit=ROWS,
        after=cursors[-1] if cursors else None,
    )
    if page.rows:
        _table(page)
        _turn(page.next, cursors)
    else:
        st.info(
            "No experiment matches. Use fewer words, or another state.",
            icon=":material/search_off:",
        )


def _filters(projects: list[str]) -> tuple[str, ExperimentState | None, str | None]:
    """Show the filters; they begin as the address says, and the address follows them."""
    states = [state.value for state in ExperimentState]
    _take_address({"state": states, "project": projects})
    first, second, third = st.columns([3, 2, 2])
    text = first.text_input(
        "Words",
        key="text",
        placeholder="Title, sample, proposal, person …",
        icon=":material/search:",
        max_chars=200,
    )
    state = second.selectbox(
        "State",
        states,
        index=None,
        key="state",
        format_func=lambda value: STATES[ExperimentState(value)].label,
        placeholder="Any state",
    )
    project = third.selectbox(
        "Project", projects, index=None, key="project", placeholder="Any project"
    )
    asked = {"text": text, "state": state, "project": project}
    st.session_state.address = {key: value for key, value in asked.items() if value}
    st.query_params.from_dict(st.session_state.address)
    return text, ExperimentState(state) if state else None, project


def _take_address(known: dict[str, list[str]]) -> None:
    """Fill the filters in from an address the reader came by; what nobody knows is dropped."""
    address = st.query_params.to_dict()
    if address == st.session_state.get("address") and "text" in st.session_state:
        return
    st.session_state.text = address.get("text", "")[:200]
    for name, options in known.items():
        st.session_state[name] = address.get(name) if address.get(name) in options else None


def _table(page: browse.ExperimentList) -> None:
    rows = page.rows
    event = st.dataframe(
        [_line(row, page.names.get(row.depositor, row.depositor)) for row in rows],
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * min(len(rows), SHOWN) + HEADING,
        on_select="rerun",
        selection_mode="single-row",
        key="table",
        column_config={
            "preview": st.column_config.ImageColumn("", width=72),
            "title": st.column_config.TextColumn("Experiment", width=240),
            "where": st.column_config.TextColumn("Project › proposal › sample", width=300),
            "state": st.column_config.MultiselectColumn(
                "State",
                options=[word.label for word in STATES.values()],
                color=[word.tone for word in STATES.values()],
                width=120,
            ),
            "why": st.column_config.TextColumn("Why", width="large"),
            "depositor": "Deposited by",
            "created": st.column_config.DatetimeColumn(
                "Since", format="YYYY-MM-DD HH:mm", width=135
            ),
            "id": st.column_config.TextColumn("Identifier"),
        },
    )
    ticked = cast("dict[str, Any]", event)["selection"]["rows"]
    if ticked:
        st.switch_page(links.EXPERIMENT, query_params={"id": rows[ticked[0]].id})
    st.caption("Tick a row to open it; click a heading to sort.")


def _line(row: ExperimentRow, depositor: str) -> dict[str, Any]:
    return {
        "preview": links.api(row.id, "preview.png"),
        "title": row.title,
        "state": [STATES[row.state].label],
        "where": f"{row.project} › {row.proposal} › {row.sample}",
        "created": row.created_at,
        "why": row.state_reason,
        "depositor": depositor,
        "id": row.id,
    }


def _turn(following: str | None, cursors: list[str]) -> None:
    if not (following or cursors):
        return
    with st.container(horizontal=True):
        if st.button("Newer", disabled=not cursors, icon=":material/chevron_left:"):
            cursors.pop()
            st.rerun()
        if st.button("Older", disabled=following is None, icon=":material/chevron_right:"):
            cursors.append(cast("str", following))
            st.rerun()


if __name__ == "__main__":
    experiments()
