"""Pictures: a surface in an SEM, a lamella at low magnification, a lattice at high."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from emfair.simulate.acquisition import Acquisition, Axis
from emfair.simulate.physics import lattice, surface
from emfair.simulate.physics.electrons import dose, electrons, wavelength
from emfair.simulate.physics.specimens import specimens
from emfair.simulate.recipes.base import Moment, Recipe

BAND = 64
"""Lines that are made at a time."""
DISPLAY = 0.127
"""Width in m of the print that a magnification speaks of: Polaroid's 4 × 5 inch, as FEI has it."""
U16 = np.dtype("<u2")


class Scanned(Recipe):
    """A scanned picture of `pixels` × `pixels`; a pixel takes `dwell` s of a `current` in A."""

    pixels: int
    field: float
    dwell: float
    current: float

    @property
    def step(self) -> float:
        """Size of a pixel, m."""
        return self.field / self.pixels

    def raster(self) -> lattice.Raster:
        """Return how it is scanned: the beam lags 1.5 pixels, the mains move it by a fifth.

        The stage drifts by 2 nm a minute.
        """
        return lattice.Raster(
            self.step,
            self.dwell,
            self.pixels,
            lag=1.5 * self.step,
            hum=0.2 * self.step,
            drift=(3e-11, -2e-11),
        )

    def values(self, moment: Moment) -> dict[str, float | str]:
        """Return what a scanned picture's file may tell."""
        return {
            "acceleration_voltage": moment.microscope.voltage,
            "beam_current": self.current,
            "dwell_time": self.dwell,
            "field_of_view": self.field,
            "magnification": round(DISPLAY / self.field),
            **moment.stage(),
        }

    def axes(self, *before: Axis) -> tuple[Axis, ...]:
        """Return the picture's axes in nm, behind those of a series."""
        step = self.step * 1e9
        return (*before, Axis("y", self.pixels, "nm", step), Axis("x", self.pixels, "nm", step))

    def physics(self) -> dict[str, float]:
        """Return the electrons that came down."""
        return {
            "electrons_per_pixel": electrons(self.current, self.dwell),
            "dose_per_m2": dose(self.current, self.dwell, self.step**2),
            "frame_time": self.raster().frame_time(self.pixels),
        }


class Surface(Scanned):
    """Secondary electrons of gold islands on carbon."""

    recipe: Literal["surface"]
    working_distance: float
    detector: str = "ETD"

    def acquire(self, moment: Moment) -> Acquisition:
        """Return the picture; counts are electrons."""
        found = surface.islands(moment.draw("islands"), (self.field, self.field))

        def pieces() -> Iterator[np.ndarray[Any, Any]]:
            yields = surface.seen(found, self.pixels, self.pixels, self.step)
            yield from noisy(yields * self.physics()["electrons_per_pixel"], moment)

        told: dict[str, float | str] = {
            "working_distance": self.working_distance,
            "detector": self.detector,
        }
        return Acquisition(
            moment.name, "SEM imaging", "", moment.start, self.physics()["frame_time"],
            self.axes(), U16, pieces, self.values(moment) | told, ("C", "Au"),
            physics=self.physics(), operator=moment.microscope.operator,
        )  # fmt: skip


class Overview(Scanned):
    """A wedge-shaped lamella at low magnification: thicker, so brighter, to one side."""

    recipe: Literal["overview"]
    specimen: str
    detector: str = "HAADF"

    def acquire(self, moment: Moment) -> Acquisition:
        """Return the picture; counts are electrons."""
        arrived = self.physics()["electrons_per_pixel"]

        def pieces() -> Iterator[np.ndarray[Any, Any]]:
            edge = 0.12 + 0.02 * np.cumsum(moment.draw("edge").normal(0, 0.15, self.pixels))
            across = np.linspace(0, 1, self.pixels)
            thick = np.clip(across[None, :] - edge[:, None], 0, None)
            yield from noisy(arrived * (0.004 + 0.12 * thick), moment)

        return Acquisition(
            moment.name, "STEM imaging", "", moment.start, self.physics()["frame_time"],
            self.axes(), U16, pieces, self.values(moment) | {"detector": self.detector},
            tuple(specimens()[self.specimen].atoms), physics=self.physics(),
            operator=moment.microscope.operator,
        )  # fmt: skip


class Lattice(Scanned):
    """Atomic columns in `frames` pictures one after the other, while the specimen drifts."""

    recipe: Literal["lattice"]
    specimen: str
    frames: int
    convergence_angle: float
    collected: float = 0.12

    def acquire(self, moment: Moment) -> Acquisition:
        """Return a picture, or a series of them; counts are electrons."""
        sort = specimens()[self.specimen]
        raster = self.raster()
        each = raster.frame_time(self.pixels)
        arrived = self.collected * electrons(self.current, self.dwell)

        def pieces() -> Iterator[np.ndarray[Any, Any]]:
            blur = probe(moment.microscope.voltage, self.convergence_angle)
            table = lattice.cell_table(sort, blur)
            at_once = self.pixels if self.frames > 1 else BAND
            for frame in range(self.frames):
                noise = moment.draw("frame", frame)
                for first in range(0, self.pixels, at_once):
                    rows = range(first, min(first + at_once, self.pixels))
                    seen = lattice.scanned(
                        table, sort, raster, rows, began=frame * each, noise=noise
                    )
                    band = noise.poisson(arrived * seen).clip(max=65535).astype(U16)
                    yield band[None] if self.frames > 1 else band

        series = (Axis("time", self.frames, "s", each, navigate=True),) if self.frames > 1 else ()
        true = {
            "spacing_x": sort.cell[0],
            "spacing_y": sort.cell[1],
            "drift_x": raster.drift[0],
            "drift_y": raster.drift[1],
        }
        return Acquisition(
            moment.name, "STEM imaging", "", moment.start, self.frames * each,
            self.axes(*series), U16, pieces,
            self.values(moment) | {"convergence_angle": self.convergence_angle},
            tuple(sort.atoms), operator=moment.microscope.operator,
            physics=self.physics() | true,
        )  # fmt: skip


def probe(voltage: float, semi_angle: float) -> float:
    """Return the standard deviation in m of the Gaussian that fits an Airy disc: 0.21 λ/α."""
    return 0.21 * wavelength(voltage) / semi_angle


def noisy(expected: np.ndarray[Any, Any], moment: Moment) -> Iterator[np.ndarray[Any, Any]]:
    """Yield bands of lines with Poisson's noise, as 16-bit counts."""
    noise = moment.draw("noise")
    for first in range(0, len(expected), BAND):
        yield noise.poisson(expected[first : first + BAND]).clip(max=65535).astype(U16)
