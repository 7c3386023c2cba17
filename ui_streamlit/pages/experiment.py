"""One experiment: pictures, verdict, measurements, files, provenance; or one of its measurements.

The address names them: ``?id=…``, and ``&measurement=…``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st
from pydantic import BaseModel

from emfair.errors import NotFound, Withdrawn
from emfair.identity.table import Action
from emfair.model.documents import Conversion, Measurement, Validation
from emfair.model.manifest import Manifest
from emfair.model.states import IN_PROGRESS, TAKES_FILES, ExperimentState
from emfair.registry import ExperimentRow
from emfair.service import browse
from emfair.service.access import Access, check_there, experiment_resource
from emfair.service.annotations import process_again
from emfair.service.browse import ExperimentPage
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.citing import citing
from ui_streamlit.components.conversion import conversion
from ui_streamlit.components.damage import can_remake, damage
from ui_streamlit.components.deciding import decide
from ui_streamlit.components.files import files
from ui_streamlit.components.findings import findings
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.measurement import measurement
from ui_streamlit.components.measurements import grid, measurements
from ui_streamlit.components.notices import notices
from ui_streamlit.components.place import place
from ui_streamlit.components.provenance import provenance
from ui_streamlit.components.set_aside import set_aside_so_far
from ui_streamlit.components.status import CLOSED, status
from ui_streamlit.components.times import moment
from ui_streamlit.components.words import STATES


def experiment() -> None:
    """Show the page of what the address names."""
    st.page_link(links.EXPERIMENTS, label="Experiments", icon=":material/arrow_back:")
    identifier = st.query_params.get("id", "")
    if not identifier:
        st.info("Choose an experiment from the list.", icon=":material/list:")
        return
    access = stores.access()
    row = access.experiment(Action.READ_EXPERIMENT, identifier)
    page = browse.readable(access.services, row)
    name = st.query_params.get("measurement", "")
    # A link from this page to this page changes what is asked for, but not the browser's address.
    st.query_params.from_dict({"id": row.id, **({"measurement": name} if name else {})})
    if name:
        damage(access, page)
        measurement(access, page, _named(page, name))
    else:
        _experiment(access, page)


def _named(page: ExperimentPage, name: str) -> Measurement:
    """Return the measurement of that name.

    Raises
    ------
    NotFound
        There is none.
    BadData
        Which ones there are cannot be read.
    """
    if (error := page.damage(Conversion)) is not None:
        raise error
    for one in page.measurements:
        if one.measurement == name:
            return one
    raise NotFound(
        f"no such measurement in {page.row.id}.",
        subject=name,
        remedy="Open the experiment, and choose one of its measurements.",
    )


def _experiment(access: Access, page: ExperimentPage) -> None:
    _head(access, page)
    damage(access, page)
    status(page.row.id, page.row.state)
    set_aside_so_far(access, page)
    if page.row.manifest_version is None:
        return
    deposited = _counted("Files", len(page.manifest.files)) if page.manifest else "Files"
    tabs = [
        _Tab("Verdict", findings, (Validation,)),
        _Tab(_counted("Measurements", len(page.measurements)), measurements, (Conversion,)),
        _Tab(deposited, files, (Manifest,)),
        _Tab("Conversion", conversion, (Manifest, Conversion)),
        _Tab(_counted("Provenance", len(page.records)), provenance),
        _Tab("Cite", citing, (Manifest, Conversion)),
    ]
    try:
        check_there(page.row)
        grid(page)
    except Withdrawn as error:
        st.info(f"It {escaped(error.message)} {error.remedy}", icon=":material/inventory_2:")
        tabs = [tab for tab in tabs if tab.show in (findings, provenance, citing)]
    for sheet, tab in zip(st.tabs([tab.title for tab in tabs]), tabs, strict=True):
        with sheet, notices():
            if (damaged := page.damage(*tab.of)) is not None:
                raise damaged
            tab.show(page)


class _Tab(NamedTuple):
    """A part of the page, and the documents without which it says nothing."""

    title: str
    show: Callable[[ExperimentPage], None]
    of: tuple[type[BaseModel], ...] = ()


def _takes_more(access: Access, row: ExperimentRow) -> bool:
    """Whether whoever looks may add files to what is processed already."""
    later = row.state in TAKES_FILES - IN_PROGRESS
    return later and access.may(Action.UPLOAD, experiment_resource(row))


def _head(access: Access, page: ExperimentPage) -> None:
    row = page.row
    st.title(escaped(page.titles.experiment), anchor=False)
    place(access, page)
    about = f"deposited by {page.depositor or row.depositor}, {moment(row.created_at)}"
    show("head", id=row.id, word=STATES[row.state], reason=_reason(page), about=about)
    settings = stores.services().settings
    with st.container(horizontal=True, vertical_alignment="center"):
        why = "a failure" if row.state is ExperimentState.FAILED else ""
        why = "damage to its documents" if can_remake(access, page) else why
        if why and access.may(Action.ANNOTATE, experiment_resource(row)):
            st.button(
                "Process again",
                icon=":material/refresh:",
                type="primary",
                on_click=_again,
                args=(row.id, f"processed again after {why}"),
            )
        if row.state not in CLOSED and access.may(Action.ANNOTATE, experiment_resource(row)):
            st.page_link(
                links.ANNOTATE, label="Annotate", query_params={"id": row.id},
                icon=":material/edit_note:",
            )  # fmt: skip
        if _takes_more(access, row):
            st.page_link(
                links.DEPOSIT, label="Add files", query_params={"id": row.id},
                icon=":material/upload:",
            )  # fmt: skip
        if page.validation:
            st.link_button("Report", links.api(row.id, "report"), icon=":material/fact_check:")
        if any(record.activity == "experiment_record" for record in page.records):
            st.link_button("README", links.api(row.id, "readme"), icon=":material/description:")
        if run := links.dagster(settings, row.id):
            st.link_button("Dagster", run, icon=":material/account_tree:")
        decide(access, row)


def _reason(page: ExperimentPage) -> str:
    """Return why it is in its state, where the state's own words would mislead."""
    if page.row.state is ExperimentState.SEALED and page.conversion is not None:
        return "It is processed again by itself."
    return page.row.state_reason


def _again(experiment: str, reason: str) -> None:
    with notices():
        access = stores.access()  # asked anew: the page may have stood open for long
        access.experiment(Action.ANNOTATE, experiment)
        process_again(access, experiment, reason=reason)


def _counted(name: str, number: int) -> str:
    return f"{name} ({number:,})"


if __name__ == "__main__":
    experiment()
