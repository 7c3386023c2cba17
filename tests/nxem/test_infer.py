"""What a file tells without saying it: only what is certain, and from what."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from emfair.model.annotations import Annotations, InstrumentNotes
from emfair.model.facts import Fact, Source
from emfair.nxem.annotations import parse_annotations
from emfair.nxem.facts import facts_of, used
from emfair.nxem.infer import clues, inferred
from emfair.vendor.read import read_signals
from emfair.vendor.signal import Axis, Signal

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

REAL = [
    ("corpus", "dm3_2D_data/test_STEM_image.dm3", 0, "STEM imaging"),
    ("corpus", "dm3_2D_data/test_diffraction_pattern.dm3", 0, "TEM diffraction"),
    ("corpus", "tiff_files/test_dm_image_um_unit.dm3", 0, "TEM imaging"),
    ("corpus", "dm3_1D_data/test-EELS_spectrum.dm3", 0, "STEM EELS"),
    ("corpus", "dm3_1D_data/test-EDS_spectrum.dm3", 0, "STEM EDS"),
    ("corpus", "dm4_1D_data/test-MonoCL_spectrum-ccd.dm4", 0, "CL"),
    ("corpus", "bruker_data/test_TEM.bcf", 0, "STEM imaging"),
    ("corpus", "bruker_data/test_TEM.bcf", 1, "STEM EDS"),
    ("corpus", "bruker_data/over16bit.bcf", 0, "SEM imaging"),
    ("corpus", "bruker_data/over16bit.bcf", 1, "SEM EDS"),
    ("corpus", "FEI_new/128x128-TEM_search.emi", 0, "TEM imaging"),
    ("corpus", "FEI_new/128x128x5-diffraction_preview.emi", 0, "TEM diffraction"),
    ("corpus", "FEI_new/16x16-line_profile_horizontal_5x128x128_EDS.emi", 1, "STEM diffraction"),
    ("corpus", "FEI_new/16x16-diffraction_imagel_5x5x256x256_EDS.emi", 1, "4D-STEM"),
    ("corpus", "FEI_old/16x16_STEM_BF_DF_acquire.emi", 0, "STEM imaging"),
    ("corpus", "blockfile_data/test1.blo", 0, "4D-STEM"),
    ("corpus", "emd_files/Si100_4D.emd", 0, "4D-STEM"),
    ("corpus", "emd_files/fei_example_tem_stack.emd", 0, "TEM imaging"),
    ("corpus", "emd_files/fei_example_dpc_titles.emd", 1, "STEM imaging"),
    ("corpus", "msa_files/example1.msa", 0, "TEM EELS"),
    ("corpus", "phenom_data/Elid2Version0.elid", 0, "SEM imaging"),
    ("corpus", "phenom_data/Elid2Version0.elid", 1, "SEM EDS"),
    ("corpus", "JEOL_files/InvalidFrame/Sample/00_Dummy-Data/Dummy-Data_0000000.img", 0,
     "STEM imaging"),
    ("corpus", "JEOL_files/InvalidFrame/Sample/00_Dummy-Data/Dummy-Data_0000003.map", 0,
     "STEM EDS"),
    ("sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, "SEM imaging"),
    ("sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, "SEM imaging"),
]  # fmt: skip

UNCERTAIN = [
    ("corpus", "dm3_2D_data/test-1.dm3", 0),  # no tag says anything
    ("corpus", "FEI_new/128x128-TEM_search_1.ser", 0),  # its .emi would say it
    ("corpus", "bruker_data/Hitachi_TM3030Plus.bcf", 0),  # nothing says how large its pixels are
    ("sem_tiffs", "FEI-Helios-navcam.tif", 0),  # a photograph of the stage
]


@pytest.fixture(scope="module")
def read(places: dict[str, Path]) -> Callable[[str, str, int], Signal]:
    """Return a function that reads a signal of a file, each file once."""
    signals = cache(lambda place, file: read_signals(places[place] / file))
    return lambda place, file, index: signals(place, file)[index]


@pytest.mark.parametrize(("place", "file", "index", "technique"), REAL)
def test_the_technique_of_a_real_file_is_told_and_marked_derived(
    read, place, file, index, technique
):
    facts = facts_of(read(place, file, index), file, Annotations())
    found = used(facts)["technique"]
    assert found.value_text == technique
    assert found.source is Source.DERIVED
    assert found.reason


@pytest.mark.parametrize(("place", "file", "index"), UNCERTAIN)
def test_where_it_is_not_certain_there_is_no_technique(read, place, file, index):
    facts = facts_of(read(place, file, index), file, Annotations())
    assert "technique" not in {fact.key for fact in facts}


def test_a_technique_says_from_which_tags_it_comes(read):
    facts = facts_of(read("corpus", "bruker_data/test_TEM.bcf", 1), "a", Annotations())
    found = used(facts)["technique"]
    assert found.source_path == "Signal/signal_type; Microscope/HV; DSP Configuration/ImageWidth"
    assert found.raw == "EDS_TEM; 200; 512"
    assert found.reason == (
        "Signal/signal_type is EDS_TEM: EDS was recorded; 200 kV: a TEM; "
        "DSP Configuration/ImageWidth is 512: the beam was scanned"
    )


def test_x_rays_of_a_tube_at_50_kv_are_not_taken_for_a_tems(read):
    signal = read("corpus", "bruker_data/bruker_m6_jetstream_file_example.spx", 0)
    assert used(facts_of(signal, "a", Annotations()))["technique"].value_text == "EDS"


def test_x_rays_of_a_tube_at_an_sems_voltage_are_not_taken_for_an_sems(read):
    """RosettaSciIO guesses the microscope by the voltage; 30 kV is a tube's as well."""
    tube = read("corpus", "bruker_data/bruker_m6_jetstream_file_example.spx", 0)
    signal = replace(tube, metadata={**tube.metadata, "Signal": {"signal_type": "EDS_SEM"}})
    assert used(facts_of(signal, "a", Annotations()))["technique"].value_text == "EDS"
    beam = read("corpus", "bruker_data/bruker_nano.spx", 0)
    assert used(facts_of(beam, "a", Annotations()))["technique"].value_text == "SEM EDS"


