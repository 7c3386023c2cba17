"""What the tables make of real files, beyond the single numbers of `test_mapping_proofs`."""

import pytest

from emfair.model.facts import Fact, Source
from emfair.nxem.keys import keys
from emfair.vendor.mapping import vendor_facts
from emfair.vendor.signal import Axis, Signal
from emfair.vendor.table import tables
from emfair.vendor.times import TWO_READINGS

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SI = {key.key: key.unit for key in keys().values() if key.kind == "number"}


def test_tables_for_any_reader_come_last():
    flags = ["*" in table.readers for table in tables()]
    assert flags == sorted(flags)


def test_every_reading_of_a_key_is_told_and_the_vendors_own_tag_comes_first(signals):
    facts = vendor_facts(signals("corpus", "JEOL_files/met03.EDS")[0], SI)
    voltages = [fact for fact in facts if fact.key == "acceleration_voltage"]
    assert [fact.source_path for fact in voltages] == [
        "Footer/Parameters/AccKV",
        "Acquisition_instrument/TEM/beam_energy",
    ]


def test_the_voltage_of_an_x_ray_tube_is_not_that_of_electrons(signals):
    tube = _found(signals("corpus", "bruker_data/bruker_m6_jetstream_file_example.spx")[0])
    beam = _found(signals("corpus", "bruker_data/bruker_nano.spx")[0])
    assert "acceleration_voltage" not in tube
    assert [fact.value_num for fact in beam["acceleration_voltage"]] == [15_000]


def test_a_map_of_a_tubes_x_rays_has_no_voltage_of_electrons():
    """RosettaSciIO hands out two numbers of such a tube, and the program's HV beside them."""
    tags = {"Microscope": {"HV": 50.0}, "Analysis": {"PrimaryEnergy": 50, "ElevationAngle": 90.0}}
    assert "acceleration_voltage" not in _found(_made(tags, reader="Bruker"))
    del tags["Analysis"]
    assert "acceleration_voltage" in _found(_made(tags, reader="Bruker"))


def test_a_map_summed_over_detectors_is_not_named_after_one_of_them(signals):
    *spectra, image, summed = signals("velox", "fei_SI_EDS-HAADF-4detectors_2frames.emd")
    names = [[fact.value_text for fact in _found(one)["detector"]] for one in spectra]
    assert sorted(names) == [["SuperXG21"], ["SuperXG22"], ["SuperXG23"], ["SuperXG24"]]
    assert [fact.value_text for fact in _found(image)["detector"]] == ["HAADF"]
    assert [fact.value_text for fact in _found(summed)["detector"]] == ["SuperXG2"]


def test_a_film_of_velox_keeps_its_camera(signals):
    (film,) = signals("corpus", "emd_files/fei_example_tem_stack.emd")
    assert [fact.value_text for fact in _found(film)["detector"]] == ["BM-Ceta"]


@pytest.mark.parametrize(
    ("modes", "lengths"),
    [
        ({"Illumination Mode": "STEM NANOPROBE", "Operation Mode": "SCANNING"}, [0.135]),
        ({"Operation Mode": "GIF SCANNING"}, [0.135]),
        ({"Illumination Mode": "TEM", "Operation Mode": "IMAGING"}, []),
        ({"Illumination Mode": "SEM", "Operation Mode": "SCANNING"}, []),
        ({}, []),
    ],
)
def test_a_camera_length_of_stem_counts_while_the_beam_scans(modes, lengths):
    info = {"STEM Camera Length": 135.0, **modes}
    tags = {"ImageList": {"TagGroup0": {"ImageTags": {"Microscope Info": info}}}}
    facts = _found(_made(tags, reader="DigitalMicrograph"))
    assert [fact.value_num for fact in facts.get("camera_length", [])] == lengths


def test_a_picture_in_imaging_mode_has_no_camera_length(signals):
    facts = _found(signals("corpus", "tiff_files/test_dm_image_um_unit.dm3")[0])
    assert "camera_length" not in facts
    assert [fact.value_num for fact in facts["magnification"]] == [51]


