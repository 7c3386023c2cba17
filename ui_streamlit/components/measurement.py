"""One measurement's own page: what is in it, what is known of it and from where, what is to mend.

What does not belong here: the experiment's other measurements (`measurements`).
"""

from __future__ import annotations

from math import prod

import numpy as np
import streamlit as st

from emfair.identity.table import Action
from emfair.model.documents import Measurement
from emfair.nxem.show import kind_in_words
from emfair.service.access import Access, check_there, experiment_resource
from emfair.service.browse import ExperimentPage
from emfair.service.measurements import report_on
from emfair.units import human_size
from ui_streamlit.components import links
from ui_streamlit.components.facts import facts
from ui_streamlit.components.findings import listed
from ui_streamlit.components.looks import looks
from ui_streamlit.components.markup import escaped, show
from ui_streamlit.components.notices import notices
from ui_streamlit.components.values import shape_of, span_of
from ui_streamlit.components.words import VERDICTS

_PREVIEW, _LOOK, _VIEWER = "Preview", "Quick look", "H5Web"
_HEIGHT = 720  # pixels, of the viewer
_AT_ONCE = 64 << 20
"""Bytes of an array that is looked into without being asked to."""
_COMPANIONS = 5


def measurement(access: Access, page: ExperimentPage, one: Measurement) -> None:
    """Show the page."""
    _around(page, one)
    st.title(escaped(one.title), anchor=False)
    verdict = page.verdict(one)
    word = VERDICTS[verdict] if verdict else None
    about = f"{kind_in_words(one.kind, one.shape)}, {shape_of(one)}"
    show("measured", word=word, id=one.measurement, about=about, file=one.file)
    check_there(page.row)
    with notices():
        _view(access, page, one)
    st.subheader("Metadata", anchor=False)
    facts(one)
    st.subheader("Container", anchor=False)
    _container(access, page, one)
    with notices():
        _findings(page, one)


def _around(page: ExperimentPage, one: Measurement) -> None:
    """Lead to the experiment, and to the measurements before and after."""
    names = [other.measurement for other in page.measurements]
    at = names.index(one.measurement)
    with st.container(horizontal=True):
        st.page_link(
            links.EXPERIMENT, label=escaped(page.titles.experiment),
            query_params={"id": page.row.id}, icon=":material/arrow_back:",
        )  # fmt: skip
        for step, label, icon in ((-1, "Previous", "chevron_left"), (1, "Next", "chevron_right")):
            there = at + step
            if 0 <= there < len(names):
                st.page_link(
                    links.EXPERIMENT, label=label, icon=f":material/{icon}:",
                    query_params={"id": page.row.id, "measurement": names[there]},
                )  # fmt: skip
        st.caption(f"{at + 1} of {len(names)}")


def _view(access: Access, page: ExperimentPage, one: Measurement) -> None:
    if not access.may(Action.DOWNLOAD_CONTAINERS, experiment_resource(page.row)):
        _preview(page, one)
        return
    view = st.segmented_control(
        "View",
        [_LOOK, _PREVIEW, _VIEWER],
        default=_LOOK if _is_quick(one) else _PREVIEW,
        required=True,
        label_visibility="collapsed",
        key=f"view-{one.measurement}",
    )
    if view == _LOOK:
        looks(page.row.id, one)
    elif view == _VIEWER:
        address = links.viewer(page.row.id, one.measurement)
        st.iframe(address, height=_HEIGHT)
        st.link_button("In a window of its own", address, icon=":material/open_in_new:")
    else:
        _preview(page, one)


def _preview(page: ExperimentPage, one: Measurement) -> None:
    show("preview", src=links.preview(page.row.id, one.measurement), title=one.title)


def _is_quick(one: Measurement) -> bool:
    """Whether a first look reads little: a picture or a curve, or a small array."""
    whole = one.kind == "image_4d" or one.kind.startswith(("spectrum", "stack_1d"))
    return not whole or prod(one.shape) * np.dtype(one.dtype).itemsize <= _AT_ONCE


def _container(access: Access, page: ExperimentPage, one: Measurement) -> None:
    show("pairs", pairs=_about(one))
    if access.may(Action.DOWNLOAD_CONTAINERS, experiment_resource(page.row)):
        st.link_button(
            f"Download it ({human_size(one.container_size)})",
            links.api(page.row.id, "containers", one.measurement),
            icon=":material/download:",
        )


def _about(one: Measurement) -> list[tuple[str, str]]:
    return [
        *((f"Axis: {axis.long_name or axis.name}", span_of(axis)) for axis in one.axes),
        ("Array in it", one.data_path),
        ("Read from", ", ".join((one.file, *one.companions[:_COMPANIONS], *_more(one)))),
        ("Format", one.reader),
        *([("Vendor tags", tags)] if (tags := _tags(one)) else []),
        ("SHA-256", one.container_sha256),
        ("SHA-256 of the pixels", one.data_sha256),
    ]


def _tags(one: Measurement) -> str:
    """Return what became of the vendor's tags; empty for a file that has none."""
    parts = ((one.tags.mapped, "read"), (one.tags.kept, "only kept"),
             (len(one.tags.unreadable), "unreadable"))  # fmt: skip
    return ", ".join(f"{number:,} {word}" for number, word in parts if number)


def _more(one: Measurement) -> tuple[str, ...]:
    more = len(one.companions) - _COMPANIONS
    return (f"and {more} more files",) if more > 0 else ()


def _findings(page: ExperimentPage, one: Measurement) -> None:
    report = report_on(page.validation, one)
    if report is not None and report.findings:
        st.subheader("Findings", anchor=False)
        listed(report.findings)
