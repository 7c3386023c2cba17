"""What is in the files is what physics puts there: found again as a microscopist would."""

from __future__ import annotations

import numpy as np
import pytest

from emfair.simulate.physics import electrons, ice, surface, xray
from emfair.simulate.physics.diffraction import Camera
from emfair.simulate.physics.elements import elements
from emfair.simulate.physics.lattice import GRID, Raster, cell_table, scanned
from emfair.simulate.physics.specimens import specimens
from emfair.vendor.read import read_signals

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:The NestedDirectoryStore:FutureWarning"),
]


def array(one) -> np.ndarray:
    (signal,) = read_signals(one.primary)
    return np.asarray(signal.data)


# Reimer and Kohl, Transmission Electron Microscopy (2008), table 2.2, pm
@pytest.mark.parametrize(
    ("kilovolt", "picometre"), [(60, 4.866), (100, 3.701), (200, 2.508), (300, 1.969)]
)
def test_the_wavelength_is_relativistic(kilovolt, picometre):
    assert electrons.wavelength(kilovolt * 1e3) == pytest.approx(picometre * 1e-12, rel=1e-3)


def test_a_current_brings_its_electrons():
    assert electrons.electrons(1e-12, 1.0) == pytest.approx(6_241_509, rel=1e-6)
    assert electrons.dose(1e-12, 1.0, 1e-18) == pytest.approx(6.2415e24, rel=1e-4)


def test_planes_deflect_by_braggs_law():
    # Si (220), 192.0 pm, at 200 kV: 13.06 mrad
    assert electrons.bragg_angle(200e3, 192.0e-12) == pytest.approx(13.06e-3, rel=1e-3)


def peak_near(power: np.ndarray, row: float, column: float, reach: int = 3) -> tuple[int, int]:
    """Return the brightest pixel within `reach` of where one is expected."""
    top, left = round(row) - reach, round(column) - reach
    rows = np.arange(top, top + 2 * reach + 1) % power.shape[0]
    columns = np.arange(left, left + 2 * reach + 1) % power.shape[1]
    part = power[np.ix_(rows, columns)]
    down, across = np.unravel_index(part.argmax(), part.shape)
    return top + int(down), left + int(across)


@pytest.mark.parametrize("which", ["tem/ncem/002", "tem/tiff/003"])
def test_a_lattices_spacing_is_found_in_the_transform(made, which):
    one = made.one(which)
    picture = array(one).astype(float)
    picture = picture[0] if picture.ndim == 3 else picture
    step = one.acquisition.axes[-1].scale * 1e-9
    power = np.abs(np.fft.fft2(picture - picture.mean())) ** 2
    field = step * picture.shape[0]
    true = one.acquisition.physics
    column, row = field / true["spacing_x"], field / true["spacing_y"]
    found = peak_near(power, row, column)
    assert abs(found[0] - row) <= 1
    assert abs(found[1] - column) <= 1
    assert power[found] > 50 * np.median(power)


def test_frames_drift_as_far_as_the_stage(made):
    one = made.one("tem/ncem/002")
    frames = array(one).astype(float)
    true = one.acquisition
    seconds = true.physics["frame_time"] * (len(frames) - 1)
    turned = [
        np.angle(wave(frames[-1], one, *g) / wave(frames[0], one, *g)) for g in ((1, 1), (1, -1))
    ]
    found_x = sum(turned) / (4 * np.pi) * true.physics["spacing_x"] / seconds
    found_y = (turned[0] - turned[1]) / (4 * np.pi) * true.physics["spacing_y"] / seconds
    assert found_x == pytest.approx(true.physics["drift_x"], rel=0.15)
    assert found_y == pytest.approx(true.physics["drift_y"], rel=0.15)


def wave(picture: np.ndarray, one, h: int, k: int) -> complex:
    """Return amplitude and phase of one spatial frequency of the lattice."""
    true, axis = one.acquisition.physics, one.acquisition.axes[-1]
    place = np.arange(axis.size) * axis.scale * 1e-9
    across = np.exp(-2j * np.pi * h * place / true["spacing_x"])
    down = np.exp(-2j * np.pi * k * place / true["spacing_y"])
    return complex(down @ (picture - picture.mean()) @ across)


def test_a_beam_lags_where_a_line_begins():
    silicon = specimens()["Si"]
    table = cell_table(silicon, 30e-12)
    still = Raster(2e-11, 1e-6, 64)
    lagging = Raster(2e-11, 1e-6, 64, lag=20e-11)
    noise = [np.random.default_rng(1) for _ in "ab"]
    straight, swung = (
        scanned(table, silicon, raster, range(8), began=0.0, noise=one)
        for raster, one in zip((still, lagging), noise, strict=True)
    )
    assert not np.allclose(straight[:, :8], swung[:, :8])


