"""The vendors' tables fit our keys, and one that does not is told by its row."""

import pytest

from emfair.errors import BadSetting
from emfair.nxem.table_keys import refuse_misfits, si_units
from emfair.vendor.table import read_table, tables

HEAD = 'version: "1"\nreaders: [{reader}]\nroots: [""]\nrows:\n  - {{tag: a, key: detector}}\n'


def refused(text, reader="TIFF"):
    with pytest.raises(BadSetting) as caught:
        refuse_misfits([read_table("mine", HEAD.format(reader=reader) + text)])
    assert caught.value.subject == "emfair/vendor/tables/mine.yaml"
    return caught.value.message


def test_all_tables_fit():
    refuse_misfits(tables())
    assert si_units()["acceleration_voltage"] == "V"
    assert "detector" not in si_units()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "{tag: b, key: accelaration_voltage, unit: kV}",
            "key: 'accelaration_voltage' is",
        ),
        ("{tag: b, key: acceleration_voltage, unit: nm}", "unit: 'nm' is no unit of acceleration_"),
        ("{tag: b, key: acceleration_voltage}", "unit: 'none' is no unit of acceleration_voltage"),
        ("{tag: b, key: detector, unit: nm}", "unit: detector holds a text, which has no unit"),
    ],
)
def test_a_row_that_does_not_fit_is_named(row, said):
    assert refused(f"  - {row}\n").startswith(f"row 2 (b), {said}")


def test_a_text_with_its_own_unit_needs_none_in_the_row():
    row = "  - {tag: b, key: camera_length, parse: quantity}\n"
    table = read_table("mine", HEAD.format(reader="TIFF") + row)
    refuse_misfits([table])
    assert table.rows[1].unit == ""
    assert refused(row.replace(", parse: quantity", "")).startswith("row 2 (b), unit: 'none'")


def test_a_reader_that_there_is_none_of_is_told():
    assert refused("", reader="Tiff") == "'Tiff' is the name of no reader."


@pytest.mark.parametrize("key", ["no_such_key", "defocus"])
def test_a_constant_is_a_text_of_a_known_key(key):
    told = refused(f"constants:\n  - {{key: {key}, value: '1'}}\n")
    assert told == f"the constant {key!r} is the name of no key that holds a text."
