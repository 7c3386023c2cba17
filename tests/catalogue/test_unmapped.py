"""Which tags are worth mapping next, across experiments."""

import pytest

from emfair.catalogue.rows import rows_of
from emfair.catalogue.unmapped import Unmapped, worth_mapping
from emfair.model.annotations import Annotations
from emfair.model.documents import TagUse


@pytest.fixture
def lab(index, make):
    """Return a function that puts experiments into an index, each with its uses of tags."""

    def lab(*experiments: list[TagUse]):
        for number, uses in enumerate(experiments):
            name = f"e-{number}"
            documents = make.documents(name, [make.measurement(f"m-{number}")], tags=uses)
            index.replace(name, rows_of(make.manifest(name), Annotations(), *documents))
        return index

    return lab


def use(tag, example="1", **rest):
    return TagUse(**{"reader": "DM", "tag": tag, "example": example, "measurements": 2} | rest)


def test_a_tag_that_any_file_reads_is_mapped(lab):
    found = worth_mapping(lab([use("a"), use("b", mapped_as="model")], [use("b")]))
    assert [one.tag for one in found] == ["a"]


def test_what_varies_comes_first_then_what_stands_in_most_experiments(lab):
    index = lab(
        [use("constant"), use("across", "1"), use("within", varies=True), use("rare", varies=True)],
        [use("constant"), use("across", "2"), use("within", varies=True)],
        [use("constant"), use("across", "3")],
    )
    assert worth_mapping(index) == [
        Unmapped("DM", "across", 3, 6, varies=True, example="1"),
        Unmapped("DM", "within", 2, 4, varies=True, example="1"),
        Unmapped("DM", "rare", 1, 2, varies=True, example="1"),
        Unmapped("DM", "constant", 3, 6, varies=False, example="1"),
    ]


def test_formats_are_told_apart_and_the_list_has_an_end(lab):
    index = lab([use("a"), use("a", reader="EMD"), use("b", reader="EMD")])
    assert [one.tag for one in worth_mapping(index, "EMD")] == ["a", "b"]
    assert [one.tag for one in worth_mapping(index, "EMD", limit=1)] == ["a"]
    assert len(worth_mapping(index)) == 3


def test_before_anything_is_indexed_nothing_is_unmapped(index):
    assert worth_mapping(index) == []