def test_bright_columns_are_the_heavy_ones():
    table = cell_table(specimens()["SrTiO3"], 30e-12)
    half = GRID // 2
    assert table[0, 0] > table[half, half] > table[0, half] * 1.2


def test_the_noise_is_poissons(made):
    picture = array(made.one("sem/tiff/001")).astype(float)
    carbon = surface.CARBON * made.one("sem/tiff/001").acquisition.physics["electrons_per_pixel"]
    flat = picture[picture < carbon + 6 * np.sqrt(carbon)]  # gold is brighter by far
    assert flat.mean() == pytest.approx(carbon, rel=0.02)
    assert flat.var() == pytest.approx(flat.mean(), rel=0.05)


def test_photons_are_drawn_as_poisson_would_draw_each_channel():
    chances = np.array([0.5, 0.3, 0.2])
    noise = np.random.default_rng(3)
    photons = noise.poisson(40, 20_000)
    counts = xray.counted(np.cumsum(chances), photons, noise.random(int(photons.sum())))
    assert np.array_equal(counts.sum(axis=1), photons)
    assert counts.mean(axis=0) == pytest.approx(40 * chances, rel=0.02)
    assert counts.var(axis=0) == pytest.approx(40 * chances, rel=0.05)
    assert abs(np.corrcoef(counts[:, 0], counts[:, 1])[0, 1]) < 0.03


def spectrum_of(one) -> tuple[np.ndarray, np.ndarray]:
    axis = one.acquisition.axes[-1]
    counts = array(one).astype(float).reshape(-1, axis.size).sum(axis=0)
    return axis.offset + axis.scale * np.arange(axis.size), counts


def peak(energies: np.ndarray, counts: np.ndarray, energy: float) -> tuple[float, float]:
    """Return centre and full width at half maximum of a line, by moments above its foot."""
    half = 1.3 * float(xray.width(energy, 0.129))
    near = np.abs(energies - energy) < half
    x, y = energies[near], counts[near]
    y = np.clip(y - np.linspace(y[:3].mean(), y[-3:].mean(), y.size), 0, None)
    assert y.sum() > 100  # photons
    centre = (x * y).sum() / y.sum()
    return centre, 2.355 * np.sqrt(((x - centre) ** 2 * y).sum() / y.sum())


@pytest.mark.parametrize(
    ("which", "line"),
    [
        ("tem/msa/008", "Ti Ka"),
        ("tem/msa/008", "O Ka"),
        ("tem/msa/008", "Sr Ka"),
        ("tem/zspy/006", "Si Ka"),
        ("tem/ripple/007", "Ga Ka"),
        ("sem/msa/004", "Au Ma"),
        ("sem/msa/004", "C Ka"),
        ("sem/ripple/005", "Fe Ka"),
    ],
)
def test_lines_stand_at_their_energies(made, which, line):
    one = made.one(which)
    symbol, name = line.split()
    energy = elements()[symbol].lines[name]
    centre, _ = peak(*spectrum_of(one), energy)
    assert centre == pytest.approx(energy, abs=one.acquisition.axes[-1].scale)


def test_a_line_is_as_wide_as_the_detector_makes_it(made):
    _, width = peak(*spectrum_of(made.one("tem/msa/008")), 4.51084)
    assert width == pytest.approx(0.115, rel=0.1)  # 129 eV at Mn Kα


def test_resolution_is_stated_at_manganese():
    assert xray.width(5.895, 0.129) == pytest.approx(0.129)


def test_nothing_is_brighter_than_the_beam(made):
    energies, counts = spectrum_of(made.one("sem/msa/004"))
    assert counts[energies > 15.0].sum() == 0
    assert counts[(energies > 12.5) & (energies < 14.5)].sum() > 0


def test_lines_that_the_beam_cannot_excite_are_missing():
    assert "Fe Ka" not in xray.lines({"Fe": 1}, 5.0)
    assert "Fe La" in xray.lines({"Fe": 1}, 5.0)


def test_the_zero_loss_stands_at_zero_and_the_plasmon_where_the_material_has_it(made):
    one = made.one("tem/msa/004")
    energies, counts = spectrum_of(one)
    assert abs(energies[counts.argmax()]) <= 0.25
    plasmon = energies > 15
    smooth = np.convolve(counts, np.ones(9) / 9, "same")
    assert energies[plasmon][smooth[plasmon].argmax()] == pytest.approx(30.0, abs=1.5)


def test_the_thickness_follows_from_the_log_ratio(made):
    one = made.one("tem/msa/004")
    energies, counts = spectrum_of(one)
    ratio = np.log(counts.sum() / counts[np.abs(energies) < 3].sum())
    found = ratio * specimens()["SrTiO3"].free_path
    assert found == pytest.approx(one.acquisition.number("thickness"), rel=0.1)


