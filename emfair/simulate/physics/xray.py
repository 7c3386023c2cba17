"""X-ray spectra: characteristic lines on bremsstrahlung, as a silicon drift detector counts them.

Sources: Goldstein et al., Scanning Electron Microscopy and X-Ray Microanalysis (2018): Bethe's
cross-section (eq. 4.1), Kramers' law (4.4), the detector's resolution (16.2). Fluorescence yields:
Burhop's Z⁴/(a + Z⁴).
"""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import NDArray

from emfair.simulate.physics.elements import elements
from emfair.simulate.physics.specimens import Floats

_YIELD = {"K": 1.12e6, "L": 1.0e8, "M": 1.5e9}
_SHARE = {"Ka": 1.0, "Kb": 0.13, "La": 1.0, "Lb": 0.55, "Ma": 1.0}
_OCCUPIED = {"K": 2, "L": 8, "M": 18}
MANGANESE = 5.895
"""keV of Mn Kα, at which a detector's resolution is stated."""


def width(energy: Floats | float, resolution: float) -> Floats:
    """Return the full width at half maximum in keV of a line at `energy` keV.

    `resolution` is the one at Mn Kα, in keV.
    """
    square = resolution**2 + 2.5e-3 * (np.asarray(energy) - MANGANESE)
    return np.asarray(np.sqrt(np.maximum(square, 0.03**2)))


def lines(atoms: dict[str, int], beam: float) -> dict[str, tuple[float, float]]:
    """Return energy in keV and relative intensity of all lines that a beam of `beam` keV excites.

    By name: ``Ti Ka``.
    """
    found = {}
    for symbol, number in atoms.items():
        element = elements()[symbol]
        for name, energy in element.lines.items():
            overvoltage = beam / energy
            if overvoltage > 1.1:
                fluorescence = element.z**4 / (_YIELD[name[0]] + element.z**4)
                ionized = _OCCUPIED[name[0]] * log(overvoltage) / energy
                found[f"{symbol} {name}"] = (energy, number * ionized * fluorescence * _SHARE[name])
    return found


def spectrum(atoms: dict[str, int], beam: float, energies: Floats, resolution: float) -> Floats:
    """Return the probability of each channel for a counted photon; float64, sum 1.

    Parameters
    ----------
    energies
        The channels' centres, keV, evenly spaced; zero and below count nothing.
    """
    peaks = np.zeros_like(energies)
    for energy, intensity in lines(atoms, beam).values():
        sigma = float(width(energy, resolution)) / 2.355
        shape = np.exp(-0.5 * ((energies - energy) / sigma) ** 2)
        peaks += intensity * _efficiency(np.array(energy)) * shape / sigma
    continuum = np.where(
        (energies > 0.05) & (energies < beam),
        (beam - energies) / np.maximum(energies, 0.05) * _efficiency(np.maximum(energies, 0.05)),
        0.0,
    )
    step = energies[1] - energies[0]
    total = 0.82 * peaks / (peaks.sum() * step) + 0.18 * continuum / (continuum.sum() * step)
    total[energies <= 0] = 0
    return np.asarray(total / total.sum())


def _efficiency(energies: Floats) -> Floats:
    """Return what window and contact let through: little below 0.2 keV."""
    return np.asarray(np.exp(-((0.22 / energies) ** 2)))


def counted(
    chances: Floats, photons: NDArray[np.int64], draw: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return spectra, shape (len(photons), channels), of so many photons each.

    Drawn photon by photon, which for sparse spectra is much faster than channel by channel.

    Parameters
    ----------
    chances
        The cumulated probabilities of the channels.
    draw
        Numbers from 0 to 1, as many as there are photons.
    """
    channels = chances.size
    hit = np.minimum(np.searchsorted(chances, draw, side="right"), channels - 1)
    pixel = np.repeat(np.arange(photons.size), photons)
    flat = np.bincount(pixel * channels + hit, minlength=photons.size * channels)
    return flat.reshape(photons.size, channels)