@pytest.mark.parametrize(
    ("file", "technique"),
    [("SAED", "TEM diffraction"), ("TEM-mag", "TEM imaging"), ("Ronchigram", None)],
)
def test_sightx_tells_what_its_camera_saw(corpus, tmp_path, file, technique):
    packed = corpus / "tiff_files" / f"JEOL-SightX-{file}-dummy.tif.gz"
    path = tmp_path / packed.stem
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    (signal,) = read_signals(path)
    found = used(facts_of(signal, path.name, Annotations())).get("technique")
    assert (found.value_text if found else None) == technique


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("CL intensity", "CL"),
        ("Angle-resolved", "CL"),
        ("Large Area Spectrum with Spectrometer", "CL"),
        ("Secondary electrons survey", "SEM imaging"),
        ("Secondary electrons concurrent", "SEM imaging"),
        ("Anchor region", ""),
    ],
)
def test_pictures_of_electrons_in_a_file_of_delmic_are_no_cl(title, expected):
    axes = (Axis("Y", 2, "nm", -5.0), Axis("X", 2, "nm", 5.0))
    tags = {"ChannelDescription": title}
    assert technique(Signal(0, title, "Delmic", np.zeros((2, 2)), axes, {}, tags)) == expected


def test_a_long_tag_is_told_in_short():
    signal = replace(velox(NM, NM), tags={"BinaryResult": {"Detector": "SuperX" + "y" * 900}})
    (found,) = inferred(signal, {})
    assert "BinaryResult/Detector is SuperXyyy" in found.reason
    assert len(found.reason) < 200


def test_the_form_has_the_last_word_on_the_technique(read):
    signal = read("corpus", "dm3_2D_data/test_STEM_image.dm3", 0)
    notes = parse_annotations({"measurement": {"technique": "4D-STEM"}})
    form, derived = (f for f in facts_of(signal, "a", notes) if f.key == "technique")
    assert (form.value_text, form.replaced_by) == ("4D-STEM", "")
    assert (derived.value_text, derived.replaced_by) == ("STEM imaging", "form")


def said(key: str, value: str | float) -> Fact:
    """Return a fact of the form."""
    number = value if isinstance(value, float) else None
    text = value if isinstance(value, str) else ""
    return Fact(key=key, value_num=number, value_text=text, source=Source.FORM, raw=str(value))


NM, PER_NM = "nm", "1/nm"


