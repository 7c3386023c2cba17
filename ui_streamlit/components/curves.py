"""Curves over their axis, drawn with Altair; a spectrum with the background below it."""

from __future__ import annotations

from typing import Literal

import altair as alt
import numpy as np
import pyarrow as pa
import streamlit as st

from emfair.nxem.preview.frame import framed
from emfair.nxem.views import zero_peak
from emfair.service.looks import Below, Curve, outline
from emfair.units import convert
from ui_streamlit.components.choosing import people_use
from ui_streamlit.components.markup import escaped
from ui_streamlit.components.values import with_unit

Line = tuple[np.ndarray, np.ndarray]
MOST = 4000
"""Points that are drawn of a line."""
SPECTRUM, BACKGROUND, LEFT = "spectrum", "background", "without it"


def curve(
    found: Curve,
    quantity: str,
    key: str,
    window: range | None = None,
    below: Below | None = None,
    near: range | None = None,
) -> None:
    """Show a curve, with the chosen `window` of its axis marked, and a choice of scale.

    A background `below` it is shown with what it leaves: in the channels that are `near`, until
    the whole spectrum is asked for. An X-ray spectrum is scaled to its lines, as its preview is: a
    detector's own noise at zero energy is often higher than all of them.
    """
    lit = near is None and zero_peak(found.axis) > 0
    with st.container(horizontal=True, gap="medium"):
        is_log = st.toggle("Logarithmic", key=f"{key}-log")
        if (near is not None or lit) and st.toggle("Whole spectrum", key=f"{key}-whole"):
            near, lit = None, False
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
    shown = lines if near is None else _only(lines, points[near.start : near.stop])
    scales = _scales(shown, is_log=is_log, is_whole=near is None)
    if lit:
        scales = _scales_of_lines(found, shown[SPECTRUM], points, is_log=is_log)
    line = _drawn(lines, title, quantity, scales)
    layers = [line] if window is None else [_band(points, window, scales[0]), line]
    st.altair_chart(
        alt.layer(*layers).properties(height=320).interactive(bind_y=False),
        alt=_in_words(f"{quantity} over {title}", *shown[SPECTRUM], unit),
    )
    cut = "Scaled to the lines: what is higher at zero energy is cut off." if lit else ""
    told = ("Scroll to zoom, drag to move.", cut, _background(below), escaped(found.remark))
    st.caption(" ".join(filter(None, told)))


def _people_use(found: Curve) -> tuple[np.ndarray, str, str]:
    """Return the points in the unit that people use, the unit, and the axis' title."""
    axis = people_use(found.axis)
    if axis.unit == found.axis.unit:
        return found.points, axis.unit, axis.long_name
    return found.points * convert(1.0, found.axis.unit, axis.unit), axis.unit, axis.long_name


def _outlined(points: np.ndarray, values: np.ndarray, *, is_log: bool) -> Line:
    """Return what is drawn of a line."""
    known = np.isfinite(values)
    shown = known & (values > 0) if is_log else known
    return outline(points[shown], values[shown], MOST)


def _only(lines: dict[str, Line], points: np.ndarray) -> dict[str, Line]:
    """Return what of lines lies among some points; all where none of the spectrum does."""
    first, last = points[0], points[-1]
    within = {name: (x >= first) & (x <= last) for name, (x, _) in lines.items()}
    if not within[SPECTRUM].any():
        return lines
    return {name: (x[within[name]], y[within[name]]) for name, (x, y) in lines.items()}


def _scales(shown: dict[str, Line], *, is_log: bool, is_whole: bool) -> tuple[alt.Scale, alt.Scale]:
    """Return the scales of both axes: as far as what is shown."""
    kind: Literal["log", "linear"] = "log" if is_log else "linear"
    if is_whole:
        return alt.Scale(zero=False, nice=False), alt.Scale(type=kind)
    x, y = (np.concatenate([one[part] for one in shown.values()]) for part in (0, 1))
    low = float(y.min()) if is_log else min(0.0, float(y.min()))
    return (
        alt.Scale(domain=[float(x.min()), float(x.max())], zero=False, nice=False),
        alt.Scale(type=kind, domain=[low, float(y.max())], nice=True),
    )


def _scales_of_lines(
    found: Curve, shown: Line, points: np.ndarray, *, is_log: bool
) -> tuple[alt.Scale, alt.Scale]:
    """Return the scales of both axes that show an X-ray spectrum's lines, as its preview does."""
    frame = framed(found.values, found.axis, is_spectrum=True)
    unit = float(points[-1] / found.points[-1])
    x, y = shown
    heights = y[(x >= frame.first * unit) & (x <= frame.last * unit)]
    low = float(heights.min()) if is_log and heights.size else frame.low
    return (
        alt.Scale(domain=[frame.first * unit, frame.last * unit], zero=False, nice=False),
        alt.Scale(type="log" if is_log else "linear", domain=[low, max(frame.high, low)]),
    )


def _drawn(
    lines: dict[str, Line], title: str, quantity: str, scales: tuple[alt.Scale, alt.Scale]
) -> alt.Chart:
    """Return lines, each with a colour of its own; the background is dashed."""
    what = [name for name, (x, _) in lines.items() for _ in x]
    x, y = (np.concatenate([one[part] for one in lines.values()]) for part in (0, 1))
    chart: alt.Chart = (
        alt.Chart(pa.table({"x": x, "y": y, "what": what}))
        .mark_line(strokeWidth=1.2, clip=True)
        .encode(
            alt.X("x:Q", title=title, scale=scales[0]),
            alt.Y("y:Q", title=quantity, scale=scales[1]),
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


def _band(points: np.ndarray, window: range, along: alt.Scale) -> alt.Chart:
    """Return the window as a band behind the curve."""
    ends = points[[window.start, window.stop - 1]]
    band = pa.table({"first": [float(ends.min())], "last": [float(ends.max())]})
    drawn = alt.Chart(band).mark_rect(opacity=0.18, clip=True)
    chart: alt.Chart = drawn.encode(alt.X("first:Q", scale=along), x2="last:Q")
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
