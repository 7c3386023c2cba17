"""4D-STEM: a diffraction pattern at every point of a scan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from emfair.simulate.acquisition import Acquisition, Axis
from emfair.simulate.physics.diffraction import Camera, pattern
from emfair.simulate.physics.electrons import electrons, wavelength
from emfair.simulate.physics.specimens import Floats, specimens
from emfair.simulate.recipes.base import Moment, Recipe

STATES = 8
"""Strains between none and the largest for which patterns are worked out."""


class Patterns(Recipe):
    """`pixels` × `pixels` patterns of a lattice that is strained across the middle of the scan.

    The camera counts electrons one by one (`dtype` ``u1`` where 255 are enough).
    """

    recipe: Literal["patterns"]
    specimen: str
    pixels: int
    field: float
    dwell: float
    current: float
    convergence_angle: float
    camera_pixels: int
    camera_pitch: float
    camera_length: float
    strain: float = 0.02
    dtype: Literal["u1", "u2"] = "u2"

    def acquire(self, moment: Moment) -> Acquisition:
        """Return the scan of patterns; each line of it is one piece."""
        voltage = moment.microscope.voltage
        camera = Camera(self.camera_pixels, self.camera_pitch, self.camera_length)
        arrived = electrons(self.current, self.dwell)
        dtype = np.dtype(f"<{self.dtype}")

        def pieces() -> Iterator[np.ndarray[Any, Any]]:
            sums = self._cumulated(camera, voltage)
            across = 0.5 * (1 + np.tanh(6 * np.linspace(-1, 1, self.pixels)))
            states = np.rint(across * (STATES - 1)).astype(int)
            for line in range(self.pixels):
                noise = moment.draw("line", line)
                row = np.empty((self.pixels, camera.pixels, camera.pixels), dtype)
                for place, state in enumerate(states):
                    row[place] = _drawn(sums[state], arrived, noise, camera.pixels, dtype)
                yield row[None]

        return Acquisition(
            moment.name, "4D-STEM", "electron_diffraction", moment.start,
            self.dwell * self.pixels**2, self._axes(camera, voltage), dtype, pieces,
            {
                "acceleration_voltage": voltage,
                "beam_current": self.current,
                "dwell_time": self.dwell,
                "convergence_angle": self.convergence_angle,
                "camera_length": self.camera_length,
                "field_of_view": self.field,
                **moment.stage(),
            },
            tuple(specimens()[self.specimen].atoms), operator=moment.microscope.operator,
            physics={
                "wavelength": wavelength(voltage),
                "spacing_x": specimens()[self.specimen].cell[0],
                "spacing_y": specimens()[self.specimen].cell[1],
                "strain": self.strain,
                "electrons_per_pattern": arrived,
                "camera_pitch": self.camera_pitch,
            },
        )  # fmt: skip

    def _axes(self, camera: Camera, voltage: float) -> tuple[Axis, ...]:
        step = self.field / self.pixels * 1e9
        scan = (Axis(name, self.pixels, "nm", step, navigate=True) for name in "yx")
        scale = camera.inverse_metre(voltage) * 1e-9
        middle = -(camera.pixels - 1) / 2 * scale
        return (*scan, *(Axis(name, camera.pixels, "1/nm", scale, middle) for name in ("ky", "kx")))

    def _cumulated(self, camera: Camera, voltage: float) -> list[Floats]:
        sort = specimens()[self.specimen]
        return [
            np.cumsum(pattern(sort, camera, voltage, self.convergence_angle, strain))
            for strain in np.linspace(0, self.strain, STATES)
        ]


def _drawn(
    cumulated: Floats, arrived: float, noise: np.random.Generator, side: int, dtype: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    """Return one pattern, drawn electron by electron: faster than pixel by pixel, and the same."""
    hit = np.searchsorted(cumulated, noise.random(noise.poisson(arrived)), side="right")
    counts = np.bincount(np.minimum(hit, side * side - 1), minlength=side * side)
    return counts.clip(max=np.iinfo(dtype).max).astype(dtype).reshape(side, side)
