"""What became of a vendor's tags."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.model.annotations import Annotations
from emfair.model.documents import TagReport, TagUse
from emfair.model.facts import Fact, Source
from emfair.nxem.facts import facts_of
from emfair.nxem.nodes import tag_tree
from emfair.nxem.tag_report import (
    EXAMPLE,
    TAGS_OF_A_FORMAT,
    example_of,
    general,
    leaves,
    tag_report,
    tag_uses,
    together,
)
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Signal
from emfair.vendor.tags import Unreadable


def fei(**tags) -> Signal:
    return Signal(0, "", "TIFF", np.zeros((2, 2)), (), {}, {"fei_metadata": tags})


def report(signal: Signal) -> TagReport:
    return tag_report(signal, facts_of(signal, "a", Annotations()))


def uses(signal: Signal) -> dict[str, TagUse]:
    return {use.tag: use for use in tag_uses(signal, facts_of(signal, "a", Annotations()))}


@pytest.mark.parametrize(
    "file", ["dm3_2D_data/test_STEM_image.dm3", "bruker_data/test_TEM.bcf",
             "FEI_new/128x128-TEM_search.emi", "msa_files/example1.msa"],
)  # fmt: skip
def test_every_tag_of_a_real_file_is_counted_once(corpus, file):
    for signal in read_signals(corpus / file):
        found = report(signal)
        assert found.total == tag_tree(signal.tags)[1]
        assert found.mapped > 0
        assert found.percent_mapped == 100 * found.mapped / found.total


def test_tags_are_mapped_kept_or_unreadable():
    found = report(fei(EBeam={"HV": "5000", "BeamCurrent": "a little", "Apertures": "3"}))
    assert (found.mapped, found.kept) == (1, 1)
    (one,) = found.unreadable
    assert one.tag == "fei_metadata/EBeam/BeamCurrent"
    assert one.reason == "not a number"


def test_a_tag_that_its_reader_could_not_take_is_unreadable():
    found = report(fei(EBeam={"HV": Unreadable("no UTF-8"), "Apertures": "3"}))
    assert (found.mapped, found.kept) == (0, 1)
    assert [(one.tag, one.reason) for one in found.unreadable] == [
        ("fei_metadata/EBeam/HV", "no UTF-8")
    ]


def test_a_tag_that_is_read_twice_is_mapped_once():
    signal = fei(EBeam={"HV": "5000"}, Beam={"HV": "5000"})
    assert report(signal).mapped == 2


def test_a_value_that_cannot_be_was_read_all_the_same():
    found = report(fei(EBeam={"HV": "0"}))
    assert (found.mapped, found.unreadable) == (1, ())


@pytest.mark.parametrize(
    ("tags", "path"),
    [({"Position": [1.0, 2.0]}, "Position/0"), ({"condenser.mode": "STEM"}, "condenser/mode"),
     ({"a": {"b/c": 1}}, "a/b/c")],
)  # fmt: skip
def test_a_tag_is_known_by_whatever_path_a_table_names_it(tags, path):
    fact = Fact(key="operation_mode", value_text="x", source=Source.VENDOR, source_path=path)
    signal = Signal(0, "", "made by hand", np.zeros(2), (), {}, tags)
    assert tag_report(signal, [fact]) == TagReport(mapped=1, kept=0)
    assert [use.mapped_as for use in tag_uses(signal, [fact])] == ["operation_mode"]


def test_an_operator_without_a_name_is_not_unreadable():
    """Zeiss writes ("Operator", ""): read, and nothing there."""
    signal = Signal(0, "", "TIFF", np.zeros(2), (), {}, {"CZ_SEM": {
        "ap_actualkv": ("EHT", 5.0, "kV"), "sv_operator": ("Operator", "")}})  # fmt: skip
    assert report(signal) == TagReport(mapped=1, kept=1)


def test_a_file_without_tags_has_no_percentage():
    assert report(Signal(0, "", "Ripple", np.zeros(2), ())).percent_mapped is None


def test_what_rosettasciio_normalises_is_no_tag_of_the_vendor():
    metadata = {"Acquisition_instrument": {"TEM": {"beam_energy": 200.0}}}
    signal = Signal(0, "", "Ripple", np.zeros(2), (), metadata, {"depth": 3})
    assert report(signal) == TagReport(mapped=0, kept=1)


def test_lists_of_branches_are_branches_and_other_lists_values():
    tags = {"a": [{"b": 1}, {"b": 2}], "c": [1, 2], "d": {}}
    assert list(leaves(tags)) == [("a/0/b", 1), ("a/1/b", 2), ("c", [1, 2])]
    assert len(list(leaves(tags))) == tag_tree(tags)[1]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ImageList/TagGroup0/ImageTags", "ImageList/TagGroup*/ImageTags"),
        ("Detectors/Detector-12/Binning", "Detectors/Detector-*/Binning"),
        ("SampleInfo/0/ViewInfo/12", "SampleInfo/*/ViewInfo/*"),
        ("Operations/e60d9880fa954c5c9be3d7b2557d0d0b/x", "Operations/*/x"),
        ("a/cb76b58d-7906-423d-bf01-0123456789ab", "a/*"),
        ("Stage/tilt1", "Stage/tilt1"),
        ("BEAMKV   -kV", "BEAMKV   -kV"),
    ],
)
def test_numbers_that_only_count_are_left_out_of_paths(path, expected):
    assert general(path) == expected


def test_a_tag_that_is_mapped_in_one_place_of_a_list_is_mapped():
    tags = {"Detectors": {f"Detector-{n}": {"DetectorName": f"D{n}"} for n in range(3)}}
    found = uses(Signal(0, "", "EMD", np.zeros(2), (), {}, tags))
    assert list(found) == ["Detectors/Detector-*/DetectorName"]
    assert found["Detectors/Detector-*/DetectorName"].example == "D0"


def test_together_tags_are_counted_and_their_values_compared():
    signals = [fei(EBeam={"HV": hv, "Spot": 3}) for hv in ("5000", "10000", "5000")]
    both = together(uses(signal).values() for signal in signals)
    voltage, spot = both
    assert (voltage.tag, voltage.mapped_as) == ("fei_metadata/EBeam/HV", "acceleration_voltage")
    assert (voltage.measurements, voltage.varies, voltage.example) == (3, True, "5000")
    assert (spot.measurements, spot.varies, spot.mapped_as) == (3, False, "")


def test_formats_do_not_share_their_tags():
    one = TagUse(reader="A", tag="x")
    assert together([[one], [TagUse(reader="B", tag="x")]]) == (one, TagUse(reader="B", tag="x"))


def test_of_very_many_tags_those_in_most_measurements_are_kept():
    many = [TagUse(reader="A", tag=f"t{n:06}") for n in range(TAGS_OF_A_FORMAT + 10)]
    kept = together([many, many[-5:]])
    assert len(kept) == TAGS_OF_A_FORMAT
    assert {use.tag for use in many[-5:]} <= {use.tag for use in kept}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("two\nlines\0", "two lines"),
        (b"\xff\xfebytes", "��bytes"),
        (np.zeros((40, 50), "u2"), "uint16 × 40 × 50"),
        (np.array([1, 2]), "[1 2]"),
        (1.5, "1.5"),
    ],
)
def test_an_example_is_one_short_line(value, shown):
    assert example_of(value) == shown


def test_a_long_example_is_cut():
    assert len(example_of("x" * 10_000)) == EXAMPLE
    assert example_of("x" * 10_000).endswith("…")
    assert example_of(list(range(1000))).startswith("[0, 1, 2")
    assert len(example_of(list(range(1000)))) == EXAMPLE
