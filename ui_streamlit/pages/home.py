"""Home: what needs the reader, and what came last."""

from __future__ import annotations

import streamlit as st

from emfair.model.states import ExperimentState as State
from emfair.registry import ExperimentRow
from emfair.service import browse
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.teach import no_experiments
from ui_streamlit.components.values import day_and_time
from ui_streamlit.components.words import STATES

LATEST = 6
CARDS = (
    (State.NEEDS_INPUT, "wait for values only a person knows"),
    (State.INVALID, "have something to mend"),
    (State.FAILED, "could not be processed"),
    (State.PROCESSING, "are being processed"),
    (State.VALID, "are valid NXem"),
)
_PICTURED = (State.NEEDS_INPUT, State.INVALID, State.VALID, State.PUBLISHED)


def home() -> None:
    """Show the page."""
    access = stores.access()
    st.title("What needs you", anchor=False)
    counts = browse.counts(access)
    if not any(counts.values()):
        no_experiments()
        return
    for column, (state, text) in zip(st.columns(len(CARDS)), CARDS, strict=True):
        with column:
            _count(state, counts[state], text)
    st.header("Latest experiments", anchor=False)
    page = browse.experiments(access, limit=LATEST)
    for row in page.rows:
        _latest(row, page.names.get(row.depositor, row.depositor))
    st.page_link(links.EXPERIMENTS, label="All experiments", icon=":material/arrow_forward:")


def _count(state: State, number: int, text: str) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        show("count", number=number, tone=STATES[state].tone)
        st.page_link(
            links.EXPERIMENTS,
            label=f"**{STATES[state].label.capitalize()}**",
            query_params={"state": state.value},
            disabled=not number,
        )
        st.caption(text)


def _latest(row: ExperimentRow, depositor: str) -> None:
    with st.container(border=True):
        picture, text, when = st.columns([1, 9, 3], vertical_alignment="center")
        with picture:
            show("thumb", src=links.api(row.id, "preview.png") if row.state in _PICTURED else "")
        with text, st.container(gap="xxsmall"):
            st.page_link(
                links.EXPERIMENT,
                label=f"**{escaped(row.title)}**",
                query_params={"id": row.id},
            )
            place = f"{row.project} › {row.proposal} › {row.sample}"
            show("line", word=STATES[row.state], reason=row.state_reason, place=place)
        with when:
            st.caption(f"{day_and_time(row.created_at)}  \nby {escaped(depositor)}")


if __name__ == "__main__":
    home()
