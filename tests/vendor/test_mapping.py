"""Each quantity of each table against the vendor's own tag, in a real file."""

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from emfair.model.facts import Source
from emfair.nxem.keys import keys
from emfair.units import convert, pint_unit
from emfair.vendor.mapping import table_facts, tag_at, vendor_facts
from emfair.vendor.plugins import plugins
from emfair.vendor.signal import Axis, Signal
from emfair.vendor.table import Row, Table, tables

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SI = {key.key: key.unit for key in keys().values() if key.kind == "number"}
ROWS = [pytest.param(table, row, id=f"{table.name}: {row.tag} as {row.key}")
        for table in tables() for row in table.rows]  # fmt: skip


class Proof(NamedTuple):
    """A line of ``proofs.csv``: what one row reads from signal `index` of one file.

    `raw` are the tag's own words, `si` their value in the key's unit.
    """

    table: str
    key: str
    tag: str
    place: str
    file: str
    index: int
    raw: str
    si: float


def _proofs() -> tuple[Proof, ...]:
    with (Path(__file__).parent / "proofs.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Proof(**{**line, "index": int(line["index"]), "si": float(line["si"])})
            for line in csv.DictReader(lines)
        )


PROOFS = _proofs()
UNPROVEN = {  # no file of the corpus holds such a tag, or it holds a zero, which proves no unit
    ("digitalmicrograph", "emission_current", "Microscope Info/Emission Current (µA)"),
    ("digitalmicrograph", "beam_current", "Microscope Info/Probe Current (nA)"),
    ("digitalmicrograph", "tilt_beta", "Microscope Info/Stage Position/Stage Beta"),
    ("digitalmicrograph", "rotation", "DigiScan/Rotation"),
    ("msa", "camera_length", "MAGCAM"),
    ("msa", "acquisition_time", "INTEGTIME-ms"),
    ("tia", "rotation", "ObjectInfo/ExperimentalDescription/Stem rotation_deg"),
    ("tia", "tilt_beta", "ObjectInfo/ExperimentalDescription/Stage B_deg"),
    ("tiff_fei", "emission_current", "EBeam/EmissionCurrent"),
    ("tiff_fei", "rotation", "EBeam/ScanRotation"),
    ("tiff_fei", "tilt_beta", "Stage/StageTb"),
    ("tiff_zeiss", "beam_current", "ap_probecurrent"),
    ("tiff_zeiss", "tilt_alpha", "ap_stage_at_t"),
    ("rosettasciio", "working_distance", "working_distance"),
    ("rosettasciio", "tilt_beta", "Stage/tilt_beta"),
    ("rosettasciio", "stage_rotation", "Stage/rotation"),
}


@pytest.fixture(params=PROOFS, ids=lambda proof: f"{proof.table}: {proof.tag} as {proof.key}")
def proof(request) -> Proof:
    return request.param


def test_a_tag_means_what_the_vendor_meant(proof, signals):
    signal = signals(proof.place, proof.file)[proof.index]
    table = next(table for table in tables() if table.name == proof.table)
    found = [
        fact
        for fact in table_facts(table, signal, SI)
        if fact.key == proof.key and fact.source_path.endswith(proof.tag)
    ]
    assert found, "the table finds nothing at this tag"
    fact = found[0]
    assert fact.raw == proof.raw == str(tag_at(_tree(table, signal), fact.source_path))
    assert fact.value_num == pytest.approx(proof.si, rel=1e-9)
    assert fact.unit == SI[proof.key]
    assert fact.source is Source.VENDOR
    assert fact.extractor == f"emfair.vendor.tables.{proof.table}"


def test_every_quantity_is_proven_or_listed_as_unproven():
    quantities = {(t.name, row.key, row.tag) for t in tables() for row in t.rows if row.key in SI}
    proven = {(proof.table, proof.key, proof.tag) for proof in PROOFS if proof.si != 0}
    assert quantities - proven == UNPROVEN


@pytest.mark.parametrize(("table", "row"), ROWS)
def test_a_row_names_a_known_key_and_a_unit_that_fits_it(table: Table, row: Row):
    assert row.key in keys()
    if row.key in SI:
        unit = pint_unit(row.unit)
        assert unit is not None
        convert(1.0, unit, SI[row.key])
    else:
        assert row.unit == "", "a text has no unit"


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_a_table_names_readers_that_exist(table: Table):
    assert set(table.readers) | set(table.spared) <= {*plugins(), "*"}
    assert {constant.key for constant in table.constants} <= set(keys()) - set(SI)


def test_tables_for_any_reader_come_last():
    flags = ["*" in table.readers for table in tables()]
    assert flags == sorted(flags)


def test_every_reading_of_a_key_is_told_and_the_vendors_own_tag_comes_first(signals):
    facts = vendor_facts(signals("corpus", "bruker_data/test_TEM.bcf")[0], SI)
    voltages = [fact for fact in facts if fact.key == "acceleration_voltage"]
    assert [fact.source_path for fact in voltages] == [
        "Microscope/HV",
        "Acquisition_instrument/TEM/beam_energy",
    ]


def test_a_name_left_over_from_another_session_is_kept_and_not_trusted(signals):
    facts = vendor_facts(signals("corpus", "dm3_2D_data/multi_signal.dm3")[0], SI)
    operator = next(fact for fact in facts if fact.key == "operator")
    assert operator.value_text == "JohnDoe"
    assert "another session" in operator.warning


