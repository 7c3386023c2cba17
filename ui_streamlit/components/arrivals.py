"""What is in the files that have arrived: pictures, what was read, what is missing.

One file is looked into at a time, in a thread, so that nobody waits for it: not the seal either.
What was seen is kept for the visit. What does not belong here: reading them
(`emfair.service.arrivals`).
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import BoundedSemaphore, Thread
from typing import Any

import streamlit as st

from emfair.errors import EmfairError
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
_LOOKING = "looking-into"
_EVERY = "3s"
_MOST = 24
"""Files that are looked into by themselves; the chain reads all."""
_DEFECT = "It could not be looked into; that is a defect in emfair. The log of the app says why."
_log = logging.getLogger(__name__)
_places = BoundedSemaphore(2)
"""Files that are looked into at once, whoever deposits them."""


@dataclass(frozen=True)
class _Look:
    """A look that goes on: its name in the session, its file, and what comes of it."""

    key: str
    file: str
    found: Future[Arrival]


@dataclass(frozen=True)
class _Failed:
    """A look that came to nothing: its file, and why."""

    file: str
    why: str


@dataclass(frozen=True)
class _Looks:
    """What came of the files that are there now, and which are to be looked into."""

    seen: list[Arrival]
    failed: list[_Failed]
    todo: list[Any]

    @property
    def over(self) -> int:
        """How many files need no look any more."""
        return len(self.seen) + len(self.failed)


@st.fragment(run_every=_EVERY)
def arrivals(experiment: str) -> None:
    """Show what has arrived, one file more each time it is looked."""
    with notices():
        access = stores.access()
        row = access.experiment(Action.UPLOAD, experiment)
        looks = _looks(access, row)
        if not (looks.over or looks.todo):
            return
        st.subheader("What is in the files", anchor=False)
        if looks.todo:
            look = _going_on(access, row, looks.todo)
            st.caption(
                f":material/hourglass_top: Looking into {escaped(look.file)} … {looks.over} of "
                f"{looks.over + len(looks.todo)} done. Nobody needs to wait for it."
            )
        _show(looks.seen)
        for one in looks.failed:
            st.warning(f"**{escaped(one.file)}**: {escaped(one.why)}", icon=":material/error:")


def _going_on(access: Access, row: ExperimentRow, todo: list[Any]) -> _Look:
    """Return the look that goes on, begun if there is none at one of these files."""
    look: _Look | None = st.session_state.get(_LOOKING)
    if look is None or look.key not in {_key(row, one) for one in todo}:
        each, members = todo[0]
        services = access.services
        found = _begin(lambda: look_into(services, row, each, members))
        look = st.session_state[_LOOKING] = _Look(_key(row, todo[0]), each.primary, found)
    return look


def _take_up() -> None:
    """Keep what came of a look that is over: what was seen, or what hindered it."""
    look: _Look | None = st.session_state.get(_LOOKING)
    if look is None or not look.found.done():
        return
    error = look.found.exception()
    if error is None:
        st.session_state[look.key] = look.found.result()
    else:
        st.session_state[look.key] = _Failed(look.file, _why(look, error))
    del st.session_state[_LOOKING]


def _why(look: _Look, error: BaseException) -> str:
    if isinstance(error, EmfairError):
        return str(error)
    _log.error("%s was not looked into", look.file, exc_info=error)
    return _DEFECT


def _begin(look: Callable[[], Arrival]) -> Future[Arrival]:
    """Do it in a thread, which the process does not wait for at its end."""
    found: Future[Arrival] = Future()

    def run() -> None:
        with _places:
            try:
                found.set_result(look())
            except Exception as error:  # noqa: BLE001  told to whoever asks for the result
                found.set_exception(error)

    Thread(target=run, name="look-into", daemon=True).start()
    return found


def seen_of(access: Access, row: ExperimentRow) -> list[Arrival]:
    """Return what was looked into in this visit, of the files that are there now."""
    return _looks(access, row).seen


def _looks(access: Access, row: ExperimentRow) -> _Looks:
    _take_up()
    found = arrived(uploads.of_experiment(access.services, row.id))[:_MOST]
    keys = [_key(row, one) for one in found]
    for key in [key for key in st.session_state if str(key).startswith(_BEGIN)]:
        if key not in keys:  # of a file that was taken out, or of another deposit
            del st.session_state[key]
    over = [st.session_state[key] for key in keys if key in st.session_state]
    return _Looks(
        [one for one in over if isinstance(one, Arrival)],
        [one for one in over if isinstance(one, _Failed)],
        [one for one, key in zip(found, keys, strict=True) if key not in st.session_state],
    )


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
