"""How many of an experiment's files the form knows, told in one line that follows by itself.

What was read meanwhile is added when someone says so, or with whatever they change next: fields do
not move under the hands of who fills them in. What does not belong here: the form
(`ui_streamlit.pages.annotate`).
"""

from __future__ import annotations

import streamlit as st

from emfair.identity.table import Action
from emfair.lake import layout
from emfair.model.states import IN_PROGRESS
from emfair.registry import ExperimentRow
from emfair.service.arrivals import LookedInto, looked_into
from emfair.service.form import Form
from ui_streamlit import stores
from ui_streamlit.components.arrivals import so_far
from ui_streamlit.components.notices import notices

_EVERY = "5s"


def read_so_far(row: ExperimentRow, shown: LookedInto) -> None:
    """Tell it where the form is filled in from files before the seal; nothing once it knows all.

    Parameters
    ----------
    shown
        What the form has been filled in with.
    """
    if row.manifest_version is not None or not so_far(shown):
        return
    if shown.now or shown.arriving or shown.full:
        _live(row.id, shown.over)
    else:
        st.caption(so_far(shown))


def still_to_be_read(row: ExperimentRow, form: Form) -> None:
    """Tell it after the seal, as long as the chain has not read files that nobody looked into."""
    if form.unread and row.state not in IN_PROGRESS:
        _until_read(row.id, len(form.unread), len(form.files))


@st.fragment(run_every=_EVERY)
def _live(experiment: str, shown: int) -> None:
    with notices():
        access = stores.access()
        looks = looked_into(access.services, access.experiment(Action.ANNOTATE, experiment))
        told = so_far(looks) or "All files were looked into."
        _line(told, more=looks.over != shown)


@st.fragment(run_every=_EVERY)
def _until_read(experiment: str, unread: int, files: int) -> None:
    with notices():
        access = stores.access()
        row = access.experiment(Action.ANNOTATE, experiment)
        read = access.services.lake.info(layout.conversion(row.place)) is not None
        number = f"{unread:,} of {files:,} file{'' if files == 1 else 's'}"
        told = f"Still to be read: {number}. What they say is added then."
        _line("All files have been read." if read else told, more=read)


def _line(told: str, *, more: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(told, width="content")
        anew = st.button(  # always there: what lies below does not move when there is more
            "Show what they say", type="tertiary", icon=":material/refresh:", disabled=not more,
        )  # fmt: skip
    if anew:
        st.rerun()
