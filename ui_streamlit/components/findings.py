"""The verdict on an experiment, and what is to mend, by severity."""

from __future__ import annotations

import streamlit as st

from emfair.model.findings import Severity
from emfair.service.browse import ExperimentPage
from emfair.validation.outline import Row, outline
from ui_streamlit.components.markup import show
from ui_streamlit.components.words import SEVERITIES, VERDICTS

OPEN = (Severity.ERROR, Severity.MISSING)


def findings(page: ExperimentPage) -> None:
    """Show the verdict, then the findings, those that block publishing first."""
    if page.validation is None:
        st.info("Not validated yet. The verdict appears here when the chain has come so far.",
                icon=":material/hourglass_top:")  # fmt: skip
        return
    told = outline(page.validation)
    word = VERDICTS[page.validation.verdict]
    show("verdict", word=word, title=told.verdict_label, summary=told.summary)
    rows = [row for section in told.sections for row in section.rows]
    for severity in Severity:
        _group(severity, [row for row in rows if row.severity is severity])
    st.caption(
        f"Judged against {told.definition}, NeXus definitions {told.nxdl_version}, by "
        f"{told.validator} and emfair's own checks."
    )


def _group(severity: Severity, rows: list[Row]) -> None:
    if not rows:
        return
    word = SEVERITIES[severity]
    with st.expander(f"**{word.label}** ({len(rows)})", expanded=severity in OPEN):
        st.caption(word.meaning)
        show("findings", rows=rows, tone=word.tone)
