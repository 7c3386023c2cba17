"""How to cite an experiment: to copy as text and for BibTeX."""

from __future__ import annotations

import streamlit as st

from emfair.model.states import ExperimentState
from emfair.service.browse import ExperimentPage
from emfair.service.citing import citation
from ui_streamlit import stores
from ui_streamlit.components.markup import escaped


def citing(page: ExperimentPage) -> None:
    """Show the citation, and what it is worth."""
    found = citation(stores.services(), page)
    published = page.row.state is ExperimentState.PUBLISHED
    st.info(
        f"It has no DOI{' yet' if published else ': it has not been published'}. Its identifier "
        "stays the same, and whoever follows the address needs access to it here.",
        icon=":material/info:",
    )
    st.subheader("Text", anchor=False)
    st.code(found.text, language=None, wrap_lines=True)
    for one in found.contributors:
        st.caption(f"{escaped(one.name)} deposited it: a contributor ({one.type}), and no author.")
    st.subheader("BibTeX", anchor=False)
    st.code(found.bibtex, language="latex", wrap_lines=True)
