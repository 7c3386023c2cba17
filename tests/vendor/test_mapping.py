"""Each quantity of each table against the vendor's own tag, in a real file."""

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
    """What one row reads from signal `index` of one file: the tag's words, and their value in SI."""

    table: str
    key: str
    tag: str
    place: str
    file: str
    index: int
    raw: str
    si: float


# fmt: off
PROOFS = (
    # blockfile
    Proof("blockfile", "acceleration_voltage", "Beam_energy", "corpus", "blockfile_data/test1.blo", 0, "200000", 200000.0),
    # bruker
    Proof("bruker", "acceleration_voltage", "Microscope/HV", "corpus", "bruker_data/test_TEM.bcf", 0, "200", 200000.0),
    Proof("bruker", "working_distance", "Microscope/WD", "corpus", "bruker_data/test_TEM.bcf", 0, "-1", -0.001),
    Proof("bruker", "magnification", "Microscope/Mag", "corpus", "bruker_data/test_TEM.bcf", 0, "225000", 225000.0),
    Proof("bruker", "stage_x", "Stage/X", "corpus", "bruker_data/P45_the_default_job.bcf", 0, "62409.2", 0.0624092),
    Proof("bruker", "stage_y", "Stage/Y", "corpus", "bruker_data/P45_the_default_job.bcf", 0, "36517.61", 0.03651761),
    Proof("bruker", "stage_z", "Stage/Z", "corpus", "bruker_data/P45_the_default_job.bcf", 0, "40234.7", 0.0402347),
    Proof("bruker", "tilt_alpha", "Stage/Tilt", "corpus", "bruker_data/P45_the_default_job.bcf", 0, "0.5", 0.00872664625997),
    Proof("bruker", "stage_rotation", "Stage/Rotation", "corpus", "bruker_data/P45_the_default_job.bcf", 0, "329.49719", 5.75081084157),
    # digitalmicrograph
    Proof("digitalmicrograph", "acceleration_voltage", "Microscope Info/Voltage", "corpus", "dm3_2D_data/test_STEM_image.dm3", 0, "200000.0", 200000.0),
    Proof("digitalmicrograph", "magnification", "Microscope Info/Indicated Magnification", "corpus", "dm3_2D_data/test_STEM_image.dm3", 0, "225000.0", 225000.0),
    Proof("digitalmicrograph", "camera_length", "Microscope Info/Indicated Magnification", "corpus", "dm3_2D_data/test_diffraction_pattern.dm3", 0, "320.00000000000006", 0.32),
    Proof("digitalmicrograph", "camera_length", "Microscope Info/STEM Camera Length", "corpus", "dm3_2D_data/test_STEM_image.dm3", 0, "135.0", 0.135),
    Proof("digitalmicrograph", "field_of_view", "Microscope Info/Field of View (µm)", "corpus", "dm3_2D_data/test_STEM_image.dm3", 0, "0.5090058644612631", 5.09005864461e-07),
    Proof("digitalmicrograph", "tilt_alpha", "Microscope Info/Stage Position/Stage Alpha", "corpus", "dm3_2D_data/test_STEM_image.dm3", 0, "24.950478513002935", 0.435468),
    Proof("digitalmicrograph", "stage_rotation", "Microscope Info/Stage Position/Stage Beta", "corpus", "dm4_2D_data/test-MonoCL_spectrum-SI.dm4", 0, "164.9982452392578", 2.87976263944),
    Proof("digitalmicrograph", "stage_x", "Microscope Info/Stage Position/Stage X", "corpus", "dm3_2D_data/test_STEM_image.dm3", 0, "-461.276", -0.000461276),
    Proof("digitalmicrograph", "stage_y", "Microscope Info/Stage Position/Stage Y", "corpus", "dm3_2D_data/test_STEM_image.dm3", 0, "52.0039", 5.20039e-05),
    Proof("digitalmicrograph", "stage_z", "Microscope Info/Stage Position/Stage Z", "corpus", "dm3_2D_data/test_STEM_image.dm3", 0, "35.033899999999996", 3.50339e-05),
    Proof("digitalmicrograph", "dwell_time", "DigiScan/Sample Time", "corpus", "dm3_2D_data/test_STEM_image.dm3", 0, "3.5", 3.5e-06),
    Proof("digitalmicrograph", "convergence_angle", "EELS/Experimental Conditions/Convergence semi-angle (mrad)", "corpus", "dm4_3D_data/EELS_SI.dm4", 0, "21.0", 0.021),
    Proof("digitalmicrograph", "acquisition_time", "EELS/Acquisition/Exposure (s)", "corpus", "dm4_3D_data/EELS_SI.dm4", 0, "0.0199501246882793", 0.0199501246883),
    Proof("digitalmicrograph", "acquisition_time", "DataBar/Exposure Time (s)", "corpus", "tiff_files/test_dm_image_um_unit.dm3", 0, "0.5", 0.5),
    Proof("digitalmicrograph", "acquisition_time", "Acquisition/Parameters/High Level/Exposure (s)", "corpus", "dm4_3D_data/EELS_SI.dm4", 0, "0.020010000676847994", 0.0200100006768),
    # msa
    Proof("msa", "acceleration_voltage", "BEAMKV   -kV", "corpus", "msa_files/example1.msa", 0, "120.0", 120000.0),
    Proof("msa", "emission_current", "EMISSION -uA", "corpus", "msa_files/example1.msa", 0, "5.5", 5.5e-06),
    Proof("msa", "beam_current", "PROBECUR -nA", "corpus", "msa_files/example1.msa", 0, "12.345", 1.2345e-08),
    Proof("msa", "convergence_angle", "CONVANGLE-mR", "corpus", "msa_files/example1.msa", 0, "1.5", 0.0015),
    Proof("msa", "magnification", "MAGCAM", "corpus", "msa_files/example1.msa", 0, "100.0", 100.0),
    Proof("msa", "thickness", "THICKNESS-nm", "corpus", "msa_files/example1.msa", 0, "50.0", 5e-08),
    Proof("msa", "dwell_time", "DWELLTIME-ms", "corpus", "msa_files/example1.msa", 0, "100.0", 0.1),
    Proof("msa", "acquisition_time", "LIVETIME  -s", "corpus", "msa_files/example2.msa", 0, "100.0", 100.0),
    Proof("msa", "tilt_alpha", "XTILTSTGE-dg", "corpus", "msa_files/example2.msa", 0, "45.0", 0.785398163397),
    Proof("msa", "tilt_beta", "YTILTSTGE-dg", "corpus", "msa_files/example2.msa", 0, "20.0", 0.349065850399),
    # phenom
    Proof("phenom", "acceleration_voltage", "acquisition/scan/highVoltage/value", "corpus", "phenom_data/Elid2Version0.elid", 0, "-15", 15000.0),
    Proof("phenom", "emission_current", "acquisition/scan/emissionCurrent/value", "corpus", "phenom_data/Elid2Version0.elid", 0, "40.3", 4.03e-05),
    Proof("phenom", "dwell_time", "acquisition/scan/dwellTime/value", "corpus", "phenom_data/Elid2Version0.elid", 0, "200", 2e-07),
    Proof("phenom", "working_distance", "workingDistance/value", "corpus", "phenom_data/Elid2Version0.elid", 0, "8.141749999999993", 0.00814175),
    # tia
    Proof("tia", "acceleration_voltage", "ObjectInfo/ExperimentalDescription/High tension_kV", "corpus", "FEI_new/128x128-TEM_search.emi", 0, "200.0", 200000.0),
    Proof("tia", "acceleration_voltage", "ObjectInfo/ExperimentalConditions/MicroscopeConditions/AcceleratingVoltage", "corpus", "FEI_new/128x128-TEM_search.emi", 0, "200000", 200000.0),
    Proof("tia", "emission_current", "ObjectInfo/ExperimentalDescription/Emission_uA", "corpus", "FEI_new/128x128-TEM_search.emi", 0, "225.0", 0.000225),
    Proof("tia", "magnification", "ObjectInfo/ExperimentalDescription/Magnification_x", "corpus", "FEI_new/128x128-TEM_search.emi", 0, "22500.0", 22500.0),
    Proof("tia", "camera_length", "ObjectInfo/ExperimentalDescription/Camera length_m", "corpus", "FEI_old/03_Scanning Preview.emi", 0, "0.135", 0.135),
    Proof("tia", "defocus", "ObjectInfo/ExperimentalDescription/Defocus_um", "corpus", "FEI_old/03_Scanning Preview.emi", 0, "0.221", 2.21e-07),
    Proof("tia", "tilt_alpha", "ObjectInfo/ExperimentalDescription/Stage A_deg", "corpus", "FEI_old/more_ser_then_emi_metadata.emi", 0, "15.61", 0.272445896236),
    Proof("tia", "stage_x", "ObjectInfo/ExperimentalDescription/Stage X_um", "corpus", "FEI_new/128x128-TEM_search.emi", 0, "0.147", 1.47e-07),
    Proof("tia", "stage_y", "ObjectInfo/ExperimentalDescription/Stage Y_um", "corpus", "FEI_new/128x128-TEM_search.emi", 0, "0.255", 2.55e-07),
    Proof("tia", "stage_z", "ObjectInfo/ExperimentalDescription/Stage Z_um", "corpus", "FEI_new/128x128-TEM_search.emi", 0, "0.021", 2.1e-08),
    Proof("tia", "dwell_time", "ObjectInfo/AcquireInfo/DwellTimePath", "corpus", "FEI_old/03_Scanning Preview.emi", 0, "0.000012", 1.2e-05),
    Proof("tia", "acquisition_time", "ObjectInfo/AcquireInfo/DwellTimePath", "corpus", "FEI_new/128x128-TEM_search.emi", 0, "0.100000", 0.1),
    Proof("tia", "acquisition_time", "ObjectInfo/AcquireInfo/IntegrationTime", "corpus", "FEI_old/more_ser_then_emi_metadata.emi", 0, "25.0000", 25.0),
    # tiff_fei
    Proof("tiff_fei", "acceleration_voltage", "EBeam/HV", "sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, "5000", 5000.0),
    Proof("tiff_fei", "acceleration_voltage", "Beam/HV", "sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, "5000", 5000.0),
    Proof("tiff_fei", "beam_current", "EBeam/BeamCurrent", "sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, "6.25e-12", 6.25e-12),
    Proof("tiff_fei", "working_distance", "EBeam/WD", "sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, "0.00403466", 0.00403466),
    Proof("tiff_fei", "working_distance", "Stage/WorkingDistance", "sem_tiffs", "FEI-Helios-navcam.tif", 0, "-1.2e-05", -1.2e-05),
    Proof("tiff_fei", "dwell_time", "EScan/Dwell", "sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, "1e-05", 1e-05),
    Proof("tiff_fei", "dwell_time", "Scan/Dwelltime", "sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, "1e-05", 1e-05),
    Proof("tiff_fei", "field_of_view", "EScan/HorFieldsize", "sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, "0.00172667", 0.00172667),
    Proof("tiff_fei", "field_of_view", "Scan/HorFieldsize", "sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, "0.00172667", 0.00172667),
    Proof("tiff_fei", "tilt_alpha", "Stage/StageT", "sem_tiffs", "FEI-Helios-navcam.tif", 0, "6.54498e-06", 6.54498e-06),
    Proof("tiff_fei", "stage_rotation", "Stage/StageR", "sem_tiffs", "FEI-Helios-navcam.tif", 0, "1.07874", 1.07874),
    Proof("tiff_fei", "stage_x", "Stage/StageX", "sem_tiffs", "FEI-Helios-navcam.tif", 0, "0.0699197", 0.0699197),
    Proof("tiff_fei", "stage_y", "Stage/StageY", "sem_tiffs", "FEI-Helios-navcam.tif", 0, "0.000811186", 0.000811186),
    Proof("tiff_fei", "stage_z", "Stage/StageZ", "sem_tiffs", "FEI-Helios-Ebeam-8bits.tif", 0, "0.007965", 0.007965),
    # tiff_zeiss
    Proof("tiff_zeiss", "acceleration_voltage", "ap_actualkv", "sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, "('EHT', 25.0, 'kV')", 25000.0),
    Proof("tiff_zeiss", "working_distance", "ap_wd", "sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, "('WD', 14.808, 'mm')", 0.014808),
    Proof("tiff_zeiss", "magnification", "ap_mag", "sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, "('Mag', 105, 'X')", 105.0),
    Proof("tiff_zeiss", "field_of_view", "ap_width", "sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, "('Width', 2.677, 'mm')", 0.002677),
    Proof("tiff_zeiss", "beam_current", "ap_iprobe", "sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, "('I Probe', 1.0, 'nA')", 1e-09),
    Proof("tiff_zeiss", "stage_x", "ap_stage_at_x", "sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, "('Stage at X', 75.6442, 'mm')", 0.0756442),
    Proof("tiff_zeiss", "stage_y", "ap_stage_at_y", "sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, "('Stage at Y', 60.4901, 'mm')", 0.0604901),
    Proof("tiff_zeiss", "stage_z", "ap_stage_at_z", "sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, "('Stage at Z', 25.193, 'mm')", 0.025193),
    Proof("tiff_zeiss", "stage_rotation", "ap_stage_at_r", "sem_tiffs", "test_tiff_Zeiss_SEM_1k.tif", 0, "('Stage at R', 10.2, '°')", 0.178023583703),
    # velox
    Proof("velox", "acceleration_voltage", "Optics/AccelerationVoltage", "velox", "fei_emd_image.emd", 0, "200000", 200000.0),
    Proof("velox", "beam_current", "Optics/LastMeasuredScreenCurrent", "velox", "fei_emd_image.emd", 0, "2.5234643942730375e-010", 2.52346439427e-10),
    Proof("velox", "camera_length", "Optics/CameraLength", "velox", "fei_emd_image.emd", 0, "0.098000000000000004", 0.098),
    Proof("velox", "convergence_angle", "Optics/BeamConvergence", "corpus", "emd_files/fei_example_tem_stack.emd", 0, "0.011411208809441558", 0.0114112088094),
    Proof("velox", "defocus", "Optics/Defocus", "velox", "1532 Camera Ceta.emd", 0, "1.5149940916934378e-007", 1.51499409169e-07),
    Proof("velox", "field_of_view", "Optics/FullScanFieldOfView/x", "velox", "fei_emd_image.emd", 0, "2.7148363970517e-006", 2.71483639705e-06),
    Proof("velox", "magnification", "CustomProperties/StemMagnification/value", "velox", "fei_emd_image.emd", 0, "40000", 40000.0),
    Proof("velox", "magnification", "Optics/NominalMagnification", "velox", "1532 Camera Ceta.emd", 0, "119714.156", 119714.156),
    Proof("velox", "dwell_time", "Scan/DwellTime", "velox", "fei_emd_image.emd", 0, "2.0000000000000002e-005", 2e-05),
    Proof("velox", "rotation", "Scan/ScanRotation", "velox", "fei_emd_image.emd", 0, "1.6580627893946103", 1.65806278939),
    Proof("velox", "tilt_alpha", "Stage/AlphaTilt", "velox", "fei_emd_image.emd", 0, "0.00011072368774652029", 0.000110723687747),
    Proof("velox", "tilt_beta", "Stage/BetaTilt", "corpus", "emd_files/fei_example_tem_stack.emd", 0, "-0.035036330282688141", -0.0350363302827),
    Proof("velox", "stage_x", "Stage/Position/x", "velox", "fei_emd_image.emd", 0, "-9.3709862399999998e-006", -9.37098624e-06),
    Proof("velox", "stage_y", "Stage/Position/y", "velox", "fei_emd_image.emd", 0, "0.00014370586065999999", 0.00014370586066),
    Proof("velox", "stage_z", "Stage/Position/z", "velox", "fei_emd_image.emd", 0, "2.8805790000000001e-005", 2.880579e-05),
    # rosettasciio
    Proof("rosettasciio", "acceleration_voltage", "beam_energy", "corpus", "JEOL_files/met03.EDS", 0, "200.0", 200000.0),
    Proof("rosettasciio", "beam_current", "beam_current", "corpus", "msa_files/example1.msa", 0, "12.345", 1.2345e-08),
    Proof("rosettasciio", "convergence_angle", "convergence_angle", "corpus", "msa_files/example1.msa", 0, "1.5", 0.0015),
    Proof("rosettasciio", "camera_length", "camera_length", "corpus", "hdf5_files/example2_v2.2.hspy", 0, "320.00000000000006", 0.32),
    Proof("rosettasciio", "magnification", "magnification", "corpus", "bruker_data/test_TEM.bcf", 0, "225000", 225000.0),
    Proof("rosettasciio", "tilt_alpha", "Stage/tilt_alpha", "corpus", "msa_files/example2.msa", 0, "45.0", 0.785398163397),
    Proof("rosettasciio", "stage_x", "Stage/x", "corpus", "sur_data/test_spectral_map.sur", 0, "8.252215", 0.008252215),
    Proof("rosettasciio", "stage_y", "Stage/y", "corpus", "sur_data/test_spectral_map.sur", 0, "2.503876", 0.002503876),
    Proof("rosettasciio", "stage_z", "Stage/z", "corpus", "sur_data/test_spectral_map.sur", 0, "-1.141085", -0.001141085),
    Proof("rosettasciio", "acquisition_time", "Detector/EDS/live_time", "corpus", "JEOL_files/met03.EDS", 0, "30.0", 30.0),
)
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
# fmt: on


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


def test_a_key_is_read_once_and_the_vendors_own_tag_comes_first(signals):
    facts = vendor_facts(signals("corpus", "bruker_data/test_TEM.bcf")[0], SI)
    voltages = [fact for fact in facts if fact.key == "acceleration_voltage"]
    assert [fact.source_path for fact in voltages] == ["Microscope/HV"]


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
