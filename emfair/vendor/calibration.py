"""What a reader says of an axis' points: where they stand, or why nobody can tell.

What does not belong here: which axis belongs to which dimension (`emfair.vendor.axes`), and telling
a person of a calibration that is none (`emfair.nxem.axis_doubts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emfair.units import pint_unit

SHORT = 40
"""Letters of what stands in a calibration's place that are told."""


@dataclass(frozen=True)
class Calibration:
    """Where an axis' points stand: at `values`, or at ``offset + n * scale``.

    `broken` says what stood there instead, if that was no calibration; the points then count.
    """

    scale: float = 1.0
    offset: float = 0.0
    values: NDArray[np.float64] | None = None
    broken: str = ""


def calibration_of(given: Mapping[str, Any], size: int) -> Calibration:
    """Return the calibration of a reader's axis with `size` points.

    Without any, points count; a unit alone is none, though HyperSpy takes it for steps of 1. What
    is there must be finite numbers, as many as there are points. A scale cannot put several points
    at one place (listed ones may stand there: a tilt that was never changed), and HyperSpy's
    formulas (``expression``) are not worked out.
    """
    if given.get("axis") is not None:
        return _listed(given["axis"], size)
    if given.get("expression"):
        return Calibration(broken=f"the formula {_short(given['expression'])}")
    if given.get("scale") is None and pint_unit(str(given.get("units") or "")):
        return Calibration(broken="a unit without a scale")
    numbers = {}
    for name, default in (("scale", 1.0), ("offset", 0.0)):
        told = given.get(name)
        number = default if told is None else _number(told)
        if number is None or (name == "scale" and number == 0 and size > 1):
            return Calibration(broken=f"{_ARTICLES[name]} {name} of {_short(told)}")
        numbers[name] = number
    if not np.isfinite(numbers["offset"] + numbers["scale"] * size):
        return Calibration(broken=f"a scale of {_short(given.get('scale'))}")
    return Calibration(numbers["scale"], numbers["offset"])


_ARTICLES = {"scale": "a", "offset": "an"}


def _listed(told: Any, size: int) -> Calibration:
    try:
        points = np.asarray(told, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        return Calibration(broken=f"points that are no numbers ({_short(told)})")
    if points.shape != (size,):
        return Calibration(broken=f"{points.size} points for {size}")
    wrong = int(np.count_nonzero(~np.isfinite(points)))
    if wrong:
        return Calibration(broken=f"{wrong} of {size} points that are no numbers")
    return Calibration(values=points)


def _number(told: Any) -> float | None:
    try:
        number = float(np.asarray(told).item())
    except (TypeError, ValueError, OverflowError):
        return None
    return number if np.isfinite(number) else None


def _short(told: Any) -> str:
    text = " ".join(str(told).split())
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
