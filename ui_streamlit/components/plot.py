"""A quick plot of an answer's columns: points, lines, bars, or how often a value comes.

What does not belong here: the answer, and charts with figures of their own (`charts`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from itertools import count
from typing import Any

import altair as alt
import pyarrow as pa
import streamlit as st

from ui_streamlit.components.markup import escaped

MOST = 5_000
"""Rows that are drawn."""
HEIGHT = 360
COUNT = "how many"
_MARKS = ("points", "lines", "bars")


def plot(table: pa.Table) -> None:
    """Show what can be chosen, and the plot of it."""
    kinds = {
        name: kind
        for name, field in zip(_unique(table.column_names), table.schema, strict=True)
        if (kind := _kind(field.type))
    }
    if not kinds:
        st.info("None of the columns can be drawn.", icon=":material/show_chart:")
        return
    first, second, third, fourth = st.columns(4)
    along = first.selectbox("Along", list(kinds), index=_along(kinds), key="plot-x")
    up = second.selectbox("Up", [COUNT, *kinds], index=_up(kinds, along), key="plot-y")
    colour = third.selectbox("Colour", list(kinds), index=None, key="plot-c", placeholder="one")
    mark = fourth.selectbox("As", _MARKS, index=_mark(kinds[along], up), key="plot-mark")
    named = table.rename_columns(_unique(table.column_names)).slice(0, MOST)
    chosen = {"x": along, "y": None if up == COUNT else up, "c": colour}
    st.altair_chart(
        chart(named, chosen, kinds, mark),
        alt=escaped(f"{up} by {along}; the same as the table above."),
    )
    if table.num_rows > MOST:
        st.caption(f"The first {MOST:,} of {table.num_rows:,} rows are drawn.")


def chart(
    table: pa.Table, chosen: Mapping[str, str | None], kinds: Mapping[str, str], mark: str
) -> alt.Chart:
    """Return the plot.

    Parameters
    ----------
    chosen
        The columns of ``x``, ``y`` (None: how many rows there are) and ``c``, the colour.
    kinds
        Altair's kind of each column: Q, T or N.
    """
    columns = {place: name for place, name in chosen.items() if name}
    values = [
        {place: _plain(value) for place, value in zip(columns, row, strict=True)}
        for row in zip(*(table.column(name).to_pylist() for name in columns.values()), strict=True)
    ]
    kind = {place: kinds[name] for place, name in columns.items()}
    counted = "y" not in columns
    x = alt.X(
        f"x:{kind['x']}",
        title=columns["x"],
        bin=counted and kind["x"] == "Q",
        sort=None,
        scale=alt.Undefined if kind["x"] == "N" or counted else alt.Scale(zero=False),
    )
    y = (
        alt.Y("count():Q", title=COUNT)
        if counted
        else alt.Y(
            f"y:{kind['y']}",
            title=columns["y"],
            sort=None,
            scale=alt.Scale(zero=mark == "bars") if kind["y"] == "Q" else alt.Undefined,
        )
    )
    channels: dict[str, Any] = {"x": x, "y": y}
    if "c" in columns:
        channels["color"] = alt.Color(f"c:{kind['c']}", title=columns["c"])
    base = alt.Chart(alt.InlineData(values=values)).encode(**channels).properties(height=HEIGHT)
    draw = {"points": base.mark_point, "lines": base.mark_line, "bars": base.mark_bar}
    drawn: alt.Chart = draw[mark](tooltip=True)
    return drawn


def _kind(kind: pa.DataType) -> str:
    """Return Altair's kind of a column: of quantities, times, names; empty if it has none."""
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "Q"
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return "T"
    return "N" if pa.types.is_string(kind) or pa.types.is_boolean(kind) else ""


def _along(kinds: Mapping[str, str]) -> int:
    """Return the column to begin with: a time, else the first."""
    return next((place for place, kind in enumerate(kinds.values()) if kind == "T"), 0)


def _up(kinds: Mapping[str, str], along: str) -> int:
    """Return the first column of numbers that is another, behind `COUNT`."""
    names = list(kinds)
    numbers = [name for name in names if kinds[name] == "Q" and name != along]
    return names.index(numbers[0]) + 1 if numbers else 0


def _mark(kind: str, up: str) -> int:
    """Return bars for counts, lines over time, else points: bars of one name would be added up."""
    return 2 if up == COUNT else 1 if kind == "T" else 0


def _unique(names: list[str]) -> list[str]:
    """Return names of which none comes twice."""
    found: list[str] = []
    for name in names:
        others = (f"{name} ({number})" for number in count(2))
        new = next(one for one in others if one not in names and one not in found)
        found.append(new if name in found else name)
    return found


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it; what is no number is left out."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str | bool | int) or value is None:
        return value
    number = float(value)
    return number if math.isfinite(number) else None
