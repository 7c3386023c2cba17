"""Experiments: a table with filters that stand in the address, so that a search can be shared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import streamlit as st

from emfair.model.states import ExperimentState
from emfair.registry import ExperimentRow
from emfair.service import browse, overview
from emfair.service.chain.fail import REASON_LIMIT
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.address import follow, take, words, yes
from ui_streamlit.components.labels import distinct
from ui_streamlit.components.link_table import Because, Column, Row, link_table
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.teach import no_experiments
from ui_streamlit.components.times import moment
from ui_streamlit.components.turning import cursor, turn
from ui_streamlit.components.words import STATES

ROWS = 100
_FILTERS = ("text", "state", "project", "mine", "reason", "after")
_COLUMNS = (
    Column("State"), Column("Project › proposal › sample", wide=True), Column("Deposited by"),
    Column("Since"), Column("Identifier"),
)  # fmt: skip
_WHY = 300  # characters of a reason; the experiment's own page has all


class Asked(NamedTuple):  # equal from run to run, which a class of the page's own is not
    """What the filters say; `reason` comes by an address alone."""

    text: str
    state: ExperimentState | None
    project: str | None
    mine: bool
    reason: str


def experiments() -> None:
    """Show the page."""
    access = stores.access()
    st.title("Experiments", anchor=False)
    known = browse.projects(access)
    if not known:
        no_experiments(access)
        return
    asked = _filters(known, others=overview.sees_others(access))
    page = browse.experiments(
        access,
        text=asked.text,
        state=asked.state,
        project=asked.project,
        depositor=access.subject if asked.mine else None,
        reason=asked.reason or None,
        limit=ROWS,
        after=_after(asked),
    )
    if page.rows:
        _table(page)
        turn("experiments", page.next)
    else:
        st.info(
            "No experiment matches. Use fewer words, or another state.",
            icon=":material/search_off:",
        )


def _after(asked: Asked) -> str | None:
    """Return behind which experiment the page begins: whoever comes back finds it again."""
    after = cursor("experiments", asked, begin=st.session_state["experiments-after"])
    st.session_state["experiments-after"] = after
    follow("experiments", _FILTERS)
    return after


def _filters(titles: Mapping[str, str], *, others: bool) -> Asked:
    """Show the filters; they begin as the address says, and the address follows them."""
    projects = distinct(titles)
    states = [state.value for state in ExperimentState]
    take(
        "experiments",
        _FILTERS,
        read={
            "text": words, "state": _among(states), "project": _among(list(projects)), "mine": yes,
            "reason": lambda text: text[:REASON_LIMIT],
        },
    )  # fmt: skip
    first, second, third = st.columns([3, 2, 2])
    text = first.text_input(
        "Words",
        key="experiments-text",
        placeholder="Title, sample, proposal, person …",
        icon=":material/search:",
        max_chars=200,
    )
    state = second.selectbox(
        "State",
        states,
        index=None,
        key="experiments-state",
        format_func=lambda value: STATES[ExperimentState(value)].label,
        placeholder="Any state",
    )
    project = third.selectbox(
        "Project",
        list(projects),
        index=None,
        key="experiments-project",
        format_func=lambda one: projects.get(one, one),
        placeholder="Any project",
    )
    if others:
        st.toggle("Only what I deposited", key="experiments-mine")
    mine: bool = st.session_state["experiments-mine"]
    reason = _reason()
    return Asked(text, ExperimentState(state) if state else None, project, mine, reason)


def _among(options: Sequence[str]) -> Callable[[str], str | None]:
    """Return what reads one of these; what nobody knows is dropped."""
    return lambda text: text if text in options else None


def _reason() -> str:
    """Show the reason that the list is narrowed to, and let it be dropped."""
    reason: str = st.session_state["experiments-reason"]
    if reason:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Only for this reason: {escaped(reason[:300])}")
            st.button("For any reason", type="tertiary", on_click=_any_reason)
    return reason


def _any_reason() -> None:
    st.session_state["experiments-reason"] = ""


def _table(page: browse.ExperimentList) -> None:
    link_table("Experiments", _COLUMNS, [_row(page, row) for row in page.rows], title="Experiment")


def _row(page: browse.ExperimentList, row: ExperimentRow) -> Row:
    cells = (
        Because(STATES[row.state], _shortened(row.state_reason)),
        page.places[row.id],
        page.names.get(row.depositor, row.depositor),
        moment(row.created_at),
        row.id,
    )
    return Row(links.experiment(row.id), links.api(row.id, "preview.png"), row.title, cells)


def _shortened(reason: str) -> str:
    """Return a reason as one cell has it: its beginning, if it is very long."""
    return reason if len(reason) <= _WHY else f"{reason[:_WHY].rstrip()} …"


if __name__ == "__main__":
    experiments()
