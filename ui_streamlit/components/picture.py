"""A look's values as a large picture, with its scale and what its shades say below it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from emfair.service.looks import Area, Flat, Ring, drawn
from ui_streamlit.components.extents import extent
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.shades import contrast

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
    made = drawn(flat, contrast(flat, key, size), marks, size)
    told = f"{extent(flat.axes)} {made.shades}".strip()
    onto.image(made.png, output_format="PNG", alt=f"{what}. {told}")
    onto.caption(" ".join(filter(None, (escaped(told), escaped(flat.remark)))))
