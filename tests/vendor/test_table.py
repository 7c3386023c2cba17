"""A table that is wrong says which row, and what to write instead."""

from importlib.resources import files

import pytest

from emfair.errors import BadSetting
from emfair.vendor.table import read_table, tables

HEAD = 'version: "1"\nreaders: [TIFF]\nroots: [""]\nrows:\n  - {tag: a, key: detector}\n'


def test_a_table_is_read():
    table = read_table("mine", HEAD + "  - {tag: b/c, key: defocus, unit: nm}\n")
    assert table.extractor == "emfair.vendor.tables.mine"
    assert [row.tag for row in table.rows] == ["a", "b/c"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{tag: b, key: defocus, unit: furlongs?}", "row 2 (b), unit: 'furlongs?' is no unit"),
        ("{tag: /b, key: defocus, unit: m}", "row 2 (/b), tag: a tag is a path of names"),
        ("{tag: b//c, key: defocus, unit: m}", "row 2 (b//c), tag: a tag is a path of names"),
        ("{tag: 'b-{c', key: defocus, unit: m}", "row 2 (b-{c), tag: a tag is a path of names"),
        ("{tag: b, key: defocus, units: m}", "row 2 (b), units: Extra inputs are not permitted"),
        ("{key: defocus, unit: m}", "row 2 (without a tag), tag: Field required"),
        ("{tag: b, key: start_time, parse: when}", "row 2 (b), parse: Input should be"),
        ("{tag: b, key: start_time, parse: clock}", "row 2 (b), as a whole: `parse: clock`"),
        ("b", "row 2 (b), as a whole: Input should be"),
    ],
)
def test_a_wrong_row_is_named(row, said):
    with pytest.raises(BadSetting) as caught:
        read_table("mine", f"{HEAD}  - {row}\n")
    assert said in caught.value.message
    assert caught.value.subject == "emfair/vendor/tables/mine.yaml"
    assert "Each row needs a tag and a key" in caught.value.remedy


@pytest.mark.parametrize("text", ["", "readers: [TIFF]\n", HEAD + "spare: 1\n", "- a\n"])
def test_a_table_without_its_parts_is_refused(text):
    with pytest.raises(BadSetting, match=r"emfair/vendor/tables/mine\.yaml"):
        read_table("mine", text)


def test_what_is_no_yaml_is_told_with_its_line():
    with pytest.raises(BadSetting, match=r"line 6.*in quotes"):
        read_table("mine", HEAD + "  - {tag: a: b, key: detector}\n")


@pytest.mark.parametrize(
    "text",
    [HEAD.replace("rows:", 'version: "2"\nrows:'), HEAD + "  - {tag: b, key: defocus, tag: c}\n"],
)
def test_what_stands_twice_is_told(text):
    with pytest.raises(BadSetting, match="a name stands twice here"):
        read_table("mine", text)


def test_a_table_that_is_no_utf_8_is_told():
    with pytest.raises(BadSetting, match="not YAML"):
        read_table(
            "mine", HEAD.encode() + "  - {tag: Strom/µA, key: defocus, unit: nm}".encode("latin-1")
        )


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_no_row_stands_twice(table):
    seen = [row.model_dump_json() for row in table.rows]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_a_tables_first_comment_says_how_a_row_is_added(table):
    text = files("emfair.vendor").joinpath("tables", f"{table.name}.yaml").read_text("utf-8")
    comment = text.partition("version:")[0]
    assert "# To add a " in comment
    assert all(line.startswith("#") for line in comment.splitlines())
