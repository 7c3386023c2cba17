"""Measurements: their pictures, and each one's axes and facts with where they came from."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emfair.model.documents import Measurement
from emfair.model.facts import Fact
from emfair.service.browse import ExperimentPage
from emfair.units import human_size
from ui_streamlit.components import links
from ui_streamlit.components.markup import show
from ui_streamlit.components.values import label_of, shape_of, span_of, value_of
from ui_streamlit.components.words import SOURCES, VERDICTS

PICTURES = 24


def grid(page: ExperimentPage) -> None:
    """Show the pictures; the browser fetches them by itself, so that none holds the page up."""
    if not page.measurements:
        return
    pictures = [
        {
            "src": _picture(page, one),
            "title": one.title,
            "about": shape_of(one),
            "file": one.file,
        }
        for one in page.measurements[:PICTURES]
    ]
    show("grid", pictures=pictures, more=len(page.measurements) - len(pictures))


def measurements(page: ExperimentPage) -> None:
    """Show one measurement, chosen by its name."""
    if not page.measurements:
        st.info("Nothing has been converted yet.", icon=":material/hourglass_top:")
        return
    by_name = {one.measurement: one for one in page.measurements}
    name = st.selectbox("Measurement", list(by_name), format_func=lambda name: _name(by_name[name]))
    one = by_name[name]
    left, right = st.columns([2, 5], gap="medium")
    with left:
        show("grid", pictures=[{"src": _picture(page, one), "title": "", "about": "", "file": ""}],
             more=0)  # fmt: skip
        st.link_button(
            f"Container ({human_size(one.container_size)})",
            links.api(page.row.id, "containers", one.measurement),
            icon=":material/download:",
            width="stretch",
        )
    with right:
        show("pairs", pairs=_about(page, one))
    st.subheader("Metadata", anchor=False)
    _facts(one)


def _about(page: ExperimentPage, one: Measurement) -> list[tuple[str, str]]:
    verdict = page.verdict(one)
    return [
        ("Verdict", VERDICTS[verdict].label if verdict else "not judged yet"),
        ("Data", f"{one.kind}, {shape_of(one)}"),
        *((f"Axis: {axis.long_name or axis.name}", span_of(axis)) for axis in one.axes),
        ("Read from", ", ".join((one.file, *one.companions))),
        ("Format", one.reader),
        ("Vendor tags", f"{one.tags_kept} kept, {one.tags.mapped} of them read"),
        ("Container", f"{one.container_sha256} (SHA-256)"),
    ]


def _facts(one: Measurement) -> None:
    if not one.facts:
        st.info("Neither the file nor a person said anything about it.", icon=":material/info:")
        return
    used = [fact for fact in one.facts if not (fact.replaced_by or fact.warning)]
    other = [fact for fact in one.facts if fact.replaced_by or fact.warning]
    if used:
        show("facts", facts=[_fact(fact) for fact in used])
    if other:
        with st.expander(f"Values not used ({len(other)})"):
            st.caption("Another source won, or the value cannot be right. They are kept.")
            show("facts", facts=[_fact(fact) for fact in other])


def _fact(fact: Fact) -> dict[str, Any]:
    replaced = f"replaced by {fact.replaced_by}: {fact.reason}" if fact.replaced_by else fact.reason
    return {
        "label": label_of(fact),
        "value": value_of(fact),
        "source": SOURCES[fact.source],
        "path": fact.source_path,
        "raw": fact.raw,
        "note": "; ".join(filter(None, (replaced.rstrip(": "), fact.warning))),
        "replaced": bool(fact.replaced_by),
    }


def _name(one: Measurement) -> str:
    return f"{one.title} · {shape_of(one)} · {one.file}"


def _picture(page: ExperimentPage, one: Measurement) -> str:
    return links.api(page.row.id, "previews", f"{one.measurement}.png")
