"""The steps of an MRC picture's axes, where its header says -1 and RosettaSciIO 0.15 says 1.

Direct Electron's server writes -1 for a pixel size that nobody told it; the header then has a cell
of negative length. What it knows stands in the description beside a scan, of which the reader takes
every step for 1. What does not belong here: other formats' axes (`emfair.vendor.axes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emfair.vendor.signal import Axis

_TAGS = {
    "x": ("Specimen Pixel Size X (nanometers)",),
    "y": ("Specimen Pixel Size Y (nanometers)",),
    "kx": ("Diffraction Pixel Size X",),
    "ky": ("Diffraction Pixel Size Y",),
    "time": ("Scan - Time (seconds)", "Scan - Repeat Delay (seconds)"),
}
"""What an axis' step is the sum of, in the unit that the reader names; frames have their own."""


def with_steps(axis: Axis, tags: Mapping[str, Any]) -> Axis:
    """Return an MRC file's axis with the step that its tags tell, or none if that is unknown."""
    told = tags.get("de_metadata")
    if axis.name in _TAGS and isinstance(told, Mapping) and told.get("Scan - Enable") == "Enable":
        axis = replace(axis, scale=sum(_number(told.get(tag)) for tag in _TAGS[axis.name]))
    if axis.unit and axis.values is None and axis.scale <= 0 and axis.size > 1:
        broken = f"a step of {axis.scale:g} {axis.unit}"
        return replace(axis, unit="", scale=1.0, offset=0.0, broken=broken)
    return axis


def _number(told: Any) -> float:
    try:
        return float(told)
    except (TypeError, ValueError):
        return 0.0
