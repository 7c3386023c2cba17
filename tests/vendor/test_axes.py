"""Axes as they come, and as they are after RosettaSciIO's mistakes are mended."""

import numpy as np
import pytest

from emfair.vendor.axes import axes_of

# RosettaSciIO's TIFF, EMD and EMPAD readers leave their files to the garbage collector to close.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_tias_offset_is_in_the_unit_of_its_scale(signals):
    (signal,) = signals("corpus", "FEI_new/128x128-TEM_search.emi")
    header = signal.tags["ser_header_parameters"]
    for axis in signal.axes:
        assert axis.unit == "nm"
        assert axis.scale == pytest.approx(header["CalibrationDeltaX"] * 1e9)
        assert axis.offset == pytest.approx(header["CalibrationOffsetX"] * 1e9)
        assert axis.points().mean() == pytest.approx(0, abs=abs(axis.scale)), "the middle is zero"


def test_a_diffraction_pattern_of_tia_is_the_same_without_its_emi(signals):
    (described,) = signals("corpus", "FEI_old/64x64_diffraction_acquire.emi")
    (alone,) = signals("corpus", "FEI_old/64x64_diffraction_acquire_1.ser")
    assert np.array_equal(np.asarray(described.data), np.asarray(alone.data))
    for one, other in zip(described.axes, alone.axes, strict=True):
        assert one.unit == other.unit == "1/nm"
        assert one.scale == pytest.approx(0.10157199619555664)
        assert other.scale == pytest.approx(one.scale)
        assert other.offset == pytest.approx(one.offset)
        assert one.offset == pytest.approx(-3.2503038782573967)


def test_a_step_that_tia_did_not_calibrate_has_no_unit(signals):
    (signal,) = signals("corpus", "FEI_old/16x16-2_point-spectra-2x1024.emi")
    assert (signal.axes[0].unit, signal.axes[0].scale) == ("", 1.0)


def test_a_single_spectrum_of_tia_keeps_its_energies(signals):
    (signal,) = signals("corpus", "FEI_old/X - Au NP EELS_2.ser")
    header = signal.tags["ser_header_parameters"]
    (axis,) = signal.axes
    assert (axis.name, axis.unit) == ("Energy", "eV")
    assert axis.offset == pytest.approx(header["CalibrationOffset"])
    assert axis.scale == pytest.approx(header["CalibrationDelta"])


def test_sempers_x_belongs_to_its_columns():
    given = [{"name": "x", "scale": 2.0, "size": 3}, {"name": "y", "scale": 5.0, "size": 4}]
    rows, columns = axes_of("Semper", given, (3, 4))
    assert (rows.name, rows.scale, rows.size) == ("y", 5.0, 3)
    assert (columns.name, columns.scale, columns.size) == ("x", 2.0, 4)


def test_an_axis_nobody_described_counts_its_points():
    (axis,) = axes_of("any", [], (3,))
    assert axis.points().tolist() == [0.0, 1.0, 2.0]


def test_indices_in_the_array_win_over_the_order_of_the_list():
    given = [{"name": "x", "index_in_array": 1}, {"name": "y", "index_in_array": 0}]
    assert [axis.name for axis in axes_of("any", given, (2, 3))] == ["y", "x"]


def test_a_calibration_that_is_none_leaves_points_without_a_unit():
    given = [{"scale": "nan", "offset": 3.0, "units": "nm", "name": "x", "navigate": True}]
    (axis,) = axes_of("any", given, (2,))
    assert (axis.scale, axis.offset, axis.unit, axis.name) == (1.0, 0.0, "", "x")
    assert axis.broken == "a scale of nan (nm)"
    assert axis.navigate


def test_names_and_units_that_are_none_are_empty():
    (axis,) = axes_of("any", [{"units": "<undefined>", "name": None}], (2,))
    assert (axis.unit, axis.name, axis.broken) == ("", "", "")


