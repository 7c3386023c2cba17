"""The dashboard: its totals, a table behind each chart, the period in the address."""

from __future__ import annotations

from collections import Counter
from datetime import date

import altair as alt
import pytest

from emfair.model.states import ExperimentState as S
from emfair.service.services import open_services
from emfair.service.statistics import SEVERAL, UNNAMED, WAITING, IntervalSum, Period
from emfair.settings import read_settings
from tests.services.postgres import database
from tests.services.registries import migrated
from tests.ui_streamlit.test_home import (  # noqa: F401
    ISSUER,
    headings,
    lab,
    look,
    page_links,
    put,
)
from tests.ui_streamlit.test_pages import html, told
from ui_streamlit import stores
from ui_streamlit.components.charts import over_time, shares
from ui_streamlit.pages.dashboard import beside


def tables(app) -> dict[str, list[dict]]:
    """Return the table behind each chart, by the chart's title."""
    titles = [one.value for one in app.subheader]
    return {
        title: table.value.to_dict("records")
        for title, table in zip(titles, app.table, strict=True)
    }


def test_totals_and_tables_hold_what_was_deposited(page, made):
    app = page("dashboard")
    assert "<b>4</b><span>deposits</span>" in html(app)
    assert "<b>4</b><span>measurements</span>" in html(app)
    assert "<b>33%</b><span>valid</span>" in html(app)
    behind = tables(app)
    (week,) = behind["Deposits"]
    assert [week[name] for name in ("valid", "needs input", "invalid", WAITING)] == ["1"] * 4
    assert behind["Formats"] == [
        {"Format": "DigitalMicrograph", "Files": "4", "Size": behind["Formats"][0]["Size"]}
    ]
    (size,) = behind["Bytes"]
    assert set(size) == {"Since", "Size"}
    (valid,) = behind["How valid they are now"]
    assert (valid["valid"], valid["needs input"], valid["invalid"]) == ("33%", "33%", "33%")
    assert [row["Instrument"] for row in behind["Instruments"]] == ["FEI Tecnai"]
    assert "Not in this chart: 2 deposits that name no instrument, 1 not indexed yet." in told(app)
    faults = {row["Field or rule"] for row in behind["What is missing or wrong most often"]}
    assert {"Elements in the sample", "unreadable file"} <= faults


@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        ({}, ""),
        ({SEVERAL: 1, UNNAMED: 1, WAITING: 2},
         "1 deposit from several instruments, 1 that names none, 2 not indexed yet"),
        ({SEVERAL: 2, UNNAMED: 3}, "2 deposits from several instruments, 3 that name none"),
        ({UNNAMED: 1}, "1 deposit that names no instrument"),
        ({WAITING: 1200}, "1,200 deposits not indexed yet"),
    ],
)  # fmt: skip
def test_deposits_that_have_no_one_instrument_are_told_in_a_sentence(apart, expected):
    assert beside(Counter(apart)) == expected


def test_each_chart_has_words_and_a_question_to_go_on_with(page):
    app = page("dashboard")
    charts = app.get("vega_lite_chart")
    assert len(charts) == len(app.table) == 6
    assert all(one.proto.alt for one in charts)
    assert page_links(app)["Ask the index yourself"].startswith("sql=SELECT")


def test_the_period_stands_in_the_address(page):
    app = page("dashboard", period="12-months")
    assert app.selectbox(key="dashboard-period").value == "12-months"
    year = next(one for one in app.selectbox(key="dashboard-period").options if one.isdigit())
    app.selectbox(key="dashboard-period").select(year).run()
    assert app.query_params["period"] == year
    assert not app.exception


def test_a_period_that_is_none_is_the_usual_one(page):
    app = page("dashboard", period="for ever")
    assert app.selectbox(key="dashboard-period").value == "12-weeks"


def test_empty_stores_teach_how_to_begin(empty):
    app = empty("dashboard")
    assert "No experiments yet" in headings(app)
    assert not app.get("vega_lite_chart")


def test_a_draft_is_no_deposit_yet(lab):  # noqa: F811
    put(lab, "Half way", S.UPLOADING, "ada")
    assert "Nothing to count yet" in headings(look("ada", page="dashboard"))
    put(lab, "Sealed", S.SEALED, "ada")
    assert "<b>1</b><span>deposits</span>" in html(look("ada", page="dashboard"))
    assert "Nothing to count yet" not in told(look("ada", page="dashboard"))


def test_what_is_not_indexed_is_counted_over_postgresql(tmp_path):
    with database(migrated()) as url:
        settings = read_settings(home=tmp_path / "home", registry_url=url, oidc_issuer=ISSUER)
        with open_services(settings) as services, stores.use(services):
            put(services, "Sealed", S.SEALED, "ada")
            assert "<b>1 B</b><span>deposited</span>" in html(look("ada", page="dashboard"))


def values(chart: alt.Chart) -> list[dict]:
    """Return the data of a chart."""
    whole = chart.to_dict()
    return whole["datasets"][whole["data"]["name"]]


PERIOD = Period(date(2026, 1, 5), date(2026, 1, 19))


@pytest.mark.parametrize(("share", "high"), [(False, [2, 3, 1]), (True, [2 / 3, 1, 1])])
def test_bars_stand_one_upon_another_within_their_interval(share, high):
    first, second = date(2026, 1, 5), date(2026, 1, 12)
    counts = [
        IntervalSum(first, "invalid", 1),
        IntervalSum(first, "valid", 2),
        IntervalSum(second, "invalid", 1),
    ]
    chart = over_time(
        counts, PERIOD, value=lambda one: one.number, title="Deposits", number="d", share=share
    )
    rows = values(chart)
    assert [(row["since"][:10], row["name"]) for row in rows] == [
        ("2026-01-05", "valid"), ("2026-01-05", "invalid"), ("2026-01-12", "invalid")
    ]  # fmt: skip
    assert [row["high"] for row in rows] == pytest.approx(high)
    assert rows[1]["low"] == rows[0]["high"]
    assert rows[0]["until"][:10] == "2026-01-12"


def test_bars_that_lie_have_their_names_whole():
    chart = shares({"FEI Tecnai": 0.5}, title="Share", number=".0%")
    assert values(chart) == [{"name": "FEI Tecnai", "value": 0.5}]
    assert chart.to_dict()["encoding"]["y"]["axis"]["labelOverlap"] is False
