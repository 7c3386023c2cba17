"""What a sample was made from and what was made from it; the barcodes on its box."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from emfair.errors import EmfairError
from emfair.identity.table import Action
from emfair.service.access import Access, Granted
from emfair.service.nouns import projects, samples
from emfair.service.nouns.samples import Family, SampleRow, sample_key
from ui_streamlit import stores
from ui_streamlit.components import links
from ui_streamlit.components.labels import distinct
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.notices import notice

_OFFERED = 200


def kin(reading: Granted[SampleRow], *, may_edit: bool) -> None:
    """Show a sample's family and labels, and how they are changed."""
    family, labels = samples.family(reading), samples.barcodes(reading)
    for title, rows in (("Made from", family.parents), ("Gave", family.children)):
        for row in rows:
            project, proposal, sample = sample_key(row)
            st.page_link(
                links.BOARD, label=f"{title} {escaped(row.card.title)}",
                query_params={"project": project, "proposal": proposal, "sample": sample},
                icon=":material/account_tree:",
            )  # fmt: skip
    if labels:
        st.caption(f":material/barcode: {escaped(', '.join(labels))}")
    if not may_edit:
        return
    editor = st.popover(
        "Origin and labels", icon=":material/account_tree:", type="tertiary",
        key=f"kin-{'/'.join(reading.row.key)}", on_change="rerun",
    )  # fmt: skip
    if editor.open:
        with editor:
            _labels(reading.row, labels)
            _parents(reading, family)


def _labels(row: SampleRow, labels: tuple[str, ...]) -> None:
    st.markdown("**Barcodes**")
    for text in labels:
        st.button(
            f"Take off {escaped(text)}", key=f"unlabel-{text}", icon=":material/label_off:",
            on_click=_do, args=(row, lambda one, text=text: samples.unlabel(one, text)),
        )  # fmt: skip
    turn = st.session_state.get("label-turn", 0)
    text = st.text_input(
        "Barcode", key=f"label-{turn}", max_chars=200, placeholder="FIB-0042",
        help="As the reader reads it.",
    )  # fmt: skip
    if st.button("Put it on", key="label-add", disabled=not text.strip()) and _change(
        row, lambda one: samples.label(one, text)
    ):
        st.session_state["label-turn"] = turn + 1
        st.rerun()


def _parents(reading: Granted[SampleRow], family: Family) -> None:
    st.markdown("**Made from**")
    row = reading.row
    for one in family.parents:
        parent = sample_key(one)
        st.button(
            f"Not from {escaped(one.card.title)}", key=f"underive-{'/'.join(parent)}",
            icon=":material/link_off:", on_click=_do,
            args=(row, lambda one, parent=parent: samples.underive(one, parent)),
        )  # fmt: skip
    project, proposal, _ = sample_key(row)
    rows = projects.proposals(reading.access, project, limit=_OFFERED).rows
    proposals = distinct({one.id: one.card.title for one in rows})
    there = st.selectbox(
        "Its proposal", list(proposals), key="parent-proposal",
        index=list(proposals).index(proposal) if proposal in proposals else None,
        format_func=lambda one: proposals.get(one, one),
    )  # fmt: skip
    found = samples.samples(reading.access, project, there, limit=_OFFERED).rows if there else ()
    titles = distinct({one.id: one.card.title for one in found if one.key != row.key})
    chosen = st.selectbox(
        "Sample",
        list(titles),
        index=None,
        key="parent-sample",
        placeholder="Choose a sample",
        format_func=lambda one: titles.get(one, one),
    )
    made = st.button("It was made from this", key="parent-add", disabled=not chosen)
    if made and there and chosen:
        origin = (project, there, chosen)
        if _change(row, lambda one: samples.derive(one, origin)):
            st.rerun()


def _do(row: SampleRow, do: Callable[[Granted[SampleRow]], None]) -> None:
    _change(row, do)


def _change(row: SampleRow, do: Callable[[Granted[SampleRow]], None]) -> bool:
    """Do something to a sample as whoever may edit it; tell what hinders."""
    access: Access = stores.access()
    try:
        do(Granted(access, access.sample(Action.EDIT_SAMPLE, sample_key(row))))
    except EmfairError as error:
        notice(error)
        return False
    return True
