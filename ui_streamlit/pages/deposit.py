"""Deposit: say where a session goes, drop its files, seal it. The address names the experiment."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from emfair.identity.table import Action
from emfair.model.states import IN_PROGRESS
from emfair.registry import ExperimentRow
from emfair.service import deposits, uploads
from emfair.service.access import Access
from emfair.service.naming import place_of
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.arrivals import arrivals
from ui_streamlit.components.drafts import drafts
from ui_streamlit.components.dropping import dropping
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.notices import notices
from ui_streamlit.components.whereto import wanted
from ui_streamlit.components.words import STATES


def deposit() -> None:
    """Show the page."""
    access = stores.access()
    st.title("Deposit", anchor=False)
    if identifier := st.query_params.get("id", ""):
        _go_on(access, identifier)
        return
    access.service(Action.CREATE_PROJECT)
    drafts(access)
    st.header("A new session", anchor=False)
    place = wanted(access)
    if st.button("Choose files", type="primary", disabled=place is None) and place:
        row = deposits.draft(
            access, place.whereto, instrument=place.instrument, restricted=place.restricted
        )
        st.query_params["id"] = row.id
        st.rerun()
    if place is None:
        st.caption("Fill in project, proposal, sample and title; levels that are new are made.")


def _go_on(access: Access, identifier: str) -> None:
    row = access.experiment(Action.UPLOAD, identifier)
    _, titles = access.services.registry.experiments.place(row.id)
    st.page_link(links.DEPOSIT, label="Another deposit", icon=":material/arrow_back:")
    st.header(escaped(titles.experiment), anchor=False)
    st.caption(escaped(place_of(titles)))
    if row.state not in IN_PROGRESS:
        st.info(f"This deposit is closed: {STATES[row.state].meaning}", icon=":material/task_alt:")
        st.page_link(
            links.EXPERIMENT, label="See the experiment", query_params={"id": row.id},
            icon=":material/biotech:",
        )  # fmt: skip
        return
    _files(identifier)
    arrivals(identifier)


@st.fragment
def _files(identifier: str) -> None:
    """Show the files and what ends the deposit; run again when some have arrived."""
    with notices():
        access = stores.access()
        row = access.experiment(Action.UPLOAD, identifier)
        dropping(access.services, row.id, _pass(row.id))
        _end(access, row)


def _pass(experiment: str) -> str:
    login = stores.visit().login
    return stores.reception().pass_for(login, experiment) if login else ""


def _end(access: Access, row: ExperimentRow) -> None:
    count = access.services.registry.changes.arrived([row.id]).get(row.id)
    whole = count is not None and count.arrived == count.total
    _known_before(access, row.id, whole=whole)
    with st.container(horizontal=True):
        seal = st.button(
            "Seal the deposit",
            type="primary",
            icon=":material/lock:",
            disabled=not whole,
            help="Closes it and begins processing. Later files make another version.",
        )
        with st.popover("Give up", icon=":material/delete:"):
            st.write("What was sent of this deposit is removed from the lake.")
            if st.button("Give up this deposit"):
                deposits.give_up(access, row.id, "given up on the page of the deposit")
                st.query_params.clear()
                st.rerun()
        st.page_link(
            links.ANNOTATE, label="Describe it", query_params={"id": row.id},
            icon=":material/edit_note:",
        )  # fmt: skip
    if seal:
        sealed = deposits.seal(access, row.id)
        st.switch_page(links.EXPERIMENT, query_params={"id": sealed.id})
    if not whole:
        missing = count.total - count.arrived if count else 0
        st.caption(
            f"{missing} of {count.total} files are still to arrive." if count and missing
            else "It can be sealed once files have arrived."
        )  # fmt: skip


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
    for other, files in groupby(found, key=lambda one: one.experiment):
        number = len({one.sha256 for one in files})
        st.page_link(
            links.EXPERIMENT,
            label=f"{number} of these files lie{'s' if number == 1 else ''} already in {other}",
            query_params={"id": other},
            icon=":material/content_copy:",
        )


if __name__ == "__main__":
    deposit()
