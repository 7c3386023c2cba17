"""A look's values as a large picture, with its scale and what its shades say below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from emfair.nxem.shape import NxAxis
from emfair.service.looks import Area, Flat, Ring, drawn
from ui_streamlit.components.choosing import people_use
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
    made = drawn(flat, contrast(flat, key, size), marks, size)
    told = f"{extent(flat.axes)} {made.shades}".strip()
    onto.image(made.png, output_format="PNG", alt=f"{what}. {told}")
    onto.caption(" ".join(filter(None, (escaped(told), escaped(flat.remark)))))


def extent(axes: tuple[NxAxis, NxAxis]) -> str:
    """Return in a sentence how large a picture is, down and across, and each of its pixels."""
    shown = [people_use(axis) for axis in axes]
    sizes = [len(axis.points) for axis in axes]
    steps = [abs(axis.scale or 0.0) for axis in shown]
    if not all(step and axis.unit for step, axis in zip(steps, shown, strict=True)):
        return f"{sizes[0]} × {sizes[1]} pixels, not calibrated."
    lengths = [step * size for step, size in zip(steps, sizes, strict=True)]
    if shown[0].unit != shown[1].unit:
        one, other = (_told((size,), axis.unit) for size, axis in zip(lengths, shown, strict=True))
        return f"{one} × {other}."
    unit = shown[0].unit
    return f"{_told(lengths, unit)}, {_told(dict.fromkeys(steps), unit)} a pixel."


def _told(numbers: Iterable[float], unit: str) -> str:
    """Return ``20 × 25 nm``, to four digits."""
    *first, last = (float(f"{number:.4g}") for number in numbers)
    return " × ".join([*(with_unit(one, "") for one in first), with_unit(last, unit)])