def velox(*units: str, **tags) -> Signal:
    """Return a signal of Velox, in STEM unless `tags` say else, whose axes have these units."""
    axes = tuple(Axis(f"a{index}", 2, unit) for index, unit in enumerate(units))
    tree = {"Optics": {"OperatingMode": "2"}, **tags}
    return Signal(0, "", "EMD", np.zeros((2,) * len(units)), axes, {}, tree)


def technique(signal: Signal, chosen: dict[str, Fact] | None = None) -> str:
    found = [fact for fact in inferred(signal, chosen or {}) if fact.key == "technique"]
    return found[0].value_text if found else ""


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ((NM, NM), "STEM imaging"),
        (("", NM, NM), "STEM imaging"),
        (("deg", NM, NM), "STEM imaging"),
        ((NM, NM, PER_NM, PER_NM), "4D-STEM"),
        ((NM, NM, "mrad", "mrad"), "4D-STEM"),
        ((NM, PER_NM, PER_NM), "STEM diffraction"),
        ((PER_NM, PER_NM), ""),  # perhaps a Fourier transform
        ((NM, NM, "eV"), ""),
        (("", ""), ""),
        ((NM,), ""),
    ],
)
def test_axes_tell_what_a_scanned_beam_recorded(units, expected):
    assert technique(velox(*units)) == expected


def test_a_wavelength_is_no_length_of_a_picture():
    axes = (Axis("y", 2, NM), Axis("Wavelength", 2, NM))
    picture, spectra = (replace(velox(NM, NM), axes=given) for given in (velox(NM, NM).axes, axes))
    assert technique(picture) == "STEM imaging"
    assert technique(spectra) == ""


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, "SEM imaging"),
        ({"dp_fib_imaging": ("FIB Imaging", "SEM")}, "SEM imaging"),
        ({"dp_fib_imaging": ("FIB Imaging", "FIB")}, "FIB imaging"),
        ({"dp_detector_channel": ("Signal A", "aSTEM4")}, ""),  # an SEM that looks through
    ],
)
def test_zeiss_tells_which_of_two_columns_made_the_picture(tags, expected):
    tree = {"CZ_SEM": {"ap_actualkv": ("EHT", 5.0, "kV"), **tags}}
    axes = (Axis("height", 2, "m"), Axis("width", 2, "m"))
    assert technique(Signal(0, "", "TIFF", np.zeros((2, 2)), axes, {}, tree)) == expected


@pytest.mark.parametrize(("rank", "expected"), [(4, "4D-STEM"), (3, ""), (2, "")])
def test_a_camera_of_patterns_needs_no_units_to_tell_a_scan(rank, expected):
    axes = tuple(Axis(f"a{index}", 2) for index in range(rank))
    assert technique(Signal(0, "", "EMPAD", np.zeros((2,) * rank), axes)) == expected


def test_a_transform_of_a_picture_is_no_diffraction_pattern():
    image = {"Optics": {"OperatingMode": "1", "ProjectorMode": "2"}}
    pattern = {"Optics": {"OperatingMode": "1", "ProjectorMode": "1"}}
    assert technique(velox(PER_NM, PER_NM, **image)) == ""
    assert technique(velox(PER_NM, PER_NM, **pattern)) == "TEM diffraction"
    assert technique(velox(NM, NM, **pattern)) == ""


def test_hints_that_contradict_each_other_tell_nothing():
    signal = velox(NM, NM)
    assert technique(signal, {"instrument_type": said("instrument_type", "TEM")}) != ""
    contradicted = {"instrument_type": said("instrument_type", "SEM")}
    assert "column" not in clues(signal, contradicted)
    assert technique(signal, contradicted) == ""


def plain(*units: str) -> Signal:
    """Return a signal of a format whose tags tell nothing."""
    return replace(velox(*units), reader="NPZ", tags={})


STEM_DETECTORS = [
    "HAADF", "HAADF Detector", "JEOL HAADF", "haadf", "ADF", "ADF1", "LAADF", "MAADF", "ABF", "BF",
    "BF Detector", "STEM BF", "BF-S", "DF", "DF2", "DF4", "DF-I", "DF Detector", "Gatan DF",
    "Annular dark field", "High-Angle Annular Dark-Field",
]  # fmt: skip


@pytest.mark.parametrize("name", STEM_DETECTORS)
def test_a_detector_that_only_a_scanned_beam_has_tells_the_technique(name):
    chosen = {"detector": said("detector", name)}
    assert technique(plain(NM, NM), chosen) == "STEM imaging"
    assert technique(plain(NM, NM, PER_NM, PER_NM), chosen) == "4D-STEM"
    assert technique(plain("", ""), chosen) == ""
    (fact,) = inferred(plain(NM, NM), chosen)
    assert fact.reason.startswith(f"the detector is {name}: the beam was scanned, a TEM")
    assert fact.raw == name


