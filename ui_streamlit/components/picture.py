"""A look's values as a large picture, with what its shades say below it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from emfair.nxem.shape import NxAxis
from emfair.service.looks import Area, Contrast, Flat, Ring, drawn
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.values import with_unit

HALF = (560, 560)
"""Pixels that a picture may take beside another one, across and down."""


def picture(
    flat: Flat,
    what: str,
    contrast: Contrast,
    marks: Sequence[Ring | Area] = (),
    size: tuple[int, int] = (960, 720),
) -> None:
    """Show a picture no larger than `size`; `what` is told to whoever cannot see it."""
    made = drawn(flat, contrast, marks, size)
    rows, columns = (_length(axis) for axis in flat.axes)
    st.image(
        made.png, output_format="PNG", alt=f"{what}, {rows} × {columns}. {made.shades}".strip()
    )
    st.caption(" ".join(filter(None, (escaped(made.shades), escaped(flat.remark)))))


def _length(axis: NxAxis) -> str:
    size = len(axis.points)
    if not (axis.scale and axis.unit):
        return f"{size} pixels"
    return with_unit(abs(axis.scale) * size, axis.unit)
