"""Provenance: lineage as a picture, then each step: what was done, when, with what, for whom."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from emfair.provenance.lineage import lineage
from emfair.provenance.record import ProvenanceRecord
from emfair.service.browse import ExperimentPage
from ui_streamlit.components.markup import show
from ui_streamlit.components.times import moment
from ui_streamlit.components.words import STEPS


def provenance(page: ExperimentPage) -> None:
    """Show the lineage of what is there now, and the records, oldest first."""
    if number := sum(one.kind is ProvenanceRecord for one in page.damaged):
        st.warning(
            f"{number:,} of {number + len(page.records):,} records cannot be read: what is shown "
            "here has gaps.",
            icon=":material/broken_image:",
        )
    if not page.records:
        st.info("No step has run yet.", icon=":material/hourglass_top:")
        return
    drawn = lineage(page.records, STEPS, moment)
    st.graphviz_chart(drawn.dot, alt=" ".join(drawn.words))
    with st.expander("The picture in words"):
        show("words", words=drawn.words)
    st.subheader("Steps", anchor=False)
    show("steps", steps=[_step(record) for record in page.records])
    st.caption(
        "Each record also stands in the lake, below provenance/, with every input's and "
        "output's SHA-256 and the versions of the software."
    )


def _step(record: ProvenanceRecord) -> dict[str, str]:
    agent = record.agent
    return {
        "what": STEPS.get(record.activity, record.activity),
        "when": moment(record.started_at),
        "took": _duration(record.ended_at - record.started_at),
        "inputs": str(len(record.inputs)),
        "outputs": str(len(record.outputs)),
        "run": record.run[:8],
        "person": agent.on_behalf_of,
        "software": f"{agent.software} {agent.version}",
        "host": agent.host,
    }


def _duration(span: timedelta) -> str:
    seconds = span.total_seconds()
    if seconds < 0.1:
        return "less than 0.1 s"
    return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.0f} min"
