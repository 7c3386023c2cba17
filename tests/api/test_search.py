"""``/search`` over HTTP."""

from __future__ import annotations

import csv
import io

import pyarrow.parquet as pq
import pytest

from tests.api.told import problem


def test_a_search_tells_what_is_found_what_else_there_is_and_its_sql(client, made):
    answer = client.get("/search", params={"element": "Si", "columns": "acceleration_voltage"})
    told = answer.json()
    assert told["total"] == len(told["items"]) == 2
    names = {one["experiment_id"] for one in told["items"]}
    assert made["valid"] in names
    assert {"value": "O", "title": "O", "n": 2} in told["facets"]["element"]
    assert {one["acceleration_voltage_V_max"] for one in told["items"]} == {200e3}
    again = client.post("/query", json={"sql": told["sql"]}).json()
    assert {row[0] for row in again["rows"]} == names


def test_pages_are_parts_of_the_whole(client):
    asked = {"level": "measurements", "sort": "title"}
    whole = client.get("/search", params=asked).json()["items"]
    parts = [
        client.get("/search", params={**asked, "limit": 1, "offset": at}).json()["items"]
        for at in range(len(whole) + 1)
    ]
    assert [one for part in parts for one in part] == whole
    assert len(whole) > 2


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"where": "acceleration_voltage:200..300"}, "no unit"),
        ({"sort": "color"}, "date, title, size"),
        ({"element": "nul\x00"}, "no text"),
    ],
)
def test_what_cannot_be_is_a_problem(client, asked, words):
    told = problem(client.get("/search", params=asked), 400)
    assert words in told["detail"] + told["remedy"]


def test_a_table_is_taken_away_whole(client):
    items = client.get("/search", params={"level": "measurements"}).json()["items"]
    asked = {"level": "measurements", "columns": "acceleration_voltage"}
    answer = client.get("/search/table", params={**asked, "as": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["x-truncated"] == "false"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["measurement_id"] for row in rows] == [one["measurement_id"] for one in items]
    answer = client.get("/search/table", params={**asked, "as": "parquet"})
    table = pq.read_table(io.BytesIO(answer.content))
    assert table.column("measurement_id").to_pylist() == [one["measurement_id"] for one in items]
    assert [float(row["acceleration_voltage_V"] or "nan") for row in rows] == pytest.approx(
        [value or float("nan") for value in table.column("acceleration_voltage_V").to_pylist()],
        nan_ok=True,
    )