def test_the_camera_length_hides_in_the_magnification_of_a_diffraction_pattern(signals):
    facts = vendor_facts(signals("corpus", "dm3_2D_data/test_diffraction_pattern.dm3")[0], SI)
    found = {fact.key: fact.value_num for fact in facts}
    assert found["camera_length"] == pytest.approx(0.32)
    assert "magnification" not in found


def test_a_cameras_exposure_in_tia_is_no_dwell_time(signals):
    facts = vendor_facts(signals("corpus", "FEI_new/128x128-TEM_search.emi")[0], SI)
    found = {fact.key: fact.value_num for fact in facts}
    assert found["acquisition_time"] == 0.1
    assert "dwell_time" not in found


def test_a_picture_does_not_get_the_spectrums_description_in_tia(signals):
    """RosettaSciIO pairs descriptions and series by their order; here they are one apart."""
    file = "FEI_new/16x16-diffraction_imagel_5x5x256x256_EDS.emi"
    spectra, patterns = signals("corpus", file)
    assert not {"dwell_time", "detector"} & {fact.key for fact in vendor_facts(spectra, SI)}
    assert "acquisition_time" not in {fact.key for fact in vendor_facts(patterns, SI)}


@pytest.mark.parametrize(
    ("place", "file"),
    [("corpus", "phenom_data/Elid2Version2.elid"), ("corpus", "blockfile_data/test1.blo")],
)
def test_no_time_gets_the_zone_of_the_machine_that_reads_it(signals, place, file):
    times = [f for f in vendor_facts(signals(place, file)[0], SI) if f.key == "start_time"]
    assert all("+" not in fact.value_text for fact in times)


def test_an_offset_that_the_file_holds_is_a_time_zone():
    general = {"date": "2021-05-06", "time": "07:08:09", "time_zone": "+09:00"}
    (fact,) = vendor_facts(_made({}, reader="TIFF", metadata={"General": general}), SI)
    assert fact.value_text == "2021-05-06T07:08:09+09:00"
    assert fact.raw == "2021-05-06 07:08:09 +09:00"


def test_velox_counts_seconds_since_1970(signals):
    facts = vendor_facts(signals("velox", "fei_emd_image.emd")[0], SI)
    start = next(fact for fact in facts if fact.key == "start_time")
    assert (start.raw, start.value_text) == ("1488794201", "2017-03-06T09:56:41+00:00")


@pytest.mark.parametrize("seconds", ["1e300", "-1e300", "1e18"])
def test_seconds_beyond_any_calendar_are_kept_in_their_words(seconds):
    tags = {"Acquisition": {"AcquisitionStartDatetime": {"DateTime": seconds}}}
    facts = [f for f in vendor_facts(_made(tags, reader="EMD"), SI) if f.key == "start_time"]
    assert [fact.value_text for fact in facts] == [seconds]


@pytest.mark.parametrize(
    ("value", "number"),
    [("2e-5", 2e-5), ("114999 X", 114999), ("4.53 K X", 4530), (" 7 ", 7), (b"5000", 5000)],
)
def test_numbers_are_read_as_vendors_write_them(value, number):
    tags = {"CZ_SEM": {"ap_mag": ("Mag", value if isinstance(value, str) else value.decode())}}
    (fact,) = [f for f in vendor_facts(_made(tags), SI) if f.key == "magnification"]
    assert fact.value_num == number


@pytest.mark.parametrize("value", ["n/a", "1,5", "nan", "inf", float("nan"), [1, 2]])
def test_what_is_no_number_is_kept_with_a_warning(value):
    facts = vendor_facts(_made({"fei_metadata": {"EBeam": {"HV": value}}}), SI)
    (fact,) = [fact for fact in facts if fact.key == "acceleration_voltage"]
    assert fact.value_num is None
    assert fact.warning == "not a number"
    assert fact.raw == str(value)


@pytest.mark.parametrize("value", [None, "", "  ", [], {}])
def test_what_says_nothing_gives_no_fact(value):
    facts = vendor_facts(_made({"fei_metadata": {"EBeam": {"HV": value}}}), SI)
    assert "acceleration_voltage" not in {fact.key for fact in facts}


def test_a_unit_nobody_knows_costs_one_value_and_says_so():
    facts = vendor_facts(_made({"CZ_SEM": {"ap_wd": ("WD", 5.0, "furlongs?")}}), SI)
    (fact,) = [fact for fact in facts if fact.key == "working_distance"]
    assert fact.value_num is None
    assert "unknown unit 'furlongs?'" in fact.warning


def test_a_tags_own_name_may_hold_slashes_and_dots():
    tree = {"a": {"b/c": {"d": 1}}, "x.y": 2}
    assert tag_at(tree, "a/b/c/d") == 1
    assert tag_at(tree, "x/y") == 2
    assert tag_at(tree, "a/none") is None
    assert tag_at(tree, "") is tree


def _tree(table: Table, signal: Signal) -> dict[str, object]:
    return signal.tags if table.tree == "tags" else signal.metadata


def _made(tags, reader="TIFF", metadata=None) -> Signal:
    return Signal(0, "", reader, None, (Axis("x", 1),), metadata or {}, tags)
