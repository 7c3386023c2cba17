"""What is in the files that have arrived: pictures, what was read, what is missing.

One file is looked into at a time, and what was seen is kept for the visit. What does not belong
here: reading them (`emfair.service.arrivals`).
"""

from __future__ import annotations

import base64
from typing import Any

import streamlit as st

from emfair.identity.table import Action
from emfair.registry import ExperimentRow
from emfair.service import uploads
from emfair.service.access import Access
from emfair.service.arrivals import Arrival, arrived, look_into
from ui_streamlit import stores
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.notices import notices
from ui_streamlit.components.values import shape_of

_BEGIN = "seen:"
_EVERY = "3s"
_MOST = 24
"""Files that are looked into by themselves; the chain reads all."""


@st.fragment(run_every=_EVERY)
def arrivals(experiment: str) -> None:
    """Show what has arrived, one file more each time it is looked."""
    with notices():
        access = stores.access()
        row = access.experiment(Action.UPLOAD, experiment)
        seen, todo = _seen(access, row)
        if not (seen or todo):
            return
        st.subheader("What is in the files", anchor=False)
        if todo:
            key, (each, members) = _key(row, todo[0]), todo[0]
            with st.spinner(f"Looking into {escaped(each.primary)} …"):
                st.session_state[key] = look_into(access.services, row, each, members)
            seen.append(st.session_state[key])
        if len(todo) > 1:
            st.caption(f"{len(seen)} of {len(seen) + len(todo) - 1} files were looked into so far.")
        _show(seen)


def seen_of(access: Access, row: ExperimentRow) -> list[Arrival]:
    """Return what was looked into in this visit, of the files that are there now."""
    return _seen(access, row)[0]


def _seen(access: Access, row: ExperimentRow) -> tuple[list[Arrival], list[Any]]:
    """Return what was looked into, and what is to be."""
    found = arrived(uploads.of_experiment(access.services, row.id))[:_MOST]
    keys = [_key(row, one) for one in found]
    for key in [key for key in st.session_state if str(key).startswith(_BEGIN)]:
        if key not in keys:  # of a file that was taken out, or of another deposit
            del st.session_state[key]
    seen = [st.session_state[key] for key in keys if key in st.session_state]
    return seen, [one for one, key in zip(found, keys, strict=True) if key not in st.session_state]


def _key(row: ExperimentRow, one: Any) -> str:
    return f"{_BEGIN}{row.id}:" + ":".join(member.id for member in one[1])


def _show(seen: list[Arrival]) -> None:
    pictures = [
        {
            "src": f"data:image/png;base64,{base64.b64encode(one.picture).decode()}",
            "title": one.measurement.title,
            "about": shape_of(one.measurement),
            "file": each.file,
        }
        for each in seen
        for one in each.seen
    ]
    show("grid", pictures=pictures, more=0)
    wrong = [(each.file, finding.message) for each in seen for finding in each.findings
             if not each.seen]  # fmt: skip
    for file, message in wrong:
        st.warning(f"**{escaped(file)}**: {escaped(message)}", icon=":material/error:")
    missing = dict.fromkeys(label for each in seen for one in each.seen for label in one.missing)
    if missing:
        st.caption("Still missing for NXem: " + ", ".join(map(escaped, missing)) + ".")
