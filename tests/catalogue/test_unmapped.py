"""Which tags are worth mapping next, across experiments."""

import pytest

from emfair.catalogue.rows import rows_of
from emfair.catalogue.unmapped import Unmapped, is_structural, worth_mapping
from emfair.errors import NotFound
from emfair.model.annotations import Annotations
from emfair.model.documents import TagUse
from emfair.nxem.tag_report import general, leaves
from emfair.vendor.read import read_signals
from emfair.vendor.table import tables


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
    return TagUse(**{"reader": "TIA", "tag": tag, "example": example, "measurements": 2} | rest)


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
        Unmapped("TIA", "across", 3, 6, varies=True, example="1"),
        Unmapped("TIA", "within", 2, 4, varies=True, example="1"),
        Unmapped("TIA", "rare", 1, 2, varies=True, example="1"),
        Unmapped("TIA", "constant", 3, 6, varies=False, example="1"),
    ]


def test_one_format_may_be_asked_for_and_the_list_has_an_end(lab):
    index = lab([use("a"), use("a", reader="EMD"), use("b", reader="EMD")])
    assert [one.tag for one in worth_mapping(index, "emd")] == ["a", "b"]
    assert [one.tag for one in worth_mapping(index, "EMD", limit=1)] == ["a"]
    assert len(worth_mapping(index)) == 3


def test_the_first_of_each_format_comes_before_the_second_of_any(lab):
    many = [use(f"t{n}", reader="EMD", measurements=9 - n) for n in range(3)]
    found = worth_mapping(lab([*many, use("a", measurements=1)]))
    assert [(one.reader, one.tag) for one in found] == [
        ("EMD", "t0"), ("TIA", "a"), ("EMD", "t1"), ("EMD", "t2"),
    ]  # fmt: skip


def test_an_unknown_format_is_told_with_the_known_ones(index):
    with pytest.raises(NotFound) as told:
        worth_mapping(index, "Gatan")
    assert "DigitalMicrograph" in told.value.remedy


def test_how_a_file_is_laid_out_is_no_candidate(lab):
    uses = [use("ser_header_parameters/ArraySizeX"), use("ObjectInfo/Uuid"), use("ObjectInfo/Spot")]
    assert [one.tag for one in worth_mapping(lab(uses))] == ["ObjectInfo/Spot"]


@pytest.mark.parametrize(
    ("file", "structural", "told"),
    [
        ("dm3_2D_data/test_STEM_image.dm3",
         "ImageList/TagGroup*/ImageData/Dimensions/Data0",
         "ImageList/TagGroup*/ImageTags/DataBar/Exposure Number"),
        ("FEI_new/128x128-TEM_search.emi",
         "ser_header_parameters/OffsetArrayOffset",
         "ObjectInfo/ExperimentalDescription/Spot size"),
        ("bruker_data/test_TEM.bcf", "DSP Configuration/ImageWidth", "Microscope/Flags"),
        ("msa_files/example1.msa", "NPOINTS", "TITLE"),
    ],
)  # fmt: skip
def test_of_a_real_file_what_is_measured_is_offered_and_its_layout_is_not(
    corpus, file, structural, told
):
    signal, *_ = read_signals(corpus / file)
    tags = {general(path) for path, _ in leaves(signal.tags)}
    offered = {tag for tag in tags if not is_structural(signal.reader, tag)}
    assert {structural, told} <= tags
    assert (structural in offered, told in offered) == (False, True)


def test_no_tag_that_a_table_reads_is_taken_for_layout():
    hidden = [
        (table.name, tag)
        for table in tables()
        if table.tree == "tags" and "*" not in table.readers
        for reader in table.readers
        for root in table.roots
        for row in table.rows
        if is_structural(reader, tag := general(f"{root}/{row.tag}".strip("/")))
    ]
    assert hidden == []


def test_before_anything_is_indexed_nothing_is_unmapped(index):
    assert worth_mapping(index) == []
