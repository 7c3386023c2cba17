"""``/figures``: a lab over time, as the dashboard shows it."""

from __future__ import annotations

import pytest

from tests.api.told import problem


def test_figures_are_of_what_is_indexed_and_of_what_waits(client):
    told = client.get("/figures").json()
    assert sum(one["number"] for one in told["deposits"]) == 4
    assert {one["name"] for one in told["deposits"]} >= {"valid", "not indexed"}
    assert sum(one["bytes"] for one in told["formats"]) > 0
    assert told["measurements"] == 4
    assert told["unit"] == "month"
    assert told["first_day"] < told["end"]
    sql = told["questions"]["measurements"]
    answer = client.post("/query", json={"sql": sql}).json()
    assert answer["rows"][0][1] == told["measurements"]


def test_a_period_before_everything_is_empty(client):
    told = client.get("/figures", params={"begin": "1999-01-01", "end": "1999-02-01"}).json()
    assert (told["deposits"], told["measurements"], told["unit"]) == ([], 0, "week")


@pytest.mark.parametrize(
    ("begin", "end", "status", "subject"),
    [
        ("2026-02-01", "2026-01-01", 400, "begin"),
        ("2026-02-01", "2026-02-01", 400, "begin"),
        ("1971-01-01", "2026-02-01", 400, "begin"),
        ("0001-01-01", "0001-01-02", 400, "end"),
        ("9999-12-30", "9999-12-31", 400, "end"),
        ("yesterday", "2026-02-01", 422, "begin"),
    ],
)
def test_a_period_that_cannot_be_is_a_problem(client, begin, end, status, subject):
    answer = client.get("/figures", params={"begin": begin, "end": end})
    assert problem(answer, status)["subject"] == subject


def test_the_tables_that_can_be_asked_are_listed(client):
    told = {one["name"]: one for one in client.get("/query/tables").json()}
    assert {"experiments", "measurements", "facts", "findings", "files"} <= set(told)
    columns = {one["name"]: one for one in told["measurements"]["columns"]}
    assert columns["experiment_id"]["type"] == "VARCHAR"
    assert all(one["description"] for one in columns.values())
