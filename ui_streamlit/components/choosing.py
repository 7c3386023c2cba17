"""Choosing places along an axis, in its own numbers and units.

What does not belong here: what is shown of a place (`looks`).
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from emfair.nxem.preview.frame import in_unit
from emfair.nxem.shape import NxAxis
from emfair.nxem.show import adapted
from emfair.service.looks import in_ev_or_kev
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.values import with_unit

_OPTIONS = 2000
"""Stops of a slider; of more places every n-th is one."""


def place_on(axis: NxAxis, key: str, *, middle: bool = False) -> int:
    """Let one place along an axis be chosen; return its index."""
    axis, size = people_use(axis), len(axis.points)
    if size < 2:
        return 0
    chosen = st.select_slider(
        escaped(axis.long_name),
        stops(size),
        value=_nearest(size, size // 2 if middle else 0),
        format_func=lambda index: f"{index + 1} of {size} · {_told(axis, index)}",
        key=key,
    )
    return int(chosen)


def span_on(
    axis: NxAxis, key: str, *, start: int = 0, stop: int | None = None, help_: str = ""
) -> range:
    """Let some neighbouring places along an axis be chosen, from `start` to before `stop`."""
    axis, size = people_use(axis), len(axis.points)
    if size < 2:
        return range(size)
    first, last = st.select_slider(
        escaped(axis.long_name),
        stops(size),
        value=(_nearest(size, start), _nearest(size, size - 1 if stop is None else stop - 1)),
        format_func=lambda index: _told(axis, index),
        key=key,
        help=help_ or None,
    )
    return range(first, last + 1)


def value_at(axis: NxAxis, index: int) -> str:
    """Return a place as people read it: ``−12.5 nm``."""
    return _told(people_use(axis), index)


def people_use(axis: NxAxis) -> NxAxis:
    """Return an axis in the unit that people use: energies in eV or keV, lengths as pictures' are.

    That is the unit in which people say how long the axis is (`emfair.nxem.show.adapted`).
    """
    turned = in_ev_or_kev(axis)
    if turned is not axis or not axis.unit or axis.unit in ("eV", "keV"):
        return turned
    points = np.asarray(axis.points, np.float64)
    length = float(abs(points[-1] - points[0])) + abs(axis.scale or 0.0)
    return in_unit(axis, adapted(length, axis.unit)[1]) if np.isfinite(length) else axis


def _told(axis: NxAxis, index: int) -> str:
    value = float(axis.points[index])
    return with_unit(value, axis.unit) if np.isfinite(value) else str(index)


def stops(size: int) -> list[int]:
    """Return the indices that a slider stops at, the last one among them."""
    step = -(-size // _OPTIONS)
    return [*range(0, size - 1, step), size - 1]


def _nearest(size: int, index: int) -> int:
    return min(stops(size), key=lambda stop: abs(stop - index))