def test_no_electron_took_part_in_a_photograph_of_the_stage(signals):
    found = _found(signals("sem_tiffs", "FEI-Helios-navcam.tif")[0])
    column = {"acceleration_voltage", "beam_current", "working_distance", "dwell_time",
              "magnification", "emitter_type", "operation_mode"}  # fmt: skip
    assert not column & found.keys()
    assert [fact.value_text for fact in found["detector"]] == ["Nav-Cam"]


def test_a_camera_is_known_by_its_name_where_no_beam_is_named():
    section = {"HV": 5_000, "WD": 0.004, "LensMode": "Field-Free"}
    for name, told in (("Nav-Cam", False), ("ETD", True)):
        tags = {"fei_metadata": {"EBeam": section, "Detectors": {"Name": name}}}
        found = _found(_made(tags))
        assert ("acceleration_voltage" in found) is told
        assert ("working_distance" in found) is told
        assert ("operation_mode" in found) is told


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


def test_a_spectrum_images_dwell_time_is_not_its_surveys(signals):
    facts = _found(signals("corpus", "dm4_2D_data/test-MonarcCL_spectrum-SI.dm4")[0])
    assert {fact.value_num for fact in facts["dwell_time"]} == {0.05}


def test_digitalmicrograph_tells_when_a_scan_began_and_ended_in_utc(signals):
    """Its TimeStamp is local, 16:26:20; the frame's end is known in both clocks."""
    facts = _found(signals("corpus", "dm3_2D_data/test_STEM_image.dm3")[0])
    assert facts["start_time"][0].value_text == "2016-08-08T15:26:20+00:00"
    assert facts["start_time"][0].source_path.endswith("DigiScan/TimeStamp")
    assert facts["end_time"][0].value_text == "2016-08-08T15:26:37+00:00"


def test_a_spectrum_image_began_when_it_says_and_not_at_its_first_frame(signals):
    facts = _found(signals("corpus", "dm4_2D_data/test-MonarcCL_spectrum-SI.dm4")[0])
    assert facts["start_time"][0].value_text == "2021-09-16T19:06:09+00:00"
    assert facts["end_time"][0].value_text == "2021-09-16T19:23:57+00:00"


def test_a_frame_cut_out_of_a_stack_has_its_sources_tags(signals):
    file = "dm_stackbuilder_plugin/test_stackbuilder_imagestack.dm3"
    facts = _found(signals("corpus", file)[0])
    assert [fact.value_num for fact in facts["acceleration_voltage"]] == [200_000]


def test_a_camera_length_left_over_in_imaging_mode_is_not_read(signals):
    imaging = _found(signals("velox", "1532 Camera Ceta.emd")[0])
    assert "camera_length" not in imaging
    assert imaging["operation_mode"][0].value_text == "TEM"


def test_the_full_scans_field_is_not_that_of_a_part_of_it(signals):
    part = _found(signals("velox", "fei_SI_SuperX-HAADF_10frames_10x50.emd")[0])
    assert "field_of_view" not in part
    assert part["operation_mode"][0].value_text == "STEM"


@pytest.mark.parametrize(
    ("file", "fields"),
    [("dm3_locale/Fei HAADF-UK_location.dm3", [0.08809716884906475e-6]),
     ("dm3_2D_data/multi_signal.dm3", []), ("dm4_3D_data/EELS_SI.dm4", [])],
)  # fmt: skip
def test_a_field_before_the_zoom_or_of_the_survey_is_not_the_pictures(signals, file, fields):
    facts = _found(signals("corpus", file)[0]).get("field_of_view", [])
    assert [fact.value_num for fact in facts] == pytest.approx(fields)


def test_an_unset_magnification_is_no_magnification(signals):
    facts = _found(signals("corpus", "emd_files/fei_example_complex_fft.emd")[0])
    assert [fact.source_path for fact in facts["magnification"]] == ["Optics/NominalMagnification"]


