"""Real vendors' files, looked into, compared with what their readers deliver."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from emfair.errors import NotFound
from emfair.lake import layout
from emfair.model.annotations import Annotations
from emfair.nxem.convert import convert_file
from emfair.nxem.dossier import Dossier, Source
from emfair.nxem.shape import shape_of
from emfair.service.looks import Contrast, Detector, Kind, drawn, found_beam, look_at, presets
from emfair.simulate.physics.electrons import wavelength
from emfair.simulate.run import Wish, simulate
from emfair.vendor.read import read_signals

FILES = {
    "dm3_2D_data/test_diffraction_pattern.dm3": Kind.PICTURE,
    "dm3_1D_data/test-EELS_spectrum.dm3": Kind.CURVE,
    "dm4_3D_data/EELS_SI.dm4": Kind.SPECTRA,
    "bruker_data/test_TEM.bcf": Kind.SPECTRA,
    "emd_files/fei_example_tem_stack.emd": Kind.STACK,
    "dm3_3D_data/test-3.dm3": Kind.STACK,
    "blockfile_data/test1.blo": Kind.SCAN,
    "blockfile_data/test2.blo": Kind.SCAN,
}


def converted(granted, path: Path, folder: Path, wanted: Kind):
    """Convert a file into the lake; return the signals and looks of the wanted kind."""
    dossier = Dossier(Source(path.name, "0" * 64), Annotations(), "e-1", {"emfair": "0.1"})
    signals = {signal.index: signal for signal in read_signals(path)}
    for written in convert_file(path, dossier, folder).written:
        one = written.measurement
        key = layout.container(granted.row.place, one.measurement)
        with suppress(NotFound):
            granted.access.services.lake.delete(key)
        granted.access.services.lake.put_bytes(key, written.path.read_bytes())
        look = look_at(granted, one)
        if look.subject.kind is wanted:
            signal = signals[one.signal_index]
            yield np.asarray(shape_of(signal).arranged(signal.data)), look


@pytest.mark.parametrize("file", FILES)
def test_what_is_seen_is_what_the_reader_delivers(granted, corpus, tmp_path, file):
    found = list(converted(granted, corpus / file, tmp_path, FILES[file]))
    assert found
    for data, look in found:
        CHECKS[look.subject.kind](data, look)


def test_a_simulated_beam_is_found_as_large_as_it_was_made(granted, tmp_path):
    start = datetime(2026, 1, 22, 9, tzinfo=UTC)
    list(simulate(Wish("tem", start), tmp_path / "session"))
    (path,) = (tmp_path / "session").glob("*4D-STEM.hspy")
    ((data, look),) = converted(granted, path, tmp_path, Kind.SCAN)
    check_scan(data, look)
    beam, camera = look.beam(), look.subject.shape.axes[3]
    assert (beam.row, beam.column) == pytest.approx((31.5, 31.5), abs=0.3)
    wave_number = 1.5e-3 / wavelength(300e3) * 1e-9  # the convergence angle, as 1/nm
    assert camera.unit == "1/nm"
    assert beam.radius * camera.scale == pytest.approx(wave_number, abs=camera.scale / 2)


def test_in_real_noise_no_beam_is_found_and_detectors_begin_around_the_middle(
    granted, corpus, tmp_path
):
    path = corpus / "FEI_new/16x16-diffraction_imagel_5x5x256x256_EDS.emi"
    (data, look), *_ = converted(granted, path, tmp_path, Kind.SCAN)
    check_scan(data, look)
    assert look.beam() is None
    bright = presets(look.beam(), *data.shape[2:])["BF"]
    assert (bright.row, bright.column, bright.outer) == (127.5, 127.5, 32.5)


def check_picture(data, look):
    flat = look.frame()
    assert np.array_equal(flat.values, data, equal_nan=True)
    assert drawn(flat, Contrast()).png.startswith(b"\x89PNG")


def check_curve(data, look):
    assert np.array_equal(look.curve().values, data.reshape(-1))


def check_stack(data, look):
    for place in (0, len(data) - 1):
        at = (place, *(0 for _ in look.subject.leading[1:]))
        assert np.array_equal(look.frame(at).values, data[at])


def check_spectra(data, look):
    spectral = look.subject.spectral
    whole = np.moveaxis(data, spectral, -1).astype("f8")
    assert np.allclose(look.map(range(3, 40)).values, whole[..., 3:40].sum(axis=-1))
    assert np.allclose(look.spectrum({}).values, whole.sum(axis=(0, 1)))
    rows, columns = look.subject.map
    one = look.spectrum({rows: range(1, 2), columns: range(1)})
    assert np.allclose(one.values, whole[1, 0])


def check_scan(data, look):
    mean = look.mean_pattern()
    assert np.allclose(mean.values, data.mean(axis=(0, 1), dtype="f8"), rtol=1e-6)
    assert np.array_equal(look.pattern(1, 0).values, data[1, 0])
    rows, columns = data.shape[2:]
    for detector in presets(found_beam(mean.values), rows, columns).values():
        inside = detector.inside(rows, columns)
        expected = data[:, :, inside].sum(axis=2, dtype="f8")
        assert np.allclose(look.virtual_image(detector).values, expected, rtol=1e-9)
    nothing = look.virtual_image(Detector(-900, -900, 0, 1))
    assert (nothing.values == 0).all()


CHECKS = {
    Kind.PICTURE: check_picture,
    Kind.CURVE: check_curve,
    Kind.STACK: check_stack,
    Kind.SPECTRA: check_spectra,
    Kind.SCAN: check_scan,
}
