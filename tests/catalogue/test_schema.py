"""What is promised of the columns."""

import pyarrow as pa
import pytest

from emfair.catalogue.schema import DESCRIPTION, TABLES, in_order


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_of_every_table_says_what_it_holds(table):
    for field in table.columns:
        text = field.metadata[DESCRIPTION].decode()
        assert text.endswith("."), field.name
        assert len(text) > 10, field.name


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_table_begins_with_the_experiment(table):
    assert table.columns.names[0] == "experiment_id"
    assert table.order[0] == "experiment_id"
    assert set(table.order) <= set(table.columns.names)


def test_facts_are_the_columns_of_the_fields_conventions():
    assert TABLES["facts"].columns.names == [
        "experiment_id",
        "measurement_id",
        "key",
        "value_num",
        "value_text",
        "unit",
        "source",
        "source_path",
        "raw",
        "extractor",
        "extractor_version",
        "replaced_by",
        "reason",
        "warning",
    ]


def test_rows_stand_in_one_order_whatever_order_they_come_in():
    schema = TABLES["findings"].columns
    rows = [
        dict.fromkeys(schema.names, "same") | {"severity": s, "hint": h}
        for s in ("note", "error")
        for h in ("b", "a")
    ]
    one = in_order("findings", pa.Table.from_pylist(rows, schema))
    other = in_order("findings", pa.Table.from_pylist(rows[::-1], schema))
    assert one.equals(other)
    assert one["severity"].to_pylist() == ["error", "error", "note", "note"]
