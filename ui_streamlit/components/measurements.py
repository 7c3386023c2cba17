"""An experiment's measurements: large pictures of the first, a list of all; each opens its page."""

from __future__ import annotations

import streamlit as st

from emfair.model.documents import Measurement
from emfair.nxem.show import kind_in_words
from emfair.service.browse import ExperimentPage
from emfair.units import human_size
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.values import shape_of
from ui_streamlit.components.words import VERDICTS

PICTURES = 12
_LISTED = 500
"""Rows of a page of the list."""


def grid(page: ExperimentPage) -> None:
    """Show the pictures; the browser fetches them by itself, so that none holds the page up."""
    if not page.measurements:
        return
    with st.container(key="shots"):
        for number, one in enumerate(page.measurements[:PICTURES]):
            with st.container(key=f"shot-{number}"):
                src = links.preview(page.row.id, one.measurement)
                show("shot", src=src)
                st.page_link(
                    links.EXPERIMENT,
                    label=escaped(one.title),
                    query_params={"id": page.row.id, "measurement": one.measurement},
                )
                show("shot_words", file=one.file, about=shape_of(one))
    more = len(page.measurements) - PICTURES
    if more > 0:
        st.caption(f"… and {more:,} more, all listed under Measurements.")


def measurements(page: ExperimentPage) -> None:
    """List all of them; whichever is chosen opens."""
    if not page.measurements:
        st.info("Nothing has been converted yet.", icon=":material/hourglass_top:")
        return
    found = page.measurements
    first = _page_of(len(found))
    some = found[first : first + _LISTED]
    chosen = st.dataframe(
        [_line(page, one) for one in some],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"measurements-{first}",
        column_config={
            "preview": st.column_config.ImageColumn("", width=72),
            "title": st.column_config.TextColumn("Measurement", width="medium"),
            "data": st.column_config.TextColumn("Data", width="medium"),
            "verdict": st.column_config.TextColumn("Verdict", width="small"),
            "file": st.column_config.TextColumn("Read from", width="medium"),
            "reader": st.column_config.TextColumn("Format", width="small"),
            "size": st.column_config.TextColumn("Container", width="small"),
        },
        row_height=56,
    )
    st.caption("Choose a row to open the measurement.")
    rows = chosen.selection.rows
    if rows:
        st.switch_page(
            links.EXPERIMENT,
            query_params={"id": page.row.id, "measurement": some[rows[0]].measurement},
        )


def _page_of(number: int) -> int:
    """Let one page of a long list be chosen; return where it begins."""
    if number <= _LISTED:
        return 0
    starts = range(0, number, _LISTED)
    return int(
        st.selectbox(
            "Which",
            starts,
            format_func=lambda at: f"{at + 1:,} to {min(at + _LISTED, number):,} of {number:,}",
        )
    )


def _line(page: ExperimentPage, one: Measurement) -> dict[str, str]:
    verdict = page.verdict(one)
    return {
        "preview": links.preview(page.row.id, one.measurement),
        "title": one.title,
        "data": f"{kind_in_words(one.kind, one.shape)}, {shape_of(one)}",
        "verdict": VERDICTS[verdict].label if verdict else "not judged yet",
        "file": one.file,
        "reader": one.reader,
        "size": human_size(one.container_size),
    }
