"""Deposit: say where a session goes, drop its files, seal it. The address names the experiment."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from emfair.identity.table import Action
from emfair.model.states import IN_PROGRESS, TAKES_FILES
from emfair.registry import ExperimentRow
from emfair.registry.changes import Arrived
from emfair.service import deposits, uploads
from emfair.service.access import Access
from emfair.service.naming import place_of, titles
from emfair.service.new_projects import check_may_deposit, may_create_some
from emfair.units import human_size
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.arrivals import arrivals
from ui_streamlit.components.drafts import drafts
from ui_streamlit.components.dropping import Window, dropping
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.notices import notices
from ui_streamlit.components.sealing import go_on, seal_button, tell_failure
from ui_streamlit.components.whereto import wanted
from ui_streamlit.components.words import STATES

_TAKES_MORE = (
    "This session was processed, and takes more files: once you seal it again, all are processed "
    "together. What is there stays as it came: a repaired copy needs a name of its own, and the "
    "damaged file can be set aside on the experiment's page."
)
NO_NEW = "new proposals and samples are made, new projects by a steward"


def deposit() -> None:
    """Show the page."""
    access = stores.access()
    st.title("Deposit", anchor=False)
    if identifier := st.query_params.get("id", ""):
        _go_on(access, identifier)
        return
    check_may_deposit(access)
    drafts(access)
    st.header("A new session", anchor=False)
    place = wanted(access)
    on = st.button(
        "Next", type="primary", disabled=place is None, icon=":material/arrow_forward:",
        icon_position="right",
    )  # fmt: skip
    if on and place:
        row = deposits.draft(
            access, place.whereto, instrument=place.instrument, restricted=place.restricted
        )
        st.query_params["id"] = row.id
        st.rerun()
    if place is None:
        new = "levels that are new are made" if may_create_some(access) else NO_NEW
        st.caption(f"Fill in project, proposal, sample and title; {new}.")
    else:
        st.caption("Its files come next. All but the place can still be changed then.")


def _go_on(access: Access, identifier: str) -> None:
    row = access.experiment(Action.UPLOAD, identifier)
    go_on(row)
    called = titles(access.services, [row.id])[row.id]
    st.page_link(links.DEPOSIT, label="Another deposit", icon=":material/arrow_back:")
    st.header(escaped(called.experiment), anchor=False)
    st.caption(escaped(place_of(called)))
    if row.state in IN_PROGRESS:
        st.page_link(
            links.ANNOTATE, label="**Describe it** while its files arrive",
            query_params={"id": row.id}, icon=":material/edit_note:",
        )  # fmt: skip
    else:
        if row.state in TAKES_FILES:
            st.info(_TAKES_MORE, icon=":material/add_circle:")
        else:
            told = f"This deposit is closed: {STATES[row.state].meaning}"
            st.info(told, icon=":material/task_alt:")
        st.page_link(
            links.EXPERIMENT, label="See the experiment", query_params={"id": row.id},
            icon=":material/biotech:",
        )  # fmt: skip
    _there(access, row)
    if row.state not in TAKES_FILES:
        return
    _files(identifier)
    arrivals(identifier)


def _there(access: Access, row: ExperimentRow) -> None:
    """List the files that were sealed before, folded; nothing before the first seal."""
    files = access.services.registry.files.of(row.id)
    if not files:
        return
    word = "file is" if len(files) == 1 else "files are"
    with st.expander(f"{len(files):,} {word} there already"):
        st.dataframe(
            {"File": [one.name for one in files], "Size": [human_size(one.size) for one in files]},
            hide_index=True,
            column_config={"File": st.column_config.TextColumn(width="large")},
        )


@st.fragment
def _files(identifier: str) -> None:
    """Show the files and what ends the deposit; run again when some have arrived."""
    with notices():
        access = stores.access()
        row = access.experiment(Action.UPLOAD, identifier)
        go_on(row)
        window = dropping(access.services, row.id, _pass(row.id))
        if row.state in IN_PROGRESS:
            _end(access, row, window)


def _pass(experiment: str) -> str:
    login = stores.visit().login
    return stores.reception().pass_for(login, experiment) if login else ""


def _end(access: Access, row: ExperimentRow, window: Window) -> None:
    count = access.services.registry.changes.arrived([row.id]).get(row.id)
    whole = count is not None and 0 < count.total == count.arrived and not window.on_its_way
    _known_before(access, row.id, whole=whole)
    with st.container(horizontal=True):
        seal_button(row.id, disabled=not whole)
        with st.popover("Give up", icon=":material/delete:"):
            st.write("What was sent of this deposit is removed from the lake.")
            if st.button("Give up this deposit"):
                deposits.give_up(access, row.id, "given up on the page of the deposit")
                st.query_params.clear()
                st.rerun()
    tell_failure(row.id)
    st.caption(_waits_for(count, window))


def _waits_for(count: Arrived | None, window: Window) -> str:
    """Return what the seal waits for, or that it waits for nothing."""
    missing = max(window.on_its_way, count.total - count.arrived if count else 0)
    lost = window.not_sent
    unsent = f"{lost:,} {'file' if lost == 1 else 'files'} could not be sent"
    it = "it" if lost == 1 else "them"
    if missing and lost and not window.on_its_way:
        return f"{unsent}: mend {it} and try again, or take {it} out; it can be sealed then."
    if missing:
        word = "file is" if missing == 1 else "files are"
        return f"{missing:,} {word} still to arrive; it can be sealed then."
    if count is None or not count.total:
        return "It can be sealed once its files have arrived."
    if lost:
        return f"It can be sealed without what is not there: {unsent}."
    return "All files have arrived: it can be sealed. What is in them need not be waited for."


def _known_before(access: Access, experiment: str, *, whole: bool) -> None:
    """Say which files lie elsewhere already, once all have arrived."""
    if not whole:
        return
    rows = uploads.of_experiment(access.services, experiment)
    sums = [row.sha256 for row in rows if row.sha256][: uploads.AT_ONCE]
    found = sorted(
        (one for one in uploads.known(access, sums) if one.experiment != experiment),
        key=lambda one: one.experiment,
    )
    called = titles(access.services, (one.experiment for one in found))
    for other, files in groupby(found, key=lambda one: one.experiment):
        number = len({one.sha256 for one in files})
        lie = f"{number} of these files lie{'s' if number == 1 else ''} already in"
        st.page_link(
            links.EXPERIMENT,
            label=f"{lie} {escaped(called[other].experiment)}",
            query_params={"id": other},
            icon=":material/content_copy:",
        )


if __name__ == "__main__":
    deposit()
