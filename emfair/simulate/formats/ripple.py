"""Lispix' ripple: ``.raw`` grows, and the ``.rpl`` that describes it comes after it.

https://www.nist.gov/services-resources/software/lispix, with HyperSpy's keys for calibrated axes.
"""

from __future__ import annotations

from collections.abc import Generator

from emfair.simulate.acquisition import Acquisition
from emfair.simulate.output import Output

TOLD = frozenset({"acceleration_voltage", "acquisition_time"})


def write(acquisition: Acquisition, output: Output) -> Generator[float]:
    """Write a map of spectra."""
    with output.new(f"{acquisition.name}.raw").open("wb") as raw:
        for piece in acquisition.pieces():
            raw.write(piece.tobytes())
            raw.flush()
            yield raw.tell() / acquisition.size
    keys = sorted(_keys(acquisition).items())
    lines = "".join(f"{key}\t{value}\r\n" for key, value in [("key", "value"), *keys])
    output.new(f"{acquisition.name}.rpl").write_bytes(lines.encode("latin-1", "replace"))
    yield 1.0


def _keys(acquisition: Acquisition) -> dict[str, object]:
    height, width, depth = acquisition.axes
    keys: dict[str, object] = {
        "data-length": acquisition.dtype.itemsize,
        "data-type": "unsigned",
        "byte-order": "little-endian",
        "record-by": "vector",
        "offset": 0,
        "ev-per-chan": round(depth.scale * 1e3, 6),
        "signal": acquisition.signal_type,
        "title": acquisition.name,
        "date": acquisition.start.strftime("%Y-%m-%d"),
        "time": acquisition.start.strftime("%H:%M:%S"),
        "beam-energy": acquisition.number("acceleration_voltage") / 1e3,
        "live-time": acquisition.number("acquisition_time"),
        "detector-peak-width-ev": acquisition.physics["resolution_MnKa"] * 1e3,
    }
    for name, axis in {"height": height, "width": width, "depth": depth}.items():
        keys[name] = axis.size
        keys |= {
            f"{name}-name": axis.name,
            f"{name}-scale": axis.scale,
            f"{name}-origin": axis.offset,
            f"{name}-units": axis.unit,
        }
    return keys
