"""TIFF with FEI's private tag 34682: what an xT microscope server saves after a scan.

The tag holds an INI text in SI units, as ``emfair/vendor/tables/tiff_fei.yaml``
reads it. The file arrives in pieces under a temporary name.
"""

from __future__ import annotations

from collections.abc import Generator
from io import BytesIO

import numpy as np
import tifffile

from emfair.simulate.acquisition import Acquisition
from emfair.simulate.output import Output

TAG = 34682
PIECE = 1 << 20
_PLACES = {
    "EBeam": {
        "HV": "acceleration_voltage",
        "BeamCurrent": "beam_current",
        "WD": "working_distance",
    },
    "EScan": {"Dwell": "dwell_time", "HorFieldsize": "field_of_view"},
    "Stage": {"StageX": "stage_x", "StageY": "stage_y", "StageZ": "stage_z"},
    "Detectors": {"Name": "detector"},
}
TOLD = frozenset(key for places in _PLACES.values() for key in places.values())


def write(acquisition: Acquisition, output: Output) -> Generator[float]:
    """Write one picture."""
    whole = BytesIO()
    tifffile.imwrite(
        whole,
        np.concatenate(list(acquisition.pieces())),
        photometric="minisblack",
        metadata=None,
        software=False,
        datetime=acquisition.end,
        extratags=[(TAG, "s", 0, _text(acquisition), True)],
    )
    name = f"{acquisition.name}.tif"
    path = output.new(f"{name}.downloading")
    content = whole.getbuffer()
    with path.open("wb") as file:
        for begin in range(0, len(content), PIECE):
            file.write(content[begin : begin + PIECE])
            file.flush()
            yield file.tell() / len(content)
    output.rename(path, name)


def _text(acquisition: Acquisition) -> str:
    """Return the tag's INI text."""
    done = acquisition.end
    rows, columns = acquisition.shape
    y, x = (axis.scale * 1e-9 for axis in acquisition.axes)
    sections: dict[str, dict[str, object]] = {
        "User": {
            "Date": done.strftime("%m/%d/%Y"),
            "Time": done.strftime("%I:%M:%S %p"),
            "User": acquisition.operator,
        },
        "System": {"Software": "emfair simulate"},
        "Scan": {"PixelWidth": x, "PixelHeight": y, "FrameTime": acquisition.seconds},
        "Image": {"ResolutionX": columns, "ResolutionY": rows},
    }
    if acquisition.technique.startswith("SEM"):
        sections["Beam"] = {"Beam": "EBeam"}
    for section, places in _PLACES.items():
        told: dict[str, object] = {tag: acquisition.values[key] for tag, key in places.items()
                if key in acquisition.values}  # fmt: skip
        sections[section] = told
    return "".join(
        f"[{section}]\r\n" + "".join(f"{tag}={value}\r\n" for tag, value in tags.items()) + "\r\n"
        for section, tags in sections.items()
    )
