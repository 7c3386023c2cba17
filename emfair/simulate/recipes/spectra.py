"""Spectra at a point and at every point of a scan: X-rays and energy losses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from emfair.simulate.acquisition import Acquisition, Axis
from emfair.simulate.physics import loss, xray
from emfair.simulate.physics.electrons import electrons
from emfair.simulate.physics.specimens import Floats, specimens
from emfair.simulate.recipes.base import Moment, Recipe

U16, F32 = np.dtype("<u2"), np.dtype("<f4")


class Spectral(Recipe):
    """Spectra of `channels` at `pixels` × `pixels` points (0: at one), `dwell` s at each.

    A layer lies on a substrate; what is where changes from one to the other across the middle.
    """

    substrate: str | dict[str, int]
    layer: str | dict[str, int]
    pixels: int
    field: float = 0.0
    dwell: float
    current: float
    channels: int

    def scan_axes(self) -> tuple[Axis, ...]:
        """Return the axes of the scan, nm; none for a point."""
        step = self.field / max(self.pixels, 1) * 1e9
        axes = (Axis(name, self.pixels, "nm", step, navigate=True) for name in "yx")
        return tuple(axes) if self.pixels else ()

    def share(self) -> Floats:
        """Return how much of each point of a line is layer, from 0 to 1; a point is in it."""
        across = np.linspace(-1, 1, self.pixels) if self.pixels else np.ones(1)
        return np.asarray(0.5 * (1 + np.tanh(6 * across)))

    def values(self, moment: Moment) -> dict[str, float | str]:
        """Return what the file may tell."""
        told: dict[str, float | str] = {
            "acceleration_voltage": moment.microscope.voltage,
            "beam_current": self.current,
            **moment.stage(),
        }
        if self.pixels:
            told |= {"dwell_time": self.dwell, "field_of_view": self.field}
        return told

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return self.dwell * max(self.pixels, 1) ** 2

    def found(self) -> tuple[str, ...]:
        """Return the elements' symbols."""
        return tuple(dict.fromkeys([*_atoms(self.layer), *_atoms(self.substrate)]))


class Xray(Spectral):
    """X-rays: `rate` photons are counted in a second."""

    recipe: Literal["xray"]
    rate: float
    width: float
    resolution: float = 0.129
    detector: str = "SDD"

    def acquire(self, moment: Moment) -> Acquisition:
        """Return a spectrum or a map of spectra; counts are photons."""
        beam = moment.microscope.voltage / 1e3
        energy = Axis("Energy", self.channels, "keV", self.width, -0.1)
        energies = energy.offset + energy.scale * np.arange(self.channels, dtype=np.float64)
        kind = moment.microscope.type
        photons = self.rate * self.dwell

        def pieces() -> Iterator[np.ndarray[Any, Any]]:
            sides = [
                np.cumsum(xray.spectrum(_atoms(one), beam, energies, self.resolution))
                for one in (self.layer, self.substrate)
            ]
            share = self.share()
            for line in range(self.pixels or 1):
                noise = moment.draw("line", line)
                total = np.zeros((share.size, self.channels), np.int64)
                for side, part in zip(sides, (share, 1 - share), strict=True):
                    number = noise.poisson(photons * part)
                    total += xray.counted(side, number, noise.random(int(number.sum())))
                counts = total.clip(max=65535).astype(U16)
                yield counts[None] if self.pixels else counts[0]

        true = {"photons": photons * max(self.pixels, 1) ** 2, "resolution_MnKa": self.resolution}
        return Acquisition(
            moment.name, f"{'STEM' if kind == 'TEM' else 'SEM'} EDS", f"EDS_{kind}", moment.start,
            self.seconds, (*self.scan_axes(), energy), U16, pieces,
            self.values(moment) | {"acquisition_time": self.seconds, "detector": self.detector},
            self.found(), physics=true, operator=moment.microscope.operator,
        )  # fmt: skip


class Loss(Spectral):
    """Energy losses of a foil of `thickness` m; `begin` and `width` in eV."""

    recipe: Literal["loss"]
    thickness: float
    begin: float
    width: float
    resolution: float = 1.0
    convergence_angle: float
    collection_angle: float
    exposed: float = 1.0

    def acquire(self, moment: Moment) -> Acquisition:
        """Return a spectrum or a map of spectra; counts are electrons.

        Of the current `exposed` enters the spectrometer.
        """
        energy = Axis("Energy loss", self.channels, "eV", self.width, self.begin)
        energies = self.begin + self.width * np.arange(self.channels, dtype=np.float64)
        arrived = electrons(self.current, self.dwell) * self.exposed

        def pieces() -> Iterator[np.ndarray[Any, Any]]:
            sides = [self._expected(one, energies) for one in (self.layer, self.substrate)]
            share = self.share()[:, None]
            expected = arrived * (share * sides[0] + (1 - share) * sides[1])
            for line in range(self.pixels or 1):
                noise = moment.draw("line", line)
                counts = noise.poisson(expected).astype(F32)
                yield counts[None] if self.pixels else counts[0]

        told = {"convergence_angle": self.convergence_angle, "thickness": self.thickness}
        true = {
            "electrons_per_spectrum": arrived,
            "collection_angle": self.collection_angle,
            "plasmon_eV": specimens()[str(self.layer)].plasmon[0],
        }
        return Acquisition(
            moment.name, "STEM EELS", "EELS", moment.start, self.seconds,
            (*self.scan_axes(), energy), F32, pieces, self.values(moment) | told,
            self.found(), physics=true, operator=moment.microscope.operator,
        )  # fmt: skip

    def _expected(self, name: str | dict[str, int], energies: Floats) -> Floats:
        specimen = specimens()[str(name)]
        make = loss.low_loss if self.begin < 20 else loss.core_loss
        everything = {} if self.begin < 20 else {"shares": dict.fromkeys(specimen.atoms, 1.0)}
        return make(specimen, energies, self.thickness, self.resolution, **everything)


def _atoms(which: str | dict[str, int]) -> dict[str, int]:
    return which if isinstance(which, dict) else specimens()[which].atoms
