"""Looks, compared with what NumPy makes of the whole array."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from emfair.errors import NotFound, TooMuch
from emfair.lake.memory import MemoryLake
from emfair.service.looks import UNFITTED, Aspect, Detector, Kind, background_of, look_at
from emfair.service.looks import look as looks
from emfair.service.services import Services
from emfair.vendor.signal import Axis
from tests.service.looks.conftest import key_of, stored

NM = {"unit": "nm", "navigate": True}
CAMERA = (Axis("ky", 24, "1/nm", 0.1, -1.2), Axis("kx", 20, "1/nm", 0.1, -1.0))
SCAN = (Axis("y", 6, scale=0.5, **NM), Axis("x", 9, scale=0.5, **NM))
ENERGY = Axis("Energy", 500, "eV", 2.0, -20.0)


def numbers(shape, dtype="u2", seed=0, top=60_000):
    return np.random.default_rng(seed).integers(0, top, shape).astype(dtype)


@pytest.fixture
def scan():
    return numbers((6, 9, 24, 20))


DETECTORS = [
    Detector(11.5, 9.5, 0, 5),
    Detector(11.5, 9.5, 5, 9),
    Detector(0, 0, 0, 3),
    Detector(12, 10, 0, 1000),
    Detector(-50, -50, 0, 10),
]


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_virtual_detector_sums_what_numpy_sums(look, scan, detector):
    flat = look(scan, *SCAN, *CAMERA).virtual_image(detector)
    down, across = np.indices((24, 20))
    away = np.hypot(down - detector.row, across - detector.column)
    inside = (away >= detector.inner) & (away < detector.outer)
    assert np.array_equal(flat.values, scan[:, :, inside].sum(axis=2, dtype=np.int64))
    assert [axis.unit for axis in flat.axes] == ["nm", "nm"]
    assert flat.remark == ""


def test_large_numbers_do_not_overflow(look):
    data = np.full((6, 9, 24, 20), 65_535, "u2")
    flat = look(data, *SCAN, *CAMERA).virtual_image(Detector(12, 10, 0, 1000))
    assert (flat.values == 65_535 * 24 * 20).all()
    assert (look(data, *SCAN, *CAMERA).mean_pattern().values == 65_535).all()


def test_a_scan_of_many_chunks_comes_out_alike(look):
    data = numbers((5, 7, 300, 260), seed=1)
    camera = (Axis("ky", 300, "mrad"), Axis("kx", 260, "mrad"))
    made = look(data, Axis("y", 5, **NM), Axis("x", 7, **NM), *camera)
    detector = Detector(140, 120.5, 30, 90.25)
    inside = detector.inside(300, 260)
    expected = data[:, :, inside].sum(axis=2, dtype=np.int64)
    assert np.array_equal(made.virtual_image(detector).values, expected)
    assert np.allclose(made.mean_pattern().values, data.mean(axis=(0, 1)))
    assert np.array_equal(made.pattern(3, 6).values, data[3, 6])


def test_what_is_no_number_is_passed_over(look, scan):
    data = scan.astype("f4")
    data[2, 3] = np.nan
    data[4, 5, 10, 10] = np.inf
    flat = look(data, *SCAN, *CAMERA).virtual_image(Detector(11.5, 9.5, 0, 5))
    inside = Detector(11.5, 9.5, 0, 5).inside(24, 20)
    known = np.where(np.isfinite(data), data, 0).astype("f8")
    assert np.isnan(flat.values[2, 3])
    expected = known[:, :, inside].sum(axis=2)
    expected[2, 3] = np.nan
    assert np.allclose(flat.values, expected, equal_nan=True)


def test_a_mean_pattern_is_the_mean_of_what_is_known(look, scan):
    data = scan.astype("f4")
    data[0, 0, 5] = np.nan
    data[:, :, 7, 7] = np.nan
    flat = look(data, *SCAN, *CAMERA).mean_pattern()
    with np.errstate(all="ignore"):
        expected = np.where(np.isnan(data), 0, data.astype("f8")).sum((0, 1)) / (
            ~np.isnan(data)
        ).sum((0, 1))
    assert np.allclose(flat.values, expected, equal_nan=True)
    assert np.isnan(flat.values[7, 7])


@pytest.mark.parametrize(
    ("shape", "directions"), [((20, 20, 300, 260), "each"), ((300, 20, 16, 16), "one")]
)
def test_of_more_than_it_reads_at_once_it_takes_every_nth_and_says_so(
    look, monkeypatch, shape, directions
):
    data = numbers(shape, seed=2)
    units = ("nm", "nm", "1/nm", "1/nm")
    axes = [Axis(unit, size, unit) for unit, size in zip(units, shape, strict=True)]
    monkeypatch.setattr(looks, "QUICK", data.nbytes // 3)
    flat = look(data, *axes).virtual_image(Detector(16, 16, 0, 1000))
    rows, columns = flat.values.shape
    assert 3 < rows < shape[0]
    assert (columns < shape[1]) == (directions == "each")
    whole = data.sum(axis=(2, 3), dtype=np.int64)
    step = int(re.search(r"every (\d+)", flat.remark)[1])
    across = step if directions == "each" else 1
    assert any(
        np.array_equal(flat.values, whole[first::step, second::across])
        for first in range(step)
        for second in range(across)
    )
    assert f"in {directions} direction" in flat.remark
    thorough = look(data, *axes, thorough=True).virtual_image(Detector(16, 16, 0, 1000))
    assert np.array_equal(thorough.values, whole)
    assert thorough.remark == ""


def test_a_mean_of_some_patterns_says_of_how_many(look, monkeypatch):
    data = numbers((20, 20, 32, 32), seed=3)
    monkeypatch.setattr(looks, "MEAN", data.nbytes // 4)
    made = look(data, Axis("y", 20, **NM), Axis("x", 20, **NM),
                Axis("ky", 32, "1/nm"), Axis("kx", 32, "1/nm"))  # fmt: skip
    assert "of 400 patterns" in made.mean_pattern().remark


def test_a_large_picture_is_the_mean_of_its_pixels(look, monkeypatch):
    monkeypatch.setattr(looks, "SIDE", 50)
    data = numbers((205, 120), seed=4)
    flat = look(data, Axis("y", 205, "nm"), Axis("x", 120, "nm")).frame()
    assert flat.values.shape == (41, 40)
    assert flat.values[0, 0] == data[:5, :3].mean()
    assert flat.values[-1, -1] == pytest.approx(data[200:, 117:].mean())
    assert "mean of 5 × 3 pixels" in flat.remark


def test_a_large_phase_picture_is_some_of_its_pixels_and_says_so(look, monkeypatch):
    monkeypatch.setattr(looks, "SIDE", 50)
    random = np.random.default_rng(19)
    data = np.exp(1j * random.uniform(-np.pi, np.pi, (205, 120))).astype("c8")
    made = look(data, Axis("y", 205, "nm"), Axis("x", 120, "nm"))
    flat = made.frame(aspect=Aspect.PHASE)
    assert np.allclose(flat.values, np.angle(data[::5, ::3]), atol=1e-6)
    assert "one of 5 × 3 pixels, because a mean of angles means nothing" in flat.remark


def test_a_picture_keeps_its_numbers(look):
    data = numbers((30, 40), seed=5)
    flat = look(data, Axis("y", 30, "nm"), Axis("x", 40, "nm")).frame()
    assert flat.values.dtype == np.uint16
    assert np.array_equal(flat.values, data)


@pytest.mark.parametrize("place", [0, 4, 11])
def test_a_slice_of_a_stack_is_that_slice(look, place):
    data = numbers((12, 30, 40), seed=6)
    made = look(data, Axis("tilt", 12, "deg", 3.0, -18.0, navigate=True),
                Axis("y", 30, "nm"), Axis("x", 40, "nm"))  # fmt: skip
    assert made.subject.kind is Kind.STACK
    assert made.subject.leading == (0,)
    assert made.subject.shape.axes[0].points[place] == -18.0 + 3 * place
    assert np.array_equal(made.frame((place,)).values, data[place])


def test_spectra_are_summed_over_a_window_and_over_places(look):
    data = numbers((8, 10, 500), seed=7, top=200)
    made = look(data, Axis("y", 8, **NM), Axis("x", 10, **NM), ENERGY)
    assert made.subject.kind is Kind.SPECTRA
    window = range(100, 140)
    assert np.array_equal(made.map(window).values, data[:, :, 100:140].sum(axis=2))
    one = made.spectrum({0: range(3, 4), 1: range(6, 7)})
    assert np.array_equal(one.values, data[3, 6])
    assert np.array_equal(one.points, -20.0 + 2.0 * np.arange(500))
    some = made.spectrum({0: range(2, 5), 1: range(1, 8)})
    assert np.array_equal(some.values, data[2:5, 1:8].sum(axis=(0, 1)))
    assert np.array_equal(made.spectrum({}).values, data.sum(axis=(0, 1)))


def test_energy_first_is_still_energy(look):
    data = numbers((300, 6, 7), seed=8, top=200)
    made = look(data, Axis("Energy", 300, "eV", 1.0), Axis("y", 6, **NM), Axis("x", 7, **NM))
    assert np.array_equal(made.map(range(10, 60)).values, data[10:60].sum(axis=0))
    assert np.array_equal(made.spectrum({}).values, data.sum(axis=(1, 2)))


def test_wavelengths_before_places_are_spectra_too(look):
    data = numbers((50, 6, 7), seed=9, top=200)
    axes = (Axis("Wavelength", 50, "nm", 2.0, 400.0), Axis("y", 6, "µm"), Axis("x", 7, "µm"))
    made = look(data, *axes)
    assert made.subject.kind is Kind.SPECTRA
    assert np.array_equal(made.map(range(5, 9)).values, data[5:9].sum(axis=0))
    places = dict(zip(made.subject.map, (range(1, 2), range(4, 6)), strict=True))
    assert np.array_equal(made.spectrum(places).values, data[:, 1, 4:6].sum(axis=1))


def test_a_line_scan_gives_its_lines_and_a_profile(look):
    data = numbers((40, 500), seed=10, top=200)
    made = look(data, Axis("x", 40, **NM), ENERGY)
    assert made.subject.kind is Kind.LINES
    assert np.array_equal(made.frame().values, data)
    profile = made.profile(range(7, 90))
    assert np.array_equal(profile.values, data[:, 7:90].sum(axis=1))
    assert np.array_equal(profile.points, np.arange(40.0))
    assert np.array_equal(made.spectrum({0: range(3, 9)}).values, data[3:9].sum(axis=0))


def test_a_series_of_spectrum_images_is_looked_at_one_by_one(look):
    data = numbers((3, 5, 6, 60), seed=11, top=200)
    made = look(data, Axis("time", 3, "s", navigate=True), Axis("y", 5, **NM),
                Axis("x", 6, **NM), Axis("Energy", 60, "eV"))  # fmt: skip
    assert made.subject.kind is Kind.SPECTRA
    assert made.subject.leading == (0,)
    assert np.array_equal(made.map(range(4, 9), (2,)).values, data[2, :, :, 4:9].sum(axis=2))
    some = {0: range(2, 3), 1: range(1, 3), 2: range(4, 5)}
    assert np.array_equal(made.spectrum(some).values, data[2, 1:3, 4].sum(axis=0))


def test_a_spectrum_and_a_profile_are_curves(look):
    data = numbers((500,), seed=12)
    made = look(data, ENERGY)
    assert made.subject.kind is Kind.CURVE
    assert np.array_equal(made.curve().values, data)
    assert np.array_equal(made.curve().points, -20 + 2 * np.arange(500.0))
    row = look(data[np.newaxis], Axis("y", 1), Axis("x", 500, "nm", 0.5))
    assert row.subject.kind is Kind.CURVE
    assert np.array_equal(row.curve().values, data)
    assert row.curve().points[-1] == 249.5


def test_a_flipped_axis_keeps_order_and_places(look):
    data = numbers((500,), seed=13)
    curve = look(data, Axis("Energy", 500, "eV", -2.0, 1000.0)).curve()
    assert np.array_equal(curve.values, data)
    assert (curve.points[0], curve.points[-1]) == (1000.0, 2.0)


def test_complex_numbers_are_seen_four_ways(look):
    random = np.random.default_rng(14)
    data = (random.normal(size=(30, 40)) + 1j * random.normal(size=(30, 40))).astype("c8")
    made = look(data, Axis("y", 30, "nm"), Axis("x", 40, "nm"))
    assert made.subject.is_complex
    for aspect, expected in {
        Aspect.AMPLITUDE: np.abs(data),
        Aspect.PHASE: np.angle(data),
        Aspect.REAL: data.real,
        Aspect.IMAGINARY: data.imag,
    }.items():
        assert np.allclose(made.frame(aspect=aspect).values, expected, atol=1e-6)


def test_axes_that_were_made_one_are_known(look):
    data = numbers((2, 3, 4, 10, 12), seed=18)
    made = look(data, Axis("defocus", 2, "nm", 5.0, navigate=True), *(
        Axis(name, size, **NM) for name, size in zip("yx", (3, 4), strict=True)),
        Axis("ky", 10, "1/nm"), Axis("kx", 12, "1/nm"))  # fmt: skip
    assert made.subject.kind is Kind.STACK
    merged = made.subject.shape.merged
    assert [axis.long_name for axis in merged] == ["defocus (nm)", "y (nm)", "x (nm)"]
    assert merged[0].points.tolist() == [0.0, 5.0]
    index = np.ravel_multi_index((1, 2, 3), [len(axis.points) for axis in merged])
    assert np.array_equal(made.frame((int(index),)).values, data[1, 2, 3])


def test_colour_is_a_picture_of_three_channels(look):
    rgb = np.zeros((30, 40), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    rgb["G"] = 200
    made = look(rgb, Axis("y", 30, "nm"), Axis("x", 40, "nm"))
    assert made.subject.kind is Kind.PICTURE
    flat = made.frame()
    assert flat.is_colour
    assert flat.values.shape == (30, 40, 3)
    assert (flat.values[..., 1] == 200).all()


def test_what_was_seen_is_not_read_again(look, granted, tmp_path):
    data = numbers((6, 9, 24, 20), seed=15)
    measurement = stored(granted, tmp_path, data, *SCAN, *CAMERA)
    first = look_at(granted, measurement).pattern(1, 2)
    granted.access.services.lake.delete(key_of(granted, measurement))
    assert look_at(granted, measurement).pattern(1, 2) is first
    with pytest.raises(NotFound):
        look_at(granted, measurement).pattern(1, 3)


def test_what_one_emfair_has_seen_another_has_not(granted, tmp_path):
    measurement = stored(granted, tmp_path, numbers((30, 40), seed=22))
    look_at(granted, measurement).frame()
    here = granted.access.services
    other = Services(here.settings, MemoryLake(), here.registry, here.now)
    with pytest.raises(NotFound):
        look_at(replace(granted, access=replace(granted.access, services=other)), measurement)


def test_a_beam_is_found_once(look, monkeypatch):
    data = np.zeros((6, 9, 24, 20), "u2")
    made = look(data, *SCAN, *CAMERA)
    patterns = []
    monkeypatch.setattr(looks, "found_beam", patterns.append)
    assert (made.beam(), made.beam()) == (None, None)
    assert len(patterns) == 1


def test_what_takes_too_long_says_so(look, monkeypatch):
    made = look(numbers((6, 9, 24, 20), seed=17), *SCAN, *CAMERA)
    monkeypatch.setattr(looks, "FAST", -1.0)
    with pytest.raises(TooMuch) as told:
        made.mean_pattern()
    assert "download the container" in told.value.remedy


LENGTHS = (Axis("y", 3, scale=0.5, **NM), Axis("x", 4, scale=0.5, **NM))
NO_SCANS = {
    "volumes in time": (Axis("t", 2, "s", 0.1, navigate=True), Axis("z", 3, "nm", 2.0), *LENGTHS),
    "pictures in focus and time": (
        Axis("t", 2, "s", 0.1, navigate=True), Axis("tilt", 3, "deg", 2.0, navigate=True), *LENGTHS
    ),
    "tiles": (Axis("y", 2, "mm", navigate=True), Axis("x", 3, "mm", navigate=True), *LENGTHS),
    "patterns in time": (
        Axis("t", 2, "s", 0.1, navigate=True), Axis("x", 3, **NM), *CAMERA
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_SCANS)
def test_four_axes_that_are_no_scan_are_slices_along_both_outer_ones(look, name):
    axes = NO_SCANS[name]
    data = numbers([axis.size for axis in axes], seed=11)
    made = look(data, *axes)
    assert (made.subject.kind, made.subject.leading) == (Kind.STACK, (0, 1))
    assert np.array_equal(made.frame((1, 2)).values, data[1, 2])


@pytest.mark.parametrize(("unit", "step"), [("1/nm", 0.1), ("mrad", 0.5), ("cm", 0.016), ("", 1.0)])
def test_patterns_at_places_are_a_scan_however_their_camera_is_calibrated(look, unit, step):
    camera = (Axis("ky", 24, unit, step), Axis("kx", 20, unit, step))
    assert look(numbers((6, 9, 24, 20)), *SCAN, *camera).subject.kind is Kind.SCAN


LOSSES = Axis("Energy", 400, "eV", 0.5, 200.0)


def spectra_with_an_edge():
    """Return spectra whose background and edge differ from place to place, and the edge's sum."""
    energies = 200.0 + 0.5 * np.arange(400)
    exponents = np.linspace(2.5, 4.0, 30).reshape(5, 6, 1)
    heights = np.arange(30.0).reshape(5, 6, 1)
    edge = heights * (energies >= 300)
    data = (1e9 * energies**-exponents + edge).astype("f4")
    return data, (edge[..., 250:300]).sum(axis=-1)


