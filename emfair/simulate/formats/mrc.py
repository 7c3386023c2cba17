"""MRC2014 with SerialEM's ``.mdoc`` beside it: a tilt series that grows by a picture at a time.

https://www.ccpem.ac.uk/mrc-format/mrc2014/; SerialEM's help, "Image metadata (.mdoc) file". The
header is written anew after each picture, so that the file may be read at any moment.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from math import degrees

import numpy as np

from emfair.simulate.acquisition import Acquisition
from emfair.simulate.formats.months import MONTHS
from emfair.simulate.output import Output

TOLD = frozenset(
    {"acceleration_voltage", "magnification", "defocus", "acquisition_time", "tilt_alpha"}
    | {"stage_x", "stage_y", "stage_z"}
)
_MODES = {"<i2": 1, "<f4": 2, "<u2": 6}
_HEADER = np.dtype(
    {
        "names": [
            "size", "mode", "start", "grid", "cell", "angles", "order", "stats", "version",
            "map", "stamp", "rms", "labels", "label",
        ],
        "formats": [
            "(3,)<i4", "<i4", "(3,)<i4", "(3,)<i4", "(3,)<f4", "(3,)<f4", "(3,)<i4", "(3,)<f4",
            "<i4", "S4", "V4", "<f4", "<i4", "S80",
        ],
        "offsets": [0, 12, 16, 28, 40, 52, 64, 76, 108, 208, 212, 216, 220, 224],
        "itemsize": 1024,
    }
)  # fmt: skip


def write(acquisition: Acquisition, output: Output) -> Generator[float]:
    """Write a series of pictures, and its description."""
    name = f"{acquisition.name}.mrc"
    path, beside = output.new(name), output.new(f"{name}.mdoc")
    beside.write_bytes(_general(acquisition, name).encode())
    low, high, total = np.inf, -np.inf, 0.0
    with path.open("wb") as file, beside.open("ab") as description:
        for number, piece in enumerate(acquisition.pieces(), 1):
            low, high = min(low, piece.min()), max(high, piece.max())
            total += float(piece.mean())
            file.seek(0)
            file.write(_header(acquisition, number, (low, high, total / number)))
            file.seek(0, 2)
            file.write(piece.tobytes())
            file.flush()
            description.write(_section(acquisition, number - 1).encode())
            description.flush()
            yield number / acquisition.shape[0]


def _header(acquisition: Acquisition, pictures: int, stats: tuple[float, float, float]) -> bytes:
    """Return 1024 bytes for so many pictures; the cell is in Å."""
    _, rows, columns = acquisition.shape
    pixel = acquisition.axes[-1].scale * 10
    header = np.zeros((), _HEADER)
    header["size"] = header["grid"] = (columns, rows, pictures)
    header["mode"] = _MODES[acquisition.dtype.str]
    header["cell"] = (columns * pixel, rows * pixel, pictures * pixel)
    header["angles"] = 90
    header["order"] = (1, 2, 3)
    header["stats"] = stats
    header["rms"] = -1
    header["version"] = 20140
    header["map"], header["stamp"] = b"MAP ", b"DD\0\0"
    header["labels"], header["label"] = 1, b"emfair simulate: a synthetic tilt series".ljust(80)
    return header.tobytes()


def _general(acquisition: Acquisition, name: str) -> str:
    _, rows, columns = acquisition.shape
    lines = {
        "PixelSpacing": f"{acquisition.axes[-1].scale * 10:g}",
        "Voltage": f"{acquisition.number('acceleration_voltage') / 1e3:g}",
        "ImageFile": name,
        "ImageSize": f"{columns} {rows}",
        "DataMode": _MODES[acquisition.dtype.str],
    }
    return _lines(lines) + "\r\n[T = emfair simulate: a synthetic tilt series]\r\n\r\n"


def _section(acquisition: Acquisition, number: int) -> str:
    tilt, since = acquisition.series[number]
    moment = acquisition.start + timedelta(seconds=since)
    micrometre = {key: acquisition.number(key) * 1e6 for key in ("stage_x", "stage_y", "stage_z")}
    lines = {
        "TiltAngle": f"{degrees(tilt):.4f}",
        "StagePosition": f"{micrometre['stage_x']:.3f} {micrometre['stage_y']:.3f}",
        "StageZ": f"{micrometre['stage_z']:.3f}",
        "Magnification": f"{acquisition.number('magnification'):.0f}",
        "ExposureDose": f"{acquisition.physics['dose_per_m2'] * 1e-20:g}",
        "PixelSpacing": f"{acquisition.axes[-1].scale * 10:g}",
        "Defocus": f"{acquisition.number('defocus') * 1e6:g}",
        "ExposureTime": f"{acquisition.number('acquisition_time'):g}",
        "CountsPerElectron": 1,
        "DateTime": f"{moment:%d}-{MONTHS[moment.month - 1]}-{moment:%Y  %H:%M:%S}",
    }
    return f"[ZValue = {number}]\r\n{_lines(lines)}\r\n"


def _lines(values: dict[str, object]) -> str:
    return "".join(f"{name} = {value}\r\n" for name, value in values.items())
