"""Curves over their axis, drawn with Altair; a spectrum with the background below it."""

from __future__ import annotations

import altair as alt
import numpy as np
import pyarrow as pa
import streamlit as st

from emfair.service.looks import Below, Curve, outline
from emfair.units import convert
from ui_streamlit.components.choosing import people_use
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.values import with_unit

MOST = 4000
"""Points that are drawn of a line."""
SPECTRUM, BACKGROUND, LEFT = "spectrum", "background", "without it"


def curve(
    found: Curve, quantity: str, key: str, window: range | None = None, below: Below | None = None
) -> None:
    """Show a curve, with the chosen `window` of its axis marked, and a choice of scale.

    A background `below` it is shown with what it leaves.
    """
    is_log = st.toggle("Logarithmic", key=f"{key}-log")
    values = found.values.astype(np.float64)
    known = np.isfinite(values)
    if is_log and not (known & (values > 0)).any():
        st.caption("No value is above 0, so the scale is linear.")
        is_log = False
    points, unit, title = _people_use(found)
    lines = {SPECTRUM: _outlined(points, values, is_log=is_log)}
    if below is not None:
        there = points[below.channels.start : below.channels.stop]
        lines[BACKGROUND] = _outlined(there, below.values, is_log=is_log)
        lines[LEFT] = _outlined(there, below.left, is_log=is_log)
    if not lines[SPECTRUM][0].size:
        st.info("Not one value is a number.", icon=":material/info:")
        return
    line = _drawn(lines, title, quantity, is_log=is_log)
    layers = [line] if window is None else [_band(points, window), line]
    st.altair_chart(
        alt.layer(*layers).properties(height=320).interactive(bind_y=False),
        alt=_in_words(f"{quantity} over {title}", *lines[SPECTRUM], unit),
    )
    told = ("Scroll to zoom, drag to move.", _background(below), escaped(found.remark))
    st.caption(" ".join(filter(None, told)))


def _people_use(found: Curve) -> tuple[np.ndarray, str, str]:
    """Return the points in the unit that people use, the unit, and the axis' title."""
    axis = people_use(found.axis)
    if axis.unit == found.axis.unit:
        return found.points, axis.unit, axis.long_name
    return found.points * convert(1.0, found.axis.unit, axis.unit), axis.unit, axis.long_name


def _outlined(
    points: np.ndarray, values: np.ndarray, *, is_log: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return what is drawn of a line."""
    known = np.isfinite(values)
    shown = known & (values > 0) if is_log else known
    return outline(points[shown], values[shown], MOST)


def _drawn(
    lines: dict[str, tuple[np.ndarray, np.ndarray]], title: str, quantity: str, *, is_log: bool
) -> alt.Chart:
    """Return lines, each with a colour of its own; the background is dashed."""
    what = [name for name, (x, _) in lines.items() for _ in x]
    x, y = (np.concatenate([one[part] for one in lines.values()]) for part in (0, 1))
    chart: alt.Chart = (
        alt.Chart(pa.table({"x": x, "y": y, "what": what}))
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
    if len(lines) == 1:
        return chart
    names = list(lines)
    dashes = [[4, 3] if name == BACKGROUND else [1, 0] for name in names]
    drawn: alt.Chart = chart.encode(
        color=alt.Color("what:N", sort=names, title=None, legend=alt.Legend(orient="top")),
        strokeDash=alt.StrokeDash(
            "what:N", sort=names, scale=alt.Scale(domain=names, range=dashes), title=None
        ),
    )
    return drawn


def _band(points: np.ndarray, window: range) -> alt.Chart:
    """Return the window as a band behind the curve."""
    ends = points[[window.start, window.stop - 1]]
    band = pa.table({"first": [float(ends.min())], "last": [float(ends.max())]})
    chart: alt.Chart = alt.Chart(band).mark_rect(opacity=0.18).encode(x="first:Q", x2="last:Q")
    return chart


def _background(below: Below | None) -> str:
    if below is None:
        return ""
    exponent = f"{below.exponent:.2f}".replace("-", "\N{MINUS SIGN}")
    return f"The background is A·E^−r with r = {exponent}."


def _in_words(what: str, points: np.ndarray, heights: np.ndarray, unit: str) -> str:
    """Return what the curve shows, for whoever cannot see it."""
    top = int(np.argmax(heights))
    first, last, peak = (with_unit(float(one), unit) for one in
                         (points.min(), points.max(), points[top]))  # fmt: skip
    return f"{what}, from {first} to {last}; the highest value, {heights[top]:.6g}, is at {peak}."
