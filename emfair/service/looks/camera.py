"""A camera's pixels in the unit that people use for its axes: mrad, 1/nm.

Pure functions. What does not belong here: what is summed over pixels (`detector`).
"""

from __future__ import annotations

from dataclasses import dataclass

from emfair.nxem.shape import NxAxis
from emfair.nxem.show import adapted
from emfair.units import convert

PIXELS = "pixels"
_ALIKE = 0.01
"""By how much rows and columns may differ for a circle to be a circle in both."""


@dataclass(frozen=True)
class Along:
    """One axis of a camera: the value at its first pixel's middle, and how much each pixel adds."""

    first: float
    step: float

    def value(self, pixel: float) -> float:
        """Return the value at a place in pixels."""
        return self.first + self.step * pixel

    def pixel(self, value: float) -> float:
        """Return the place, in pixels, of a value."""
        return (value - self.first) / self.step


@dataclass(frozen=True)
class Camera:
    """A camera's axes in one unit; ``pixels`` where they are not calibrated alike."""

    down: Along
    across: Along
    unit: str = PIXELS

    @property
    def step(self) -> float:
        """How long a pixel is, in its unit."""
        return abs(self.across.step)


def camera_of(down: NxAxis, across: NxAxis) -> Camera:
    """Return a camera in the unit of its rows and columns, in pixels where they are not alike."""
    pixels = Camera(Along(0.0, 1.0), Along(0.0, 1.0))
    if not (down.scale and across.scale and across.unit and down.unit == across.unit):
        return pixels
    if abs(abs(down.scale / across.scale) - 1) > _ALIKE:
        return pixels
    unit = adapted(abs(across.scale) * len(across.points), across.unit)[1]
    factor = convert(1.0, across.unit, unit)
    return Camera(
        Along((down.offset or 0.0) * factor, down.scale * factor),
        Along((across.offset or 0.0) * factor, across.scale * factor),
        unit,
    )
