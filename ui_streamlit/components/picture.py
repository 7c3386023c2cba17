"""A look's values as a large picture, with its scale and what its shades say below it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from emfair.nxem.preview.frame import legible
from emfair.nxem.shape import NxAxis
from emfair.service.looks import Area, Flat, Ring, drawn
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.shades import contrast
from ui_streamlit.components.values import with_unit

HALF = (560, 560)
"""Pixels that a picture may take beside another one, across and down."""


def picture(
    flat: Flat,
    what: str,
    key: str,
    marks: Sequence[Ring | Area] = (),
    size: tuple[int, int] = (960, 720),
) -> None:
    """Show a picture no larger than `size`; `what` is told to whoever cannot see it.

    Its scale and its shades are told below it, where its contrast is chosen.
    """
    onto = st.container()
    made = drawn(flat, contrast(flat, key), marks, size)
    told = f"{extent(flat.axes)} {made.shades}".strip()
    onto.image(made.png, output_format="PNG", alt=f"{what}. {told}")
    onto.caption(" ".join(filter(None, (escaped(told), escaped(flat.remark)))))


def extent(axes: tuple[NxAxis, NxAxis]) -> str:
    """Return in a sentence how large a picture is, down and across, and each of its pixels."""
    down, across = (legible(axis) for axis in axes)
    sizes = [len(axis.points) for axis in axes]
    if not (down.scale and down.unit and across.scale and across.unit):
        return f"{sizes[0]} × {sizes[1]} pixels, not calibrated."
    lengths = [
        with_unit(abs(axis.scale or 0.0) * size, axis.unit)
        for axis, size in zip((down, across), sizes, strict=True)
    ]
    steps = [with_unit(abs(axis.scale or 0.0), axis.unit) for axis in (down, across)]
    return f"{' × '.join(lengths)}, {' × '.join(dict.fromkeys(steps))} a pixel."