def test_a_map_without_the_background_is_of_the_edge_alone(look):
    data, edge = spectra_with_an_edge()
    made = look(data, Axis("y", 5, **NM), Axis("x", 6, **NM), LOSSES)
    flat = made.map(range(250, 300), background=range(60, 180))
    assert np.allclose(flat.values, edge, atol=0.002 * data[..., 250:300].sum(axis=-1).max())
    assert flat.remark == ""
    assert np.allclose(made.map(range(250, 300)).values, data[..., 250:300].sum(axis=-1))


def test_a_profile_without_the_background_is_of_the_edge_alone(look):
    data, edge = spectra_with_an_edge()
    made = look(data[0], Axis("x", 6, **NM), LOSSES)
    assert made.subject.kind is Kind.LINES
    found = made.profile(range(250, 300), range(60, 180))
    assert np.allclose(found.values, edge[0], atol=0.002 * data[0, :, 250:300].sum(axis=-1).max())


def test_places_without_counts_have_the_exponent_of_all_and_are_told(look):
    data, _ = spectra_with_an_edge()
    data[1, 2] = 0
    made = look(data, Axis("y", 5, **NM), Axis("x", 6, **NM), LOSSES)
    flat = made.map(range(250, 300), background=range(60, 180))
    assert flat.values[1, 2] == 0
    assert "1 of 30 places have too few counts" in flat.remark


