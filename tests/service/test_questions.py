"""What can be asked of the index."""

from __future__ import annotations

from emfair.service import questions


def test_every_table_is_described_for_people():
    tables = questions.tables()
    assert len(tables) == 6
    assert all(column.description for table in tables for column in table.columns)
