"""Vitreous ice with particles and gold beads, tilted, under a defocused broad beam.

Weak phase contrast: Thon rings of sin χ (Reimer and Kohl 2008, 3.4.1; defocus under focus counts
negative, as SerialEM writes it); inelastic and multiple scattering as exp(-t/Λ).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from emfair.simulate.physics.electrons import wavelength
from emfair.simulate.physics.specimens import Floats

Singles = NDArray[np.float32]

FREE_PATH = 310e-9
"""Inelastic mean free path of ice at 300 kV, m."""
SPHERICAL = 2.7e-3
"""Spherical aberration, m."""
AMPLITUDE = 0.07
"""Amplitude contrast."""
PARTICLES, BEADS = 3e14, 1.5e14
"""In an m²."""
SHIFTS = (0.35, 1.4)
"""Phase in rad through the middle of a particle and of a bead: 6.5 mrad/(V nm) at 300 kV times the
difference of the mean inner potential to ice, 2 V for protein and 21 V for gold."""


@dataclass(frozen=True)
class Slab:
    """Ice: its `thickness`; particles and beads as x, y, z (from its middle), radius; in m."""

    thickness: float
    particles: Floats
    beads: Floats


def freeze(places: Generator, field: float, thickness: float) -> Slab:
    """Return a slab with particles of 12 nm radius and gold beads of 5 nm, beyond the field too."""
    wide = 1.6 * field

    def strewn(density: float, radius: float) -> Floats:
        number = round(density * wide**2)
        flat = places.uniform(-wide / 2, wide / 2, (number, 2))
        deep = places.uniform(-thickness / 2, thickness / 2, (number, 1))
        return np.hstack([flat, deep, np.full((number, 1), radius)])

    return Slab(thickness, strewn(PARTICLES, 12e-9), strewn(BEADS, 5e-9))


def projected(things: Floats, tilt: float) -> Floats:
    """Return x and y in m on the camera of things at a tilt (rad) about the y axis."""
    x = things[:, 0] * np.cos(tilt) + things[:, 2] * np.sin(tilt)
    return np.column_stack([x, things[:, 1]])


def frequencies(pixels: int, step: float) -> Floats:
    """Return the spatial frequencies in 1/m of a picture's half transform (`numpy.fft.rfft2`)."""
    across, down = np.fft.rfftfreq(pixels, step), np.fft.fftfreq(pixels, step)
    return np.asarray(np.hypot(down[:, None], across[None, :]))


def transfer(frequency: Floats, voltage: float, defocus: float) -> Singles:
    """Return the contrast transfer function at spatial frequencies in 1/m."""
    waves = wavelength(voltage)
    chi = np.pi * waves * -defocus * frequency**2 - np.pi / 2 * SPHERICAL * waves**3 * frequency**4
    envelope = np.exp(-((frequency / 4e9) ** 2))
    return np.asarray(-np.sin(chi + np.arcsin(AMPLITUDE)) * envelope, np.float32)


def exposed(
    slab: Slab,
    rings: Singles,
    step: float,
    *,
    tilt: float,
    shift: tuple[float, float],
    grain: Generator,
) -> Singles:
    """Return the part of the electrons in each pixel, a square; 1 is the full beam.

    Parameters
    ----------
    rings
        The contrast transfer at the picture's `frequencies`.
    tilt, shift
        In rad, and in m what the stage has drifted.
    grain
        For the ice's own structure.
    """
    pixels = len(rings)
    phase = 0.05 * grain.standard_normal((pixels, pixels), dtype=np.float32)
    for things, strength in zip((slab.particles, slab.beads), SHIFTS, strict=True):
        places = projected(things, tilt) + shift
        _add_spheres(phase, places, things[:, 3], step, strength)
    contrast = np.fft.irfft2(np.fft.rfft2(phase) * rings, s=phase.shape)
    through = np.exp(-slab.thickness / np.cos(tilt) / FREE_PATH)
    return np.asarray(through * np.maximum(1 + 2 * contrast, 0.02), np.float32)


def _add_spheres(
    phase: Singles, places: Floats, radii: Floats, step: float, strength: float
) -> None:
    size = phase.shape[0]
    for (x, y), radius in zip(places / step + size / 2, radii / step, strict=True):
        left, right = max(int(x - radius), 0), min(int(x + radius) + 2, size)
        top, bottom = max(int(y - radius), 0), min(int(y + radius) + 2, size)
        if left < right and top < bottom:
            down = np.arange(top, bottom)[:, None] - y
            across = np.arange(left, right)[None, :] - x
            part = (down**2 + across**2) / radius**2
            phase[top:bottom, left:right] += strength * np.sqrt(np.maximum(1 - part, 0))
