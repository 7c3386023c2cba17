"""The quick plot of an answer: which columns can be drawn, and what is drawn of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from tests.ui_streamlit.test_pages import html, told
from ui_streamlit.components.plot import COUNT, MOST, chart

ODD = 'a.b[0]:"x" <b>'


def drawn(table, mark="points", **chosen):
    kinds = dict.fromkeys(table.column_names, "Q") | {"who": "N", "when": "T"}
    return chart(table, {"x": None, "y": None, "c": None} | chosen, kinds, mark).to_dict()


def values_of(told):
    (values,) = told["datasets"].values()
    return values


def test_values_are_drawn_as_they_are_under_names_of_any_kind():
    table = pa.table({ODD: [1, 2], "y": [0.5, float("nan")], "who": ["ada", None]})
    told = drawn(table, x=ODD, y="y", c="who")
    assert values_of(told) == [
        {"x": 1, "y": 0.5, "c": "ada"},
        {"x": 2, "y": None, "c": None},
    ]
    assert told["encoding"]["x"]["title"] == ODD
    assert told["encoding"]["x"]["field"] == "x"
    assert told["mark"]["type"] == "point"


def test_how_often_a_value_comes_is_counted_in_bins():
    told = drawn(pa.table({"kV": [80, 200, 200]}), mark="bars", x="kV")
    assert told["encoding"]["x"]["bin"] is True
    assert told["encoding"]["y"]["aggregate"] == "count"
    assert told["encoding"]["y"]["title"] == COUNT


def test_times_are_times():
    table = pa.table({"when": [datetime(2026, 1, 22, 12, tzinfo=UTC)], "n": [3]})
    told = drawn(table, mark="lines", x="when", y="n")
    assert values_of(told) == [{"x": "2026-01-22T12:00:00+00:00", "y": 3}]
    assert told["encoding"]["x"]["type"] == "temporal"


@pytest.mark.parametrize(
    ("sql", "along", "up"),
    [
        ("SELECT 'a' AS who, 3 AS n", "who", "n"),
        ('SELECT 1 AS n, 2 AS n, 3 AS "n (2)"', "n", "n (3)"),
        ("SELECT 3 AS n, TIMESTAMP '2026-01-22' AS t", "t", "n"),
        ("SELECT 3 AS n, 4 AS n", "n", "n (2)"),
        ("SELECT true AS yes", "yes", COUNT),
        ("SELECT 1.5::DECIMAL(5,2) AS price, [1] AS list", "price", COUNT),
    ],
)
def test_the_page_begins_with_columns_that_make_sense(page, sql, along, up):
    app = page("sql", sql=sql)
    app.toggle(key="plot").set_value(True).run()
    assert not app.exception
    assert app.selectbox(key="plot-x").value == along
    assert app.selectbox(key="plot-y").value == up
    assert len(app.get("arrow_vega_lite_chart") or app.get("vega_lite_chart")) == 1
    assert "defect" not in told(app) + html(app)


def test_what_cannot_be_drawn_says_so(page):
    app = page("sql", sql="SELECT [1, 2] AS list")
    app.toggle(key="plot").set_value(True).run()
    assert "can be drawn" in told(app)


def test_of_much_the_first_part_is_drawn(page):
    app = page("sql", sql="SELECT i FROM range(6000) t(i)")
    app.toggle(key="plot").set_value(True).run()
    assert f"first {MOST:,} of 6,000" in told(app)