def test_points_are_taken_if_they_fit_the_array():
    (axis,) = axes_of("any", [{"axis": [1.0, 2.0], "scale": 3.0}], (3,))
    assert axis.points().tolist() == [0.0, 1.0, 2.0]
    assert axis.broken == "2 points for 3"
    (axis,) = axes_of("any", [{"axis": [1.0, 2.0, 5.0]}], (3,))
    assert axis.points().tolist() == [1.0, 2.0, 5.0]


def test_frames_of_one_second_are_counted(signals):
    """The clock shows seconds, and all six frames were taken in the same one."""
    (signal,) = signals("corpus", "tvips_files/test_tvips_2345_000.tvips")
    time = signal.axes[0]
    assert (time.name, time.size, time.unit, time.broken) == ("time", 6, "", "a scale of 0.0 (s)")
    assert time.points().tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("name", "expected"), [("Energy", "Energy"), ("", "Energy Loss"), (None, "Energy Loss")]
)
def test_a_unit_that_names_its_quantity_is_the_unit_alone(name, expected):
    """As ISO 22029:2022 writes XUNITS."""
    given = [{"name": name, "units": "Energy Loss (eV)", "scale": 3.1, "offset": 520.13}]
    (axis,) = axes_of("MSA", given, (2,))
    assert (axis.name, axis.unit, axis.scale) == (expected, "eV", 3.1)


def test_rows_are_y_whatever_number_a_reader_gives_them():
    given = [
        {"name": "y", "size": 3, "index_in_array": 1, "units": "nm", "scale": 2.0},
        {"name": "x", "size": 4, "index_in_array": 0, "units": "nm", "scale": 5.0},
        {"name": "Energy-loss", "size": 9, "index_in_array": 2, "units": "eV", "scale": 0.1},
    ]
    axes = axes_of("EMD", given, (3, 4, 9))
    assert [(axis.name, axis.size, axis.scale) for axis in axes] == [
        ("y", 3, 2.0), ("x", 4, 5.0), ("Energy-loss", 9, 0.1),
    ]  # fmt: skip


def test_the_first_two_axes_of_an_arina_scan_are_the_scans():
    given = [{"name": name, "scale": 1.0, "size": 4} for name in ("x", "y", "qx", "qy")]
    axes = axes_of("Arina", given, (4, 4, 4, 4))
    assert [(axis.name, axis.navigate) for axis in axes] == [
        ("x", True), ("y", True), ("qx", False), ("qy", False),
    ]  # fmt: skip


def test_a_unit_that_is_named_and_has_no_scale_is_no_calibration():
    given = [{"name": "", "units": "Energy Loss (eV)", "index_in_array": 0}]
    (axis,) = axes_of("MSA", given, (5,))
    assert (axis.unit, axis.broken) == ("", "a unit without a scale (eV)")


DE = {
    "Scan - Enable": "Enable",
    "Specimen Pixel Size X (nanometers)": "0.1",
    "Specimen Pixel Size Y (nanometers)": 0.2,
    "Diffraction Pixel Size X": -1,
}
SCAN = [
    {"name": name, "units": unit, "scale": 1.0, "index_in_array": place}
    for place, (name, unit) in enumerate(
        [("y", "nm"), ("x", "nm"), ("ky", "nm^-1"), ("kx", "nm^-1")]
    )
]


def test_a_scan_of_direct_electron_has_the_steps_of_its_description():
    y, x, ky, kx = axes_of("MRC", SCAN, (2, 3, 4, 5), {"de_metadata": DE})
    assert [(axis.scale, axis.unit) for axis in (y, x)] == [(0.2, "nm"), (0.1, "nm")]
    assert (kx.unit, kx.scale, kx.broken) == ("", 1.0, "a step of -1 nm^-1")
    assert (ky.unit, ky.broken) == ("", "a step of 0 nm^-1")
    assert axes_of("MRC", SCAN, (2, 3, 4, 5), {"de_metadata": {}})[0].scale == 1.0


def test_pixels_of_minus_one_nanometre_were_never_measured():
    given = [{"name": name, "units": "nm", "scale": -1.0, "offset": 0.0} for name in "yx"]
    for axis in axes_of("MRC", given, (2, 3), {}):
        assert (axis.unit, axis.scale, axis.broken) == ("", 1.0, "a step of -1 nm")
