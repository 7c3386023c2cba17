"""An experiment's measurements: large pictures of the first, a list of all; each opens its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from emfair.model.documents import Measurement
from emfair.model.findings import Verdict
from emfair.nxem.show import kind_in_words
from emfair.service.browse import ExperimentPage
from emfair.units import human_size
from ui_streamlit.components import links
from ui_streamlit.components.link_table import Column, Row, link_table
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.values import shape_of
from ui_streamlit.components.words import VERDICTS

PICTURES = 12
_LISTED = 200
"""Rows of a page of the list."""
_COLUMNS = (
    Column("Data"), Column("Verdict"), Column("Read from", wide=True), Column("Format"),
    Column("Container", number=True),
)  # fmt: skip
_WORST = (Verdict.INVALID, Verdict.NEEDS_INPUT, None, Verdict.VALID)


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
    """List all of them; each row leads to its page."""
    if not page.measurements:
        st.info("Nothing has been converted yet.", icon=":material/hourglass_top:")
        return
    found = _in_order(page)
    first = _page_of(len(found))
    rows = [_row(page, one) for one in found[first : first + _LISTED]]
    link_table("Measurements", _COLUMNS, rows, title="Measurement")


def _in_order(page: ExperimentPage) -> list[Measurement]:
    """Let an order be chosen; return all in it."""
    if len(page.measurements) < 2:
        return list(page.measurements)
    orders: dict[str, Callable[[Measurement], Any]] = {
        "As they were read": lambda _: 0,
        "By title": lambda one: one.title.casefold(),
        "By verdict, what is to mend first": lambda one: _WORST.index(page.verdict(one)),
        "By file": lambda one: one.file.casefold(),
        "Largest first": lambda one: -one.container_size,
    }
    order = st.selectbox(
        "Order", list(orders), key="measurements-order", width=300, label_visibility="collapsed"
    )
    return sorted(page.measurements, key=orders[order])


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


def _row(page: ExperimentPage, one: Measurement) -> Row:
    verdict = page.verdict(one)
    cells = (
        f"{kind_in_words(one.kind, one.shape)}, {shape_of(one)}",
        VERDICTS[verdict] if verdict else "not judged yet",
        one.file,
        one.reader,
        human_size(one.container_size),
    )
    to = links.experiment(page.row.id, one.measurement)
    return Row(to, links.preview(page.row.id, one.measurement), one.title, cells)
