"""What a reader says of each dimension of its array, and where RosettaSciIO 0.15 is known wrong.

Stated anew for the comparison: nothing of `emfair.vendor.axes` takes part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Given = Mapping[str, Any]

LISTED = {
    "Image": "a photograph's y and x are numbered 1 and 0, and its rows (y) come first",
    "Renishaw": "its white-light picture is a photograph, read by the same function",
    "EMD": "y and x of Velox' EELS maps are numbered 1 and 0; its pictures of the same area have "
    "as many rows as y has points (example_velox_EELS_EDS.emd, of RosettaSciIO's tests)",
}
"""Readers that number the first two axes 1 and 0 by mistake: the order in the list is right."""

REVERSED = {
    "Semper": "x, y, z are listed, without numbers, for an array that runs z, y, x",
}
"""Readers that list the fastest axis first."""


@dataclass(frozen=True)
class ReadAxis:
    """What a dimension of the reader's array is: its name, unit (as written), and points."""

    name: str
    unit: str
    points: NDArray[np.float64]


def by_dimension(reader: str, listed: Sequence[Given]) -> list[Given]:
    """Return the axes in the order of the array's dimensions.

    As HyperSpy, for which the dictionaries are made, orders them (``AxesManager.create_axes``): by
    ``index_in_array`` where every axis has one of its own, else as they are listed.
    """
    if reader in REVERSED:
        return list(reversed(listed))
    numbers: list[Any] = [axis.get("index_in_array") for axis in listed]
    if None in numbers or len(set(numbers)) < len(numbers):
        return list(listed)
    if reader in LISTED and numbers[:2] == [1, 0]:
        return list(listed)
    return [listed[numbers.index(number)] for number in sorted(numbers)]


def read_axis(reader: str, given: Given, size: int) -> ReadAxis:
    """Return what the reader means; an axis that it leaves out counts the `size` pixels.

    So does one whose points would all stand at one place, or nowhere: it is not calibrated.
    """
    name, unit = (_text(given.get(key)) for key in ("name", "units"))
    if "axis" in given:
        return ReadAxis(name, unit, np.asarray(given["axis"], dtype=float).ravel())
    scale, offset = float(given.get("scale", 1.0)), float(given.get("offset", 0.0))
    if reader == "TIA":
        unit, scale, offset = _tia(unit, scale, offset)
    count = np.arange(given.get("size", size), dtype=float)
    if reader == "MRC" and scale < 0:  # Direct Electron's -1: nobody knows
        return ReadAxis(name, "", count)
    if not np.isfinite(scale) or not np.isfinite(offset) or (scale == 0 and count.size > 1):
        return ReadAxis(name, "", count)
    return ReadAxis(name, unit, offset + scale * count)


def _text(given: Any) -> str:
    text = str(given or "").strip()
    return "" if text == "<undefined>" else text


def _tia(unit: str, scale: float, offset: float) -> tuple[str, float, float]:
    """Return unit, scale and offset as TIA means them.

    It writes metres and 1/m, of which the reader brings the scale to nm and 1/nm, and forgets the
    offset. A step of 1 m is one that was never calibrated. A .ser without its .emi is always said
    to be in metres: a larger step is in 1/m.
    """
    if unit == "1 / nm":
        return unit, scale, offset * 1e-9
    if unit != "nm":
        return unit, scale, offset
    step = scale * 1e-9
    if step == 1.0:
        return "", 1.0, offset
    if abs(step) > 1.0:
        return "1 / nm", step * 1e-9, offset * 1e-9
    return unit, scale, offset * 1e9