@pytest.mark.parametrize(
    "name", ["BM-Ceta", "BFLY-PGE-23S6M", "BFS-U3", "DFC450", "DFK 72", "ETD", "SE2", "TBF1", ""]
)
def test_a_detector_of_any_other_name_tells_nothing(name):
    assert technique(plain(NM, NM), {"detector": said("detector", name)}) == ""


def test_without_a_detector_a_plain_picture_has_no_technique():
    assert technique(plain(NM, NM)) == ""


def test_a_detector_for_transmitted_electrons_in_an_sem_is_not_certain():
    chosen = {
        "detector": said("detector", "HAADF"),
        "instrument_type": said("instrument_type", "SEM"),
    }
    assert technique(plain(NM, NM), chosen) == ""


def test_spectra_beside_a_detector_of_a_scanned_beam_are_a_scans():
    eels = replace(plain("eV"), metadata={"Signal": {"signal_type": "EELS"}})
    assert technique(eels) == "EELS"
    assert technique(eels, {"detector": said("detector", "ADF")}) == "STEM EELS"


def test_four_axes_of_which_two_have_no_unit_are_no_picture():
    assert technique(velox(NM, NM, "", "")) == ""


@pytest.mark.parametrize(("volts", "column"), [(30e3, None), (59.9e3, None), (60e3, "TEM")])
def test_a_high_voltage_tells_a_tem_and_a_low_one_nothing(volts, column):
    fact = said("acceleration_voltage", volts)
    signal = Signal(0, "", "made by hand", np.zeros(1), ())
    found = clues(signal, {"acceleration_voltage": fact}).get("column")
    assert (found.value if found else None) == column


def test_the_instruments_profile_tells_the_column(read):
    signal = Signal(0, "", "Ripple", np.zeros(4), (Axis("E", 4, "eV"),),
                    {"Signal": {"signal_type": "EDS_TEM"}})  # fmt: skip
    for kind, expected in (("SEM", "SEM EDS"), ("TEM", "EDS"), ("FIB", "EDS")):
        facts = facts_of(signal, "a", Annotations(), InstrumentNotes(type=kind))
        assert used(facts)["technique"].value_text == expected


@pytest.mark.parametrize(
    ("place", "file", "index", "symbols"),
    [
        ("corpus", "bruker_data/test_TEM.bcf", 1, "Cu,O,Pd,Ti"),
        ("corpus", "bruker_data/Hitachi_TM3030Plus.bcf", 1, "Al,Cu"),
        ("corpus", "JEOL_files/InvalidFrame/Sample/00_Dummy-Data/Dummy-Data_0000005.map", 0, "Mn"),
    ],
)
def test_elements_that_were_looked_for_are_kept_as_such(read, place, file, index, symbols):
    chosen = used(facts_of(read(place, file, index), file, Annotations()))
    assert chosen["elements"].value_text == symbols
    assert "atom_types" not in chosen


def test_a_picture_beside_a_map_has_no_elements_of_its_own(read):
    facts = facts_of(read("corpus", "bruker_data/test_TEM.bcf", 0), "a", Annotations())
    assert "elements" not in {fact.key for fact in facts}


def test_elements_of_another_kind_of_spectra_are_not_taken():
    settings = {"EELSSpectrumQuantificationSettings": {"a1": {"elementSelection": [8]}}}
    signal = velox("keV", SharedProperties=settings, BinaryResult={"Detector": "SuperXG2"})
    assert [fact.key for fact in inferred(signal, {})] == ["technique"]


@pytest.mark.parametrize(
    ("listed", "symbols"),
    [([8, 26], "O,Fe"), (np.array([26, 26]), "Fe"), ([0], ""), ([119], ""), ([], ""), ("x", "")],
)
def test_atomic_numbers_become_symbols_or_nothing(listed, symbols):
    settings = {"EDSSpectrumQuantificationSettings": {"a1": {"elementSelection": listed}}}
    signal = velox("keV", SharedProperties=settings, BinaryResult={"Detector": "SuperXG2"})
    found = [fact.value_text for fact in inferred(signal, {}) if fact.key == "elements"]
    assert found == ([symbols] if symbols else [])