def test_a_unit_beside_the_value_is_the_one_that_counts(signals):
    """HyperSpy's convention has kV; Attolight's voltage came out a thousand times too high."""
    facts = _found(signals("corpus", "sur_data/test_spectral_map.sur")[0])
    assert [fact.value_num for fact in facts["acceleration_voltage"]] == [4996]


def test_a_simulation_says_that_it_is_one(signals):
    facts = _found(signals("corpus", "emd_files/Si100_3D.emd")[0])
    assert [fact.value_text for fact in facts["is_simulation"]] == ["True"]
    assert facts["is_simulation"][0].source is Source.DERIVED


def test_an_ion_beam_is_no_electron_beam():
    section = {"HV": 30_000, "WD": 0.004, "BeamCurrent": 1e-9}
    tags = {"fei_metadata": {"Beam": {"Beam": "IBeam", "HV": 30_000}, "EBeam": section}}
    found = {fact.key for fact in vendor_facts(_made(tags), SI)}
    assert not {"acceleration_voltage", "working_distance", "beam_current"} & found


@pytest.mark.parametrize(("switched", "angles"), [(True, [0.5]), (False, [])])
def test_a_scan_rotation_counts_while_it_is_on(switched, angles):
    tags = {"CZ_SEM": {"ap_scanrotation": ("Scan Rotation", 500.0, "mrad"),
                       "dp_scan_rot": ("Scan Rot", switched)}}  # fmt: skip
    facts = _found(_made(tags))
    assert [fact.value_num for fact in facts.get("rotation", [])] == angles


def test_defaults_of_a_camera_without_a_microscope_are_not_read():
    tags = {"Instrument Accelerating Voltage (V)": "300000", "Exposure Time (seconds)": "0.5"}
    linked = _made({"de_metadata": {**tags, "Instrument Metadata": "300 kV"}}, reader="MRC")
    alone = _made(
        {"de_metadata": {**tags, "Instrument Metadata": "TEM Channel Disconnected"}}, reader="MRC"
    )
    assert [fact.value_num for fact in _found(linked)["acceleration_voltage"]] == [300_000]
    assert "acceleration_voltage" not in _found(alone)
    assert "acquisition_time" in _found(alone)


def _found(signal: Signal) -> dict[str, list[Fact]]:
    facts: dict[str, list[Fact]] = {}
    for fact in vendor_facts(signal, SI):
        facts.setdefault(fact.key, []).append(fact)
    return facts


def _made(tags, reader="TIFF", metadata=None) -> Signal:
    return Signal(0, "", reader, None, (Axis("x", 1),), metadata or {}, tags)


@pytest.mark.parametrize(
    ("place", "file", "start"),
    [
        ("sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", "2016-06-13T17:06:40"),
        ("sem_tiffs", "FEI-Helios-navcam.tif", "2022-05-17T09:07:08"),
        ("sem_tiffs", "test_tiff_Zeiss_SEM_512pix.tif", "2018-09-25T08:20:42"),
        ("sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", "2015-12-23T09:40:32"),
        ("corpus", "bruker_data/bruker_nano.spx", "2018-03-02T13:53:04"),
    ],
)
def test_a_scanning_microscopes_picture_tells_when_it_was_made_in_local_time(
    signals, place, file, start
):
    told = _found(signals(place, file)[0])["start_time"]
    assert [fact.value_text for fact in told] == [start]


def test_feis_stamp_tells_which_of_two_days_it_was():
    """As a Helios 5 writes both (User/Date follows the machine's regional settings)."""
    tags = {"User": {"Date": "10/09/2023", "Time": "08:04:59 PM"}}
    (fact,) = _found(_made({"fei_metadata": tags}, reader="TIFF"))["start_time"]
    assert fact.value_text == "2023-09-10T20:04:59 or 2023-10-09T20:04:59"
    assert fact.warning == TWO_READINGS
    tags["PrivateFei"] = {"TimeOfCreation": "09.10.2023 20:04:59"}
    (fact,) = _found(_made({"fei_metadata": tags}, reader="TIFF"))["start_time"]
    assert (fact.value_text, fact.warning) == ("2023-10-09T20:04:59", "")