@pytest.mark.parametrize(("symbol", "edge"), [("Ti", "L3"), ("O", "K")])
def test_edges_rise_on_a_falling_power_law(made, symbol, edge):
    energies, counts = spectrum_of(made.one("tem/hspy/005"))
    onset = elements()[symbol].edges[edge]
    before = (energies > onset - 45) & (energies < onset - 6)
    after = (energies > onset + 1) & (energies < onset + 5)
    power, scale = np.polyfit(np.log(energies[before]), np.log(counts[before]), 1)
    expected = np.exp(scale) * energies[after] ** power
    assert -4.5 < power < -2.0
    assert counts[after].sum() > 1.1 * expected.sum()


def disc(pattern: np.ndarray, row: float, column: float, radius: float) -> tuple[float, float]:
    """Return the centroid of what is around an expected place, in pixels."""
    down, across = np.indices(pattern.shape)
    weight = pattern * (np.hypot(down - row, across - column) <= radius)
    return (down * weight).sum() / weight.sum(), (across * weight).sum() / weight.sum()


@pytest.mark.parametrize(("side", "strain"), [(slice(0, 3), 0.0), (slice(9, 12), 0.02)])
def test_discs_stand_where_lattice_and_voltage_put_them(made, side, strain):
    one = made.one("tem/hspy/010")
    true = one.acquisition
    pattern = array(one)[:, side].astype(float).mean(axis=(0, 1))
    middle = (pattern.shape[0] - 1) / 2
    pixel = true.axes[-1].scale * 1e9  # 1/m
    away = 2 / (true.physics["spacing_x"] * (1 + strain)) / pixel
    left, right = (disc(pattern, middle, middle + way * away, 4.5)[1] for way in (-1, 1))
    assert (right - left) / 2 == pytest.approx(away, abs=0.06)
    if strain:  # and not where the unstrained ones are
        assert (right - left) / 2 < 2 / true.physics["spacing_x"] / pixel - 0.2


def test_a_precession_camera_sees_silicon(made):
    one = made.one("tem/blockfile/009")
    true = one.acquisition
    patterns = array(one)
    assert patterns.max() < 255  # of 8 bits
    pattern = patterns[:, :3].astype(float).mean(axis=(0, 1))
    camera = Camera(64, true.physics["camera_pitch"], true.number("camera_length"))
    away = electrons.bragg_angle(300e3, true.physics["spacing_x"] / 2) / camera.angle  # (004)/2
    rows = electrons.bragg_angle(300e3, true.physics["spacing_y"] / 2) / camera.angle
    middle = 31.5
    place = disc(pattern, middle + rows, middle + away, 2.5)
    assert place == pytest.approx((middle + rows, middle + away), abs=0.4)


def test_reflections_that_silicon_forbids_are_absent():
    silicon = specimens()["Si"]
    assert silicon.structure_factor(1, 0) == pytest.approx(0, abs=1e-9)
    assert silicon.structure_factor(2, 0) == pytest.approx(0, abs=1e-9)
    assert silicon.structure_factor(1, 1) > 1


def test_ice_takes_more_electrons_the_steeper_it_stands(made):
    one = made.one("tilt/mrc/001")
    means = array(one).astype(float).mean(axis=(1, 2))
    true = one.acquisition
    through = true.physics["thickness"] / np.cos([tilt for tilt, _ in true.series])
    expected = true.physics["electrons_per_pixel"] * np.exp(-through / true.physics["free_path"])
    assert means == pytest.approx(expected, rel=0.03)


def test_thon_rings_vanish_where_the_defocus_says(made):
    one = made.one("tilt/mrc/001")
    true = one.acquisition
    pictures = array(one).astype(float)
    size, step = pictures.shape[-1], true.axes[-1].scale * 1e-9
    frequency = np.hypot(np.fft.fftfreq(size, step)[:, None], np.fft.fftfreq(size, step))
    power = (np.abs(np.fft.fft2(pictures)) ** 2).mean(axis=0)
    rings = ice.transfer(frequency, true.number("acceleration_voltage"), true.number("defocus"))
    inside = (frequency > 2e8) & (frequency < 7e8)
    dark = power[inside & (np.abs(rings) < 0.1)].mean()
    bright = power[inside & (np.abs(rings) > 0.8)].mean()
    assert bright > 1.5 * dark
    first = 1 / np.sqrt(electrons.wavelength(300e3) * 4e-6)  # without aberration and absorption
    ring = np.abs(frequency - first) < 1.2e7
    assert power[ring].mean() < 0.7 * bright
