"""One experiment: pictures, verdict, measurements, files, provenance."""

from __future__ import annotations

import streamlit as st

from emfair.errors import Withdrawn
from emfair.identity.table import Action
from emfair.service import browse
from emfair.service.access import check_there
from emfair.service.browse import ExperimentPage
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.files import files
from ui_streamlit.components.findings import findings
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.measurements import grid, measurements
from ui_streamlit.components.notices import notices
from ui_streamlit.components.provenance import provenance
from ui_streamlit.components.values import day_and_time
from ui_streamlit.components.words import STATES


def experiment() -> None:
    """Show the page of the experiment that the address names."""
    st.page_link(links.EXPERIMENTS, label="Experiments", icon=":material/arrow_back:")
    identifier = st.query_params.get("id", "")
    if not identifier:
        st.info("Choose an experiment from the list.", icon=":material/list:")
        return
    access = stores.access()
    row = access.experiment(Action.READ_EXPERIMENT, identifier)
    page = browse.experiment(access.services, row)
    _head(page)
    if page.manifest is None:
        st.info(STATES[page.row.state].meaning, icon=":material/hourglass_top:")
        return
    parts = {
        "Verdict": findings,
        _counted("Measurements", len(page.measurements)): measurements,
        _counted("Files", len(page.manifest.files)): files,
        _counted("Provenance", len(page.records)): provenance,
    }
    try:
        check_there(page.row)
        grid(page)
    except Withdrawn as error:
        st.info(f"It {escaped(error.message)} {error.remedy}", icon=":material/inventory_2:")
        parts = {name: part for name, part in parts.items() if part in (findings, provenance)}
    for tab, part in zip(st.tabs(list(parts)), parts.values(), strict=True):
        with tab, notices():
            part(page)


def _head(page: ExperimentPage) -> None:
    row, titles = page.row, page.titles
    place = f"{titles.project} › {titles.proposal} › {titles.sample}"
    st.title(escaped(titles.experiment), anchor=False)
    st.caption(escaped(place))
    about = f"deposited by {page.depositor or row.depositor}, {day_and_time(row.created_at)}"
    show("head", id=row.id, word=STATES[row.state], reason=row.state_reason, about=about)
    settings = stores.services().settings
    with st.container(horizontal=True):
        if page.validation:
            st.link_button("Report", links.api(row.id, "report"), icon=":material/fact_check:")
        if any(record.activity == "experiment_record" for record in page.records):
            st.link_button("README", links.api(row.id, "readme"), icon=":material/description:")
        st.link_button("Dagster", links.dagster(settings, row.id), icon=":material/account_tree:")


def _counted(name: str, number: int) -> str:
    return f"{name} ({number})"


if __name__ == "__main__":
    experiment()
