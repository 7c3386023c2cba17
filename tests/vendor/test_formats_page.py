"""The page for scientists names every reader and every table, and nothing that is not there."""

import re
from pathlib import Path

import pytest

from emfair.vendor.plugins import plugins
from emfair.vendor.table import tables

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| your software"))
]
NAMED = {"reader": 0, "table": 5}


def _named(column: str) -> list[str]:
    """Return the words in code quotes of a column, in all tables of the page."""
    return [word for row in ROWS for word in re.findall(r"`([^`]+)`", row[NAMED[column]])]


@pytest.mark.parametrize("reader", plugins())
def test_a_reader_is_named(reader):
    assert reader in _named("reader")


@pytest.mark.parametrize("table", [table.name for table in tables()])
def test_a_table_is_named(table):
    assert table in [*_named("table"), "rosettasciio_general"]
    assert f"`{table}`" in PAGE


def test_no_reader_and_no_table_is_made_up():
    assert set(_named("reader")) <= set(plugins())
    assert set(_named("table")) <= {table.name for table in tables()}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_something_in_each_of_its_columns(row):
    software, files, come_out, asked, _, _ = row
    assert all((software, files, come_out, asked))


@pytest.mark.parametrize("reader", plugins())
def test_a_readers_own_ending_is_among_the_files(reader):
    files = [row[1] for row in ROWS if f"`{reader}`" in row[0]]
    assert any(f".{ending}" in cell for cell in files for ending in plugins()[reader].extensions)
