"""Curves over their axis, drawn with Altair."""

from __future__ import annotations

import altair as alt
import numpy as np
import pyarrow as pa
import streamlit as st

from emfair.service.looks import Curve, outline
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.values import with_unit

MOST = 4000
"""Points that are drawn."""


def curve(found: Curve, quantity: str, key: str, window: range | None = None) -> None:
    """Show a curve, with the chosen `window` of its axis marked, and a choice of scale."""
    is_log = st.toggle("Logarithmic", key=f"{key}-log")
    values = found.values.astype(np.float64)
    known = np.isfinite(values)
    if is_log and not (known & (values > 0)).any():
        st.caption("No value is above 0, so the scale is linear.")
        is_log = False
    shown = known & (values > 0) if is_log else known
    points, heights = outline(found.points[shown], values[shown], MOST)
    if not points.size:
        st.info("Not one value is a number.", icon=":material/info:")
        return
    title = found.axis.long_name
    line = (
        alt.Chart(pa.table({"x": points, "y": heights}))
        .mark_line(strokeWidth=1.2)
        .encode(
            alt.X("x:Q", title=title, scale=alt.Scale(zero=False, nice=False)),
            alt.Y("y:Q", title=quantity, scale=alt.Scale(type="log" if is_log else "linear")),
            tooltip=[
                alt.Tooltip("x:Q", title=title, format=".6~g"),
                alt.Tooltip("y:Q", title=quantity, format=".6~g"),
            ],
        )
    )
    layers = [line] if window is None else [_band(found, window), line]
    st.altair_chart(
        alt.layer(*layers).properties(height=320).interactive(bind_y=False),
        alt=_in_words(found, quantity, points, heights),
    )
    st.caption(" ".join(filter(None, ("Scroll to zoom, drag to move.", escaped(found.remark)))))


def _band(found: Curve, window: range) -> alt.Chart:
    """Return the window as a band behind the curve."""
    ends = found.points[[window.start, window.stop - 1]]
    band = pa.table({"first": [float(ends.min())], "last": [float(ends.max())]})
    chart: alt.Chart = alt.Chart(band).mark_rect(opacity=0.18).encode(x="first:Q", x2="last:Q")
    return chart


def _in_words(found: Curve, quantity: str, points: np.ndarray, heights: np.ndarray) -> str:
    """Return what the curve shows, for whoever cannot see it."""
    top = int(np.argmax(heights))
    first, last, peak = (with_unit(float(one), found.axis.unit) for one in
                         (points.min(), points.max(), points[top]))  # fmt: skip
    return (
        f"{quantity} over {found.axis.long_name}, from {first} to {last}; "
        f"the highest value, {heights[top]:.6g}, is at {peak}."
    )
