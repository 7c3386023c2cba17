"""Electron energy-loss spectra: zero loss, plasmons, and ionization edges on a power law.

After Egerton, Electron Energy-Loss Spectroscopy in the Electron Microscope (2011): Poisson's law of
plural scattering (eq. 3.94), Drude's plasmon (3.43), A·E⁻ʳ under and behind the edges (3.163).
"""

from __future__ import annotations

from math import exp, factorial

import numpy as np

from emfair.simulate.physics.elements import elements
from emfair.simulate.physics.specimens import Floats, Specimen

BACKGROUND, BEHIND = 3.0, 3.6
"""Exponents of the power laws before an edge and behind it."""
PLURAL = 5
"""Plasmons after which the series is cut."""
CORE_SHARE = 8e-3
"""Part of the electrons that lose more than 100 eV, for a sample one free path thick."""


def low_loss(specimen: Specimen, energies: Floats, thickness: float, resolution: float) -> Floats:
    """Return each channel's part of the electrons; float64.

    Parameters
    ----------
    energies
        eV, evenly spaced, from below zero.
    thickness
        In m.
    resolution
        Full width at half maximum of the zero loss, eV.
    """
    ratio = thickness / specimen.free_path
    position, spread = specimen.plasmon
    total = exp(-ratio) * _normal(energies, 0.0, resolution / 2.355)
    for order in range(1, PLURAL + 1):
        share = exp(-ratio) * ratio**order / factorial(order)
        total += share * _drude(energies, order * position, (order**0.5) * spread)
    return np.asarray(total * (energies[1] - energies[0]))


def core_loss(
    specimen: Specimen,
    energies: Floats,
    thickness: float,
    resolution: float,
    shares: dict[str, float] | None = None,
) -> Floats:
    """Return each channel's part of the electrons in a range of `energies` above 50 eV.

    `shares` multiplies an element's edges (0 where the sample lacks it).
    """
    ratio = thickness / specimen.free_path
    scale = CORE_SHARE * ratio * exp(-ratio / 2) * 2 / 100.0
    total = (energies / 100.0) ** -BACKGROUND
    for symbol, number in specimen.atoms.items():
        present = number * (1.0 if shares is None else shares.get(symbol, 0.0))
        for name, onset in elements()[symbol].edges.items():
            total += present * _edge(name, onset, energies, resolution)
    return np.asarray(scale * total * (energies[1] - energies[0]))


def _edge(name: str, onset: float, energies: Floats, resolution: float) -> Floats:
    """Return an edge beside a background of 1 at 100 eV; L3, L2, M5 and M4 with white lines."""
    height = 0.35 * (onset / 100.0) ** -BACKGROUND
    rise = 0.5 * (1 + np.tanh((energies - onset) / max(resolution, 0.5)))
    step = height * rise * (np.maximum(energies, 1.0) / onset) ** -BEHIND
    if name == "K":
        return np.asarray(step)
    weight = {"L3": 2.0, "L2": 1.0, "M5": 1.5, "M4": 1.0}[name]
    sigma = max(resolution, 1.2)
    white = np.exp(-0.5 * ((energies - onset - 1.5) / sigma) ** 2)
    return np.asarray(step * (0.5 if name in ("L2", "M4") else 1.0) + height * weight * white)


def _normal(energies: Floats, centre: float, sigma: float) -> Floats:
    bell = np.exp(-0.5 * ((energies - centre) / sigma) ** 2)
    return np.asarray(bell / (sigma * np.sqrt(2 * np.pi)))


def _drude(energies: Floats, position: float, spread: float) -> Floats:
    lost = np.maximum(energies, 0.0)
    shape = lost * spread * position**2 / ((lost**2 - position**2) ** 2 + (lost * spread) ** 2)
    return np.asarray(shape / (shape.sum() * (energies[1] - energies[0])))
