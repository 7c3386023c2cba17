"""FEI's extended header of a real EPU file, and SerialEM's description beside a file."""

from pathlib import Path

import pytest

from bench.corpus.archives import ARCHIVES
from emfair.demo.corpus import fetch
from emfair.nxem.keys import keys
from emfair.vendor.mapping import vendor_facts
from emfair.vendor.mrc_more import more_tags
from emfair.vendor.signal import Axis, Signal

SI = {key.key: key.unit for key in keys().values() if key.kind == "number"}
MDOC = """PixelSpacing = 5.4
Voltage = 300
ImageFile = tilts.mrc

[T = SerialEM: Digitized on Titan]

[ZValue = 0]
TiltAngle = -60.02
StagePosition = 12.5 -340.1
StageZ = -8.25
Magnification = 33000
Defocus = -4.5
ExposureTime = 0.8
DateTime = 02-Nov-20  17:36:05

[ZValue = 1]
TiltAngle = -57.01
"""


@pytest.fixture(scope="module")
def folder() -> Path:
    """Return the folder of mrcfile's own test files."""
    return fetch(next(a for a in ARCHIVES if a.requirement.startswith("mrcfile")))


@pytest.fixture(scope="module")
def epu(folder: Path) -> Path:
    """Return a picture of EPU 2.9, with a header of version 2."""
    return folder / "epu2.9_example.mrc"


def _numbers(path: Path) -> dict[str, float | str | None]:
    signal = Signal(0, "", "MRC", None, (Axis("x", 1),), {}, more_tags(path))
    return {
        fact.key: fact.value_text if fact.value_num is None else fact.value_num
        for fact in vendor_facts(signal, SI)
    }


def test_an_epu_picture_tells_its_microscope(epu):
    """By hand from the file's bytes: tilts in degrees, all else in SI."""
    assert _numbers(epu) == {
        "acceleration_voltage": 300_000,
        "magnification": 120_000,
        "defocus": 1.815154498012938e-06,
        "acquisition_time": 12.207756,
        "tilt_alpha": pytest.approx(-0.000206928945, rel=1e-6),
        "tilt_beta": pytest.approx(0.0181675325, rel=1e-6),
        "stage_x": -0.0006407945299999998,
        "stage_y": -0.00072259724,
        "stage_z": 7.974611902240004e-05,
        "detector": "BM-Falcon",
        "instrument_name": "TITAN52337720",
        "serial_number": "3772",
        "software": "EPU",
        "software_version": "2.9.0.1519",
        "vendor": "Thermo Fisher Scientific",
    }


def test_the_first_version_of_the_header_is_read_too(folder):
    found = _numbers(folder / "fei-extended.mrc")
    assert found["magnification"] == 165_000
    assert found["acquisition_time"] == 10
    assert found["stage_z"] == 9.063311739200005e-05
    assert (found["software"], found["software_version"]) == ("Fei EPU", "1.2.0.16")


@pytest.mark.parametrize("kept", [0, 50, 1023, 1024, 1791])
def test_a_file_cut_in_its_header_tells_nothing_more(epu, tmp_path, kept):
    cut = tmp_path / "cut.mrc"
    cut.write_bytes(epu.read_bytes()[:kept])
    assert more_tags(cut) == {}


@pytest.mark.parametrize(
    ("at", "to"),
    [(104, b"SERI"), (92, b"\0\0\0\0"), (92, b"\xff\xff\xff\xff"), (1024, b"\x01\0\0\0")],
)
def test_a_header_that_is_not_feis_is_left_alone(epu, tmp_path, at, to):
    head = bytearray(epu.read_bytes()[:4096])
    head[at : at + 4] = to
    other = tmp_path / "other.mrc"
    other.write_bytes(head)
    assert more_tags(other) == {}


@pytest.mark.parametrize("name", ["tilts.mrc.mdoc", "tilts.mdoc"])
def test_serialems_description_is_that_of_the_first_picture(tmp_path, name):
    (tmp_path / "tilts.mrc").write_bytes(b"\0" * 1024)
    (tmp_path / name).write_text(MDOC, encoding="utf-8")
    found = _numbers(tmp_path / "tilts.mrc")
    assert found == {
        "acceleration_voltage": 300_000,
        "magnification": 33_000,
        "defocus": pytest.approx(-4.5e-6),
        "acquisition_time": 0.8,
        "tilt_alpha": pytest.approx(-1.047546617),
        "stage_x": pytest.approx(12.5e-6),
        "stage_y": pytest.approx(-340.1e-6),
        "stage_z": pytest.approx(-8.25e-6),
        "start_time": "02-Nov-20  17:36:05",
        "software": "SerialEM",
    }


def test_a_description_of_another_kind_tells_nothing(tmp_path):
    (tmp_path / "tilts.mrc").write_bytes(b"\0" * 1024)
    (tmp_path / "tilts.mdoc").write_bytes(b"\xff\xfe\x00 no lines with an equals sign")
    assert more_tags(tmp_path / "tilts.mrc") == {}
