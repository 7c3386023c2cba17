"""A tilt series of vitreous ice, dose-symmetric (Hagen et al., J. Struct. Biol. 197 (2017) 191)."""

from __future__ import annotations

from collections.abc import Iterator
from math import radians
from typing import Any, Literal

import numpy as np

from emfair.simulate.acquisition import Acquisition, Axis
from emfair.simulate.physics import ice
from emfair.simulate.recipes.base import Moment, Recipe

BETWEEN = 8.0
"""Seconds to tilt, track and focus before each exposure."""
I16 = np.dtype("<i2")


class Tilts(Recipe):
    """Pictures from -`highest` to +`highest` degrees, `increment` apart, of `dose` e/m² each."""

    recipe: Literal["tilts"]
    pixels: int
    step: float
    thickness: float
    highest: float
    increment: float
    dose: float
    exposure: float
    defocus: float

    def acquire(self, moment: Moment) -> Acquisition:
        """Return the series in the order in which it was taken; counts are electrons."""
        tilts = dose_symmetric(self.highest, self.increment)
        each = self.exposure + BETWEEN
        arrived = self.dose * self.step**2
        voltage = moment.microscope.voltage

        def pieces() -> Iterator[np.ndarray[Any, Any]]:
            field = self.pixels * self.step
            slab = ice.freeze(moment.draw("ice"), field, self.thickness)
            rings = ice.transfer(ice.frequencies(self.pixels, self.step), voltage, self.defocus)
            for number, tilt in enumerate(tilts):
                noise = moment.draw("picture", number)
                seen = ice.exposed(
                    slab, rings, self.step, tilt=radians(tilt), shift=drift(moment, number),
                    grain=noise,
                )  # fmt: skip
                yield noise.poisson(arrived * seen).clip(max=32767).astype(I16)[None]

        step = self.step * 1e9
        return Acquisition(
            moment.name, "TEM imaging", "", moment.start, each * len(tilts),
            (
                Axis("z", len(tilts), "", 1.0, navigate=True),
                Axis("y", self.pixels, "nm", step),
                Axis("x", self.pixels, "nm", step),
            ),
            I16, pieces,
            {
                "acceleration_voltage": voltage,
                "magnification": round(5e-6 / self.step),
                "defocus": self.defocus,
                "acquisition_time": self.exposure,
                "tilt_alpha": radians(tilts[0]),
                **moment.stage(),
            },
            ("C", "N", "O", "Au"), operator=moment.microscope.operator,
            series=tuple((radians(tilt), each * n) for n, tilt in enumerate(tilts)),
            physics={
                "electrons_per_pixel": arrived,
                "dose_per_m2": self.dose,
                "free_path": ice.FREE_PATH,
                "thickness": self.thickness,
            },
        )  # fmt: skip


def dose_symmetric(highest: float, increment: float) -> list[float]:
    """Return tilts in degrees: 0, then two to each side in turn (0, 3, -3, -6, 6, 9, -9 …)."""
    order, side = [0.0], 1
    for number in range(1, int(highest / increment) + 1):
        order += [side * number * increment, -side * number * increment]
        side = -side
    return order


def drift(moment: Moment, number: int) -> tuple[float, float]:
    """Return how far in m the picture has moved: a random walk of 2 nm from one to the next."""
    walk = moment.draw("drift").normal(0, 2e-9, (number + 1, 2)).sum(axis=0)
    return float(walk[0]), float(walk[1])
