"""Diffraction of a convergent beam along a zone axis: discs where lattice and voltage put them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emfair.simulate.physics.electrons import bragg_angle, wavelength
from emfair.simulate.physics.specimens import Floats, Specimen


@dataclass(frozen=True)
class Camera:
    """A detector in the diffraction plane.

    Attributes
    ----------
    pixels
        Along each side.
    pitch
        Size of a pixel, m.
    length
        Camera length, m.
    """

    pixels: int
    pitch: float
    length: float

    @property
    def angle(self) -> float:
        """Scattering angle of one pixel, rad."""
        return self.pitch / self.length

    def inverse_metre(self, voltage: float) -> float:
        """Return the spatial frequency of one pixel, 1/m."""
        return self.angle / wavelength(voltage)


def pattern(
    specimen: Specimen,
    camera: Camera,
    voltage: float,
    semi_angle: float,
    strain: float = 0.0,
) -> Floats:
    """Return the probability of each pixel for an electron; shape (pixels, pixels), sum 1.

    Discs of `semi_angle` (rad) around λ·g, in proportion to |F|² of each reflection and a falling
    shape factor, on diffuse scattering; `strain` stretches the lattice along the fast scan axis.
    """
    centre = camera.pixels / 2
    axis = (np.arange(camera.pixels) + 0.5 - centre) * camera.angle
    angles = np.hypot(axis[:, None], axis[None, :])
    total = 0.05 * np.exp(-angles / 8e-3) + 0.005 * np.exp(-angles / 25e-3)
    direct = specimen.structure_factor(0, 0)
    bright = 3.0 / (semi_angle / camera.angle) ** 2 * 20
    for h, k, x, y in _reflections(specimen, camera, voltage, strain):
        relative = (
            1.0 if (h, k) == (0, 0) else 0.6 * (specimen.structure_factor(h, k) / direct) ** 2
        )
        far = np.hypot(axis[None, :] - x, axis[:, None] - y)
        soft = 0.5 * (1 - np.tanh((far - semi_angle) / camera.angle))
        total += bright * relative * soft
    return np.asarray(total / total.sum())


def _reflections(
    specimen: Specimen, camera: Camera, voltage: float, strain: float
) -> list[tuple[int, int, float, float]]:
    """Return the indices and the angles (rad) of all reflections on the camera."""
    reach = camera.pixels / 2 * camera.angle
    steps = (
        bragg_angle(voltage, specimen.cell[0] * (1 + strain)),
        bragg_angle(voltage, specimen.cell[1]),
    )
    most = [int(reach / step) + 1 for step in steps]
    return [
        (h, k, h * steps[0], k * steps[1])
        for h in range(-most[0], most[0] + 1)
        for k in range(-most[1], most[1] + 1)
        if specimen.structure_factor(h, k) > 1e-6 * specimen.structure_factor(0, 0)
    ]
