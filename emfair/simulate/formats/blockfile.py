"""NanoMEGAS' blocks (``.blo``): precession patterns, one after the other, of 8 bits a pixel.

Laid out as RosettaSciIO reads them: a header, the virtual bright field, then each pattern behind
its number. The bright field is known last, and written last.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime

import numpy as np

from emfair.simulate.acquisition import Acquisition
from emfair.simulate.output import Output

TOLD = frozenset({"acceleration_voltage"})
FIRST = 0x1000
"""Where the bright field begins."""
_HEADER = np.dtype(
    [
        ("id", "S6"), ("magic", "<u2"), ("bright_field", "<u4"), ("patterns", "<u4"),
        ("flags", "<u4"), ("camera_pixels", "<u2"), ("camera_rotation", "<u2"), ("nx", "<u2"),
        ("ny", "<u2"), ("scan_rotation", "<u2"), ("step_x", "<f8"), ("step_y", "<f8"),
        ("volt", "<u4"), ("pixels_per_metre", "<u2"), ("camera_length", "<u4"), ("day", "<f8"),
        ("distortions", "<f8", 22),
    ]
)  # fmt: skip
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)


def write(acquisition: Acquisition, output: Output) -> Generator[float]:
    """Write a scan of patterns."""
    rows, columns, side, _ = acquisition.shape
    begin = FIRST + rows * columns
    begin += begin % 16
    block = np.dtype([("magic", "<u2"), ("number", "<u4"), ("pattern", "u1", (side, side))])
    bright = np.zeros((rows, columns))
    done = 0
    with output.new(f"{acquisition.name}.blo").open("wb") as file:
        file.write(_header(acquisition, begin))
        file.write(bytes(begin - file.tell()))
        for piece in acquisition.pieces():
            flat = piece.reshape(-1, side, side)
            blocks = np.zeros(len(flat), block)
            blocks["magic"] = 0x55AA
            blocks["number"] = np.arange(done, done + len(flat))
            blocks["pattern"] = flat
            file.write(blocks.tobytes())
            file.flush()
            middle = flat[:, side * 3 // 8 : side * 5 // 8, side * 3 // 8 : side * 5 // 8]
            bright.flat[done : done + len(flat)] = middle.sum(axis=(1, 2))
            done += len(flat)
            yield done / (rows * columns)
        file.seek(FIRST)
        file.write((bright * (255 / max(bright.max(), 1))).astype("u1").tobytes())
        yield 1.0


def _header(acquisition: Acquisition, begin: int) -> bytes:
    """Return the header; steps are in nm, the camera's pixels per metre, its length in mm × 10."""
    y, x, ky, _ = acquisition.axes
    header = np.zeros((), _HEADER)
    header["id"], header["magic"], header["flags"] = b"IMGBLO", 0x0102, 131141
    header["bright_field"], header["patterns"] = FIRST, begin
    header["camera_pixels"], header["nx"], header["ny"] = ky.size, x.size, y.size
    header["step_x"], header["step_y"] = x.scale, y.scale
    header["volt"] = round(acquisition.number("acceleration_voltage"))
    header["pixels_per_metre"] = round(1 / acquisition.physics["camera_pitch"])
    header["camera_length"] = round(acquisition.number("camera_length") * 1e4)
    header["day"] = (acquisition.start - _DAY_ZERO).total_seconds() / 86400
    return header.tobytes()
