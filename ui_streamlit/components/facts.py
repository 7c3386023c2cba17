"""What is known of a measurement: each value, where it comes from, and what it replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from emfair.model.documents import Measurement
from emfair.model.facts import Fact, Source
from emfair.nxem.show import in_parts
from ui_streamlit.components.extents import pixel_of
from ui_streamlit.components.markup import show
from ui_streamlit.components.values import is_time, label_of, value_of
from ui_streamlit.components.words import SOURCES

_PIXEL = "pixel_size"
"""No key of a fact: it stands in the axes."""


def facts(one: Measurement) -> None:
    """Show the values that are used, and those that are not."""
    if not one.facts:
        st.info("Neither the file nor a person said anything about it.", icon=":material/info:")
        return
    used = [fact for fact in one.facts if not (fact.replaced_by or fact.warning)]
    other = [fact for fact in one.facts if fact.replaced_by or fact.warning]
    if used:
        show("facts", parts=_in_parts(used, pixel_of(one)))
    if other:
        with st.expander(f"Values not used ({len(other)})"):
            st.caption("Another source won, or the value cannot be right. They are kept.")
            show("facts", parts=_in_parts(other))


def _in_parts(found: Sequence[Fact], pixel: str = "") -> list[dict[str, Any]]:
    """Return the rows as people look for them; what is looked for first has no heading."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for fact in found:
        rows.setdefault(fact.key, []).append(_fact(fact))
    if pixel:
        rows[_PIXEL] = [_pixel(pixel)]
    return [
        {"title": part, "facts": [row for key in members for row in rows[key]]}
        for part, members in in_parts(rows).items()
    ]


def _pixel(size: str) -> dict[str, Any]:
    source = SOURCES[Source.VENDOR]
    return {"label": "Pixel size", "value": size, "exact": "", "source": source, "path": "",
            "raw": "the axes", "note": "", "replaced": False}  # fmt: skip


def _fact(fact: Fact) -> dict[str, Any]:
    replaced = f"replaced by {fact.replaced_by}: {fact.reason}" if fact.replaced_by else fact.reason
    return {
        "label": label_of(fact),
        "value": value_of(fact),
        "exact": fact.value_text if is_time(fact) else "",
        "source": SOURCES[fact.source],
        "path": fact.source_path,
        "raw": fact.raw,
        "note": "; ".join(filter(None, (replaced.rstrip(": "), fact.warning))),
        "replaced": bool(fact.replaced_by),
    }
