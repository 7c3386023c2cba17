"""How many of a deposit's files the form knows, told in one line that follows by itself.

What was read meanwhile is added when someone says so, or with whatever they change next: fields do
not move under the hands of who fills them in. What does not belong here: the form
(`ui_streamlit.pages.annotate`).
"""

from __future__ import annotations

import streamlit as st

from emfair.identity.table import Action
from emfair.registry import ExperimentRow
from emfair.service.arrivals import LookedInto, looked_into
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


@st.fragment(run_every=_EVERY)
def _live(experiment: str, shown: int) -> None:
    with notices():
        access = stores.access()
        looks = looked_into(access.services, access.experiment(Action.ANNOTATE, experiment))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(so_far(looks) or "All files were looked into.", width="content")
            anew = st.button(  # always there: what lies below does not move when there is more
                "Show what they say", type="tertiary", icon=":material/refresh:",
                disabled=looks.over == shown,
            )  # fmt: skip
        if anew:
            st.rerun()