def of_losses(look, data):
    return look(data, Axis("y", 5, **NM), Axis("x", 6, **NM), LOSSES)


@pytest.mark.parametrize("counts", [0.0, -2.0, np.nan])
@pytest.mark.parametrize("part", [range(60, 180), range(115, 180)])
def test_where_no_place_can_be_fitted_sums_are_plain_and_it_is_told(look, counts, part):
    data, _ = spectra_with_an_edge()
    data[..., part.start : part.stop] = counts
    signal = data[..., 250:300].sum(axis=-1)
    flat = of_losses(look, data).map(range(250, 300), background=range(60, 180))
    assert np.allclose(flat.values, signal)
    assert flat.remark == UNFITTED
    profile = look(data[0], Axis("x", 6, **NM), LOSSES).profile(range(250, 300), range(60, 180))
    assert np.allclose(profile.values, signal[0])
    assert profile.remark == UNFITTED


def test_counts_below_0_at_one_place_leave_the_other_places_their_background(look):
    data, edge = spectra_with_an_edge()
    data[1, 2, 60:180] = -1e9
    flat = of_losses(look, data).map(range(250, 300), background=range(60, 180))
    fitted = np.arange(30).reshape(5, 6) != 8
    off = 0.002 * data[..., 250:300].sum(axis=-1).max()
    assert np.allclose(flat.values[fitted], edge[fitted], atol=off)
    assert np.isfinite(flat.values).all()
    assert "1 of 30 places have too few counts" in flat.remark
    assert flat.remark.endswith("the exponent of the others.")


