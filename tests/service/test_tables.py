"""Answers as files."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emfair.service.tables import as_csv, as_parquet, rows_of


def test_rows_come_back_from_csv_as_they_are():
    rows = [('a, "b"\nc', 1.5, None), ("量子", -3, ["Si", None, "O"])]
    text = as_csv(("name", "n", "list"), rows)
    assert list(csv.reader(io.StringIO(text))) == [
        ["name", "n", "list"],
        ['a, "b"\nc', "1.5", ""],
        ["量子", "-3", "Si, O"],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_is_a_formula_to_a_spreadsheet(text):
    for value in (text, [text, "b"]):
        (_, (cell,)) = csv.reader(io.StringIO(as_csv(("x",), [(value,)]), newline=""))
        assert cell.startswith(f"'{text}")


def test_parquet_holds_all_as_it_is():
    table = pa.table({"name": ["=1+1", None], "list": [["Si"], []]})
    assert pq.read_table(io.BytesIO(as_parquet(table))).equals(table)
    assert list(rows_of(table)) == [("=1+1", ["Si"]), (None, [])]
