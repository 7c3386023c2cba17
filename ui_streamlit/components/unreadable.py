"""What of a deposit cannot be read, told beside its seal: which file, why, and what can be done.

Nobody is held up by it: raw data are kept as they are. What does not belong here: looking into
files (`emfair.service.arrivals`), and what becomes of them after the seal (`set_aside`).
"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from emfair.identity.table import Action
from emfair.model.states import IN_PROGRESS
from emfair.registry import ExperimentRow
from emfair.service.arrivals import LookedInto, Unreadable, take_out
from ui_streamlit import stores
from ui_streamlit.components.dropping import taken_out
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.notices import notices

_MOST = 5
"""Files that are told of one by one."""
_OVER = "unreadable-taken-out"
_LATER = "can be set aside on the experiment's page."
_WAY = f"Take it out, or seal with it: it is kept as it came, and {_LATER}"
_WAYS = f"Take them out, or seal with them: they are kept as they came, and {_LATER}"


def unreadable(row: ExperimentRow, looks: LookedInto) -> None:
    """Tell it, with a button for each file that takes it out; nothing where all can be read."""
    if st.session_state.pop(_OVER, False):
        st.rerun()  # the whole page: the browser's list of files and the seal have changed
    bad = looks.unreadable
    if not bad or row.state not in IN_PROGRESS:
        return
    with st.container(border=True, key="unreadable", gap="xsmall"):
        st.markdown(f":material/warning: **{_told(bad)}**: the experiment would be invalid.")
        for number, one in enumerate(bad[:_MOST]):
            _line(row, number, one)
        if len(bad) > _MOST:
            st.caption(f"… and {len(bad) - _MOST:,} more.")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(_WAYS if len(bad) > 1 else _WAY, width="stretch")
            if len(bad) > 1:
                st.button(
                    "Take all out", icon=":material/delete_sweep:", type="tertiary",
                    on_click=_take_out, args=(row.id, [one.file for one in bad]),
                )  # fmt: skip


def _told(bad: tuple[Unreadable, ...]) -> str:
    files = f"{len(bad):,} {'file' if len(bad) == 1 else 'files'} cannot be read"
    return f"{files} whole" if all(one.partly for one in bad) else files


def _line(row: ExperimentRow, number: int, one: Unreadable) -> None:
    first = one.found[0]
    why = f"{first.message} {first.hint}".strip()
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-of-bad-{number}"):
        st.markdown(f"**{escaped(one.file)}**: {escaped(why)}", width="stretch")
        st.button(
            "Take out", key=f"take-out-{number}", icon=":material/delete:", type="tertiary",
            help=f"Takes {escaped(one.file)} out of the deposit, with what is nothing without it.",
            on_click=_take_out, args=(row.id, [one.file]),
        )  # fmt: skip


def _take_out(experiment: str, files: Iterable[str]) -> None:
    with notices():
        access = stores.access()
        access.experiment(Action.UPLOAD, experiment)
        for file in files:
            taken_out(experiment, take_out(access, experiment, file))
        st.session_state[_OVER] = True
