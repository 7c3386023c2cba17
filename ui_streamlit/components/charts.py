"""Charts of the dashboard, each with its figures as a table and the SQL that asks for them.

Colours are the theme's: its first ones are the verdicts', in the order `VERDICTS`, so that a chart
reads in light and dark without being drawn anew. What does not belong here: the figures
(`emfair.service.statistics`).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import altair as alt
import streamlit as st

from emfair.service.statistics import WAITING, IntervalSum, Period, Unit
from ui_streamlit.components import links
from ui_streamlit.components.markup import escaped

VERDICTS = ("valid", "needs input", "invalid", WAITING)
HEIGHT = 260
_LABELS = 6
_BAR = 26  # pixels of a bar that lies
_NAME = alt.Axis(labelLimit=180, labelOverlap=False, title=None)


def over_time(
    counts: Sequence[IntervalSum],
    period: Period,
    *,
    value: Callable[[IntervalSum], float],
    title: str,
    number: str,
    names: Sequence[str] = VERDICTS,
    share: bool = False,
) -> alt.Chart:
    """Return bars over the intervals of a period, one colour a name.

    Parameters
    ----------
    names
        In the order in which they are stacked and have the theme's colours.
    value
        Of a count.
    title, number
        Of the axis of values, and the format of its numbers (d3).
    share
        Each interval's whole is 1.
    """
    rows = _stacked(counts, period, value, names, share=share)
    present = {row["name"] for row in rows}
    shown = [name for name in names if name in present]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_rect(xOffset=1, x2Offset=-1)
        .encode(
            x=alt.X(
                "since:T", title=None, scale=alt.Scale(domain=_ends(period)), axis=_axis(period)
            ),
            x2="until:T",
            y=alt.Y(
                "low:Q", title=title, scale=alt.Scale(domainMin=0, nice=True),
                axis=alt.Axis(format="%" if share else number, tickMinStep=0 if share else 1),
            ),
            y2="high:Q",
            color=alt.Color(
                "name:N",
                scale=alt.Scale(domain=list(names)),
                legend=alt.Legend(title=None, orient="top", values=shown, columns=2),
            ),
            tooltip=[
                alt.Tooltip("since:T", title=f"{period.unit.capitalize()} of", format="%d %b %Y"),
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("value:Q", title=title, format="%" if share else number),
            ],
        )
        .properties(height=HEIGHT)
    )  # fmt: skip
    return chart


def _stacked(
    counts: Sequence[IntervalSum],
    period: Period,
    value: Callable[[IntervalSum], float],
    names: Sequence[str],
    *,
    share: bool,
) -> list[dict[str, Any]]:
    """Return a rectangle for each count, those of an interval one upon another."""
    whole: dict[date, float] = defaultdict(float)
    for one in counts:
        whole[one.since] += value(one)
    tops: dict[date, float] = defaultdict(float)
    rows = []
    for one in sorted(counts, key=lambda one: names.index(one.name)):
        size = value(one) / (whole[one.since] if share else 1)
        rows.append(
            {
                "since": _at(one.since),
                "until": _at(period.following(one.since)),
                "name": one.name,
                "value": size,
                "low": tops[one.since],
                "high": tops[one.since] + size,
            }
        )
        tops[one.since] += size
    return rows


def shares(values: dict[str, float], *, title: str, number: str) -> alt.Chart:
    """Return bars that lie, the longest on top."""
    rows = [{"name": name, "value": value} for name, value in values.items()]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X(
                "value:Q",
                title=title,
                scale=alt.Scale(domainMin=0, nice=True),
                axis=alt.Axis(format=number, tickMinStep=0.01 if "%" in number else 1),
            ),
            y=alt.Y("name:N", sort="-x", axis=_NAME),
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("value:Q", title=title, format=number),
            ],
        )
        .properties(height=alt.Step(_BAR))
    )
    return chart


def figure(
    title: str, chart: alt.Chart, rows: Sequence[dict[str, Any]], sql: str, *, note: str = ""
) -> None:
    """Show a chart under its title; below it a note, a table of the same, and the SQL of it."""
    st.subheader(title, anchor=False)
    st.altair_chart(chart, alt=f"{title}; the same as a table below.")
    if note:
        st.caption(note)
    with st.expander("As a table"):
        st.table(
            [
                {name: escaped(one) if isinstance(one, str) else one for name, one in row.items()}
                for row in rows
            ],
            hide_index=True,
        )
        st.page_link(
            links.SQL, label="Ask the index yourself", query_params={"sql": sql},
            icon=":material/database:",
        )  # fmt: skip


def _axis(period: Period) -> alt.Axis:
    """Return an axis with a few of the intervals' first days."""
    days = list(period.intervals)
    return alt.Axis(
        values=[_day(one) for one in days[:: math.ceil(len(days) / _LABELS)]],
        format="%b %Y" if period.unit is Unit.MONTH else "%d %b",
        grid=False,
    )


def _ends(period: Period) -> list[alt.DateTime]:
    """Return where the first interval begins and the last one ends."""
    first, *_, last = [*period.intervals, *period.intervals]
    return [_day(first), _day(period.following(last))]


def _day(day: date) -> alt.DateTime:
    return alt.DateTime(year=day.year, month=day.month, date=day.day)


def _at(day: date) -> str:
    """Return a day as Vega reads it in the reader's own zone; a date alone would be in UTC."""
    return f"{day}T00:00:00"
