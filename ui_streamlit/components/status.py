"""How far an experiment is while something goes on: files that arrived, steps of the chain.

Looked at anew by itself; once nothing goes on any more, the whole page is. What does not belong
here: the verdict (`findings`).
"""

from __future__ import annotations

import streamlit as st

from emfair.identity.table import Action
from emfair.model.states import ExperimentState as State
from emfair.service.access import Access
from emfair.service.events import News, news
from emfair.service.progress import progress
from emfair.units import human_size
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.markup import show
from ui_streamlit.components.notices import notices
from ui_streamlit.components.words import STATES, STEPS, TO_DO

CLOSED = (State.PUBLISHED, State.TOMBSTONED)
"""States of an experiment that nobody annotates any more."""
_EVERY = "2s"
_SHOWN = 50
_LISTED = 2000
"""Files of a deposit that are looked through every time."""
_CHAIN = (State.SEALED, State.PROCESSING)


def status(experiment: str, state: State) -> None:
    """Show what goes on; nothing where an experiment rests."""
    if state in (State.DRAFT, State.UPLOADING, *_CHAIN):
        _live(experiment, state)


@st.fragment(run_every=_EVERY)
def _live(experiment: str, state: State) -> None:
    with notices():
        access = stores.access()
        now = news(access.services, access.experiment(Action.READ_EXPERIMENT, experiment))
        if now.row.state is not state:
            st.rerun()
        if state in _CHAIN:
            show("chain", steps=_steps(now))
        else:
            _arriving(access, now)


def _steps(now: News) -> list[tuple[str, str]]:
    """Return each step's words and tone: done, being done, still to come."""
    done = set(now.steps) if now.row.state is State.PROCESSING else set()
    todo = [name for name in STEPS if name not in done]
    current = todo[0] if todo and now.row.state is State.PROCESSING else ""
    tones = {name: "green" if name in done else "gray" for name in STEPS} | {current: "blue"}
    return [((STEPS if name in done else TO_DO)[name], tones[name]) for name in STEPS]


def _arriving(access: Access, now: News) -> None:
    files = now.files
    if files and files.total:
        text = f"{files.arrived:,} of {files.total:,} files have arrived"
        st.progress(files.arrived / files.total, text=text)
        if files.total <= _LISTED:
            _by_file(access, now)
    else:
        st.info(STATES[now.row.state].meaning, icon=":material/hourglass_top:")
    st.page_link(
        links.DEPOSIT, label="Go on with the deposit", query_params={"id": now.row.id},
        icon=":material/upload:",
    )  # fmt: skip


def _by_file(access: Access, now: News) -> None:
    if not st.toggle("File by file", key=f"files-of-{now.row.id}"):
        return  # each look asks the store
    found = progress(access.services, now.row.id, most=_SHOWN)
    st.dataframe(
        [
            {
                "file": one.name if one.files == 1 else f"{one.name} ({one.files:,} files)",
                "size": human_size(one.size),
                "arrived": 1.0 if one.whole else one.arrived / max(one.size, 1),
                "state": "whole" if one.whole else "on its way" if one.arrived else "waits",
            }
            for one in found
        ],
        hide_index=True,
        column_config={
            "file": "File",
            "size": "Size",
            "arrived": st.column_config.ProgressColumn("Arrived", format="percent"),
            "state": "",
        },
    )
    told = sum(one.files for one in found)
    if now.files and now.files.total > told:
        st.caption(f"{told:,} of {now.files.total:,} files; those that move now come first.")