def test_a_map_without_the_background_reads_no_more_than_it_may(look, monkeypatch):
    data, edge = spectra_with_an_edge()
    large = np.tile(data, (8, 8, 1))
    monkeypatch.setattr(looks, "QUICK", large.nbytes // 5)
    made = look(large, Axis("y", 40, **NM), Axis("x", 48, **NM), LOSSES)
    flat = made.map(range(250, 300), background=range(60, 180))
    assert "Sampled" in flat.remark
    assert flat.values.size < large.shape[0] * large.shape[1] / 2
    assert flat.values.max() <= edge.max() * 1.02


def test_a_spectrums_background_follows_it_up_to_the_edge(look):
    data, _ = spectra_with_an_edge()
    made = look(data, Axis("y", 5, **NM), Axis("x", 6, **NM), LOSSES)
    curve = made.spectrum({0: range(2, 3), 1: range(3, 4)})
    below = background_of(curve, range(60, 180))
    assert below.exponent == pytest.approx(np.linspace(2.5, 4.0, 30)[15], abs=1e-3)
    assert np.allclose(below.values[:140], curve.values[60:200], rtol=2e-3)
    assert below.left[-50:] == pytest.approx(15.0, abs=0.5)
    assert below.channels == range(60, 400)
    assert background_of(replace(curve, values=np.zeros(400)), range(60, 180)) is None
